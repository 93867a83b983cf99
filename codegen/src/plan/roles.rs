//! Which operations the runtime has its own methods for.

use saponify_wsdl::model::Builtin;

use crate::fields::Member;
use crate::names::{Bulk, Roles};
use crate::select::{Face, Operation, Selection, Shape, ShapeId, Use};

/// Finds `login(username, password)` beside a session header, `query` with `queryMore`, and the
/// operations that take many rows.
pub(crate) fn roles(selection: &Selection<'_>) -> Roles {
    let mut roles = Roles::default();
    for (number, operation) in selection.operations.iter().enumerate() {
        roles
            .bulk
            .extend(bulk(selection, operation).map(|bulk| (number, bulk)));
    }
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

/// How an operation takes many rows, if it does.
fn bulk(selection: &Selection<'_>, operation: &Operation<'_>) -> Option<Bulk> {
    let request = selection.shape(operation.request).members.as_slice();
    let [result] = selection.shape(operation.response).members.as_slice() else {
        return None;
    };
    let text = |m: &Member<'_>| {
        selection.use_of(m) == Some(Use::Simple(Builtin::String)) && !m.occurs.repeated
    };
    let ids = |m: &Member<'_>| selection.use_of(m) == Some(Use::RecordId) && m.occurs.repeated;
    let rows = |m: &Member<'_>| {
        let face = match selection.use_of(m) {
            Some(Use::Shape(id)) => selection.shape(id).face,
            _ => return false,
        };
        matches!(face, Face::View | Face::OpenBase) && m.occurs.repeated
    };
    let saved = gives_outcomes(selection, result);
    match (operation.name, request) {
        ("create" | "update", [m]) if rows(m) && saved => Some(Bulk::Save),
        ("upsert", [field, m]) if text(field) && rows(m) && saved => Some(Bulk::Upsert),
        ("delete" | "undelete", [m]) if ids(m) && saved => Some(Bulk::ById),
        ("retrieve", [fields, object, m])
            if text(fields) && text(object) && ids(m) && rows(result) && result.occurs.nillable =>
        {
            Some(Bulk::Retrieve)
        }
        _ => None,
    }
}

/// Whether there is an outcome for each row.
fn gives_outcomes(selection: &Selection<'_>, result: &Member<'_>) -> bool {
    let Some(Use::Shape(id)) = selection.use_of(result) else {
        return false;
    };
    let shape = selection.shape(id);
    let success = shape.members.iter().any(|member| {
        member.name == "success"
            && selection.use_of(member) == Some(Use::Simple(Builtin::Boolean))
            && !member.occurs.repeated
    });
    let plain = result.occurs.repeated && !result.occurs.nillable;
    plain && shape.face == Face::Struct && success
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
    // The stream takes the element of the response apart.
    if operation.style.bare_response || operation.style.encoded {
        return false;
    }
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
