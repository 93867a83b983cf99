//! The settings that apply to every call of a client.

use std::sync::Arc;
use std::time::Duration;

use super::WireLog;
use super::retry::Retry;
use crate::drift::Registry;
use crate::endpoint::{Endpoint, PlainHttp};
use crate::error::Error;
use crate::leniency::Leniency;
use crate::limits::Limits;
use crate::schema::{Repeat, SoapVersion, Type};
use crate::transport::Transport;

/// The settings that apply to every call of a client.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) limits: Limits,
    pub(crate) leniency: Leniency,
    /// How all responses differ from the WSDL.
    pub(crate) drift: Arc<Registry>,
    /// The version of SOAP that the port speaks.
    pub(crate) soap: SoapVersion,
    pub(crate) session_header: Option<&'static Type>,
    /// Hosts to which a session may be sent, whatever the rules say about them.
    pub(crate) allowed_hosts: Vec<String>,
    pub(crate) plain: PlainHttp,
    pub(crate) wire_log: Option<WireLog>,
    /// The longest pause that a response may ask for.
    pub(crate) longest_retry_after: Duration,
}

/// How calls of a client are repeated.
#[derive(Clone, Debug)]
pub(crate) struct RetrySettings {
    pub(crate) retry: Retry,
    /// The maximum time of one call with all its attempts.
    pub(crate) deadline: Duration,
    /// The operations for which the caller overrides the class in the table.
    pub(crate) repeat: Vec<(&'static str, Repeat)>,
}

impl Settings {
    /// An endpoint that the caller gave. A host without a path gets the path of the endpoint in the
    /// WSDL.
    pub(crate) fn endpoint(&self, given: &str, of_wsdl: &str) -> Result<Endpoint, Error> {
        Ok(Endpoint::resolve(given, of_wsdl, self.plain)?)
    }
}
