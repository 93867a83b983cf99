//! The client behind a generated service: its session, its settings, and its calls.
//!
//! Every request passes through [`exchange::Incoming::open`]: calls, the batches of a query, and
//! the calls of a bulk operation.

mod argument;
pub(crate) mod auth;
mod builder;
mod call;
pub(crate) mod cursors;
mod deadline;
mod exchange;
mod headers;
mod lists;
mod not_soap;
pub(crate) mod oauth;
pub(crate) mod redact;
mod renewal;
mod repeat;
mod reply;
pub(crate) mod retry;
mod scripted;
mod session;
mod settings;
pub(crate) mod task;
mod trace;
mod unescape;
mod wire_log;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use argument::{Arg, Ids, OneView, Texts, Views};
pub use auth::{AuthContext, Authenticator, FormResponse, Opening};
pub use builder::Builder;
pub use call::{Call, OperationType};
pub(crate) use deadline::Deadline;
pub(crate) use exchange::{Attempt, Incoming, exchange};
pub(crate) use headers::Headers;
pub use headers::{HeaderFor, HeaderOf};
pub use lists::{IdList, RecordList};
pub(crate) use repeat::Terms;
pub use reply::Reply;
pub use retry::Retry;
pub use session::Session;
pub(crate) use settings::{RetrySettings, Settings};
pub(crate) use trace::CallTrace;
pub use wire_log::{WireLog, WireMessage};

use cursors::Cursors;
use repeat::ClientSessions;
use retry::budget::Budget;

use crate::drift::Drift;
use crate::record::Record;
use crate::schema::{Service, SoapVersion};
use crate::value::GeneratedStruct;

/// A service struct of generated code. [`service!`](crate::gen_service) implements this trait.
pub trait FromClient: Sized {
    /// The service.
    fn service() -> &'static Service;

    /// Wraps a client.
    fn from_client(client: Client) -> Self;
}

/// A client of a service. All clones share the session. Each clone has its own headers, which its
/// calls carry.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    headers: Headers,
}

pub(crate) struct Shared {
    pub(crate) service: &'static Service,
    pub(crate) settings: Settings,
    /// The authenticator that opens sessions. `None` if the client has no session, or if the caller
    /// supplied the session.
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
    /// The environment of the authenticator.
    pub(crate) context: Arc<AuthContext>,
    pub(crate) sessions: Arc<ClientSessions>,
    pub(crate) retry: RetrySettings,
    /// The tokens for retries, which all calls share.
    pub(crate) budget: Budget,
    /// Limits the open cursors of queries and of child rows.
    pub(crate) cursors: Arc<Cursors>,
    /// The last header of a response that stated the limits of the service.
    last_limit_header: Mutex<Option<Record>>,
}

impl Client {
    /// A call of an operation, still without arguments. For generated code.
    #[doc(hidden)]
    pub fn call<O: OperationType>(&self) -> Call<O> {
        Call::new(self)
    }

    pub(crate) fn soap(&self) -> SoapVersion {
        self.shared().settings.soap
    }

    /// The session that calls use at the moment. A lost session is replaced, so call this method
    /// again instead of keeping the result. If there is no session at the moment, this is the last
    /// one.
    #[must_use]
    pub fn session(&self) -> Session {
        (*self.shared.sessions.latest()).clone()
    }

    /// How the responses to this client and its clones have differed so far from the WSDL: what the
    /// WSDL does not know, and what was forgiven (see [`Leniency`](crate::Leniency)). If a response
    /// ended with an error, only the part that was read counts.
    ///
    /// This copies up to [`Drift::MAX_DIFFERENCES`] entries.
    #[must_use]
    pub fn drift(&self) -> Drift {
        let service = self.shared.service;
        let mut drift = self.shared.settings.drift.snapshot();
        service.name.clone_into(&mut drift.service);
        service.api_version.clone_into(&mut drift.api_version);
        drift
    }

    /// The environment of exchanges that are not calls, such as those of OAuth.
    pub(crate) fn auth_context(&self) -> &AuthContext {
        &self.shared.context
    }

    /// Returns the same client with one more header on its calls. For generated code, which knows
    /// the headers of the service.
    #[doc(hidden)]
    #[must_use]
    pub fn with<H: GeneratedStruct + Send + Sync>(&self, header: H) -> Self {
        let mut client = self.clone();
        client.headers.set(header);
        client
    }

    /// Returns the same client without a header on its calls. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn without<H: GeneratedStruct>(&self) -> Self {
        let mut client = self.clone();
        client.headers.leave_out(H::static_table());
        client
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn headers(&self) -> &Headers {
        &self.headers
    }

    /// Keeps the header that reports limits, which the table of the service names.
    pub(crate) fn note(&self, headers: &[Record]) {
        let Some(table) = self.shared.service.limit_header else {
            return;
        };
        if let Some(header) = headers.iter().find(|header| header.table() == table) {
            *self.last_limit_header() = Some(header.clone());
        }
    }

    /// The last header that reported limits. Any clone may have made the call.
    pub(crate) fn limit_header(&self) -> Option<Record> {
        self.last_limit_header().clone()
    }

    fn last_limit_header(&self) -> MutexGuard<'_, Option<Record>> {
        let header = &self.shared.last_limit_header;
        header.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("service", &self.shared.service.name)
            .field("session", &self.session())
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
