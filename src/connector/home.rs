//! The folder that holds everything: a folder for each connection, with its store, its secrets if they
//! are in a file, files on their way, and damaged files.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{Error, Kind};
use super::private::{create_folder, to_write};
use super::store::Store;

/// The folder of all connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

/// The folder of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    name: String,
    folder: PathBuf,
}

/// Holds a connection for this process, until it is dropped or the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Home {
    /// The folder that was given, else that of `$SAPONIFY_HOME`, else the platform's folder for the
    /// state of programs. `variable` reads an environment variable.
    ///
    /// # Errors
    ///
    /// Nothing was given, and the platform does not say where the user's files are.
    pub fn find(
        given: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<PathBuf>,
    ) -> Result<Self, Error> {
        let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
        let state = || {
            if cfg!(windows) {
                set("LOCALAPPDATA")
            } else if cfg!(target_os = "macos") {
                set("HOME").map(|home| home.join("Library/Application Support"))
            } else {
                set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")))
            }
        };
        given
            .or_else(|| set("SAPONIFY_HOME"))
            .or_else(|| state().map(|state| state.join("saponify")))
            .map(Self)
            .ok_or_else(|| {
                Error::new(Kind::Usage, "there is no place for the connector's data")
                    .help("give a folder by --home or in $SAPONIFY_HOME")
            })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The names of the connections.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn connections(&self) -> Result<Vec<String>, Error> {
        let fail = |error| Error::io("read the folder", &self.0, error);
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
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

    /// The place of a new connection, held for this process. It is a draft with a folder of its own
    /// until [`Place::publish`] makes it a connection, so that one that failed half-way is none.
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
        // A name does not begin with a dot, so no connection has this folder.
        let folder = self.0.join(format!(".{name}.new"));
        create_folder(&folder).map_err(|error| Error::io("create the folder", &folder, error))?;
        let draft = Place {
            name: name.to_owned(),
            folder,
        };
        let lock = draft.lock()?;
        draft.clear()?;
        Ok((draft, lock))
    }

    /// A connection.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub fn connection(&self, name: &str) -> Result<Place, Error> {
        let names = self.connections()?;
        if !names.iter().any(|known| known == name) {
            let unknown = Error::new(
                Kind::Usage,
                format!("there is no connection `{}`", name.escape_debug()),
            );
            return Err(match names.is_empty() {
                true => unknown.help("`saponify connector activate` makes one"),
                false => unknown.help(format!("there are: {}", names.join(", "))),
            });
        }
        Ok(Place {
            name: name.to_owned(),
            folder: self.0.join(name),
        })
    }
}

/// The file that says which sinks there are.
const SINKS: &str = "sinks.toml";

impl Home {
    /// The text that says which sinks there are, if there is one.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn sinks_toml(&self) -> Result<Option<String>, Error> {
        let path = self.0.join(SINKS);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    /// Replaces the text that says which sinks there are, as a whole.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub fn write_sinks_toml(&self, text: &str) -> Result<(), Error> {
        create_folder(&self.0).map_err(|error| Error::io("create the folder", &self.0, error))?;
        let (path, draft) = (self.0.join(SINKS), self.0.join(".sinks.toml.new"));
        let fail = |error| Error::io("write", &draft, error);
        let mut file = to_write().truncate(true).open(&draft).map_err(fail)?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(fail)?;
        fs::rename(&draft, &path).map_err(|error| Error::io("write", &path, error))
    }
}

/// The file of the store.
const STORE: &str = "store.db";

/// The file that is locked.
const LOCK: &str = "lock";

impl Place {
    /// The name of the connection.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder of the connection.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a draft a connection. Its store must not be open.
    ///
    /// # Errors
    ///
    /// The folder cannot be renamed, or another process was quicker with this name.
    pub fn publish(self, lock: Lock) -> Result<Self, Error> {
        let folder = self.folder.with_file_name(&self.name);
        // The lock moves with the folder, so that nobody works on the connection before it is complete.
        // Windows does not rename a folder with a file that is open.
        let held = if cfg!(windows) { None } else { Some(lock) };
        fs::rename(&self.folder, &folder)
            .map_err(|error| Error::io("create the folder", &folder, error))?;
        drop(held);
        Ok(Self { folder, ..self })
    }

    /// Removes what an earlier draft left, except the lock.
    fn clear(&self) -> Result<(), Error> {
        let fail = |error| Error::io("clear the folder", &self.folder, error);
        for entry in fs::read_dir(&self.folder).map_err(fail)? {
            let path = entry.map_err(fail)?.path();
            if path.is_file() && path.file_name().is_some_and(|name| name != LOCK) {
                fs::remove_file(&path).map_err(fail)?;
            }
        }
        Ok(())
    }

    /// The folder for files on their way.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.folder.join("staging")
    }

    /// The folder for damaged files.
    #[must_use]
    pub fn aside(&self) -> PathBuf {
        self.folder.join("damaged")
    }

    /// Opens the store to write; the lock shows that no other process does.
    ///
    /// # Errors
    ///
    /// As of [`Store::open`].
    pub fn store(&self, _lock: &Lock) -> Result<Store, Error> {
        Store::open(&self.folder.join(STORE))
    }

    /// How the connection is set up, also if its store is of an earlier version.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, Error> {
        Store::settings_at(&self.folder.join(STORE))
    }

    /// Makes the next round ask for all fields, also for those that the org refused. Another process may
    /// work on the connection. A store that nobody has written to since an update is left alone.
    ///
    /// # Errors
    ///
    /// The store cannot be written.
    pub fn forget_refusals(&self) -> Result<(), Error> {
        Store::forget_refusals_at(&self.folder.join(STORE)).map(drop)
    }

    /// Opens the store to read.
    ///
    /// # Errors
    ///
    /// As of [`Store::open_to_read`].
    pub fn store_to_read(&self) -> Result<Store, Error> {
        Store::open_to_read(&self.folder.join(STORE))
    }

    /// The file for rows that a sink will never take.
    #[must_use]
    pub fn refused_by(&self, sink: &str) -> PathBuf {
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
        self.folder.join("refused").join(format!("{name}.ndjson"))
    }

    /// The file of the search index.
    #[must_use]
    pub fn search(&self) -> PathBuf {
        self.folder.join("search.db")
    }

    /// Holds the connection for this process.
    ///
    /// The operating system releases the lock when the process ends, however it ends. On a network file
    /// system it may not be reliable.
    ///
    /// # Errors
    ///
    /// Another process holds it.
    pub fn lock(&self) -> Result<Lock, Error> {
        let path = self.folder.join(LOCK);
        let fail = |error| Error::io("lock", &path, error);
        let mut file = self.lock_file().map_err(fail)?;
        let mut attempts = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(fail(error)),
                // Whoever asks whether the connection is locked holds it for a moment.
                Err(TryLockError::WouldBlock) if attempts < 3 => {
                    attempts += 1;
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => return Err(self.is_held(&mut file)),
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(fail)?;
        Ok(Lock { _file: file })
    }

    /// Whether a process holds the connection.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        // A file that cannot be opened is not locked by anybody.
        File::open(self.folder.join(LOCK))
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    fn lock_file(&self) -> std::io::Result<File> {
        to_write().read(true).open(self.folder.join(LOCK))
    }

    fn is_held(&self, file: &mut File) -> Error {
        // The holder has written its process id, except on systems that lock reading, too.
        let mut holder = String::new();
        let _ = file.read_to_string(&mut holder);
        let process = match holder.trim().parse::<u32>() {
            Ok(id) => format!(" (process {id})"),
            Err(_) => String::new(),
        };
        let message = format!(
            "another instance works on the connection {}{process}",
            self.name
        );
        Error::new(Kind::Locked, message).help("wait until it ends, or stop it")
    }

    /// Removes the connection's folder with all of its data.
    ///
    /// # Errors
    ///
    /// Something cannot be removed.
    pub fn erase(self, lock: Lock) -> Result<(), Error> {
        // Some systems do not remove what is open.
        drop(lock);
        fs::remove_dir_all(&self.folder)
            .map_err(|error| Error::io("remove the folder", &self.folder, error))
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
