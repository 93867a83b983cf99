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
    /// Whether a gateway or a notice answered instead of the service.
    out_of_service: bool,
    fault: Option<Fault>,
    /// The headers of the response.
    headers: Vec<Record>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// The answer that could not be read.
    answer: Option<Secret>,
    /// What to do about it, where that is known beyond the message.
    advice: Option<String>,
    /// Whether the response is an HTML page.
    page: bool,
    /// How far a query came before the error.
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
            answer: None,
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

    /// Records how far the request came. A later stage is never replaced by an earlier one.
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

    /// Keeps the answer that could not be read.
    pub(crate) fn with_answer(mut self, text: String) -> Self {
        self.0.answer = Some(Secret::from(text));
        self
    }

    /// Adds what to do about it.
    pub(crate) fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.0.advice.get_or_insert(advice.into());
        self
    }

    /// Records that nothing of the call itself was sent, because opening a session failed.
    pub(crate) fn before_sending(mut self) -> Self {
        self.0.sent = Sent::No;
        self
    }

    /// Records how far the query came.
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

    /// Whether a setting or an argument is not valid. Nothing was sent.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.0.kind == ErrorKind::Usage
    }

    /// Whether no connection could be made (name resolution, refusal, connect timeout). Nothing was
    /// sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connect | ErrorKind::Tls)
    }

    /// Whether the TLS handshake failed or the certificate was refused. Nothing was sent.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.0.kind == ErrorKind::Tls
    }

    /// Whether a configured timeout expired.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether the connection failed before or during the exchange.
    #[must_use]
    pub fn is_transport(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect
                | ErrorKind::Tls
                | ErrorKind::Timeout
                | ErrorKind::Transport
                | ErrorKind::Truncated
        )
    }

    /// Whether the response ended before it was complete, or the responses to a query do not
    /// contain all of its rows ([`is_incomplete`](Error::is_incomplete)). Rows that were already
    /// returned are complete.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Truncated | ErrorKind::Incomplete)
    }

    /// Whether the responses to a query are complete but contradict each other: there are more or
    /// fewer rows than announced, there are more rows but no locator, a locator occurs twice, or a
    /// batch other than the last one is empty. A stream with such a response always ends with an
    /// error.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.0.kind == ErrorKind::Incomplete
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

    /// Whether the response is not a SOAP message: it is an HTML page, the text of a proxy, or
    /// empty.
    #[must_use]
    pub fn is_protocol(&self) -> bool {
        self.0.kind == ErrorKind::Protocol
    }

    /// Whether the response is XML that does not fit the schema.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Decode | ErrorKind::Truncated)
    }

    /// The answer whose content does not fit, as text: a bad value of one field does not hide the others.
    ///
    /// **It may hold personal data and secrets of the service.** Neither `Display` nor `Debug` shows it.
    /// It is there if [`is_decode`](Error::is_decode), up to the limit
    /// [`error_answer`](crate::Limits::error_answer). Of an answer that is read row by row, it is what
    /// had arrived and was not yet read.
    #[must_use]
    pub fn expose_answer(&self) -> Option<&str> {
        self.0.answer.as_ref().map(Secret::expose)
    }

    /// A value cannot be sent as XML. Nothing was sent.
    #[must_use]
    pub fn is_encode(&self) -> bool {
        self.0.kind == ErrorKind::Encode
    }

    /// Whether a limit was exceeded. The message contains the name and the value of the limit.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.0.kind == ErrorKind::Limit
    }

    /// Whether the login named an endpoint that must not get the session.
    #[must_use]
    pub fn is_foreign_endpoint(&self) -> bool {
        self.0.kind == ErrorKind::ForeignEndpoint
    }

    /// Whether no session could be opened and another attempt would fail in the same way: the token
    /// endpoint refused the credentials, the password has expired, or the token cannot be used. If
    /// the operation `login` refuses the credentials, the error is a [`fault`](Error::fault)
    /// instead.
    #[must_use]
    pub fn is_login(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Login | ErrorKind::PasswordExpired)
    }

    /// Whether the password has expired. `login` then returns a session that can only set a new
    /// password, so the session is not used.
    #[must_use]
    pub fn is_password_expired(&self) -> bool {
        self.0.kind == ErrorKind::PasswordExpired
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

    /// Whether the session is unknown, expired or ended, so that a new login is needed.
    #[must_use]
    pub fn is_session_expired(&self) -> bool {
        self.0.kind == ErrorKind::SessionLost || self.fault().is_some_and(Fault::is_session_expired)
    }

    /// Whether the same call may succeed after a pause: [`Recovery::Retry`].
    /// [`maybe_applied`](Error::maybe_applied) says whether it is safe to repeat the call.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.recovery() == Recovery::Retry
    }

    /// How long the service asks to wait before the next try, if it does (`Retry-After`). A longer
    /// time is cut to [`Retry::longest_retry_after`](crate::Retry::longest_retry_after), one minute
    /// unless set.
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

    /// The path of the error in the message, outermost name first, joined by `/`. It is empty if
    /// the error has no place in the message.
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
