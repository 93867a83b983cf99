//! The state of the session that all callers of a client share. It has no clock, no tasks and no
//! locks of its own.
//!
//! Sessions are numbered. A *generation* is the number of a session, and a fault of an older
//! session changes nothing. A renewal has a number, too, its [`Ticket`], so that all callers that
//! wait for a renewal get its result, however late they ask.

use std::time::Duration;

/// The number of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// The session of a client, and what is known about it. `S` is the type of sessions, and `E` the
/// type of errors of a renewal. Times are counted from a point in time that the caller chooses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Machine<S, E> {
    state: State<S, E>,
    /// The last session that was opened.
    latest: S,
    /// The number of the last session, counted from 1.
    generation: u64,
    /// The number of the last renewal, or 0 before the first one.
    renewal: u64,
    /// The number of consecutive renewals that failed.
    failures: u32,
    /// The number of consecutive sessions that were lost before a call succeeded with them.
    fruitless: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State<S, E> {
    /// There is no session. The next caller opens one.
    Missing,
    /// A caller is opening a session.
    Renewing,
    Ready {
        session: S,
        /// Whether a call succeeded with the session.
        worked: bool,
    },
    /// The last renewal failed. No other renewal starts before this time.
    Failed { error: E, until: Duration },
    /// The service refused the credentials. They are never sent again.
    Refused { error: E },
}

/// What a caller that needs a session must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Acquired<S, E> {
    /// Make the call with this session of this generation.
    Use(u64, S),
    /// Open a session and report the result with this ticket.
    Open(Ticket),
    /// Wait for the end of this renewal, then ask again.
    Wait(Ticket),
    /// There is no session. Return the error of the last renewal. The duration says when another
    /// renewal may start, if ever.
    Fail(E, Option<Duration>),
}

/// How a renewal failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed<E> {
    /// The credentials or the settings are wrong, so another attempt would fail in the same way.
    Refused(E),
    /// Another attempt may succeed later.
    Later(E),
}

impl<S: Clone, E: Clone> Machine<S, E> {
    /// Starts with an open session, which has generation 1.
    pub(crate) fn new(session: S) -> Self {
        Self {
            latest: session.clone(),
            state: State::Ready {
                session,
                worked: false,
            },
            generation: 1,
            renewal: 0,
            failures: 0,
            fruitless: 0,
        }
    }

    /// The last session that was opened, whether or not it is still valid.
    pub(crate) fn latest(&self) -> &S {
        &self.latest
    }

    /// Asks for a session. `waited` is the renewal for whose end the caller has waited.
    pub(crate) fn acquire(&mut self, now: Duration, waited: Option<Ticket>) -> Acquired<S, E> {
        match &self.state {
            State::Ready { session, .. } => Acquired::Use(self.generation, session.clone()),
            State::Renewing => Acquired::Wait(Ticket(self.renewal)),
            State::Refused { error } => Acquired::Fail(error.clone(), None),
            State::Failed { error, until } if now < *until || self.is_latest(waited) => {
                Acquired::Fail(error.clone(), Some(until.saturating_sub(now)))
            }
            State::Missing | State::Failed { .. } => {
                self.renewal += 1;
                self.state = State::Renewing;
                Acquired::Open(Ticket(self.renewal))
            }
        }
    }

    fn is_latest(&self, waited: Option<Ticket>) -> bool {
        waited == Some(Ticket(self.renewal))
    }

    /// Records that a call succeeded with the session of this generation.
    pub(crate) fn worked(&mut self, generation: u64) {
        if let State::Ready { worked, .. } = &mut self.state
            && generation == self.generation
        {
            *worked = true;
            self.fruitless = 0;
        }
    }

    /// Records that the service does not accept the session of this generation any more.
    ///
    /// If a session was lost before any call succeeded with it, it is replaced at once the first
    /// time. If this happens again, the service evidently refuses sessions that it has just given,
    /// and there are growing pauses between renewals. `refusal` makes the error for this case.
    pub(crate) fn lost(
        &mut self,
        generation: u64,
        now: Duration,
        pause: impl FnOnce(u32) -> Duration,
        refusal: impl FnOnce() -> E,
    ) {
        let State::Ready { worked, .. } = self.state else {
            return;
        };
        if generation != self.generation {
            return;
        }
        if !worked {
            self.fruitless = self.fruitless.saturating_add(1);
        }
        self.state = match self.fruitless {
            0 | 1 => State::Missing,
            fruitless => State::Failed {
                error: refusal(),
                until: now.saturating_add(pause(fruitless - 1)),
            },
        };
    }

    /// Records the end of a renewal. `pause` returns the minimum time until the next renewal after
    /// this number of consecutive failures.
    pub(crate) fn ended(
        &mut self,
        ticket: Ticket,
        result: Result<S, Failed<E>>,
        now: Duration,
        pause: impl FnOnce(u32) -> Duration,
    ) {
        if !matches!(self.state, State::Renewing) || ticket != Ticket(self.renewal) {
            return;
        }
        self.state = match result {
            Ok(session) => {
                self.generation += 1;
                self.failures = 0;
                self.latest = session.clone();
                State::Ready {
                    session,
                    worked: false,
                }
            }
            Err(Failed::Refused(error)) => State::Refused { error },
            Err(Failed::Later(error)) => {
                self.failures = self.failures.saturating_add(1);
                let until = now.saturating_add(pause(self.failures));
                State::Failed { error, until }
            }
        };
    }

    /// Records that the task of a renewal was lost, so the renewal will not end. Another caller may
    /// start one.
    pub(crate) fn abandoned(&mut self, ticket: Ticket) {
        if matches!(self.state, State::Renewing) && ticket == Ticket(self.renewal) {
            self.state = State::Missing;
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
