//! The server of a tenant: a login host and an instance host.

mod body;
mod http;
mod soap;
mod tls;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::activity::{Running, write_truth};
use crate::error::Error;
use crate::faults::{Injection, Mode};
use crate::org::{ApiVersion, App, LoginMode, Org};
use crate::outbound::{self, Delivery, OutboundMessage};
use crate::quirks::Quirks;
use crate::soql::dates::Clock;
use crate::store::{Progress, Store};
use crate::tenant::stats::Stats;
use crate::tenant::{Addresses, Host, State};

/// The settings of a sandbox.
pub struct Builder {
    org: Org,
    database: Option<PathBuf>,
    bind: SocketAddr,
    quirks: Quirks,
    injections: Vec<Injection>,
    stats_page: bool,
    progress: Box<dyn FnMut(Progress<'_>) + Send>,
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("bind", &self.bind)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Stores the rows in this file. Without a file, the rows are lost when the sandbox stops.
    #[must_use]
    pub fn database(mut self, path: impl Into<PathBuf>) -> Self {
        self.database = Some(path.into());
        self
    }

    /// Sets the address of the login host. The instance host uses the next port. With port 0, both hosts
    /// use free ports.
    #[must_use]
    pub fn bind(mut self, address: SocketAddr) -> Self {
        self.bind = address;
        self
    }

    /// Sets variations of the responses.
    #[must_use]
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.quirks = quirks;
        self
    }

    /// Sets a function that is called repeatedly while the database is filled.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(Progress<'_>) + Send + 'static) -> Self {
        self.progress = Box::new(report);
        self
    }

    /// Adds an injection that is active from the start.
    #[must_use]
    pub fn inject(mut self, injection: Injection) -> Self {
        self.injections.push(injection);
        self
    }

    /// Serves the counters as JSON at `/sandbox/stats` of both hosts, to callers on the same machine. `POST
    /// /sandbox/stats?advance=900` first advances the clock of the tenant by 900 seconds.
    #[must_use]
    pub fn stats_page(mut self, on: bool) -> Self {
        self.stats_page = on;
        self
    }

    /// Makes the certificates, fills the database, and starts listening.
    ///
    /// # Errors
    /// Fails if the database cannot be opened or filled, or if a port is in use.
    pub async fn start(self) -> Result<Sandbox, Error> {
        let Self {
            mut org,
            database,
            bind,
            quirks,
            injections,
            stats_page,
            mut progress,
        } = self;
        let identity = tls::Identity::make()?;
        let clock = Clock::default();
        if let Some(activity) = &mut org.activity {
            if database.is_some() {
                return Err(Error::other(
                    "activity cannot be stored in a database, because its times depend on the clock",
                ));
            }
            activity.until.get_or_insert(clock.now());
        }
        let state = tokio::task::spawn_blocking(move || {
            let running = Running::of(&org, clock.clone());
            let store = Store::open(&org, running.as_ref(), database.as_deref(), &mut *progress)?;
            Ok::<_, Error>(State::new(org, store, running, clock))
        });
        let state = state.await.map_err(|error| {
            Error::other(format!("the database could not be filled: {error}"))
        })??;
        {
            let mut live = state.live();
            live.quirks = quirks;
            live.quirks.wrapped_base64 |= state.running.is_some();
            live.stats_page = stats_page;
            for injection in injections {
                live.injections.add(injection);
            }
        }
        let state = Arc::new(state);

        let login = listen(bind).await?;
        let second = if bind.port() == 0 {
            0
        } else {
            bind.port().saturating_add(1)
        };
        let instance = listen(SocketAddr::new(bind.ip(), second)).await?;
        let addresses = Addresses {
            login: url(&login)?,
            instance: url(&instance)?,
        };
        // The addresses are set only here, so setting them cannot fail.
        let _ = state.addresses.set(addresses.clone());

        let (stop, stopped) = watch::channel(());
        let hosts = [(login, Host::Login), (instance, Host::Instance)];
        let configs = Arc::new(identity.configs);
        let tasks = hosts.map(|(listener, host)| {
            tokio::spawn(http::listen(
                listener,
                host,
                state.clone(),
                configs.clone(),
                stopped.clone(),
            ))
        });
        Ok(Sandbox {
            state,
            addresses,
            pem: identity.pem,
            stop,
            tasks: tasks.into(),
        })
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Error::io(format!("cannot listen on {address}"), error))
}

/// The address of a host. Loopback addresses become `localhost`, because the certificate contains that
/// name.
fn url(listener: &TcpListener) -> Result<String, Error> {
    let address = listener
        .local_addr()
        .map_err(|error| Error::io("cannot determine the local address", error))?;
    Ok(match address.ip() {
        ip if ip.is_loopback() || ip.is_unspecified() => {
            format!("https://localhost:{}", address.port())
        }
        _ => format!("https://{address}"),
    })
}

/// A running tenant. It stops when the value is dropped.
pub struct Sandbox {
    state: Arc<State>,
    addresses: Addresses,
    pem: String,
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Makes the settings of a sandbox that serves this org.
    #[must_use]
    pub fn builder(org: Org) -> Builder {
        Builder {
            org,
            database: None,
            bind: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            quirks: Quirks::default(),
            injections: Vec::new(),
            stats_page: false,
            progress: Box::new(|_| {}),
        }
    }

    /// The address of the login host, such as `https://localhost:8443`.
    #[must_use]
    pub fn login_url(&self) -> String {
        self.addresses.login.clone()
    }

    /// The address of the instance host, which serves everything but `login`.
    #[must_use]
    pub fn instance_url(&self) -> String {
        self.addresses.instance.clone()
    }

    /// The full address of `login` for a version of the API.
    #[must_use]
    pub fn login_endpoint(&self, version: ApiVersion) -> String {
        format!(
            "{}/services/Soap/c/{version}{}",
            self.addresses.login,
            self.state.org.address_tail()
        )
    }

    /// The certificate authority that clients must trust, in PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// The org that the sandbox serves.
    #[must_use]
    pub fn org(&self) -> &Org {
        &self.state.org
    }

    /// The counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.state.live().stats.clone()
    }

    /// Sets all counters to zero.
    pub fn reset_stats(&self) {
        self.state.live().stats = Stats::default();
    }

    /// Sets the mode of all calls.
    pub fn set_mode(&self, mode: Mode) {
        self.state.live().mode = mode;
    }

    /// Sets the mode of the SOAP calls of one user, which has precedence over the mode of all calls.
    /// Unknown users are ignored.
    pub fn set_user_mode(&self, username: &str, mode: Mode) {
        if let Some(user) = self.state.user(username) {
            self.state.live().user_modes.insert(user, mode);
        }
    }

    /// Adds a mode to a queue. Each call takes the first mode from the queue, if the queue is not empty.
    pub fn push_mode(&self, mode: Mode) {
        self.state.live().next.push_back(mode);
    }

    /// Adds an injection. If several injections apply to a call, the first one is used.
    pub fn inject(&self, injection: Injection) {
        self.state.live().injections.add(injection);
    }

    /// Removes all injections.
    pub fn clear_injections(&self) {
        self.state.live().injections.clear();
    }

    /// Sets variations of the responses from now on.
    pub fn set_quirks(&self, quirks: Quirks) {
        self.state.live().quirks = quirks;
    }

    /// Sets the result of logins of a user from now on. Unknown users are ignored.
    pub fn set_login_mode(&self, username: &str, mode: LoginMode) {
        if let Some(user) = self.state.user(username) {
            self.state.live().login_modes.insert(user, mode);
        }
    }

    /// Switches SOAP login on or off for the org.
    pub fn set_soap_login(&self, on: bool) {
        self.state.live().soap_login = Some(on);
    }

    /// Sets the number of daily API calls that were used, and their limit.
    pub fn set_daily_limit(&self, used: u64, limit: u64) {
        let mut live = self.state.live();
        live.used = used;
        live.daily_limit = Some(limit);
    }

    /// Sets the time after which an idle session ends.
    pub fn set_session_life(&self, life: Duration) {
        self.state.live().session_life = Some(life);
    }

    /// Sets the time after which an authorization code or a single-use login link expires.
    pub fn set_code_life(&self, life: Duration) {
        self.state.live().code_life = Some(life);
    }

    /// Changes the app with this consumer key, as an administrator would. Unknown keys are ignored.
    pub fn update_app(&self, key: &str, change: impl FnOnce(&mut App)) {
        let mut live = self.state.live();
        if let Some(app) = live.apps.iter_mut().find(|app| app.key == key) {
            change(app);
        }
    }

    /// Ends all sessions.
    pub fn expire_sessions(&self) {
        self.state.live().sessions.close_all();
    }

    /// The number of open sessions.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        self.state.live().sessions.len()
    }

    /// Removes the record of all deletions until now, as Salesforce does if there are too many of them. A
    /// call of `getDeleted` for an earlier time fails with `INVALID_REPLICATION_DATE`.
    pub fn purge_deletions(&self) {
        let now = self.state.clock.now();
        self.state.live().deletions_purged = now;
    }

    /// Gives a permission such as `MonitorLoginHistory` to all profiles and permission sets, or takes it
    /// from them, while the sandbox runs. An org without the permission is not changed.
    pub fn permit(&self, permission: &str, on: bool) {
        let column = format!("Permissions{permission}");
        let connection = self.state.store.lock();
        for object in ["Profile", "PermissionSet"] {
            let known = self.state.org.objects.get(object);
            if known.is_some_and(|object| object.fields.contains_key(&column)) {
                let sql = format!("UPDATE \"{object}\" SET \"{column}\" = ?");
                // The column exists in the table, so this cannot fail.
                let _ = connection.execute(&sql, [on]);
            }
        }
    }

    /// Ends all query locators.
    pub fn expire_locators(&self) {
        self.state.cursors.close_all();
    }

    /// Advances the clock of the tenant. All changes that are due within this time happen at once.
    /// Sessions, tokens and cursors do not age.
    pub fn advance(&self, time: Duration) {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4);
        self.state.clock.advance(millis);
    }

    /// The number of event log files of the activity, including those that appear later.
    #[must_use]
    pub fn log_files(&self) -> usize {
        let running = self.state.running.as_ref();
        running.map_or(0, |running| running.history.files().len())
    }

    /// Writes the rows of the activity that a reader must have stored who has neither missed nor invented a
    /// row: a line `source<TAB>time<TAB>key` for each, in no particular order. Returns the number of rows.
    ///
    /// The sources are `logins`, `audit`, `files` and `changes`. The key is the id of a row. For a row in a
    /// log file, it is the id of the file, the number of the content, and the number of the row, separated
    /// by slashes. For a changed record, it is the id and the time of the change, and `deleted` if the
    /// record was deleted. Rows that become visible later are included.
    ///
    /// # Errors
    /// Fails if `out` fails.
    pub fn write_truth(&self, out: &mut dyn std::io::Write) -> std::io::Result<u64> {
        match &self.state.running {
            Some(running) => write_truth(&self.state.org, &running.history, out),
            None => Ok(0),
        }
    }

    /// Sends outbound messages with the rows of a query, as a workflow of Salesforce does: with at most 100
    /// notifications in each request, and repeatedly until the server acknowledges them.
    ///
    /// # Errors
    /// The query is invalid. It is not an error if the server does not acknowledge.
    pub async fn send_outbound(&self, message: &OutboundMessage) -> Result<Delivery, Error> {
        outbound::send(&self.state, message).await
    }

    /// Stops listening and closes all connections.
    pub async fn shutdown(self) {
        let Self { stop, tasks, .. } = self;
        drop(stop);
        for task in tasks {
            // A task that failed has stopped, too, so its error is ignored.
            let _ = task.await;
        }
    }
}
