//! Real WSDLs that are not part of this repository: `SAPONIFY_CORPUS` names a directory of them.
//!
//! Each must be read, or `corpus-refusals.tsv` must list it with the kind of its error and a reason.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use saponify_wsdl::Reader;
use saponify_wsdl::model::{Content, Particle, Term, TypeKind, TypeName};

#[test]
fn real_wsdls_are_read() {
    let Some(corpus) = std::env::var_os("SAPONIFY_CORPUS") else {
        say("skipped: SAPONIFY_CORPUS names no directory of WSDLs");
        return;
    };
    // The path is relative to the workspace, where cargo was started, unless it is absolute.
    let corpus = Path::new("..").join(corpus);
    let mut refusals: BTreeMap<String, String> = fs::read_to_string("tests/corpus-refusals.tsv")
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap().to_string();
            (column(), column())
        })
        .collect();
    // The corpus has these documents at other locations than the imports state.
    let locations = fs::read_to_string("tests/corpus-locations.tsv").unwrap();
    let (mut read, mut failures) = (0, Vec::new());
    for path in documents(&corpus) {
        let relative = path.strip_prefix(&corpus).unwrap();
        let name = relative.to_string_lossy().replace('\\', "/");
        // Files of the same publisher may refer to each other across directories.
        let root: PathBuf = relative.iter().take(2).collect();
        let mut reader = Reader::new();
        if corpus.join(&root).is_dir() {
            reader.allow_root(corpus.join(root));
        }
        for line in locations.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            match columns.as_slice() {
                [prefix, ..] if !name.starts_with(prefix) => {}
                [_, location, "-"] => {
                    reader.skip_import(*location);
                }
                [_, location, file] => {
                    reader.provide_file(*location, corpus.join(file));
                }
                _ => panic!("{line}"),
            }
        }
        match (reader.read_file(&path), refusals.remove(&name)) {
            (Ok(model), None) => {
                assert!(!model.to_string().is_empty());
                assert!(!reader.dump_raw_file(&path).unwrap().is_empty());
                read += 1;
            }
            (Err(error), Some(kind)) if format!("{:?}", error.kind()) == kind => {}
            (Err(error), None) => failures.push(format!("{name}: {error}")),
            (Err(error), Some(kind)) => {
                failures.push(format!(
                    "{name}: expected {kind}, got {:?}: {error}",
                    error.kind()
                ));
            }
            (Ok(_), Some(_)) => failures.push(format!("{name}: is read now")),
        }
    }
    let unused = refusals.keys().map(|name| format!("{name}: is not there"));
    failures.extend(unused);
    say(&format!("{read} WSDLs were read"));
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn documents(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|name| name.to_str());
            if path.is_dir() {
                open.push(path);
            } else if matches!(extension, Some("wsdl" | "xml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The expected numbers were counted in the file by other means.
#[test]
fn enterprise_v64_has_all_its_types_and_fields() {
    let corpus = std::env::var_os("SAPONIFY_CORPUS").unwrap_or_default();
    let path = Path::new("..")
        .join(corpus)
        .join("enterprise/enterprise-v64.wsdl");
    if !path.is_file() {
        say("skipped: SAPONIFY_CORPUS has no enterprise/enterprise-v64.wsdl");
        return;
    }
    let model = Reader::new().read_file(path).unwrap();
    let mut named = 0;
    let mut fields = 0;
    for definition in &model.types {
        if let TypeKind::Complex(complex) = &definition.kind {
            named += usize::from(matches!(definition.name, TypeName::Global(_)));
            if let Content::Elements(particle) = &complex.content {
                fields += elements(particle);
            }
        }
    }
    let operations = model.port_types[0].operations.len();
    assert_eq!((named, fields, operations), (1_409, 30_198, 63));
    assert!(model.notes.is_empty());
}

fn elements(particle: &Particle) -> usize {
    match &particle.term {
        Term::Element(_) => 1,
        Term::Ref(_) | Term::Any(_) => 0,
        Term::Sequence(members) | Term::Choice(members) | Term::All(members) => {
            members.iter().map(elements).sum()
        }
    }
}

/// Prints a text even if the test passes, because the output of passing tests is hidden.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
