//! Plain structs.

use super::text::{MAX, push_indent};
use super::types::{Imports, Scope, field_type, path};
use super::{docs, views};
use crate::plan::{Plan, Struct};

pub(super) fn push(
    out: &mut String,
    plan: &Plan<'_>,
    structure: &Struct<'_>,
    scope: &Scope,
    imports: &mut Imports,
) {
    imports.add("tables");
    let ident = &structure.ident;
    let wire = docs::code(&structure.wire);
    let kind = if structure.header { "Header " } else { "" };
    let mut line = format!("{kind}{wire}");
    if let Some(base) = &structure.base {
        line.push_str(&format!(", derived from [`{}`]", path(base, imports)));
    }
    docs::push_line(out, 0, &line);
    if let (true, Some(text)) = (plan.docs, structure.documentation) {
        docs::push_line(out, 0, "");
        docs::push(out, 0, text);
    }
    if let (true, Some(text)) = (plan.docs, &structure.remarks) {
        docs::push_line(out, 0, "");
        docs::push_own(out, 0, "", text);
    }
    let mut derives = vec!["Clone", "Default"];
    derives.extend(structure.derives.iter().map(String::as_str));
    out.push_str(&format!(
        "#[derive({})]\npub struct {ident} {{",
        derives.join(", ")
    ));
    let empty = structure.fields.is_empty() && !structure.is_base;
    out.push_str(if empty { "}\n" } else { "\n" });
    for field in &structure.fields {
        if plan.docs {
            views::push_doc(out, 1, &field.doc, false);
        }
        push_indent(out, 1);
        out.push_str("pub ");
        out.push_str(&field.ident);
        out.push_str(": ");
        out.push_str(&field_type(&field.ty, scope, imports));
        out.push_str(",\n");
    }
    if structure.is_base {
        if plan.docs {
            docs::push_line(out, 1, "The whole value, if it is of a derived type.");
        }
        out.push_str("    pub derived: g::Derived,\n");
    }
    if !empty {
        out.push_str("}\n");
    }
    out.push('\n');
    push_macro(out, structure, imports);
    views::push_serde(out, plan, "structure", &structure.ident);
}

/// The macro that ties the struct to its table.
fn push_macro(out: &mut String, structure: &Struct<'_>, imports: &mut Imports) {
    let mut arguments = vec![
        structure.ident.clone(),
        format!("tables::{}", structure.table),
    ];
    let head = if structure.is_base {
        let derived: Vec<_> = structure.derived.iter().map(|d| path(d, imports)).collect();
        arguments.push(format!("[{}]", derived.join(", ")));
        "g::derivable!("
    } else {
        "g::structure!("
    };
    let fields: Vec<String> = structure
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| format!("{index}: {}", field.ident))
        .collect();
    let comma = if fields.is_empty() { "," } else { "" };
    let all: Vec<&str> = arguments
        .iter()
        .chain(&fields)
        .map(String::as_str)
        .collect();
    let line = format!("{head}{}{comma});", all.join(", "));
    if line.chars().count() <= MAX {
        out.push_str(&line);
        out.push('\n');
        return;
    }
    out.push_str(head);
    out.push('\n');
    for argument in &arguments {
        push_filled(out, argument);
    }
    let mut line = String::new();
    for field in &fields {
        if !line.is_empty() && 4 + line.len() + 1 + field.len() + 1 > MAX {
            out.push_str(&format!("    {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(field);
        line.push(',');
    }
    if !line.is_empty() {
        out.push_str(&format!("    {line}\n"));
    }
    out.push_str(");\n");
}

/// An argument on lines of its own, a long list broken as rustfmt would in a macro.
fn push_filled(out: &mut String, argument: &str) {
    let list = argument
        .strip_prefix('[')
        .and_then(|list| list.strip_suffix(']'));
    match list {
        Some(list) if list.len() > 60 => {
            let items: Vec<_> = list
                .split(", ")
                .map(|item| format!("        {item}"))
                .collect();
            out.push_str(&format!("    [\n{}\n    ],\n", items.join(",\n")));
        }
        _ => out.push_str(&format!("    {argument},\n")),
    }
}
