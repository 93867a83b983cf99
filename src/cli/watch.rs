//! Work that is done again whenever a file changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::failure::Failure;
use super::terminal::{put_error, put_note};

/// How often the files are looked at. Asking for the time of a few files costs nothing, works on every
/// file system, and notices a file that an editor replaces.
const INTERVAL: Duration = Duration::from_millis(300);

/// What is known of a file: when it was changed and how long it is; nothing if it cannot be read.
type State = Option<(SystemTime, u64)>;

/// Does the work, and does it again whenever a file changes that it read. The first failure ends this; a
/// later one is printed. Otherwise only Ctrl-C ends it.
pub(super) fn repeat(work: impl Fn() -> Result<Vec<PathBuf>, Failure>) -> Result<(), Failure> {
    let mut states = states_of(work()?);
    loop {
        put_note("waiting for changes; Ctrl-C ends this");
        while states.iter().all(|(file, state)| *state == state_of(file)) {
            std::thread::sleep(INTERVAL);
        }
        // An editor may still be writing.
        std::thread::sleep(INTERVAL);
        // The states from before the work, so that a change during it is not missed.
        states = states_of(states.into_keys());
        match work() {
            Ok(read) => {
                for (file, state) in states_of(read) {
                    states.entry(file).or_insert(state);
                }
            }
            Err(failure) => put_error(&failure.report()),
        }
    }
}

fn states_of(files: impl IntoIterator<Item = PathBuf>) -> BTreeMap<PathBuf, State> {
    let files = files.into_iter();
    files.map(|file| (file.clone(), state_of(&file))).collect()
}

fn state_of(file: &Path) -> State {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
