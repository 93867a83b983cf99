//! The states of the session that all callers of a client share, without time, tasks or locks of
//! its own.
//!
//! Sessions are numbered: a *generation* is the number of a session, and a fault that belongs to
//! an older one changes nothing. A renewal has a number, too, its [`Ticket`], so that those who
//! wait for it share its end, however late they learn of it.

use std::time::Duration;

/// Number of a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// The session of a client, and what is known about it. `S` is the session, `E` the error of a
/// renewal. Times are counted from one moment of the caller's choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Machine<S, E> {
    state: State<S, E>,
    /// The last session that there was.
    latest: S,
    /// Number of the latest session, beginning with 1.
    generation: u64,
    /// Number of the latest renewal; 0 before the first.
    renewal: u64,
    /// Renewals in a row that ended with an error.
    failures: u32,
    /// Sessions in a row that were lost before any call had worked with them.
    fruitless: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum State<S, E> {
    /// There is none. The next caller opens one.
    Missing,
    /// One caller is opening one.
    Renewing,
    Ready {
        session: S,
        /// A call has worked with it.
        worked: bool,
    },
    /// The last renewal failed. No other begins before this moment.
    Failed { error: E, until: Duration },
    /// The service refused the credentials. They are never presented again.
    Refused { error: E },
}

/// What a caller who needs a session is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Acquired<S, E> {
    /// Make the call with this session, of this generation.
    Use(u64, S),
    /// Open a session and report with this ticket.
    Open(Ticket),
    /// Wait for the end of this renewal, then ask again.
    Wait(Ticket),
    /// There is none to be had: the error of the last renewal, and in how much time another one
    /// may begin, if ever.
    Fail(E, Option<Duration>),
}

/// How a renewal ended without a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failed<E> {
    /// The credentials or the settings are wrong; another try would end the same way.
    Refused(E),
    /// It may work later.
    Later(E),
}

impl<S: Clone, E: Clone> Machine<S, E> {
    /// Begins with a session that is open already, as generation 1.
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

    /// The last session that there was, whether or not it still works.
    pub(crate) fn latest(&self) -> &S {
        &self.latest
    }

    /// Asks for a session. `waited` is the renewal whose end the caller has waited for.
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

    /// A call worked with the session of this generation.
    pub(crate) fn worked(&mut self, generation: u64) {
        if let State::Ready { worked, .. } = &mut self.state
            && generation == self.generation
        {
            *worked = true;
            self.fruitless = 0;
        }
    }

    /// The service says that the session of this generation is gone.
    ///
    /// A session that was lost before anything worked with it is replaced at once the first time.
    /// After that the service evidently refuses what it has just given, and renewals come with
    /// growing pauses; `refusal` makes the error for that.
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

    /// A renewal ended. `pause` gives the least time until the next one after this many failures
    /// in a row.
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

    /// A renewal will not end because the task that made it is gone. Another caller may begin one.
    pub(crate) fn abandoned(&mut self, ticket: Ticket) {
        if matches!(self.state, State::Renewing) && ticket == Ticket(self.renewal) {
            self.state = State::Missing;
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
