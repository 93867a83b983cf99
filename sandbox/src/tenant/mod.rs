//! The state of the tenant, which all connections share: sessions, grants, limits, counters.

pub(crate) mod mode;
pub(crate) mod session;
pub(crate) mod stats;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::fault::Fault;
use crate::org::{LoginMode, Org};
use crate::quirks::Quirks;
use crate::rows::Source;
use crate::rows::cursor::Cursors;
use crate::store::Store;
use crate::xml::answer::LimitInfo;
use mode::Mode;
use session::Sessions;
use stats::Stats;

/// The addresses of the two hosts, without a slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) login: String,
    pub(crate) instance: String,
}

pub(crate) struct State {
    pub(crate) org: Org,
    pub(crate) store: Store,
    pub(crate) cursors: Cursors,
    pub(crate) addresses: OnceLock<Addresses>,
    live: Mutex<Live>,
}

/// What changes while the server runs.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) quirks: Quirks,
    pub(crate) mode: Mode,
    pub(crate) next: VecDeque<Mode>,
    pub(crate) user_modes: HashMap<usize, Mode>,
    pub(crate) login_modes: HashMap<usize, LoginMode>,
    pub(crate) passwords: HashMap<usize, String>,
    pub(crate) soap_login: Option<bool>,
    pub(crate) sessions: Sessions,
    pub(crate) session_life: Option<Duration>,
    pub(crate) login_times: HashMap<usize, VecDeque<Instant>>,
    pub(crate) used: u64,
    pub(crate) daily_limit: Option<u64>,
    pub(crate) stats: Stats,
    /// Calls under way.
    under_way: u64,
}

/// A call under way, counted until it is dropped.
pub(crate) struct UnderWay(Arc<State>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.live().under_way -= 1;
    }
}

/// Who calls: the user of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) user: usize,
    pub(crate) restricted: bool,
}

impl State {
    pub(crate) fn new(org: Org, store: Store) -> Self {
        Self {
            org,
            store,
            cursors: Cursors::default(),
            addresses: OnceLock::new(),
            live: Mutex::default(),
        }
    }

    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that reading rows needs.
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            org: &self.org,
            cursors: &self.cursors,
        }
    }

    /// Counts a call while it lasts.
    pub(crate) fn begin(self: &Arc<Self>) -> UnderWay {
        let mut live = self.live();
        live.under_way += 1;
        live.stats.at_once = live.stats.at_once.max(live.under_way);
        UnderWay(self.clone())
    }

    pub(crate) fn session_life(&self, live: &Live) -> Duration {
        live.session_life
            .unwrap_or(Duration::from_secs(self.org.limits.session_seconds.into()))
    }

    /// Looks a session up.
    pub(crate) fn caller(&self, secret: &str) -> Result<Caller, Fault> {
        let mut live = self.live();
        let life = self.session_life(&live);
        match live.sessions.touch(secret, life) {
            Some(session) => Ok(Caller {
                user: session.user,
                restricted: session.restricted,
            }),
            None => Err(Fault::session()),
        }
    }

    /// Counts a call against the limit of the day.
    pub(crate) fn charge(&self) -> Result<LimitInfo, Fault> {
        let mut live = self.live();
        let limit = live.daily_limit.unwrap_or(self.org.limits.daily_requests);
        if live.used >= limit {
            return Err(daily_limit());
        }
        live.used += 1;
        Ok(LimitInfo {
            current: live.used,
            limit,
        })
    }
}

pub(crate) fn daily_limit() -> Fault {
    Fault::unexpected("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
}

pub(crate) fn concurrent_limit() -> Fault {
    Fault::unexpected(
        "REQUEST_LIMIT_EXCEEDED",
        "ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
    )
}
