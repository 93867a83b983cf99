//! Tables.

use std::collections::BTreeSet;

use super::file::{self, RUNTIME};
use super::split::{Part, split};
use crate::content::{NodeKind, Occurs};
use crate::output::File;
use crate::plan::{FieldKind, Plan, Scalar, Table, TableField, TableId};
use crate::print::escape::{literal, within_literal};
use crate::print::{Call, Link, Printer};

/// Prints the module of tables.
pub(super) fn files(plan: &Plan<'_>, files: &mut Vec<File>) {
    let mut parts = Vec::with_capacity(plan.tables.len());
    let printed = |table: &&Table<'_>| plan.prints_table(&table.ident);
    for table in plan.tables.iter().filter(printed) {
        parts.push(Part {
            name: &table.ident,
            text: print(plan, table),
        });
    }
    let about = "Tables: the wire names and kinds of all types, as data.";
    let uses = [RUNTIME, &["g::Type"]].concat();
    let head = file::head(about, &uses, &[]);
    let part_head = file::head(about, &["super::*"], &[]);
    let export = plan.export_of_shared("tables");
    let first = match export.is_empty() {
        true => schema(plan),
        false => [&export, "\n", &schema(plan)].concat(),
    };
    split("tables", &head, &first, &part_head, parts, files);
}

/// Prints what all tables share: namespaces, default values, and the names of the types that a value
/// may state, which are not all linked.
fn schema(plan: &Plan<'_>) -> String {
    let mut out = Printer::default();
    out.open(&["pub static SCHEMA: g::Schema = g::Schema::new("]);
    let namespaces = plan.namespaces.iter().map(|namespace| Call {
        function: "g::Namespace::new",
        arguments: vec![literal(namespace.uri), literal(&namespace.prefix)],
    });
    out.calls("&[", &namespaces.collect::<Vec<_>>(), "],");
    let printed = |table: &&Table<'_>| plan.prints_table(&table.ident);
    let defaults = plan.tables.iter().filter(printed).flat_map(|table| {
        let fields = table.fields.iter().enumerate();
        fields.filter_map(|(index, field)| {
            let text = literal(field.default?);
            Some(Call {
                function: "g::DefaultValue::new",
                arguments: vec![["&", &table.ident].concat(), index.to_string(), text],
            })
        })
    });
    out.calls("&[", &defaults.collect::<Vec<_>>(), "],");
    // Which types a value may state is different in each tenant.
    let typed = plan
        .tables
        .iter()
        .filter(|table| table.typed && plan.shared().is_none());
    let types: BTreeSet<&str> = typed.map(|table| &*table.wire).collect();
    if types.is_empty() {
        out.close(&[");"]);
        return out.finish();
    }
    out.close(&[")"]);
    out.open(&[".with_types(&["]);
    for name in types {
        out.line(&[&literal(name), ","]);
    }
    out.close(&["]);"]);
    out.finish()
}

/// Whether the list of fields is that of the base and can be reused: an element has the fields of its
/// type, and a fault often has those of another fault.
fn has_fields_of_base(plan: &Plan<'_>, table: &Table<'_>) -> bool {
    let base = table.base.map(|base| plan.table(base));
    !table.fields.is_empty() && base.is_some_and(|base| base.fields == table.fields)
}

/// Prints a table.
pub(super) fn print<'m>(plan: &Plan<'m>, table: &Table<'m>) -> String {
    let flags = set(&[
        (table.open, "Type::OPEN"),
        (table.nulls_by_name, "Type::NULLS_BY_NAME"),
        (table.typed, "Type::TYPED"),
        (table.choice, "Type::CHOICE"),
        (table.grouped, "Type::GROUPED"),
        (table.has_defaults(), "Type::DEFAULTED"),
        (table.any_name, "Type::ANY_NAME"),
    ]);
    let base = table.base.map(|base| {
        let base = ["&", &plan.table(base).ident].concat();
        Link::Line("with_base", base)
    });
    let sorted_from = table.sorted_from.to_string();
    let fields = if has_fields_of_base(plan, table) {
        Link::Line("with_fields_of_base", sorted_from)
    } else {
        Link::Text {
            method: "with_rows",
            first: sorted_from,
            lines: table.fields.iter().map(|field| row(plan, field)).collect(),
            last: nested_tables(plan, table),
        }
    };
    let head = [
        "pub static ",
        &table.ident,
        ": Type = Type::new(",
        &literal(&table.wire),
        ", &SCHEMA, ",
        &table.ns.to_string(),
        ")",
    ];
    let links: Vec<Link> = [Link::Flags("with_flags", flags)]
        .into_iter()
        .chain(base)
        .chain([fields])
        .collect();
    let mut out = Printer::default();
    out.links(&head, &links);
    out.finish()
}

/// The names of the flags that are set.
fn set(flags: &[(bool, &'static str)]) -> Vec<&'static str> {
    flags
        .iter()
        .filter(|flag| flag.0)
        .map(|flag| flag.1)
        .collect()
}

/// A line of a table: the name of a field, its namespace, its kind with its table, and its flags. The
/// runtime reads it (`runtime/src/schema/rows.rs`).
fn row(plan: &Plan<'_>, field: &TableField<'_>) -> String {
    let Occurs {
        optional,
        nillable,
        repeated,
    } = field.occurs;
    let flags = set(&[
        (optional, "OPT"),
        (nillable, "NIL"),
        (repeated, "REP"),
        (field.node == NodeKind::Attribute, "ATT"),
        (field.node == NodeKind::Text, "TXT"),
        (field.sensitive, "SEC"),
        (field.list, "LST"),
    ]);
    let (kind, table) = kind(field.kind);
    let mut row = format!("{} {} {kind}", within_literal(&field.wire), field.ns);
    if let Some(table) = table {
        row.push(':');
        row.push_str(&plan.table(table).ident);
    }
    for flag in flags {
        row.push(' ');
        row.push_str(flag);
    }
    row
}

/// The tables that the lines of a table name. They stand on one line, so that a field that comes or
/// goes changes no more than this line beside its own.
fn nested_tables(plan: &Plan<'_>, table: &Table<'_>) -> String {
    let nested = table.fields.iter().filter_map(|field| kind(field.kind).1);
    let idents: BTreeSet<&str> = nested.map(|id| plan.table(id).ident.as_str()).collect();
    let pairs = idents
        .iter()
        .map(|ident| format!("({}, &{ident})", literal(ident)));
    format!("&[{}]", pairs.collect::<Vec<_>>().join(", "))
}

/// The name of a kind in the runtime, and the table of a field's type.
pub(super) fn kind(kind: FieldKind) -> (&'static str, Option<TableId>) {
    match kind {
        FieldKind::Scalar(scalar) => (scalar_kind(scalar), None),
        FieldKind::Enum => ("Enum", None),
        FieldKind::Any => ("Any", None),
        FieldKind::Wildcard => ("Wildcard", None),
        FieldKind::AnyAttribute => ("Attributes", None),
        FieldKind::ArrayType => ("ArrayType", None),
        FieldKind::Struct(table) => ("Struct", Some(table)),
        FieldKind::Record(table) => ("Record", Some(table)),
        FieldKind::Group(table) => ("Group", Some(table)),
    }
}

fn scalar_kind(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Boolean => "Boolean",
        Scalar::Byte => "Byte",
        Scalar::Short => "Short",
        Scalar::Int => "Int",
        Scalar::Long => "Long",
        Scalar::UnsignedByte => "UnsignedByte",
        Scalar::UnsignedShort => "UnsignedShort",
        Scalar::UnsignedInt => "UnsignedInt",
        Scalar::UnsignedLong => "UnsignedLong",
        Scalar::Float => "Float",
        Scalar::Double => "Double",
        Scalar::Decimal => "Decimal",
        Scalar::DateTime => "DateTime",
        Scalar::Date => "Date",
        Scalar::Time => "Time",
        Scalar::XsdDateTime => "XsdDateTime",
        Scalar::XsdTime => "XsdTime",
        Scalar::Base64 => "Base64",
        Scalar::Hex => "Hex",
        Scalar::Id => "Id",
        Scalar::String => "String",
    }
}
