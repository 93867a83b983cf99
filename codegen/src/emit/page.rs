//! The page of an operation: the same for its method and for its type.

use super::docs;
use crate::plan::{Operation, Part, Plan};

/// Appends what an operation does, its limits, headers and faults.
pub(super) fn push(out: &mut String, indent: usize, plan: &Plan<'_>, operation: &Operation<'_>) {
    let title = format!("Operation {}.", docs::code(operation.wire));
    if !plan.docs {
        docs::push_line(out, indent, &title);
        return;
    }
    if let Some(text) = operation.documentation {
        let start = out.len();
        docs::push(out, indent, text);
        if out.len() > start {
            docs::push_line(out, indent, "");
        }
    }
    let Some(remarks) = &operation.remarks else {
        docs::push_line(out, indent, &title);
        push_parts(out, indent, operation);
        return;
    };
    docs::push_own(out, indent, "", &format!("{title} {}", remarks.does));
    docs::push_line(out, indent, "");
    for limit in &remarks.limits {
        docs::push_own(out, indent, "- ", &format!("Limit: {limit}"));
    }
    docs::push_own(out, indent, "- ", &remarks.repeat);
    if let Some(page) = &remarks.page {
        let page = format!("In Salesforce's SOAP API Developer Guide: `{page}`.");
        docs::push_own(out, indent, "- ", &page);
    }
    push_parts(out, indent, operation);
}

/// Headers and faults, which every WSDL declares.
fn push_parts(out: &mut String, indent: usize, operation: &Operation<'_>) {
    for (what, parts) in [
        ("Headers", &operation.headers),
        ("Headers of the answer", &operation.output_headers),
    ] {
        if let Some(links) = links(parts) {
            docs::push_line(out, indent, "");
            docs::push_own(out, indent, "", &format!("{what}: {links}."));
        }
    }
    docs::push_line(out, indent, "");
    docs::push_line(out, indent, "# Errors");
    docs::push_line(out, indent, "");
    let faults = match links(&operation.faults) {
        Some(links) => format!("Declared faults: {links}. Others may come:"),
        None => "No faults are declared, but any may come:".to_owned(),
    };
    let faults = format!("{faults} see [`Error`](g::Error).");
    docs::push_own(out, indent, "", &faults);
}

/// The types of headers or faults, linked, as seen from a file beside the modules of types.
fn links(parts: &[Part]) -> Option<String> {
    let links: Vec<String> = parts
        .iter()
        .filter_map(|part| part.ty.as_ref())
        .map(|ty| match &ty.module {
            Some(module) => format!("[`{0}`](super::{module}::{0})", ty.ident),
            None => format!("[`{0}`](super::{0})", ty.ident),
        })
        .collect();
    (!links.is_empty()).then(|| links.join(", "))
}
