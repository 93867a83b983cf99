//! One session for all callers of a client. One caller at a time opens and replaces it.
//!
//! [`machine`] contains the states. This file adds the lock, the waiting, and the task that opens a
//! session. The task is independent of the caller that started it. If that caller is dropped, the
//! waiting callers still get the session, and no second login is made.

mod machine;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

pub(crate) use machine::Failed;
use machine::{Acquired, Machine, Ticket};

use super::retry::backoff;

/// A boxed future.
type Boxed<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// Pauses between failed renewals: at most 1 s after the first failure, and twice as long after
/// each further failure, up to a minute. Half of a pause is fixed and half is random.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The errors that the renewal itself makes.
pub(crate) trait RenewalError: Clone + Send + Sync + 'static {
    /// The task that opened a session ended without a result.
    fn abandoned() -> Self;
    /// The service refuses sessions that it has just given.
    fn refused_when_new() -> Self;
}

/// The clock, random numbers and tasks. Tests replace them, so that they need no clock and no
/// threads.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// The time since some point in the past.
    pub(crate) now: fn() -> Duration,
    /// A random number from 0 to below 1.
    pub(crate) random: fn() -> f64,
    /// Runs a future independently of the caller, or returns it if that is impossible.
    pub(crate) spawn: fn(Boxed<()>) -> Option<Boxed<()>>,
}

/// The session of a client.
pub(crate) struct Sessions<S, E> {
    machine: Mutex<Machine<S, E>>,
    /// Notifies waiting callers that a renewal has ended.
    ended: watch::Sender<()>,
    surroundings: Surroundings,
}

/// A session in use, and its generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease<S> {
    pub(crate) generation: u64,
    pub(crate) session: S,
}

impl<S, E> Sessions<S, E>
where
    S: Clone + Send + 'static,
    E: RenewalError,
{
    /// Starts with an open session.
    pub(crate) fn new(session: S, surroundings: Surroundings) -> Self {
        Self {
            machine: Mutex::new(Machine::new(session)),
            ended: watch::Sender::new(()),
            surroundings,
        }
    }

    /// The last session that was opened.
    pub(crate) fn latest(&self) -> S {
        self.machine().latest().clone()
    }

    /// Returns the session for a call. If there is none, `open` opens one, unless another caller is
    /// already doing that. The future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// Returns the error of the renewal, which may have failed for another caller a moment ago, and
    /// the time until another renewal may start.
    pub(crate) async fn acquire<F>(
        self: &Arc<Self>,
        open: impl Fn() -> F,
    ) -> Result<Lease<S>, (E, Option<Duration>)>
    where
        F: Future<Output = Result<S, Failed<E>>> + Send + 'static,
    {
        let mut waited = None;
        let mut opened = false;
        loop {
            // This subscribes before the state is read, so that the end of a renewal cannot be
            // missed in between.
            let mut ended = self.ended.subscribe();
            let acquired = self.machine().acquire((self.surroundings.now)(), waited);
            match acquired {
                Acquired::Use(generation, session) => {
                    return Ok(Lease {
                        generation,
                        session,
                    });
                }
                Acquired::Fail(error, pause) => return Err((error, pause)),
                Acquired::Wait(ticket) => {
                    waited = Some(ticket);
                    // The sender is part of `self`, so this cannot fail while `self` exists.
                    let _ = ended.changed().await;
                }
                Acquired::Open(ticket) => {
                    let renewal = Renewal {
                        sessions: Arc::clone(self),
                        ticket,
                    };
                    // Each caller restarts a renewal whose task was lost at most once.
                    if std::mem::replace(&mut opened, true) {
                        return Err((E::abandoned(), None));
                    }
                    waited = Some(ticket);
                    let opening = open();
                    let task = async move { renewal.end(opening.await) };
                    if let Some(task) = (self.surroundings.spawn)(Box::pin(task)) {
                        task.await;
                    }
                }
            }
        }
    }

    /// Records that a call succeeded with the session of this generation.
    pub(crate) fn worked(&self, generation: u64) {
        self.machine().worked(generation);
    }

    /// Records that the service does not accept the session of this generation any more.
    pub(crate) fn lost(&self, generation: u64) {
        let now = (self.surroundings.now)();
        let pause = |failures| self.pause(failures);
        self.machine()
            .lost(generation, now, pause, E::refused_when_new);
    }

    fn pause(&self, failures: u32) -> Duration {
        let half = backoff::bound(FIRST_PAUSE, LONGEST_PAUSE, failures) / 2;
        half + backoff::full_jitter(half, (self.surroundings.random)())
    }

    fn machine(&self) -> MutexGuard<'_, Machine<S, E>> {
        // Nothing panics while the lock is held, and each change is one assignment, so the state is
        // valid.
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A renewal that is running. If it is dropped before its end, another caller may start one.
struct Renewal<S: Clone + Send + 'static, E: RenewalError> {
    sessions: Arc<Sessions<S, E>>,
    ticket: Ticket,
}

impl<S: Clone + Send + 'static, E: RenewalError> Renewal<S, E> {
    fn end(self, result: Result<S, Failed<E>>) {
        let sessions = &self.sessions;
        let now = (sessions.surroundings.now)();
        let pause = |failures| sessions.pause(failures);
        sessions.machine().ended(self.ticket, result, now, pause);
        // Dropping `self` notifies the waiting callers.
    }
}

impl<S: Clone + Send + 'static, E: RenewalError> Drop for Renewal<S, E> {
    fn drop(&mut self) {
        // This changes nothing if the renewal has ended.
        self.sessions.machine().abandoned(self.ticket);
        self.sessions.ended.send_replace(());
    }
}

#[cfg(test)]
mod schedule_tests;
