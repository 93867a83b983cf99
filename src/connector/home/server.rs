//! The home in PostgreSQL. Files that are being fetched, damaged files and the search index are on the
//! machine that works on the connection.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{
    ActiveConnection, Backend, HeldLock, Holder, LEASE, Lock, StoredConnection, Watcher, Worker,
};
use crate::connector::error::{Error, Kind};
use crate::connector::postgres::{self, Address, Known, Lease, Peer, Registry};
use crate::connector::store::{Access, Postgres, Store};

/// A database that holds connections.
#[derive(Debug)]
pub(super) struct Server {
    registry: Arc<Registry>,
    address: Address,
    local: Option<PathBuf>,
}

/// A connection in a database.
#[derive(Debug)]
struct ConnectionRow {
    registry: Arc<Registry>,
    id: i64,
    /// The name in the registry. A draft has another name than the published connection.
    name: String,
}

impl Server {
    pub(super) fn new(address: Address, local: Option<PathBuf>) -> Self {
        Self::with(address, LEASE, local)
    }

    fn with(address: Address, lease: Duration, local: Option<PathBuf>) -> Self {
        Self {
            registry: Registry::new(address.clone(), lease, local.clone()),
            address,
            local,
        }
    }

    fn row(&self, id: i64, name: &str) -> ConnectionRow {
        ConnectionRow {
            registry: Arc::clone(&self.registry),
            id,
            name: name.to_owned(),
        }
    }
}

/// The name of a draft. The name of a connection never begins with a dot.
fn draft_of(name: &str) -> String {
    format!(".{name}.new")
}

impl Backend for Server {
    fn shown(&self) -> String {
        self.address.to_string()
    }

    fn path(&self) -> Option<&Path> {
        None
    }

    fn with_lease(&self, lease: Duration) -> Option<Arc<dyn Backend>> {
        Some(Arc::new(Self::with(
            self.address.clone(),
            lease,
            self.local.clone(),
        )))
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        let known = self.registry.connections()?;
        Ok(known.into_iter().map(|known| known.name).collect())
    }

    fn active(&self) -> Result<Vec<ActiveConnection>, Error> {
        let active = self.registry.connections()?.into_iter();
        let active = active.filter(|known| !known.deactivated && !known.is_asked_for);
        let listed = active.map(|known| ActiveConnection {
            is_held: known.holder.is_some(),
            name: known.name,
        });
        Ok(listed.collect())
    }

    fn create(&self, name: &str) -> Result<(Arc<dyn StoredConnection>, Lock), Error> {
        let draft = draft_of(name);
        let (id, lease) = self.registry.create(&draft)?;
        Ok((Arc::new(self.row(id, &draft)), Lock(Box::new(lease))))
    }

    fn connection(&self, name: &str) -> Result<Option<Arc<dyn StoredConnection>>, Error> {
        Ok(match self.registry.find(name)? {
            Some(known) => Some(Arc::new(self.row(known.id, name))),
            None => None,
        })
    }

    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let text = self.registry.secret(name)?;
        let decoded = text.map(|text| STANDARD.decode(text)).transpose();
        decoded.map_err(|_| Error::new(Kind::Vault, "the secrets in the database are damaged"))
    }

    fn keep_secret(&self, name: &str, encrypted: &[u8], lease: Option<i64>) -> Result<(), Error> {
        let encrypted = STANDARD.encode(encrypted);
        self.registry.keep_secret(name, &encrypted, lease)
    }

    fn forget_secret(&self, name: &str) -> Result<bool, Error> {
        // The database is the only place for secrets, so there is nothing to report.
        self.registry.forget_secret(name).map(|()| true)
    }

    fn document(&self, name: &str) -> Result<Option<String>, Error> {
        self.registry.document(name)
    }

    fn write_document(&self, name: &str, content: &str) -> Result<(), Error> {
        self.registry.write_document(name, content)
    }

    fn replace_document(&self, name: &str, known: Option<&str>, new: &str) -> Result<bool, Error> {
        self.registry.replace_document(name, known, new)
    }

    fn meet(&self, me: &Worker) -> Result<Option<Vec<Worker>>, Error> {
        let worker = |peer: Peer| Worker {
            id: peer.id,
            names: peer.names,
            refuses: peer.refuses,
        };
        let peers = self.registry.meet(&peer(me))?;
        Ok(Some(peers.into_iter().map(worker).collect()))
    }

    fn leave(&self, me: &Worker) -> Result<(), Error> {
        self.registry.leave(&peer(me))
    }

    fn left_over(&self) -> Result<Vec<PathBuf>, Error> {
        self.registry.left_over()
    }
}

fn peer(worker: &Worker) -> Peer {
    Peer {
        id: worker.id.clone(),
        names: worker.names.clone(),
        refuses: worker.refuses.clone(),
    }
}

impl ConnectionRow {
    fn known(&self) -> Result<Known, Error> {
        let known = self.registry.find(&self.name)?;
        let mine = known.filter(|known| known.id == self.id);
        mine.ok_or_else(|| gone(&self.name))
    }

    fn open(&self, access: Access) -> Result<Store, Error> {
        let known = self.known()?;
        Ok(Store::of(Postgres::open(
            self.registry.pool(),
            &known,
            access,
        )?))
    }
}

fn gone(name: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("the connection `{name}` no longer exists"),
    )
    .help("somebody has removed it; `saponify connector list` shows the existing connections")
}

/// The lease of a lock. A lock of a folder is an error.
fn lease(lock: &Lock) -> Result<&Lease, Error> {
    let lease = lock.0.lease();
    lease.ok_or_else(|| Error::new(Kind::Usage, "this lock belongs to another home"))
}

impl StoredConnection for ConnectionRow {
    fn folder(&self) -> Result<PathBuf, Error> {
        self.registry.folder(self.id)
    }

    fn lock(&self, _name: &str) -> Result<Lock, Error> {
        let lease = self.registry.take(&self.name)?;
        // Files of an earlier lease on this machine are never used again.
        if let Ok(folder) = self.folder() {
            let _ = fs::remove_dir_all(folder.join("staging"));
        }
        Ok(Lock(Box::new(lease)))
    }

    fn holder(&self) -> Result<Option<Holder>, Error> {
        let holder = |holder: postgres::Holder| Holder {
            worker: holder.name,
            since: Some(holder.since),
            lease_until: Some(holder.until),
        };
        Ok(self.known()?.holder.map(holder))
    }

    fn ask_for(&self, time: Duration) -> Result<(), Error> {
        self.registry.ask_for(self.id, time)
    }

    fn publish(&self, name: &str, lock: Lock) -> Result<Arc<dyn StoredConnection>, Error> {
        self.registry.publish(lease(&lock)?, &self.name, name)?;
        Ok(Arc::new(Self {
            registry: Arc::clone(&self.registry),
            id: self.id,
            name: name.to_owned(),
        }))
    }

    fn erase(&self, _name: &str, lock: Lock) -> Result<(), Error> {
        let folder = self.folder();
        self.registry.erase(lease(&lock)?, &self.name)?;
        if let Ok(folder) = folder
            && folder.exists()
        {
            let removed = fs::remove_dir_all(&folder);
            removed.map_err(|error| Error::io("remove the folder", &folder, error))?;
        }
        Ok(())
    }

    fn store(&self, lock: &Lock) -> Result<Store, Error> {
        let fence = lease(lock)?.fence();
        let store = Postgres::open_to_write(self.registry.pool(), self.known()?, fence)?;
        Ok(Store::of(store))
    }

    fn store_to_read(&self) -> Result<Store, Error> {
        self.open(Access::Read)
    }

    fn identity(&self) -> Result<String, Error> {
        Ok(self.known()?.id.to_string())
    }

    fn store_beside(&self) -> Result<Store, Error> {
        self.open(Access::Beside)
    }

    fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        // All versions of the store have the same table of settings.
        let known = self.known()?;
        Store::of(Postgres::open_any(self.registry.pool(), &known)).settings()
    }

    fn forget_refusals(&self) -> Result<(), Error> {
        self.open(Access::Beside)?.forget_refusals().map(drop)
    }

    fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error> {
        self.registry
            .keep_secret(&self.name, &STANDARD.encode(encrypted), None)
    }
}

impl HeldLock for Lease {
    fn watch(&self) -> Watcher {
        let fence = self.fence();
        Watcher(Box::new(move || fence.lost()))
    }

    fn lease(&self) -> Option<&Lease> {
        Some(self)
    }
}
