//! Compares the architecture in ARCHITECTURE.md with the imports of every crate.
//!
//! ARCHITECTURE.md lists the floors of each crate in blocks that are fenced as `floors`:
//!
//! ```text
//! runtime: xml lexical -> schema -> value
//! ```
//!
//! A top module is a file or a folder directly under `src`. It may import top modules of lower
//! floors and of its own floor, as long as the imports form no circle. `lib.rs` and `main.rs` are
//! above all floors. The files of one folder may import each other. A circle that spans several
//! folders is an error.

mod example;
mod floors;
mod graph;
mod imports;

use std::path::{Path, PathBuf};

use floors::Floors;
use imports::Crate;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn document() -> String {
    std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is readable")
}

/// The source folder of a crate that the document names.
fn sources(name: &str) -> PathBuf {
    match name {
        "program" => root().join("src"),
        name => root().join(name).join("src"),
    }
}

#[test]
fn every_module_is_on_a_floor_and_imports_point_down() {
    let floors = Floors::of_document(&document());
    let mut failures = Vec::new();
    for (name, floors) in floors.crates() {
        let source = Crate::read(&sources(name));
        failures.extend(floors.unlisted(&source.top_modules()).map(|module| {
            format!("{name}: ARCHITECTURE.md lists no floor for the module `{module}`")
        }));
        failures.extend(floors.vanished(&source.top_modules()).map(|module| {
            format!("{name}: ARCHITECTURE.md lists the module `{module}`, which does not exist")
        }));
        for import in source.imports() {
            if let (Some(from), Some(to)) = (import.top_module_from(), import.top_module_to())
                && floors.leads_up(from, to)
            {
                failures.push(format!("{name}: the import {import} leads up to `{to}`"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn no_circle_of_imports_spans_folders() {
    let floors = Floors::of_document(&document());
    let mut failures = Vec::new();
    for (name, _) in floors.crates() {
        let source = Crate::read(&sources(name));
        for circle in graph::circles(source.imports()) {
            if circle.folders() > 1 {
                failures.push(format!(
                    "{name}: a circle of imports spans several folders:\n{circle}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

#[test]
fn every_crate_has_its_floors() {
    let floors = Floors::of_document(&document());
    let listed: Vec<&str> = floors.crates().map(|(name, _)| name).collect();
    for name in ["wsdl", "codegen", "runtime", "sandbox", "program"] {
        assert!(
            listed.contains(&name),
            "ARCHITECTURE.md lists no floors for `{name}`"
        );
    }
}

#[test]
fn crates_depend_on_lower_crates_only() {
    let manifest = |name: &str| root().join(name).join("Cargo.toml");
    let allowed: [(&str, &[&str]); 4] = [
        ("wsdl", &[]),
        ("runtime", &[]),
        ("codegen", &["saponify-wsdl"]),
        ("sandbox", &[]),
    ];
    for (name, allowed) in allowed {
        for dependency in workspace_dependencies(&manifest(name)) {
            assert!(
                allowed.contains(&dependency.as_str()),
                "the crate in `{name}` must not depend on `{dependency}`"
            );
        }
    }
}

/// The crates of this workspace that a manifest names under `[dependencies]`.
fn workspace_dependencies(manifest: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(manifest).expect("a manifest is readable");
    let manifest: toml::Table = text.parse().expect("a manifest is TOML");
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    dependencies
        .into_iter()
        .flat_map(toml::Table::keys)
        .filter(|name| name.starts_with("saponify"))
        .cloned()
        .collect()
}
