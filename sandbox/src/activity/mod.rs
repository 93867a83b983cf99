//! What happened in the org: the rows of LoginHistory and SetupAuditTrail, and the event log files.
//!
//! Everything is computed from the number of a row or file and the seed of the [`Activity`]. Only the list
//! of files is kept in memory.

mod cells;
mod csv;
mod event_type;
mod files;
mod rows;
mod running;
mod schedule;
mod truth;

use std::sync::Arc;

pub(crate) use csv::Content;
pub(crate) use files::{Fate, File};
pub(crate) use rows::{Make, maker, remade};
pub(crate) use running::Running;
pub(crate) use schedule::Happening;
pub(crate) use truth::write as write_truth;

use crate::id::Id;
use crate::org::{Activity, Org};
use crate::random::mix;

/// The time between two changes of users and assignments, in milliseconds.
const MOMENT: i64 = 10_000;

/// The prepared activity of an org.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) activity: Activity,
    seed: u64,
    /// The id of the org, with 15 characters.
    org_id: String,
    /// The ids of some users.
    users: Vec<[u8; 18]>,
    /// The smallest packed id of a user.
    user_base: i64,
    files: Vec<File>,
}

impl History {
    /// Prepares the activity of an org, if it has any.
    pub(crate) fn of(org: &Org) -> Option<Arc<Self>> {
        let activity = org.activity.clone()?;
        let users = org.rows_of("User").clamp(1, 500) as i64;
        let prefix = org.objects.get("User").map(|object| object.prefix);
        let id = |serial| -> Option<[u8; 18]> {
            org.id_text(Id::new(prefix?, serial))
                .into_bytes()
                .try_into()
                .ok()
        };
        Some(Arc::new(Self {
            seed: mix(activity.seed),
            org_id: org.id.clone(),
            users: (1..=users)
                .map(|serial| id(serial).unwrap_or([b'0'; 18]))
                .collect(),
            user_base: prefix.map_or(0, Id::base),
            files: match org.objects.contains_key("EventLogFile") {
                true => files::list(&activity, org.files_kept(&activity)),
                false => Vec::new(),
            },
            activity,
        }))
    }

    /// The files, in the order of their serial numbers.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    pub(crate) fn file(&self, serial: i64) -> Option<&File> {
        self.files
            .get(usize::try_from(serial).ok()?.checked_sub(1)?)
    }

    /// The id of a user.
    fn user(&self, h: u64) -> &[u8; 18] {
        &self.users[(h >> 30) as usize % self.users.len()]
    }
}
