//! Hazard: a report that calls an incomplete day complete, or a page that runs texts of an org.

use saponify_cli::connector::report::{DayState, Report};
use saponify_cli::connector::store::{
    Aside, ConfigurationChange, Interval, Listed, Method, Reconciliation,
};

use crate::store::{DAY, Fixture, at, span};

/// Four days of logins: complete, collected, with a gap, open; and a damaged file.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    for day in 0..3 {
        let key = format!("0Ya{day}");
        let window = span(day * DAY, (day + 1) * DAY);
        fixture.collect(window, &[(day * DAY + 9, &key, "Success")]);
    }
    fixture.collect(span(3 * DAY, 3 * DAY + 900), &[]);
    let source = fixture.logins();
    let count = Reconciliation {
        span: span(0, DAY),
        method: Method::CountDay,
        expected: 1,
        found: 1,
        repaired: 0,
        at: at(2 * DAY + 60),
    };
    fixture.store.reconciled(source.id, &count).unwrap();
    fixture
        .store
        .gap(
            source.id,
            span(2 * DAY, 2 * DAY + 60),
            "<script>alert(1)</script> & so on",
            at(3 * DAY),
        )
        .unwrap();
    let files = fixture.store.source("files", at(0)).unwrap();
    let file = Listed {
        sf_id: "0AT1".to_owned(),
        event_type: "Login".to_owned(),
        interval: Interval::Daily,
        sequence: 0,
        log_date: at(DAY),
        created: at(2 * DAY),
        length: 10,
        modified: at(2 * DAY),
    };
    fixture
        .store
        .list_files(files.id, &[file], |_| true, None, at(2 * DAY))
        .unwrap();
    let pending = fixture.store.pending_files().unwrap().remove(0);
    let aside = Aside {
        problem: "it ends in the middle of row 7".to_owned(),
        bytes: 10,
        sha256: "00".to_owned(),
    };
    fixture
        .store
        .file_set_aside(files.id, &pending, &aside, at(2 * DAY))
        .unwrap();
    fixture.store.reached(files.id, at(2 * DAY)).unwrap();
    fixture
        .store
        .drift("Login", "column-added", "EASY_SUITE_VALUE", at(DAY))
        .unwrap();
    let change = ConfigurationChange {
        setting: "interval".to_owned(),
        old: None,
        new: Some("hourly".to_owned()),
        local_at: at(DAY),
    };
    fixture.store.configuration_changed(&change).unwrap();
    fixture
}

fn report(fixture: &Fixture) -> Report {
    Report::gather(
        &fixture.store,
        "acme",
        span(100, 4 * DAY - 100),
        at(4 * DAY),
    )
    .unwrap()
}

#[test]
fn each_day_has_its_state() {
    let report = report(&fixture());
    let states = |source: &str| -> Vec<DayState> {
        let source = report
            .sources
            .iter()
            .find(|found| found.source == source)
            .unwrap();
        source.days.iter().map(|day| day.state).collect()
    };
    use DayState::{Collected, Complete, Gap, Open};
    assert_eq!(states("logins"), [Complete, Collected, Gap, Open]);
    assert_eq!(states("files"), [Complete, Gap, Open, Open]);
    assert!(!report.is_complete());
    assert_eq!(report.sources[1].complete_days, 1);
}

#[test]
fn rows_that_another_program_removed_are_missing() {
    if crate::engine::database().is_some() {
        // The test changes a file of SQLite.
        return;
    }
    let fixture = fixture();
    let database = rusqlite::Connection::open(fixture.path()).unwrap();
    let removed = database.execute("DELETE FROM event WHERE key = '0Ya0'", []);
    assert_eq!(removed.unwrap(), 1);
    let report = report(&fixture);
    let mut sources = report.sources.iter();
    let logins = sources.find(|found| found.source == "logins").unwrap();
    assert_eq!(
        (logins.days[0].state, logins.complete_days),
        (DayState::Gap, 0)
    );
}

#[test]
fn the_text_has_a_line_per_day() {
    let text = report(&fixture()).to_string();
    assert!(
        text.starts_with("acme: 1970-01-01 to 1970-01-04, both included, in UTC\n"),
        "{text}"
    );
    assert!(
        text.contains(
            "logins: 1 of 4 days complete, collected from 1970-01-01 00:00 until 1970-01-04 00:15"
        ),
        "{text}"
    );
    let line = text
        .lines()
        .find(|line| line.starts_with("  1970-01-01"))
        .unwrap();
    assert_eq!(
        line.split_whitespace().collect::<Vec<_>>().join(" "),
        "1970-01-01 complete 0 0 0 - -"
    );
    for part in [
        "it ends in the middle of row 7",
        "Login column-added EASY_SUITE_VALUE",
        "interval: unset -> hourly",
        "count-day",
        "  collected  Everything was collected. The count a day later has not been made yet.\n",
        "  gap        Data is missing.",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn the_json_has_the_same_facts() {
    let report = report(&fixture());
    let json: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    let logins = json["sources"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["source"] == "logins")
        .unwrap();
    assert_eq!(logins["days"][0]["state"], "complete");
    assert_eq!(logins["days"][0]["expected"], 1);
    assert_eq!(json["gaps"].as_array().unwrap().len(), 2);
}

#[test]
fn the_page_loads_no_files_and_runs_no_scripts() {
    let html = report(&fixture()).to_html();
    for outside in [
        "<script", "http:", "https:", "url(", "@import", "<link", "<img",
    ] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on"));
    assert!(html.contains("<title>Compliance report: acme</title>"));
    // There is a cell per day: four of each source, in addition to those of the legend.
    assert_eq!(html.matches("<td class=\"day ").count(), 8);
    assert!(html.contains("<caption>January 1970</caption>"));
    // 1 January 1970 was a Thursday.
    assert!(html.contains("<tr><td></td><td></td><td></td><td class=\"day complete\""));
    assert!(html.contains("There are 2 open gaps."));
    assert!(html.contains("From 1970-01-01 to 1970-01-04, both included, in UTC."));
    // The head of a column is as wide as a day, also over weekdays on which the month has none.
    assert!(html.contains(".month th { width: 2rem;") && html.contains(".month td { width: 2rem;"));
    if let Some(folder) = std::env::var_os("SAPONIFY_LOOK") {
        std::fs::write(std::path::Path::new(&folder).join("report.html"), html).unwrap();
    }
}

#[test]
fn texts_of_an_org_do_not_control_the_terminal() {
    let mut fixture = fixture();
    let source = fixture.logins();
    let reason = "no\n  access\u{1b}[2J\u{1b}]0;title\u{7}";
    let lost = span(2 * DAY + 60, 2 * DAY + 120);
    fixture
        .store
        .gap(source.id, lost, reason, at(3 * DAY))
        .unwrap();
    fixture
        .store
        .drift("Login", "column-added", "EVIL\u{1b}[1A\rname", at(DAY))
        .unwrap();
    let report = Report::gather(&fixture.store, "acme", span(0, 4 * DAY), at(4 * DAY)).unwrap();
    let text = report.to_string();
    assert!(
        !text.contains(|c: char| c != '\n' && c.is_control()),
        "{text:?}"
    );
    assert!(text.contains("no access [2J ]0;title (open)"), "{text}");
}
