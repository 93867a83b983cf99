//! `saponify diff`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{repository, saponify};

const FAX: &str = "<element name=\"Fax\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:string\"/>";

/// A directory with the WSDL of the demo tenant, and the same without the field `Account.Fax`.
fn two() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let all = std::fs::read_to_string(repository("tenants/demo/enterprise.wsdl")).unwrap();
    std::fs::write(folder.path().join("all.wsdl"), &all).unwrap();
    std::fs::write(folder.path().join("fewer.wsdl"), all.replacen(FAX, "", 1)).unwrap();
    folder
}

/// Runs the comparison: exit code, standard output and standard error.
fn diff(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = saponify([&["diff"], arguments].concat())
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn exit_codes_say_what_the_changes_mean() {
    let folder = two();
    let code = |arguments: &[&str]| diff(folder.path(), arguments).0;
    assert_eq!(code(&["all.wsdl", "all.wsdl"]), Some(0));
    assert_eq!(code(&["all.wsdl", "all.wsdl", "--fail-on", "any"]), Some(0));
    assert_eq!(code(&["all.wsdl", "fewer.wsdl"]), Some(1));
    assert_eq!(code(&["fewer.wsdl", "all.wsdl"]), Some(1));
    let breaking = ["--fail-on", "breaking"];
    assert_eq!(
        code(&[&["fewer.wsdl", "all.wsdl"], &breaking[..]].concat()),
        Some(0)
    );
    assert_eq!(
        code(&[&["all.wsdl", "fewer.wsdl"], &breaking[..]].concat()),
        Some(1)
    );
    assert_eq!(code(&["all.wsdl", "none.wsdl"]), Some(2));
    // The field that differs is not selected.
    assert_eq!(
        code(&["all.wsdl", "fewer.wsdl", "--exclude", "Account.Fax"]),
        Some(0)
    );
}

#[test]
fn text_names_the_two_files_and_the_change() {
    let folder = two();
    let (_, text, said) = diff(folder.path(), &["all.wsdl", "fewer.wsdl"]);
    assert_eq!(
        text,
        "all.wsdl (API 64.0) -> fewer.wsdl (API 64.0)\n\nBreaking: 1\n  Account\n    - field Fax: string \
         (breaks code and data)\n"
    );
    assert_eq!(said, "");
}

#[test]
fn json_is_for_programs() {
    let folder = two();
    let (_, text, _) = diff(
        folder.path(),
        &["all.wsdl", "fewer.wsdl", "--format", "json"],
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["impact"], "breaking");
    assert_eq!(document["breaking"], 1);
    let change = &document["changes"][0];
    for (key, value) in [
        ("item", "field"),
        ("kind", "removed"),
        ("owner", "Account"),
        ("name", "Fax"),
        ("old", "string"),
        ("rust", "breaking"),
        ("data", "breaking"),
    ] {
        assert_eq!(change[key], value, "{key}");
    }
    assert_eq!(change["new"], Value::Null);
}

#[test]
fn markdown_is_for_a_pull_request() {
    let folder = two();
    let (_, text, _) = diff(
        folder.path(),
        &["fewer.wsdl", "all.wsdl", "--format", "markdown"],
    );
    assert!(
        text.contains(
            "<details><summary>Additive: 1</summary>\n\n- `Account`: field is new: `Fax`"
        ),
        "{text}"
    );
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let status = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .output();
    status.is_ok_and(|output| output.status.success())
}

#[test]
fn a_side_can_be_a_file_of_a_revision_with_what_it_imports() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    if !git(path, &["init", "--quiet"]) {
        eprintln!("not run: git is not installed");
        return;
    }
    let schema = |extra: &str| {
        format!(
            "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:a' \
             xmlns:a='urn:a'><element name='ask'><complexType><sequence>\
             <element name='text' type='string'/>{extra}</sequence></complexType></element></schema>"
        )
    };
    let wsdl = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' \
        xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:a='urn:a' targetNamespace='urn:a'>\
        <types><schema xmlns='http://www.w3.org/2001/XMLSchema'>\
        <import namespace='urn:a' schemaLocation='parts/a.xsd'/></schema></types>\
        <message name='ask'><part name='p' element='a:ask'/></message>\
        <portType name='A'><operation name='ask'><input message='a:ask'/></operation></portType>\
        <binding name='A' type='a:A'><s:binding transport='http://schemas.xmlsoap.org/soap/http'/>\
        <operation name='ask'><s:operation soapAction=''/><input><s:body use='literal'/></input>\
        </operation></binding></definitions>";
    std::fs::create_dir_all(path.join("wsdl/parts")).unwrap();
    std::fs::write(path.join("wsdl/a.wsdl"), wsdl).unwrap();
    std::fs::write(path.join("wsdl/parts/a.xsd"), schema("")).unwrap();
    assert!(git(path, &["add", "."]) && git(path, &["commit", "--quiet", "-m", "first"]));
    let more = schema("<element name='more' type='int' minOccurs='0'/>");
    std::fs::write(path.join("wsdl/parts/a.xsd"), more).unwrap();

    let (code, text, said) = diff(path, &["HEAD:wsdl/a.wsdl", "wsdl/a.wsdl"]);
    assert_eq!(code, Some(1), "{text}{said}");
    assert!(
        text.starts_with("HEAD:wsdl/a.wsdl -> wsdl/a.wsdl\n"),
        "{text}"
    );
    assert!(
        text.contains("+ argument more: int, optional (breaks code)"),
        "{text}"
    );

    for wrong in [
        "HEAD:wsdl/none.wsdl",
        "nowhere:wsdl/a.wsdl",
        "-x:wsdl/a.wsdl",
    ] {
        let (code, _, said) = diff(path, &["--", wrong, "wsdl/a.wsdl"]);
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.starts_with("error: ") && said.contains(wrong),
            "{said}"
        );
    }
}

#[test]
fn one_revision_is_compared_with_the_input_of_saponify_toml() {
    let folder = two();
    let path = folder.path();
    if !git(path, &["init", "--quiet"]) {
        eprintln!("not run: git is not installed");
        return;
    }
    std::fs::create_dir(path.join("deep")).unwrap();
    std::fs::write(path.join("saponify.toml"), "input = 'all.wsdl'\n").unwrap();
    assert!(git(path, &["add", "."]) && git(path, &["commit", "--quiet", "-m", "first"]));
    assert_eq!(diff(path, &["HEAD"]).0, Some(0));
    std::fs::copy(path.join("fewer.wsdl"), path.join("all.wsdl")).unwrap();
    let (code, text, said) = diff(&path.join("deep"), &["HEAD"]);
    assert_eq!(code, Some(1), "{text}{said}");
    assert!(text.contains("- field Fax"), "{text}");
    let (code, _, said) = diff(path, &["nowhere"]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: cannot read nowhere:"), "{said}");
}

#[test]
fn tenants_are_compared_by_name() {
    let folder = two();
    let toml = "[tenants.europe]\ninput = 'all.wsdl'\n[tenants.america]\ninput = 'fewer.wsdl'\n";
    std::fs::write(folder.path().join("saponify.toml"), toml).unwrap();
    let (code, text, said) = diff(folder.path(), &["europe", "america"]);
    assert_eq!(code, Some(1), "{text}{said}");
    assert!(
        text.starts_with("all.wsdl (API 64.0) -> fewer.wsdl"),
        "{text}"
    );
    // Without a second name, it is not clear which tenant is meant.
    let (code, _, said) = diff(folder.path(), &["europe"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("--tenant"), "{said}");
}

/// A WSDL may be at the top of a repository with thousands of XML files.
#[test]
fn only_what_a_wsdl_imports_is_taken_from_a_revision() {
    let folder = two();
    let path = folder.path();
    if !git(path, &["init", "--quiet"]) {
        eprintln!("not run: git is not installed");
        return;
    }
    let wsdl = std::fs::read_to_string(path.join("all.wsdl")).unwrap();
    assert!(wsdl.contains("<import") && wsdl.contains("location="));
    assert!(git(path, &["add", "."]) && git(path, &["commit", "--quiet", "-m", "first"]));
    // A module of another repository has no content here, so reading it would fail.
    let module = "160000,0123456789012345678901234567890123456789,meta/Account-meta.xml";
    assert!(git(path, &["update-index", "--add", "--cacheinfo", module]));
    assert!(git(path, &["commit", "--quiet", "-m", "second"]));
    let (code, text, said) = diff(path, &["HEAD:all.wsdl", "fewer.wsdl"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(text.contains("- field Fax"), "{text}");
}

#[test]
fn the_options_of_a_file_count_whichever_side_is_a_revision() {
    let folder = two();
    let path = folder.path();
    if !git(path, &["init", "--quiet"]) {
        eprintln!("not run: git is not installed");
        return;
    }
    let toml = "input = 'all.wsdl'\n[exclude]\nfields = ['Account.Fax']\n";
    std::fs::write(path.join("saponify.toml"), toml).unwrap();
    assert!(git(path, &["add", "."]) && git(path, &["commit", "--quiet", "-m", "first"]));
    std::fs::copy(path.join("fewer.wsdl"), path.join("all.wsdl")).unwrap();
    for sides in [["HEAD:all.wsdl", "all.wsdl"], ["all.wsdl", "HEAD:all.wsdl"]] {
        let (code, text, said) = diff(path, &sides);
        assert_eq!(code, Some(0), "{text}{said}");
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_file_cannot_imitate_other_text() {
    let folder = two();
    std::fs::copy(
        folder.path().join("fewer.wsdl"),
        folder.path().join("a\u{202e}\u{1b}[2J.wsdl"),
    )
    .unwrap();
    let (_, text, _) = diff(folder.path(), &["all.wsdl", "a\u{202e}\u{1b}[2J.wsdl"]);
    assert!(text.starts_with("all.wsdl (API 64.0) -> a"), "{text:?}");
    assert!(!text.contains(['\u{202e}', '\u{1b}']), "{text:?}");
}
