//! What is published: each crate has what a registry shows of it, and its package has what the build needs and
//! nothing else. `.ci/run` builds each package from what would be uploaded.

use std::collections::BTreeSet;
use std::process::Command;

use toml::Value;

use super::{numbers, read, root};

/// The folders of the crates that are published.
const PUBLISHED: [&str; 5] = [".", "codegen", "runtime", "sandbox", "wsdl"];

/// What crates.io allows of a keyword: <https://doc.rust-lang.org/cargo/reference/manifest.html>.
fn is_keyword(word: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    word.len() <= 20
        && word.starts_with(|c: char| c.is_ascii_alphanumeric())
        && word.chars().all(allowed)
}

/// The output of cargo, which must succeed.
fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    let output = command
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_crate_is_published_with_all_that_a_registry_shows_or_not_at_all() {
    let members = read("Cargo.toml")["workspace"]["members"].clone();
    let members = members
        .as_array()
        .unwrap()
        .iter()
        .map(|member| member.as_str().unwrap());
    for folder in members.chain(["."]) {
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let package = &manifest["package"];
        let is_published = package.get("publish").and_then(Value::as_bool) != Some(false);
        assert_eq!(is_published, PUBLISHED.contains(&folder), "{folder}");
        if !is_published {
            continue;
        }
        let name = package["name"].as_str().unwrap();
        for key in [
            "version",
            "edition",
            "rust-version",
            "license",
            "repository",
        ] {
            assert_eq!(
                package[key]["workspace"].as_bool(),
                Some(true),
                "{name}: {key}"
            );
        }
        let description = package["description"].as_str().unwrap();
        assert!(
            (20..150).contains(&description.len()),
            "{name}: {description}"
        );
        let page = package["documentation"].as_str();
        assert_eq!(page, Some(&*format!("https://docs.rs/{name}")));
        let words = package["keywords"].as_array().unwrap();
        assert!((1..=5).contains(&words.len()), "{name}: {words:?}");
        assert!(
            words.iter().all(|word| is_keyword(word.as_str().unwrap())),
            "{name}: {words:?}"
        );
        let categories = package["categories"].as_array().unwrap();
        assert!(
            (1..=5).contains(&categories.len()),
            "{name}: {categories:?}"
        );
    }
}

#[test]
fn a_package_has_its_licenses_and_its_readme_and_neither_tests_nor_keys_of_tenants() {
    for folder in PUBLISHED {
        let manifest = format!("{folder}/Cargo.toml");
        let name = read(&manifest)["package"]["name"]
            .as_str()
            .unwrap()
            .to_owned();
        let list = cargo(&[
            "package",
            "--list",
            "--allow-dirty",
            "--offline",
            "-p",
            &name,
        ]);
        let files: BTreeSet<&str> = list.lines().collect();
        for file in [
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "src/lib.rs",
        ] {
            assert!(files.contains(file), "{name}: {file} is missing");
        }
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let path = root().join(folder).join(license);
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(
                text,
                std::fs::read_to_string(root().join(license)).unwrap(),
                "{name}"
            );
        }
        let built = [
            "Cargo",
            "LICENSE-",
            "README.md",
            ".cargo_vcs_info.json",
            "build.rs",
            "src/",
        ];
        let others: Vec<_> = files
            .iter()
            .filter(|file| !built.iter().any(|start| file.starts_with(start)))
            .collect();
        let expected: &[&str] = match folder {
            // `build.rs` generates from the WSDLs, and `saponify demo` serves the org.
            "." => &[
                "tenants/demo/enterprise.wsdl",
                "tenants/demo/org.toml",
                "tenants/demo/outbound.wsdl",
            ],
            "codegen" => &["saponify.schema.json"],
            _ => &[],
        };
        assert_eq!(others, expected.iter().collect::<Vec<_>>(), "{name}");
    }
}

/// Clippy's lint `incompatible_msrv` looks at the code here. This looks at the dependencies.
#[test]
fn no_dependency_needs_a_newer_rust_than_the_one_that_is_promised() {
    let promised = read("Cargo.toml")["workspace"]["package"]["rust-version"].clone();
    let promised = numbers(promised.as_str().unwrap());
    let triple = cargo_host();
    let metadata = cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--offline",
        "--filter-platform",
        &triple,
    ]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    for package in packages {
        if let Some(needed) = package["rust_version"].as_str() {
            assert!(
                numbers(needed) <= promised || numbers(needed)[..2] == promised[..2],
                "{}: {needed}",
                package["name"]
            );
        }
    }
}

/// The target triple of this machine.
fn cargo_host() -> String {
    let version = cargo(&["--version", "--verbose"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}
