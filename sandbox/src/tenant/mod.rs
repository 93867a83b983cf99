//! The state of the tenant, which all connections share: sessions, grants, limits and counters.

pub(crate) mod grants;
pub(crate) mod session;
pub(crate) mod stats;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::activity::Running;
use crate::fault::Fault;
use crate::faults::{Injections, Mode, Stage};
use crate::id::long_form;
use crate::org::{App, LoginMode, Org};
use crate::quirks::Quirks;
use crate::rows::Source;
use crate::rows::cursor::Cursors;
use crate::soql::dates::Clock;
use crate::store::Store;
use crate::xml::response::LimitInfo;
use grants::Grants;
use session::{Session, Sessions};
use stats::Stats;

/// The host that a call was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Login,
    Instance,
}

/// The addresses of the two hosts, without a slash at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub(crate) login: String,
    pub(crate) instance: String,
}

pub(crate) struct State {
    pub(crate) org: Org,
    pub(crate) store: Store,
    /// The activity of the org while it is served.
    pub(crate) running: Option<Running>,
    pub(crate) clock: Clock,
    pub(crate) cursors: Cursors,
    pub(crate) addresses: OnceLock<Addresses>,
    live: Mutex<Live>,
}

/// The part of the state that changes while the server runs.
#[derive(Default)]
pub(crate) struct Live {
    pub(crate) quirks: Quirks,
    pub(crate) mode: Mode,
    pub(crate) next: VecDeque<Mode>,
    pub(crate) injections: Injections,
    /// The number of rows that were sent since the start. Resetting the counters does not change it.
    pub(crate) rows_sent: u64,
    pub(crate) user_modes: HashMap<usize, Mode>,
    pub(crate) login_modes: HashMap<usize, LoginMode>,
    pub(crate) passwords: HashMap<usize, String>,
    pub(crate) soap_login: Option<bool>,
    pub(crate) sessions: Sessions,
    pub(crate) apps: Vec<App>,
    pub(crate) grants: Grants,
    pub(crate) code_life: Option<Duration>,
    pub(crate) session_life: Option<Duration>,
    pub(crate) login_times: HashMap<usize, VecDeque<Instant>>,
    /// The time before which deletions are no longer known.
    pub(crate) deletions_purged: i64,
    pub(crate) used: u64,
    pub(crate) daily_limit: Option<u64>,
    pub(crate) stats: Stats,
    /// Whether the counters are served by HTTP.
    pub(crate) stats_page: bool,
    /// The number of SOAP calls in progress.
    under_way: u64,
}

/// A call in progress. It counts as such until the value is dropped.
pub(crate) struct UnderWay(Arc<State>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.live().under_way -= 1;
    }
}

/// The user of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) user: usize,
    pub(crate) restricted: bool,
}

impl State {
    pub(crate) fn new(org: Org, store: Store, running: Option<Running>, clock: Clock) -> Self {
        let live = Live {
            apps: org.apps.clone(),
            ..Live::default()
        };
        Self {
            org,
            store,
            running,
            clock,
            cursors: Cursors::default(),
            addresses: OnceLock::new(),
            live: Mutex::new(live),
        }
    }

    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies all changes that are due until now.
    pub(crate) fn catch_up(&self) -> Result<(), Fault> {
        match &self.running {
            Some(running) => Ok(self.store.catch_up(&self.org, running, self.clock.now())?),
            None => Ok(()),
        }
    }

    /// What is needed to read rows.
    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            org: &self.org,
            cursors: &self.cursors,
        }
    }

    /// Chooses the mode of a call: the next one in the queue, or that of an injection that applies to the
    /// call, or that of the user, or that of all calls. Modes of other stages are left for their stage.
    pub(crate) fn choose(&self, stage: Stage, operation: &str, caller: Option<Caller>) -> Mode {
        let mut live = self.live();
        if live.next.front().is_some_and(|mode| mode.stage() == stage)
            && let Some(mode) = live.next.pop_front()
        {
            return mode;
        }
        let rows = live.rows_sent;
        if let Some(mode) = live.injections.choose(stage, operation, rows) {
            return mode;
        }
        let of_user = caller.and_then(|caller| live.user_modes.get(&caller.user));
        let mode = of_user.unwrap_or(&live.mode);
        if mode.stage() == stage {
            mode.clone()
        } else {
            Mode::Normal
        }
    }

    /// Adds to the number of rows that were sent.
    pub(crate) fn count_rows(&self, rows: u64) {
        let mut live = self.live();
        live.stats.rows += rows;
        live.rows_sent += rows;
    }

    /// Counts a call as in progress until the returned value is dropped.
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

    /// How long an authorization code or a single-use link is valid.
    pub(crate) fn code_life(&self, live: &Live) -> Duration {
        live.code_life
            .unwrap_or(Duration::from_secs(self.org.limits.code_seconds.into()))
    }

    /// Looks up the session of a SOAP call.
    pub(crate) fn caller(&self, secret: &str) -> Result<Caller, Fault> {
        let caller = self.session(secret, |session| {
            let caller = Caller {
                user: session.user,
                restricted: session.restricted,
            };
            (!session.is_jwt()).then_some((caller, session.has("api")))
        });
        match caller.flatten() {
            Some((caller, true)) => Ok(caller),
            Some((_, false)) => Err(Fault::unexpected(
                "INVALID_SESSION_ID",
                "This session is not valid for use with the API",
            )),
            None => Err(Fault::session()),
        }
    }

    /// Calls `look` with a session, and restarts its idle time.
    pub(crate) fn session<T>(&self, secret: &str, look: impl FnOnce(&Session) -> T) -> Option<T> {
        let mut live = self.live();
        let life = self.session_life(&live);
        live.sessions.touch(secret, life).map(look)
    }

    /// The index of the user with this name.
    pub(crate) fn user(&self, username: &str) -> Option<usize> {
        (self.org.users.iter()).position(|user| user.username.eq_ignore_ascii_case(username.trim()))
    }

    pub(crate) fn login_mode(&self, live: &Live, user: usize) -> LoginMode {
        let mode = live.login_modes.get(&user).copied();
        mode.unwrap_or_else(|| self.org.users[user].login)
    }

    pub(crate) fn password<'a>(&'a self, live: &'a Live, user: usize) -> &'a str {
        let changed = live.passwords.get(&user);
        changed.unwrap_or(&self.org.users[user].password)
    }

    /// Counts a login. Returns `false` if the user has had too many within the last hour.
    pub(crate) fn count_login(&self, user: usize) -> bool {
        let mut live = self.live();
        let times = live.login_times.entry(user).or_default();
        while (times.front()).is_some_and(|time| time.elapsed() > Duration::from_secs(3_600)) {
            times.pop_front();
        }
        if times.len() >= self.org.limits.logins_per_hour as usize {
            return false;
        }
        times.push_back(Instant::now());
        true
    }

    /// Opens a session for a login, and returns its secret.
    pub(crate) fn open_session(&self, user: usize) -> String {
        let mut live = self.live();
        let life = self.session_life(&live);
        live.sessions.open(&self.org.id, user, false, life)
    }

    /// Opens a browser session for a user.
    pub(crate) fn open_page_session(&self, user: usize) -> String {
        let mut live = self.live();
        match live.quirks.bridged_pages {
            true => live.sessions.open_page(&self.org.id, user),
            false => {
                let life = self.session_life(&live);
                live.sessions.open(&self.org.id, user, false, life)
            }
        }
    }

    /// The identity URL of a user.
    pub(crate) fn identity_url(&self, user: usize) -> String {
        format!(
            "{}/id/{}/{}",
            self.addresses().login,
            long_form(&self.org.id),
            self.org.user_id(user)
        )
    }

    /// The addresses of the login host and of the instance.
    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses.get().cloned().unwrap_or_default()
    }

    /// Counts a call against the daily limit.
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
