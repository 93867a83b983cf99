//! Operations: their statics and their types.

use std::collections::BTreeSet;

use super::file::{self, RUNTIME};
use super::page;
use super::writer::Writer;
use crate::plan::{Operation, Part, Plan, TableId};
use crate::print::escape::literal;

/// Prints `operations.rs`.
pub(super) fn file(plan: &Plan<'_>) -> String {
    let idents = plan
        .operations
        .iter()
        .map(|operation| operation.ty.as_str());
    let mut w = Writer::new(plan, idents);
    w.import("tables");
    let faults = faults(&mut w);
    if !faults.is_empty() {
        w.out.blank();
        w.out
            .doc("A service may answer with any of its faults, declared for the operation or not.");
        w.out.list("static FAULTS: &[&g::Type] = &[", &faults, "];");
    }
    let faults = if faults.is_empty() { "&[]" } else { "FAULTS" };
    for operation in &plan.operations {
        w.out.blank();
        table(&mut w, operation, faults);
        w.out.blank();
        declaration(&mut w, operation);
    }
    query(&mut w);
    let about = "The operations, as types: what each gives and which headers it takes.";
    file::head(about, RUNTIME, &w.imports()) + &w.take()
}

/// The tables of all faults that operations declare, sorted by identifier.
fn faults(w: &mut Writer<'_, '_>) -> Vec<String> {
    let faults = w
        .plan
        .operations
        .iter()
        .flat_map(|operation| &operation.faults);
    let tables: BTreeSet<TableId> = faults.map(|fault| fault.table).collect();
    tables.into_iter().map(|id| reference(w, id)).collect()
}

fn reference(w: &mut Writer<'_, '_>, id: TableId) -> String {
    format!("&{}", w.table(id))
}

/// Prints the static of an operation.
fn table(w: &mut Writer<'_, '_>, operation: &Operation<'_>, faults: &str) {
    let ident = &operation.ident;
    w.out.open(&[
        "pub(super) static ",
        ident,
        ": g::Operation = g::Operation {",
    ]);
    w.out.line(&["name: ", &literal(operation.wire), ","]);
    w.out.line(&["action: ", &literal(operation.action), ","]);
    let style = &operation.style;
    let remarks = operation.remarks.as_ref();
    let repeats = |how: &str| remarks.is_some_and(|remarks| remarks.repeat.starts_with(how));
    let flags = [
        (style.bare_request, "g::Operation::BARE_REQUEST"),
        (style.bare_response, "g::Operation::BARE_RESPONSE"),
        (style.rpc, "g::Operation::RPC"),
        (style.encoded, "g::Operation::ENCODED"),
        (style.one_way, "g::Operation::ONE_WAY"),
        (repeats("Safe"), "g::Operation::SAFE"),
        (repeats("Idempotent"), "g::Operation::IDEMPOTENT"),
    ];
    let flags: Vec<&str> = flags
        .iter()
        .filter(|flag| flag.0)
        .map(|flag| flag.1)
        .collect();
    w.out.flags("flags", &flags);
    let request = reference(w, operation.request);
    w.out.line(&["request: ", &request, ","]);
    let response = reference(w, operation.response);
    w.out.line(&["response: ", &response, ","]);
    let types: Vec<String> = operation
        .types
        .iter()
        .map(|(ns, name)| format!("({ns}, {})", literal(name)))
        .collect();
    w.out.list("types: &[", &types, "],");
    let headers = tables(w, &operation.headers);
    w.out.list("headers: &[", &headers, "],");
    let headers = tables(w, &operation.output_headers);
    w.out.list("output_headers: &[", &headers, "],");
    w.out.line(&["faults: ", faults, ","]);
    w.out.close(&["};"]);
}

fn tables(w: &mut Writer<'_, '_>, parts: &[Part]) -> Vec<String> {
    parts.iter().map(|part| reference(w, part.table)).collect()
}

/// Prints the type of an operation.
fn declaration<'p>(w: &mut Writer<'p, '_>, operation: &'p Operation<'_>) {
    w.out.open(&["g::operation! {"]);
    page::print(&mut w.out, w.plan, operation);
    let output = match &operation.output {
        Some(ty) => w.field_type(ty),
        None => "()".to_owned(),
    };
    let headers = operation
        .headers
        .iter()
        .filter_map(|header| header.ty.as_ref());
    let headers: Vec<String> = headers.map(|ty| w.path(ty)).collect();
    let head = [&operation.ty, ", ", &operation.ident, ", ", &output, ", ["].concat();
    w.out.macro_list(&head, &headers, "]");
    w.out.close(&["}"]);
}

/// Prints the static of the operations behind the stream of rows.
fn query(w: &mut Writer<'_, '_>) {
    let Some(query) = &w.plan.query else {
        return;
    };
    let operation = |number: usize| w.plan.operations[number].ident.clone();
    let (first, more) = (operation(query.query), operation(query.query_more));
    let all = w.prelude().some_ref(query.query_all.map(operation));
    let options = query.options.map(|id| w.table(id));
    let options = w.prelude().some_ref(options);
    w.out.blank();
    w.out
        .open(&["pub(super) static QUERY_OPERATIONS: g::QueryOperations = g::QueryOperations {"]);
    w.out.line(&["query: &", &first, ","]);
    w.out.line(&["query_all: ", &all, ","]);
    w.out.line(&["query_more: &", &more, ","]);
    w.out.line(&["options: ", &options, ","]);
    w.out.close(&["};"]);
}
