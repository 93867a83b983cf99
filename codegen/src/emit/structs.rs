//! Plain structs.

use super::field_docs;
use super::writer::Writer;
use crate::plan::Struct;
use crate::print::MacroArgument;
use crate::print::escape::code;

/// The derive macros of the standard prelude. A link to a type of the same name must say that it
/// means the type.
const DERIVE_MACROS: [&str; 9] = [
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Eq",
    "Hash",
    "Ord",
    "PartialEq",
    "PartialOrd",
];

/// A link of the documentation to a type.
pub(super) fn link(path: &str) -> String {
    let name = path.rsplit("::").next().unwrap_or(path);
    if DERIVE_MACROS.contains(&name) {
        format!("[`{path}`](type@{path})")
    } else {
        format!("[`{path}`]")
    }
}

pub(super) fn print<'p>(w: &mut Writer<'p, '_>, structure: &'p Struct<'_>) {
    let ident = &structure.ident;
    let kind = if structure.header { "Header " } else { "" };
    let mut title = [kind, &code(&structure.wire)].concat();
    if let Some(base) = &structure.base {
        title.push_str(&format!(", derived from {}", link(&w.path(base))));
    }
    w.item_doc(&title, structure.documentation);
    if let (true, Some(text)) = (w.plan.docs, &structure.remarks) {
        w.out.doc("");
        w.out.doc_paragraph("", text);
    }
    let derives = ["Clone", "Default"].map(str::to_owned);
    w.derives(&[&derives, structure.derives.as_slice()].concat());
    if structure.fields.is_empty() && !structure.is_base {
        w.out.line(&["pub struct ", ident, " {}"]);
    } else {
        w.out.open(&["pub struct ", ident, " {"]);
        for field in &structure.fields {
            if w.plan.docs {
                field_docs::print(&mut w.out, &field.doc);
            }
            let ty = w.field_type(&field.ty);
            w.out.line(&["pub ", &field.ident, ": ", &ty, ","]);
        }
        if structure.is_base {
            if w.plan.docs {
                w.out.doc("The whole value, if it is of a derived type.");
            }
            w.out.line(&["pub derived: g::Derived,"]);
        }
        w.out.close(&["}"]);
    }
    w.out.blank();
    link_to_table(w, structure);
    w.serde("structure", ident);
}

/// Prints the macro that links the struct to its table.
fn link_to_table<'p>(w: &mut Writer<'p, '_>, structure: &'p Struct<'_>) {
    let mut arguments = vec![
        MacroArgument::Text(structure.ident.clone()),
        MacroArgument::Text(w.table(structure.table)),
    ];
    let name = if structure.is_base {
        let derived = structure.derived.iter().map(|ty| w.path(ty)).collect();
        arguments.push(MacroArgument::List(derived));
        "g::derivable!"
    } else {
        "g::structure!"
    };
    let fields: Vec<String> = structure
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| format!("{index}: {}", field.ident))
        .collect();
    w.out.macro_call(name, &arguments, &fields);
}
