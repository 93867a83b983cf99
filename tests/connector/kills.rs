//! Hazard: a process that is really killed at any moment.
//!
//! This program runs itself as a child that collects from a simulated org, and kills it repeatedly. In the
//! end every row must be stored once, and SQLite must find its file undamaged.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use saponify_cli::connector::store::EventQuery;
use tempfile::TempDir;

use crate::engine::Opened;
use crate::rows::{Org, collect};
use crate::store::{DAY, at, events};

const ROWS: usize = 4_000;
const KILLS: u32 = 12;
const FOLDER: &str = "SAPONIFY_KILLS";

/// The line that the child prints once it has opened the store.
const AT_WORK: &str = "at work";

/// Four thousand rows on twenty days. A third of them share their time with others.
fn org() -> Org {
    let rows: Vec<(String, Option<i64>)> = (0..ROWS)
        .map(|n| {
            let second = (n as i64 * 7_919) % (20 * DAY);
            let second = if n % 3 == 0 {
                second / 50_000 * 50_000
            } else {
                second
            };
            (format!("0Ya{n:05}"), Some(second))
        })
        .collect();
    let rows: Vec<(&str, Option<i64>)> =
        rows.iter().map(|(id, time)| (id.as_str(), *time)).collect();
    let mut org = Org::new(&rows);
    org.batch = 11;
    org.now = 22 * DAY;
    org
}

/// The work of the child process. It is not a test by itself.
#[test]
#[ignore = "the child of the test below"]
fn child() {
    let folder = std::env::var_os(FOLDER).unwrap();
    let mut opened = Opened::of(Path::new(&folder));
    println!("\n{AT_WORK}");
    collect(opened.store.as_mut().unwrap(), &mut org()).unwrap();
}

#[test]
fn a_process_that_is_killed_loses_nothing_and_stores_nothing_twice() {
    let folder = TempDir::new().unwrap();
    let mut kills = 0;
    let mut delay = 17;
    loop {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kills::child", "--ignored", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The output is read completely, because the child could not write to a closed pipe.
        let mut said = BufReader::new(child.stdout.take().unwrap());
        assert!(said.by_ref().lines().any(|line| line.unwrap() == AT_WORK));
        delay = (delay * 31 + 7) % 61;
        if kills == KILLS {
            assert!(child.wait().unwrap().success());
            break;
        }
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        // A child that has ended before it was killed has done all of its work.
        if child.wait().unwrap().success() {
            break;
        }
        kills += 1;
    }
    let store = Opened::of(folder.path()).store.unwrap();
    store.verify().unwrap();
    let mut keys: Vec<String> = events(&store, &EventQuery::default())
        .iter()
        .map(|event| event.key().to_owned())
        .collect();
    keys.sort();
    let all: Vec<String> = (0..ROWS).map(|n| format!("0Ya{n:05}")).collect();
    assert!(
        keys == all,
        "{} of {ROWS} rows after {kills} kills",
        keys.len()
    );
    let source = store.sources().unwrap().remove(0);
    assert_eq!(source.watermark, Some(at(22 * DAY - 120)));
    eprintln!("{kills} kills");
}
