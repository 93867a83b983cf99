//! The client behind a generated service: its session and settings, and the calls made with it.
//!
//! Every request passes through [`exchange::Incoming::open`]: calls, the batches of a query, and
//! the calls of a bulk operation.

mod argument;
pub(crate) mod auth;
mod builder;
mod call;
mod deadline;
mod exchange;
mod headers;
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
mod wire_log;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

pub use argument::{Arg, OneView, Texts, Views};
pub use auth::{AuthContext, Authenticator, FormAnswer, Opening};
pub use builder::Builder;
pub use call::{Call, OperationType};
pub(crate) use deadline::Deadline;
pub(crate) use exchange::{Attempt, Incoming, exchange};
pub(crate) use headers::Headers;
pub use headers::{HeaderFor, HeaderOf};
pub(crate) use repeat::Terms;
pub use reply::Reply;
pub use retry::Retry;
pub use session::Session;
pub(crate) use settings::{RetrySettings, Settings};
pub(crate) use trace::CallTrace;
pub use wire_log::{WireLog, WireMessage};

use repeat::ClientSessions;
use retry::budget::Budget;

use crate::leniency::Drift;
use crate::record::Record;
use crate::schema::{Service, SoapVersion};
use crate::value::GeneratedStruct;

/// A service struct of generated code. Implemented by [`service!`](crate::gen_service).
pub trait FromClient: Sized {
    /// The service.
    fn service() -> &'static Service;

    /// Wraps a client.
    fn from_client(client: Client) -> Self;
}

/// A session with a service, shared by all clones, and the headers that this clone's calls carry.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    headers: Headers,
}

pub(crate) struct Shared {
    pub(crate) service: &'static Service,
    pub(crate) settings: Settings,
    /// Opens sessions; nothing if the client has none or a given one.
    pub(crate) authenticator: Option<Arc<dyn Authenticator>>,
    /// What the authenticator works with.
    pub(crate) context: Arc<AuthContext>,
    pub(crate) sessions: Arc<ClientSessions>,
    pub(crate) retry: RetrySettings,
    /// Tokens for retries of all calls.
    pub(crate) budget: Budget,
    /// A permit for each query with an open cursor.
    pub(crate) cursors: Arc<Semaphore>,
    /// The last header of an answer that told the limits of the service.
    limits_told: Mutex<Option<Record>>,
}

impl Client {
    /// A call of an operation without arguments yet. For generated code.
    #[doc(hidden)]
    pub fn call<O: OperationType>(&self) -> Call<O> {
        Call::new(self)
    }

    pub(crate) fn soap(&self) -> SoapVersion {
        self.shared().settings.soap
    }

    /// The session that calls are made with now. It is replaced when it is lost, so ask again
    /// rather than keep it. While there is none it is the last one that there was.
    #[must_use]
    pub fn session(&self) -> Session {
        (*self.shared.sessions.latest()).clone()
    }

    /// What was forgiven so far in the answers that this client and its clones got; see
    /// [`Leniency`](crate::Leniency). An answer that ends in an error counts as
    /// far as it was read row by row.
    #[must_use]
    pub fn drift(&self) -> Drift {
        self.shared.settings.drift.total()
    }

    /// What exchanges beside the calls work with, such as those of OAuth.
    pub(crate) fn auth_context(&self) -> &AuthContext {
        &self.shared.context
    }

    /// The same session with one more header on its calls. For generated code, which knows what
    /// headers the service has.
    #[doc(hidden)]
    #[must_use]
    pub fn with<H: GeneratedStruct>(&self, header: H) -> Self {
        let mut client = self.clone();
        client.headers.set(header);
        client
    }

    /// The same session without a header on its calls. For generated code.
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

    /// Keeps what an answer tells beside its result: the header that the service's table names as
    /// the one that reports limits.
    pub(crate) fn note(&self, headers: &[Record]) {
        let Some(table) = self.shared.service.limit_header else {
            return;
        };
        if let Some(header) = headers.iter().find(|header| header.table() == table) {
            *self.limits_told() = Some(header.clone());
        }
    }

    /// The last header that reported limits, whichever clone made the call.
    pub(crate) fn limit_header(&self) -> Option<Record> {
        self.limits_told().clone()
    }

    fn limits_told(&self) -> MutexGuard<'_, Option<Record>> {
        let told = &self.shared.limits_told;
        told.lock().unwrap_or_else(PoisonError::into_inner)
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
