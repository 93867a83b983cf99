//! A pool of sessions.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::driver::wait;
use super::{Address, Session};
use crate::connector::error::{Error, Kind};
use crate::connector::fault::Fault;

/// The largest number of sessions of a process for its stores. Each change of a store uses one until it is
/// committed.
pub(super) const STORES: usize = 8;

/// The largest number of sessions of a process for the registry. They are separate from those of the stores: if long
/// changes used all sessions, the leases of all connections would expire.
pub(super) const REGISTRY: usize = 4;

/// How long a caller waits for a session if all are in use.
const PATIENCE: Duration = Duration::from_secs(60);

/// The sessions of a process with a database.
///
/// A session that was last used in the requested schema is preferred, because its prepared plans are still
/// valid.
#[derive(Debug)]
pub(in crate::connector) struct Pool {
    address: Address,
    idle: Duration,
    free: Mutex<Vec<Session>>,
    permits: Arc<Semaphore>,
}

/// A session that is in use.
#[derive(Debug)]
pub(in crate::connector) struct Taken {
    session: Session,
    _permit: OwnedSemaphorePermit,
}

/// Work that runs in a session.
pub(in crate::connector) type Work<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

impl Taken {
    pub(in crate::connector) fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Pool {
    /// Makes a pool of at most `most` sessions, none of which is open yet. `idle` is how long an open transaction may
    /// wait for its process.
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

    /// How long an open transaction may wait for its process.
    pub(in crate::connector) fn idle(&self) -> Duration {
        self.idle
    }

    /// Runs work in a session whose search path is a schema, and waits for the result. `action` describes
    /// the work in messages. If the work fails within a transaction, the transaction is rolled back.
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

    /// Runs work as [`with`](Self::with) does, for callers on the thread of the client.
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

    /// Takes a working session whose search path is the schema.
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

    /// Returns a session to the pool. It must not be within a transaction.
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
        "all sessions with the database have been busy for a minute",
    )
    .help("look into pg_stat_activity of the database to see what they wait for")
}
