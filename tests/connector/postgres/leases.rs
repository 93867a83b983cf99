//! Hazard: two processes that write to one connection, because one of them was paused or disconnected.

use std::time::Duration;

use saponify_cli::connector::Error;
use saponify_cli::connector::home::{Home, Lock, Place};
use saponify_cli::connector::store::{EventQuery, Interval, Listed, PageProgress, Purpose, Row};
use saponify_cli::connector::vault::{ExposeSecret as _, Secrets, Vault};
use tempfile::TempDir;

use super::server::{NOT_RUN, Server, name_of};
use crate::store::{DAY, Written, at, events, span};

struct Fixture {
    server: Server,
    address: String,
    home: Home,
    _local: TempDir,
}

/// A connection whose leases last this number of seconds without renewal.
fn start(lease: u64) -> Option<Fixture> {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return None;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    let home = Home::find_with(
        Some(address.clone().into()),
        Some(local.path().to_owned()),
        |_| None,
    );
    let home = home.unwrap().lease(Duration::from_secs(lease));
    let (place, lock) = home.create("acme").unwrap();
    drop(place.store(&lock).unwrap());
    place.publish(lock).unwrap();
    Some(Fixture {
        server,
        address,
        home,
        _local: local,
    })
}

impl Fixture {
    fn place(&self) -> Place {
        self.home.connection("acme").unwrap()
    }

    /// Lets the lease of a connection expire, as if its holder had been paused.
    fn expire(&self) {
        let expire =
            "UPDATE saponify.connection SET until = clock_timestamp() - INTERVAL '1 second'";
        self.server.sql(name_of(&self.address), expire);
    }
}

fn write(place: &Place, lock: &Lock) -> Result<(), Error> {
    let mut store = place.store(lock)?;
    let source = store.source("logins", at(0))?;
    store.gap(source.id, span(0, DAY), "a reason", at(1))
}

fn listed() -> Listed {
    Listed {
        sf_id: "0AT1".to_owned(),
        event_type: "Login".to_owned(),
        interval: Interval::Daily,
        sequence: 0,
        log_date: at(0),
        created: at(DAY),
        length: 10,
        modified: at(DAY),
    }
}

#[test]
fn a_writer_whose_lease_was_taken_over_is_refused_in_its_transaction() {
    let Some(fixture) = start(60) else { return };
    let place = fixture.place();
    let paused = place.lock().unwrap();
    let mut store = place.store(&paused).unwrap();
    let source = store.source("logins", at(0)).unwrap();
    store
        .list_files(source.id, &[listed()], |_| true, None, at(DAY))
        .unwrap();
    let file = store.pending_files().unwrap().remove(0);

    // It is paused within the transaction that stores a file, and another process takes over the
    // connection.
    let mut taken = None;
    let stored = store.store_file::<Error>(source.id, &file, at(DAY), |rows| {
        let mut file = Written::new(rows, &["EVENT_TYPE"])?;
        file.push(rows, Some(at(1)), &["Login"])?;
        fixture.expire();
        taken = Some(fixture.place().lock().unwrap());
        file.push(rows, Some(at(2)), &["Login"])?;
        Ok(file.end())
    });
    let error = stored.unwrap_err();
    assert!(error.is_lease_lost() && error.exit_code() == 4, "{error:?}");
    assert!(error.text().contains("paused"), "{}", error.text());
    assert!(
        error
            .text()
            .contains(&format!("process {}", std::process::id())),
        "{}",
        error.text()
    );

    // Nothing of the file is stored, and the new holder stores it.
    let lock = taken.unwrap();
    let mut mine = place.store(&lock).unwrap();
    assert!(events(&mine, &EventQuery::default()).is_empty());
    let stored = mine.store_file::<Error>(source.id, &file, at(DAY), |rows| {
        let mut file = Written::new(rows, &["EVENT_TYPE"])?;
        file.push(rows, Some(at(1)), &["Login"])?;
        file.push(rows, Some(at(2)), &["Login"])?;
        Ok(file.end())
    });
    assert_eq!(stored.unwrap(), 2);
    mine.verify().unwrap();
    // The old holder cannot write any more, and releasing its lease does not affect the new one.
    let error = store.attempted("logins", None, None, at(1)).unwrap_err();
    assert!(error.is_lease_lost(), "{error:?}");
    drop(store);
    drop(paused);
    write(&place, &lock).unwrap();
}

#[test]
fn an_expired_lease_does_not_write_even_if_nobody_took_it() {
    let Some(fixture) = start(60) else { return };
    let place = fixture.place();
    let lock = place.lock().unwrap();
    write(&place, &lock).unwrap();
    fixture.expire();
    let error = write(&place, &lock).unwrap_err();
    assert!(error.is_lease_lost(), "{error:?}");
}

#[test]
fn a_lease_is_renewed_until_it_is_released() {
    let Some(fixture) = start(1) else { return };
    let place = fixture.place();
    let lock = place.lock().unwrap();
    // The wait is much longer than the lease of a second.
    for _ in 0..5 {
        std::thread::sleep(Duration::from_millis(700));
        write(&place, &lock).unwrap();
        let error = fixture.place().lock().unwrap_err();
        assert!(error.is_locked() && error.exit_code() == 4, "{error:?}");
        assert!(
            error
                .text()
                .contains(&format!("process {}", std::process::id())),
            "{}",
            error.text()
        );
    }
    let holder = place.holder().unwrap();
    assert!(
        holder.worker.contains("process") && holder.since < holder.lease_until,
        "{holder:?}"
    );
    drop(lock);
    assert!(!place.is_locked());
    place.lock().unwrap();
}

#[test]
fn a_session_that_is_paused_within_a_transaction_blocks_nobody() {
    let Some(fixture) = start(1) else { return };
    let place = fixture.place();
    let lock = place.lock().unwrap();
    let mut store = place.store(&lock).unwrap();
    let source = store.source("logins", at(0)).unwrap();
    let window = store
        .open_window(source.id, Purpose::Collect, Some(span(0, DAY)), at(DAY))
        .unwrap();
    let progress = PageProgress {
        window,
        expected: None,
        position: None,
        closes: false,
        now: at(DAY),
    };
    // There are more rows than are sent at a time, so the transaction has locked some of them when it
    // pauses.
    let keys: Vec<String> = (0..1_500).map(|n| format!("0Ya{n:05}")).collect();
    let rows = keys.iter().enumerate().map(|(n, key)| {
        if n == 1_400 {
            // The server rolls the transaction back when it has been idle for a second.
            std::thread::sleep(Duration::from_millis(2_500));
        }
        Row {
            key,
            time: Some(at(10)),
            values: &[Some("x")],
        }
    });
    let error = store
        .store_page(&progress, "LoginHistory", &["Id"], rows)
        .unwrap_err();
    assert!(
        error.is_lease_lost() || error.is_database_away(),
        "{error:?}"
    );
    // The lease is still held, and the next attempt stores everything.
    let rows = keys.iter().map(|key| Row {
        key,
        time: Some(at(10)),
        values: &[Some("x")],
    });
    let stored = store
        .store_page(&progress, "LoginHistory", &["Id"], rows)
        .unwrap();
    assert_eq!(stored.new, 1_500);
}

#[test]
fn a_server_that_restarts_rolls_back_one_change_and_the_next_one_succeeds() {
    let Some(fixture) = start(60) else { return };
    let place = fixture.place();
    let lock = place.lock().unwrap();
    let mut store = place.store(&lock).unwrap();
    let source = store.source("logins", at(0)).unwrap();
    for mode in ["fast", "immediate"] {
        let window = store
            .open_window(source.id, Purpose::Collect, Some(span(0, DAY)), at(DAY))
            .unwrap();
        let progress = PageProgress {
            window,
            expected: None,
            position: None,
            closes: true,
            now: at(DAY),
        };
        let key = format!("0Ya{mode}");
        let row = || Row {
            key: &key,
            time: Some(at(10)),
            values: &[Some("x")],
        };
        let rows = [(), ()].into_iter().enumerate().map(|(n, ())| {
            if n == 1 {
                fixture.server.restart(mode);
            }
            row()
        });
        let before = events(&store, &EventQuery::default()).len();
        let error = store
            .store_page(&progress, "LoginHistory", &["Id"], rows)
            .unwrap_err();
        assert!(error.is_database_away(), "{mode}: {error:?}");
        assert!(
            error.advice().unwrap().contains("nothing is damaged"),
            "{error:?}"
        );
        assert_eq!(events(&store, &EventQuery::default()).len(), before);
        store
            .store_page(&progress, "LoginHistory", &["Id"], [row()])
            .unwrap();
        assert_eq!(events(&store, &EventQuery::default()).len(), before + 1);
    }
    store.verify().unwrap();
}

/// Long changes take all sessions of the stores. The leases have sessions of their own.
#[test]
fn leases_are_renewed_while_all_stores_are_busy() {
    let Some(fixture) = start(2) else { return };
    let names: Vec<String> = (0..9).map(|number| format!("busy{number}")).collect();
    for name in &names {
        let (place, lock) = fixture.home.create(name).unwrap();
        drop(place.store(&lock).unwrap());
        place.publish(lock).unwrap();
    }
    let work = |name: &String| {
        let place = fixture.home.connection(name).unwrap();
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        let source = store.source("files", at(0)).unwrap();
        let file = listed();
        store
            .list_files(source.id, &[file], |_| true, None, at(DAY))
            .unwrap();
        let pending = store.pending_files().unwrap().remove(0);
        store.store_file::<Error>(source.id, &pending, at(DAY), |rows| {
            // The server ends a session that is silent within a transaction for as long as a lease lasts.
            let mut file = Written::new(rows, &["EVENT_TYPE"])?;
            for second in 0..8 {
                std::thread::sleep(Duration::from_millis(500));
                rows.columns(&[format!("COLUMN_{second}")])?;
                file.push(rows, Some(at(second)), &["Login"])?;
            }
            Ok(file.end())
        })
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = names
            .iter()
            .map(|name| scope.spawn(move || work(name)))
            .collect();
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
}

/// A refresh token that a paused process stores late would replace the one that is valid now.
#[test]
fn a_process_without_its_lease_keeps_no_secret() {
    let Some(fixture) = start(60) else { return };
    let key = Some("a passphrase".into());
    let vault = Vault::of(&fixture.home, key).unwrap();
    let secrets = |token: &str| {
        let mut secrets = Secrets::default();
        secrets.insert("refresh token", token.into());
        secrets
    };
    let paused = fixture.place().lock().unwrap();
    let late = vault.under(&paused);
    late.keep("acme", &secrets("first")).unwrap();
    fixture.expire();
    let lock = fixture.place().lock().unwrap();
    vault.under(&lock).keep("acme", &secrets("second")).unwrap();
    let error = late.keep("acme", &secrets("late")).unwrap_err();
    assert!(error.is_lease_lost(), "{error:?}");
    let kept = vault.recall("acme").unwrap();
    assert_eq!(kept.get("refresh token").unwrap().expose_secret(), "second");
}

/// Damaged files and the search index of a connection are on the machine that worked on it.
#[test]
fn a_machine_forgets_connections_that_another_one_erased() {
    let Some(fixture) = start(60) else { return };
    let elsewhere = TempDir::new().unwrap();
    let other = Home::find_with(
        Some(fixture.address.clone().into()),
        Some(elsewhere.path().to_owned()),
        |_| None,
    )
    .unwrap();
    let folder = other.connection("acme").unwrap().folder().unwrap();
    std::fs::create_dir_all(folder.join("damaged")).unwrap();
    std::fs::write(folder.join("damaged/0AT1.csv"), "a row").unwrap();
    assert_eq!(other.tidy().unwrap(), 0);
    assert!(folder.exists());
    let place = fixture.place();
    let lock = place.lock().unwrap();
    place.erase(lock).unwrap();
    assert_eq!(other.tidy().unwrap(), 1);
    assert!(!folder.exists());
}
