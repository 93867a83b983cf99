//! The database of a test: SQLite in a file, or PostgreSQL if a variable contains its address.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use saponify_cli::connector::home::{Home, Lock, Place};
use saponify_cli::connector::store::Store;

/// The variable with the address of a database, for the child process of `postgres::shared`.
pub(crate) const VARIABLE: &str = "SAPONIFY_TEST_DATABASE";

/// The duration of leases. It is short, because a killed child does not release its lease.
const LEASE: Duration = Duration::from_secs(2);

/// A store that is open for writing.
pub(crate) struct Opened {
    pub(crate) store: Option<Store>,
    kept: Kept,
}

enum Kept {
    File(PathBuf),
    Database(Place, Lock),
}

impl Opened {
    /// Opens the store of a folder, and creates it if there is none. In PostgreSQL, it is that of a
    /// connection with the name of the folder.
    pub(crate) fn of(folder: &Path) -> Self {
        let kept = match database() {
            None => Kept::File(folder.join("store.db")),
            Some(address) => {
                let home = home_at(address, folder);
                let (place, lock) = take(&home, &name_of(folder));
                Kept::Database(place, lock)
            }
        };
        let mut opened = Self { store: None, kept };
        opened.store = Some(opened.open());
        opened
    }

    /// Opens the store once more, as a new process would.
    pub(crate) fn open(&self) -> Store {
        match &self.kept {
            Kept::File(path) => Store::open(path).unwrap(),
            Kept::Database(place, lock) => place.store(lock).unwrap(),
        }
    }

    /// Makes the next round ask for all fields.
    pub(crate) fn forget_refusals(&self) -> u64 {
        match &self.kept {
            Kept::File(path) => Store::forget_refusals_at(path).unwrap(),
            Kept::Database(place, lock) => place.store(lock).unwrap().forget_refusals().unwrap(),
        }
    }
}

/// The address of the database for all tests of this process, if it is PostgreSQL.
pub(crate) fn database() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

/// An empty home: a folder, or a database of its own.
pub(crate) fn empty_home(folder: &Path) -> Home {
    match database() {
        None => Home::find(Some(folder.to_owned()), |_| None).unwrap(),
        Some(address) => home_at(beside(&address), folder),
    }
}

fn home_at(address: String, local: &Path) -> Home {
    let home = Home::find_with(Some(address.into()), Some(local.to_owned()), |_| None);
    home.unwrap().lease(LEASE)
}

/// Another database of the same server.
fn beside(address: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("empty_{}_{number}", std::process::id());
    let made = Command::new("psql")
        .args(["-X", "-q", "-d", address, "-c"])
        .arg(format!("CREATE DATABASE {name}"))
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let (server, rest) = address.split_once("@/").unwrap();
    let (_, options) = rest.split_once('?').unwrap();
    format!("{server}@/{name}?{options}")
}

/// The name of a folder without the dot with which names of temporary folders begin.
fn name_of(folder: &Path) -> String {
    let name: OsString = folder.file_name().unwrap().to_owned();
    format!("t{}", name.to_str().unwrap().trim_start_matches('.'))
}

/// Locks a connection, and creates it if there is none. It waits for the lease of a process that was
/// killed.
fn take(home: &Home, name: &str) -> (Place, Lock) {
    loop {
        let taken = match home.connection(name) {
            Ok(place) => place.lock().map(|lock| (place, lock)),
            Err(_) => home.create(name).and_then(|(place, lock)| {
                drop(place.store(&lock)?);
                place.publish(lock)?;
                let place = home.connection(name)?;
                let lock = place.lock()?;
                Ok((place, lock))
            }),
        };
        match taken {
            Ok(taken) => return taken,
            Err(error) if error.is_locked() => std::thread::sleep(Duration::from_millis(50)),
            Err(error) => panic!("{error:?}"),
        }
    }
}
