//! Hazard: a file in the book that the program refuses, and an option that the book does not know.

use saponify_cli::connector::sinks::config::Sinks;
use saponify_codegen::Project;
use serde_json::Value;

use crate::pages::{Page, all, guide, root};

/// The first line of a block that names its file, such as `# Cargo.toml` or `// build.rs`.
fn file_name(text: &str) -> &str {
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches(['#', '/', ' '])
}

/// A block of TOML is the file that its first line names, and else a `saponify.toml`.
#[test]
fn every_toml_is_accepted_by_the_program_that_reads_it() {
    let mut read = 0;
    for page in all() {
        for block in page
            .blocks()
            .iter()
            .filter(|block| block.language == "toml")
        {
            let at = format!("{}:{}", page.path, block.line);
            read += 1;
            match file_name(block.text) {
                name if name.ends_with("Cargo.toml") => {
                    let manifest: toml::Table = block
                        .text
                        .parse()
                        .unwrap_or_else(|error| panic!("{at}: {error}"));
                    let known = [
                        "package",
                        "lib",
                        "dependencies",
                        "dev-dependencies",
                        "build-dependencies",
                        "workspace",
                        "profile",
                        "features",
                        "patch",
                    ];
                    for key in manifest.keys() {
                        assert!(known.contains(&key.as_str()), "{at}: {key}");
                    }
                }
                name if name.ends_with("org.toml") => {
                    saponify_sandbox::Org::parse(block.text)
                        .unwrap_or_else(|error| panic!("{at}: {error}"));
                }
                "sinks.toml" => {
                    Sinks::parse(block.text).unwrap_or_else(|error| panic!("{at}: {error}"));
                }
                _ => {
                    Project::from_toml(block.text).unwrap_or_else(|error| panic!("{at}: {error}"));
                }
            }
        }
    }
    assert!(read > 8, "{read}");
}

#[test]
fn every_json_is_json() {
    let mut read = 0;
    for page in all() {
        for block in page
            .blocks()
            .iter()
            .filter(|block| block.language == "json")
        {
            // One value, or a value in each line.
            let values = serde_json::Deserializer::from_str(block.text).into_iter::<Value>();
            for value in values {
                value.unwrap_or_else(|error| panic!("{}:{}: {error}", page.path, block.line));
                read += 1;
            }
        }
    }
    assert!(read > 0);
}

/// The keys of the schema's objects, with a dot between a table and its keys.
fn keys(schema: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    let tables = ["include", "exclude", "rename"];
    for (name, key) in schema["properties"].as_object().expect("properties") {
        let inner = key.get("properties").or_else(|| {
            let reference = key["$ref"].as_str()?.strip_prefix('#')?;
            schema.pointer(reference)?.get("properties")
        });
        match inner.and_then(Value::as_object) {
            Some(inner) if tables.contains(&name.as_str()) => {
                keys.extend(inner.keys().map(|inner| format!("{name}.{inner}")));
            }
            _ => keys.push(name.clone()),
        }
    }
    keys
}

#[test]
fn the_page_of_saponify_toml_lists_every_key_and_no_other() {
    let schema: Value = serde_json::from_str(Project::SCHEMA).expect("the schema is JSON");
    let mut expected = keys(&schema);
    let page = Page::read("guide/saponify-toml.md").text;
    let (_, table) = page.split_once("\n| key |").expect("the table of keys");
    let (table, _) = table.split_once("\n\n").expect("the end of the table");
    let rows = table
        .lines()
        .skip(2)
        .filter_map(|row| row.split(" | ").next());
    let quoted = rows.flat_map(|row| row.split('`').skip(1).step_by(2));
    let mut listed: Vec<String> = quoted.map(str::to_owned).collect();
    expected.sort();
    listed.sort();
    assert!(expected.len() > 20, "{expected:?}");
    assert_eq!(listed, expected);
}

/// What reads the blocks of each language. `text` is what programs print, and a file that nothing here can read has the
/// reason.
const LANGUAGES: &[(&str, &str)] = &[
    (
        "dockerfile",
        "`tests/cli/connector/service.rs` runs its command",
    ),
    ("ini", "`tests/cli/connector/service.rs` runs the unit"),
    ("json", "this file"),
    ("rust", "`tests/guide` compiles and runs it"),
    ("sh", "`commands.rs` runs it"),
    (
        "sql",
        "this file; the statements for a server are an administrator's",
    ),
    ("text", "it is output"),
    ("toml", "this file"),
    (
        "yaml",
        "it configures Prometheus; `tests/console/metrics.rs` reads the address as Prometheus does",
    ),
];

#[test]
fn every_block_says_its_language_and_something_reads_it() {
    for page in guide() {
        for block in page.blocks() {
            let is_known = LANGUAGES
                .iter()
                .any(|(language, _)| *language == block.language);
            assert!(
                is_known,
                "{}:{}: {:?}",
                page.path, block.line, block.language
            );
        }
    }
}

#[test]
fn the_query_of_the_store_fits_its_tables() {
    let store = rusqlite::Connection::open_in_memory().expect("a database");
    for version in ["1", "2", "3"] {
        let schema = root().join(format!("src/connector/store/schema/{version}.sql"));
        let schema = std::fs::read_to_string(schema).expect("the schema");
        store.execute_batch(&schema).expect("the tables are made");
    }
    let page = Page::read("guide/connector.md");
    let blocks = page.blocks();
    let queries: Vec<_> = blocks
        .iter()
        .filter(|block| block.language == "sql")
        .collect();
    assert!(!queries.is_empty());
    for block in queries {
        let query = store.prepare(block.text);
        query.unwrap_or_else(|error| panic!("{}:{}: {error}", page.path, block.line));
    }
}
