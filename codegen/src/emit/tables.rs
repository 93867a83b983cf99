//! Tables.

use std::collections::BTreeSet;

use super::split::{Part, split};
use super::text::{push_indent, push_list, push_literal, width};
use super::{STAMP, text};
use crate::File;
use crate::fields::Occurs;
use crate::plan::{Plan, Table, TableField};

/// Names that the tables use of the runtime.
type Used = BTreeSet<&'static str>;

pub(super) fn files(plan: &Plan<'_>, files: &mut Vec<File>) {
    let mut used = Used::new();
    let mut parts = Vec::with_capacity(plan.tables.len());
    for table in &plan.tables {
        let mut out = String::with_capacity(256 + table.fields.len() * 64);
        push_table(&mut out, table, heirloom(&plan.tables, table), &mut used);
        parts.push(Part {
            name: &table.ident,
            text: out,
        });
    }
    let about = "//! Tables: the wire names and kinds of all types, as data.\n";
    let head = format!(
        "{STAMP}. Do not edit.\n{about}\nuse ::saponify::generated as g;\n{}",
        imports(&used)
    );
    let part_head = format!("{STAMP}. Do not edit.\n{about}\nuse super::*;\n");
    split("tables", &head, &schema(plan), &part_head, parts, files);
}

fn imports(used: &Used) -> String {
    if used.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = used.iter().copied().collect();
    match names.as_slice() {
        [name] => format!("use g::{name};\n"),
        names => format!("use g::{{{}}};\n", names.join(", ")),
    }
}

fn schema(plan: &Plan<'_>) -> String {
    let mut out = String::from("pub static SCHEMA: g::Schema = g::Schema {\n    namespaces: &[\n");
    for namespace in &plan.namespaces {
        let uri = text::literal(namespace.uri);
        let prefix = text::literal(&namespace.prefix);
        push_indent(&mut out, 2);
        out.push_str("g::Namespace {\n");
        out.push_str(&format!(
            "            uri: {uri},\n            prefix: {prefix},\n"
        ));
        out.push_str("        },\n");
    }
    out.push_str("    ],\n");
    let mut defaults = Vec::new();
    for table in &plan.tables {
        for (index, field) in table.fields.iter().enumerate() {
            if let Some(default) = field.default {
                let (ident, text) = (&table.ident, text::literal(default));
                defaults.push(format!(
                    "g::Default {{\n            ty: &{ident},\n            field: {index},\n            \
                     text: {text},\n        }}"
                ));
            }
        }
    }
    if defaults.is_empty() {
        out.push_str("    defaults: &[],\n");
    } else {
        let defaults = defaults.join(",\n        ");
        out.push_str(&format!("    defaults: &[\n        {defaults},\n    ],\n"));
    }
    out.push_str("};\n");
    out
}

/// The table of the base, if it has the very fields: an element has those of its type, and a fault
/// often those of another one.
fn heirloom<'t>(tables: &'t [Table<'_>], table: &Table<'_>) -> Option<&'t str> {
    let base = table.base.as_ref()?;
    let at = tables
        .binary_search_by(|other| other.ident.cmp(base))
        .ok()?;
    let same = !table.fields.is_empty() && tables[at].fields == table.fields;
    same.then_some(tables[at].ident.as_str())
}

fn push_table(out: &mut String, table: &Table<'_>, heirloom: Option<&str>, used: &mut Used) {
    used.insert("Type");
    let ident = &table.ident;
    let head = format!("pub static {ident}: Type = Type {{\n");
    out.push_str(&head);
    out.push_str("    name: ");
    push_literal(out, &table.wire);
    out.push_str(",\n    schema: &SCHEMA,\n");
    out.push_str(&format!("    ns: {},\n", table.ns));
    let flags = [
        (table.open, "Type::OPEN"),
        (table.nulls_by_name, "Type::NULLS_BY_NAME"),
        (table.typed, "Type::TYPED"),
        (table.choice, "Type::CHOICE"),
        (table.grouped, "Type::GROUPED"),
        (
            table.fields.iter().any(|field| field.default.is_some()),
            "Type::DEFAULTED",
        ),
        (table.any_name, "Type::ANY_NAME"),
    ];
    out.push_str(&format!("    flags: {},\n", joined(flags)));
    out.push_str(&format!("    sorted_from: {},\n", table.sorted_from));
    match &table.base {
        Some(base) => out.push_str(&format!("    base: Some(&{base}),\n")),
        None => out.push_str("    base: None,\n"),
    }
    if let Some(base) = heirloom {
        out.push_str(&format!("    fields: {base}.fields,\n}};\n"));
        return;
    }
    let rows: Vec<Row> = table.fields.iter().map(|field| row(field, used)).collect();
    match rows.as_slice() {
        [row] if row.width() > SHORT => {
            // rustfmt lets a lone call hang over the array's bracket.
            out.push_str("    fields: &[");
            row.push_tall(out, 1);
            out.push_str("],\n");
        }
        rows => {
            let rows: Vec<String> = rows.iter().map(Row::text).collect();
            push_list(out, 1, "fields: &[", &rows, "],");
        }
    }
    out.push_str("};\n");
}

/// Flags that are set, or 0.
pub(super) fn joined<const N: usize>(flags: [(bool, &'static str); N]) -> String {
    let mut out = String::new();
    for (set, name) in flags {
        if set {
            if !out.is_empty() {
                out.push_str(" | ");
            }
            out.push_str(name);
        }
    }
    if out.is_empty() { "0".to_owned() } else { out }
}

/// Longest arguments on one line.
const SHORT: usize = 60;

/// One field: a call of `field` or `nested`.
struct Row {
    function: &'static str,
    arguments: Vec<String>,
}

impl Row {
    fn inner(&self) -> usize {
        self.arguments
            .iter()
            .map(|argument| width(argument) + 2)
            .sum::<usize>()
            - 2
    }

    fn width(&self) -> usize {
        self.inner() + "f()".len()
    }

    /// On one line if that is short, else an argument per line as rustfmt would have it.
    fn text(&self) -> String {
        let inner = self.inner();
        let mut out = String::with_capacity(inner + 8);
        if inner <= SHORT {
            out.push_str(self.function);
            out.push('(');
            out.push_str(&self.arguments.join(", "));
            out.push(')');
        } else {
            self.push_tall(&mut out, 2);
        }
        out
    }

    fn push_tall(&self, out: &mut String, indent: usize) {
        out.push_str(self.function);
        out.push_str("(\n");
        for argument in &self.arguments {
            push_indent(out, indent + 1);
            out.push_str(argument);
            out.push_str(",\n");
        }
        push_indent(out, indent);
        out.push(')');
    }
}

fn row(field: &TableField<'_>, used: &mut Used) -> Row {
    let Occurs {
        optional,
        nillable,
        repeated,
    } = field.occurs;
    let place = crate::plan::place_flag(field.place);
    let flags = [
        (optional, "OPT"),
        (nillable, "NIL"),
        (repeated, "REP"),
        (place == Some("ATT"), "ATT"),
        (place == Some("TXT"), "TXT"),
        (field.sensitive, "SEC"),
        (field.list, "LST"),
    ];
    used.extend(flags.iter().filter(|(set, _)| *set).map(|(_, name)| *name));
    used.insert("Kind::*");
    let mut arguments = vec![
        text::literal(&field.wire),
        field.ns.to_string(),
        field.kind.to_owned(),
        joined(flags),
    ];
    let function = match &field.ty {
        Some(table) => {
            used.insert("nested as n");
            arguments.push(format!("&{table}"));
            "n"
        }
        None => {
            used.insert("field as f");
            "f"
        }
    };
    Row {
        function,
        arguments,
    }
}
