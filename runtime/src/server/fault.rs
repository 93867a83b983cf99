//! The faults that a server sends.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use crate::codec::CodecError;
use crate::error::Error;
use crate::schema::{SoapVersion, Type};
use crate::soap::response::{self, Detail, FaultParts};
use crate::value::{FieldValue, GeneratedStruct, Struct, Unwrapped};

/// The class of a fault (SOAP 1.2 Part 1, section 5.4.6). SOAP 1.1 calls a sender "client" and a
/// receiver "server".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultCode {
    /// The request is wrong. Sending it again unchanged makes no sense.
    Sender,
    /// The server could not process the request. The same request may succeed later.
    Receiver,
    /// The envelope is of a version of SOAP that the port does not speak.
    VersionMismatch,
    /// The request has a header that must be understood and is not.
    MustUnderstand,
}

impl FaultCode {
    fn written(self, version: SoapVersion) -> &'static str {
        match (self, version) {
            (Self::Sender, SoapVersion::V1_1) => "soapenv:Client",
            (Self::Sender, SoapVersion::V1_2) => "soapenv:Sender",
            (Self::Receiver, SoapVersion::V1_1) => "soapenv:Server",
            (Self::Receiver, SoapVersion::V1_2) => "soapenv:Receiver",
            (Self::VersionMismatch, _) => "soapenv:VersionMismatch",
            (Self::MustUnderstand, _) => "soapenv:MustUnderstand",
        }
    }

    /// The HTTP status of a fault (SOAP 1.1 section 6.2; SOAP 1.2 Part 2, table 20).
    fn status(self, version: SoapVersion) -> StatusCode {
        match (self, version) {
            (Self::Sender, SoapVersion::V1_2) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A fault that a server sends instead of a response.
///
/// The fault that a client receives is [`saponify::Fault`](crate::Fault).
///
/// ```
/// use saponify::server::Fault;
///
/// let fault = Fault::sender("the order has no items");
/// assert_eq!(fault.reason(), "the order has no items");
/// let fault = Fault::receiver("the stock is not available").caused_by(std::io::Error::other("disk"));
/// assert_eq!(fault.reason(), "the stock is not available");
/// ```
///
/// The reason, the code and the detail are sent. The error given to [`caused_by`](Self::caused_by) is
/// written to the log and never sent. `Debug` shows neither the detail nor that error.
pub struct Fault(Box<Inner>);

struct Inner {
    code: FaultCode,
    subcode: Option<(String, String)>,
    reason: Cow<'static, str>,
    role: Option<String>,
    detail: Option<Detail>,
    /// A detail that cannot be written.
    unwritten: Option<CodecError>,
    /// Headers of the envelope of the fault.
    headers: Vec<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
    /// What the program of the server can do about the fault.
    advice: Option<Cow<'static, str>>,
}

impl Fault {
    /// The request is wrong, and the reason says what to change.
    #[must_use]
    pub fn sender(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FaultCode::Sender, reason)
    }

    /// The request could not be processed, and may succeed later.
    #[must_use]
    pub fn receiver(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(FaultCode::Receiver, reason)
    }

    /// A failure of the server that is not described to the sender. The error is written to the log.
    ///
    /// ```
    /// use saponify::server::Fault;
    ///
    /// fn stock() -> Result<u32, Fault> {
    ///     "12".parse().map_err(Fault::internal)
    /// }
    /// assert_eq!(stock().unwrap(), 12);
    /// ```
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::receiver(INTERNAL).caused_by(cause)
    }

    pub(super) fn new(code: FaultCode, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            code,
            subcode: None,
            reason: reason.into(),
            role: None,
            detail: None,
            unwritten: None,
            headers: Vec::new(),
            cause: None,
            advice: None,
        }))
    }

    /// The fault of a request that takes too much time.
    pub(super) fn late() -> Self {
        Self::receiver("the request was not processed within the time that the server allows")
    }

    /// Replaces the reason.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.0.reason = reason.into();
        self
    }

    /// Says that the sender has to act, as [`sender`](Self::sender) does. The faults that the WSDL
    /// declares say so by default.
    #[must_use]
    pub fn as_sender(mut self) -> Self {
        self.0.code = FaultCode::Sender;
        self
    }

    /// Says that the request was right and may succeed later, as [`receiver`](Self::receiver) does.
    /// Clients that repeat calls may repeat this one. A declared fault is converted first:
    ///
    /// ```text
    /// Err(Fault::from(StockFault::Unavailable(detail)).as_receiver().into())
    /// ```
    #[must_use]
    pub fn as_receiver(mut self) -> Self {
        self.0.code = FaultCode::Receiver;
        self
    }

    /// Sets a code of the application, by its namespace and local name. SOAP 1.2 sends it as a
    /// subcode. SOAP 1.1 sends it instead of `Client` or `Server`.
    #[must_use]
    pub fn with_code(mut self, namespace: impl Into<String>, name: impl Into<String>) -> Self {
        self.0.subcode = Some((namespace.into(), name.into()));
        self
    }

    /// Sets the node that failed: `faultactor`, or `Role` in SOAP 1.2.
    #[must_use]
    pub fn with_role(mut self, role: impl Into<String>) -> Self {
        self.0.role = Some(role.into());
        self
    }

    /// Sets the detail. Its element has the name of the type. A fault that the WSDL declares is
    /// written by the enum of the operation's faults, whose variants know the name of the element.
    #[must_use]
    pub fn with_detail(self, detail: &impl GeneratedStruct) -> Self {
        self.detailed(Detail::of(detail))
    }

    /// Sets the error that caused the fault. It is written to the log and never sent.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Sets what the program of the server can do. It is written to the log and never sent.
    pub(super) fn advised(mut self, advice: Cow<'static, str>) -> Self {
        self.0.advice = Some(advice);
        self
    }

    pub(super) fn advice(&self) -> Option<&str> {
        self.0.advice.as_deref()
    }

    /// A fault that the WSDL declares. `name` is the table of its element. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn declared(name: &'static Type, detail: &dyn Struct) -> Self {
        Self::sender(name.name).detailed(Detail::named(name, detail))
    }

    /// Like [`declared`](Self::declared), for an element without elements. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn declared_value<T>(table: &'static Type, value: T) -> Self
    where
        T: FieldValue + fmt::Debug + 'static,
    {
        Self::declared(table, &Unwrapped { table, value })
    }

    fn detailed(mut self, detail: Result<Detail, CodecError>) -> Self {
        match detail {
            Ok(detail) => self.0.detail = Some(detail),
            Err(error) => self.0.unwritten = Some(error),
        }
        self
    }

    pub(super) fn with_header(mut self, header: String) -> Self {
        self.0.headers.push(header);
        self
    }

    /// The class of the fault.
    #[must_use]
    pub fn code(&self) -> FaultCode {
        self.0.code
    }

    /// The reason that is sent.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.reason
    }

    /// The error that caused the fault.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }

    /// The envelope and the HTTP status. A fault that cannot be written becomes a fault without
    /// details.
    pub(super) fn write(&self, version: SoapVersion) -> (StatusCode, String) {
        let inner = &*self.0;
        let status = inner.code.status(version);
        if inner.unwritten.is_none()
            && let Ok(envelope) = response::fault(&FaultParts {
                version,
                code: inner.code.written(version),
                subcode: inner.subcode.as_ref().map(|(ns, name)| (&**ns, &**name)),
                reason: &inner.reason,
                role: inner.role.as_deref(),
                detail: inner.detail.as_ref(),
                headers: &inner.headers,
            })
        {
            return (status, envelope);
        }
        tracing::error!(
            target: "saponify::server",
            "a fault cannot be written: its texts have characters that XML does not allow, or its \
             detail does not fit its type"
        );
        let code = FaultCode::Receiver;
        let envelope = response::fault(&FaultParts {
            version,
            code: code.written(version),
            subcode: None,
            reason: INTERNAL,
            role: None,
            detail: None,
            headers: &[],
        });
        (code.status(version), envelope.unwrap_or_default())
    }
}

/// The reason of a fault that says nothing about its cause.
pub(super) const INTERNAL: &str = "the request could not be processed because of an internal error";

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.code, self.0.reason.escape_debug())
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault")
            .field("code", &self.0.code)
            .field("reason", &self.0.reason)
            .finish_non_exhaustive()
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let cause = self.0.cause.as_deref()?;
        Some(cause)
    }
}

/// An error of a call that the server itself makes is an internal error, of which the sender learns
/// nothing.
impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::internal(error)
    }
}
