//! The home of the connections: a folder of this machine, or a PostgreSQL database for several machines.
//!
//! A connection has a store, secrets, a folder for files that are being fetched, and a folder for damaged
//! files. A process that works on a connection holds its lock: a locked file, or a lease in the database.

mod folder;
mod place;
#[cfg(feature = "postgres")]
mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::error::{Error, Kind};
use super::similar::did_you_mean;
use super::store::Store;

use folder::Folder;

/// How long a lease in a database lasts without renewal, unless [`Home::lease`] sets another duration.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long a caller waits for a worker to leave a connection alone. Workers look every few seconds.
const ASKED: Duration = Duration::from_secs(10);

/// The name of the document that configures the sinks. In a folder, it is a file.
const SINKS: &str = "sinks.toml";

/// The home of all connections.
#[derive(Debug, Clone)]
pub struct Home(Arc<dyn Backend>);

/// The place of one connection in the home.
#[derive(Debug, Clone)]
pub struct Place {
    name: String,
    stored: Arc<dyn StoredConnection>,
}

/// Locks a connection for this process, until the value is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(Box<dyn HeldLock>);

/// The worker that has locked a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The process id, and the machine if it may be another one.
    pub worker: String,
    /// When it locked the connection, if known.
    pub since: Option<Timestamp>,
    /// When its lease ends without renewal, or `None` if the lock is a file.
    pub lease_until: Option<Timestamp>,
}

/// A connection, and whether it is locked, for workers that share connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveConnection {
    /// The name of the connection.
    pub name: String,
    /// Whether a process has locked it.
    pub is_held: bool,
}

/// A worker that shares the connections with other workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// A unique name of the worker.
    pub id: String,
    /// The connections that it works on, or `None` for all.
    pub names: Option<Vec<String>>,
    /// Connections that it cannot work on at the moment.
    pub refuses: Vec<String>,
}

/// A kind of home.
trait Backend: fmt::Debug + Send + Sync {
    fn shown(&self) -> String;
    fn path(&self) -> Option<&Path>;
    fn with_lease(&self, lease: Duration) -> Option<Arc<dyn Backend>>;
    fn names(&self) -> Result<Vec<String>, Error>;
    fn active(&self) -> Result<Vec<ActiveConnection>, Error>;
    fn create(&self, name: &str) -> Result<(Arc<dyn StoredConnection>, Lock), Error>;
    fn connection(&self, name: &str) -> Result<Option<Arc<dyn StoredConnection>>, Error>;
    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;
    fn keep_secret(&self, name: &str, encrypted: &[u8], lease: Option<i64>) -> Result<(), Error>;
    fn forget_secret(&self, name: &str) -> Result<bool, Error>;
    fn document(&self, name: &str) -> Result<Option<String>, Error>;
    fn write_document(&self, name: &str, content: &str) -> Result<(), Error>;
    fn replace_document(&self, name: &str, known: Option<&str>, new: &str) -> Result<bool, Error>;
    fn meet(&self, me: &Worker) -> Result<Option<Vec<Worker>>, Error>;
    fn leave(&self, me: &Worker) -> Result<(), Error>;
    /// Folders of this machine for connections that somebody has erased on another one.
    fn left_over(&self) -> Result<Vec<PathBuf>, Error>;
}

/// A connection in a kind of home.
trait StoredConnection: fmt::Debug + Send + Sync {
    fn folder(&self) -> Result<PathBuf, Error>;
    fn lock(&self, name: &str) -> Result<Lock, Error>;
    fn holder(&self) -> Result<Option<Holder>, Error>;
    fn ask_for(&self, time: Duration) -> Result<(), Error>;
    fn publish(&self, name: &str, lock: Lock) -> Result<Arc<dyn StoredConnection>, Error>;
    fn erase(&self, name: &str, lock: Lock) -> Result<(), Error>;
    fn store(&self, lock: &Lock) -> Result<Store, Error>;
    fn store_to_read(&self) -> Result<Store, Error>;
    fn store_beside(&self) -> Result<Store, Error>;
    /// A value that identifies the store of the connection. A later connection with the same name has another one.
    fn identity(&self) -> Result<String, Error>;
    fn settings(&self) -> Result<BTreeMap<String, String>, Error>;
    fn forget_refusals(&self) -> Result<(), Error>;
    fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error>;
}

/// Tells whether a lock is still held, without holding it.
pub struct Watcher(Box<dyn Fn() -> Option<String> + Send + Sync>);

impl Watcher {
    /// The reason why the lock is lost, or `None` if it is held.
    #[must_use]
    pub fn lost(&self) -> Option<String> {
        (self.0)()
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watcher").field(&self.lost()).finish()
    }
}

/// A kind of lock.
trait HeldLock: fmt::Debug + Send + Sync {
    /// Returns a watcher of this lock.
    fn watch(&self) -> Watcher;
    #[cfg(feature = "postgres")]
    fn lease(&self) -> Option<&super::postgres::Lease>;
}

impl Home {
    /// Finds the home: the given folder or database address, else `$SAPONIFY_HOME`, else the folder in
    /// which programs keep their state on this platform. `variable` reads an environment variable.
    ///
    /// # Errors
    ///
    /// Nothing was given, and the platform has no folder for the files of the user. The address of a
    /// database cannot be read. The address was given with a password, although arguments are visible to
    /// every user of the machine.
    pub fn find(
        given: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, Error> {
        Self::find_with(given, None, variable)
    }

    /// Finds the home as [`find`](Self::find) does. `local` is a folder on this machine for the files of a
    /// connection that are not in the database: files that are being fetched, damaged files, and the search
    /// index.
    ///
    /// # Errors
    ///
    /// The errors of [`find`](Self::find).
    pub fn find_with(
        given: Option<PathBuf>,
        local: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, Error> {
        let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
        let state = || {
            let state = if cfg!(windows) {
                set("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                set("HOME").map(|home| home.join("Library/Application Support"))
            } else {
                set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")))
            };
            state.map(|state| state.join("saponify"))
        };
        let is_argument = given.is_some();
        let home = given.or_else(|| set("SAPONIFY_HOME")).or_else(state);
        let home = home.ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "the folder for the connector's data is not known",
            )
            .help("give a folder by --home or in $SAPONIFY_HOME")
        })?;
        match home.to_str().filter(|text| is_address(text)) {
            None => Ok(Self(Arc::new(Folder::new(home)))),
            Some(address) => {
                let local = local.or_else(|| Some(state()?.join("postgres")));
                in_database(address, local, is_argument)
            }
        }
    }

    /// Sets the duration of leases. It has no effect on a folder, which has no leases.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        match self.0.with_lease(lease) {
            Some(backend) => Self(backend),
            None => self,
        }
    }

    /// The folder, or `None` if the home is a database.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.0.path()
    }

    /// Whether several workers share the connections by leases.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.path().is_none()
    }

    /// The names of the connections.
    ///
    /// # Errors
    ///
    /// The home cannot be read.
    pub fn connections(&self) -> Result<Vec<String>, Error> {
        self.0.names()
    }

    /// The connections that are not deactivated.
    ///
    /// # Errors
    ///
    /// The home cannot be read.
    pub fn active(&self) -> Result<Vec<ActiveConnection>, Error> {
        self.0.active()
    }

    /// Creates the place of a new connection, and locks it. It is a draft until [`Place::publish`] is
    /// called, so a failed activation leaves no connection.
    ///
    /// # Errors
    ///
    /// The name is invalid or taken, or another process is activating a connection with this name.
    pub fn create(&self, name: &str) -> Result<(Place, Lock), Error> {
        if !is_name(name) {
            return Err(Error::new(Kind::Usage, format!("`{}` cannot be the name of a connection", name.escape_debug()))
                .help("a name has up to 64 letters, digits, `-`, `_` and `.`, and begins with a letter or digit"));
        }
        // Some file systems ignore upper and lower case.
        if let Some(taken) = self
            .connections()?
            .iter()
            .find(|taken| taken.eq_ignore_ascii_case(name))
        {
            return Err(Error::new(
                Kind::Usage,
                format!("there is already a connection {taken}"),
            )
            .help("choose another name, or deactivate that connection first"));
        }
        let (stored, lock) = self.0.create(name)?;
        let name = name.to_owned();
        Ok((Place { name, stored }, lock))
    }

    /// The place of the connection with this name.
    ///
    /// # Errors
    ///
    /// There is no such connection.
    pub fn connection(&self, name: &str) -> Result<Place, Error> {
        let stored = match is_name(name) {
            true => self.0.connection(name)?,
            false => None,
        };
        if let Some(stored) = stored {
            let name = name.to_owned();
            return Ok(Place { name, stored });
        }
        let names = self.connections()?;
        let unknown = Error::new(
            Kind::Usage,
            format!(
                "there is no connection `{}`{}",
                name.escape_debug(),
                did_you_mean(name, names.iter().map(String::as_str))
            ),
        );
        Err(match names.is_empty() {
            true => unknown.help("create it with `saponify connector activate`"),
            false => unknown.help(format!("the connections are: {}", names.join(", "))),
        })
    }

    /// Registers a worker that shares the connections, and returns all registered workers, or `None` if the
    /// home is a folder, whose connections are not shared.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub fn meet(&self, me: &Worker) -> Result<Option<Vec<Worker>>, Error> {
        self.0.meet(me)
    }

    /// Removes a worker from the registered ones.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub fn leave(&self, me: &Worker) -> Result<(), Error> {
        self.0.leave(me)
    }

    /// Removes what this machine still has of connections that were erased on another one. Returns how many.
    ///
    /// # Errors
    ///
    /// The database cannot be reached, or a folder cannot be removed.
    pub fn tidy(&self) -> Result<usize, Error> {
        let folders = self.0.left_over()?;
        for folder in &folders {
            std::fs::remove_dir_all(folder)
                .map_err(|error| Error::io("remove the folder", folder, error))?;
        }
        Ok(folders.len())
    }

    /// The configuration of the sinks, if there is one.
    ///
    /// # Errors
    ///
    /// The configuration cannot be read.
    pub fn sinks_toml(&self) -> Result<Option<String>, Error> {
        self.0.document(SINKS)
    }

    /// Replaces the configuration of the sinks as a whole.
    ///
    /// # Errors
    ///
    /// The configuration cannot be written.
    pub fn write_sinks_toml(&self, text: &str) -> Result<(), Error> {
        self.0.write_document(SINKS, text)
    }

    /// Replaces the text that says which sinks there are, if it is still the one that is known. Returns whether it was.
    ///
    /// # Errors
    ///
    /// It cannot be read or written.
    pub fn replace_sinks_toml(&self, known: Option<&str>, new: &str) -> Result<bool, Error> {
        self.0.replace_document(SINKS, known, new)
    }

    /// The encrypted secrets of a connection or a sink.
    pub(in crate::connector) fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.0.secret(name)
    }

    pub(in crate::connector) fn keep_secret(
        &self,
        name: &str,
        encrypted: &[u8],
        lease: Option<i64>,
    ) -> Result<(), Error> {
        self.0.keep_secret(name, encrypted, lease)
    }

    /// Removes encrypted secrets; returns whether there were some.
    pub(in crate::connector) fn forget_secret(&self, name: &str) -> Result<bool, Error> {
        self.0.forget_secret(name)
    }
}

/// The path of the folder, or the address of the database without its password.
impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.shown())
    }
}

/// Whether a text is the address of a database.
fn is_address(text: &str) -> bool {
    ["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme))
}

#[cfg(feature = "postgres")]
fn in_database(address: &str, local: Option<PathBuf>, is_argument: bool) -> Result<Home, Error> {
    let address = super::postgres::Address::parse(address)?;
    if is_argument && address.has_password() {
        let message = "a password in an argument is visible to every user of the machine";
        return Err(Error::new(Kind::Usage, message).help(
            "put the address into $SAPONIFY_HOME, or the password into $PGPASSWORD or ~/.pgpass",
        ));
    }
    Ok(Home(Arc::new(server::Server::new(address, local))))
}

#[cfg(not(feature = "postgres"))]
fn in_database(_address: &str, _local: Option<PathBuf>, _argument: bool) -> Result<Home, Error> {
    let message = "this program was built without PostgreSQL";
    Err(Error::new(Kind::Usage, message)
        .help("install it with `cargo install saponify-cli --features postgres`, or give a folder by --home"))
}

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= 64
        && name.bytes().all(is_part)
        && name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_alphanumeric())
}
