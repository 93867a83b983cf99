//! Tables: the wire names and kinds of everything above, as data.
#![allow(missing_docs)]

use ::saponify::generated as g;
use g::{Kind::*, NIL, OPT, REP, SEC, Type, field as f, nested as n};

pub static SCHEMA: g::Schema = g::Schema {
    namespaces: &[
        g::Namespace {
            uri: "",
            prefix: "",
        },
        g::Namespace {
            uri: "urn:enterprise.soap.sforce.com",
            prefix: "tns",
        },
        g::Namespace {
            uri: "urn:sobject.enterprise.soap.sforce.com",
            prefix: "ens",
        },
        g::Namespace {
            uri: "urn:fault.enterprise.soap.sforce.com",
            prefix: "fns",
        },
    ],
    defaults: &[],
};

pub static S_OBJECT: Type = Type {
    name: "sObject",
    schema: &SCHEMA,
    ns: 2,
    flags: Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED,
    sorted_from: 2,
    base: None,
    fields: &[
        f("fieldsToNull", 2, String, OPT | NIL | REP),
        f("Id", 2, Id, NIL),
    ],
};

pub static ACCOUNT: Type = Type {
    name: "Account",
    schema: &SCHEMA,
    ns: 2,
    flags: Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED,
    sorted_from: 2,
    base: Some(&S_OBJECT),
    fields: &[
        f("fieldsToNull", 2, String, OPT | NIL | REP),
        f("Id", 2, Id, NIL),
        f("AnnualRevenue", 2, Double, OPT | NIL),
        n("BillingAddress", 2, Struct, OPT | NIL, &ADDRESS),
        n("Contacts", 2, Struct, OPT | NIL, &QUERY_RESULT),
        f("Name", 2, String, OPT | NIL),
        n("Owner", 2, Record, OPT | NIL, &USER),
        f("Type", 2, String, OPT | NIL),
    ],
};

pub static USER: Type = Type {
    name: "User",
    schema: &SCHEMA,
    ns: 2,
    flags: Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED,
    sorted_from: 2,
    base: Some(&S_OBJECT),
    fields: &[
        f("fieldsToNull", 2, String, OPT | NIL | REP),
        f("Id", 2, Id, NIL),
        f("Username", 2, String, OPT | NIL),
    ],
};

macro_rules! plain {
    ($($table:ident = $name:literal, $ns:literal, $flags:expr, $base:expr, [$($field:expr,)*];)*) => {
        $(pub static $table: Type = Type {
            name: $name, schema: &SCHEMA, ns: $ns, flags: $flags, sorted_from: u16::MAX, base: $base,
            fields: &[$($field,)*],
        };)*
    };
}

// (Real output writes these out like the tables above.)
plain! {
    ADDRESS = "address", 1, 0, None, [f("latitude", 1, Double, NIL), f("longitude", 1, Double, NIL), f("city", 1, String, NIL),];
    QUERY_RESULT = "QueryResult", 1, 0, None, [
        f("done", 1, Boolean, 0), f("queryLocator", 1, String, NIL),
        n("records", 1, Record, OPT | NIL | REP, &S_OBJECT), f("size", 1, Int, 0),
    ];
    ERROR = "Error", 1, Type::TYPED, None, [
        f("fields", 1, String, OPT | NIL | REP), f("message", 1, String, 0), f("statusCode", 1, Enum, 0),
    ];
    DUPLICATE_ERROR = "DuplicateError", 1, Type::TYPED, Some(&ERROR), [
        f("fields", 1, String, OPT | NIL | REP), f("message", 1, String, 0), f("statusCode", 1, Enum, 0), f("rule", 1, String, 0),
    ];
    SAVE_RESULT = "SaveResult", 1, 0, None, [
        n("errors", 1, Struct, OPT | REP, &ERROR), f("id", 1, Id, NIL), f("success", 1, Boolean, 0),
    ];
    SESSION_HEADER = "SessionHeader", 1, 0, None, [f("sessionId", 1, String, SEC),];
    QUERY_OPTIONS = "QueryOptions", 1, 0, None, [f("batchSize", 1, Int, OPT),];
    LIMIT_INFO_HEADER = "LimitInfoHeader", 1, 0, None, [n("limitInfo", 1, Struct, OPT | REP, &LIMIT_INFO),];
    LIMIT_INFO = "LimitInfo", 1, 0, None, [f("current", 1, Long, 0), f("limit", 1, Long, 0), f("type", 1, String, 0),];
    MALFORMED_QUERY_FAULT = "MalformedQueryFault", 3, 0, None, [
        f("exceptionCode", 3, String, 0), f("exceptionMessage", 3, String, 0), f("row", 3, Int, 0), f("column", 3, Int, 0),
    ];
    // Request and response elements of the operations.
    QUERY = "query", 1, 0, None, [f("queryString", 1, String, 0),];
    QUERY_RESPONSE = "queryResponse", 1, 0, None, [n("result", 1, Struct, 0, &QUERY_RESULT),];
    QUERY_MORE = "queryMore", 1, 0, None, [f("queryLocator", 1, String, 0),];
    QUERY_MORE_RESPONSE = "queryMoreResponse", 1, 0, None, [n("result", 1, Struct, 0, &QUERY_RESULT),];
    CREATE = "create", 1, 0, None, [n("sObjects", 1, Record, OPT | REP, &S_OBJECT),];
    CREATE_RESPONSE = "createResponse", 1, 0, None, [n("result", 1, Struct, OPT | REP, &SAVE_RESULT),];
    RETRIEVE = "retrieve", 1, 0, None, [f("fieldList", 1, String, 0), f("sObjectType", 1, String, 0), f("ids", 1, Id, OPT | REP),];
    RETRIEVE_RESPONSE = "retrieveResponse", 1, 0, None, [n("result", 1, Record, OPT | NIL | REP, &S_OBJECT),];
    LOGOUT = "logout", 1, 0, None, [];
    LOGOUT_RESPONSE = "logoutResponse", 1, 0, None, [];
}
