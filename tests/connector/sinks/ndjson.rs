//! Hazard: a row that a file has twice or never, after a crash or a full disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use saponify_cli::connector::ocsf::Mapping;
use saponify_cli::connector::sinks::{
    Batch, Delivered, Failure, Form, Ndjson, Outlet, OutletOptions, Row, Sink as _, Start,
};
use saponify_cli::connector::store::Store;
use serde_json::Value;

use super::{expected, fill, now};
use crate::store::{Fixture, at};

struct Files {
    folder: PathBuf,
    most_bytes: u64,
    form: Form,
}

fn sink(folder: PathBuf, most_bytes: u64) -> Files {
    Files {
        folder,
        most_bytes,
        form: Form::Row,
    }
}

impl Files {
    /// Delivers as a process that has just started would.
    fn deliver(&self, store: &mut Store) -> Result<Delivered, Failure> {
        let mut options = OutletOptions::new("acme", "ndjson", self.folder.with_extension("aside"));
        options.form = self.form.clone();
        options.clock = || at(9);
        let sink = Ndjson::new(self.folder.clone(), self.most_bytes);
        now(Outlet::new(options, Box::new(sink)), store)
    }
}

fn rows(rows: u64) -> Delivered {
    Delivered { rows, aside: 0 }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "ndjson"))
        .collect();
    files.sort();
    files
}

/// The keys in the files, in order. Each line must be complete.
fn keys(folder: &Path) -> Vec<String> {
    let mut keys = Vec::new();
    for file in files(folder) {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            keys.push(line["key"].as_str().unwrap().to_owned());
        }
    }
    keys
}

/// The number of a file. With PostgreSQL, that of the lease follows.
fn number(path: &Path) -> u64 {
    let name = path.file_name().unwrap().to_string_lossy();
    let (_, rest) = name.split_once("events-").unwrap();
    rest.get(..6).unwrap().parse().unwrap()
}

#[test]
fn every_row_is_written_once_and_files_are_rotated() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000);
    fill(&mut fixture, 0, 30);
    assert_eq!(sink.deliver(&mut fixture.store).unwrap(), rows(30));
    fill(&mut fixture, 30, 30);
    fixture.reopen();
    assert_eq!(sink.deliver(&mut fixture.store).unwrap(), rows(30));
    assert_eq!(sink.deliver(&mut fixture.store).unwrap(), rows(0));
    assert_eq!(keys(&folder), expected(60));
    let files = files(&folder);
    assert!(files.len() > 3, "{files:?}");
    assert_eq!(number(&files[0]), 1);
    for file in &files[..files.len() - 1] {
        let length = std::fs::metadata(file).unwrap().len();
        assert!((1_000..1_300).contains(&length), "{length}");
    }
    let state = fixture.store.sink("ndjson").unwrap();
    assert_eq!((state.delivered, state.waiting), (60, 0));
}

#[test]
fn rows_beyond_the_cursor_are_written_again_after_a_crash_but_not_twice() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap();
    // A run died after writing and before the acknowledgement.
    let file = files(&folder).remove(0);
    let mut text = std::fs::read_to_string(&file).unwrap();
    text += "{\"source\":\"logins\",\"key\":\"0Ya000";
    std::fs::write(&file, text).unwrap();
    fill(&mut fixture, 10, 10);
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(20));
}

/// Rows that the store does not write again: it was restored from a copy, and has other rows there now.
#[test]
fn what_is_not_written_again_is_kept() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap();
    let early = fixture.store.sink("ndjson").unwrap();
    fill(&mut fixture, 10, 20);
    sink.deliver(&mut fixture.store).unwrap();
    let before = keys(&folder);
    // The place of an earlier time, and behind it other rows than the ones that were written.
    fixture.store.forget_sink("ndjson").unwrap();
    let delivery = saponify_cli::connector::store::Delivery {
        cursor: early.cursor + 5,
        rows: 0,
        position: early.position,
        local_now: at(9),
    };
    fixture.store.delivered("ndjson", &delivery).unwrap();
    sink.deliver(&mut fixture.store).unwrap();
    let mut kept = String::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_str().unwrap().contains(".ndjson.cut-") {
            kept += &std::fs::read_to_string(path).unwrap();
        }
    }
    for key in &before {
        let is_there = keys(&folder).contains(key);
        assert!(is_there || kept.contains(key.as_str()), "{key} is lost");
    }
    assert!(kept.contains("0Ya00012"), "{kept}");
}

/// A batch of rows with these numbers.
fn batch(rows: std::ops::Range<i64>) -> Batch {
    let row = |n: i64| Row {
        seq: n,
        id: format!("acme/logins/0Ya{n:05}"),
        source: "logins".into(),
        about: "LoginHistory".into(),
        time: None,
        json: format!("{{\"key\":\"0Ya{n:05}\"}}").into_bytes(),
    };
    Batch {
        connection: "acme".to_owned(),
        owner: "owner".to_owned(),
        after: rows.start - 1,
        last: rows.end - 1,
        rows: rows.map(row).collect(),
        others_taken: false,
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(work)
}

fn begin(folder: &Path, lease: i64, own: Option<&str>) -> Ndjson {
    let mut sink = Ndjson::new(folder.to_owned(), 200);
    let start = Start {
        owner: "owner",
        own,
        lease: Some(lease),
    };
    run(sink.begin(start)).unwrap();
    sink
}

/// Workers A and B have had leases 1 and 2 of the same connection.
#[test]
fn a_worker_that_wakes_within_a_delivery_touches_no_file_of_the_one_that_took_over() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path();
    let mut paused = begin(folder, 1, None);
    let own = run(paused.deliver(&batch(0..10))).unwrap().own.unwrap();
    let mut other = begin(folder, 2, Some(&own));
    run(other.deliver(&batch(10..20))).unwrap();
    let names: Vec<PathBuf> = files(folder);
    // It has read its batch before it was paused, and would write it now.
    let error = run(paused.deliver(&batch(10..30))).unwrap_err();
    assert!(error.to_string().contains("another worker"), "{error}");
    assert_eq!((keys(folder), files(folder)), (expected(20), names));
    run(other.deliver(&batch(20..30))).unwrap();
    assert_eq!(keys(folder), expected(30));
}

#[test]
fn what_an_earlier_lease_left_unacknowledged_is_not_there_twice() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path();
    let mut first = begin(folder, 1, None);
    let own = run(first.deliver(&batch(0..10))).unwrap().own.unwrap();
    // Two workers die after writing and before the cursor moves.
    run(first.deliver(&batch(10..20))).unwrap();
    let mut second = begin(folder, 2, Some(&own));
    run(second.deliver(&batch(10..20))).unwrap();
    let mut third = begin(folder, 3, Some(&own));
    run(third.deliver(&batch(10..20))).unwrap();
    assert_eq!(keys(folder), expected(20));
}

/// A full disk is played by a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_moves_no_cursor_and_loses_nothing() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1);
    fill(&mut fixture, 0, 3);
    sink.deliver(&mut fixture.store).unwrap();
    let last = files(&folder).pop().unwrap();
    let full = PathBuf::from(last.to_string_lossy().replace("000003", "000004"));
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    fill(&mut fixture, 3, 3);
    let failure = sink.deliver(&mut fixture.store).unwrap_err();
    assert!(failure.error().is_disk_full(), "{failure:?}");
    assert_eq!(fixture.store.sink("ndjson").unwrap().waiting, 3);
    std::fs::remove_file(&full).unwrap();
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(6));
}

#[test]
fn a_removed_file_is_followed_by_a_new_one() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap();
    std::fs::remove_file(files(&folder).remove(0)).unwrap();
    fill(&mut fixture, 10, 10);
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(20)[10..]);
    assert_eq!(number(&files(&folder)[0]), 2);
}

#[test]
fn two_connections_cannot_write_to_the_same_folder() {
    let (mut fixture, mut other) = (Fixture::new(), Fixture::new());
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap();
    fill(&mut other, 500, 3);
    for _ in 0..2 {
        let error = sink.deliver(&mut other.store).unwrap_err();
        assert!(error.to_string().contains("another connection"), "{error}");
        assert!(error.error().advice().is_some());
        assert_eq!(other.store.sink("ndjson").unwrap().waiting, 3);
    }
    assert_eq!(keys(&folder), expected(10));
    fill(&mut fixture, 10, 10);
    fixture.reopen();
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(20));

    // The other connection continues in another folder, even in one that it was given before.
    let own = other.folder.path().join("own");
    let sink = self::sink(own.clone(), 1_000_000);
    assert_eq!(sink.deliver(&mut other.store).unwrap().rows, 3);
    assert_eq!(keys(&own).len(), 3);
}

#[test]
fn a_folder_with_events_of_unknown_origin_is_not_changed() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("events-000001.ndjson");
    std::fs::write(&file, "{\"key\":\"precious\"}\n").unwrap();
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap_err();
    assert_eq!(keys(&folder), ["precious"]);
    std::fs::rename(&file, fixture.folder.path().join("elsewhere")).unwrap();
    std::fs::write(folder.join("README"), "Other files do not matter.").unwrap();
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(10));

    // If somebody removes the whole folder, it is created anew.
    std::fs::remove_dir_all(&folder).unwrap();
    fill(&mut fixture, 10, 10);
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(20)[10..]);
}

#[test]
fn a_failed_sink_keeps_its_cursor_and_delays_nothing() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    std::fs::write(&folder, "a file stands where the folder should be").unwrap();
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    let error = sink.deliver(&mut fixture.store).unwrap_err();
    assert!(error.to_string().contains("out"), "{error}");
    let state = fixture.store.sink("ndjson").unwrap();
    // The reason of the system distinguishes a missing folder from a missing permission.
    assert!(error.text().contains("os error"), "{error:?}");
    assert_eq!((state.cursor, state.problem), (0, Some(error.text())));
    fill(&mut fixture, 10, 10);

    std::fs::remove_file(&folder).unwrap();
    assert_eq!(sink.deliver(&mut fixture.store).unwrap().rows, 20);
    assert_eq!(fixture.store.sink("ndjson").unwrap().problem, None);
    assert_eq!(keys(&folder), expected(20));
}

#[test]
fn the_state_of_version_0_1_0_is_accepted() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = sink(folder.clone(), 1_000_000);
    fill(&mut fixture, 0, 10);
    sink.deliver(&mut fixture.store).unwrap();
    let state = fixture.store.sink("ndjson").unwrap();
    let mark: Value = serde_json::from_str(&state.position.unwrap()).unwrap();
    let own = mark["own"].as_str().unwrap();
    let delivery = saponify_cli::connector::store::Delivery {
        cursor: state.cursor,
        rows: 0,
        position: Some(format!("{own}:{}", mark["owner"].as_str().unwrap())),
        local_now: at(9),
    };
    fixture.store.delivered("ndjson", &delivery).unwrap();
    fill(&mut fixture, 10, 10);
    sink.deliver(&mut fixture.store).unwrap();
    assert_eq!(keys(&folder), expected(20));
    assert_eq!(files(&folder).len(), 1);
}

#[test]
fn rows_can_be_written_as_ocsf() {
    let mut fixture = Fixture::new();
    let folder = fixture.folder.path().join("out");
    let sink = Files {
        form: Form::Ocsf {
            mapping: Arc::new(Mapping::built_in().unwrap()),
            tenant: Some("00D1".to_owned()),
        },
        ..sink(folder.clone(), 1_000_000)
    };
    fill(&mut fixture, 0, 1);
    sink.deliver(&mut fixture.store).unwrap();
    let text = std::fs::read_to_string(files(&folder).remove(0)).unwrap();
    let event: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&event["class_uid"], &event["metadata"]["uid"]),
        (&3002.into(), &"0Ya00000".into())
    );
}
