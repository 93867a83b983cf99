//! The values of LoginHistory, SetupAuditTrail and EventLogFile that the activity determines.
//!
//! Other values, such as the browser of a login, are generated as for any other object.

use std::sync::Arc;

use rusqlite::types::Value;

use super::History;
use super::files::File;
use crate::org::Object;
use crate::random::{hash, mix};

/// Computes the value of a field from the number of the row.
pub(crate) type Make = Box<dyn Fn(i64) -> Value>;

/// The number of rows with the same time. It is more than fits in one response.
const BURST: i64 = 2_500;

/// Changes of the setup: the action, the section and the displayed text.
const CHANGES: &[(&str, Option<&str>, &str)] = &[
    (
        "createduser",
        Some("Manage Users"),
        "Created new User Zoë Müller",
    ),
    (
        "activateduser",
        Some("Manage Users"),
        "For user zoe@acme.example, changed Active from inactive to active",
    ),
    (
        "deactivateduser",
        Some("Manage Users"),
        "Deactivated user Alan Smith & Sons",
    ),
    (
        "changedprofileforuser",
        Some("Manage Users"),
        "Changed profile for user Ada Byron from \"Standard User\" to System Administrator",
    ),
    (
        "changedpassword",
        Some("Manage Users"),
        "Changed password for user Alan ",
    ),
    (
        "resetpassword",
        Some("Manage Users"),
        "Reset password for user Zoë Müller",
    ),
    ("frozeuser", Some("Manage Users"), "Froze user Kim O'Connor"),
    (
        "PermSetAssign",
        Some("Manage Users"),
        "Permission set <Compliance Reader>: assigned to user Integration",
    ),
    (
        "PermSetUnassign",
        Some("Manage Users"),
        "Permission set <Compliance Reader>: unassigned from user Zoë Müller",
    ),
    (
        "PermSetEnableUserPerm",
        Some("Manage Users"),
        "Changed permission set Compliance Reader: View Setup and Configuration was changed from disabled to enabled",
    ),
    (
        "PermSetFlsChanged",
        Some("Manage Users"),
        "Changed field-level security of Invoice: Amount from Read Only to No Access",
    ),
    ("suOrgAdminLogin", None, "Logged in as Ada Byron"),
    ("suOrgAdminLogout", None, "Logged out as Ada Byron"),
    (
        "changedSessionTimeout",
        Some("Session Settings"),
        "Changed session timeout from 2 hours to 8 hours",
    ),
    (
        "insertConnectedApplication",
        Some("Connected Apps"),
        "For the connected app Nightly Sync, created",
    ),
    (
        "createdcustomfield",
        Some("Customize Invoices"),
        "Created custom field: Discount",
    ),
    (
        "groupMembership",
        Some("Manage Users"),
        "Group Support: added user Kim O'Connor",
    ),
];

/// The function that computes a field, if the activity determines the field.
pub(crate) fn maker(history: &Arc<History>, object: &Object, field: &str) -> Option<Make> {
    let history = history.clone();
    let seed = mix(hash(&[&object.name, field]) ^ history.activity.seed);
    let h = move |serial: i64| mix(seed ^ serial as u64);
    Some(match (object.name.as_str(), field) {
        ("LoginHistory", "LoginTime") => Box::new(move |serial| {
            history
                .login_time(serial)
                .map_or(Value::Null, Value::Integer)
        }),
        ("SetupAuditTrail", "CreatedDate") => {
            Box::new(move |serial| Value::Integer(history.audit_time(serial)))
        }
        ("SetupAuditTrail", "Action") => Box::new(move |serial| text(change(serial).0)),
        ("SetupAuditTrail", "Section") => {
            Box::new(move |serial| change(serial).1.map_or(Value::Null, text))
        }
        ("SetupAuditTrail", "Display") => Box::new(move |serial| text(change(serial).2)),
        // Some changes have no user.
        ("SetupAuditTrail", "CreatedById") if object.fields.contains_key(field) => {
            let users = history.users.len() as i64;
            let base = history.user_base;
            Box::new(move |serial| match serial % 37 {
                5 => Value::Null,
                _ => Value::Integer(base + 1 + (h(serial) >> 8) as i64 % users),
            })
        }
        ("EventLogFile", name) => {
            let column = FILE_FIELDS.iter().find(|(known, _)| *known == name)?.1;
            Box::new(move |serial| {
                let file = history.file(serial);
                file.map_or(Value::Null, |file| column(&history, file, 1))
            })
        }
        _ => return None,
    })
}

type FileField = fn(&History, &File, u64) -> Value;

/// The values that change with the second content of a file.
pub(crate) fn remade(history: &History, file: &File, at: i64) -> [(&'static str, Value); 3] {
    [
        ("LogFileLength", Value::Real(file.length(history, 2) as f64)),
        ("LastModifiedDate", Value::Integer(at)),
        ("SystemModstamp", Value::Integer(at)),
    ]
}

/// The fields of EventLogFile that the activity determines, for one of the contents of a file.
const FILE_FIELDS: &[(&str, FileField)] = &[
    ("ApiVersion", |_, _, _| Value::Real(64.0)),
    ("EventType", |_, file, _| text(file.event_type())),
    ("Interval", |_, file, _| {
        text(if file.is_hourly { "Hourly" } else { "Daily" })
    }),
    ("Sequence", |_, file, _| Value::Integer(file.sequence)),
    ("LogDate", |_, file, _| Value::Integer(file.log_date)),
    ("LogFileContentType", |_, _, _| text("text/csv")),
    ("LogFileFieldNames", |_, file, _| {
        Value::Text(file.columns().0)
    }),
    ("LogFileFieldTypes", |_, file, _| {
        Value::Text(file.columns().1)
    }),
    ("LogFileLength", |history, file, revision| {
        Value::Real(file.length(history, revision) as f64)
    }),
    ("CreatedDate", |_, file, _| Value::Integer(file.created)),
    ("LastModifiedDate", |_, file, _| {
        Value::Integer(file.created)
    }),
    ("SystemModstamp", |_, file, _| Value::Integer(file.created)),
];

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn change(serial: i64) -> &'static (&'static str, Option<&'static str>, &'static str) {
    &CHANGES[(mix(serial as u64) % CHANGES.len() as u64) as usize]
}

impl History {
    /// The number of rows of an object that become visible late.
    fn late(&self, rows: u64) -> i64 {
        if self.activity.late.is_none() || rows < 4 {
            return 0;
        }
        (rows / 50).clamp(2, 40) as i64
    }

    /// When a row becomes visible while the sandbox runs, in milliseconds after the end of the activity, or
    /// `None` if it is visible from the start.
    pub(super) fn visible_after(&self, object: &str, serial: i64) -> Option<i64> {
        let rows = match object {
            "LoginHistory" => self.activity.logins,
            "SetupAuditTrail" => self.activity.audit,
            _ => 0,
        };
        let (late, within) = (self.late(rows), self.activity.late?);
        if late == 0 {
            return None;
        }
        // The numbers of late rows are between those of other rows.
        let step = rows as i64 / late;
        let (rank, rest) = ((serial - 1) / step, (serial - 1) % step);
        (rest == step / 2 && rank < late).then(|| 5_000 + rank * (within - 10_000) / late)
    }

    /// The rows that become visible late, each with the milliseconds after the end of the activity.
    pub(super) fn late_rows(&self, object: &str) -> Vec<(i64, i64)> {
        let rows = match object {
            "LoginHistory" => self.activity.logins,
            _ => self.activity.audit,
        };
        if self.late(rows) == 0 {
            return Vec::new();
        }
        (1..=rows as i64)
            .filter_map(|serial| Some((serial, self.visible_after(object, serial)?)))
            .collect()
    }

    /// Whether a row is visible when the sandbox starts.
    pub(crate) fn is_there_at_first(&self, object: &str, serial: i64) -> bool {
        match object {
            "EventLogFile" => self.file(serial).is_some_and(File::is_there_at_first),
            _ => self.visible_after(object, serial).is_none(),
        }
    }

    /// The time of a row that becomes visible late. It is some minutes earlier.
    fn late_time(&self, visible: i64, serial: i64) -> i64 {
        let most = (self.activity.late.unwrap_or(0) / 2_000).max(240);
        let before = 60 + (mix(serial as u64) >> 1) as i64 % most;
        (self.activity.end() + visible).div_euclid(1_000) * 1_000 - before * 1_000
    }

    /// The time of a login. It increases only roughly with the serial number, so the order by id differs
    /// from the order by time.
    pub(super) fn login_time(&self, serial: i64) -> Option<i64> {
        let rows = self.activity.logins as i64;
        if let Some(visible) = self.visible_after("LoginHistory", serial) {
            return Some(self.late_time(visible, serial));
        }
        let burst = rows / 2;
        if (burst..burst + BURST.min(rows / 8)).contains(&serial) {
            return Some(self.spread(burst, rows, 0));
        }
        if serial % 500 == 250 {
            return None;
        }
        Some(self.spread(serial, rows, mix(self.seed ^ serial as u64)))
    }

    /// The time of a change of the setup. Often three changes have the same time.
    pub(super) fn audit_time(&self, serial: i64) -> i64 {
        let rows = self.activity.audit as i64;
        if let Some(visible) = self.visible_after("SetupAuditTrail", serial) {
            return self.late_time(visible, serial);
        }
        let first = serial - serial % 3;
        self.spread(first.max(1), rows, mix(!self.seed ^ first as u64))
    }

    /// Distributes rows over the time, with an offset of up to ten rows.
    fn spread(&self, serial: i64, rows: i64, h: u64) -> i64 {
        let (begin, end) = (self.activity.begin(), self.activity.end() - 1_000);
        let span = i128::from(end - begin);
        let place = span * i128::from(serial - 1) / i128::from(rows.max(1));
        let reach = span * 10 / i128::from(rows.max(1));
        let offset = i128::from(h >> 1) % reach.max(1);
        let time = begin + (place + offset).min(span) as i64;
        time.div_euclid(1_000) * 1_000
    }
}
