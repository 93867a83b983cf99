//! The home in a folder. Each connection is a folder with its store, its secrets if they are in a file, the
//! files that are being fetched, and damaged files.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::{
    ActiveConnection, Backend, HeldLock, Holder, Lock, StoredConnection, Watcher, Worker, is_name,
};
use crate::connector::error::{Error, Kind};
use crate::connector::private::{create_folder, to_write};
use crate::connector::store::Store;

/// The file of the store.
const STORE: &str = "store.db";

/// The file that a process locks while it works on the connection.
const LOCK: &str = "lock";

/// The file that asks workers to leave the connection alone until the modification time of the file.
const ASKED: &str = "asked-for";

/// The file of the encrypted secrets.
const SECRETS: &str = "secrets.age";

/// The folder of all connections.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

/// The folder of a connection.
#[derive(Debug)]
struct ConnectionFolder(PathBuf);

/// A file that is locked.
#[derive(Debug)]
struct LockedFile(#[allow(dead_code, reason = "the file is locked while it is open")] File);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

/// The name of the folder of a draft, whose connection is named between the two.
const DRAFT: (&str, &str) = (".", ".new");

/// The age of a draft after which nobody works on it any more, if nobody has locked it.
const OLD_DRAFT: Duration = Duration::from_secs(60 * 60);

impl Folder {
    /// Removes the drafts that killed activations have left. A failure is ignored, because the next activation tries
    /// again.
    fn remove_old_drafts(&self) {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.and_then(|name| name.strip_prefix(DRAFT.0)?.strip_suffix(DRAFT.1));
            let name = name.filter(|name| is_name(name)).map(str::to_owned);
            let changed = fs::metadata(&path).and_then(|folder| folder.modified());
            let is_old =
                changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age >= OLD_DRAFT));
            let draft = ConnectionFolder(path);
            if let Some(name) = name.filter(|_| is_old)
                && draft.0.is_dir()
                && let Ok(lock) = draft.lock(&name)
            {
                let _ = draft.erase(&name, lock);
            }
        }
    }
}

impl Backend for Folder {
    fn shown(&self) -> String {
        self.0.display().to_string()
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.0)
    }

    fn with_lease(&self, _lease: Duration) -> Option<Arc<dyn Backend>> {
        None
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        let fail = |error| Error::io("read the folder", &self.0, error);
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fail(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let path = entry.map_err(fail)?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .filter(|name| is_name(name));
            if let Some(name) = name
                && path.join(STORE).is_file()
            {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn active(&self) -> Result<Vec<ActiveConnection>, Error> {
        let mut active = Vec::new();
        for name in self.names()? {
            let own = ConnectionFolder(self.0.join(&name));
            // A store that cannot be read is reported when the connection is opened. It must not keep the
            // worker from other connections.
            let is_deactivated = own
                .settings()
                .is_ok_and(|settings| settings.contains_key("deactivated"));
            if !is_deactivated && !own.is_asked_for() {
                let is_held = own.is_locked();
                active.push(ActiveConnection { name, is_held });
            }
        }
        Ok(active)
    }

    fn create(&self, name: &str) -> Result<(Arc<dyn StoredConnection>, Lock), Error> {
        self.remove_old_drafts();
        // A name does not begin with a dot, so no connection has this folder.
        let folder = self.0.join(format!("{}{name}{}", DRAFT.0, DRAFT.1));
        create_folder(&folder).map_err(|error| Error::io("create the folder", &folder, error))?;
        let draft = ConnectionFolder(folder);
        let lock = draft.lock(name)?;
        draft.clear()?;
        Ok((Arc::new(draft), lock))
    }

    fn connection(&self, name: &str) -> Result<Option<Arc<dyn StoredConnection>>, Error> {
        // Some file systems ignore upper and lower case, so the list of names decides.
        let is_known = self.names()?.iter().any(|known| known == name);
        Ok(match is_known {
            true => Some(Arc::new(ConnectionFolder(self.0.join(name)))),
            false => None,
        })
    }

    fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.0.join(name).join(SECRETS);
        match fs::read(&path) {
            Ok(encrypted) => Ok(Some(encrypted)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    fn keep_secret(&self, name: &str, encrypted: &[u8], _lease: Option<i64>) -> Result<(), Error> {
        write(&self.0.join(name).join(SECRETS), encrypted)
    }

    fn forget_secret(&self, name: &str) -> Result<bool, Error> {
        let path = self.0.join(name).join(SECRETS);
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if is_absent(&error) => Ok(false),
            Err(error) => Err(Error::io("remove", &path, error)),
        }
    }

    fn document(&self, name: &str) -> Result<Option<String>, Error> {
        let path = self.0.join(name);
        match fs::read_to_string(&path) {
            Ok(content) => Ok(Some(content)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    fn write_document(&self, name: &str, content: &str) -> Result<(), Error> {
        write(&self.0.join(name), content.as_bytes())
    }

    fn replace_document(&self, name: &str, known: Option<&str>, new: &str) -> Result<bool, Error> {
        create_folder(&self.0).map_err(|error| Error::io("create the folder", &self.0, error))?;
        let path = self.0.join(format!(".{name}.lock"));
        // Two commands at the same time would each leave out what the other one changes.
        let lock = to_write().open(&path).and_then(|file| {
            file.lock()?;
            Ok(file)
        });
        let _lock = lock.map_err(|error| Error::io("lock", &path, error))?;
        if self.document(name)?.as_deref() != known {
            return Ok(false);
        }
        self.write_document(name, new)?;
        Ok(true)
    }

    fn meet(&self, _me: &Worker) -> Result<Option<Vec<Worker>>, Error> {
        Ok(None)
    }

    fn leave(&self, _me: &Worker) -> Result<(), Error> {
        Ok(())
    }

    /// What is erased is erased at once.
    fn left_over(&self) -> Result<Vec<PathBuf>, Error> {
        Ok(Vec::new())
    }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Replaces a file as a whole, so that it is never half written.
fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let fail = |error| Error::io("write", &draft, error);
    let mut file = to_write().truncate(true).open(&draft).map_err(fail)?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(fail)?;
    fs::rename(&draft, path).map_err(|error| Error::io("write", path, error))
}

impl StoredConnection for ConnectionFolder {
    fn folder(&self) -> Result<PathBuf, Error> {
        Ok(self.0.clone())
    }

    fn publish(&self, name: &str, lock: Lock) -> Result<Arc<dyn StoredConnection>, Error> {
        let folder = self.0.with_file_name(name);
        // The lock moves with the folder, so that no other process works on an incomplete connection.
        // Windows does not rename a folder that contains an open file.
        let held = if cfg!(windows) { None } else { Some(lock) };
        fs::rename(&self.0, &folder)
            .map_err(|error| Error::io("create the folder", &folder, error))?;
        drop(held);
        Ok(Arc::new(Self(folder)))
    }

    fn store(&self, _lock: &Lock) -> Result<Store, Error> {
        Store::open(&self.0.join(STORE))
    }

    fn store_to_read(&self) -> Result<Store, Error> {
        Store::open_to_read(&self.0.join(STORE))
    }

    fn store_beside(&self) -> Result<Store, Error> {
        Store::open_durably(&self.0.join(STORE))
    }

    fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        Store::settings_at(&self.0.join(STORE))
    }

    fn forget_refusals(&self) -> Result<(), Error> {
        Store::forget_refusals_at(&self.0.join(STORE)).map(drop)
    }

    fn lock(&self, name: &str) -> Result<Lock, Error> {
        let path = self.0.join(LOCK);
        let fail = |error| Error::io("lock", &path, error);
        let mut file = to_write().read(true).open(&path).map_err(fail)?;
        let mut attempts = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(fail(error)),
                // A process that asks whether the connection is locked holds the lock for a moment.
                Err(TryLockError::WouldBlock) if attempts < 3 => {
                    attempts += 1;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(is_held(name, &mut file)),
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(fail)?;
        Ok(Lock(Box::new(LockedFile(file))))
    }

    fn holder(&self) -> Result<Option<Holder>, Error> {
        if !self.is_locked() {
            return Ok(None);
        }
        let path = self.0.join(LOCK);
        // The holder writes its process id after it has the lock. Some systems lock reading, too.
        let process = fs::read_to_string(&path).ok();
        let process = process.and_then(|text| text.trim().parse::<u32>().ok());
        let written = fs::metadata(&path).and_then(|file| file.modified()).ok();
        Ok(Some(Holder {
            worker: process.map_or_else(|| "a process".to_owned(), |id| format!("process {id}")),
            since: written.and_then(|time| Timestamp::try_from(time).ok()),
            lease_until: None,
        }))
    }

    fn ask_for(&self, time: Duration) -> Result<(), Error> {
        let path = self.0.join(ASKED);
        let asked = match time.is_zero() {
            true => fs::remove_file(&path).or_else(|error| match is_absent(&error) {
                true => Ok(()),
                false => Err(error),
            }),
            false => to_write()
                .open(&path)
                .and_then(|file| file.set_modified(SystemTime::now() + time)),
        };
        asked.map_err(|error| Error::io("write", &path, error))
    }

    fn erase(&self, _name: &str, lock: Lock) -> Result<(), Error> {
        // Once the folder is renamed, the connection does not exist, however long the removal takes. The lock moves
        // with the folder, so that no process makes a new store in it. Windows does not rename a folder that
        // contains an open file.
        let held = if cfg!(windows) { None } else { Some(lock) };
        let name = self.0.file_name().unwrap_or_default().to_string_lossy();
        let erased = self
            .0
            .with_file_name(format!(".{}.erased", name.trim_start_matches('.')));
        let fail = |error| Error::io("remove the folder", &self.0, error);
        match fs::remove_dir_all(&erased) {
            Err(error) if !is_absent(&error) => return Err(fail(error)),
            _ => {}
        }
        fs::rename(&self.0, &erased).map_err(fail)?;
        let removed = fs::remove_dir_all(&erased).map_err(fail);
        drop(held);
        removed
    }

    fn identity(&self) -> Result<String, Error> {
        let path = self.0.join(STORE);
        let store = fs::metadata(&path).map_err(|error| Error::io("read", &path, error))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            Ok(format!("{}:{}", store.dev(), store.ino()))
        }
        // Other systems do not remove an open file.
        #[cfg(not(unix))]
        Ok(format!("{:?}", store.created().ok()))
    }

    fn keep_secret(&self, encrypted: &[u8]) -> Result<(), Error> {
        write(&self.0.join(SECRETS), encrypted)
    }
}

impl ConnectionFolder {
    /// Removes what an earlier draft left behind, except the lock.
    fn clear(&self) -> Result<(), Error> {
        let fail = |error| Error::io("clear the folder", &self.0, error);
        for entry in fs::read_dir(&self.0).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_file() && path.file_name().is_some_and(|name| name != LOCK) {
                fs::remove_file(&path).map_err(fail)?;
            }
        }
        Ok(())
    }

    fn is_asked_for(&self) -> bool {
        let until = fs::metadata(self.0.join(ASKED)).and_then(|file| file.modified());
        until.is_ok_and(|until| until > SystemTime::now())
    }

    fn is_locked(&self) -> bool {
        // A file that cannot be opened is not locked by anybody.
        File::open(self.0.join(LOCK))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

impl HeldLock for LockedFile {
    fn watch(&self) -> Watcher {
        Watcher(Box::new(|| None))
    }

    #[cfg(feature = "postgres")]
    fn lease(&self) -> Option<&crate::connector::postgres::Lease> {
        None
    }
}

fn is_held(name: &str, file: &mut File) -> Error {
    // The holder has written its process id. Some systems lock reading, too.
    let mut holder = String::new();
    let _ = file.read_to_string(&mut holder);
    let process = match holder.trim().parse::<u32>() {
        Ok(id) => format!(" (process {id})"),
        Err(_) => String::new(),
    };
    let message = format!("another instance works on the connection {name}{process}");
    Error::new(Kind::Locked, message).help("wait until it ends, or stop it")
}
