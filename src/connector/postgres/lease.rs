//! Leases of connections, and the fence around each change.
//!
//! A lease has a token, which grows with each lease of the connection. Each transaction that changes a
//! store ends with a check, while the row of the connection is locked: the token must be the newest one,
//! and the lease must not have expired. Therefore a process that was paused for longer than its lease
//! cannot write any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::driver::{spawn, wait_for};
use super::registry::Fields;
use super::{Parameter, Registry, Session};
use crate::connector::error::{Error, Kind};
use crate::connector::fault::Fault;

/// The leases of a process, by connection and token.
#[derive(Debug, Default)]
pub(in crate::connector) struct HeldLeases {
    leases: HashMap<(i64, i64), Arc<LeaseState>>,
    /// Whether a task renews them.
    renewing: bool,
    /// When they were last renewed.
    renewed: Option<Instant>,
}

/// The reason why a lease is lost, if it is.
#[derive(Debug, Default)]
struct LeaseState(Mutex<Option<String>>);

/// A lease. Dropping it releases it. If that fails, the lease expires.
#[derive(Debug)]
pub(in crate::connector) struct Lease {
    registry: Arc<Registry>,
    connection: i64,
    token: i64,
    state: Arc<LeaseState>,
}

/// Shows that a change is made under a lease.
#[derive(Debug, Clone)]
pub(in crate::connector) struct Fence {
    connection: i64,
    token: i64,
    state: Arc<LeaseState>,
}

/// The name of this process for people: the machine and the process id.
pub(super) fn process() -> String {
    static NAME: OnceLock<String> = OnceLock::new();
    let name = NAME.get_or_init(|| format!("{} (process {})", machine(), std::process::id()));
    name.clone()
}

fn machine() -> String {
    #[cfg(unix)]
    let name = Some(
        rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned(),
    );
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").ok();
    name.filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this machine".to_owned())
}

impl Registry {
    /// Takes the lease of a connection that is not leased.
    pub(in crate::connector) fn take(self: &Arc<Self>, name: &str) -> Result<Lease, Error> {
        self.ready()?;
        let sql = "UPDATE saponify.connection SET
                token = token + 1, holder = ?2, since = clock_timestamp(),
                until = clock_timestamp() + ?3 * INTERVAL '1 millisecond'
            WHERE id = (
                SELECT id FROM saponify.connection
                WHERE name = ?1 AND (until IS NULL OR until <= clock_timestamp())
                FOR UPDATE SKIP LOCKED
            ) RETURNING id, token";
        let lease = self.lease.as_millis() as i64;
        let values = vec![name.into(), (&*process()).into(), lease.into()];
        let taken = self.query("take the connection", sql, values, |row| {
            Ok((row.integer(0)?, row.integer(1)?))
        })?;
        if let Some((connection, token)) = taken.into_iter().next() {
            return Lease::begin(self, connection, token);
        }
        let holder = self.find(name)?.and_then(|known| known.holder);
        let by = match holder {
            Some(holder) => format!(": {} has it since {:.0}", holder.name, holder.since),
            None => String::new(),
        };
        let message = format!("another instance works on the connection {name}{by}");
        Err(Error::new(Kind::Locked, message)
            .help("wait until it ends, or stop it; if it was killed, its lease expires by itself"))
    }

    fn held(&self) -> MutexGuard<'_, HeldLeases> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Renews all leases of this process, three times within their duration.
    fn renew(self: &Arc<Self>) -> Result<(), Fault> {
        let pause = self.lease / 3;
        let registry = Arc::downgrade(self);
        spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(registry) = Weak::upgrade(&registry) else {
                    return;
                };
                let ids: Vec<(i64, i64)> = {
                    let mut held = registry.held();
                    if held.leases.is_empty() {
                        held.renewing = false;
                        return;
                    }
                    held.leases.keys().copied().collect()
                };
                let renewed = renew_once(&registry, &ids).await;
                registry.note(&ids, renewed);
            }
        })
    }

    /// Records which leases were renewed. The others are lost.
    fn note(&self, asked: &[(i64, i64)], renewed: Result<Vec<i64>, Error>) {
        let mut held = self.held();
        let why = match renewed {
            Ok(renewed) => {
                held.renewed = Some(Instant::now());
                for (connection, token) in asked {
                    if !renewed.contains(connection) {
                        held.lose(*connection, *token, TAKEN);
                    }
                }
                return;
            }
            Err(error) => error.text(),
        };
        tracing::warn!(problem = why, "the leases cannot be renewed");
        if held.renewed.is_some_and(|last| last.elapsed() > self.lease) {
            for (connection, token) in asked {
                held.lose(*connection, *token, UNRENEWED);
            }
        }
    }
}

/// The reasons why a lease is lost.
const TAKEN: &str = "the lease expired, because this process was paused or disconnected from the database, and \
                     another instance may have taken over the connection";
const UNRENEWED: &str = "the lease could not be renewed, because the database cannot be reached";

impl HeldLeases {
    fn lose(&mut self, connection: i64, token: i64, why: &str) {
        if let Some(state) = self.leases.get(&(connection, token)) {
            state.lose(why);
        }
    }
}

impl LeaseState {
    fn lose(&self, why: &str) {
        let mut lost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get_or_insert_with(|| why.to_owned());
    }

    fn lost(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn renew_once(registry: &Registry, ids: &[(i64, i64)]) -> Result<Vec<i64>, Error> {
    let (connections, tokens): (Vec<_>, Vec<_>) = ids
        .iter()
        .map(|(connection, token)| (Some(*connection), Some(*token)))
        .unzip();
    let lease = registry.lease.as_millis() as i64;
    let values = [
        Parameter::Integers(connections),
        Parameter::Integers(tokens),
        lease.into(),
    ];
    let work = registry
        .own
        .work("saponify", "renew the leases", |session| {
            Box::pin(async move {
                let sql = "UPDATE saponify.connection AS mine
                SET until = clock_timestamp() + ?3 * INTERVAL '1 millisecond'
                FROM unnest(?1, ?2) AS held (id, token)
                WHERE mine.id = held.id AND mine.token = held.token AND mine.until IS NOT NULL
                RETURNING mine.id";
                let rows = session.query(sql, &values).await?;
                rows.into_iter().map(|row| Fields(row).integer(0)).collect()
            })
        });
    let time = tokio::time::timeout(registry.lease.max(Duration::from_secs(1)), work).await;
    time.unwrap_or_else(|_| {
        Err(Error::new(Kind::Away, "the database does not respond").help(super::failure::AWAY))
    })
}

impl Lease {
    /// Makes the value of a lease that the database has granted.
    pub(super) fn begin(
        registry: &Arc<Registry>,
        connection: i64,
        token: i64,
    ) -> Result<Self, Error> {
        let state = Arc::new(LeaseState::default());
        let begins = {
            let mut held = registry.held();
            held.leases.insert((connection, token), Arc::clone(&state));
            held.renewed.get_or_insert_with(Instant::now);
            !std::mem::replace(&mut held.renewing, true)
        };
        let lease = Self {
            registry: Arc::clone(registry),
            connection,
            token,
            state,
        };
        if begins {
            registry.held().renewed = Some(Instant::now());
            let renewing = registry.renew();
            // If the renewal could not be started, the next lease starts it.
            registry.held().renewing = renewing.is_ok();
            renewing.map_err(|fault| {
                fault.because_of("renew the lease", &registry.pool.address().to_string())
            })?;
        }
        Ok(lease)
    }

    /// The token of the lease.
    pub(in crate::connector) fn token(&self) -> i64 {
        self.token
    }

    /// The fence for transactions under this lease.
    pub(in crate::connector) fn fence(&self) -> Fence {
        Fence {
            connection: self.connection,
            token: self.token,
            state: Arc::clone(&self.state),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (registry, connection, token) =
            (Arc::clone(&self.registry), self.connection, self.token);
        registry.held().leases.remove(&(connection, token));
        let work = async move {
            let given = registry.own.work("saponify", "release the lease", |session| {
                Box::pin(async move {
                    let sql = "UPDATE saponify.connection SET holder = NULL, since = NULL, until = NULL
                               WHERE id = ?1 AND token = ?2";
                    let values = [connection.into(), token.into()];
                    session.execute(sql, &values).await.map(drop)
                })
            });
            given.await
        };
        // If the database cannot be reached, the lease expires.
        match wait_for(Duration::from_secs(5), work) {
            Ok(Some(Ok(()))) => {}
            _ => tracing::warn!("the lease of a connection could not be released"),
        }
    }
}

impl Fence {
    /// The id of the connection.
    pub(in crate::connector) fn connection(&self) -> i64 {
        self.connection
    }

    /// The number of the lease among those of the connection.
    pub(in crate::connector) fn token(&self) -> i64 {
        self.token
    }

    /// Why the lease is lost, if that is known.
    pub(in crate::connector) fn lost(&self) -> Option<String> {
        self.state.lost()
    }

    /// Returns an error if the lease is known to be lost.
    pub(in crate::connector) fn check_early(&self) -> Result<(), Fault> {
        match self.state.lost() {
            None => Ok(()),
            Some(why) => Err(lost(&why)),
        }
    }

    /// Returns an error if the lease is not valid. The row of the connection stays locked until the end of
    /// the transaction, so nobody else can take the lease before that.
    pub(in crate::connector) async fn check(&self, session: &mut Session) -> Result<(), Fault> {
        let sql = "SELECT 1 FROM saponify.connection
                   WHERE id = ?1 AND token = ?2 AND until > clock_timestamp() FOR UPDATE";
        let values = [self.connection.into(), self.token.into()];
        match session.query(sql, &values).await?.is_empty() {
            false => Ok(()),
            true => {
                let sql =
                    "SELECT coalesce('it is now ' || holder || ' that has it', 'nobody has it now')
                           FROM saponify.connection WHERE id = ?1 AND token <> ?2";
                let rows = session.query(sql, &values).await?;
                let now = rows
                    .into_iter()
                    .next()
                    .and_then(|row| Fields(row).optional(0));
                Err(lost(&match now {
                    Some(now) => format!("{TAKEN}; {now}"),
                    None => TAKEN.to_owned(),
                }))
            }
        }
    }
}

fn lost(why: &str) -> Fault {
    Fault::new(Kind::Lost, why.to_owned()).help(
        "nothing of the change is stored, and nothing is damaged; the instance that now has the connection collects it",
    )
}
