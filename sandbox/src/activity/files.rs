//! The event log files of the activity: their list, their creation, and their changes.

use std::collections::HashMap;

use super::csv;
use super::event_type::{EventType, TYPES};
use crate::org::Activity;
use crate::random::mix;
use crate::soql::dates::DAY;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The largest number of event types in a small org.
const FEW_TYPES: u64 = 8;
/// The number of event types with hourly files.
const HOURLY_TYPES: u64 = 4;
/// Files that were created within this time can change while the sandbox runs. A reader lists them in every
/// run, because a file can appear up to three days after the events that it logs.
const FRESH: i64 = 47 * HOUR;

/// An event log file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) serial: i64,
    pub(super) kind: &'static EventType,
    /// The number of its set of columns.
    pub(super) variant: u64,
    pub(crate) is_hourly: bool,
    pub(crate) sequence: i64,
    /// The start of the day or the hour that the file covers.
    pub(crate) log_date: i64,
    pub(crate) created: i64,
    /// The number of rows of its first content.
    pub(super) rows: u64,
    pub(crate) fate: Fate,
}

/// How a file changes while the sandbox runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It does not change.
    Kept,
    /// It becomes visible while the sandbox runs, at the time `created`.
    Late,
    /// After it was read, it gets another content with the same Id.
    Remade,
    /// Some minutes after it was read, it is deleted.
    Deleted,
    /// It is deleted as in `Deleted`, and as soon as it was read, a file with this serial number replaces
    /// it.
    Replaced(i64),
    /// It replaces another file.
    Replacement,
    /// It is deleted once another file was read. Therefore it is listed, but cannot be read.
    Withheld,
    /// Its content is damaged for good.
    Damaged(Damage),
}

/// A defect of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// It ends inside quotes.
    Cut,
    /// A row has one value too many.
    Wide,
    /// The file is shorter than stated.
    Length,
}

impl File {
    pub(crate) fn event_type(&self) -> &'static str {
        self.kind.name
    }

    /// The length of the time that the file covers, in milliseconds.
    pub(super) fn span(&self) -> i64 {
        if self.is_hourly { HOUR } else { DAY }
    }

    /// The number of rows of a content. The second content has a few more rows.
    pub(crate) fn rows(&self, revision: u64) -> u64 {
        self.rows + 3 * (revision - 1)
    }

    /// Whether the file is in the list when the sandbox starts.
    pub(crate) fn is_there_at_first(&self) -> bool {
        !matches!(self.fate, Fate::Late | Fate::Replacement)
    }

    /// The number of the final content, if there is one that can be read.
    pub(crate) fn last_revision(&self) -> Option<u64> {
        match self.fate {
            Fate::Withheld | Fate::Damaged(_) => None,
            Fate::Remade => Some(2),
            _ => Some(1),
        }
    }
}

/// Makes the list of the files. Their serial numbers are 1, 2, …
pub(super) fn list(activity: &Activity, kept_days: u32) -> Vec<File> {
    let days = (activity.span / DAY).min(i64::from(kept_days).max(2)) - 1;
    let lister = Lister {
        activity,
        end: activity.end(),
        midnight: activity.end().div_euclid(DAY) * DAY,
        days: days.max(1),
        types: TYPES
            .iter()
            .filter(|kind| kept_days > 1 || kind.is_free)
            .collect(),
    };
    let hourly = if activity.hourly {
        activity.files * 3 / 4
    } else {
        0
    };
    let mut files = Vec::new();
    lister.hourly(hourly, &mut files);
    lister.daily(activity.files - hourly, &mut files);
    lister.enlarge(&mut files);
    let wanted = wanted(&files);
    damage(activity, &wanted, &mut files);
    if let Some(within) = activity.late {
        lister.decide(&wanted, within, &mut files);
    }
    files
}

struct Lister<'a> {
    activity: &'a Activity,
    end: i64,
    /// The start of the last day.
    midnight: i64,
    /// Days that have files, without the last one.
    days: i64,
    types: Vec<&'static EventType>,
}

impl Lister<'_> {
    /// Makes hourly files. They begin at midnight and have no gaps. Every tenth file contains late events
    /// of an hour that already has a file.
    fn hourly(&self, count: u64, files: &mut Vec<File>) {
        let types = HOURLY_TYPES.min(self.types.len() as u64);
        let days = (count.div_ceil(types * 24) as i64).clamp(1, self.days);
        let first = self.midnight - days * DAY;
        for j in 0..count {
            let (kind, mut hour) = ((j % types) as usize, (j / types) as i64);
            let is_late = j % 10 == 9 && hour >= 3;
            if is_late {
                hour -= 3;
            }
            let log_date = first + hour * HOUR;
            let h = self.mixed(&[3, j]);
            let mut created = log_date + 4 * HOUR + (h % 100) as i64 * MINUTE;
            if is_late {
                created += 20 * HOUR;
            }
            if log_date + 4 * HOUR > self.end {
                break;
            }
            self.add(files, kind, log_date, created, Some(1 + i64::from(is_late)));
        }
    }

    /// Makes daily files. They are created in the night after their day, and every thirteenth is two days
    /// late.
    fn daily(&self, count: u64, files: &mut Vec<File>) {
        if count == 0 {
            return;
        }
        let all = self.types.len() as u64;
        let types = (count.div_ceil(self.days as u64))
            .max(FEW_TYPES.min(count))
            .min(all);
        // A daily file has the same number of rows as the hourly files of its day.
        let mut sums: HashMap<(&str, i64), u64> = HashMap::new();
        for file in files.iter() {
            let day = file.log_date.div_euclid(DAY);
            *sums.entry((file.kind.name, day)).or_default() += file.rows;
        }
        for i in 0..count.min(types * self.days as u64) {
            let (kind, back) = ((i % types) as usize, (i / types) as i64);
            let log_date = self.midnight - (back + 1) * DAY;
            let h = self.mixed(&[4, i]);
            let late = if i % 13 == 5 && back >= 3 { 2 * DAY } else { 0 };
            let created = log_date + DAY + 3 * HOUR + (h % 40) as i64 * MINUTE + late;
            self.add(files, kind, log_date, created, None);
            let sum = sums.get(&(self.types[kind].name, log_date.div_euclid(DAY)));
            if let (Some(sum), Some(file)) = (sum, files.last_mut()) {
                file.rows = *sum;
            }
        }
    }

    fn add(
        &self,
        files: &mut Vec<File>,
        kind: usize,
        log_date: i64,
        created: i64,
        sequence: Option<i64>,
    ) {
        let serial = files.len() as i64 + 1;
        let h = self.mixed(&[5, serial as u64]);
        let average = self.activity.file_size / csv::ROW;
        let rows = match serial % 23 {
            // The file has only a header.
            11 => 0,
            _ => (average * (50 + h % 101) / 100).max(1),
        };
        files.push(File {
            serial,
            kind: self.types[kind],
            // The columns of a type change from time to time, as they do with releases of Salesforce.
            variant: (log_date.div_euclid(3 * DAY)) as u64,
            is_hourly: sequence.is_some(),
            sequence: sequence.unwrap_or(0),
            log_date,
            // Files are created in batches, so several files have the same time.
            created: created.min(self.end - 90_000).div_euclid(60_000) * 60_000,
            rows,
            fate: Fate::Kept,
        });
    }

    /// Enlarges one of the files to the size in the settings.
    fn enlarge(&self, files: &mut [File]) {
        let rows = self.activity.big_file.div_ceil(csv::ROW);
        let at = wanted(files).iter().position(|wanted| *wanted);
        if let (true, Some(file)) = (rows > 0, at.and_then(|at| files.get_mut(at))) {
            file.rows = rows;
        }
    }

    /// Decides how the newest files change.
    fn decide(&self, wanted: &[bool], within: i64, files: &mut Vec<File>) {
        let mut fresh: Vec<usize> = (0..files.len())
            .filter(|at| wanted[*at] && files[*at].fate == Fate::Kept && files[*at].rows > 0)
            .filter(|at| files[*at].created > self.end - FRESH)
            .collect();
        fresh.sort_by_key(|at| std::cmp::Reverse((files[*at].created, files[*at].serial)));
        for (rank, at) in fresh.into_iter().enumerate().take(24) {
            let next = files.len() as i64 + 1;
            files[at].fate = match rank % 8 {
                0 => Fate::Withheld,
                1 | 5 => Fate::Remade,
                3 => {
                    files[at].created = self.end + (rank as i64 % 4 + 1) * within / 5;
                    Fate::Late
                }
                4 => Fate::Deleted,
                6 => {
                    let replacement = File {
                        serial: next,
                        fate: Fate::Replacement,
                        rows: files[at].rows + 2,
                        ..files[at].clone()
                    };
                    files.push(replacement);
                    Fate::Replaced(next)
                }
                _ => Fate::Kept,
            };
        }
    }

    fn mixed(&self, parts: &[u64]) -> u64 {
        (parts.iter()).fold(self.activity.seed, |h, part| mix(h ^ part))
    }
}

/// For each file, whether a reader needs it to get every event once: hourly files, and daily files of the
/// days before the first hourly file of their type.
pub(super) fn wanted(files: &[File]) -> Vec<bool> {
    let mut first: HashMap<&str, i64> = HashMap::new();
    for file in files.iter().filter(|file| file.is_hourly) {
        let at = first.entry(file.kind.name).or_insert(i64::MAX);
        *at = (*at).min(file.log_date.div_euclid(DAY) * DAY);
    }
    let is_wanted = |file: &File| {
        file.is_hourly || (first.get(file.kind.name)).is_none_or(|first| file.log_date < *first)
    };
    files.iter().map(is_wanted).collect()
}

/// Damages the oldest of the needed files, which expire first.
fn damage(activity: &Activity, wanted: &[bool], files: &mut [File]) {
    let mut left = activity.damaged;
    let mut all: Vec<_> = (files.iter_mut().zip(wanted))
        .filter(|(file, wanted)| **wanted && file.rows > 1)
        .map(|(file, _)| file)
        .collect();
    all.sort_by_key(|file| (file.created, file.serial));
    for file in all {
        let damage = [Damage::Cut, Damage::Wide, Damage::Length];
        let Some(rest) = left.checked_sub(1) else {
            return;
        };
        file.fate = Fate::Damaged(damage[(left % 3) as usize]);
        left = rest;
    }
}
