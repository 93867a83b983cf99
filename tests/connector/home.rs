//! Hazard: two instances on one store, a name that is a path, data in the wrong place.

use std::path::PathBuf;

use saponify_cli::connector::home::Home;
use tempfile::TempDir;

use crate::engine::empty_home;

fn home() -> (Home, TempDir) {
    let folder = TempDir::new().unwrap();
    (empty_home(folder.path()), folder)
}

#[test]
fn the_second_instance_is_refused_until_the_first_ends() {
    let (home, _folder) = home();
    let (place, first) = home.create("acme").unwrap();
    let error = place.lock().unwrap_err();
    assert!(error.is_locked() && error.exit_code() == 4, "{error:?}");
    if cfg!(unix) {
        let process = format!("(process {})", std::process::id());
        assert!(error.to_string().contains(&process), "{error}");
    }
    assert!(place.is_locked());
    drop(first);
    assert!(!place.is_locked());
    place.lock().unwrap();
}

#[test]
fn names_cannot_be_paths_and_are_unique() {
    let (home, _folder) = home();
    for name in [
        "",
        ".",
        "..",
        "../x",
        "a/b",
        "a\\b",
        "-x",
        ".x",
        "a b",
        "é",
        &"x".repeat(65),
    ] {
        let error = home.create(name).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{name}");
    }
    let (place, lock) = home.create("Acme-1.prod_eu").unwrap();
    place.store(&lock).unwrap();
    assert!(
        home.connections().unwrap().is_empty(),
        "a draft is no connection"
    );
    drop(lock);
    let (place, lock) = home.create("Acme-1.prod_eu").unwrap();
    assert!(
        place.store_to_read().is_err(),
        "a draft does not keep what an earlier one left"
    );
    place.store(&lock).unwrap();
    let place = place.publish(lock).unwrap();
    let lock = place.lock().unwrap();
    assert_eq!(home.connections().unwrap(), ["Acme-1.prod_eu"]);
    let error = home.create("acme-1.PROD_eu").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("there is already a connection Acme-1.prod_eu"),
        "{error}"
    );
    home.connection("Acme-1.prod_eu").unwrap();
    let error = home.connection("other").unwrap_err();
    assert_eq!(
        (error.exit_code(), error.advice()),
        (2, Some("the connections are: Acme-1.prod_eu"))
    );
    place.erase(lock).unwrap();
    assert!(home.connections().unwrap().is_empty());
    assert!(
        home.connection("x")
            .unwrap_err()
            .advice()
            .unwrap()
            .contains("activate")
    );
}

#[test]
fn the_home_is_found_by_argument_variable_and_platform() {
    let variables = |name: &str| match name {
        "SAPONIFY_HOME" => Some(PathBuf::from("/set")),
        _ => None,
    };
    let given = Home::find(Some("/given".into()), variables).unwrap();
    assert_eq!(given.path().unwrap(), "/given");
    assert_eq!(Home::find(None, variables).unwrap().path().unwrap(), "/set");
    assert!(Home::find(None, |_| None).unwrap_err().is_usage());
    assert!(
        Home::find(None, |_| Some(PathBuf::new())).is_err(),
        "an empty variable is none"
    );
    if cfg!(target_os = "linux") {
        let home = |name: &str| (name == "HOME").then(|| PathBuf::from("/home/ada"));
        assert_eq!(
            Home::find(None, home).unwrap().path().unwrap(),
            "/home/ada/.local/state/saponify"
        );
    }
}

/// A killed activation leaves a draft, which nobody would ever look for under its name again.
#[cfg(unix)]
#[test]
fn an_old_draft_that_nobody_works_on_is_removed_by_the_next_activation() {
    let (home, _folder) = home();
    let Some(folder) = home.path() else {
        return;
    };
    let draft = |name: &str| folder.join(format!(".{name}.new"));
    let mut locks = Vec::new();
    for name in ["killed", "young", "busy"] {
        let (place, lock) = home.create(name).unwrap();
        place.store(&lock).unwrap();
        locks.push(lock);
    }
    // The locks of the first two end with their processes.
    locks.drain(..2);
    let two_hours = std::time::Duration::from_secs(2 * 60 * 60);
    for name in ["killed", "busy"] {
        let folder = std::fs::File::open(draft(name)).unwrap();
        folder
            .set_modified(std::time::SystemTime::now() - two_hours)
            .unwrap();
    }
    home.create("other").unwrap();
    assert!(!draft("killed").exists());
    assert!(draft("young").exists() && draft("busy").exists());
}
