//! Sessions that are used again and again.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::driver::wait;
use super::{Address, Session};
use crate::connector::error::{Error, Kind};
use crate::connector::fault::Fault;

/// A process has so many sessions for its stores at most. Each change of a store has one until it is committed.
pub(super) const STORES: usize = 8;

/// A process has so many sessions for the registry at most. They are not those of the stores: if long changes had all
/// sessions, the leases of all connections would run out.
pub(super) const REGISTRY: usize = 4;

/// How long somebody waits for a session that others have.
const PATIENCE: Duration = Duration::from_secs(60);

/// The sessions of a process with a database.
///
/// A session that was last used in the wanted schema is preferred: its plans of statements are still valid.
#[derive(Debug)]
pub(in crate::connector) struct Pool {
    address: Address,
    idle: Duration,
    free: Mutex<Vec<Session>>,
    permits: Arc<Semaphore>,
}

/// A session that somebody has.
#[derive(Debug)]
pub(in crate::connector) struct Taken {
    session: Session,
    _permit: OwnedSemaphorePermit,
}

/// Work in a session.
pub(in crate::connector) type Work<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

impl Taken {
    pub(in crate::connector) fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Pool {
    /// At most `most` sessions with a database. None is open yet. `idle` is how long a transaction may wait for its
    /// process.
    pub(in crate::connector) fn new(address: Address, idle: Duration, most: usize) -> Arc<Self> {
        Arc::new(Self {
            address,
            idle,
            free: Mutex::default(),
            permits: Arc::new(Semaphore::new(most)),
        })
    }

    /// The address of the database.
    pub(in crate::connector) fn address(&self) -> &Address {
        &self.address
    }

    /// How long a transaction may wait for its process.
    pub(in crate::connector) fn idle(&self) -> Duration {
        self.idle
    }

    /// Does work in a session with the names of a schema, and waits for it. `action` is what it does, for
    /// messages. If the work fails within a transaction, the transaction is undone.
    pub(in crate::connector) fn with<T: Send + 'static>(
        self: &Arc<Self>,
        schema: &str,
        action: &str,
        work: impl for<'a> FnOnce(&'a mut Session) -> Work<'a, T> + Send + 'static,
    ) -> Result<T, Error> {
        let (pool, schema, action) = (Arc::clone(self), schema.to_owned(), action.to_owned());
        let working = wait(async move { pool.work(&schema, &action, work).await });
        working.unwrap_or_else(|fault| {
            Err(fault.because_of("use the database", &self.address.to_string()))
        })
    }

    /// Does work as [`with`](Self::with), for whoever is on the thread of the client.
    pub(super) async fn work<T>(
        &self,
        schema: &str,
        action: &str,
        work: impl for<'a> FnOnce(&'a mut Session) -> Work<'a, T> + Send,
    ) -> Result<T, Error> {
        let worked = async {
            let mut taken = self.take(schema).await?;
            let result = work(&mut taken.session).await;
            if result.is_ok() || taken.session.run("ROLLBACK").await.is_ok() {
                self.give_back(taken);
            }
            result
        };
        let worked: Result<T, Fault> = worked.await;
        worked.map_err(|fault| fault.because_of(action, &self.address.to_string()))
    }

    /// Takes a session that works, with the names of a schema.
    pub(in crate::connector) async fn take(&self, schema: &str) -> Result<Taken, Fault> {
        let waiting = Arc::clone(&self.permits).acquire_owned();
        let permit = match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(Ok(permit)) => permit,
            _ => return Err(busy()),
        };
        while let Some(mut session) = self.reuse(schema) {
            if session.is_alive().await && session.enter(schema).await.is_ok() {
                return Ok(Taken {
                    session,
                    _permit: permit,
                });
            }
        }
        let mut session = Session::open(&self.address, self.idle).await?;
        session.enter(schema).await?;
        Ok(Taken {
            session,
            _permit: permit,
        })
    }

    /// Gives a session back that is not within a transaction.
    pub(in crate::connector) fn give_back(&self, mut taken: Taken) {
        if !taken.session.is_closed() {
            taken.session.rest();
            self.free().push(taken.session);
        }
    }

    fn reuse(&self, schema: &str) -> Option<Session> {
        let mut free = self.free();
        free.retain(|session| !session.is_closed());
        let here = free.iter().position(|session| session.schema() == schema);
        match here {
            Some(at) => Some(free.swap_remove(at)),
            None => free.pop(),
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<Session>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn busy() -> Fault {
    Fault::new(
        Kind::Away,
        "all sessions with the database are busy for a minute",
    )
    .help("look into pg_stat_activity of the database for what they wait for")
}
