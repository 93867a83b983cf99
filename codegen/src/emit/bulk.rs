//! Methods that take any number of rows.

use super::docs;
use super::text::push_signature;
use crate::names::Bulk;
use crate::plan::Operation;

pub(super) fn push(out: &mut String, method: &str, how: Bulk, operation: &Operation<'_>) {
    let about = match how {
        Bulk::Save | Bulk::Upsert | Bulk::ById => [
            "in calls of at most 200, for any number of rows from an iterator or",
            "stream. Gives what became of each row, in their order: see [`Bulk`](g::Bulk).",
        ],
        Bulk::Retrieve => [
            "in calls of at most 2,000, for any number of ids from an iterator or",
            "stream. Gives a row or none for each, in their order: see [`Bulk`](g::Bulk).",
        ],
    };
    let wire = docs::code(operation.wire);
    docs::push_line(out, 1, &format!("Operation {wire}, {}", about[0]));
    docs::push_line(out, 1, about[1]);
    let names = &operation.arguments;
    let names: Vec<&str> = names
        .iter()
        .map(|argument| argument.ident.as_str())
        .collect();
    let row = match how {
        Bulk::Save | Bulk::Upsert => "R",
        Bulk::ById | Bulk::Retrieve => "g::Id",
    };
    let types: Vec<String> = match how {
        Bulk::Save | Bulk::ById => Vec::new(),
        Bulk::Upsert => vec!["impl g::ExternalId<R>".to_owned()],
        Bulk::Retrieve => vec!["&str".to_owned(), "&str".to_owned()],
    };
    let source = format!("impl g::Source<M, Row = {row}> + 's");
    let mut parameters = vec!["&self".to_owned()];
    let types = types.into_iter().chain([source]);
    parameters.extend(
        names
            .iter()
            .zip(types)
            .map(|(name, ty)| format!("{name}: {ty}")),
    );
    let (generics, call) = match how {
        Bulk::Save => ("'s, R: g::View, M", "save_all"),
        Bulk::Upsert => ("'s, R: g::View, M", "upsert_all"),
        Bulk::ById => ("'s, M", "by_id_all"),
        Bulk::Retrieve => ("'s, M", "retrieve_all"),
    };
    let head = format!("pub fn {method}<{generics}>");
    let result = format!(" -> g::Bulk<'s, operations::{}, {row}>", operation.names.ty);
    push_signature(out, 1, &head, &parameters, &result);
    let names = names.join(", ");
    out.push_str(&format!("        self.client.{call}({names})\n    }}\n"));
}
