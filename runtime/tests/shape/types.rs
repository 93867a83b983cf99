//! Types of `urn:enterprise.soap.sforce.com`.

use ::saponify::generated as g;

use super::tables;

/// `QueryResult`
#[derive(Clone, Default)]
pub struct QueryResult {
    /// `done`: boolean, required
    pub done: bool,
    /// `queryLocator`: QueryLocator, required, nillable
    pub query_locator: Option<String>,
    /// `records`: sObject, repeated, nillable
    pub records: Vec<g::Record>,
    /// `size`: int, required
    pub size: i32,
}

g::structure!(QueryResult, tables::QUERY_RESULT, 0: done, 1: query_locator, 2: records, 3: size);

/// `address`
#[derive(Clone, Default)]
pub struct Address {
    /// `latitude`: double, required, nillable
    pub latitude: Option<f64>,
    /// `longitude`: double, required, nillable
    pub longitude: Option<f64>,
    /// `city`: string, required, nillable
    pub city: Option<String>,
}

g::structure!(Address, tables::ADDRESS, 0: latitude, 1: longitude, 2: city);

/// `Error`
#[derive(Clone, Default)]
pub struct Error {
    /// `fields`: string, repeated, nillable
    pub fields: Vec<String>,
    /// `message`: string, required
    pub message: String,
    /// `statusCode`: StatusCode, required
    pub status_code: StatusCode,
    /// The whole value, if it is of a derived type: DuplicateError.
    pub derived: g::Derived,
}

g::derivable!(Error, tables::ERROR, [DuplicateError], 0: fields, 1: message, 2: status_code);

/// `DuplicateError`, an [`Error`]
#[derive(Clone, Default)]
pub struct DuplicateError {
    /// `fields`: string, repeated, nillable
    pub fields: Vec<String>,
    /// `message`: string, required
    pub message: String,
    /// `statusCode`: StatusCode, required
    pub status_code: StatusCode,
    /// `rule`: string, required
    pub rule: String,
}

g::structure!(DuplicateError, tables::DUPLICATE_ERROR, 0: fields, 1: message, 2: status_code, 3: rule);

/// `SaveResult`
#[derive(Clone, Default)]
pub struct SaveResult {
    /// `errors`: Error, repeated
    pub errors: Vec<Error>,
    /// `id`: ID, required, nillable
    pub id: Option<g::Id>,
    /// `success`: boolean, required
    pub success: bool,
}

g::structure!(SaveResult, tables::SAVE_RESULT, 0: errors, 1: id, 2: success);

/// `StatusCode`
#[non_exhaustive]
pub enum StatusCode {
    /// `DUPLICATES_DETECTED`
    DuplicatesDetected,
    /// `REQUIRED_FIELD_MISSING`
    RequiredFieldMissing,
    /// A value that the WSDL does not list. Use [`as_str`](Self::as_str) to match on it: a later
    /// version of this code may list it.
    Other(String),
}

g::open_enum! {
    StatusCode,
    [
        DuplicatesDetected = "DUPLICATES_DETECTED",
        RequiredFieldMissing = "REQUIRED_FIELD_MISSING",
    ],
}

/// Header `SessionHeader`
#[derive(Clone, Default)]
pub struct SessionHeader {
    /// `sessionId`: string, required
    pub session_id: String,
}

g::structure!(SessionHeader, tables::SESSION_HEADER, 0: session_id);

/// Header `QueryOptions`
#[derive(Clone, Default)]
pub struct QueryOptions {
    /// `batchSize`: int, optional
    pub batch_size: Option<i32>,
}

g::structure!(QueryOptions, tables::QUERY_OPTIONS, 0: batch_size);

/// Header `LimitInfoHeader`
#[derive(Clone, Default)]
pub struct LimitInfoHeader {
    /// `limitInfo`: LimitInfo, repeated
    pub limit_info: Vec<LimitInfo>,
}

g::structure!(LimitInfoHeader, tables::LIMIT_INFO_HEADER, 0: limit_info);

/// `LimitInfo`
#[derive(Clone, Default)]
pub struct LimitInfo {
    /// `current`: long, required
    pub current: i64,
    /// `limit`: long, required
    pub limit: i64,
    /// `type`: string, required
    pub r#type: String,
}

g::structure!(LimitInfo, tables::LIMIT_INFO, 0: current, 1: limit, 2: r#type);

/// `MalformedQueryFault`
#[derive(Clone, Default)]
pub struct MalformedQueryFault {
    /// `exceptionCode`: ExceptionCode, required
    pub exception_code: String,
    /// `exceptionMessage`: string, required
    pub exception_message: String,
    /// `row`: int, required
    pub row: i32,
    /// `column`: int, required
    pub column: i32,
}

g::structure!(MalformedQueryFault, tables::MALFORMED_QUERY_FAULT, 0: exception_code, 1: exception_message, 2: row, 3: column);
