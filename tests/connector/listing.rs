//! Hazard: output that a program reads wrongly, or that controls a terminal.

use saponify_cli::connector::listing::{Format, print, table};
use saponify_cli::connector::store::{EventQuery, PageProgress, Purpose, Row};

use crate::files::csv::oracle;
use crate::store::{Fixture, at, span};

fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.collect(
        span(0, 100),
        &[
            (10, "0Ya1", "Success"),
            (20, "0Ya2", "Invalid\u{1b}[2J Password"),
        ],
    );
    let audit = fixture.store.source("audit", at(0)).unwrap();
    let window = fixture
        .store
        .open_window(audit.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: true,
        now: at(100),
    };
    let row = Row {
        key: "0Ym1",
        time: None,
        values: &[
            Some("0Ym1"),
            Some("PermSetAssign"),
            Some("Permission set \"All\",\nassigned "),
            None,
        ],
    };
    let columns = ["Id", "Action", "Display", "CreatedById"];
    fixture
        .store
        .store_page(&progress, "SetupAuditTrail", &columns, [row])
        .unwrap();
    fixture
}

fn printed(format: &str) -> String {
    let mut out = Vec::new();
    let format: Format = format.parse().unwrap();
    let count = print(
        &fixture().store,
        &EventQuery::default(),
        format,
        None,
        &mut out,
    )
    .unwrap();
    assert_eq!(count, 3);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_table_has_a_line_per_row_and_controls_nothing() {
    let text = printed("table");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("TIME                 SOURCE   WHAT"));
    assert!(
        lines[1].ends_with("Permission set \"All\", assigned"),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains("PermSetAssign"));
    assert!(
        lines[3].starts_with("1970-01-01T00:00:20Z logins"),
        "{}",
        lines[3]
    );
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn csv_has_every_column_and_every_value() {
    let text = printed("csv");
    let rows = oracle(text.as_bytes());
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            row.into_iter()
                .map(|v| String::from_utf8(v).unwrap())
                .collect()
        })
        .collect();
    assert_eq!(
        rows[0],
        [
            "source",
            "about",
            "key",
            "time",
            "Id",
            "Action",
            "Display",
            "CreatedById",
            "LoginTime",
            "Status"
        ]
    );
    assert_eq!(rows[1][6], "Permission set \"All\",\nassigned ");
    assert_eq!(rows[3][9], "Invalid\u{1b}[2J Password");
    assert!(rows.iter().all(|row| row.len() == 10));
}

#[test]
fn lines_of_json_have_the_key() {
    for (format, path) in [("ndjson", "/key"), ("ocsf", "/metadata/uid")] {
        let keys: Vec<String> = printed(format)
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|value| value.pointer(path).unwrap().as_str().unwrap().to_owned())
            .collect();
        assert_eq!(keys, ["0Ym1", "0Ya1", "0Ya2"]);
    }
}

#[test]
fn a_closed_pipe_is_reported_as_such() {
    struct Gone;
    impl std::io::Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for format in ["table", "ndjson", "csv", "ocsf"] {
        let format = format.parse().unwrap();
        let error = print(
            &fixture().store,
            &EventQuery::default(),
            format,
            None,
            &mut Gone,
        )
        .unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        let source = source.downcast_ref::<std::io::Error>().unwrap();
        assert_eq!(source.kind(), std::io::ErrorKind::BrokenPipe);
    }
    assert!("xml".parse::<Format>().unwrap_err().is_usage());
}

#[test]
fn a_spreadsheet_does_not_evaluate_values() {
    let mut fixture = Fixture::new();
    fixture.collect(
        span(0, 100),
        &[
            (10, "0Ya1", "=HYPERLINK(\"http://x\",\"y\")"),
            (20, "0Ya2", "@SUM(1)"),
            (30, "0Ya3", "+1-1"),
            (40, "0Ya4", "-12.5"),
        ],
    );
    let mut out = Vec::new();
    let query = EventQuery::default();
    print(&fixture.store, &query, Format::Csv, None, &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let statuses: Vec<&str> = out
        .lines()
        .skip(1)
        .map(|line| line.rsplit_once(",\"").unwrap().1)
        .collect();
    assert_eq!(
        statuses,
        ["\"y\"\")\"", "'@SUM(1)\"", "'+1-1\"", "-12.5\""],
        "{out}"
    );
    assert!(out.contains("\"'=HYPERLINK("), "{out}");
    // Programs get the unchanged values.
    let mut out = Vec::new();
    print(&fixture.store, &query, Format::Ndjson, None, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\"@SUM(1)\""));
}

#[test]
fn a_table_fits_in_a_narrow_terminal() {
    let store = fixture().store;
    let lines = |columns| {
        let mut out = Vec::new();
        table(&store, &EventQuery::default(), columns, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    for columns in [20, 40, 60, 80, 100, 120] {
        for line in lines(Some(columns)) {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
    assert!(lines(Some(60))[0].contains("WHO"), "{:?}", lines(Some(60)));
    assert!(lines(Some(80))[0].contains("FROM"), "{:?}", lines(Some(80)));
    assert_eq!(lines(Some(200)), lines(None));
}

#[test]
fn a_summary_of_a_change_names_the_change_and_the_user() {
    let mut fixture = Fixture::new();
    let changes = fixture.store.source("changes", at(0)).unwrap();
    let window = fixture
        .store
        .open_window(changes.id, Purpose::Collect, Some(span(0, 100)), at(100))
        .unwrap();
    let columns = [
        "Id",
        "ChangeType",
        "CreatedById",
        "LastModifiedById",
        "Name",
    ];
    for (second, change) in [(1, "created"), (2, "updated"), (3, "deleted")] {
        let key = format!("005A/{second}");
        let is_there = change != "deleted";
        let values = [
            Some("005A"),
            Some(change),
            Some("005maker").filter(|_| is_there),
            Some("005changer").filter(|_| is_there),
            Some("Ada").filter(|_| is_there),
        ];
        let progress = PageProgress {
            window,
            expected: None,
            position: None,
            closes: change == "deleted",
            now: at(100),
        };
        let row = Row {
            key: &key,
            time: Some(at(second)),
            values: &values,
        };
        fixture
            .store
            .store_page(&progress, "User", &columns, [row])
            .unwrap();
    }
    let mut out = Vec::new();
    let query = EventQuery::default();
    print(&fixture.store, &query, Format::Table, None, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let words: Vec<Vec<&str>> = text
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().skip(1).collect())
        .collect();
    assert_eq!(
        words[0],
        ["changes", "created", "User", "005maker", "-", "Ada"]
    );
    assert_eq!(
        words[1],
        ["changes", "updated", "User", "005changer", "-", "Ada"]
    );
    assert_eq!(words[2], ["changes", "deleted", "User", "-", "-", "005A"]);
}
