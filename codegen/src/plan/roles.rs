//! Which operations the runtime has its own methods for.

use saponify_wsdl::model::Builtin;

use crate::names::Roles;
use crate::select::{Operation, Selection, Shape, ShapeId, Use};

/// Finds `login(username, password)` beside a session header, and `query` with `queryMore`.
pub(crate) fn roles(selection: &Selection<'_>) -> Roles {
    let mut roles = Roles::default();
    for service in &selection.services {
        let all = || {
            service
                .operations
                .clone()
                .map(|n| (n, &selection.operations[n]))
        };
        let named = |name: &str, arguments: &[&str]| {
            let found = all().find(|(_, operation)| {
                operation.name == name && texts(selection, operation.request, arguments)
            });
            found.map(|(number, _)| number)
        };
        if roles.login.is_none() && all().any(|(_, o)| session_header(selection, o).is_some()) {
            roles.login = named("login", &["username", "password"]);
        }
        let rows = |number: &usize| gives_rows(selection, &selection.operations[*number]);
        let query = named("query", &["queryString"]).filter(rows);
        let more = named("queryMore", &["queryLocator"]).filter(rows);
        if let (None, Some(query), Some(more)) = (roles.query, query, more) {
            roles.query = Some(query);
            roles.query_more = Some(more);
            roles.query_all = named("queryAll", &["queryString"]).filter(rows);
        }
    }
    roles
}

/// The header of a request that carries the session.
pub(super) fn session_header(selection: &Selection<'_>, o: &Operation<'_>) -> Option<ShapeId> {
    o.headers.iter().copied().find(|id| {
        let shape = selection.shape(*id);
        shape.name == "SessionHeader" && is(shape, &["sessionId"])
    })
}

/// The header of an answer that reports API usage.
pub(super) fn limit_header(selection: &Selection<'_>, o: &Operation<'_>) -> Option<ShapeId> {
    let shape = |id: &ShapeId| selection.shape(*id);
    o.output_headers
        .iter()
        .copied()
        .find(|id| shape(id).name == "LimitInfoHeader")
}

/// The header of a request that proposes a number of rows.
pub(super) fn query_options(selection: &Selection<'_>, o: &Operation<'_>) -> Option<ShapeId> {
    o.headers.iter().copied().find(|id| {
        let shape = selection.shape(*id);
        shape.name == "QueryOptions" && shape.members.iter().any(|m| m.name == "batchSize")
    })
}

/// Whether a shape has exactly these members.
fn is(shape: &Shape<'_>, names: &[&str]) -> bool {
    shape
        .members
        .iter()
        .map(|member| &*member.name)
        .eq(names.iter().copied())
}

/// Whether a shape has exactly these members, each a single text.
fn texts(selection: &Selection<'_>, id: ShapeId, names: &[&str]) -> bool {
    let shape = selection.shape(id);
    let text = |member| {
        selection.use_of(member) == Some(Use::Simple(Builtin::String)) && !member.occurs.repeated
    };
    is(shape, names) && shape.members.iter().all(text)
}

/// Whether the answer is a batch of rows of a query.
fn gives_rows(selection: &Selection<'_>, operation: &Operation<'_>) -> bool {
    let [result] = selection.shape(operation.response).members.as_slice() else {
        return false;
    };
    let Some(Use::Shape(id)) = selection.use_of(result) else {
        return false;
    };
    let has = |name: &str| {
        selection
            .shape(id)
            .members
            .iter()
            .any(|member| member.name == name)
    };
    !result.occurs.repeated
        && ["done", "queryLocator", "records", "size"]
            .into_iter()
            .all(has)
}
