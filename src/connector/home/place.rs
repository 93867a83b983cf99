//! The place of one connection: its folder on this machine, its store, and who works on it.

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

    /// What tells the store of the connection from one that is made later under the same name.
    ///
    /// # Errors
    ///
    /// There is no such connection any more, or it cannot be looked up.
    pub fn identity(&self) -> Result<String, Error> {
        self.spot.identity()
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
        crate::connector::private::create_folder(&folder)
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
        // Who has the connection now keeps others away until it is done or some seconds have passed: a worker that came
        // in between would find the connection taken. Somebody who does not get it takes the request back.
        if result.is_err() {
            self.spot.ask_for(Duration::ZERO)?;
        }
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
    pub(in crate::connector) fn number(&self) -> Option<i64> {
        #[cfg(feature = "postgres")]
        return self.0.lease().map(crate::connector::postgres::Lease::token);
        #[cfg(not(feature = "postgres"))]
        None
    }
}
