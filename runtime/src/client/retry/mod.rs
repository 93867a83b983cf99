//! Whether a failed call is made again, and after which pause.
//!
//! The parts are pure: [`decide`] holds the rule about repeating, [`backoff`] the lengths of
//! pauses, [`budget`] the tokens that all calls of a client share, and [`attempts`] puts them
//! together for one call. None of them reads a clock or a random number; the caller hands both in.

pub(crate) mod attempts;
pub(crate) mod backoff;
pub(crate) mod budget;
mod classify;
pub(crate) mod decide;

use std::time::Duration;

/// Settings of retries: how often, how far apart, and what may be repeated at all.
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
/// | the session is gone | a new session, then repeated once | same | same |
/// | the service says that it did nothing: `SERVER_UNAVAILABLE`, `UNABLE_TO_LOCK_ROW` and others | repeated | [opt-in](Self::repeat_idempotent) | [opt-in](Self::repeat_refused) |
/// | a gateway answers in place of the service: 502, 503, 504, 429 | repeated | [opt-in](Self::repeat_idempotent) | never |
/// | the request was sent and no whole answer came | repeated | [opt-in](Self::repeat_idempotent) | **never** |
/// | an HTML page with status 200 | repeated once | never | never |
/// | anything else: a wrong request, a refused certificate, an exceeded limit | never | never | never |
///
/// Which class an operation belongs to is data in its [`schema::Operation`](crate::schema::Operation):
/// generated code has it from Salesforce's documentation, and operations of other services are
/// unsafe until the caller says otherwise.
///
/// Pauses grow exponentially and are drawn at random between zero and their bound ("full jitter"),
/// so that many clients do not come back at the same moment. If the service names a pause
/// (`Retry-After`), the call waits at least that long, up to a [bound](Self::longest_retry_after).
/// All attempts and pauses of a call together stay within the deadline of the call. All calls of a
/// client share a [budget](Self::budget): when a service is down for everybody, retries stop after
/// a few dozen instead of multiplying its load.
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
    /// Three attempts; pauses of up to 1 s, then up to 2 s, never above 20 s; `Retry-After` up to
    /// 60 s; a budget of 500 tokens.
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
    /// Every call is made once. A lost session is still replaced, because that repeats only what
    /// the service has refused to look at; [`renew`](Self::renew) switches that off, too.
    pub fn none() -> Self {
        Self {
            attempts: 1,
            ..Self::default()
        }
    }

    /// The number of attempts in all, the first included. Zero counts as one.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The bound of the first pause, which doubles with each attempt, and the bound of all pauses.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_backoff = first;
        self.longest_backoff = longest.max(first);
        self
    }

    /// The longest pause that an answer may ask for with `Retry-After`. A longer one is cut to
    /// this.
    pub fn longest_retry_after(mut self, longest: Duration) -> Self {
        self.longest_retry_after = longest;
        self
    }

    /// The number of tokens that all calls of the client share. A retry takes 14 of them, or 5 if
    /// the service said that it was asked too often; a call that succeeds gives back what its own
    /// retries took, or one token if it needed none. Without tokens a failed call is not repeated.
    pub fn budget(mut self, tokens: u32) -> Self {
        self.budget = tokens;
        self
    }

    /// Whether a lost session is replaced and the call repeated with the new one. On by default. If
    /// it is off, the call fails with the fault of the service, and so do all that follow.
    pub fn renew(mut self, renew: bool) -> Self {
        self.renew = renew;
        self
    }

    /// Also repeats idempotent operations (`update`, `upsert` by an external id) when it is unknown
    /// whether they were done. The same values then give the same record, but triggers run again,
    /// and a change that somebody else made in between is lost. Off by default.
    pub fn repeat_idempotent(mut self, repeat: bool) -> Self {
        self.idempotent = repeat;
        self
    }

    /// Also repeats unsafe operations such as `create` when a fault says that the service did
    /// nothing (`SERVER_UNAVAILABLE`, `UNABLE_TO_LOCK_ROW`). Off by default. It never applies when
    /// the answer is missing or came from a gateway.
    pub fn repeat_refused(mut self, repeat: bool) -> Self {
        self.refused = repeat;
        self
    }
}
