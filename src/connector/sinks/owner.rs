//! The mark in the folder of a sink. It contains the id of the store whose files are in the folder.
//! Therefore two connections never write to the same files, and no foreign file is truncated.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::BuildHasher as _;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::connector::error::{Error, Kind};
use crate::connector::private::{create_folder, to_write};

/// The name of the file with the mark.
const MARK: &str = ".saponify-sink";

/// Before the number of a lease, in the name of an empty file.
const LEASE: &str = ".saponify-lease-";

/// A name for a store that no other store has.
pub(super) fn new_owner() -> String {
    // Each `RandomState` has its own random keys.
    let random = || RandomState::new().hash_one(MARK);
    format!("{:016x}{:016x}", random(), random())
}

/// Marks a folder for a store, or checks that it has the mark of this store. `is_output` recognizes the
/// files of the sink. A folder with such files and without a mark belongs to somebody else.
///
/// # Errors
///
/// The folder belongs to another store, or cannot be written.
pub(super) fn take(
    folder: &Path,
    owner: &str,
    is_output: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let mark = folder.join(MARK);
    match fs::read_to_string(&mark) {
        Ok(found) if found.trim() == owner => return Ok(()),
        Ok(_) => return Err(taken(folder)),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Error::io("read", &mark, error)),
    }
    create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
    let entries = fs::read_dir(folder).map_err(|error| Error::io("read", folder, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Error::io("read", folder, error))?;
        if entry.file_name().to_str().is_some_and(&is_output) {
            return Err(taken(folder));
        }
    }
    // If two processes mark the folder at the same time, one of them fails.
    let file = to_write().create_new(true).open(&mark);
    file.and_then(|mut file| {
        writeln!(file, "{owner}")?;
        file.sync_all()
    })
    .map_err(|error| Error::io("write", &mark, error))
}

/// Says in a folder that a lease has begun to use it. A file of its own is made, which another process can neither
/// replace nor overlook.
///
/// # Errors
///
/// The folder cannot be read or written.
pub(super) fn announce(folder: &Path, lease: i64) -> Result<(), Error> {
    let own = folder.join(format!("{LEASE}{lease}"));
    to_write()
        .open(&own)
        .and_then(|file| file.sync_all())
        .map_err(|error| Error::io("write", &own, error))?;
    for (earlier, path) in leases(folder)? {
        if earlier < lease {
            // It says nothing that the greater number does not say.
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

/// Whether a later lease has begun to use a folder.
///
/// # Errors
///
/// The folder cannot be read.
pub(super) fn is_superseded(folder: &Path, lease: i64) -> Result<bool, Error> {
    Ok(leases(folder)?.iter().any(|(other, _)| *other > lease))
}

fn leases(folder: &Path) -> Result<Vec<(i64, PathBuf)>, Error> {
    let fail = |error| Error::io("read", folder, error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(LEASE));
        if let Some(lease) = number.and_then(|number| number.parse().ok()) {
            found.push((lease, entry.path()));
        }
    }
    Ok(found)
}

/// Tests whether files can be made in a folder.
///
/// # Errors
///
/// No file can be created.
pub(super) fn is_writable(folder: &Path) -> Result<(), Error> {
    create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
    let probe = folder.join(format!("{MARK}-{}.test", std::process::id()));
    let file = to_write().create_new(true).open(&probe);
    file.map_err(|error| Error::io("write", &probe, error))?;
    fs::remove_file(&probe).map_err(|error| Error::io("remove", &probe, error))
}

fn taken(folder: &Path) -> Error {
    let message = format!(
        "the folder {} contains the events of another connection, or of an earlier one with this name",
        folder.display()
    );
    Error::new(Kind::Usage, message)
        .help("use a folder of its own for each connection, or move the existing files elsewhere")
}
