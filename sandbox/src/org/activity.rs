//! The activity of an org, the delay with which it becomes visible, and what users cannot see.

use std::time::Duration;

use jiff::Timestamp;

use super::Org;
use crate::error::Error;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The objects whose rows the activity determines.
const OBJECTS: [&str; 3] = ["LoginHistory", "SetupAuditTrail", "EventLogFile"];

/// The activity of an org: logins, changes of the setup, and event log files.
///
/// The rows are computed from their number and the seed. They are the same in every run, and their times
/// are before the start of the sandbox. Log files are computed while they are sent, so that even gigabytes
/// of them need neither memory nor disk space.
///
/// ```
/// use saponify_sandbox::Activity;
///
/// let activity = Activity::days(60).logins(10_000).audit(2_000).files(300).hourly(true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The time that the activity covers, in milliseconds.
    pub(crate) span: i64,
    /// The end of the activity, in milliseconds since 1970, or `None` for the start of the sandbox.
    pub(crate) until: Option<i64>,
    pub(crate) seed: u64,
    pub(crate) logins: u64,
    pub(crate) audit: u64,
    pub(crate) files: u64,
    pub(crate) changes: u64,
    pub(crate) damaged: u64,
    pub(crate) hourly: bool,
    /// The time within which rows and files become visible late, in milliseconds.
    pub(crate) late: Option<i64>,
    pub(crate) file_size: u64,
    pub(crate) big_file: u64,
    /// The number of days for which log files are kept, or `None` for the default of the edition.
    pub(crate) kept_days: Option<u32>,
}

impl Activity {
    /// Makes an activity that covers this many days, at least one. It has no rows yet.
    #[must_use]
    pub fn days(days: u32) -> Self {
        Self {
            span: i64::from(days.max(1)) * DAY,
            until: None,
            seed: 1,
            logins: 0,
            audit: 0,
            files: 0,
            changes: 0,
            damaged: 0,
            hourly: false,
            late: None,
            file_size: 64 * 1024,
            big_file: 0,
            kept_days: None,
        }
    }

    /// Sets the number of rows of LoginHistory.
    #[must_use]
    pub fn logins(mut self, rows: u64) -> Self {
        self.logins = rows;
        self
    }

    /// Sets the number of rows of SetupAuditTrail.
    #[must_use]
    pub fn audit(mut self, rows: u64) -> Self {
        self.audit = rows;
        self
    }

    /// Sets the number of event log files. If there are too few days and types, there are fewer files.
    #[must_use]
    pub fn files(mut self, files: u64) -> Self {
        self.files = files;
        self
    }

    /// Sets how many users and permission assignments change while the sandbox runs: the first one a minute
    /// after the start, and then one every ten seconds. A reader of all changes must be connected before
    /// the first one.
    #[must_use]
    pub fn changes(mut self, changes: u64) -> Self {
        self.changes = changes;
        self
    }

    /// Sets how many of the files are damaged: they end inside quotes, have a row with too many values, or
    /// differ from their stated length.
    #[must_use]
    pub fn damaged(mut self, files: u64) -> Self {
        self.damaged = files;
        self
    }

    /// Sets whether the org has hourly files in addition to the daily ones.
    #[must_use]
    pub fn hourly(mut self, hourly: bool) -> Self {
        self.hourly = hourly;
        self
    }

    /// Sets whether data changes while the sandbox runs: rows and files become visible late, files are
    /// replaced with the same Id or with a new one, and files are deleted. Late rows become visible within
    /// ninety seconds, some minutes after their time. [`Activity::late_by`] sets other times.
    #[must_use]
    pub fn late(mut self, late: bool) -> Self {
        self.late = late.then_some(90_000);
        self
    }

    /// Does the same as [`Activity::late`], and sets the time within which rows and files become visible.
    /// The time of a row is up to half as long before that. With a day, some rows can be found only by
    /// counting.
    #[must_use]
    pub fn late_by(mut self, within: Duration) -> Self {
        let within = within.as_millis().clamp(10_000, 30 * DAY as u128);
        self.late = Some(within as i64);
        self
    }

    /// Sets the seed of all values.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the average size of a log file in bytes. It is the same for hourly and daily files.
    #[must_use]
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.file_size = bytes;
        self
    }

    /// Sets the size of one large log file in bytes, or 0 for none.
    #[must_use]
    pub fn big_file(mut self, bytes: u64) -> Self {
        self.big_file = bytes;
        self
    }

    /// Sets for how many days the org keeps log files: one day without Event Monitoring, thirty with it. By
    /// default, a Developer Edition keeps them for one day, and all other editions for thirty.
    #[must_use]
    pub fn files_kept(mut self, days: u32) -> Self {
        self.kept_days = Some(days.max(1));
        self
    }

    /// Sets the time at which the activity ends. The default is the start of the sandbox.
    #[must_use]
    pub fn until(mut self, until: Timestamp) -> Self {
        self.until = Some(until.as_millisecond());
        self
    }

    /// The time at which the activity ends, in milliseconds since 1970.
    pub(crate) fn end(&self) -> i64 {
        self.until.unwrap_or(0)
    }

    /// The first instant. It is an hour after the beginning of the span, so that a reader that starts
    /// within an hour after the sandbox, and looks back as far as the span, finds every row.
    pub(crate) fn begin(&self) -> i64 {
        self.end() - self.span + HOUR
    }
}

/// What the users of the org cannot see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visibility {
    /// A permission that is removed from all profiles and permission sets, such as `ViewEventLogFiles`.
    WithoutPermission(String),
    /// A field that is hidden by field-level security: the object, and the field.
    WithoutField(String, String),
}

impl std::str::FromStr for Visibility {
    type Err = Error;

    /// Parses `ViewSetup` as a permission, and `EventLogFile.Interval` as a field.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('.') {
            Some((object, field)) => Ok(Self::WithoutField(object.to_owned(), field.to_owned())),
            None if !text.is_empty() => Ok(Self::WithoutPermission(text.to_owned())),
            None => Err(Error::other(
                "expected a permission such as ViewSetup, or OBJECT.FIELD",
            )),
        }
    }
}

impl Org {
    /// Adds activity. It replaces the rows of those of the objects LoginHistory, SetupAuditTrail and
    /// EventLogFile that the org has.
    #[must_use]
    pub fn with_activity(mut self, activity: Activity) -> Self {
        let counts = [activity.logins, activity.audit, 0];
        for (object, rows) in OBJECTS.into_iter().zip(counts) {
            self = self.with_rows(object, rows);
        }
        let content = (self.objects.get_mut("EventLogFile"))
            .and_then(|object| object.fields.get_mut("LogFile"));
        if let Some(field) = content {
            field.computed = Some("log_file");
        }
        self.activity = Some(activity);
        self
    }

    /// Hides something from all users. Returns `false` if the org does not have it.
    #[must_use]
    pub fn hide(&mut self, what: &Visibility) -> bool {
        match what {
            Visibility::WithoutPermission(name) => self.take_away(name),
            Visibility::WithoutField(object, field) => {
                let field =
                    (self.objects.get_mut(object)).and_then(|object| object.fields.get_mut(field));
                // A field that no version of the API has is missing in queries, describe results and the
                // WSDL.
                field.map(|field| field.since = u16::MAX).is_some()
            }
        }
    }

    fn take_away(&mut self, permission: &str) -> bool {
        let names = [
            format!("Permissions{permission}"),
            format!("UserPermissions{permission}"),
        ];
        let mut found = false;
        for object in self.objects.values_mut() {
            for name in &names {
                let Some(field) = object.fields.get_mut(name) else {
                    continue;
                };
                found = true;
                field.default = None;
                for row in &mut object.rows {
                    row.values.remove(name);
                }
            }
        }
        found
    }

    /// The number of days for which log files are kept.
    pub(crate) fn files_kept(&self, activity: &Activity) -> u32 {
        activity.kept_days.unwrap_or(match self.edition.as_str() {
            "Developer Edition" => 1,
            _ => 30,
        })
    }
}
