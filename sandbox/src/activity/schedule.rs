//! The changes that the activity makes while the sandbox runs, and their times.

use std::collections::{BTreeMap, HashSet};

use super::files::Fate;
use super::{History, MOMENT};
use crate::org::Org;

/// The objects whose rows change while the sandbox runs.
pub(super) const USERS: &str = "User";
pub(super) const ASSIGNMENTS: &str = "PermissionSetAssignment";

/// How long after it was read a file is deleted that is going to be deleted. A reader that is killed before
/// it has stored the file can read it again within this time.
const GRACE: i64 = 10 * 60_000;

/// A change in the org.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    /// An existing row becomes visible.
    Appears { object: &'static str, serial: i64 },
    /// A row is created now.
    Created { object: &'static str, serial: i64 },
    /// A row is changed.
    Changed { object: &'static str, serial: i64 },
    /// A row is deleted, and `getDeleted` reports it.
    Deleted { object: &'static str, serial: i64 },
    /// A log file gets its second content.
    Remade { serial: i64 },
    /// A log file is deleted.
    Removed { serial: i64 },
    /// A log file replaces another one.
    Replaced { serial: i64 },
}

/// The future changes.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    /// The changes by time and, for the same time, by number.
    due: BTreeMap<(i64, usize), Happening>,
    /// Files that are deleted once another file is read.
    withheld: Vec<i64>,
    read: HashSet<i64>,
    count: usize,
}

/// The changes that result from the activity of the org.
pub(crate) fn schedule(org: &Org, history: &History) -> Schedule {
    let mut schedule = Schedule::default();
    let end = history.activity.end();
    for object in ["LoginHistory", "SetupAuditTrail"] {
        for (serial, after) in history.late_rows(object) {
            schedule.add(end + after, Happening::Appears { object, serial });
        }
    }
    for file in history.files() {
        let serial = file.serial;
        match file.fate {
            Fate::Late => {
                let object = "EventLogFile";
                schedule.add(file.created, Happening::Appears { object, serial });
            }
            Fate::Withheld => schedule.withheld.push(serial),
            _ => {}
        }
    }
    for (at, change) in changes(org, history) {
        schedule.add(at, change);
    }
    schedule
}

/// The changes of users and of permission assignments. Each row changes once at most.
pub(super) fn changes(org: &Org, history: &History) -> Vec<(i64, Happening)> {
    let made = |name: &str| {
        org.objects
            .get(name)
            .map_or(0, |object| object.generate as i64)
    };
    let (users, assignments) = (made(USERS), made(ASSIGNMENTS));
    let first = |name: &str| org.rows_of(name) as i64 - made(name) + 1;
    let change = |k: i64| {
        let (object, n) = (if k % 3 == 0 { USERS } else { ASSIGNMENTS }, k / 3);
        let serial = first(object) + n;
        Some(match k % 3 {
            0 if n < users => Happening::Changed { object, serial },
            1 if assignments > 0 => {
                let serial = serial + assignments;
                Happening::Created { object, serial }
            }
            2 if n < assignments => Happening::Deleted { object, serial },
            _ => return None,
        })
    };
    (0..history.activity.changes as i64)
        .filter_map(|k| Some((history.activity.end() + (k + 6) * MOMENT, change(k)?)))
        .collect()
}

impl Schedule {
    fn add(&mut self, at: i64, happening: Happening) {
        self.count += 1;
        self.due.insert((at, self.count), happening);
    }

    /// Records that a file was read completely, and schedules the changes that follow.
    pub(crate) fn file_was_read(&mut self, history: &History, serial: i64, now: i64) {
        for withheld in std::mem::take(&mut self.withheld) {
            self.add(now, Happening::Removed { serial: withheld });
        }
        if !self.read.insert(serial) {
            return;
        }
        match history.file(serial).map(|file| file.fate) {
            Some(Fate::Remade) => self.add(now, Happening::Remade { serial }),
            Some(Fate::Deleted) => self.add(now + GRACE, Happening::Removed { serial }),
            Some(Fate::Replaced(by)) => {
                self.add(now, Happening::Replaced { serial: by });
                self.add(now + GRACE, Happening::Removed { serial });
            }
            _ => {}
        }
    }

    /// Removes the changes until now from the schedule, and returns them with their times.
    pub(crate) fn take(&mut self, now: i64) -> Vec<(i64, Happening)> {
        let later = self.due.split_off(&(now + 1, 0));
        std::mem::replace(&mut self.due, later)
            .into_iter()
            .map(|((at, _), happening)| (at, happening))
            .collect()
    }
}
