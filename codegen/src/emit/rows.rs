//! Methods that take any number of rows, or one row.

use super::writer::Writer;
use crate::names::RowMethods;
use crate::plan::{Operation, Wrap};
use crate::print::escape::code;
use crate::salesforce::operations::BulkKind;

/// Prints the method that takes any number of rows.
pub(super) fn all(w: &mut Writer<'_, '_>, methods: &RowMethods, operation: &Operation<'_>) {
    let about = [
        "Operation ",
        &code(operation.wire),
        ", ",
        methods.kind.documentation(),
    ];
    w.out.doc_paragraph("", &about.concat());
    let row = match methods.kind {
        BulkKind::Save | BulkKind::Upsert => "R",
        BulkKind::ById | BulkKind::Retrieve => "g::Id",
    };
    let types: &[&str] = match methods.kind {
        BulkKind::Save | BulkKind::ById => &[],
        BulkKind::Upsert => &["impl g::ExternalId<R>"],
        BulkKind::Retrieve => &["&str", "&str"],
    };
    let (generics, call) = match methods.kind {
        BulkKind::Save => ("'s, R: g::View, M", "save_all"),
        BulkKind::Upsert => ("'s, R: g::View, M", "upsert_all"),
        BulkKind::ById => ("'s, M", "by_id_all"),
        BulkKind::Retrieve => ("'s, M", "retrieve_all"),
    };
    let source = format!("impl g::Source<M, Row = {row}> + 's");
    let types = types.iter().copied().chain([source.as_str()]);
    let arguments = operation
        .arguments
        .iter()
        .map(|argument| argument.ident.as_str());
    let arguments: Vec<&str> = arguments.collect();
    let mut parameters = vec!["&self".to_owned()];
    let typed = arguments.iter().zip(types);
    parameters.extend(typed.map(|(name, ty)| format!("{name}: {ty}")));
    w.out.signature(
        &["pub fn ", &methods.all, "<", generics, ">"],
        &parameters,
        &[
            " -> g::Bulk<'s, operations::",
            &operation.ty,
            ", ",
            row,
            ">",
        ],
    );
    w.out
        .line(&["self.client.", call, "(", &arguments.join(", "), ")"]);
    w.out.close(&["}"]);
}

/// Prints the method that takes one row.
pub(super) fn one(w: &mut Writer<'_, '_>, method: &str, kind: BulkKind, operation: &Operation<'_>) {
    let about = [
        "Operation ",
        &code(operation.wire),
        " with one row. Returns the result of the row. If the service refuses the row, the call \
         returns an error.",
    ];
    w.out.doc_paragraph("", &about.concat());
    let mut parameters = vec!["&self".to_owned()];
    let mut arguments = Vec::with_capacity(operation.arguments.len());
    for argument in &operation.arguments {
        let is_row = matches!(argument.wrap, Wrap::Repeated | Wrap::RepeatedOptional);
        let ident = match kind {
            _ if !is_row => argument.ident.as_str(),
            BulkKind::ById => "id",
            _ => "record",
        };
        let ty = match kind {
            _ if !is_row => "&str",
            BulkKind::ById => "g::Id",
            _ => "&impl g::View",
        };
        parameters.push(format!("{ident}: {ty}"));
        arguments.push(ident);
    }
    w.out.line(&["#[inline]"]);
    w.out.signature(
        &["pub fn ", method],
        &parameters,
        &[" -> g::OneCall<operations::", &operation.ty, ">"],
    );
    let call = [&operation.method, "(", &arguments.join(", "), ")"].concat();
    w.out.chain(&["self"], &[call, "into_one()".to_owned()]);
    w.out.close(&["}"]);
}
