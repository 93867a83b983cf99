//! The documentation of an operation, which its method and its type share.

use crate::plan::{Operation, Part, Plan};
use crate::print::Printer;
use crate::print::escape::code;

/// Prints what an operation does, its limits, headers and faults.
pub(super) fn print(out: &mut Printer, plan: &Plan<'_>, operation: &Operation<'_>) {
    describe(out, plan, operation);
    if !plan.docs {
        return;
    }
    out.doc("");
    out.doc("# Errors");
    out.doc("");
    let faults = match links(&operation.faults) {
        Some(links) => format!("Declared faults: {links}. The service may also send other faults:"),
        None => "No faults are declared, but the service may send any fault:".to_owned(),
    };
    out.doc_paragraph("", &format!("{faults} see [`Error`](g::Error)."));
}

/// Prints the same for a method that a server implements.
pub(super) fn print_served(out: &mut Printer, plan: &Plan<'_>, operation: &Operation<'_>) {
    describe(out, plan, operation);
    if operation.style.one_way {
        out.doc("");
        out.doc("The operation is one-way: the client gets neither a result nor a fault.");
    }
}

fn describe(out: &mut Printer, plan: &Plan<'_>, operation: &Operation<'_>) {
    let title = format!("Operation {}.", code(operation.wire));
    if !plan.docs {
        out.doc(&title);
        return;
    }
    if let Some(text) = operation.documentation
        && out.wsdl_doc(text)
    {
        out.doc("");
    }
    match &operation.remarks {
        None => out.doc(&title),
        Some(remarks) => {
            out.doc_paragraph("", &format!("{title} {}", remarks.does));
            out.doc("");
            for limit in &remarks.limits {
                out.doc_paragraph("- ", &format!("Limit: {limit}"));
            }
            out.doc_paragraph("- ", &remarks.repeat);
            if let Some(page) = &remarks.page {
                let page = format!("In Salesforce's SOAP API Developer Guide: `{page}`.");
                out.doc_paragraph("- ", &page);
            }
        }
    }
    for (what, parts) in [
        ("Headers", &operation.headers),
        ("Headers of the response", &operation.output_headers),
    ] {
        if let Some(links) = links(parts) {
            out.doc("");
            out.doc_paragraph("", &format!("{what}: {links}."));
        }
    }
}

/// Links to the types of headers or faults, as seen from a file beside the modules of types.
fn links(parts: &[Part]) -> Option<String> {
    let links: Vec<String> = parts
        .iter()
        .filter_map(|part| part.ty.as_ref())
        .map(|ty| format!("[`{0}`](super::{1}::{0})", ty.ident, ty.module))
        .collect();
    (!links.is_empty()).then(|| links.join(", "))
}
