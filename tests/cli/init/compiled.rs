//! Projects that are made, compiled and run. This takes minutes, so `cargo test` leaves it out; `.ci/run` calls
//! `cargo test --test cli -- --ignored compiled`.

use std::path::Path;
use std::process::Command;

use super::{init, text};
use crate::support::repository;

/// Runs cargo in a project. The versions of dependencies are those of this repository, so that nothing has to be
/// downloaded.
#[track_caller]
fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let lock = folder.join("Cargo.lock");
    if !lock.exists() {
        std::fs::copy(repository("Cargo.lock"), &lock).unwrap();
    }
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", repository("target/made-projects"))
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out
}

fn made(arguments: &[&str], before: impl FnOnce(&Path)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    before(folder.path());
    let saponify = repository("");
    let mut arguments = arguments.to_vec();
    arguments.extend(["--saponify", saponify.to_str().unwrap()]);
    init(folder.path(), &arguments);
    folder
}

#[test]
#[ignore = "compiles a project"]
fn a_new_project_passes_its_test() {
    let project = made(&["--dir", "acme"], |_| {});
    let said = cargo(&project.path().join("acme"), &["test", "--workspace"]);
    assert!(
        said.contains("accounts_are_listed_by_name ... ok"),
        "{said}"
    );
}

#[test]
#[ignore = "compiles a project"]
fn a_joined_package_passes_the_tests_of_its_crate() {
    let project = made(&["--checked-in"], |folder| {
        let manifest = "[package]\nname = \"ours\"\nedition = \"2024\"\n";
        std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        std::fs::create_dir(folder.join("src")).unwrap();
        std::fs::write(folder.join("src/lib.rs"), "pub use enterprise::Account;\n").unwrap();
    });
    let said = cargo(project.path(), &["test", "--workspace", "--all-targets"]);
    assert!(said.contains("accounts_are_read ... ok"), "{said}");
    assert!(
        said.contains("the_generated_code_is_up_to_date ... ok"),
        "{said}"
    );
}

#[test]
#[ignore = "compiles a project"]
fn a_service_without_accounts_has_a_client() {
    let wsdl = repository("codegen/tests/fixtures/server/input.wsdl");
    let project = made(
        &[
            wsdl.to_str().unwrap(),
            "--name",
            "library",
            "--dir",
            "books",
        ],
        |_| {},
    );
    let books = project.path().join("books");
    let said = cargo(&books, &["run", "--quiet", "--", "https://localhost/"]);
    assert!(said.contains("localhost"), "{said}");
    assert!(text(&books.join("library/saponify.toml")).contains("input.wsdl"));
}
