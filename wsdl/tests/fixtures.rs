//! One folder of `tests/fixtures` per construct and per error.
//!
//! A folder contains `input.wsdl`, the files that it imports, and the expected result:
//! `expected.model`, `expected.raw` or `expected.err`. The file `options` may set limits, roots,
//! provided documents and overridden types, one per line.
//! `SAPONIFY_BLESS=1 cargo test -p saponify-wsdl --test fixtures` rewrites the expected results.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use saponify_wsdl::model::Builtin;
use saponify_wsdl::{Limits, Reader};

#[test]
fn every_fixture_reads_as_expected() {
    let bless = std::env::var_os("SAPONIFY_BLESS").is_some();
    let mut cases: Vec<PathBuf> = fs::read_dir("tests/fixtures")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    assert!(cases.len() > 50, "fixtures are missing");
    let mut failures = String::new();
    for case in &cases {
        if let Err(difference) = check(case, bless) {
            writeln!(failures, "{}:\n{difference}", case.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

fn check(case: &Path, bless: bool) -> Result<(), String> {
    let input = case.join("input.wsdl");
    let reader = reader(case);
    let (name, text) = match reader.read_file(&input) {
        Ok(model) => {
            let again = reader.read_file(&input).map(|model| model.to_string());
            assert_eq!(again.unwrap(), model.to_string(), "reading twice differs");
            ("expected.model", model.to_string())
        }
        Err(error) => ("expected.err", format!("{:?}\n{error}\n", error.kind())),
    };
    expect(case, name, &text, bless)?;
    if case.join("expected.raw").exists() {
        let raw = reader.dump_raw_file(&input).unwrap();
        expect(case, "expected.raw", &raw, bless)?;
    }
    Ok(())
}

fn expect(case: &Path, name: &str, text: &str, bless: bool) -> Result<(), String> {
    // Messages contain paths in the form of the operating system.
    let text = match cfg!(windows) {
        true => text.replace('\\', "/"),
        false => text.to_string(),
    };
    let path = case.join(name);
    if bless {
        for other in ["expected.model", "expected.err"] {
            if name != "expected.raw" && other != name {
                let _ = fs::remove_file(case.join(other));
            }
        }
        fs::write(&path, &text).unwrap();
        return Ok(());
    }
    let expected =
        fs::read_to_string(&path).map_err(|_| format!("{name} is missing; this came:\n{text}"))?;
    if expected == text {
        return Ok(());
    }
    let mut difference = String::new();
    for (index, pair) in Zip(expected.lines(), text.lines()).enumerate() {
        if pair.0 != pair.1 {
            let (old, new) = (pair.0.unwrap_or("-"), pair.1.unwrap_or("-"));
            writeln!(
                difference,
                "  {}: expected {old}\n  {}: got      {new}",
                index + 1,
                index + 1
            )
            .unwrap();
        }
    }
    Err(difference)
}

/// The lines of two texts in pairs, until both texts end.
struct Zip<'t>(std::str::Lines<'t>, std::str::Lines<'t>);

impl<'t> Iterator for Zip<'t> {
    type Item = (Option<&'t str>, Option<&'t str>);

    fn next(&mut self) -> Option<Self::Item> {
        match (self.0.next(), self.1.next()) {
            (None, None) => None,
            pair => Some(pair),
        }
    }
}

fn reader(case: &Path) -> Reader {
    let mut reader = Reader::new();
    let mut limits = Limits::default();
    let options = fs::read_to_string(case.join("options")).unwrap_or_default();
    for line in options.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["root", path] => {
                reader.allow_root(case.join(path));
            }
            ["provide", location, path] => {
                reader.provide(*location, fs::read(case.join(path)).unwrap());
            }
            ["file", location, path] => {
                reader.provide_file(*location, case.join(path));
            }
            ["skip", location] => {
                reader.skip_import(*location);
            }
            ["type", name, builtin] => {
                reader.override_type(*name, Builtin::from_name(builtin).unwrap());
            }
            ["limit", "nesting", figure] => limits.nesting = figure.parse().unwrap(),
            ["limit", "particles", figure] => limits.particles = figure.parse().unwrap(),
            ["limit", "types", figure] => limits.types = figure.parse().unwrap(),
            ["limit", "files", figure] => limits.files = figure.parse().unwrap(),
            _ => panic!("{}: unknown option {line}", case.display()),
        }
    }
    reader.limits(limits);
    reader
}
