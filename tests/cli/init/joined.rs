//! Packages and workspaces that exist.

use std::path::Path;

use super::{init, text};

fn write(folder: &Path, file: &str, content: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn manifest(path: &Path) -> toml::Table {
    text(path).parse().unwrap()
}

fn members(path: &Path) -> Vec<String> {
    let manifest = manifest(path);
    let members = manifest["workspace"]["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| member.as_str().unwrap().to_owned())
        .collect()
}

/// Whether cargo understands the workspace, and has these packages in it.
fn packages(folder: &Path) -> Vec<String> {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let mut names: Vec<String> = packages
        .map(|package| package["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

const OURS: &str = "# Ours.\n[package]\nname = \"ours\" # and only ours\nedition = \"2024\"\n\n[dependencies]\nserde = \"1\"\n";

#[test]
fn a_package_is_joined_and_keeps_its_comments() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Cargo.toml", OURS);
    write(folder.path(), "src/lib.rs", "");
    init(folder.path(), &["--saponify", "registry"]);
    let after = text(&folder.path().join("Cargo.toml"));
    assert!(
        after.starts_with("# Ours.\n") && after.contains("# and only ours"),
        "{after}"
    );
    let own = manifest(&folder.path().join("Cargo.toml"));
    assert!(own["dependencies"]["saponify"].get("version").is_some());
    assert_eq!(own["dependencies"]["serde"].as_str(), Some("1"));
    assert!(!folder.path().join("src/main.rs").exists());
    assert!(
        folder
            .path()
            .join("enterprise/examples/accounts.rs")
            .exists()
    );
    assert!(folder.path().join("enterprise/tests/sandbox.rs").exists());
    assert_eq!(packages(folder.path()), ["enterprise", "ours"]);
}

#[test]
fn a_member_of_a_workspace_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, app) in [
        ("plain", OURS.to_owned()),
        (
            "named",
            OURS.replace("edition", "workspace = \"../..\"\nedition"),
        ),
    ] {
        let root = folder.path().join(name);
        let list = "# The root.\n[workspace]\nmembers = [\"apps/ours\"]\n";
        write(&root, "Cargo.toml", list);
        write(&root, "apps/ours/Cargo.toml", &app);
        write(&root, "apps/ours/src/lib.rs", "");
        init(&root.join("apps/ours"), &[]);
        let own = manifest(&root.join("apps/ours/Cargo.toml"));
        assert!(!own.contains_key("workspace"), "{name}");
        let expected = ["apps/ours", "apps/ours/enterprise"];
        assert_eq!(members(&root.join("Cargo.toml")), expected, "{name}");
        assert!(text(&root.join("Cargo.toml")).starts_with("# The root."));
        assert_eq!(packages(&root), ["enterprise", "ours"]);
    }
}

#[test]
fn a_new_folder_in_a_workspace_becomes_a_member() {
    let folder = tempfile::tempdir().unwrap();
    let list = "[workspace]\nmembers = [\"apps/*\"]\nexclude = [\"apart\"]\nresolver = \"3\"\n";
    write(folder.path(), "Cargo.toml", list);
    std::fs::create_dir(folder.path().join("apps")).unwrap();
    init(folder.path(), &["--dir", "apps/crm"]);
    let own = manifest(&folder.path().join("apps/crm/Cargo.toml"));
    assert!(!own.contains_key("workspace"));
    assert_eq!(packages(folder.path()), ["crm", "enterprise"]);
    // Outside of the workspace, the project is one of its own.
    init(folder.path(), &["--dir", "apart"]);
    let own = manifest(&folder.path().join("apart/Cargo.toml"));
    assert!(own.contains_key("workspace"));
    assert_eq!(
        packages(&folder.path().join("apart")),
        ["apart", "enterprise"]
    );
}

#[test]
fn the_root_of_a_workspace_gets_a_member() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "Cargo.toml",
        "[workspace]\nmembers = []\nresolver = \"3\"\n",
    );
    init(folder.path(), &["--name", "crm"]);
    assert_eq!(members(&folder.path().join("Cargo.toml")), ["crm"]);
    assert_eq!(packages(folder.path()), ["crm"]);
}
