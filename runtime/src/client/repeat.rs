//! The path of every call: it takes the session, makes an attempt, and repeats the attempt by the
//! rules of [`super::retry`].

use std::sync::Arc;
use std::time::Duration;

use super::deadline::Deadline;
use super::renewal::{Failed, Lease, RenewalError, Sessions, Surroundings};
use super::retry::attempts::{Attempts, Next, Situation};
use super::retry::backoff;
use super::retry::budget::Budget;
use super::retry::decide::{Allowed, Failure};
use super::task::spawn_apart;
use super::{
    Attempt, AuthContext, Authenticator, CallTrace, Client, RetrySettings, Session, Shared,
};
use crate::drift::{DifferenceKind, Noted};
use crate::endpoint::version;
use crate::error::{Error, ErrorKind, Recovery};
use crate::schema::{Operation, Repeat};
use crate::transport::error::Sent;

/// The settings of one call about retries. They override the settings of the client.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) repeat: Option<Repeat>,
    pub(crate) deadline: Option<Duration>,
    /// Whether the call requests rows by a query locator.
    pub(crate) locator: bool,
}

/// The session of a client, or the error of opening one.
pub(crate) type ClientSessions = Sessions<Arc<Session>, Error>;

/// A failed attempt: its error, the class of the failure, and the pause until another attempt is
/// possible, if that is known.
struct FailedAttempt {
    error: Error,
    failure: Failure,
    asked: Option<Duration>,
}

impl RenewalError for Error {
    fn abandoned() -> Self {
        Self::new(
            ErrorKind::Unavailable,
            "the task that was opening a session ended without a session",
        )
    }

    fn refused_when_new() -> Self {
        Self::new(
            ErrorKind::Unavailable,
            "the service does not accept the sessions that it has just issued; sessions may be \
             locked to another address (Setup, Session Settings, \"Lock sessions to the IP address \
             from which they originated\"), or another program ends them",
        )
    }
}

/// The clock, random numbers and tasks for [`Sessions`].
pub(crate) fn surroundings() -> Surroundings {
    Surroundings {
        now,
        random: backoff::random,
        spawn: spawn_apart,
    }
}

/// The time since the first call of this function.
fn now() -> Duration {
    static START: std::sync::OnceLock<tokio::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(tokio::time::Instant::now).elapsed()
}

impl Client {
    /// Makes a call: one `attempt`, and further ones as far as the settings, the operation and the
    /// failure permit.
    pub(crate) async fn repeat<T, F>(
        &self,
        operation: &'static Operation,
        terms: Terms,
        attempt: impl Fn(Attempt) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let shared = self.shared();
        let settings = &shared.retry;
        let repeat = terms.repeat.unwrap_or_else(|| shared.repeat_of(operation));
        let allowed = match terms.locator {
            true => Allowed::LOCATOR,
            false => Allowed::of(repeat, &settings.retry),
        };
        let deadline = Deadline::after(terms.deadline.unwrap_or(settings.deadline));
        let mut attempts = Attempts::new(shared.can_renew());
        let trace = CallTrace::begin(operation.name);
        loop {
            let failed = match shared.once(operation, deadline, &trace, &attempt).await {
                Ok(value) => {
                    attempts.succeeded(&shared.budget);
                    return Ok(value);
                }
                Err(failed) => failed,
            };
            let situation = Situation {
                failure: failed.failure,
                allowed,
                asked: failed.asked.or(failed.error.retry_after()),
                left: deadline.left(),
                random: backoff::random(),
            };
            let next = attempts.failed(&settings.retry, &shared.budget, situation);
            match next {
                Next::Renew => {}
                Next::Wait(pause) if deadline.pause(pause).await => {
                    let attempt = attempts.number();
                    tracing::debug!(parent: &trace.span(), attempt, ?pause, "repeating");
                }
                Next::Wait(_) | Next::Stop => {
                    trace.failed(&failed.error);
                    return Err(in_doubt(failed.error, repeat));
                }
            }
        }
    }
}

/// Adds advice to the error of an operation that must not be done twice, if it is unknown whether
/// the operation was done.
fn in_doubt(error: Error, repeat: Repeat) -> Error {
    if !error.maybe_applied() || repeat == Repeat::Safe {
        return error;
    }
    error.with_advice(
        "the outcome is unknown, so the call is not repeated automatically; before you repeat it, check \
         what the organization has stored, for example with a query for an external id or for the \
         latest changes of this user",
    )
}

impl Shared {
    /// Makes one attempt. If there is no session, one is opened first.
    async fn once<T, F>(
        &self,
        operation: &Operation,
        deadline: Deadline,
        trace: &Arc<CallTrace>,
        attempt: &impl Fn(Attempt) -> F,
    ) -> Result<T, FailedAttempt>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let late = |sent, what: &str| {
            let message = format!("{what} within the deadline of the call");
            FailedAttempt {
                error: Error::new(ErrorKind::Timeout, message).with_sent(sent),
                failure: Failure::Final,
                asked: None,
            }
        };
        let lease = match deadline.bound(self.lease()).await {
            Some(lease) => lease?,
            None => return Err(late(Sent::No, "no session could be opened")),
        };
        self.note_version(operation, &lease.session);
        let one = Attempt {
            session: lease.session,
            deadline,
            trace: Arc::clone(trace),
        };
        let Some(result) = deadline.bound(attempt(one)).await else {
            return Err(late(Sent::Maybe, "no complete response arrived"));
        };
        match result {
            Ok(value) => {
                self.sessions.worked(lease.generation);
                Ok(value)
            }
            Err(error) => {
                let failure = Failure::of(&error);
                if failure == Failure::SessionLost && self.can_renew() {
                    self.sessions.lost(lease.generation);
                } else if error.fault().is_some() {
                    // The fault is about something else, so the service has accepted the session.
                    self.sessions.worked(lease.generation);
                }
                Err(FailedAttempt {
                    error,
                    failure,
                    asked: None,
                })
            }
        }
    }

    /// Notes that a call goes to another API version than that of the WSDL.
    fn note_version(&self, operation: &Operation, session: &Session) {
        let of_wsdl = self.service.api_version;
        if of_wsdl.is_empty() {
            return;
        }
        let called = version::split(session.endpoint.path());
        if let Some((_, called, _)) = called
            && called != of_wsdl
        {
            let mut noted = Noted::default();
            noted.add_name(DifferenceKind::OtherVersion, "", called);
            self.settings.drift.add(noted, operation.name);
        }
    }

    /// The current session, or a new one.
    async fn lease(&self) -> Result<Lease<Arc<Session>>, FailedAttempt> {
        let acquired = self.sessions.acquire(|| {
            let (authenticator, context) = (self.authenticator.clone(), Arc::clone(&self.context));
            async move {
                let Some(authenticator) = authenticator else {
                    let error = Error::usage("the client has no session and no authenticator");
                    return Err(Failed::Refused(error));
                };
                let opened = authenticator.open(&context).await;
                opened.map(Arc::new).map_err(|error| match passes(&error) {
                    true => Failed::Later(error),
                    false => Failed::Refused(error),
                })
            }
        });
        acquired.await.map_err(|(error, asked)| FailedAttempt {
            error: error.before_sending(),
            // Nothing of the call itself has been sent.
            failure: match asked {
                Some(_) => Failure::NotConnected,
                None => Failure::Final,
            },
            asked,
        })
    }

    pub(crate) fn can_renew(&self) -> bool {
        let authenticator = self.authenticator.as_ref();
        self.retry.retry.renew
            && authenticator.is_some_and(|authenticator| authenticator.can_renew())
    }

    fn repeat_of(&self, operation: &'static Operation) -> Repeat {
        let overrides = self.retry.repeat.iter();
        let mut found = overrides.filter(|(name, _)| *name == operation.name);
        found
            .next_back()
            .map_or_else(|| operation.repeat(), |(_, repeat)| *repeat)
    }
}

/// Whether opening a session may succeed later.
fn passes(error: &Error) -> bool {
    matches!(error.recovery(), Recovery::Retry | Recovery::Wait)
}

/// Opens the first session of a client. No other caller needs a session yet, so nothing is shared.
pub(crate) async fn connect(
    authenticator: &dyn Authenticator,
    context: &AuthContext,
    settings: &RetrySettings,
) -> Result<Session, Error> {
    let deadline = Deadline::after(settings.deadline);
    let budget = Budget::new(settings.retry.budget);
    let mut attempts = Attempts::new(false);
    loop {
        let Some(opened) = deadline.bound(authenticator.open(context)).await else {
            let message = "no session could be opened within the deadline of a call";
            return Err(Error::new(ErrorKind::Timeout, message));
        };
        let error = match opened {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        let situation = Situation {
            // Opening a session twice does no harm.
            failure: match passes(&error) && error.recovery() != Recovery::Wait {
                true => Failure::NotConnected,
                false => Failure::Final,
            },
            allowed: Allowed::of(Repeat::Safe, &settings.retry),
            asked: error.retry_after(),
            left: deadline.left(),
            random: backoff::random(),
        };
        match attempts.failed(&settings.retry, &budget, situation) {
            Next::Wait(pause) if deadline.pause(pause).await => {}
            _ => return Err(error),
        }
    }
}
