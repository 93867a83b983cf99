//! Decides what can be done about an error. Only this file knows the meaning of codes and statuses.
//!
//! SOAP API Developer Guide, "Core Data Types" (`ExceptionCode`, `ExtendedErrorCode`) and "Query
//! cursors"; "Salesforce Developer Limits and Allocations Quick Reference".

use http::StatusCode;

use super::{Error, ErrorKind};
use crate::record::Record;
use crate::soap::Fault;

/// What can be done about an error. See [`Error::recovery`].
///
/// Whether it is *safe* to repeat a call that changes something is a different question, which
/// [`Error::maybe_applied`] answers.
///
/// ```ignore
/// use enterprise::Soap;
/// use saponify::{Error, Recovery};
///
/// /// Prepares another attempt, or returns the error if no attempt can help.
/// async fn recover(
///     soap: &mut Soap,
///     error: Error,
///     log_in: impl AsyncFn() -> Result<Soap, Error>,
/// ) -> Result<(), Error> {
///     match error.recovery() {
///         Recovery::Retry if !error.maybe_applied() => {
///             let pause = error.retry_after().unwrap_or(std::time::Duration::from_secs(1));
///             tokio::time::sleep(pause).await;
///         }
///         Recovery::LogIn => *soap = log_in().await?,
///         _ => return Err(error),
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recovery {
    /// Repeat the same call after a pause, and after a longer pause if it fails again.
    Retry,
    /// The daily limit of calls is reached. The same call succeeds again within 24 hours.
    Wait,
    /// The session is not valid any more, or the organization was moved. Log in again, once, and
    /// repeat the call with the new session.
    LogIn,
    /// The cursor is lost. Run the query again, perhaps starting after the last row that arrived.
    /// The same locator never works again.
    QueryAgain,
    /// The query is too large for the service. Run a query for less data.
    QueryLess,
    /// Repeating does not help. The request, the credentials or the organization must change.
    GiveUp,
}

impl Recovery {
    /// What can be done about an error code of the service and its message, such as those in the
    /// errors of a `SaveResult`: `Recovery::of_code(error.status_code.as_str(), &error.message)`.
    ///
    /// Unknown codes, and codes that say what is wrong with the request, give
    /// [`GiveUp`](Self::GiveUp).
    #[must_use]
    pub fn of_code(code: &str, message: &str) -> Self {
        match code {
            "API_CURRENTLY_DISABLED"
            | "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE"
            | "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"
            | "ORG_IN_MAINTENANCE"
            | "REQUEST_RUNNING_TOO_LONG"
            | "SERVER_UNAVAILABLE"
            | "TOO_MANY_APEX_REQUESTS"
            | "UNABLE_TO_LOCK_ROW" => Self::Retry,
            // One code stands for two limits: concurrent long calls, which end soon, and the daily
            // calls, "TotalRequests Limit exceeded."
            "REQUEST_LIMIT_EXCEEDED" if message.to_ascii_lowercase().contains("concurrent") => {
                Self::Retry
            }
            "REQUEST_LIMIT_EXCEEDED" => Self::Wait,
            "INVALID_SESSION_ID" | "ORG_NOT_OWNED_BY_INSTANCE" => Self::LogIn,
            "INVALID_QUERY_LOCATOR" => Self::QueryAgain,
            "OPERATION_TOO_LARGE" | "QUERY_TIMEOUT" => Self::QueryLess,
            _ => Self::GiveUp,
        }
    }

    pub(crate) fn of_fault(fault: &Fault) -> Self {
        let has = |code| fault.extended_codes().any(|extended| extended == code);
        if has("TEMPORARY_QUERY_MORE_FAILURE") {
            return Self::Retry;
        }
        match Self::of_code(fault.code(), fault.message()) {
            // The service never returned that locator.
            Self::QueryAgain if has("INVALID_QUERY_LOCATOR_FORMAT") => Self::GiveUp,
            recovery => recovery,
        }
    }

    pub(crate) fn of_error(error: &Error) -> Self {
        match (error.kind(), error.fault()) {
            (_, Some(fault)) => match Self::of_fault(fault) {
                // There is no session yet that could be renewed.
                Self::LogIn if error.operation() == Some("login") => Self::GiveUp,
                recovery => recovery,
            },
            (
                ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Transport
                | ErrorKind::Truncated
                | ErrorKind::Unavailable,
                None,
            ) => Self::Retry,
            (ErrorKind::SessionLost, None) => Self::LogIn,
            (ErrorKind::Incomplete, None) => Self::QueryAgain,
            (ErrorKind::Protocol, None)
                if error.is_out_of_service() || error.status().is_some_and(passes) =>
            {
                Self::Retry
            }
            _ => Self::GiveUp,
        }
    }
}

impl Fault {
    /// Codes that are more specific than [`code`](Fault::code), such as `QUERY_LOCATOR_EXPIRED`.
    /// The properties of each code are in `extended_error_details` of the typed detail.
    /// [`Elements`](crate::Elements) gives access to them by name.
    pub fn extended_codes(&self) -> impl Iterator<Item = &str> {
        let fields = self.details.iter().flat_map(Record::fields);
        let details = fields.filter(|(name, _)| *name == "extendedErrorDetails");
        details.filter_map(|(_, detail)| detail.as_record()?.text("extendedErrorCode"))
    }

    /// Whether the session is unknown, expired or ended.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        self.code == "INVALID_SESSION_ID"
    }

    /// What can be done about the fault.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        Recovery::of_fault(self)
    }

    /// Whether the same call may succeed later: [`Recovery::Retry`].
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.recovery() == Recovery::Retry
    }
}

/// Whether an HTTP status without a fault means a temporary condition. Salesforce's edge servers
/// send 420 for too many requests.
fn passes(status: StatusCode) -> bool {
    matches!(status.as_u16(), 420 | 429 | 502 | 503 | 504)
}

/// Whether a lower-case text is that of a gateway or a notice instead of the service.
pub(crate) fn tells_of_outage(lower: &str) -> bool {
    [
        "upstream connect error",
        "no healthy upstream",
        "down for maintenance",
    ]
    .iter()
    .any(|text| lower.contains(text))
}

/// Whether it is uncertain what was done before a fault. Rows of several types are committed type
/// by type, and these codes may occur in between.
pub(crate) fn leaves_doubt(code: &str) -> bool {
    matches!(code, "REQUEST_RUNNING_TOO_LONG" | "UNKNOWN_EXCEPTION")
}
