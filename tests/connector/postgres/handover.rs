//! Hazard: a worker that was paused wakes, and destroys or repeats at a destination what another one has delivered.

use std::collections::BTreeMap;
use std::path::Path;

use saponify_cli::connector::home::{Home, Lock, Place};
use saponify_cli::connector::sinks::{Ndjson, Outlet, OutletOptions, Pace};
use saponify_cli::connector::store::{PageProgress, Purpose, Store};
use tempfile::TempDir;

use super::server::{NOT_RUN, Server, name_of};
use crate::store::{at, span, store_rows};

/// A connection of a worker, with its sink.
struct Worker {
    place: Place,
    store: Store,
    outlet: Outlet,
    _lock: Lock,
}

impl Worker {
    fn take(home: &Home, folder: &Path) -> Self {
        let place = home.connection("acme").unwrap();
        let lock = place.lock().unwrap();
        let options = OutletOptions::new("acme", "files", folder.with_extension("aside"));
        let sink = Ndjson::new(folder.to_owned(), 2_000);
        Self {
            store: place.store(&lock).unwrap(),
            outlet: Outlet::new(options, Box::new(sink)),
            _lock: lock,
            place,
        }
    }

    fn collect(&mut self, first: i64, count: i64) {
        let source = self.store.source("logins", at(0)).unwrap();
        let window = span(first, first + count);
        let id = self
            .store
            .open_window(source.id, Purpose::Collect, Some(window), window.end())
            .unwrap();
        let progress = PageProgress {
            window: id,
            expected: None,
            position: None,
            closes: true,
            now: window.end(),
        };
        let keys: Vec<String> = (first..first + count)
            .map(|n| format!("0Ya{n:05}"))
            .collect();
        let rows: Vec<_> = (first..)
            .zip(&keys)
            .map(|(n, key)| (n, key.as_str(), "Success"))
            .collect();
        store_rows(&mut self.store, &progress, &rows);
    }

    fn deliver(&mut self) -> Result<u64, saponify_cli::connector::sinks::Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let delivered = self.outlet.deliver(&mut self.store, Pace::Now);
        runtime.block_on(delivered).map(|done| done.rows)
    }
}

/// How often each key is in the files of a folder. Each line must be whole.
fn keys(folder: &Path) -> BTreeMap<String, usize> {
    let mut keys = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "ndjson") {
            continue;
        }
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| row[field].as_str().unwrap();
            let name = format!("{}\t{}", text("source"), text("key"));
            *keys.entry(name).or_insert(0) += 1;
        }
    }
    keys
}

#[test]
fn a_worker_that_wakes_after_its_lease_cuts_nothing_off() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    let home = Home::find_with(
        Some(address.clone().into()),
        Some(local.path().to_owned()),
        |_| None,
    );
    let home = home.unwrap().lease(std::time::Duration::from_secs(60));
    let (place, lock) = home.create("acme").unwrap();
    drop(place.store(&lock).unwrap());
    place.publish(lock).unwrap();
    let folder = local.path().join("out");

    let mut paused = Worker::take(&home, &folder);
    paused.collect(0, 10);
    assert_eq!(paused.deliver().unwrap(), 10);
    // It is paused here. Its lease runs out, and another worker takes the connection.
    let expire = "UPDATE saponify.connection SET until = clock_timestamp() - INTERVAL '1 second'";
    server.sql(name_of(&address), expire);
    let mut other = Worker::take(&home, &folder);
    other.collect(10, 30);
    assert_eq!(other.deliver().unwrap(), 30);
    other.collect(40, 5);
    // It wakes, and finds rows that wait. What it knows of the files is old.
    let failure = paused.deliver().unwrap_err();
    assert!(failure.error().is_lease_lost(), "{failure:?}");
    assert_eq!(keys(&folder).len(), 40);
    assert_eq!(other.deliver().unwrap(), 5);
    let found = keys(&folder);
    assert_eq!(found.len(), 45);
    assert!(found.values().all(|count| *count == 1), "{found:?}");
    assert_eq!(
        other
            .place
            .store_to_read()
            .unwrap()
            .sink("files")
            .unwrap()
            .waiting,
        0
    );
}

/// How many whole lines the files of a folder have, also while somebody writes them.
#[cfg(feature = "nats")]
fn lines(folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let files = entries.filter_map(|entry| std::fs::read(entry.unwrap().path()).ok());
    files
        .map(|bytes| bytes.iter().filter(|byte| **byte == b'\n').count())
        .sum()
}

/// Workers are processes here, and one is stopped by a signal, wherever it is.
#[cfg(feature = "nats")]
#[test]
fn workers_that_are_paused_and_woken_deliver_each_event_once() {
    use std::time::Duration;

    use saponify_sandbox::Activity;

    use super::workers::{LEASE, Shared, signal};
    use crate::sinks::nats::Server as Nats;

    let Some(mut nats) = Nats::new("") else {
        return;
    };
    nats.start();
    // Rows become visible while time passes, so that there is always something to deliver.
    let activity = Activity::days(2).logins(400).audit(50).files(4);
    let activity = activity
        .file_size(10_000)
        .late_by(Duration::from_secs(6 * 3_600));
    let Some(shared) = Shared::with(activity) else {
        return;
    };
    shared.activate("acme");
    let folder = shared.path("files").join("acme");
    let parent = shared.path("files");
    shared.done(
        &format!(
            "sink add files ndjson folder={} file-bytes=20000",
            parent.display()
        ),
        0,
    );
    shared.done(
        &format!(
            "sink add bus nats url={} security=plain create-stream=true",
            nats.url()
        ),
        0,
    );
    let mut at_work = shared.worker();
    shared.until("it delivers", || lines(&folder) > 0);
    for round in 0..2 {
        signal(&at_work, "-STOP");
        let other = shared.worker();
        shared.until("the other takes it over", || {
            shared.holder("acme") == Some(other.0.id())
        });
        let before = lines(&folder);
        shared.sandbox.advance(Duration::from_secs(3 * 3_600));
        if round == 0 {
            nats.kill();
            nats.start();
        }
        shared.until("the other delivers", || lines(&folder) > before);
        let mut woken = std::mem::replace(&mut at_work, other);
        signal(&woken, "-CONT");
        std::thread::sleep(2 * LEASE);
        signal(&woken, "-TERM");
        woken.0.wait().unwrap();
    }
    signal(&at_work, "-TERM");
    at_work.0.wait().unwrap();
    for hours in [30, 80, 0] {
        // A sink that has failed may need a second attempt.
        shared.until("everything is collected and delivered", || {
            shared.command("sync").output().unwrap().status.success()
        });
        shared.sandbox.advance(Duration::from_secs(hours * 3_600));
    }
    shared.agrees_with_the_truth(&["acme"]);
    let stored = shared.stored("acme").into_iter();
    let once: BTreeMap<String, usize> = stored.map(|key| (key, 1)).collect();
    assert_eq!(differences(&keys(&folder), &once), Vec::<String>::new());
    let mut messages = BTreeMap::new();
    for id in nats.ids() {
        let (_, name) = id.split_once('/').unwrap();
        *messages.entry(name.replacen('/', "\t", 1)).or_insert(0) += 1;
    }
    assert_eq!(differences(&messages, &once), Vec::<String>::new());
}

/// The events that are not as often in one as in the other, with both numbers. Rows of files are not compared: a file
/// that was made again is delivered again under other keys, and the store shows its last content only.
#[cfg(feature = "nats")]
fn differences(found: &BTreeMap<String, usize>, expected: &BTreeMap<String, usize>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = found.keys().chain(expected.keys()).collect();
    let counts = names
        .into_iter()
        .map(|name| (name, found.get(name), expected.get(name)));
    let rows = counts.filter(|(name, ..)| !name.starts_with("files\t"));
    let different = rows.filter(|(_, found, expected)| found != expected);
    different
        .map(|(name, found, expected)| format!("{name}: {found:?}, {expected:?}"))
        .collect()
}
