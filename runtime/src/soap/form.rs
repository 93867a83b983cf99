//! The form of one message of an operation: its request, or its response.

use crate::schema::{Operation, Type};

/// What a reader and a writer need to know about one message of an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// The table of the element in the body, or of the parts of the body.
    pub(crate) table: &'static Type,
    /// Whether the fields of the table are children of the body itself.
    pub(crate) bare: bool,
    /// Whether the element in the body may have any name.
    pub(crate) any_name: bool,
    /// Whether values may be references to elements elsewhere in the body.
    pub(crate) encoded: bool,
    /// The headers that the binding declares for the message.
    pub(crate) headers: &'static [&'static Type],
    /// The faults that may arrive instead of the message.
    pub(crate) faults: &'static [&'static Type],
    /// Whether the message is a request. A header that the receiver of a request does not understand
    /// is reported by name.
    pub(crate) is_request: bool,
}

impl Form {
    /// The form of the request.
    #[cfg(feature = "server")]
    pub(crate) fn of_request(operation: &'static Operation) -> Self {
        Self {
            table: operation.request,
            bare: operation.has(Operation::BARE_REQUEST),
            any_name: false,
            encoded: operation.has(Operation::ENCODED),
            headers: operation.headers,
            faults: &[],
            is_request: true,
        }
    }

    /// The form of the response. In rpc style, its element may have any name.
    pub(crate) fn of_response(operation: &'static Operation) -> Self {
        Self {
            table: operation.response,
            bare: operation.has(Operation::BARE_RESPONSE),
            any_name: operation.has(Operation::RPC),
            encoded: operation.has(Operation::ENCODED),
            headers: operation.output_headers,
            faults: operation.faults,
            is_request: false,
        }
    }
}
