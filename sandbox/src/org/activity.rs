//! How much happens in an org, how late it is told, and what is kept from whom.

use std::time::Duration;

use jiff::Timestamp;

use super::Org;
use crate::error::Error;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The objects whose rows the activity makes.
const OBJECTS: [&str; 3] = ["LoginHistory", "SetupAuditTrail", "EventLogFile"];

/// How much happens in an org: logins, changes of the setup, event log files.
///
/// The rows are computed from their number and the seed. They are the same on every run, and their
/// times lie before the time at which the sandbox starts. Log files are computed while they are sent,
/// so that gigabytes of them take no memory and no disk.
///
/// ```
/// use saponify_sandbox::Activity;
///
/// let activity = Activity::days(60).logins(10_000).audit(2_000).files(300).hourly(true);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Milliseconds.
    pub(crate) span: i64,
    /// Milliseconds since 1970. None is the start of the sandbox.
    pub(crate) until: Option<i64>,
    pub(crate) seed: u64,
    pub(crate) logins: u64,
    pub(crate) audit: u64,
    pub(crate) files: u64,
    pub(crate) changes: u64,
    pub(crate) damaged: u64,
    pub(crate) hourly: bool,
    /// Milliseconds within which rows and files become visible late.
    pub(crate) late: Option<i64>,
    pub(crate) file_size: u64,
    pub(crate) big_file: u64,
    /// Whole days for which log files are kept. None leaves it to the edition.
    pub(crate) kept_days: Option<u32>,
}

impl Activity {
    /// Activity of this many days, at least one. It has no rows yet.
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

    /// How many rows LoginHistory has.
    #[must_use]
    pub fn logins(mut self, rows: u64) -> Self {
        self.logins = rows;
        self
    }

    /// How many rows SetupAuditTrail has.
    #[must_use]
    pub fn audit(mut self, rows: u64) -> Self {
        self.audit = rows;
        self
    }

    /// How many event log files there are. If the days and types do not suffice, there are fewer.
    #[must_use]
    pub fn files(mut self, files: u64) -> Self {
        self.files = files;
        self
    }

    /// How many users and permission assignments change while the sandbox runs: the first one a minute
    /// after the start, and then one every ten seconds. A reader that wants all of them must be connected by
    /// then.
    #[must_use]
    pub fn changes(mut self, changes: u64) -> Self {
        self.changes = changes;
        self
    }

    /// How many of the files are damaged: they end inside quotes, have a row that is too wide, or have
    /// another length than announced.
    #[must_use]
    pub fn damaged(mut self, files: u64) -> Self {
        self.damaged = files;
        self
    }

    /// Whether the org has hourly files besides the daily ones.
    #[must_use]
    pub fn hourly(mut self, hourly: bool) -> Self {
        self.hourly = hourly;
        self
    }

    /// Whether the org changes under the reader: rows and files become visible late, files are made
    /// again with the same Id or with a new one, and files are deleted. Late rows become visible within
    /// ninety seconds, some minutes after their time. [`Activity::late_by`] sets other times.
    #[must_use]
    pub fn late(mut self, late: bool) -> Self {
        self.late = late.then_some(90_000);
        self
    }

    /// As [`Activity::late`], with the time within which rows and files become visible. The time of a row
    /// lies up to half as long before that. With a day, some rows can be found only by counting.
    #[must_use]
    pub fn late_by(mut self, within: Duration) -> Self {
        let within = within.as_millis().clamp(10_000, 30 * DAY as u128);
        self.late = Some(within as i64);
        self
    }

    /// The seed of all values.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The average size of a log file in bytes. Hourly files and daily files have the same.
    #[must_use]
    pub fn file_size(mut self, bytes: u64) -> Self {
        self.file_size = bytes;
        self
    }

    /// The size of one large log file in bytes. With 0, there is none.
    #[must_use]
    pub fn big_file(mut self, bytes: u64) -> Self {
        self.big_file = bytes;
        self
    }

    /// For how many days the org keeps log files: one day without Event Monitoring, thirty with it. By
    /// default, a Developer Edition keeps them for one day and all others for thirty.
    #[must_use]
    pub fn files_kept(mut self, days: u32) -> Self {
        self.kept_days = Some(days.max(1));
        self
    }

    /// Sets the time at which the activity ends. By default, it is that at which the sandbox starts.
    #[must_use]
    pub fn until(mut self, until: Timestamp) -> Self {
        self.until = Some(until.as_millisecond());
        self
    }

    /// The time at which the activity ends, in milliseconds since 1970.
    pub(crate) fn end(&self) -> i64 {
        self.until.unwrap_or(0)
    }

    /// The first instant. It is an hour later than the span says, so that a reader who starts within an
    /// hour after the sandbox and looks back as far as the span finds every row.
    pub(crate) fn begin(&self) -> i64 {
        self.end() - self.span + HOUR
    }
}

/// What users of the org do not get to see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visibility {
    /// A permission that no profile and no permission set gives, such as `ViewEventLogFiles`.
    WithoutPermission(String),
    /// A field that is hidden by field-level security: the object, and the field.
    WithoutField(String, String),
}

impl std::str::FromStr for Visibility {
    type Err = Error;

    /// Reads `ViewSetup` as a permission and `EventLogFile.Interval` as a field.
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
    /// Adds activity. It replaces the rows of LoginHistory, SetupAuditTrail and EventLogFile, as far as
    /// the org has these objects.
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

    /// Hides something from all users. Returns false if the org does not have it.
    #[must_use]
    pub fn hide(&mut self, what: &Visibility) -> bool {
        match what {
            Visibility::WithoutPermission(name) => self.take_away(name),
            Visibility::WithoutField(object, field) => {
                let field =
                    (self.objects.get_mut(object)).and_then(|object| object.fields.get_mut(field));
                // No version of the API has the field, so queries, describes and the WSDL lack it.
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

    /// For how many days log files are kept.
    pub(crate) fn files_kept(&self, activity: &Activity) -> u32 {
        activity.kept_days.unwrap_or(match self.edition.as_str() {
            "Developer Edition" => 1,
            _ => 30,
        })
    }
}
