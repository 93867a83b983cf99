//! The drift of all responses of a client.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::noted::{Note, Noted};
use super::{Difference, DifferenceKind, Drift, KINDS};

/// The differences in all messages to a client or a server and its clones. It holds at most
/// [`Drift::MAX_DIFFERENCES`] entries; further ones are only counted.
#[derive(Debug, Default)]
pub(crate) struct Registry(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    counts: [u64; KINDS],
    found: BTreeMap<Key, Found>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: DifferenceKind,
    object: &'static str,
    name: Box<str>,
    value: Box<str>,
}

#[derive(Debug)]
struct Found {
    operation: &'static str,
    count: u64,
}

impl Registry {
    /// Adds what was noted in a response of an operation. Each difference is logged when it is found
    /// first.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&self, noted: Noted, operation: &'static str) {
        let mut new = Vec::new();
        {
            let mut entries = self.entries();
            for (total, count) in entries.counts.iter_mut().zip(noted.counts) {
                *total = total.saturating_add(count.into());
            }
            for note in noted.notes {
                new.extend(entries.count(note, operation));
            }
        }
        for difference in &new {
            log(difference);
        }
    }

    /// A copy of what was found.
    pub(crate) fn snapshot(&self) -> Drift {
        let entries = self.entries();
        let found = entries.found.iter();
        Drift {
            differences: found.map(|(key, found)| shown(key, found)).collect(),
            ..Drift::from_counts(entries.counts)
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Nothing panics while the lock is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    /// Counts a difference, and returns it if it is new.
    fn count(&mut self, note: Note, operation: &'static str) -> Option<Difference> {
        let key = Key {
            kind: note.kind,
            object: note.object,
            name: note.name.into(),
            value: note.value.into(),
        };
        let count = u64::from(note.count);
        if let Some(found) = self.found.get_mut(&key) {
            found.count = found.count.saturating_add(count);
            return None;
        }
        if self.found.len() >= Drift::MAX_DIFFERENCES {
            return None;
        }
        let found = Found { operation, count };
        let difference = shown(&key, &found);
        self.found.insert(key, found);
        Some(difference)
    }
}

fn shown(key: &Key, found: &Found) -> Difference {
    Difference {
        kind: key.kind,
        object: key.object.to_owned(),
        name: key.name.to_string(),
        value: key.value.to_string(),
        operation: found.operation.to_owned(),
        count: found.count,
    }
}

fn log(difference: &Difference) {
    let Difference {
        kind,
        object,
        name,
        value,
        operation,
        ..
    } = difference;
    tracing::info!(
        kind = kind.name(),
        object,
        name,
        value,
        operation,
        "a message differs from the WSDL; this is logged once"
    );
}
