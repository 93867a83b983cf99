//! One session for all callers of a client, opened and replaced by one of them at a time.
//!
//! [`machine`] has the states; this file adds the lock, the waiting and the task that opens a
//! session. The task is apart from the caller who began it: if that caller goes away, those who
//! wait still get the session, and no second login is made.

mod machine;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

pub(crate) use machine::Failed;
use machine::{Acquired, Machine, Ticket};

use super::retry::backoff;

/// A future in a box.
type Boxed<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send>>;

/// Pauses between renewals that fail: at most 1 s after the first failure, then twice as long, and
/// so on up to a minute. Half of each is certain and half is drawn at random.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Errors of renewals that the machinery itself makes.
pub(crate) trait RenewalError: Clone + Send + Sync + 'static {
    /// The task that was opening a session ended without a result.
    fn abandoned() -> Self;
    /// The service refuses sessions that it has just given.
    fn refused_when_new() -> Self;
}

/// What the shell takes from its surroundings, so that tests can do without a clock and threads.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// Time since some moment in the past.
    pub(crate) now: fn() -> Duration,
    /// A number at least 0 and below 1.
    pub(crate) random: fn() -> f64,
    /// Runs a future apart from the caller, or gives it back where that is impossible.
    pub(crate) spawn: fn(Boxed<()>) -> Option<Boxed<()>>,
}

/// The session of a client.
pub(crate) struct Sessions<S, E> {
    machine: Mutex<Machine<S, E>>,
    /// Tells those who wait that a renewal has ended.
    ended: watch::Sender<()>,
    surroundings: Surroundings,
}

/// A session in use, and its number.
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
    /// Begins with a session that is open already.
    pub(crate) fn new(session: S, surroundings: Surroundings) -> Self {
        Self {
            machine: Mutex::new(Machine::new(session)),
            ended: watch::Sender::new(()),
            surroundings,
        }
    }

    /// The last session that there was.
    pub(crate) fn latest(&self) -> S {
        self.machine().latest().clone()
    }

    /// The session to make a call with. If there is none, `open` opens one, unless another caller
    /// is doing that already. The future may be dropped at any time.
    ///
    /// # Errors
    ///
    /// The error of the renewal, also if it failed a moment ago for another caller, and the time
    /// until another renewal may begin.
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
            // Before the look at the state, so that no end is missed in between.
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
                    // The sender lives in `self`, so this fails for no reason but an end.
                    let _ = ended.changed().await;
                }
                Acquired::Open(ticket) => {
                    let renewal = Renewal {
                        sessions: Arc::clone(self),
                        ticket,
                    };
                    // A renewal whose task was lost is begun anew by each caller once at most.
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

    /// A call worked with the session of this generation.
    pub(crate) fn worked(&self, generation: u64) {
        self.machine().worked(generation);
    }

    /// The service says that the session of this generation is gone.
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
        // Nothing panics while the lock is held, and each change is one assignment.
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A renewal under way. If it is dropped before its end, another caller may begin one.
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
        // Dropping `self` tells those who wait.
    }
}

impl<S: Clone + Send + 'static, E: RenewalError> Drop for Renewal<S, E> {
    fn drop(&mut self) {
        // Changes nothing if it has ended.
        self.sessions.machine().abandoned(self.ticket);
        self.sessions.ended.send_replace(());
    }
}

#[cfg(test)]
mod schedule_tests;
