//! Modes: what happens to a call.

use std::time::Duration;

use super::{
    EchoFlaw, GzipFlaw, LoginFlaw, PagingFlaw, ReplyFlaw, SoapFlaw, TextFlaw, TlsFlaw, WireFlaw,
    XmlFlaw,
};

/// What happens to a call.
///
/// Most modes change the response to a call that was carried out. [`Mode::is_before`] tells whether a mode
/// keeps the call from being carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// The call is carried out, and its response is correct.
    #[default]
    Normal,
    /// The call fails with this fault.
    Fault {
        /// The exception code, known or not.
        code: String,
        /// The exception message.
        message: String,
    },
    /// A maintenance page with status 503 and `Retry-After: 1`.
    Html503,
    /// A page with status 200, as a proxy or a redirect to a login page sends it.
    Html200,
    /// `REQUEST_LIMIT_EXCEEDED`: the daily API calls are used up.
    DailyLimit,
    /// `REQUEST_LIMIT_EXCEEDED`: too many long calls at once.
    ConcurrentLimit,
    /// Calls other than login fail, because their session is lost.
    SessionLost,
    /// All sessions of the tenant end before the call is carried out.
    SessionStorm,
    /// All query locators of the tenant end before the call is carried out.
    DeadLocators,
    /// The user keeps this many cursors. Further ones end the oldest.
    MaxCursors(usize),
    /// The call is not carried out, and the connection closes without a response.
    Refuse,
    /// The call **is** carried out, and the connection closes without a response.
    Swallow,
    /// The connection closes in the middle of the response.
    Truncate,
    /// The response is sent after a pause.
    Delay(Duration),
    /// An empty body with this status. The call is not carried out.
    Status(u16),
    /// A wrong status, a wrong content type, a redirect or a page. Pages and redirects keep the call
    /// from being carried out.
    Reply(ReplyFlaw),
    /// Something is wrong with the bytes on the connection.
    Wire(WireFlaw),
    /// Something is wrong with the compression.
    Gzip(GzipFlaw),
    /// Something is wrong with the character encoding.
    Text(TextFlaw),
    /// Something is wrong with the XML.
    Xml(XmlFlaw),
    /// Something is wrong with the envelope.
    Soap(SoapFlaw),
    /// Something is wrong with the batches of a query.
    Paging(PagingFlaw),
    /// The response repeats the request.
    Echo(EchoFlaw),
    /// The response of `login` names a wrong endpoint.
    Login(LoginFlaw),
    /// Something is wrong with TLS. Connections that are already open are not affected.
    Tls(TlsFlaw),
}

/// The stage at which a mode applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// When a connection is accepted.
    Connection,
    /// When the head of a request has been read.
    Head,
    /// When the operation of a request is known.
    Call,
}

impl Mode {
    /// Whether the mode keeps a call from being carried out.
    #[must_use]
    pub fn is_before(&self) -> bool {
        match self {
            Self::Refuse
            | Self::Html503
            | Self::Html200
            | Self::Status(_)
            | Self::Fault { .. }
            | Self::DailyLimit
            | Self::ConcurrentLimit
            | Self::SessionLost
            | Self::Tls(_) => true,
            Self::Reply(flaw) => flaw.is_before(),
            Self::Wire(flaw) => *flaw == WireFlaw::UploadNotRead,
            Self::Soap(flaw) => *flaw == SoapFlaw::Fault200,
            _ => false,
        }
    }

    /// Whether the mode replaces a page or a response of OAuth. A SOAP fault does not.
    pub(crate) fn replaces_pages(&self) -> bool {
        let is_fault = matches!(
            self,
            Self::Fault { .. } | Self::DailyLimit | Self::ConcurrentLimit | Self::SessionLost
        );
        self.is_before() && !is_fault && !matches!(self, Self::Soap(_))
    }

    pub(crate) fn stage(&self) -> Stage {
        match self {
            Self::Tls(_) => Stage::Connection,
            Self::Wire(WireFlaw::UploadNotRead) => Stage::Head,
            _ => Stage::Call,
        }
    }
}
