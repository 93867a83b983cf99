//! Hazard: files that are listed incompletely, replaced, both hourly and daily, or cannot be fetched.

use saponify_cli::connector::sources::files::Choice;
use saponify_cli::connector::store::EventQuery;
use saponify_cli::connector::window::Span;

use crate::files::org::{File, Org, daily, hourly, run, run_with};
use crate::store::{DAY, Fixture, at, span};

fn keys(fixture: &Fixture) -> Vec<String> {
    let mut keys = fixture.keys(&EventQuery::default());
    keys.sort();
    keys
}

#[test]
fn new_files_are_fetched_and_old_ones_are_not_fetched_again() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    for day in 0..5 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    org.now = 4 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        (outcome.listing.added, outcome.stored, outcome.rows),
        (3, 3, 3)
    );
    assert_eq!(
        org.fetched,
        ["0AT0", "0AT1", "0AT2"],
        "the one that expires first comes first"
    );
    org.now = 4 * DAY + 12_000;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.stored, 1);
    assert_eq!(org.fetched.len(), 4);
    // In between, the list goes back three days. A day later it goes back to the beginning.
    assert!(
        org.queries[1].contains("CreatedDate >= 1970-01-02T00:00:00Z"),
        "{}",
        org.queries[1]
    );
    org.now = 6 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert!(
        org.queries[2].contains("CreatedDate >= 1970-01-01T00:00:00Z"),
        "{}",
        org.queries[2]
    );
    assert_eq!(keys(&fixture).len(), 5);
}

#[test]
fn a_day_is_collected_hourly_or_daily_but_not_both() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    // There are two days with only daily files, and then both kinds.
    for day in 0..4 {
        org.add(&format!("0ATd{day}"), daily(day));
    }
    for hour in 50..54 {
        org.add(&format!("0ATh{hour}"), hourly(hour));
    }
    org.add(
        "0ATother",
        File {
            event_type: "Logout",
            ..daily(3)
        },
    );
    org.now = 6 * DAY;
    run(&mut fixture, &mut org).unwrap();
    let expected = [
        "0ATd0/1/1",
        "0ATd1/1/1",
        "0ATh50/1/1",
        "0ATh51/1/1",
        "0ATh52/1/1",
        "0ATh53/1/1",
        "0ATother/1/1",
    ];
    assert_eq!(keys(&fixture), expected);
    // Later lists no longer contain the first hourly file, but the ledger does.
    org.files.retain(|id, _| !id.starts_with("0ATh"));
    org.add("0ATd9", daily(9));
    org.now = 11 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), expected);
    let outcome = run_with(&mut Fixture::new(), &mut org, Choice::Daily).unwrap();
    assert_eq!(outcome.stored, 6);
    let outcome = run_with(&mut Fixture::new(), &mut org, Choice::Hourly).unwrap();
    assert_eq!(outcome.stored, 0);
}

#[test]
fn an_org_that_hides_interval_and_sequence_has_daily_files() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATd0", daily(0));
    org.add("0ATh1", hourly(1));
    org.refused = vec!["Interval", "Sequence"];
    org.now = 3 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATd0/1/1"]);
    let drifts = fixture.store.drifts().unwrap();
    assert_eq!(drifts.len(), 2);
    // If only Interval is hidden, Sequence distinguishes the kinds.
    org.refused = vec!["Interval"];
    let mut fixture = Fixture::new();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATh1/1/1"]);
}

#[test]
fn an_incomplete_list_deletes_no_file() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    for day in 0..5 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    org.now = 8 * DAY;
    org.lost_cursors = 2;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.listing.added, 5);
    org.lost_cursors = 99;
    org.now = 9 * DAY;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(error.to_string().contains("cursor"), "{error}");
    org.lost_cursors = 0;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(outcome.listing.gone, 0);
}

#[test]
fn a_file_that_is_cut_once_is_stored_and_one_that_is_cut_twice_is_set_aside() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.add("0AT1", daily(1));
    org.add("0AT2", daily(2));
    org.cut = [("0AT0".to_owned(), 1), ("0AT1".to_owned(), 2)].into();
    org.now = 6 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.aside), (2, 1));
    assert_eq!(keys(&fixture), ["0AT0/1/1", "0AT2/1/1"]);
    assert_eq!(fixture.store.gaps(span(0, 9 * DAY)).unwrap().len(), 1);
    assert_eq!(
        std::fs::read_dir(fixture.folder.path().join("aside"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_file_that_cannot_be_fetched_does_not_stop_the_others() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.add("0AT1", daily(1));
    org.unreachable = vec!["0AT0"];
    org.now = 6 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.failed), (1, 1));
    assert_eq!(fixture.store.pending_files().unwrap().len(), 1);
    org.unreachable.clear();
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.failed), (1, 0));
    assert_eq!(keys(&fixture).len(), 2);
}

/// The spans in which files may have been created and deleted.
fn gaps(fixture: &Fixture) -> Vec<Span> {
    let gaps = fixture.store.gaps(span(0, 99 * DAY)).unwrap();
    gaps.iter().map(|gap| gap.span).collect()
}

#[test]
fn files_that_were_created_and_deleted_without_being_listed_are_a_gap() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    // A file that is older than a day shows that files are kept for thirty days.
    org.add("0AT0", daily(0));
    org.now = 5 * DAY;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 0);
    assert_eq!(gaps(&fixture), []);
    // Files of the last three days may not have been there yet. Those of the day that is thirty days ago
    // appeared after it.
    org.now = 50 * DAY + 3_600;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 1);
    assert_eq!(gaps(&fixture), [span(2 * DAY, 20 * DAY)]);
    org.now += 3_600;
    assert_eq!(run(&mut fixture, &mut org).unwrap().unlisted, 0);
    assert_eq!(gaps(&fixture), [span(2 * DAY, 20 * DAY)]);
}

#[test]
fn an_org_that_keeps_files_for_a_day_has_no_complete_days_before_it() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    let keep = |org: &mut Org| {
        let now = org.now;
        org.files = (0..now / DAY)
            .map(|day| (format!("0AT{day}"), daily(day)))
            .filter(|(_, file)| (now - DAY..now).contains(&file.created))
            .collect();
    };
    org.now = 20 * DAY + 12_000;
    keep(&mut org);
    assert_eq!(org.files.len(), 1);
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
    let states = |fixture: &Fixture| -> Vec<bool> {
        let source = fixture.store.sources().unwrap().remove(0);
        let days = fixture.store.days(&source, span(15 * DAY, 24 * DAY));
        days.unwrap().iter().map(|day| day.is_complete()).collect()
    };
    // As long as somebody looks every few hours, no gap is added.
    for _ in 0..30 {
        org.now += 5 * 3_600;
        keep(&mut org);
        run(&mut fixture, &mut org).unwrap();
    }
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
    let (lost, whole) = (false, true);
    assert_eq!(
        states(&fixture),
        [lost, lost, lost, lost, whole, whole, whole, whole, lost]
    );

    // Two days without a listing.
    let last = org.now;
    org.now += 2 * DAY;
    keep(&mut org);
    run(&mut fixture, &mut org).unwrap();
    let lost = Span::new(at(last - 3 * DAY), at((org.now - DAY) / DAY * DAY));
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY), lost.unwrap()]);
}

#[test]
fn an_org_without_files_proves_nothing_about_the_past() {
    let mut fixture = Fixture::new();
    let mut org = Org {
        now: 20 * DAY + 12_000,
        ..Org::default()
    };
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(gaps(&fixture), [span(0, 19 * DAY)]);
}

#[test]
fn the_day_on_which_hourly_files_begin_is_collected_from_its_daily_file() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATd0", daily(0));
    // Hourly files begin at ten o'clock, and the daily file contains the rows of all hours.
    let mut whole = daily(1);
    whole
        .text
        .push_str("\"Login\",\"again\"\n\"Login\",\"once more\"\n");
    org.add("0ATd1", whole);
    org.add("0ATh34", hourly(34));
    org.add("0ATh35", hourly(35));
    org.add("0ATh48", hourly(48));
    org.now = 3 * DAY;
    run(&mut fixture, &mut org).unwrap();
    // As long as more hourly files can appear, the hourly ones are collected.
    let hourly_ones = ["0ATd0/1/1", "0ATh34/1/1", "0ATh35/1/1", "0ATh48/1/1"];
    assert_eq!(keys(&fixture), hourly_ones);
    org.now = 5 * DAY + 50_000;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    let daily_one = [
        "0ATd0/1/1",
        "0ATd1/1/1",
        "0ATd1/1/2",
        "0ATd1/1/3",
        "0ATh48/1/1",
    ];
    assert_eq!(keys(&fixture), daily_one);
    assert_eq!(gaps(&fixture), []);

    // An hourly file of that day that appears later does not add its rows again.
    org.add(
        "0ATh30",
        File {
            created: org.now,
            ..hourly(30)
        },
    );
    org.now += 26 * 3_600;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), daily_one);
    assert_eq!(gaps(&fixture), []);
}

#[test]
fn a_day_without_hourly_files_is_collected_from_its_daily_file() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATh24", hourly(24));
    org.add("0ATd1", daily(1));
    org.add("0ATd2", daily(2));
    org.now = 4 * DAY;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATh24/1/1"]);
    org.now = 7 * DAY;
    run(&mut fixture, &mut org).unwrap();
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(keys(&fixture), ["0ATd2/1/1", "0ATh24/1/1"]);
    assert_eq!(gaps(&fixture), []);
}

#[test]
fn a_replaced_file_is_fetched_again() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0AT0", daily(0));
    org.now = 2 * DAY;
    run(&mut fixture, &mut org).unwrap();
    let file = org.files.get_mut("0AT0").unwrap();
    file.modified += 500;
    file.text += "\"Login\",\"late\"\n";
    org.now = 2 * DAY + 3_600;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.listing.changed, outcome.rows), (1, 2));
    assert_eq!(keys(&fixture), ["0AT0/2/1", "0AT0/2/2"]);
}

#[test]
fn a_daily_file_is_compared_with_the_hourly_ones() {
    let mut fixture = Fixture::new();
    let mut org = Org::default();
    org.add("0ATh1", hourly(24));
    org.add("0ATh2", hourly(25));
    // The file has two rows, as the hourly files together.
    let mut whole = daily(1);
    whole.text.push_str("\"Login\",\"again\"\n");
    org.add("0ATd1", whole);
    org.now = 3 * DAY;
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.stored, outcome.rows), (2, 2), "{outcome:?}");
    let counts = fixture.store.daily_counts(span(0, 9 * DAY)).unwrap();
    assert_eq!(counts.len(), 1);
    assert_eq!((counts[0].daily, counts[0].hourly), (2, 2), "{counts:?}");

    // The daily file is replaced by one with a row that no hourly file has.
    let more = org.files.get_mut("0ATd1").unwrap();
    more.text.push_str("\"Login\",\"missing\"\n");
    more.modified += 1;
    org.now = 3 * DAY + 7_200;
    run(&mut fixture, &mut org).unwrap();
    assert!(
        fixture.store.gaps(span(0, 9 * DAY)).unwrap().is_empty(),
        "it may come yet"
    );
    org.now = 5 * DAY + 7_200;
    run(&mut fixture, &mut org).unwrap();
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!((gaps[0].subject.as_str(), gaps[0].closed), ("0ATd1", None));
    let fetches = org.fetched.iter().filter(|id| *id == "0ATd1").count();
    assert_eq!(fetches, 2, "each content is counted once");

    let mut late = hourly(26);
    late.created = 5 * DAY + 7_300;
    org.add("0ATh3", late);
    org.now = 5 * DAY + 10_800;
    run(&mut fixture, &mut org).unwrap();
    // The daily file is listed again with the next full listing.
    org.now = 6 * DAY + 14_400;
    run(&mut fixture, &mut org).unwrap();
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert!(gaps[0].closed.is_some(), "{gaps:?}");
}

#[test]
fn an_org_that_does_not_respond_ends_the_round_of_files() {
    let mut fixture = Fixture::new();
    let mut org = Org {
        now: 4 * DAY,
        silent: vec!["0AT0"],
        ..Org::default()
    };
    for day in 0..3 {
        org.add(&format!("0AT{day}"), daily(day));
    }
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(org.fetched, ["0AT0"]);
    assert_eq!((outcome.failed, outcome.untried, outcome.stored), (1, 2, 0));
    assert!(outcome.first_failure.unwrap().contains("0AT0"));
    // If the failure concerns one file, the others are fetched nevertheless.
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!(org.fetched, ["0AT0", "0AT1", "0AT2", "0AT0"]);
    assert_eq!((outcome.failed, outcome.untried, outcome.stored), (1, 0, 2));
    org.silent.clear();
    let outcome = run(&mut fixture, &mut org).unwrap();
    assert_eq!((outcome.failed, outcome.stored), (0, 1));
}
