//! `saponify init`.

use std::path::Path;

use crate::support::{complaint, printed, repository, saponify, tree};

fn init(directory: &Path, arguments: &[&str]) -> String {
    let mut command = saponify(["init"]);
    command.args(arguments).current_dir(directory);
    printed(command)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn a_new_project_has_a_crate_for_the_proxies_and_a_program() {
    let folder = tempfile::tempdir().unwrap();
    init(folder.path(), &["--dir", "acme"]);
    let acme = folder.path().join("acme");
    let manifest: toml::Table = text(&acme.join("Cargo.toml")).parse().unwrap();
    assert_eq!(manifest["package"]["name"].as_str(), Some("acme"));
    assert_eq!(
        manifest["workspace"]["members"][0].as_str(),
        Some("enterprise")
    );
    assert_eq!(
        manifest["dependencies"]["enterprise"]["path"].as_str(),
        Some("enterprise")
    );
    let proxies: toml::Table = text(&acme.join("enterprise/Cargo.toml")).parse().unwrap();
    assert_eq!(
        proxies["build-dependencies"]["saponify-codegen"]["features"][0].as_str(),
        Some("toml")
    );
    assert!(text(&acme.join("enterprise/src/lib.rs")).contains("include_proxies!(enterprise)"));
    assert!(text(&acme.join("src/main.rs")).contains("use enterprise::{Account, Soap};"));
    for file in [
        "src/main.rs",
        "enterprise/src/lib.rs",
        "enterprise/build.rs",
    ] {
        assert!(syn::parse_file(&text(&acme.join(file))).is_ok(), "{file}");
    }
    // The options are found and name the WSDL.
    let mut generate = saponify(["generate", "--out", "out"]);
    generate.current_dir(acme.join("enterprise"));
    printed(generate);
}

#[test]
fn checked_in_proxies_are_up_to_date_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let wsdl = repository("tenants/demo/enterprise.wsdl");
    let arguments = [wsdl.to_str().unwrap(), "--name", "tenant", "--checked-in"];
    init(folder.path(), &arguments);
    let own = folder.path().join("tenant");
    assert!(own.join("src/proxies/sobjects/account.rs").exists());
    assert!(!own.join("build.rs").exists());
    let mut check = saponify(["generate", "--check"]);
    check.current_dir(&own);
    assert!(printed(check).contains("up to date"));
}

#[test]
fn a_project_that_exists_is_joined_and_keeps_its_comments() {
    let folder = tempfile::tempdir().unwrap();
    let before =
        "# Ours.\n[package]\nname = \"ours\" # and only ours\n\n[dependencies]\nserde = \"1\"\n";
    std::fs::write(folder.path().join("Cargo.toml"), before).unwrap();
    init(folder.path(), &[]);
    let after = text(&folder.path().join("Cargo.toml"));
    assert!(
        after.starts_with("# Ours.\n") && after.contains("# and only ours"),
        "{after}"
    );
    let manifest: toml::Table = after.parse().unwrap();
    assert_eq!(
        manifest["workspace"]["members"][0].as_str(),
        Some("enterprise")
    );
    assert!(
        manifest["dependencies"]["saponify"]
            .get("version")
            .is_some()
    );
    assert_eq!(manifest["dependencies"]["serde"].as_str(), Some("1"));
    assert!(!folder.path().join("src/main.rs").exists());
}

#[test]
fn nothing_is_replaced_and_a_wrong_wsdl_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.wsdl"), "<html>").unwrap();
    let mut command = saponify(["init", "bad.wsdl", "--dir", "new"]);
    complaint(command.current_dir(folder.path()));
    assert!(!folder.path().join("new").exists());

    init(folder.path(), &["--dir", "acme"]);
    let before = tree(folder.path());
    let mut again = saponify(["init", "--dir", "acme"]);
    let said = complaint(again.current_dir(folder.path()));
    assert!(said.contains("exists already"), "{said}");
    assert_eq!(tree(folder.path()), before);
}
