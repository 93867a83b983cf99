//! Whether and after which pause a failed call is repeated.
//!
//! The parts are pure functions. [`decide`] contains the rule about repeating, [`backoff`] the
//! lengths of pauses, [`budget`] the tokens that all calls of a client share, and [`attempts`]
//! combines them for one call. None of them reads a clock or makes random numbers; the caller
//! passes both.

pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
mod classify;
pub(crate) mod decide;

use std::time::Duration;

/// The settings of retries: how many attempts, how long the pauses, and what may be repeated at
/// all.
///
/// ```
/// use std::time::Duration;
/// use saponify::Retry;
///
/// let patient = Retry::default().attempts(5).backoff(Duration::from_secs(1), Duration::from_secs(30));
/// let never = Retry::none();
/// ```
///
/// | failure | safe operation | idempotent | unsafe |
/// |---|---|---|---|
/// | nothing was sent: no connection, connect timeout | repeated | repeated | repeated |
/// | the session is lost | repeated once with a new session | same | same |
/// | the service says that it did nothing: `SERVER_UNAVAILABLE`, `UNABLE_TO_LOCK_ROW` and others | repeated | [opt-in](Self::repeat_idempotent) | [opt-in](Self::repeat_refused) |
/// | a gateway answers instead of the service: 502, 503, 504, 429 | repeated | [opt-in](Self::repeat_idempotent) | never |
/// | the request was sent and no complete response arrived | repeated | [opt-in](Self::repeat_idempotent) | **never** |
/// | an HTML page with status 200 | repeated once | never | never |
/// | anything else: a wrong request, a refused certificate, an exceeded limit | never | never | never |
///
/// The class of an operation is stored in its [`schema::Operation`](crate::schema::Operation).
/// Generated code takes the class from Salesforce's documentation. Operations of other services are
/// unsafe until the caller says otherwise.
///
/// Pauses are random between zero and a bound ("full jitter"), so that many clients do not return
/// at the same moment. The bound grows exponentially. If the service asks for a pause
/// (`Retry-After`), the call waits at least that long, up to a
/// [maximum](Self::longest_retry_after). All attempts and pauses of a call stay within the deadline
/// of the call. All calls of a client share a [budget](Self::budget): if a service is down, retries
/// stop after a few dozen and do not multiply its load.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retry {
    pub(crate) attempts: u32,
    pub(crate) first_backoff: Duration,
    pub(crate) longest_backoff: Duration,
    pub(crate) longest_retry_after: Duration,
    pub(crate) budget: u32,
    pub(crate) idempotent: bool,
    pub(crate) refused: bool,
    pub(crate) renew: bool,
}

impl Default for Retry {
    /// Three attempts; pauses of up to 1 s, then up to 2 s, and never above 20 s; `Retry-After` of
    /// up to 60 s; a budget of 500 tokens.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
            budget: budget::DEFAULT_TOKENS,
            idempotent: false,
            refused: false,
            renew: true,
        }
    }
}

impl Retry {
    /// Makes every call once. A lost session is still renewed, because the service has refused the
    /// call without doing it. [`renew`](Self::renew) turns that off, too.
    pub fn none() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }

    /// Sets the maximum number of attempts, including the first one. Zero counts as one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the bound of the first pause, which doubles with each attempt, and the bound of all
    /// pauses.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_backoff = first;
        self.longest_backoff = longest.max(first);
        self
    }

    /// Sets the longest pause that a response may ask for with `Retry-After`. A longer pause is cut
    /// to this length.
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// Sets the number of tokens that all calls of the client share. A retry takes 14 tokens, or 5
    /// if the service stated that it received too many requests. A successful call returns the
    /// tokens of its own retries, or adds one token if it needed no retry. Without tokens, a failed
    /// call is not repeated.
    pub fn budget(mut self, tokens: u32) -> Self {
        self.budget = tokens;
        self
    }

    /// Sets whether a lost session is renewed and the call repeated with the new session. The
    /// default is true. If it is false, this call and all later calls fail with the fault of the
    /// service.
    pub fn renew(mut self, renew: bool) -> Self {
        self.renew = renew;
        self
    }

    /// Also repeats idempotent operations (`update`, `upsert` by an external id) if it is unknown
    /// whether they were done. The same values then give the same record, but triggers run again,
    /// and a change that somebody else made in between is lost. The default is false.
    pub fn repeat_idempotent(mut self, repeat: bool) -> Self {
        self.idempotent = repeat;
        self
    }

    /// Also repeats unsafe operations such as `create` if a fault says that the service did nothing
    /// (`SERVER_UNAVAILABLE`, `UNABLE_TO_LOCK_ROW`). The default is false. This never applies if
    /// there is no response or if a gateway answered.
    pub fn repeat_refused(mut self, repeat: bool) -> Self {
        self.refused = repeat;
        self
    }
}
