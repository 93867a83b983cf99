//! The files that imports can and cannot reach.

use std::fs;
use std::path::{Path, PathBuf};

use saponify_wsdl::{ErrorKind, Limits, Reader};

/// An empty directory for one test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("imports")
        .join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn importing(location: &str) -> String {
    format!(
        "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"><types>\
         <schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:a\">\
         <import namespace=\"urn:b\" schemaLocation=\"{location}\"/></schema></types></definitions>"
    )
}

const SCHEMA: &str =
    "<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:b\"/>";

#[test]
fn files_below_the_directory_are_read_and_listed() {
    let root = directory("below");
    fs::create_dir(root.join("xsd")).unwrap();
    fs::write(root.join("xsd/b.xsd"), SCHEMA).unwrap();
    for location in [
        "xsd/b.xsd",
        "./xsd//b.xsd",
        "xsd/../xsd/b.xsd",
        "xsd\\b.xsd",
    ] {
        fs::write(root.join("a.wsdl"), importing(location)).unwrap();
        let model = Reader::new().read_file(root.join("a.wsdl")).unwrap();
        assert_eq!(
            model.files,
            [root.join("a.wsdl"), root.join("xsd/b.xsd")],
            "{location}"
        );
    }
}

#[test]
fn files_above_the_directory_need_a_root() {
    let root = directory("above");
    fs::create_dir(root.join("wsdl")).unwrap();
    fs::write(root.join("b.xsd"), SCHEMA).unwrap();
    fs::write(root.join("wsdl/a.wsdl"), importing("../b.xsd")).unwrap();
    let path = root.join("wsdl/a.wsdl");
    let error = Reader::new().read_file(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImportRefused);
    let model = Reader::new().allow_root(&root).read_file(&path).unwrap();
    assert_eq!(model.files, [path, root.join("b.xsd")]);
}

#[test]
fn a_sibling_whose_name_starts_alike_is_outside() {
    let root = directory("prefix");
    for name in ["wsdl", "wsdl-secret"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    fs::write(root.join("wsdl-secret/b.xsd"), SCHEMA).unwrap();
    fs::write(root.join("wsdl/a.wsdl"), importing("../wsdl-secret/b.xsd")).unwrap();
    let error = Reader::new()
        .read_file(root.join("wsdl/a.wsdl"))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImportRefused);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_directory_is_refused() {
    let root = directory("link");
    for name in ["wsdl", "elsewhere"] {
        fs::create_dir(root.join(name)).unwrap();
    }
    fs::write(root.join("elsewhere/b.xsd"), SCHEMA).unwrap();
    std::os::unix::fs::symlink(root.join("elsewhere/b.xsd"), root.join("wsdl/b.xsd")).unwrap();
    fs::write(root.join("wsdl/a.wsdl"), importing("b.xsd")).unwrap();
    let path = root.join("wsdl/a.wsdl");
    let error = Reader::new().read_file(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImportRefused);
    assert!(
        Reader::new()
            .allow_root(root.join("elsewhere"))
            .read_file(&path)
            .is_ok()
    );
}

#[test]
fn a_directory_is_not_a_document() {
    let root = directory("directory");
    fs::create_dir(root.join("b.xsd")).unwrap();
    fs::write(root.join("a.wsdl"), importing("b.xsd")).unwrap();
    let error = Reader::new().read_file(root.join("a.wsdl")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        Reader::new().read_file(&root).unwrap_err().kind(),
        ErrorKind::Io
    );
}

#[test]
fn a_missing_file_is_named_with_its_cause() {
    let error = Reader::new().read_file("tests/no-such.wsdl").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(
        error.to_string(),
        "tests/no-such.wsdl: the file cannot be read"
    );
    assert!(format!("{error:?}").contains("\n  caused by: "));
}

#[test]
fn a_file_above_the_limit_is_not_read_completely() {
    let root = directory("size");
    fs::write(root.join("a.wsdl"), " ".repeat(4_097)).unwrap();
    let mut limits = Limits::default();
    limits.file_size = 4_096;
    let error = Reader::new()
        .limits(limits)
        .read_file(root.join("a.wsdl"))
        .unwrap_err();
    assert_eq!(error.limit(), Some(("file_size", 4_096)));
}

#[test]
fn a_file_may_be_named_without_a_directory() {
    // The working directory of a test is that of its crate.
    let error = Reader::new().read_file("Cargo.toml").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotWellFormed);
}
