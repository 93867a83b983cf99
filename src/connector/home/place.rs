//! The place of one connection: its folder on this machine, its store and its lock.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::{ASKED, Holder, Lock, Place, Watcher};
use crate::connector::error::Error;
use crate::connector::store::Store;

impl Place {
    /// The name of the connection.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder of the connection on this machine. If the home is a folder, it contains the whole
    /// connection.
    ///
    /// # Errors
    ///
    /// The home is a database, and no folder is known for files on this machine.
    pub fn folder(&self) -> Result<PathBuf, Error> {
        self.stored.folder()
    }

    /// Turns a draft into a connection. The store of the draft must be closed.
    ///
    /// # Errors
    ///
    /// The draft cannot be renamed, or another process has activated a connection with this name.
    pub fn publish(self, lock: Lock) -> Result<Self, Error> {
        let stored = self.stored.publish(&self.name, lock)?;
        Ok(Self {
            name: self.name,
            stored,
        })
    }

    /// The folder for files that are being fetched. Each lock has a folder of its own.
    ///
    /// # Errors
    ///
    /// The errors of [`folder`](Self::folder).
    pub fn staging(&self, lock: &Lock) -> Result<PathBuf, Error> {
        let staging = self.folder()?.join("staging");
        Ok(match lock.number() {
            None => staging,
            // A process that has lost its lease may still write to its own files.
            Some(number) => staging.join(number.to_string()),
        })
    }

    /// The folder for damaged files.
    ///
    /// # Errors
    ///
    /// The errors of [`folder`](Self::folder).
    pub fn aside(&self) -> Result<PathBuf, Error> {
        Ok(self.folder()?.join("damaged"))
    }

    /// Opens the store for writing. The lock proves that no other process writes.
    ///
    /// # Errors
    ///
    /// The store has a newer version, or cannot be read or written.
    pub fn store(&self, lock: &Lock) -> Result<Store, Error> {
        self.stored.store(lock)
    }

    /// Opens the store for reading.
    ///
    /// # Errors
    ///
    /// There is no store, its version is not the one of this program, or it cannot be read.
    pub fn store_to_read(&self) -> Result<Store, Error> {
        self.stored.store_to_read()
    }

    /// Opens the store for writing without the lock. This is allowed for rows that are independent of the
    /// collection and that are identified by their keys. A committed change is on the disk.
    ///
    /// # Errors
    ///
    /// The errors of [`store_to_read`](Self::store_to_read).
    pub fn store_beside(&self) -> Result<Store, Error> {
        self.stored.store_beside()
    }

    /// A value that identifies the store of the connection. A connection that is activated later under the same name
    /// has another one.
    ///
    /// # Errors
    ///
    /// The connection does not exist any more, or the store cannot be looked up.
    pub fn identity(&self) -> Result<String, Error> {
        self.stored.identity()
    }

    /// The settings of the connection. A store of an earlier version can be read, too.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        self.stored.settings()
    }

    /// Makes the next round ask again for the fields that the org has refused. Another process may hold the
    /// lock. A store of an earlier version is not changed.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals(&self) -> Result<(), Error> {
        self.stored.forget_refusals()
    }

    /// The file on this machine for rows that a sink refuses for good.
    ///
    /// # Errors
    ///
    /// The errors of [`folder`](Self::folder).
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

    /// The file of the search index, which is always on this machine.
    ///
    /// # Errors
    ///
    /// The errors of [`folder`](Self::folder), or the folder cannot be created.
    pub fn search(&self) -> Result<PathBuf, Error> {
        let folder = self.folder()?;
        crate::connector::private::create_folder(&folder)
            .map_err(|error| Error::io("create the folder", &folder, error))?;
        Ok(folder.join("search.db"))
    }

    /// Locks the connection for this process.
    ///
    /// In a folder, the operating system releases the lock when the process ends, also if it is killed. On
    /// a network file system, the lock may not be reliable. In a database, the lock is a lease. It is
    /// renewed until it is dropped, and ends by itself if the process does not renew it.
    ///
    /// # Errors
    ///
    /// Another process has locked the connection.
    pub fn lock(&self) -> Result<Lock, Error> {
        self.stored.lock(&self.name)
    }

    /// Locks the connection as [`lock`](Self::lock) does. A worker that holds the lock until it is stopped
    /// is asked to release it for a while.
    ///
    /// # Errors
    ///
    /// Another process has locked the connection and does not release it in time.
    pub fn lock_in_turn(&self) -> Result<Lock, Error> {
        let mut result = self.lock();
        if !result.as_ref().is_err_and(Error::is_locked) {
            return result;
        }
        self.stored.ask_for(ASKED)?;
        let until = std::time::Instant::now() + ASKED;
        while result.as_ref().is_err_and(Error::is_locked) && std::time::Instant::now() < until {
            std::thread::sleep(Duration::from_millis(100));
            result = self.lock();
        }
        // A process that has got the lock leaves the request in place, so that no worker comes in between. The request
        // ends after some seconds. A process that has not got the lock withdraws its request.
        if result.is_err() {
            self.stored.ask_for(Duration::ZERO)?;
        }
        result
    }

    /// Whether a process has locked the connection. If that cannot be determined, the result is `false`.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.holder().is_some()
    }

    /// The worker that has locked the connection. If that cannot be determined, the result is `None`.
    #[must_use]
    pub fn holder(&self) -> Option<Holder> {
        self.stored.holder().ok().flatten()
    }

    /// Removes the connection and all of its data.
    ///
    /// # Errors
    ///
    /// Something cannot be removed.
    pub fn erase(self, lock: Lock) -> Result<(), Error> {
        self.stored.erase(&self.name, lock)
    }

    /// Stores the encrypted secrets of the connection, which may be a draft.
    pub(in crate::connector) fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error> {
        self.stored.keep_secret(encrypted)
    }
}

impl Lock {
    /// Returns a watcher of this lock. A lease is lost if the process was paused, or disconnected from the
    /// database, for longer than the duration of the lease.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        self.0.watch()
    }

    /// The token of the lease, or `None` if the lock is a file.
    pub(in crate::connector) fn number(&self) -> Option<i64> {
        #[cfg(feature = "postgres")]
        return self.0.lease().map(crate::connector::postgres::Lease::token);
        #[cfg(not(feature = "postgres"))]
        None
    }
}
