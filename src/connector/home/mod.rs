//! Where connections are kept: in a folder of this machine, or in PostgreSQL for several machines.
//!
//! A connection has a store, secrets, and a folder for files on their way and damaged files. Whoever works on it
//! holds its lock: a file that is locked, or a lease in the database.

mod folder;
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
use super::store::Store;

use folder::Folder;

/// How long a lease in a database lasts that is not renewed, unless [`Home::lease`] says otherwise.
pub const LEASE: Duration = Duration::from_secs(30);

/// How long somebody who wants a connection waits for a worker to leave it alone. Workers look every few seconds.
const ASKED: Duration = Duration::from_secs(10);

/// The document that says which sinks there are. In a folder, it is a file.
const SINKS: &str = "sinks.toml";

/// The place of all connections.
#[derive(Debug, Clone)]
pub struct Home(Arc<dyn Keeper>);

/// The place of a connection.
#[derive(Debug, Clone)]
pub struct Place {
    name: String,
    spot: Arc<dyn Spot>,
}

/// Holds a connection for this process, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct Lock(Box<dyn Held>);

/// Who works on a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holder {
    /// The machine, if it may be another one, and the number of the process.
    pub worker: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// When its lease runs out unless it is renewed; nothing if it holds a file.
    pub lease_until: Option<Timestamp>,
}

/// A connection and who works on it, for workers that share connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Whether somebody works on it now.
    pub is_held: bool,
}

/// A worker that shares connections with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker {
    /// A name that no other worker has.
    pub id: String,
    /// The connections that it works on; `None` for all.
    pub names: Option<Vec<String>>,
    /// Connections that it cannot work on now.
    pub refuses: Vec<String>,
}

/// A place of all connections, of one kind.
trait Keeper: fmt::Debug + Send + Sync {
    fn shown(&self) -> String;
    fn path(&self) -> Option<&Path>;
    fn with_lease(&self, lease: Duration) -> Option<Arc<dyn Keeper>>;
    fn names(&self) -> Result<Vec<String>, Error>;
    fn active(&self) -> Result<Vec<Listed>, Error>;
    fn create(&self, name: &str) -> Result<(Arc<dyn Spot>, Lock), Error>;
    fn spot(&self, name: &str) -> Result<Option<Arc<dyn Spot>>, Error>;
    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Error>;
    fn keep_secret(&self, name: &str, encrypted: &[u8]) -> Result<(), Error>;
    fn forget_secret(&self, name: &str) -> Result<bool, Error>;
    fn document(&self, name: &str) -> Result<Option<String>, Error>;
    fn write_document(&self, name: &str, content: &str) -> Result<(), Error>;
    fn replace_document(&self, name: &str, known: Option<&str>, new: &str) -> Result<bool, Error>;
    fn meet(&self, me: &Worker) -> Result<Option<Vec<Worker>>, Error>;
    fn leave(&self, me: &Worker) -> Result<(), Error>;
}

/// A place of a connection, of one kind.
trait Spot: fmt::Debug + Send + Sync {
    fn folder(&self) -> Result<PathBuf, Error>;
    fn lock(&self, name: &str) -> Result<Lock, Error>;
    fn holder(&self) -> Result<Option<Holder>, Error>;
    fn ask_for(&self, time: Duration) -> Result<(), Error>;
    fn publish(&self, name: &str, lock: Lock) -> Result<Arc<dyn Spot>, Error>;
    fn erase(&self, name: &str, lock: Lock) -> Result<(), Error>;
    fn store(&self, lock: &Lock) -> Result<Store, Error>;
    fn store_to_read(&self) -> Result<Store, Error>;
    fn store_beside(&self) -> Result<Store, Error>;
    fn settings(&self) -> Result<BTreeMap<String, String>, Error>;
    fn forget_refusals(&self) -> Result<(), Error>;
    fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error>;
}

/// Watches a lock without holding it.
pub struct Watcher(Box<dyn Fn() -> Option<String> + Send + Sync>);

impl Watcher {
    /// Why the lock does not hold any more, if it does not.
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

/// What a lock of one kind consists of.
trait Held: fmt::Debug + Send + Sync {
    /// Tells why it does not hold any more, if it does not.
    fn watch(&self) -> Watcher;
    #[cfg(feature = "postgres")]
    fn lease(&self) -> Option<&super::postgres::Lease>;
}

impl Home {
    /// The folder or the address of a database that was given, else that of `$SAPONIFY_HOME`, else the platform's
    /// folder for the state of programs. `variable` reads an environment variable.
    ///
    /// # Errors
    ///
    /// Nothing was given, and the platform does not say where the user's files are. Or the address of a database
    /// cannot be read, or was given with a password: arguments are visible to every user of the machine.
    pub fn find(
        given: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, Error> {
        Self::find_with(given, None, variable)
    }

    /// Finds the home as [`find`](Self::find) does. `local` is the folder of this machine for what a connection in
    /// a database keeps on the machine that works on it: files on their way, damaged files, the search index.
    ///
    /// # Errors
    ///
    /// As of [`find`](Self::find).
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
            Error::new(Kind::Usage, "there is no place for the connector's data")
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

    /// The home with leases of another length. A folder has none.
    #[must_use]
    pub fn lease(self, lease: Duration) -> Self {
        match self.0.with_lease(lease) {
            Some(keeper) => Self(keeper),
            None => self,
        }
    }

    /// The folder, unless the home is in a database.
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
    pub fn active(&self) -> Result<Vec<Listed>, Error> {
        self.0.active()
    }

    /// The place of a new connection, held for this process. It is a draft until [`Place::publish`] makes it a
    /// connection, so that one that failed half-way is none.
    ///
    /// # Errors
    ///
    /// The name is none, or is taken, or another process is making a connection of this name.
    pub fn create(&self, name: &str) -> Result<(Place, Lock), Error> {
        if !is_name(name) {
            return Err(Error::new(Kind::Usage, format!("`{}` cannot be the name of a connection", name.escape_debug()))
                .help("a name has up to 64 letters, digits, `-`, `_` and `.`, and begins with a letter or digit"));
        }
        // Some file systems do not tell upper from lower case.
        if let Some(taken) = self
            .connections()?
            .iter()
            .find(|taken| taken.eq_ignore_ascii_case(name))
        {
            return Err(Error::new(
                Kind::Usage,
                format!("there is a connection {taken} already"),
            )
            .help("choose another name, or deactivate that connection first"));
        }
        let (spot, lock) = self.0.create(name)?;
        let name = name.to_owned();
        Ok((Place { name, spot }, lock))
    }

    /// A connection.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub fn connection(&self, name: &str) -> Result<Place, Error> {
        let spot = match is_name(name) {
            true => self.0.spot(name)?,
            false => None,
        };
        if let Some(spot) = spot {
            let name = name.to_owned();
            return Ok(Place { name, spot });
        }
        let names = self.connections()?;
        let unknown = Error::new(
            Kind::Usage,
            format!("there is no connection `{}`", name.escape_debug()),
        );
        Err(match names.is_empty() {
            true => unknown.help("`saponify connector activate` makes one"),
            false => unknown.help(format!("there are: {}", names.join(", "))),
        })
    }

    /// Says that a worker shares the connections, and returns all workers that do. In a folder there is only one,
    /// and the answer is `None`.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub fn meet(&self, me: &Worker) -> Result<Option<Vec<Worker>>, Error> {
        self.0.meet(me)
    }

    /// Says that a worker does not share the connections any more.
    ///
    /// # Errors
    ///
    /// The database cannot be reached.
    pub fn leave(&self, me: &Worker) -> Result<(), Error> {
        self.0.leave(me)
    }

    /// The text that says which sinks there are, if there is one.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn sinks_toml(&self) -> Result<Option<String>, Error> {
        self.0.document(SINKS)
    }

    /// Replaces the text that says which sinks there are, as a whole.
    ///
    /// # Errors
    ///
    /// It cannot be written.
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
    ) -> Result<(), Error> {
        self.0.keep_secret(name, encrypted)
    }

    /// Removes encrypted secrets; returns whether there were some.
    pub(in crate::connector) fn forget_secret(&self, name: &str) -> Result<bool, Error> {
        self.0.forget_secret(name)
    }
}

/// The path of the folder or the address of the database. It has no password.
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
        .help("build it with `cargo install --features postgres`, or give a folder by --home"))
}

impl Place {
    /// The name of the connection.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder of the connection on this machine. If the home is a folder, it has everything.
    ///
    /// # Errors
    ///
    /// The home is in a database, and this machine has no place for files.
    pub fn folder(&self) -> Result<PathBuf, Error> {
        self.spot.folder()
    }

    /// Makes a draft a connection. Its store must not be open.
    ///
    /// # Errors
    ///
    /// It cannot be named, or another process was quicker with this name.
    pub fn publish(self, lock: Lock) -> Result<Self, Error> {
        let spot = self.spot.publish(&self.name, lock)?;
        Ok(Self {
            name: self.name,
            spot,
        })
    }

    /// The folder for files on their way. No other process that works on the connection has the same.
    ///
    /// # Errors
    ///
    /// As of [`folder`](Self::folder).
    pub fn staging(&self, lock: &Lock) -> Result<PathBuf, Error> {
        let staging = self.folder()?.join("staging");
        Ok(match lock.number() {
            None => staging,
            // A process that lost its lease may still write its own files.
            Some(number) => staging.join(number.to_string()),
        })
    }

    /// The folder for damaged files.
    ///
    /// # Errors
    ///
    /// As of [`folder`](Self::folder).
    pub fn aside(&self) -> Result<PathBuf, Error> {
        Ok(self.folder()?.join("damaged"))
    }

    /// Opens the store to write; the lock shows that no other process does.
    ///
    /// # Errors
    ///
    /// The store is of a newer version, or cannot be read or written.
    pub fn store(&self, lock: &Lock) -> Result<Store, Error> {
        self.spot.store(lock)
    }

    /// Opens the store to read.
    ///
    /// # Errors
    ///
    /// There is no store, or it is of another version than this program's, or cannot be read.
    pub fn store_to_read(&self) -> Result<Store, Error> {
        self.spot.store_to_read()
    }

    /// Opens the store to write beside the holder of the lock, for changes that do not depend on what the holder
    /// does: rows that come from elsewhere and are known by their keys. A change that is made is on the disk.
    ///
    /// # Errors
    ///
    /// As of [`store_to_read`](Self::store_to_read).
    pub fn store_beside(&self) -> Result<Store, Error> {
        self.spot.store_beside()
    }

    /// How the connection is set up, also if its store is of an earlier version.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        self.spot.settings()
    }

    /// Makes the next round ask for all fields, also for those that the org refused. Another process may
    /// work on the connection. A store that nobody has written to since an update is left alone.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals(&self) -> Result<(), Error> {
        self.spot.forget_refusals()
    }

    /// The file, on this machine, for rows that a sink will never take.
    ///
    /// # Errors
    ///
    /// As of [`folder`](Self::folder).
    pub fn refused_by(&self, sink: &str) -> Result<PathBuf, Error> {
        let name: String = sink
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        Ok(self
            .folder()?
            .join("refused")
            .join(format!("{name}.ndjson")))
    }

    /// The file of the search index, which is on this machine.
    ///
    /// # Errors
    ///
    /// As of [`folder`](Self::folder).
    pub fn search(&self) -> Result<PathBuf, Error> {
        let folder = self.folder()?;
        super::private::create_folder(&folder)
            .map_err(|error| Error::io("create the folder", &folder, error))?;
        Ok(folder.join("search.db"))
    }

    /// Holds the connection for this process.
    ///
    /// In a folder, the operating system releases the lock when the process ends, however it ends. On a network
    /// file system it may not be reliable. In a database, the lock is a lease, which is renewed until it is
    /// given back, and runs out if the process does not renew it.
    ///
    /// # Errors
    ///
    /// Another process holds it.
    pub fn lock(&self) -> Result<Lock, Error> {
        self.spot.lock(&self.name)
    }

    /// Holds the connection for this process as [`lock`](Self::lock) does. If a worker has it that runs until it is
    /// stopped, it is asked to leave the connection alone for a while.
    ///
    /// # Errors
    ///
    /// Another process holds it and goes on.
    pub fn lock_in_turn(&self) -> Result<Lock, Error> {
        let mut result = self.lock();
        if !result.as_ref().is_err_and(Error::is_locked) {
            return result;
        }
        self.spot.ask_for(ASKED)?;
        let until = std::time::Instant::now() + ASKED;
        while result.as_ref().is_err_and(Error::is_locked) && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            result = self.lock();
        }
        self.spot.ask_for(Duration::ZERO)?;
        result
    }

    /// Whether a process holds the connection. If that cannot be found out, none is known to.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.holder().is_some()
    }

    /// Who holds the connection. If that cannot be found out, nobody is known to.
    #[must_use]
    pub fn holder(&self) -> Option<Holder> {
        self.spot.holder().ok().flatten()
    }

    /// Removes the connection with all of its data.
    ///
    /// # Errors
    ///
    /// Something cannot be removed.
    pub fn erase(self, lock: Lock) -> Result<(), Error> {
        self.spot.erase(&self.name, lock)
    }

    /// Keeps the encrypted secrets of the connection, which may be a draft.
    pub(in crate::connector) fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error> {
        self.spot.keep_secret(encrypted)
    }
}

impl Lock {
    /// Watches whether this process still holds the connection. It does not if it was paused, or cut off from the
    /// database, for longer than its lease.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        self.0.watch()
    }

    /// The number of the lease, if it is one.
    fn number(&self) -> Option<i64> {
        #[cfg(feature = "postgres")]
        return self.0.lease().map(super::postgres::Lease::token);
        #[cfg(not(feature = "postgres"))]
        None
    }
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
