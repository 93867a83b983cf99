//! Hazard: a guarantee that SQLite gives and PostgreSQL does not.
//!
//! The tests of the store, the sources and the sinks are the same for both databases. This program runs itself as
//! a child, with the address of a database in a variable; `crate::engine` then makes each store there.

use std::process::Command;

use super::server::{NOT_RUN, Server};
use crate::engine::VARIABLE;

/// The tests that are run again. What begins with one of these names is run.
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

/// What is only about SQLite and files.
const SKIPPED: &[&str] = &[
    // They open files of SQLite that are not stores, or measure one.
    "store::opening",
    "store::year",
    // It bounds the file of the store.
    "files::import::a_full_disk",
    // It is about the platform's folders.
    "home::the_home_is_where_it_is_said",
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
    // If names change, the tests must not vanish from here.
    assert!(passed > 100, "only {passed} tests were run\n{text}");
    eprintln!("{passed} tests passed with PostgreSQL");
}
