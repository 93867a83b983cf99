//! The lines of generated tables, as the runtime reads them.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use saponify::generated::{Field, Schema, Type};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

static SCHEMA: Schema = Schema::new(&[], &[]);
static OTHER: Type = Type::new("Other", &SCHEMA, 0);

const FLAGS: [(&str, u8); 7] = [
    ("OPT", Field::OPTIONAL),
    ("NIL", Field::NILLABLE),
    ("REP", Field::REPEATED),
    ("ATT", Field::ATTRIBUTE),
    ("TXT", Field::TEXT),
    ("SEC", Field::SENSITIVE),
    ("LST", Field::LIST),
];

/// The files of tables of all fixtures of the generator.
fn files() -> Result<Vec<PathBuf>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../codegen/tests/fixtures");
    let mut files = Vec::new();
    for fixture in fs::read_dir(fixtures)? {
        let expected = fixture?.path().join("expected");
        files.extend(Some(expected.join("tables.rs")).filter(|file| file.exists()));
        if let Ok(parts) = fs::read_dir(expected.join("tables")) {
            for part in parts {
                files.push(part?.path());
            }
        }
    }
    Ok(files)
}

/// Reads a literal of Rust without its quotes.
fn literal(text: &str) -> Result<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once("\\u{") {
        out.push_str(plain);
        let (code, after) = escaped.split_once('}').ok_or("no end of an escape")?;
        out.extend(char::from_u32(u32::from_str_radix(code, 16)?));
        rest = after;
    }
    Ok(out + rest)
}

#[test]
fn each_line_is_the_field_that_it_names() -> Result {
    let mut lines = 0;
    for file in files()? {
        let text = fs::read_to_string(&file)?;
        for table in text.split(".with_rows(").skip(1) {
            let (_, table) = table.split_once('"').ok_or("no text")?;
            let (rows, nested) = table.split_once("\n\", &[").ok_or("no end of the text")?;
            let nested = nested.split("]);").next().unwrap_or_default();
            let names = nested.split('"').skip(1).step_by(2);
            let names: Vec<_> = names
                .map(|name| (&*String::leak(name.to_owned()), &OTHER))
                .collect();
            let rows: &'static str = String::leak(literal(rows)?);
            let ty: &'static Type = Box::leak(Box::new(Type::new("T", &SCHEMA, 0).with_rows(
                0,
                rows,
                Vec::leak(names),
            )));
            let mut fields = ty.fields().iter();
            for line in rows.lines().filter(|line| !line.is_empty()) {
                let field = fields.next().ok_or("a field is missing")?;
                let (kind, table) = (format!("{:?}", field.kind()), field.ty().map(|_| ":"));
                let start = format!(
                    "{} {} {kind}{}",
                    field.name(),
                    field.ns(),
                    table.unwrap_or("")
                );
                let rest = line
                    .strip_prefix(&start)
                    .ok_or_else(|| format!("{}: {line} is {start}", file.display()))?;
                let words = rest.split(' ').skip(1);
                let flags: Vec<&str> = words.collect();
                for flag in &flags {
                    assert!(FLAGS.iter().any(|(name, _)| name == flag), "{line}");
                }
                for (name, flag) in FLAGS {
                    assert_eq!(field.has(flag), flags.contains(&name), "{line}: {name}");
                }
                lines += 1;
            }
            assert!(fields.next().is_none(), "{}", file.display());
        }
    }
    assert!(lines > 500, "{lines}");
    Ok(())
}
