//! The JSON schema of `saponify.toml` and the parser agree: they have the same keys, and each key takes the
//! same type.

use std::collections::BTreeSet;

use saponify_codegen::Project;
use serde_json::Value;

fn schema() -> Value {
    serde_json::from_str(Project::SCHEMA).unwrap()
}

/// The schema that a reference means.
fn resolved<'s>(root: &'s Value, node: &'s Value) -> &'s Value {
    match node["$ref"].as_str() {
        Some("#") => root,
        Some(path) => root.pointer(path.trim_start_matches('#')).unwrap(),
        None => node,
    }
}

fn keys(node: &Value) -> BTreeSet<String> {
    let properties = node["properties"].as_object();
    properties
        .into_iter()
        .flatten()
        .map(|(key, _)| key.clone())
        .collect()
}

/// The keys that the parser knows in a table. It lists them if no key is similar to the one it meets.
fn parsed_keys(table: &str) -> BTreeSet<String> {
    let text = format!("{table}\nqqqqqqqqqqqqqqqqqqqqqqqqqq = 1\n");
    let error = Project::from_toml(&text).unwrap_err().to_string();
    let list = error.split_once("expected one of ").unwrap().1;
    list.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_keys_are_the_same() {
    let root = schema();
    assert_eq!(keys(&root), parsed_keys(""));
    for table in ["include", "exclude", "rename"] {
        let node = resolved(&root, &root["properties"][table]);
        assert_eq!(keys(node), parsed_keys(&format!("[{table}]")), "{table}");
        assert_eq!(node["additionalProperties"], false, "{table}");
    }
    assert_eq!(root["additionalProperties"], false);
    // A tenant has all keys of the file.
    let tenants = &root["properties"]["tenants"]["additionalProperties"];
    assert_eq!(tenants["$ref"], "#");
    assert_eq!(parsed_keys("[tenants.a]"), keys(&root));
}

/// A value of the type that a schema asks for, and values of other types.
fn values(root: &Value, node: &Value) -> (String, Vec<String>) {
    const ALL: [(&str, &str); 5] = [
        ("boolean", "true"),
        ("string", "\"x\""),
        ("array", "[\"x\"]"),
        ("object", "{ }"),
        ("integer", "3"),
    ];
    let kind = resolved(root, node)["type"].as_str().unwrap();
    let right = ALL.iter().find(|(name, _)| *name == kind).unwrap().1;
    let wrong = ALL.iter().filter(|(name, _)| *name != kind);
    (
        right.to_owned(),
        wrong.map(|(_, value)| (*value).to_owned()).collect(),
    )
}

#[test]
fn each_key_takes_the_type_that_the_schema_says() {
    let root = schema();
    let mut tried = 0;
    let mut check = |prefix: &str, node: &Value| {
        for key in keys(node) {
            let (right, wrong) = values(&root, &node["properties"][&key]);
            let line = |value: &str| format!("{prefix}{key} = {value}\n");
            let read = Project::from_toml(&line(&right));
            assert!(read.is_ok(), "{}: {read:?}", line(&right));
            for value in wrong {
                let error = Project::from_toml(&line(&value)).unwrap_err();
                // It says what the key takes, in words of its own, and shows the line.
                let said = error.to_string();
                let begin = format!("`{prefix}{key}` is ");
                assert!(said.starts_with(&begin), "{}: {said}", line(&value));
                assert!(error.excerpt().is_some(), "{}", line(&value));
                tried += 1;
            }
        }
    };
    check("", &root);
    for table in ["include", "exclude", "rename"] {
        check(
            &format!("{table}."),
            resolved(&root, &root["properties"][table]),
        );
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn every_key_is_explained() {
    let root = schema();
    for (key, node) in root["properties"].as_object().unwrap() {
        let text = node["description"].as_str().unwrap_or_default();
        assert!(text.ends_with('.') && text.len() > 8, "{key}: {text:?}");
    }
}
