//! The error type of calls.
//!
//! An [`Error`] is opaque, and methods such as [`is_timeout`](Error::is_timeout) classify it. An
//! error that caused another one is in its source chain, and messages do not repeat the source. No
//! message and no `Debug` output contains a password, a token, a session id or the text of a field.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::record::Record;
use crate::secret::Secret;
use crate::soap::{Fault, find_header};
use crate::transport::error::Sent;
use crate::value::GeneratedStruct;

mod convert;
mod kind;
mod predicates;
mod recovery;
mod strip;

pub(crate) use kind::ErrorKind;
pub use recovery::Recovery;
pub(crate) use recovery::tells_of_outage;

use recovery::leaves_doubt;

/// An error of a call to a service.
///
/// The message says what was expected, what was found and what to do about it. Three methods say
/// what a program should do:
///
/// | question | method |
/// |---|---|
/// | Is another attempt useful, and how? | [`recovery`](Error::recovery), and [`is_transient`](Error::is_transient) for the most common case |
/// | Is the session lost? | [`is_session_expired`](Error::is_session_expired) |
/// | May the request have taken effect? | [`maybe_applied`](Error::maybe_applied) |
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    /// Names from the outermost element to the place of the error, added while the error is
    /// returned.
    path: Vec<String>,
    operation: Option<&'static str>,
    status: Option<http::StatusCode>,
    sent: Sent,
    retry_after: Option<Duration>,
    /// Whether a gateway or a maintenance notice answered instead of the service.
    out_of_service: bool,
    fault: Option<Fault>,
    /// The headers of the response.
    headers: Vec<Record>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// The response that could not be read.
    response: Option<Secret>,
    /// What to do about the error, if more is known than the message says.
    advice: Option<String>,
    /// Whether the response is an HTML page.
    page: bool,
    /// The rows that a query returned before the error.
    delivered: Option<Delivered>,
}

/// The rows that a query returned before an error.
#[derive(Clone)]
struct Delivered {
    rows: u64,
    last: Option<Record>,
}

impl Inner {
    fn new(kind: ErrorKind, message: String) -> Self {
        Self {
            kind,
            message,
            path: Vec::new(),
            operation: None,
            status: None,
            sent: Sent::No,
            retry_after: None,
            out_of_service: false,
            fault: None,
            headers: Vec::new(),
            source: None,
            response: None,
            advice: None,
            page: false,
            delivered: None,
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner::new(kind, message.into())))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, message)
    }

    pub(crate) fn decode(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, message)
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn from_fault(fault: Fault) -> Self {
        let mut error = Self::new(ErrorKind::Fault, "the service answered with a fault");
        error.0.sent = match leaves_doubt(fault.code()) {
            true => Sent::Maybe,
            false => Sent::Answered,
        };
        error.0.fault = Some(fault);
        error
    }

    /// Adds the cause.
    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let source: Box<dyn StdError + Send + Sync> = source.into();
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_status(mut self, status: http::StatusCode) -> Self {
        self.0.status.get_or_insert(status);
        self
    }

    /// Records how far the request got. A later stage is never replaced by an earlier one.
    pub(crate) fn with_sent(mut self, sent: Sent) -> Self {
        if self.0.sent == Sent::No {
            self.0.sent = sent;
        }
        self
    }

    /// Records how long the service asks the client to wait.
    pub(crate) fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.0.retry_after = self.0.retry_after.or(pause);
        self
    }

    /// Records that something else answered instead of the service.
    pub(crate) fn with_out_of_service(mut self, out_of_service: bool) -> Self {
        self.0.out_of_service = out_of_service;
        self
    }

    pub(crate) fn is_out_of_service(&self) -> bool {
        self.0.out_of_service
    }

    /// Records that an HTML page arrived instead of a message.
    pub(crate) fn with_page(mut self, page: bool) -> Self {
        self.0.page = page;
        self
    }

    pub(crate) fn is_page(&self) -> bool {
        self.0.page
    }

    /// Keeps the response that could not be read.
    pub(crate) fn with_response(mut self, text: String) -> Self {
        self.0.response = Some(Secret::from(text));
        self
    }

    /// Adds advice on what to do about the error.
    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice.get_or_insert(advice.into());
        self
    }

    /// Records that nothing of the call itself was sent, because opening a session failed.
    pub(crate) fn before_sending(mut self) -> Self {
        self.0.sent = Sent::No;
        self
    }

    /// Records the rows that the query returned before the error.
    pub(crate) fn with_delivered(mut self, rows: u64, last: Option<Record>) -> Self {
        self.0.delivered = Some(Delivered { rows, last });
        self
    }

    /// Adds the headers of the response.
    pub(crate) fn with_headers(mut self, headers: Vec<Record>) -> Self {
        self.0.headers.extend(headers);
        self
    }

    pub(crate) fn headers(&self) -> &[Record] {
        &self.0.headers
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The number of rows that a query returned before this error, or `None` if the error is not
    /// that of a query. To continue, request the rows after [`last_row`](Error::last_row) in a
    /// fixed order, or use [`Records::resume_by`](crate::salesforce::Records::resume_by).
    #[must_use]
    pub fn rows_delivered(&self) -> Option<u64> {
        self.0.delivered.as_ref().map(|delivered| delivered.rows)
    }

    /// The last row that a query returned before this error.
    #[must_use]
    pub fn last_row(&self) -> Option<&Record> {
        self.0.delivered.as_ref()?.last.as_ref()
    }

    /// What to do about the error, if more is known than the message says. `Display` shows it, too.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// The text of the response whose content does not fit the schema. With it, a program can read
    /// the other fields although the value of one field is wrong.
    ///
    /// **The text may contain personal data and secrets of the service.** Neither `Display` nor
    /// `Debug` shows it. It is available if [`is_decode`](Error::is_decode) is true, and is cut to
    /// the limit [`error_response`](crate::Limits::error_response). If the response was read row by
    /// row, the text is the part that had arrived and was not read yet.
    #[must_use]
    pub fn expose_response(&self) -> Option<&str> {
        self.0.response.as_ref().map(Secret::expose)
    }

    /// Makes an error for an [`Authenticator`](crate::auth::Authenticator): no session was opened,
    /// and another attempt would fail in the same way. The client does not call the authenticator
    /// again.
    #[must_use]
    pub fn login(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Login, "no session could be opened").with_source(source)
    }

    /// Makes an error for an [`Authenticator`](crate::auth::Authenticator): no session was opened,
    /// but another attempt may succeed later.
    #[must_use]
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let message = "no session can be opened now; it may work later";
        Self::new(ErrorKind::Unavailable, message).with_source(source)
    }

    /// The fault, if the service answered with a fault.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        self.0.fault.as_ref()
    }

    /// A header of the response, if the response had it. A fault may have the headers for the API
    /// usage and the debug log, too.
    ///
    /// # Errors
    ///
    /// Returns an error if the header arrived but cannot be read.
    pub fn header<H: GeneratedStruct>(&self) -> Result<Option<H>, Error> {
        Ok(find_header(&self.0.headers)?)
    }

    /// The HTTP status of the response, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<http::StatusCode> {
        self.0.status
    }

    /// The name of the operation that failed, if one was called.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// What can be done about the error.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        Recovery::of_error(self)
    }

    /// How long the service asks the client to wait before the next attempt (`Retry-After`), if it
    /// does. The time is cut to [`Retry::longest_retry_after`](crate::Retry::longest_retry_after),
    /// which is one minute by default.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the request may have taken effect although there is no usable response.
    ///
    /// This is true from the first byte sent until a complete response has arrived. A fault is a
    /// response: the service says that it did not do the request. There are two exceptions, because
    /// these codes may occur after a part was done: `REQUEST_RUNNING_TOO_LONG` and
    /// `UNKNOWN_EXCEPTION`.
    ///
    /// This does not depend on the operation. Repeating a query or an upsert by an external id is
    /// safe in any case.
    #[must_use]
    pub fn maybe_applied(&self) -> bool {
        self.0.sent == Sent::Maybe
    }

    /// The path to the element with the error: the names of the elements in the message, joined by
    /// `/`, outermost name first. It is empty if the error does not concern an element.
    #[must_use]
    pub fn path(&self) -> String {
        self.0
            .path
            .iter()
            .rev()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("/")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        match &self.0.fault {
            // What follows goes on with a semicolon.
            Some(fault) if self.0.advice.is_some() || self.maybe_applied() => {
                f.write_str(fault.to_string().trim_end_matches('.'))?;
            }
            Some(fault) => write!(f, "{fault}")?,
            None => f.write_str(&self.0.message)?,
        }
        if !self.0.path.is_empty() {
            write!(f, " (at {})", self.path())?;
        }
        if let Some(status) = self.0.status.filter(|_| self.0.fault.is_none()) {
            write!(f, " (HTTP {})", status.as_u16())?;
        }
        if self.maybe_applied() {
            f.write_str("; the request may have been applied")?;
        }
        if let Some(advice) = &self.0.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind)
            .field("message", &self.to_string());
        if let Some(source) = &self.0.source {
            out.field("source", &source.to_string());
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}
