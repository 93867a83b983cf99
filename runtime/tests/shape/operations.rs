//! The operations, as types: what each one returns and which headers it takes.

use ::saponify::generated as g;

use super::tables;
use super::types;

pub(super) static QUERY: g::Operation = g::Operation {
    name: "query",
    action: "",
    flags: g::Operation::SAFE,
    request: &tables::QUERY,
    response: &tables::QUERY_RESPONSE,
    types: &[],
    headers: &[&tables::SESSION_HEADER, &tables::QUERY_OPTIONS],
    output_headers: &[&tables::LIMIT_INFO_HEADER],
    faults: &[&tables::MALFORMED_QUERY_FAULT],
};

g::operation! {
    /// `query`
    Query, QUERY, types::QueryResult, [types::SessionHeader, types::QueryOptions]
}

pub(super) static QUERY_MORE: g::Operation = g::Operation {
    name: "queryMore",
    action: "",
    flags: 0,
    request: &tables::QUERY_MORE,
    response: &tables::QUERY_MORE_RESPONSE,
    types: &[],
    headers: &[&tables::SESSION_HEADER, &tables::QUERY_OPTIONS],
    output_headers: &[&tables::LIMIT_INFO_HEADER],
    faults: &[],
};

g::operation! {
    /// `queryMore`
    QueryMore, QUERY_MORE, types::QueryResult, [types::SessionHeader, types::QueryOptions]
}

pub(super) static CREATE: g::Operation = g::Operation {
    name: "create",
    action: "",
    flags: 0,
    request: &tables::CREATE,
    response: &tables::CREATE_RESPONSE,
    types: &[],
    headers: &[&tables::SESSION_HEADER],
    output_headers: &[&tables::LIMIT_INFO_HEADER],
    faults: &[],
};

g::operation! {
    /// `create`
    Create, CREATE, Vec<types::SaveResult>, [types::SessionHeader]
}

pub(super) static RETRIEVE: g::Operation = g::Operation {
    name: "retrieve",
    action: "",
    flags: g::Operation::SAFE,
    request: &tables::RETRIEVE,
    response: &tables::RETRIEVE_RESPONSE,
    types: &[],
    headers: &[&tables::SESSION_HEADER],
    output_headers: &[],
    faults: &[],
};

g::operation! {
    /// `retrieve`
    Retrieve, RETRIEVE, Vec<Option<g::Record>>, [types::SessionHeader]
}

pub(super) static LOGOUT: g::Operation = g::Operation {
    name: "logout",
    action: "",
    flags: 0,
    request: &tables::LOGOUT,
    response: &tables::LOGOUT_RESPONSE,
    types: &[],
    headers: &[&tables::SESSION_HEADER],
    output_headers: &[],
    faults: &[],
};

g::operation! {
    /// `logout`
    Logout, LOGOUT, (), [types::SessionHeader]
}

pub(super) static QUERY_OPERATIONS: g::QueryOperations = g::QueryOperations {
    query: &QUERY,
    query_all: None,
    query_more: &QUERY_MORE,
    options: Some(&tables::QUERY_OPTIONS),
};
