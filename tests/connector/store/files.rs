//! Hazard: event log files that are replaced, deleted, late or damaged.

use saponify_cli::connector::Error;
use saponify_cli::connector::store::{
    Aside, EventQuery, Interval, Listed, Listing, Pending, SourceState, State,
};
use saponify_cli::connector::window::Span;

use super::{DAY, Fixture, Written, at, span};

pub(super) fn listed(sf_id: &str, length: u64, modified: i64) -> Listed {
    Listed {
        sf_id: sf_id.to_owned(),
        event_type: "Login".to_owned(),
        interval: Interval::Daily,
        sequence: 0,
        log_date: at(DAY),
        created: at(2 * DAY),
        length,
        modified: at(modified),
    }
}

pub(super) fn source(fixture: &mut Fixture) -> SourceState {
    fixture.store.source("files", at(0)).unwrap()
}

pub(super) fn list(fixture: &mut Fixture, files: &[Listed], created: Option<Span>) -> Listing {
    let source = source(fixture);
    fixture
        .store
        .list_files(source.id, files, |_| true, created, at(3 * DAY))
        .unwrap()
}

const COLUMNS: [&str; 2] = ["EVENT_TYPE", "USER_ID"];

fn fetch(fixture: &mut Fixture, file: &Pending, users: &[&str]) {
    let source = source(fixture);
    let rows = fixture
        .store
        .store_file::<Error>(source.id, file, at(4 * DAY), |rows| {
            let mut file = Written::new(rows, &COLUMNS)?;
            for user in users {
                file.push(rows, Some(at(DAY + 5)), &["Login", user])?;
            }
            Ok(file.end())
        })
        .unwrap();
    assert_eq!(rows, users.len() as u64);
}

fn everything() -> EventQuery {
    EventQuery {
        superseded: true,
        ..EventQuery::default()
    }
}

#[test]
fn a_file_is_stored_once_with_all_rows() {
    let mut fixture = Fixture::new();
    let files = [listed("0AT1", 10, 7)];
    assert_eq!(list(&mut fixture, &files, None).added, 1);
    assert_eq!(
        list(&mut fixture, &files, None),
        Listing::default(),
        "nothing new"
    );
    let pending = fixture.store.pending_files().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].file, files[0]);
    fetch(&mut fixture, &pending[0], &["u1", "u1", "u2"]);
    assert!(fixture.store.pending_files().unwrap().is_empty());
    // Equal rows are different rows, because a request may log the same line twice.
    assert_eq!(
        fixture.keys(&EventQuery::default()),
        ["0AT1/1/1", "0AT1/1/2", "0AT1/1/3"]
    );
    let id = source(&mut fixture).id;
    let again = fixture
        .store
        .store_file::<Error>(id, &pending[0], at(4 * DAY), |rows| {
            let mut file = Written::new(rows, &COLUMNS)?;
            file.push(rows, None, &["Login", "u1"])?;
            Ok(file.end())
        });
    assert!(again.is_err(), "the database itself refuses the same rows");
    assert_eq!(fixture.keys(&everything()).len(), 3);
}

#[test]
fn a_file_that_fails_in_the_middle_leaves_nothing() {
    let mut fixture = Fixture::new();
    list(&mut fixture, &[listed("0AT1", 10, 7)], None);
    let pending = fixture.store.pending_files().unwrap().remove(0);
    let source = source(&mut fixture);
    let result = fixture.store.store_file::<Box<dyn std::error::Error>>(
        source.id,
        &pending,
        at(4 * DAY),
        |rows| {
            let mut file = Written::new(rows, &COLUMNS)?;
            file.push(rows, None, &["Login", "u1"])?;
            Err("the connection was lost".into())
        },
    );
    assert_eq!(result.unwrap_err().to_string(), "the connection was lost");
    assert!(fixture.keys(&everything()).is_empty());
    fixture
        .store
        .file_failed(&pending, "the connection was lost", false)
        .unwrap();
    let pending = fixture.store.pending_files().unwrap();
    assert_eq!(pending[0].damaged, 0);
    let entry = &fixture.store.files(span(0, 9 * DAY)).unwrap()[0];
    assert_eq!(entry.problem.as_deref(), Some("the connection was lost"));
}

#[test]
fn a_replaced_file_is_a_new_revision() {
    let mut fixture = Fixture::new();
    list(&mut fixture, &[listed("0AT1", 10, 7)], None);
    let pending = fixture.store.pending_files().unwrap();
    fetch(&mut fixture, &pending[0], &["u1"]);
    // Other bytes of the same length are recognized by the time of the change.
    let listing = list(&mut fixture, &[listed("0AT1", 10, 8)], None);
    assert_eq!((listing.added, listing.changed), (0, 1));
    assert_eq!(
        fixture.keys(&EventQuery::default()),
        ["0AT1/1/1"],
        "the old rows stand until then"
    );
    let pending = fixture.store.pending_files().unwrap();
    assert_eq!(pending[0].number, 2);
    fetch(&mut fixture, &pending[0], &["u1", "u2"]);
    assert_eq!(
        fixture.keys(&EventQuery::default()),
        ["0AT1/2/1", "0AT1/2/2"]
    );
    assert_eq!(
        fixture.keys(&everything()).len(),
        3,
        "both revisions are kept"
    );
    let states: Vec<_> = fixture
        .store
        .files(span(0, 9 * DAY))
        .unwrap()
        .into_iter()
        .map(|entry| (entry.revision, entry.state, entry.rows))
        .collect();
    assert_eq!(
        states,
        [(1, State::Stored, Some(1)), (2, State::Stored, Some(2))]
    );
}

#[test]
fn a_content_that_was_replaced_before_it_was_fetched_is_not_a_gap() {
    let mut fixture = Fixture::new();
    list(&mut fixture, &[listed("0AT1", 10, 7)], None);
    list(&mut fixture, &[listed("0AT1", 20, 8)], None);
    let pending = fixture.store.pending_files().unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].number, pending[0].file.length), (2, 20));
    assert!(fixture.store.gaps(span(0, 9 * DAY)).unwrap().is_empty());
}

#[test]
fn a_file_that_was_deleted_before_it_was_fetched_is_a_gap() {
    let mut fixture = Fixture::new();
    list(
        &mut fixture,
        &[listed("0AT1", 10, 7), listed("0AT2", 10, 7)],
        None,
    );
    let pending = fixture.store.pending_files().unwrap();
    fetch(&mut fixture, &pending[0], &["u1"]);
    let listing = list(&mut fixture, &[], Some(span(0, 2 * DAY)));
    assert_eq!(
        listing,
        Listing::default(),
        "the listing did not cover their day"
    );
    let listing = list(&mut fixture, &[], Some(span(0, 3 * DAY)));
    assert_eq!((listing.gone, listing.lost), (1, 1));
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!(
        (gaps[0].subject.as_str(), gaps[0].span),
        ("0AT2", span(DAY, 2 * DAY))
    );
    assert!(fixture.store.pending_files().unwrap().is_empty());
    assert_eq!(
        fixture.keys(&EventQuery::default()),
        ["0AT1/1/1"],
        "what is stored stays"
    );

    // The file is listed again, and is fetched after all.
    list(&mut fixture, &[listed("0AT2", 10, 7)], None);
    let pending = fixture.store.pending_files().unwrap();
    fetch(&mut fixture, &pending[0], &["u9"]);
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert_eq!(gaps[0].closed, Some(at(4 * DAY)));
}

#[test]
fn a_damaged_file_is_set_aside_and_is_a_gap() {
    let mut fixture = Fixture::new();
    let source = source(&mut fixture);
    list(&mut fixture, &[listed("0AT1", 10, 7)], None);
    let pending = fixture.store.pending_files().unwrap().remove(0);
    let aside = Aside {
        problem: "it ends inside quotes".to_owned(),
        bytes: 10,
        sha256: "00".to_owned(),
    };
    fixture
        .store
        .file_set_aside(source.id, &pending, &aside, at(4 * DAY))
        .unwrap();
    assert!(fixture.store.pending_files().unwrap().is_empty());
    let gaps = fixture.store.gaps(span(0, 9 * DAY)).unwrap();
    assert_eq!(gaps[0].reason, "the file is damaged: it ends inside quotes");
    assert_eq!(
        fixture.store.files(span(0, 9 * DAY)).unwrap()[0].state,
        State::Aside
    );
}

#[test]
fn the_file_that_expires_first_is_fetched_first() {
    let mut fixture = Fixture::new();
    let mut files = vec![
        listed("0AT1", 10, 7),
        listed("0AT2", 10, 7),
        listed("0AT3", 10, 7),
    ];
    files[0].created = at(9 * DAY);
    files[2].created = at(DAY);
    list(&mut fixture, &files, None);
    let order: Vec<_> = fixture
        .store
        .pending_files()
        .unwrap()
        .into_iter()
        .map(|file| file.file.sf_id)
        .collect();
    assert_eq!(order, ["0AT3", "0AT2", "0AT1"]);
}
