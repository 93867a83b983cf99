//! Hazard: troubleshooting by messages that the program does not print any more.

use std::path::Path;

use crate::pages::{Page, root};

/// Where messages come from.
const SOURCES: [&str; 5] = [
    "codegen/src",
    "runtime/src",
    "sandbox/src",
    "src",
    "wsdl/src",
];

/// The texts of the literals of a file as readers see them: lines are joined, and `…` stands for what is filled in.
fn texts(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(['\\', '{']) {
        out.push_str(&rest[..at]);
        let (first, after) = rest[at..].split_at(1);
        if first == "\\" {
            // The end of a line that goes on, or a character that needs a backslash.
            rest = match after.strip_prefix('\n') {
                Some(after) => after.trim_start(),
                None => after,
            };
            continue;
        }
        let filled = after
            .split_once('}')
            .filter(|(name, _)| name.len() < 60 && !name.contains(['\n', '{', ';']));
        rest = match filled {
            Some((_, after)) => {
                out.push('…');
                after
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

fn read(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|of| of == "rs") {
            into.push(texts(
                &std::fs::read_to_string(&path).expect("a source file"),
            ));
        }
    }
}

#[test]
fn every_message_that_the_page_explains_is_one_of_the_sources() {
    let mut sources = Vec::new();
    SOURCES
        .iter()
        .for_each(|folder| read(&root().join(folder), &mut sources));
    let page = Page::read("guide/troubleshooting.md").prose();
    let messages: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .collect();
    assert!(messages.len() > 30, "{}", messages.len());
    let gone: Vec<_> = messages
        .iter()
        .filter(|message| !sources.iter().any(|source| source.contains(**message)))
        .collect();
    assert!(gone.is_empty(), "no source has these messages: {gone:#?}");
}

#[test]
fn what_is_filled_in_is_an_ellipsis_and_lines_are_joined() {
    let source = "format!(\"the `{}` of \\\"{name}\\\" {{is}} \\\n             long: {count:?}\")";
    assert_eq!(texts(source), "format!(\"the `…` of \"…\" …} long: …\")");
}
