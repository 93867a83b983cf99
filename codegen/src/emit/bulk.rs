//! Methods that take any number of rows.

use super::writer::Writer;
use crate::plan::{BulkMethod, Operation};
use crate::print::escape::code;
use crate::salesforce::operations::BulkKind;

pub(super) fn print(w: &mut Writer<'_, '_>, bulk: &BulkMethod, operation: &Operation<'_>) {
    let [first, second] = bulk.kind.documentation();
    w.out
        .doc(&["Operation ", &code(operation.wire), ", ", first].concat());
    w.out.doc(second);
    let row = match bulk.kind {
        BulkKind::Save | BulkKind::Upsert => "R",
        BulkKind::ById | BulkKind::Retrieve => "g::Id",
    };
    let types: &[&str] = match bulk.kind {
        BulkKind::Save | BulkKind::ById => &[],
        BulkKind::Upsert => &["impl g::ExternalId<R>"],
        BulkKind::Retrieve => &["&str", "&str"],
    };
    let (generics, call) = match bulk.kind {
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
        &["pub fn ", &bulk.method, "<", generics, ">"],
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
