//! SOAP faults, for calls that fail as a whole.

/// A position in a query. Both numbers start at one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) row: u32,
    pub(crate) column: u32,
}

/// The code for a response that is larger than SOAP allows.
pub(crate) const TOO_LARGE: &str = "OPERATION_TOO_LARGE";

/// A SOAP fault.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// The name of the element in the detail, such as `LoginFault`.
    pub(crate) element: &'static str,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) position: Option<Position>,
    /// The extended error code and its message.
    pub(crate) extended: Option<(&'static str, String)>,
}

impl Fault {
    pub(crate) fn new(element: &'static str, code: &str, message: impl Into<String>) -> Self {
        Self {
            element,
            code: code.to_owned(),
            message: message.into(),
            position: None,
            extended: None,
        }
    }

    pub(crate) fn unexpected(code: &str, message: impl Into<String>) -> Self {
        Self::new("UnexpectedErrorFault", code, message)
    }

    pub(crate) fn login(code: &str, message: impl Into<String>) -> Self {
        Self::new("LoginFault", code, message)
    }

    /// Makes a fault about a query. Its type depends on the code.
    pub(crate) fn query(code: &'static str, message: &str, at: Position) -> Self {
        let element = match code {
            "INVALID_FIELD" => "InvalidFieldFault",
            "INVALID_TYPE" => "InvalidSObjectFault",
            "MALFORMED_SEARCH" => "MalformedSearchFault",
            _ => "MalformedQueryFault",
        };
        Self {
            position: Some(at),
            ..Self::new(element, code, message)
        }
    }

    pub(crate) fn locator(code: &'static str, message: &str) -> Self {
        Self {
            extended: Some((code, message.to_owned())),
            ..Self::new("InvalidQueryLocatorFault", "INVALID_QUERY_LOCATOR", message)
        }
    }

    pub(crate) fn session() -> Self {
        Self::unexpected(
            "INVALID_SESSION_ID",
            "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session hash: a local one",
        )
    }

    /// Makes a fault for an error of the sandbox itself.
    pub(crate) fn internal(what: impl std::fmt::Display) -> Self {
        Self::unexpected(
            "UNKNOWN_EXCEPTION",
            format!("An unexpected error occurred: {what}"),
        )
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let text = error.to_string();
        // SQLite returns only the text of an error in a function, so the code is parsed from it.
        match text.split_once(": ") {
            Some((TOO_LARGE, what)) => Self::unexpected(TOO_LARGE, what),
            _ => Self::internal(text),
        }
    }
}
