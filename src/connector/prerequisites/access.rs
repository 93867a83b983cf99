//! Queries what the org has, and what the user may do.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::line::{Line, Lines};
use super::permissions::{Needed, PERMISSIONS, Permission};
use super::{Profile, failure};
use crate::connector::connection::{Login, Org};
use crate::connector::sources::rows::Object;
use crate::connector::sources::{Failure, RowValues, Service, all_rows};

/// Editions that have the API.
const WITH_API: [&str; 5] = [
    "Performance Edition",
    "Enterprise Edition",
    "Unlimited Edition",
    "Developer Edition",
    "Partner Developer Edition",
];

/// Editions that have the API only as an add-on.
const BY_ADD_ON: [&str; 1] = ["Professional Edition"];

/// Queries the org and adds a line for each result.
pub(super) struct Access<'a, 'b> {
    pub(super) org: &'a mut Org,
    /// The Id of the user.
    pub(super) user: String,
    pub(super) profile: Profile,
    pub(super) login: &'a Login,
    /// The objects whose changes are collected.
    pub(super) objects: &'a [String],
    pub(super) lines: &'a mut Lines<'b>,
}

type Rows = Vec<Vec<Option<String>>>;

impl Access<'_, '_> {
    pub(super) async fn all(&mut self) {
        self.edition().await;
        self.tls_of_the_login().await;
        self.lines.report();
        self.permissions().await;
        self.lines.report();
        self.crm_content().await;
        self.lines.report();
        self.own_logins_only().await;
        self.lines.report();
        self.fields(&Object::LOGINS).await;
        self.audit().await;
        self.lines.report();
        self.fields(&Object::AUDIT).await;
        self.files().await;
        self.changes().await;
        self.session_settings();
        self.calls();
        self.lines.report();
    }

    async fn edition(&mut self) {
        let (id, what) = ("edition", "Edition");
        let query = ["OrganizationType", "IsSandbox", "TrialExpirationDate"];
        let line = match self.ask(&query, "FROM Organization").await {
            Err(line) => line(id, what),
            Ok(rows) => {
                let value = |at: usize| rows.first().and_then(|row| row.get(at)?.as_deref());
                let edition = value(0).unwrap_or("unknown");
                let sandbox = match value(1) {
                    Some("true") => ", a sandbox",
                    _ => "",
                };
                let trial = value(2).map_or(String::new(), |end| format!(", a trial until {end}"));
                let found = format!("{edition}{sandbox}{trial}");
                if WITH_API.contains(&edition) {
                    Line::passed(id, what, found)
                } else if BY_ADD_ON.contains(&edition) {
                    Line::noted(id, what, found).remedy(
                        "this edition has the API only as an add-on; ask Salesforce for it if calls are refused",
                    )
                } else {
                    Line::failed(id, what, found).remedy(
                        "API access needs the Performance, Enterprise, Unlimited or Developer Edition",
                    )
                }
            }
        };
        self.lines.push(line);
    }

    /// The login history contains the TLS version of each login, also that of this connection.
    async fn tls_of_the_login(&mut self) {
        let from = format!(
            "FROM LoginHistory WHERE UserId = '{}' ORDER BY LoginTime DESC LIMIT 1",
            self.user
        );
        let Ok(rows) = self.ask(&["TlsProtocol"], &from).await else {
            return;
        };
        let version = rows.first().and_then(|row| row.first()?.clone());
        let Some(version) = version else { return };
        if let Some(line) = self.lines.found.iter_mut().find(|line| line.id == "tls") {
            line.found = format!("{version} at the last login, with a certificate that is trusted");
        }
    }

    async fn permissions(&mut self) {
        let granted = match self.granted().await {
            Ok(granted) => granted,
            Err(line) => {
                let line = line("permissions", "Permissions of the user");
                self.lines.push(line);
                return;
            }
        };
        for permission in PERMISSIONS {
            if let Some(line) = self.permission(&permission, &granted) {
                self.lines.push(line);
            }
        }
    }

    fn permission(&self, permission: &Permission, granted: &Granted) -> Option<Line> {
        let id = permission.label.to_lowercase().replace(' ', "-");
        let purpose = format!("needed for {}", permission.purpose);
        let has = |field: &str| granted.fields.contains(field);
        if has(permission.field) {
            return Some(Line::passed(&id, permission.label, purpose));
        }
        let remedy = format!(
            "give the user \"{}\" in a permission set or profile",
            permission.label
        );
        let is_needed = match permission.needed {
            Needed::Always => true,
            Needed::Unless(other) if has(other) => return None,
            // The org has no such permission, so the one that replaced it decides.
            Needed::Unless(_) => granted.known.contains(permission.field),
            Needed::Password => {
                let by_password = matches!(self.login, Login::Password { .. });
                if !by_password || !granted.known.contains(permission.field) {
                    return None;
                }
                let found = "missing; newer orgs refuse SOAP login() without it";
                return Some(Line::noted(&id, permission.label, found).remedy(remedy));
            }
            Needed::Microsoft if self.profile == Profile::Least => return None,
            Needed::Microsoft => true,
        };
        if !granted.known.contains(permission.field) {
            return None;
        }
        let found = format!("missing; {purpose}");
        Some(match is_needed {
            true => Line::failed(&id, permission.label, found).remedy(remedy),
            false => Line::noted(&id, permission.label, found),
        })
    }

    /// The permissions of the user, from all assigned permission sets. The profile is one of them.
    async fn granted(&mut self) -> Result<Granted, FailedQuery> {
        let mut known: Vec<&str> = PERMISSIONS
            .iter()
            .map(|permission| permission.field)
            .collect();
        let assigned = format!(
            "FROM PermissionSetAssignment WHERE AssigneeId = '{}'",
            self.user
        );
        let own = format!("FROM User WHERE Id = '{}'", self.user);
        let mut last = None;
        for (relationship, from) in [("PermissionSet", &assigned), ("Profile", &own)] {
            let mut fields = known.clone();
            let result = self.without_refused(relationship, &mut fields, from).await;
            match result {
                Ok(rows) if !rows.is_empty() => {
                    known = fields;
                    let is_true = |at: usize| {
                        rows.iter().any(|row| {
                            row.get(at)
                                .is_some_and(|value| value.as_deref() == Some("true"))
                        })
                    };
                    let granted = known.iter().enumerate().filter(|(at, _)| is_true(*at));
                    return Ok(Granted {
                        fields: granted.map(|(_, field)| *field).collect(),
                        known: known.iter().copied().collect(),
                    });
                }
                Ok(_) => {}
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            Box::new(|id: &str, what: &str| Line::noted(id, what, "the org does not show them"))
        }))
    }

    /// Queries fields of a parent record, without those that the org does not have.
    async fn without_refused(
        &mut self,
        relationship: &str,
        fields: &mut Vec<&'static str>,
        from: &str,
    ) -> Result<Rows, FailedQuery> {
        loop {
            let paths: Vec<String> = fields
                .iter()
                .map(|field| format!("{relationship}.{field}"))
                .collect();
            let query = format!("SELECT {} {from}", paths.join(", "));
            match rows(self.org, &query).await {
                Err(Failure::Field(refused)) if fields.len() > 1 => {
                    let before = fields.len();
                    fields.retain(|field| !refused.ends_with(field));
                    if fields.len() == before {
                        return Err(failed_query(Failure::Field(refused)));
                    }
                }
                result => return result.map_err(failed_query),
            }
        }
    }

    async fn crm_content(&mut self) {
        let (id, what) = ("crm-content-user", "Salesforce CRM Content User");
        let field = "UserPermissionsSFContentUser";
        let used = format!("SELECT COUNT() FROM User WHERE IsActive = true AND {field} = true");
        // An org without the feature does not have the field.
        let Ok(1..) = self.org.count(&used).await else {
            return;
        };
        let from = format!("FROM User WHERE Id = '{}'", self.user);
        let Ok(rows) = self.ask(&[field], &from).await else {
            return;
        };
        let is_user = rows.first().and_then(|row| row.first()?.as_deref()) == Some("true");
        self.lines.push(match (is_user, self.profile) {
            (true, _) => Line::passed(
                id,
                what,
                "the org uses CRM Content, and the user has access",
            ),
            (false, Profile::Least) => Line::noted(
                id,
                what,
                "not set; the org uses CRM Content, which this connector does not collect",
            ),
            (false, Profile::Microsoft) => {
                Line::failed(id, what, "not set, and the org uses CRM Content")
                    .remedy("select \"Salesforce CRM Content User\" on the user")
            }
        });
    }

    /// Without the permission, the login history returns only the rows of the user, which looks like a
    /// success with few rows.
    async fn own_logins_only(&mut self) {
        let (id, what) = ("login-history", "Login history");
        let line = match self.org.sees_all("LoginHistory").await {
            Ok(true) => Line::passed(id, what, "shows the rows of all users"),
            Ok(false) => Line::failed(id, what, "shows only the rows of this user")
                .remedy("give the user \"Monitor Login History\" or \"Manage Users\""),
            Err(failure) => failed_query(failure)(id, what),
        };
        self.lines.push(line);
    }

    async fn audit(&mut self) {
        let (id, what) = ("setup-audit-trail", "Setup audit trail");
        let line = match self.org.count("SELECT COUNT() FROM SetupAuditTrail").await {
            Ok(rows) => Line::passed(id, what, format!("{rows} rows are visible")),
            Err(failure) => failed_query(failure)(id, what),
        };
        self.lines.push(line);
    }

    /// Adds a line about fields that the user cannot see. They are missing in the rows.
    async fn fields(&mut self, object: &Object) {
        let mut refused: Vec<String> = Vec::new();
        loop {
            let fields = object.fields(&refused).join(", ");
            let query = format!("SELECT {fields} FROM {} LIMIT 1", object.name);
            match rows(self.org, &query).await {
                Err(Failure::Field(field))
                    if object.can_do_without(&field) && !refused.contains(&field) =>
                {
                    refused.push(field);
                }
                Err(Failure::Field(field)) => {
                    refused.push(field);
                    break;
                }
                // Another line reports an object that cannot be read at all.
                Err(_) => return,
                Ok(_) => break,
            }
        }
        let id = format!("fields-{}", object.source);
        let what = format!("Fields of {}", object.name);
        let is_needed = refused
            .last()
            .is_some_and(|field| !object.can_do_without(field));
        let found = match refused.is_empty() {
            true => "all are visible".to_owned(),
            false => format!("not visible: {}", refused.join(", ")),
        };
        let remedy =
            "make these fields visible to the user; until then, the rows do not contain them";
        self.lines.push(match (refused.is_empty(), is_needed) {
            (true, _) => Line::passed(&id, &what, found),
            (false, false) => Line::noted(&id, &what, found).remedy(remedy),
            (false, true) => Line::failed(&id, &what, found).remedy(remedy),
        });
    }

    async fn files(&mut self) {
        let (id, what) = ("event-log-files", "Event log files");
        let oldest = "FROM EventLogFile WHERE Sequence >= 0 ORDER BY CreatedDate LIMIT 1";
        let hourly = "SELECT COUNT() FROM EventLogFile WHERE Interval = 'Hourly'";
        let (result, is_hourly) = match self.ask(&["CreatedDate", "Interval"], oldest).await {
            Ok(rows) => (
                Ok(rows),
                self.org.count(hourly).await.is_ok_and(|files| files > 0),
            ),
            // The fields Interval and Sequence are hidden in orgs without hourly files.
            Err(_) => {
                let oldest = "FROM EventLogFile ORDER BY CreatedDate LIMIT 1";
                let line = Line::noted(
                    "interval",
                    "Field Interval",
                    "not visible, so daily files are collected",
                );
                self.lines.push(line.remedy(
                    "if the org has hourly files, make the fields Interval and Sequence of EventLogFile \
                     visible to the user",
                ));
                (self.ask(&["CreatedDate"], oldest).await, false)
            }
        };
        let line = match result {
            Err(line) => line(id, what),
            Ok(rows) => {
                let kind = if is_hourly { "hourly" } else { "daily" };
                let created = rows.first().and_then(|row| row.first()?.as_deref());
                match created.and_then(|time| time.parse::<Timestamp>().ok()) {
                    Some(oldest) => {
                        let kept = self.days_since(oldest).await;
                        Line::passed(id, what, format!("{kind} files; the oldest is {kept} days old"))
                    }
                    None => Line::noted(id, what, "there are none now").remedy(
                        "without Event Monitoring, only files of a few types are created, and kept for one day",
                    ),
                }
            }
        };
        self.lines.push(line);
    }

    /// Adds a line for each object whose changes are collected.
    async fn changes(&mut self) {
        for object in self.objects {
            let (id, what) = (format!("changes-{object}"), format!("Changes of {object}"));
            let described = self.org.wanted_object(object).await;
            self.lines.push(match described {
                Err(error) => failure(&id, &what, &error),
                Ok(described) if described.replicateable => {
                    Line::passed(&id, &what, "created, updated and deleted records are visible")
                }
                Ok(_) => Line::noted(
                    &id,
                    &what,
                    "created and updated records are visible; the API does not report deletions of this object",
                ),
            });
        }
    }

    async fn days_since(&mut self, time: Timestamp) -> i64 {
        let now = self.org.time().await.unwrap_or(time);
        now.duration_since(time).as_hours() / 24
    }

    /// SOAP does not show whether sessions are locked to an IP address, and the API that does requires the
    /// permission to change all settings. The lock matters only to a session that cannot be renewed.
    fn session_settings(&mut self) {
        let (id, what) = ("ip-lock", "Sessions locked to an IP");
        self.lines.push(match self.login {
            Login::Session => Line::noted(
                id,
                what,
                "this session cannot be renewed, so it is lost when the IP address of this machine changes",
            )
            .remedy(
                "in Session Settings in Setup, \"Lock sessions to the IP address from which they originated\" must \
                 be off; or activate the connection with another login",
            ),
            _ => Line::passed(
                id,
                what,
                "does not matter: if the IP address of this machine changes, the connector logs in again",
            ),
        });
    }

    fn calls(&mut self) {
        let (id, what) = ("calls", "Daily API calls");
        let line = match self.org.usage() {
            None => Line::noted(id, what, "the org does not show them"),
            Some(usage) => {
                let found = format!(
                    "{} of {} are used; {} are left for the connector, which leaves a tenth to others",
                    usage.used,
                    usage.allowed,
                    usage.left()
                );
                match usage.left() {
                    0 => Line::failed(id, what, found).remedy(
                        "wait until tomorrow, or find out which program uses the calls of the org",
                    ),
                    _ => Line::passed(id, what, found),
                }
            }
        };
        self.lines.push(line);
    }

    async fn ask(&mut self, fields: &[&str], from: &str) -> Result<Rows, FailedQuery> {
        let query = format!("SELECT {} {from}", fields.join(", "));
        rows(self.org, &query).await.map_err(failed_query)
    }
}

/// The permissions of the user.
struct Granted {
    fields: BTreeSet<&'static str>,
    /// The permissions that the org has.
    known: BTreeSet<&'static str>,
}

/// Makes the line of a query that failed.
type FailedQuery = Box<dyn FnOnce(&str, &str) -> Line + Send>;

fn failed_query(reason: Failure) -> FailedQuery {
    Box::new(move |id, what| match reason {
        Failure::Other(error) => failure(id, what, &error),
        Failure::Field(field) => {
            Line::failed(id, what, format!("the field {field} is not visible"))
                .remedy("make the field visible to the user")
        }
        Failure::TooLarge | Failure::TooOld | Failure::CursorLost => {
            Line::failed(id, what, "the org did not respond in time").remedy("try again later")
        }
    })
}

async fn rows(org: &mut Org, query: &str) -> Result<Rows, Failure> {
    let found = all_rows(org, query).await?;
    Ok(found.rows.iter().map(RowValues::to_vec).collect())
}
