//! Hazard: a guarantee that SQLite gives but PostgreSQL does not.
//!
//! The tests of the store, the sources and the sinks are the same for both databases. This program runs
//! itself as a child with the address of a database in a variable, and `crate::engine` then creates each
//! store there.

use std::process::Command;

use super::server::{NOT_RUN, Server};
use crate::engine::VARIABLE;

/// The tests that are run again. Each text is the beginning of the names of tests.
const TESTS: &[&str] = &[
    "changes::",
    "files::",
    "home::",
    "kills::a_process",
    "listen::a_collector",
    "listen::a_message_goes",
    "listen::messages_",
    "listen::status_",
    "listing::",
    "ocsf::",
    "org::",
    "report::",
    "rows::",
    "sinks::",
    "store::",
    "vault::in_the_home",
];

/// The tests that concern only SQLite and files.
const SKIPPED: &[&str] = &[
    // They open files of SQLite that are not stores, or measure a store.
    "store::opening",
    "store::year",
    // It limits the size of the file.
    "files::import::a_full_disk",
    // It concerns the folders of the platform.
    "home::the_home_is_found_by_argument_variable_and_platform",
];

#[test]
fn the_tests_of_the_store_pass_with_postgresql() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(TESTS).env(VARIABLE, server.database());
    for skipped in SKIPPED {
        child.args(["--skip", skipped]);
    }
    let output = child.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let passed = text.lines().filter(|line| line.ends_with("... ok")).count();
    // If tests are renamed, they must not be left out unnoticed.
    assert!(passed > 100, "only {passed} tests were run\n{text}");
    eprintln!("{passed} tests passed with PostgreSQL");
}
