//! The messages of the compiler for code that a user tries first and that does not compile. The
//! library's module `first_guesses` has the guesses that compile.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, fs};

/// Compiles a function of a client, and returns what the compiler says.
fn said(name: &str, body: &str) -> String {
    let deps = env::current_exe().unwrap().parent().unwrap().to_owned();
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("first_guesses");
    fs::create_dir_all(&dir).unwrap();
    let source = dir.join(name).with_extension("rs");
    let text = format!(
        "use saponify_goldens::tenant::{{Account, Soap}};\n\
         pub async fn guess(soap: Soap) -> Result<(), Box<dyn std::error::Error>> {{\n{body}\nOk(())\n}}\n"
    );
    fs::write(&source, text).unwrap();
    let output = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .arg("--out-dir")
        .arg(&dir)
        .arg("-L")
        .arg(format!("dependency={}", deps.display()))
        .arg(format!(
            "--extern=saponify_goldens={}",
            library(&deps).display()
        ))
        .arg(&source)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{name} compiles: {body}");
    said
}

/// The library of generated code. If there are several builds of it, this is the newest one.
fn library(deps: &Path) -> PathBuf {
    let files = fs::read_dir(deps).unwrap().map(|file| file.unwrap().path());
    let libraries = files.filter(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libsaponify_goldens-") && name.ends_with(".rlib")
    });
    let changed = |path: &PathBuf| {
        let changed = fs::metadata(path).and_then(|file| file.modified());
        changed.unwrap_or(SystemTime::UNIX_EPOCH)
    };
    libraries.max_by_key(changed).expect("the library is built")
}

/// Asserts that the compiler says all of these texts.
#[track_caller]
fn assert_says(name: &str, body: &str, texts: &[&str]) {
    let said = said(name, body);
    for text in texts {
        assert!(said.contains(text), "{text:?} is missing in:\n{said}");
    }
}

#[test]
fn a_record_by_value() {
    let texts = [
        "neither a reference to a record nor a list of records",
        "&Account::new()",
    ];
    assert_says("by_value", "soap.create(Account::new()).await?;", &texts);
}

#[test]
fn an_id_as_a_text() {
    let texts = [
        "`&str` is neither a record id nor a list of record ids",
        "text.parse::<saponify::salesforce::Id>()?",
    ];
    assert_says(
        "delete",
        r#"soap.delete("001D000000IRFma").await?;"#,
        &texts,
    );
    let retrieve = r#"soap.retrieve("Id", "Account", "001D000000IRFma").await?;"#;
    assert_says("retrieve", retrieve, &texts);
}

#[test]
fn an_id_that_is_parsed_without_a_type() {
    let guess = r#"drop(Account::new().with_owner_id("005D000000IRFma".parse()?));"#;
    assert_says(
        "parse",
        guess,
        &["text.parse::<saponify::salesforce::Id>()?"],
    );
    let guess = r#"drop(Account::new().with_owner_id("005D000000IRFma"));"#;
    assert_says(
        "text",
        guess,
        &["text.parse::<saponify::salesforce::Id>()?"],
    );
}
