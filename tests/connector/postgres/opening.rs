//! Hazard: an unreachable server, a password that is wrong or shown, or two programs that create the
//! tables.

use std::time::Duration;

use saponify_cli::connector::home::Home;
use tempfile::TempDir;

use super::server::{NOT_RUN, Server, name_of};

fn home(address: &str, local: &TempDir) -> Home {
    let address = address.to_owned();
    // The address is treated as that of $SAPONIFY_HOME, which may contain a password.
    let variable = move |name: &str| (name == "SAPONIFY_HOME").then(|| address.clone().into());
    Home::find_with(None, Some(local.path().to_owned()), variable).unwrap()
}

#[test]
fn a_password_is_checked_and_never_shown() {
    let Some(server) = Server::start_with("scram-sha-256") else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database_by_port();
    let with = |password: &str| address.replace("saponify@", &format!("saponify:{password}@"));
    assert!(
        home(&with("s3cret"), &local)
            .connections()
            .unwrap()
            .is_empty()
    );

    let wrong = home(&with("c4nary"), &local);
    let error = wrong.connections().unwrap_err();
    assert!(error.text().contains("password"), "{}", error.text());
    assert!(error.advice().unwrap().contains("PGPASSWORD"), "{error:?}");
    for shown in [
        error.text(),
        format!("{error:?}"),
        wrong.to_string(),
        format!("{wrong:?}"),
    ] {
        assert!(!shown.contains("c4nary"), "{shown}");
        assert!(!shown.contains("s3cret"), "{shown}");
    }
    // Arguments are visible to every user of the machine.
    let error = Home::find(Some(with("s3cret").into()), |_| None).unwrap_err();
    assert!(
        error.is_usage() && error.advice().unwrap().contains("SAPONIFY_HOME"),
        "{error:?}"
    );
    assert!(!format!("{error:?}").contains("s3cret"));
}

#[test]
fn a_missing_server_database_or_connection_is_reported() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    let absent = address.replace(name_of(&address), "no_such_database");
    let error = home(&absent, &local).connections().unwrap_err();
    assert!(error.advice().unwrap().contains("createdb"), "{error:?}");

    let known = home(&address, &local);
    known.connections().unwrap();
    server.stop();
    let error = known.connections().unwrap_err();
    assert!(error.is_database_away(), "{error:?}");
    assert!(
        error.text().contains(&known.to_string()),
        "{}",
        error.text()
    );
    server.resume();
    // Nothing must be opened again.
    known.connections().unwrap();
}

#[test]
fn many_programs_can_create_the_tables_at_once() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (address, local) = (&address, &local);
            scope.spawn(move || {
                let home = home(address, local).lease(Duration::from_secs(20));
                let (place, lock) = home.create(&format!("c{number}")).unwrap();
                drop(place.store(&lock).unwrap());
                place.publish(lock).unwrap();
            });
        }
    });
    assert_eq!(home(&address, &local).connections().unwrap().len(), 8);
    // One of many drafts with the same name becomes a connection, and the others report why they did not.
    let made: usize = std::thread::scope(|scope| {
        let make = |_| {
            let (address, local) = (&address, &local);
            scope.spawn(move || {
                let (place, lock) = home(address, local).create("same")?;
                drop(place.store(&lock)?);
                place.publish(lock)
            })
        };
        let threads: Vec<_> = (0..6).map(make).collect();
        let made = threads.into_iter().map(|thread| thread.join().unwrap());
        made.filter(|made| match made {
            Ok(_) => true,
            Err(error) => {
                assert!(error.is_locked() || error.is_usage(), "{error:?}");
                false
            }
        })
        .count()
    });
    assert_eq!(made, 1);
}

#[test]
fn a_home_of_a_newer_program_is_not_changed() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    let first = home(&address, &local);
    let (place, lock) = first.create("acme").unwrap();
    drop(place.store(&lock).unwrap());
    drop(place.publish(lock).unwrap());
    server.sql(
        name_of(&address),
        "UPDATE saponify.connection SET version = 99",
    );
    let place = first.connection("acme").unwrap();
    let lock = place.lock().unwrap();
    for error in [
        place.store_to_read().unwrap_err(),
        place.store(&lock).unwrap_err(),
    ] {
        assert!(error.is_newer_store(), "{error:?}");
    }
    server.sql(name_of(&address), "UPDATE saponify.home SET version = 99");
    let error = home(&address, &local).connections().unwrap_err();
    assert!(
        error.is_newer_store() && error.advice().is_some(),
        "{error:?}"
    );
}
