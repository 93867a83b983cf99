//! Hazard: events that are not OCSF, or that lose or invent something of their row.

use std::io::Write as _;
use std::process::{Command, Stdio};

use saponify_cli::connector::Error;
use saponify_cli::connector::ocsf::{Mapping, to_ocsf};
use saponify_cli::connector::store::{
    Event, EventQuery, Interval, Listed, PageProgress, Purpose, Row,
};
use serde_json::{Value, json};

use crate::store::{Fixture, Written, at, events, span};

/// A row of an object: its columns and their values.
type Columns<'a> = &'a [(&'a str, &'a str)];

/// Rows in one store, because creating a store takes some time.
struct Rows {
    fixture: Fixture,
    count: usize,
}

impl Rows {
    fn new() -> Self {
        let fixture = Fixture::new();
        Self { fixture, count: 0 }
    }

    fn object(&mut self, source: &str, about: &str, second: Option<i64>, columns: Columns<'_>) {
        self.count += 1;
        let store = &mut self.fixture.store;
        let id = store.source(source, at(0)).unwrap().id;
        let window = store
            .open_window(id, Purpose::Collect, Some(span(0, 100)), at(100))
            .unwrap();
        let progress = PageProgress {
            window,
            expected: None,
            position: None,
            closes: true,
            now: at(100),
        };
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<Option<&str>> = columns.iter().map(|(_, value)| Some(*value)).collect();
        let row = Row {
            key: &format!("0Xx{}", self.count),
            time: second.map(at),
            values: &values,
        };
        store.store_page(&progress, about, &names, [row]).unwrap();
    }

    fn file(&mut self, event_type: &str, columns: Columns<'_>) {
        self.count += 1;
        let store = &mut self.fixture.store;
        let id = store.source("files", at(0)).unwrap().id;
        let file = Listed {
            sf_id: format!("0AT{}", self.count),
            event_type: event_type.to_owned(),
            interval: Interval::Daily,
            sequence: 0,
            log_date: at(0),
            created: at(0),
            length: 1,
            modified: at(0),
        };
        store
            .list_files(id, &[file], |_| true, None, at(0))
            .unwrap();
        let pending = store.pending_files().unwrap().remove(0);
        store
            .store_file::<Error>(id, &pending, at(0), |rows| {
                let (names, values): (Vec<_>, Vec<_>) = columns.iter().copied().unzip();
                let mut file = Written::new(rows, &names)?;
                file.push(rows, Some(at(50)), &values)?;
                Ok(file.end())
            })
            .unwrap();
    }

    fn audit(&mut self, action: &str, display: &str) {
        let columns = [
            ("Id", "0Ym1"),
            ("Action", action),
            ("Section", "Manage Users"),
            ("CreatedById", "0055e000000admnAAA"),
            ("CreatedBy.Username", "admin@acme.example"),
            ("Display", display),
            ("DelegateUser", ""),
        ];
        self.object("audit", "SetupAuditTrail", Some(10), &columns);
    }

    fn events(&self) -> Vec<Event> {
        let all = events(&self.fixture.store, &EventQuery::default());
        assert_eq!(all.len(), self.count);
        all
    }
}

fn one(add: impl FnOnce(&mut Rows)) -> Event {
    let mut rows = Rows::new();
    add(&mut rows);
    rows.events().remove(0)
}

fn of_object(source: &str, about: &str, second: Option<i64>, columns: Columns<'_>) -> Event {
    one(|rows| rows.object(source, about, second, columns))
}

fn of_file(event_type: &str, columns: Columns<'_>) -> Event {
    one(|rows| rows.file(event_type, columns))
}

fn audit(action: &str, display: &str) -> Event {
    one(|rows| rows.audit(action, display))
}

fn ocsf(event: &Event) -> Value {
    to_ocsf(
        &Mapping::built_in().unwrap(),
        event,
        Some("00D5e000000AcMe"),
    )
}

const LOGIN: Columns<'_> = &[
    ("Id", "0Ya1"),
    ("UserId", "0055e000000abcdAAA"),
    ("User.Username", "ada@acme.example"),
    ("SourceIp", "203.0.113.9"),
    ("Status", "Invalid Password"),
    ("LoginType", "SAML Idp Initiated SSO"),
    ("CountryIso", "IE"),
    ("Browser", "Chrome 131"),
    ("CipherSuite", "ECDHE-RSA-AES256-GCM-SHA384"),
];

/// One row for each line of `events.tsv`, and rows in which nearly everything is missing.
fn sample_rows() -> Rows {
    let mut rows = Rows::new();
    rows.object("logins", "LoginHistory", Some(10), LOGIN);
    let no_time = [("Id", "0Ya2"), ("SourceIp", "Salesforce.com IP")];
    rows.object("logins", "LoginHistory", None, &no_time);
    let deleted = [("Id", "0055e1"), ("ChangeType", "deleted")];
    rows.object("changes", "User", Some(10), &deleted);
    rows.object("messages", "Contact", Some(10), NOTIFIED);
    let rules = include_str!("../../src/connector/ocsf/tables/events.tsv").lines();
    for rule in rules.filter(|line| !line.starts_with('#')).skip(1) {
        let cells: Vec<&str> = rule.split('\t').collect();
        let name = cells[1].replace('*', "Something");
        match cells[0] {
            "audit" => {
                rows.audit(&name, "Ada (UserID: [0055e000000abcd]) was changed ");
                rows.object("audit", "SetupAuditTrail", None, &[("Action", &name)]);
            }
            "files" => {
                rows.file(&name, WEB);
                rows.file(&name, &[("EVENT_TYPE", &name)]);
            }
            _ => {}
        }
    }
    rows
}

const WEB: Columns<'_> = &[
    ("EVENT_TYPE", "URI"),
    ("TIMESTAMP", "20260131235959.123"),
    ("REQUEST_ID", "4Ytk-1"),
    ("USER_ID_DERIVED", "0055e000000abcdAAA"),
    ("CLIENT_IP", "Salesforce.com IP"),
    ("URI", "/home/home.jsp"),
    ("METHOD", "PATCH"),
    ("METHOD_NAME", "query"),
    ("ENTITY_NAME", "Account"),
    ("QUERY", "SELECT Id FROM Account"),
    ("RUN_TIME", "136.0"),
    ("REQUEST_STATUS", "S"),
    ("SESSION_KEY", "abc"),
    ("USER_AGENT", "9999"),
    ("LOGIN_STATUS", "LOGIN_NO_ERROR"),
    ("LOGIN_TYPE", "i"),
    ("DOCUMENT_ID", "0695e1"),
    ("FILE_NAME", "list.csv"),
    ("SIZE_BYTES", "12.0"),
    ("TRANSACTION_TYPE", "VersionDownloadApi"),
    ("API_VERSION", "9998.0"),
    ("EMPTY", ""),
];

fn samples() -> Vec<Event> {
    sample_rows().events()
}

/// A store with a row for each kind of event.
#[cfg(feature = "object-store")]
pub(crate) fn store_of_samples() -> Fixture {
    sample_rows().fixture
}

#[test]
fn a_login_is_an_authentication() {
    let event = ocsf(&of_object("logins", "LoginHistory", Some(10), LOGIN));
    assert_eq!(
        (&event["class_uid"], &event["type_uid"]),
        (&json!(3002), &json!(300201))
    );
    assert_eq!(event["time"], 10_000);
    assert_eq!(
        (&event["status_id"], &event["status_detail"]),
        (&json!(2), &json!("Invalid Password"))
    );
    assert_eq!(event["auth_protocol_id"], 5);
    assert_eq!(
        event["src_endpoint"],
        json!({"ip": "203.0.113.9", "location": {"country": "IE"}})
    );
    assert_eq!(
        event["user"],
        json!({"uid": "0055e000000abcdAAA", "name": "ada@acme.example"})
    );
    assert_eq!(event["metadata"]["uid"], "0Xx1");
    assert_eq!(event["metadata"]["original_event_uid"], "0Ya1");
    assert_eq!(event["metadata"]["tenant_uid"], "00D5e000000AcMe");
    // Values without a place in OCSF are kept.
    assert_eq!(
        event["unmapped"]["CipherSuite"],
        "ECDHE-RSA-AES256-GCM-SHA384"
    );
}

/// An outbound message about a record that another user created.
const NOTIFIED: Columns<'_> = &[
    ("NotificationId", "04l5e0000000001AAA"),
    ("ActionId", "04k5e0000000001AAA"),
    ("ChangeType", "notified"),
    ("Id", "0035e0000000001AAA"),
    ("CreatedById", "0055e000000creator"),
    ("LastModifiedById", "0055e000000changer"),
];

#[test]
fn a_pushed_record_is_named_with_its_object_and_who_changed_it() {
    let event = ocsf(&of_object("messages", "Contact", Some(10), NOTIFIED));
    assert_eq!(event["type_uid"], 300_499);
    assert_eq!(event["actor"]["user"]["uid"], "0055e000000changer");
    assert_eq!(event["entity"]["type"], "Contact");
    assert_eq!(event["entity"]["uid"], "0035e0000000001AAA");
    assert_eq!(event["unmapped"]["CreatedById"], "0055e000000creator");
}

#[test]
fn a_text_that_is_not_an_address_is_a_name() {
    let event = ocsf(&of_file("Login", WEB));
    assert_eq!(event["src_endpoint"], json!({"name": "Salesforce.com IP"}));
    assert_eq!(event["status_id"], 1);
    assert_eq!(event["auth_protocol_id"], 6);
}

#[test]
fn audit_rows_are_mapped_to_their_class() {
    for (action, class, activity) in [
        ("createduser", 3001, 1),
        ("frozeuser", 3001, 5),
        ("PERMSETASSIGN", 3005, 1),
        ("suOrgAdminLogin", 3002, 7),
        ("queueMembership", 3006, 99),
        ("changedSessionSettings", 3004, 3),
        ("whatever", 3004, 99),
    ] {
        let event = ocsf(&audit(action, "Something happened "));
        assert_eq!(
            (&event["class_uid"], &event["activity_id"]),
            (&json!(class), &json!(activity)),
            "{action}"
        );
        assert_eq!(event["metadata"]["event_code"], action);
    }
    let event = ocsf(&audit(
        "unlockeduser",
        "Unlocked user x@y.example (UserID: [0055e000000abcd])",
    ));
    assert_eq!(event["user"], json!({"uid": "0055e000000abcd"}));
    assert_eq!(event["actor"]["user"]["name"], "admin@acme.example");
    assert_eq!(
        event["message"],
        "Unlocked user x@y.example (UserID: [0055e000000abcd])"
    );
}

#[test]
fn the_activity_of_a_call_depends_on_its_verb() {
    let rest = ocsf(&of_file("RestApi", WEB));
    assert_eq!(
        (&rest["type_uid"], &rest["duration"]),
        (&json!(600303), &json!(136))
    );
    let soap = ocsf(&of_file("API", WEB));
    assert_eq!(
        (&soap["type_uid"], &soap["api"]["operation"]),
        (&json!(600302), &json!("query"))
    );
    let unknown = ocsf(&of_file("BrandNewEventType", WEB));
    assert_eq!(
        (&unknown["class_uid"], &unknown["type_uid"]),
        (&json!(0), &json!(99))
    );
}

#[test]
fn a_row_without_a_time_has_a_label() {
    let event = ocsf(&of_object(
        "logins",
        "LoginHistory",
        None,
        &[("Id", "0Ya2")],
    ));
    assert_eq!(event["time"], 0);
    assert_eq!(event["metadata"]["labels"], json!(["time-missing"]));
    assert_eq!(event["user"], json!({"name": "unknown"}));
}

/// Checks what the JSON Schema does not check, and that each value of the row is somewhere in the event.
#[test]
fn every_event_is_consistent_and_loses_nothing() {
    for row in samples() {
        let event = ocsf(&row);
        let number = |name: &str| event[name].as_i64().unwrap();
        assert_eq!(
            number("type_uid"),
            number("class_uid") * 100 + number("activity_id")
        );
        assert_eq!(number("category_uid"), number("class_uid") / 1000);
        let text = event.to_string();
        for (name, value) in row.fields() {
            let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else {
                continue;
            };
            let number = value.trim_end_matches(".0");
            assert!(
                text.contains(value) || text.contains(number),
                "{name} of {} in {text}",
                row.about()
            );
        }
    }
}

#[test]
fn errors_name_the_line_of_a_broken_table() {
    let (events, fields, values) = ("h\nlogins\t*\t3002\t1\n", "h\n", "h\n");
    assert!(Mapping::parse(events, fields, values).is_ok());
    for (events, fields, values, complaint) in [
        (
            "h\nlogins\t*\t3002\n",
            fields,
            values,
            "line 2 of the mapping table events.tsv is broken",
        ),
        (
            "# c\nh\nlogins\t*\tx\t1\n",
            fields,
            values,
            "line 3 of the mapping table events.tsv is broken: a number",
        ),
        (
            "h\nlogins\t*\t3002\tnone A\n",
            fields,
            values,
            "the table of values that it names does not exist",
        ),
        (
            events,
            "h\n*\ta\tb\tnone\t\n",
            values,
            "line 2 of the mapping table fields.tsv is broken",
        ),
        (
            events,
            fields,
            "h\nt\tv\tx\n",
            "line 2 of the mapping table values.tsv is broken",
        ),
    ] {
        let error = Mapping::parse(events, fields, values).unwrap_err();
        assert!(error.to_string().contains(complaint), "{error}");
    }
}

/// Validates against the published schema, with `tests/peers/ocsf.py`.
#[test]
fn events_conform_to_the_published_schema() {
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!(
            "skipped: the schema of OCSF is not asked; SAPONIFY_PEERS=1 tells that it is installed"
        );
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/ocsf.py");
    let mut python =
        Command::new(std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into()))
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
    let mut input = python.stdin.take().unwrap();
    let mut count = 0;
    for row in samples() {
        writeln!(input, "{}", ocsf(&row)).unwrap();
        count += 1;
    }
    drop(input);
    let output = python.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    let classes: Vec<(u64, &str)> = said
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .map(|(count, class)| (count.parse().unwrap(), class))
        .collect();
    assert_eq!(classes.iter().map(|(count, _)| count).sum::<u64>(), count);
    assert_eq!(
        classes.len(),
        10,
        "every class of the tables was there: {said}"
    );
}

#[test]
fn the_user_who_created_a_record_is_not_the_one_who_changed_it() {
    let of = |change: &'static str, columns: &[(&'static str, &'static str)]| {
        let own = [("Id", "0055e1"), ("ChangeType", change)];
        let columns: Vec<_> = own.iter().chain(columns).copied().collect();
        let event = ocsf(&of_object("changes", "User", Some(10), &columns));
        event["actor"]["user"]["uid"].as_str().map(str::to_owned)
    };
    let both = [
        ("CreatedById", "005maker"),
        ("LastModifiedById", "005changer"),
    ];
    assert_eq!(of("created", &both).as_deref(), Some("005maker"));
    assert_eq!(of("updated", &both).as_deref(), Some("005changer"));
    assert_eq!(of("updated", &both[..1]), None);
    assert_eq!(of("deleted", &[]), None);
    let audit = ocsf(&audit("createduser", "Created new user"));
    assert_eq!(audit["actor"]["user"]["uid"], "0055e000000admnAAA");
}
