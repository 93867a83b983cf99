//! Operations: their statics and their types.

use std::collections::BTreeSet;

use super::file::{self, RUNTIME};
use super::page;
use super::writer::Writer;
use crate::plan::{Operation, Part, Plan, TableId};
use crate::print::Link;
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
            .doc("A service may respond with any of its faults, whether the operation declares it or not.");
        w.out.list("static FAULTS: &[&g::Type] = &[", &faults, "];");
    }
    let faults = (!faults.is_empty()).then_some("FAULTS");
    for operation in &plan.operations {
        w.out.blank();
        table(&mut w, operation, faults);
        w.out.blank();
        declaration(&mut w, operation);
    }
    query(&mut w);
    let about = "The operations, as types: what each of them returns and which headers it accepts.";
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
fn table(w: &mut Writer<'_, '_>, operation: &Operation<'_>, faults: Option<&str>) {
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
    let flags = flags.iter().filter(|flag| flag.0).map(|flag| flag.1);
    let types = operation.types.iter();
    let types = types.map(|(ns, name)| format!("({ns}, {})", literal(name)));
    let mut links = vec![
        Link::Flags("with_flags", flags.collect()),
        Link::Array("with_types", types.collect()),
        Link::Array("with_headers", tables(w, &operation.headers)),
        Link::Array("with_output_headers", tables(w, &operation.output_headers)),
    ];
    if !operation.action.is_empty() {
        links.insert(0, Link::Line("with_action", literal(operation.action)));
    }
    if let Some(faults) = faults {
        links.push(Link::Line("with_faults", faults.to_owned()));
    }
    let [request, response] = [operation.request, operation.response].map(|id| reference(w, id));
    w.out
        .open(&["pub(super) static ", &operation.ident, ": g::Operation ="]);
    let name = literal(operation.wire);
    let head = [
        "g::Operation::new(",
        &name,
        ", ",
        &request,
        ", ",
        &response,
        ")",
    ];
    w.out.links(&head, &links);
    w.out.dedent();
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
    let headers: Vec<_> = w.plan.headers_of_rows().collect();
    let headers: Vec<String> = headers.into_iter().map(|ty| w.path(ty)).collect();
    let all = query.query_all.map(operation);
    let options = query.options.map(|id| w.table(id));
    let link = |method, ident: String| Link::Line(method, ["&", &ident].concat());
    let links: Vec<Link> = (all.map(|all| link("with_query_all", all)).into_iter())
        .chain(options.map(|options| link("with_options", options)))
        .collect();
    w.out.blank();
    w.out
        .open(&["pub(super) static QUERY_OPERATIONS: g::QueryOperations ="]);
    let head = ["g::QueryOperations::new(&", &first, ", &", &more, ")"];
    w.out.links(&head, &links);
    w.out.dedent();
    if !headers.is_empty() {
        w.out.blank();
        w.out.macro_list("g::records_headers!(", &headers, ");");
    }
}
