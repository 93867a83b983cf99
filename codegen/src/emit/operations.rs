//! Operations: their tables and their types.

use std::collections::BTreeSet;

use super::text::{self, MAX, push_list, width};
use super::types::{Imports, Scope, field_type};
use super::{STAMP, page};
use crate::plan::{Operation, Plan};

pub(super) fn file(plan: &Plan<'_>) -> String {
    let mut body = String::new();
    let mut imports = Imports::default();
    imports.add("tables");
    let scope = Scope::of(
        plan.operations
            .iter()
            .map(|operation| operation.names.ty.as_str()),
    );
    let faults = faults(plan);
    if !faults.is_empty() {
        body.push_str("\n/// A service may answer with any of its faults, declared for the operation or not.\n");
        let head = "static FAULTS: &[&g::Type] = &[";
        push_list(&mut body, 0, head, &faults, "];");
    }
    for operation in &plan.operations {
        body.push('\n');
        let faultless = faults.is_empty();
        push(&mut body, plan, operation, faultless, &scope, &mut imports);
    }
    if let Some(query) = &plan.query {
        let table = |number: usize| format!("&{}", plan.operations[number].names.table);
        let all = query
            .query_all
            .map_or("None".to_owned(), |n| format!("Some({})", table(n)));
        let options = match &query.options {
            Some(options) => format!("Some(&tables::{options})"),
            None => "None".to_owned(),
        };
        body.push_str(&format!(
            "\npub(super) static QUERY_OPERATIONS: g::QueryOperations = g::QueryOperations {{\n    \
             query: {},\n    query_all: {all},\n    query_more: {},\n    options: {options},\n}};\n",
            table(query.query),
            table(query.query_more),
        ));
    }
    format!(
        "{STAMP}. Do not edit.\n//! The operations, as types: what each gives and which headers it \
         takes.\n\nuse ::saponify::generated as g;\n\n{}{body}",
        imports.lines("super")
    )
}

/// Tables of all faults that operations declare, sorted.
fn faults(plan: &Plan<'_>) -> Vec<String> {
    let faults = plan.operations.iter().flat_map(|o| &o.faults);
    let tables: BTreeSet<&str> = faults.map(|fault| fault.table.as_str()).collect();
    tables
        .iter()
        .map(|table| format!("&tables::{table}"))
        .collect()
}

fn push(
    out: &mut String,
    plan: &Plan<'_>,
    operation: &Operation<'_>,
    faultless: bool,
    scope: &Scope,
    imports: &mut Imports,
) {
    let names = &operation.names;
    let head = format!(
        "pub(super) static {}: g::Operation = g::Operation {{\n",
        names.table
    );
    out.push_str(&head);
    out.push_str(&format!("    name: {},\n", text::literal(operation.wire)));
    out.push_str(&format!(
        "    action: {},\n",
        text::literal(operation.action)
    ));
    let style = &operation.style;
    let remarks = operation.remarks.as_ref();
    let repeats = |how| remarks.is_some_and(|remarks| remarks.repeat.starts_with(how));
    let flags = super::tables::joined([
        (style.bare_request, "g::Operation::BARE_REQUEST"),
        (style.bare_response, "g::Operation::BARE_RESPONSE"),
        (style.rpc, "g::Operation::RPC"),
        (style.encoded, "g::Operation::ENCODED"),
        (style.one_way, "g::Operation::ONE_WAY"),
        (repeats("Safe"), "g::Operation::SAFE"),
        (repeats("Idempotent"), "g::Operation::IDEMPOTENT"),
    ]);
    push_flags(out, &flags);
    out.push_str(&format!("    request: &tables::{},\n", operation.request));
    out.push_str(&format!("    response: &tables::{},\n", operation.response));
    let types: Vec<String> = operation
        .types
        .iter()
        .map(|(ns, name)| format!("({ns}, {})", text::literal(name)))
        .collect();
    push_list(out, 1, "types: &[", &types, "],");
    for (field, parts) in [
        ("headers", &operation.headers),
        ("output_headers", &operation.output_headers),
    ] {
        let tables: Vec<String> = parts
            .iter()
            .map(|part| format!("&tables::{}", part.table))
            .collect();
        push_list(out, 1, &format!("{field}: &["), &tables, "],");
    }
    let faults = if faultless { "&[]" } else { "FAULTS" };
    out.push_str(&format!("    faults: {faults},\n"));
    out.push_str("};\n\ng::operation! {\n");
    page::push(out, 1, plan, operation);
    let output = match &operation.output {
        Some(ty) => field_type(ty, scope, imports),
        None => "()".to_owned(),
    };
    let headers: Vec<String> = operation
        .headers
        .iter()
        .filter_map(|header| header.ty.as_ref())
        .map(|ty| super::types::path(ty, imports))
        .collect();
    let line = format!(
        "    {}, {}, {output}, [{}]",
        names.ty,
        names.table,
        headers.join(", ")
    );
    if width(&line) <= MAX {
        out.push_str(&line);
        out.push('\n');
    } else {
        out.push_str(&format!("    {}, {}, {output}, [\n", names.ty, names.table));
        for header in headers {
            out.push_str(&format!("        {header},\n"));
        }
        out.push_str("    ]\n");
    }
    out.push_str("}\n");
}

/// Flags on one line, or as rustfmt breaks a long sum.
fn push_flags(out: &mut String, flags: &str) {
    let line = format!("    flags: {flags},\n");
    if width(&line) <= MAX {
        out.push_str(&line);
    } else {
        let broken = flags.replace(" | ", "\n        | ");
        out.push_str(&format!("    flags: {broken},\n"));
    }
}
