//! `saponify init`.

mod compiled;
mod joined;

use std::path::Path;

use crate::support::{complaint, printed, repository, saponify, tree};

pub(super) fn init(directory: &Path, arguments: &[&str]) -> String {
    let mut command = saponify(["init"]);
    command.args(arguments).current_dir(directory);
    printed(command)
}

pub(super) fn text(path: &Path) -> String {
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
    assert!(text(&acme.join("src/lib.rs")).contains("use enterprise::{Account, Soap};"));
    assert!(text(&acme.join("src/main.rs")).contains("acme::account_names(&soap)"));
    assert!(text(&acme.join(".github/workflows/ci.yml")).contains("cargo test"));
    saponify_sandbox::Org::parse(&text(&acme.join("tests/org.toml"))).unwrap();
    for file in [
        "src/lib.rs",
        "src/main.rs",
        "tests/sandbox.rs",
        "enterprise/src/lib.rs",
        "enterprise/build.rs",
    ] {
        assert!(syn::parse_file(&text(&acme.join(file))).is_ok(), "{file}");
    }
    // The options are found and name the WSDL.
    let mut generate = saponify(["generate", "--out", "out"]);
    generate.current_dir(acme.join("enterprise"));
    printed(generate);
    // Nothing is checked in that could be compared.
    let mut check = saponify(["generate", "--check"]);
    let said = complaint(check.current_dir(acme.join("enterprise")));
    assert!(said.contains("build.rs generates the code"), "{said}");
    assert!(!said.contains("without --check"), "{said}");
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

#[test]
fn a_name_that_another_crate_has_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wsdl = repository("tenants/demo/enterprise.wsdl");
    for name in ["tokio", "core", "saponify"] {
        let mut command = saponify(["init", "--dir", "new", "--name", name]);
        let output = command.current_dir(folder.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
        let file = folder.path().join(format!("{name}.wsdl"));
        std::fs::copy(&wsdl, &file).unwrap();
        let mut command = saponify(["init", "--dir", "new"]);
        let output = command
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(!folder.path().join("new").exists());
    }
    // The folder and the crate have one name: the program gets another.
    init(folder.path(), &["--dir", "app", "--name", "app"]);
    let manifest: toml::Table = text(&folder.path().join("app/Cargo.toml")).parse().unwrap();
    assert_eq!(manifest["package"]["name"].as_str(), Some("program"));
}

#[test]
fn what_a_wsdl_imports_comes_along() {
    let folder = tempfile::tempdir().unwrap();
    let wsdl = repository("codegen/tests/fixtures/server/input.wsdl");
    let arguments = [wsdl.to_str().unwrap(), "--name", "library", "--dir", "made"];
    init(folder.path(), &arguments);
    let made = folder.path().join("made/library");
    let schema = wsdl.with_file_name("types.xsd");
    assert_eq!(text(&made.join("types.xsd")), text(&schema));
    let mut generate = saponify(["generate", "--out", "out"]);
    generate.current_dir(&made);
    printed(generate);
    // A service without accounts has a program, too.
    let program = text(&folder.path().join("made/src/main.rs"));
    assert!(program.contains("::builder().anonymous("), "{program}");
    assert!(syn::parse_file(&program).is_ok());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    // A link that leads nowhere is in the way.
    std::fs::create_dir_all(folder.path().join("enterprise")).unwrap();
    let link = folder.path().join("enterprise/build.rs");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let said = complaint(saponify(["init"]).current_dir(folder.path()));
    assert!(said.contains("build.rs exists already"), "{said}");
    assert!(!folder.path().join("enterprise/nowhere").exists());
    // A file is where a folder must be.
    std::fs::remove_file(&link).unwrap();
    std::fs::write(folder.path().join("tests"), "mine").unwrap();
    let said = complaint(saponify(["init"]).current_dir(folder.path()));
    assert!(said.contains("cannot write"), "{said}");
    let after = tree(folder.path());
    assert_eq!(after.len(), 1, "{:?}", after.keys());
    assert_eq!(after[Path::new("tests")], b"mine");
}
