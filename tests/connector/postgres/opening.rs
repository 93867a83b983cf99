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

/// A certificate for `localhost`, and its key.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

#[test]
fn the_server_is_known_by_its_certificate_and_its_name() {
    let Some(server) = Server::start_with("scram-sha-256") else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let (ours, key) = certificate();
    server.encrypt(&ours, &key);
    for (file, pem) in [("ours.pem", ours), ("other.pem", certificate().0)] {
        std::fs::write(local.path().join(file), pem).unwrap();
    }
    let base = server
        .database_by_port()
        .replace("saponify@", "saponify:s3cret@");
    let address = |host: &str, roots: &str| {
        let base = base.replace("127.0.0.1", host);
        let roots = local.path().join(roots);
        format!("{base}?sslmode=verify-full&sslrootcert={}", roots.display())
    };
    let good = address("localhost", "ours.pem");
    let home_by_tls = home(&good, &local);
    let (place, lock) = home_by_tls.create("acme").unwrap();
    drop(place.store(&lock).unwrap());
    drop(place.publish(lock).unwrap());
    let name = name_of(&base);
    let encrypted = server.sql(
        name,
        &format!(
            "SELECT bool_and(ssl), count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        ),
    );
    assert_eq!(encrypted, "t|t");
    for bad in [
        address("localhost", "other.pem"),
        address("127.0.0.1", "ours.pem"),
    ] {
        let error = home(&bad, &local).connections().unwrap_err();
        let text = format!("{error:?} {}", error.text());
        assert!(text.contains("certificate"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

/// Some servers confirm a commit before it is on the disk. An outbound message is acknowledged after the commit.
#[test]
fn a_confirmed_commit_is_on_the_disk_whatever_the_database_is_set_to() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let local = TempDir::new().unwrap();
    let address = server.database();
    let name = name_of(&address);
    server.sql(
        name,
        &format!("ALTER DATABASE {name} SET synchronous_commit = off"),
    );
    let home = home(&address, &local);
    let (place, lock) = home.create("acme").unwrap();
    drop(place.store(&lock).unwrap());
    drop(place.publish(lock).unwrap());
    // A trigger records the setting of the session that changes a row.
    server.sql(
        name,
        "CREATE TABLE public.noted (setting text);
         CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN INSERT INTO public.noted VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$",
    );
    let schema = server.sql(
        name,
        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'saponify\\_%'",
    );
    server.sql(
        name,
        &format!(
            "CREATE TRIGGER note BEFORE INSERT ON {schema}.source FOR EACH ROW EXECUTE FUNCTION public.note()"
        ),
    );
    let place = home.connection("acme").unwrap();
    let mut store = place.store_beside().unwrap();
    store.source("messages", jiff::Timestamp::now()).unwrap();
    assert_eq!(
        server.sql(name, "SELECT DISTINCT setting FROM public.noted"),
        "on"
    );
}

/// A stopped server keeps its port open.
#[test]
fn a_server_that_accepts_and_says_nothing_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let local = TempDir::new().unwrap();
    let silent = home(&format!("postgres://ada@127.0.0.1:{port}/audit"), &local);
    let error = silent.connections().unwrap_err();
    assert!(error.is_database_away(), "{error:?}");
    let causes = error.causes().join(": ");
    assert!(
        error.text().contains("did not respond") || causes.contains("did not respond"),
        "{error:?}"
    );
}

#[test]
fn a_database_that_cannot_hold_all_characters_is_refused() {
    let Some(server) = Server::start() else {
        eprintln!("{NOT_RUN}");
        return;
    };
    let address = server.database();
    let name = format!("{}_ascii", name_of(&address));
    server.sql(
        "postgres",
        &format!("CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"),
    );
    let local = TempDir::new().unwrap();
    let ascii = home(&address.replace(name_of(&address), &name), &local);
    let error = ascii.connections().unwrap_err();
    assert!(
        error.advice().unwrap().contains("createdb -E UTF8"),
        "{error:?}"
    );
}
