//! Work that is done again whenever a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::failure::Failure;
use super::terminal::{put_error, put_note};

/// How often the files are looked at. Asking for the time of a few files costs nothing, works on every
/// file system, and notices a file that an editor replaces.
const INTERVAL: Duration = Duration::from_millis(300);

/// The largest number of files beside a WSDL that are watched after a failure.
const MAX_SCHEMAS: usize = 1_000;

/// What is known of a file: when it was changed and how long it is; nothing if it cannot be read.
type State = Option<(SystemTime, u64)>;

/// Does the work, and does it again whenever a file changes that it read. The work adds the files that it
/// reads to a list, also if it fails. The first failure ends this; a later one is printed. Otherwise only
/// Ctrl-C ends it.
pub(super) fn repeat(
    work: impl Fn(&mut Vec<PathBuf>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut states = BTreeMap::new();
    observed(&work, &mut states)?;
    loop {
        put_note("waiting for changes; Ctrl-C ends this");
        while states.iter().all(|(file, state)| *state == state_of(file)) {
            std::thread::sleep(INTERVAL);
        }
        // An editor may still be writing.
        std::thread::sleep(INTERVAL);
        if let Err(failure) = observed(&work, &mut states) {
            put_error(&failure.report());
        }
    }
}

/// Does the work once, and takes the states of the files that it reads.
fn observed(
    work: &impl Fn(&mut Vec<PathBuf>) -> Result<(), Failure>,
    states: &mut BTreeMap<PathBuf, State>,
) -> Result<(), Failure> {
    // The states from before the work, so that a change during it is not missed.
    for (file, state) in states.iter_mut() {
        *state = state_of(file);
    }
    let begin = SystemTime::now();
    let mut read = Vec::new();
    let done = work(&mut read);
    for file in read {
        states.entry(file).or_insert_with_key(|file| {
            let state = state_of(file);
            // Nothing is known of how a new file was before the work. One that was changed since then
            // differs from this state, so it is read again.
            state.filter(|(changed, _)| *changed < begin)
        });
    }
    done
}

/// Adds the WSDLs and schemas in and below the directory of a WSDL. One of them may be the import that is
/// wrong, and a run that fails does not say which files it has read.
pub(super) fn add_schemas(wsdl: &Path, read: &mut Vec<PathBuf>) {
    let directory = wsdl.parent().unwrap_or(Path::new(""));
    let mut open = vec![Path::new(".").join(directory)];
    let mut added = 0;
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let extension = path.extension().unwrap_or_default();
            // Links are not followed, so this ends.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(path),
                Ok(_) if extension == "wsdl" || extension == "xsd" => {
                    read.push(path);
                    added += 1;
                }
                _ => {}
            }
            if added >= MAX_SCHEMAS || open.len() >= MAX_SCHEMAS {
                return;
            }
        }
    }
}

fn state_of(file: &Path) -> State {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
