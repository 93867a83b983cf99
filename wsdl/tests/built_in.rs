//! The built-in schemas: all of them resolve, and none needs a file.

use std::fs;
use std::path::PathBuf;

use saponify_wsdl::{Model, Reader};

/// Target namespace and text of each built-in schema.
fn schemas() -> Vec<(String, String)> {
    let files = fs::read_dir("src/well_known").unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let is_schema = |path: &PathBuf| path.extension().is_some_and(|name| name == "xsd");
    let texts = files
        .filter(is_schema)
        .map(|path| fs::read_to_string(path).unwrap());
    let schemas: Vec<_> = texts
        .map(|text| {
            let after = text.split_once("targetNamespace=\"").unwrap().1;
            let uri = after.split_once('"').unwrap().0.to_string();
            (uri, text)
        })
        .collect();
    assert!(schemas.len() > 20, "schemas are missing");
    schemas
}

fn import(uri: &str, location: &str) -> String {
    format!(
        "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\"><types>\
         <schema xmlns=\"http://www.w3.org/2001/XMLSchema\">\
         <import namespace=\"{uri}\" schemaLocation=\"{location}\"/></schema></types></definitions>"
    )
}

/// Each schema is read as a separate document, so that all of its definitions are resolved.
#[test]
fn every_definition_resolves() {
    for (uri, text) in schemas() {
        let read = Reader::new()
            .provide("a.xsd", text)
            .read(import(&uri, "a.xsd").as_bytes());
        let model: Model = read.unwrap_or_else(|error| panic!("{uri}: {error}"));
        let imported = model.schemas.last().unwrap();
        assert_eq!(model.namespace(imported.target_namespace), uri);
        assert!(model.types.len() > 1 || !model.elements.is_empty(), "{uri}");
        let missing = model
            .notes
            .iter()
            .find(|note| note.text.contains("not defined"));
        assert_eq!(missing, None, "{uri}");
    }
}

#[test]
fn no_file_is_needed_whatever_the_location() {
    for (uri, _) in schemas() {
        for location in [
            "https://schemas.example/a.xsd",
            "/etc/a.xsd",
            "../up.xsd",
            "C:\\a.xsd",
        ] {
            let model = Reader::new().read(import(&uri, location).as_bytes());
            let model = model.unwrap_or_else(|error| panic!("{uri}: {error}"));
            let [note] = model.notes.as_slice() else {
                panic!("{uri}: {:?}", model.notes);
            };
            assert!(
                note.text.ends_with("its namespace is built in"),
                "{}",
                note.text
            );
        }
    }
}
