//! Tests of every struct and every view of the tenant, each with all of its fields: a message that
//! a service may send is decoded, and neither XML nor JSON changes the decoded value.

use std::fmt::Write as _;

use saponify::generated::Struct;
use saponify::schema::{Field, Kind, Type};
use saponify::{Limits, Record, View, json, probe};

use crate::tenant::{self, QueryResult};

/// A type: its table, and an empty value if it is a struct.
struct Known {
    table: &'static Type,
    empty: Option<fn() -> Box<dyn Struct>>,
}

macro_rules! every_type {
    ($($kind:ident $module:ident::$name:ident;)*) => {
        fn every_type() -> Vec<Known> {
            vec![$(every_type!(@ $kind tenant::$module::$name),)*]
        }
    };
    (@ structure $path:path) => {{
        fn empty() -> Box<dyn Struct> {
            Box::new(<$path>::default())
        }
        Known { table: empty().table(), empty: Some(empty) }
    }};
    (@ view $path:path) => {
        Known { table: <$path as View>::static_table(), empty: None }
    };
}

// The build script writes this list.
include!(concat!(env!("OUT_DIR"), "/every_type.rs"));

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// How deep values are nested.
const LEVELS: usize = 3;

/// Writes an element that a service may send for a type, as its table describes it.
struct Sample<'k> {
    out: String,
    known: &'k [Known],
}

impl Sample<'_> {
    fn document(
        known: &[Known],
        table: &'static Type,
        content: impl FnOnce(&mut Sample<'_>),
    ) -> String {
        let mut sample = Sample {
            out: String::new(),
            known,
        };
        sample.out.push_str("<root");
        for (index, namespace) in table.schema().namespaces().iter().enumerate().skip(1) {
            write!(sample.out, " xmlns:n{index}=\"{}\"", namespace.uri()).unwrap();
        }
        write!(sample.out, " xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\"").unwrap();
        content(&mut sample);
        sample.out.push_str("</root>");
        sample.out
    }

    /// Writes attributes, `>`, and every field.
    fn content(&mut self, table: &'static Type, level: usize) {
        for field in table.fields().iter().filter(|f| is(f, Field::ATTRIBUTE)) {
            let name = name(field);
            write!(self.out, " {name}=\"{}\"", text(field.kind())).unwrap();
        }
        self.out.push('>');
        for field in table.fields().iter().filter(|f| !is(f, Field::ATTRIBUTE)) {
            // The names of null fields have a test of their own.
            if field.name() == "fieldsToNull" {
                continue;
            }
            if is(field, Field::TEXT) {
                self.out.push_str(text(field.kind()));
                continue;
            }
            self.field(field, level);
            if is(field, Field::REPEATED) {
                self.field(field, level);
                self.derived(field, level);
            }
        }
    }

    fn field(&mut self, field: &Field, level: usize) {
        let has_table = matches!(field.kind(), Kind::Struct | Kind::Record | Kind::Group);
        let nested = field.ty().filter(|_| has_table);
        // Values of recursive types would never end.
        if nested.is_some() && level == LEVELS && is(field, Field::OPTIONAL) {
            return;
        }
        let name = name(field);
        match (field.kind(), nested) {
            (Kind::Group, Some(group)) => {
                let branches = if group.has(Type::CHOICE) {
                    1
                } else {
                    group.fields().len()
                };
                for field in group.fields().iter().take(branches) {
                    self.field(field, level + 1);
                }
            }
            (Kind::Wildcard, _) => self.out.push_str("<n1:zzUnknown>x</n1:zzUnknown>"),
            (Kind::Any, _) => write!(
                self.out,
                "<{name} xsi:type=\"xsd:dateTime\">{}</{name}>",
                text(Kind::DateTime)
            )
            .unwrap(),
            (_, Some(ty)) => {
                write!(self.out, "<{name}").unwrap();
                if field.kind() == Kind::Record {
                    write!(self.out, " xsi:type=\"n{}:{}\"", ty.ns(), ty.name()).unwrap();
                }
                self.below(ty, level);
                write!(self.out, "</{name}>").unwrap();
            }
            (kind, None) => write!(self.out, "<{name}>{}</{name}>", text(kind)).unwrap(),
        }
    }

    fn below(&mut self, ty: &'static Type, level: usize) {
        if level < LEVELS {
            return self.content(ty, level + 1);
        }
        self.out.push('>');
        // Required fields are written in any case, as nil if necessary.
        let required = Field::OPTIONAL | Field::ATTRIBUTE | Field::TEXT;
        let is_long = |f: &Field| f.ty().is_some() && is(f, Field::REPEATED | Field::NILLABLE);
        for field in ty
            .fields()
            .iter()
            .filter(|f| !is(f, required) && !is_long(f))
        {
            self.field(field, level);
        }
    }

    /// Writes a value of each type that derives from the type of a field.
    fn derived(&mut self, field: &Field, level: usize) {
        if field.kind() != Kind::Struct {
            return;
        }
        let derived: Vec<_> = self.known.iter().map(|known| known.table).collect();
        for ty in derived
            .into_iter()
            .filter(|ty| ty.base().is_some() && ty.base() == field.ty())
        {
            let name = name(field);
            write!(self.out, "<{name} xsi:type=\"n{}:{}\"", ty.ns(), ty.name()).unwrap();
            self.below(ty, level);
            write!(self.out, "</{name}>").unwrap();
        }
    }
}

fn is(field: &Field, flag: u8) -> bool {
    field.has(flag)
}

fn name(field: &Field) -> String {
    match field.ns() {
        0 => field.name().to_owned(),
        ns => format!("n{ns}:{}", field.name()),
    }
}

/// A text of this kind, which is not always canonical.
fn text(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "1",
        Kind::Byte | Kind::Short | Kind::Int | Kind::Long => "-7",
        Kind::UnsignedByte | Kind::UnsignedShort | Kind::UnsignedInt | Kind::UnsignedLong => "7",
        Kind::Float | Kind::Double => "1.50E3",
        Kind::Decimal => "+1.50",
        Kind::DateTime => "2024-02-29T24:00:00+02:00",
        Kind::Date => "2024-02-29Z",
        Kind::Time => "13:05:09.5Z",
        Kind::Id => "001D000000IRFma",
        Kind::Base64 => "AP8B",
        Kind::Hex => "00ff",
        _ => "a &amp; b &lt;c> ]]&gt;&#13;\n\u{fc}\u{1F980}",
    }
}

/// The fields of a struct that have no value.
fn missing(value: &dyn Struct) -> Vec<&'static str> {
    let absent = |index| matches!(value.value(index, 0), saponify::generated::Value::Absent);
    let fields = (0..).zip(value.table().fields());
    let names = fields
        .filter(|(index, _)| absent(*index))
        .map(|(_, field)| field.name());
    names.collect()
}

fn decode(
    document: &str,
    empty: fn() -> Box<dyn Struct>,
    known: &[&'static Type],
) -> Box<dyn Struct> {
    let mut value = empty();
    probe::decode_into(document, &mut *value, Limits::default(), known)
        .unwrap_or_else(|error| panic!("{}: {error}\n{document}", value.table().name()));
    value
}

/// Checks that neither XML nor JSON changes the value.
fn is_stable(value: &dyn Struct, empty: fn() -> Box<dyn Struct>, known: &[&'static Type]) {
    let name = value.table().name();
    let written = probe::encode(value).unwrap();
    let read = decode(&written, empty, known);
    assert!(probe::same(&*read, value), "{name}: {read:?}\n{value:?}");
    assert_eq!(probe::encode(&*read).unwrap(), written);

    let mut text = Vec::new();
    json::write_structure(value, &mut serde_json::Serializer::new(&mut text)).unwrap();
    let mut read = empty();
    let mut parser = serde_json::Deserializer::from_slice(&text);
    json::read_into(&mut *read, &mut parser).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        probe::same(&*read, value),
        "{name}: {read:?}\n{value:?}\n{}",
        String::from_utf8_lossy(&text)
    );
}

#[test]
fn structs_survive_with_every_field() {
    let known = every_type();
    let structs: Vec<_> = known
        .iter()
        .filter_map(|k| Some((k.table, k.empty?)))
        .collect();
    assert!(structs.len() > 200, "{}", structs.len());
    let tables: Vec<_> = known
        .iter()
        .map(|k| k.table)
        .filter(|t| t.has(Type::OPEN))
        .collect();
    for (table, empty) in structs {
        let document = Sample::document(&known, table, |sample| sample.content(table, 0));
        let value = decode(&document, empty, &tables);
        assert_eq!(missing(&*value), [""; 0], "{}\n{document}", table.name());
        is_stable(&*value, empty, &tables);
        // The same for a value that has required fields only.
        let nothing = probe::encode(&*empty()).unwrap();
        let read = decode(&nothing, empty, &tables);
        assert_eq!(probe::encode(&*read).unwrap(), nothing);
        is_stable(&*read, empty, &tables);
    }
}

fn rows(document: &str, known: &[&'static Type]) -> QueryResult {
    let mut result = QueryResult::default();
    probe::decode_into(document, &mut result, Limits::default(), known)
        .unwrap_or_else(|error| panic!("{error}\n{document}"));
    result
}

fn empty_rows() -> Box<dyn Struct> {
    Box::new(QueryResult::default())
}

#[test]
fn records_survive_with_every_field() {
    let known = every_type();
    let views: Vec<_> = known
        .iter()
        .filter(|k| k.empty.is_none())
        .map(|k| k.table)
        .collect();
    assert!(views.len() > 20, "{}", views.len());
    let declared = QueryResult::default().table();
    let records = &declared.fields()[usize::from(declared.find("records").unwrap())];
    let row = |table: &'static Type, content: &dyn Fn(&mut Sample<'_>)| {
        Sample::document(&known, declared, |sample| {
            let tag = name(records);
            write!(
                sample.out,
                "><{tag} xsi:type=\"n{}:{}\"",
                table.ns(),
                table.name()
            )
            .unwrap();
            content(sample);
            write!(sample.out, "</{tag}>").unwrap();
            let ns = records.ns();
            write!(
                sample.out,
                "<n{ns}:done>1</n{ns}:done><n{ns}:size>1</n{ns}:size>"
            )
            .unwrap();
        })
    };
    for table in &views {
        let document = row(table, &|sample| sample.content(table, 0));
        let nulls = row(table, &|sample| {
            sample.out.push('>');
            for field in table.fields().iter().filter(|f| f.kind() != Kind::Wildcard) {
                if field.name() != "fieldsToNull" {
                    write!(sample.out, "<{} xsi:nil=\"true\"/>", name(field)).unwrap();
                }
            }
        });
        // Once with the table of the type, and once as a record of an unknown type.
        for tables in [&views[..], &[]] {
            let result = rows(&document, tables);
            let record: &Record = &result.records[0];
            for field in table.fields() {
                let expected =
                    matches!(field.kind(), Kind::Wildcard) || field.name() == "fieldsToNull";
                assert!(
                    expected || record.field(field.name()).is_some(),
                    "{}.{}",
                    table.name(),
                    field.name()
                );
            }
            is_stable(&result, empty_rows, tables);
            let result = rows(&nulls, tables);
            let is_null = |field: &Field| {
                result.records[0]
                    .field(field.name())
                    .is_some_and(|f| f.is_null())
            };
            let fields = table.fields().iter().filter(|f| f.kind() != Kind::Wildcard);
            assert!(
                fields.filter(|f| f.name() != "fieldsToNull").all(is_null),
                "{}",
                table.name()
            );
            is_stable(&result, empty_rows, tables);
        }
    }
}
