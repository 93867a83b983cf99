//! Hazard: a program that Ctrl-C does not end, because it waits for something that does not come.

use std::net::TcpListener;
use std::process::{Child, Command, Output};
use std::time::Duration;

use saponify_sandbox::{Activity, Mode};

use super::{Tenant, ends};

fn tenant() -> Tenant {
    let activity = Activity::days(2).logins(60).audit(20).files(2);
    let tenant = Tenant::start(activity.file_size(2_000));
    ends(tenant.activate("acme"), 0);
    tenant
}

/// Interrupts a process, and waits for its end. It must end by itself and not by the signal.
fn interrupt(child: Child) -> (i32, String) {
    let id = child.id().to_string();
    let interrupted = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(interrupted.success());
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    (
        status.code().unwrap_or_else(|| panic!("{status}: {said}")),
        said,
    )
}

/// A server that accepts connections and sends nothing, as a firewall makes of one. The listener stays open, so only
/// the interrupt ends what waits for it.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn a_store_that_another_program_has_locked_does_not_keep_the_program() {
    let tenant = tenant();
    let store = tenant.path("home").join("acme").join("store.db");
    let other = rusqlite::Connection::open(store).unwrap();
    for words in ["sync acme", "run acme"] {
        let before = tenant.sandbox.stats().logins;
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let child = tenant.piped(words).spawn().unwrap();
        // After the login, its result is stored, which waits for the lock.
        while tenant.sandbox.stats().logins == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        let (code, said) = interrupt(child);
        // The lock is held until here, so the program has not waited for it.
        other.execute_batch("ROLLBACK").unwrap();
        assert!(matches!(code, 0 | 130), "{words}: {code} {said}");
    }
    ends(tenant.command("sync acme"), 0);
}

#[test]
fn an_org_that_sends_nothing_does_not_keep_the_program() {
    let tenant = tenant();
    for words in ["sync acme", "run acme"] {
        tenant
            .sandbox
            .set_mode(Mode::Delay(Duration::from_secs(3_600)));
        let before = tenant.sandbox.stats().requests;
        let child = tenant.piped(words).spawn().unwrap();
        while tenant.sandbox.stats().requests == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        let (_, said) = interrupt(child);
        assert!(!said.contains("panicked"), "{said}");
        tenant.sandbox.set_mode(Mode::Normal);
    }
    ends(tenant.command("sync acme"), 0);
}

/// A batch that was not acknowledged is delivered by the next command, and what was acknowledged is not.
#[test]
fn an_interrupt_within_a_delivery_loses_nothing_and_repeats_nothing() {
    let tenant = tenant();
    let folder = tenant.path("out");
    let mut add = tenant.command("sink add files ndjson");
    add.arg(format!("folder={}", folder.display()));
    ends(add, 0);
    let (listener, url) = silent();
    ends(
        tenant.command(&format!("sink add hook webhook url={url} timeout=10m")),
        0,
    );
    for words in ["sync acme", "run acme", "sink deliver acme"] {
        let child = tenant.piped(words).spawn().unwrap();
        // TLS is not negotiated, and the connection stays open.
        let hanging = listener.accept().unwrap();
        let (_, said) = interrupt(child);
        drop(hanging);
        assert!(!said.contains("sink hook"), "{words}: {said}");
    }
    ends(tenant.command("sink remove hook"), 0);
    ends(tenant.command("sync acme"), 0);
    let (out, _) = ends(tenant.command("events acme --format ndjson"), 0);
    let mut delivered: Vec<String> = Vec::new();
    for content in crate::support::tree(&folder).into_values() {
        let text = String::from_utf8(content).unwrap();
        delivered.extend(
            text.lines()
                .filter(|line| line.starts_with('{'))
                .map(key_of),
        );
    }
    let mut stored: Vec<String> = out.lines().map(key_of).collect();
    delivered.sort();
    stored.sort();
    assert!(stored.len() > 60);
    assert_eq!(delivered, stored);
}

fn key_of(line: &str) -> String {
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    format!("{}/{}", event["source"], event["key"])
}

#[test]
fn a_browser_that_keeps_its_connection_does_not_keep_the_servers() {
    let tenant = tenant();
    let listen = "listen acme --listen 127.0.0.1:0 --plain";
    for (words, end) in [("serve --listen 127.0.0.1:0", "/?"), (listen, "/")] {
        let mut child = tenant.piped(words).spawn().unwrap();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(std::io::BufRead::read_line(&mut output, &mut line).unwrap() > 0);
        }
        let (_, address) = line.trim().split_once("://").unwrap();
        let address = address.split(end.chars().next().unwrap()).next().unwrap();
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        std::io::Write::write_all(
            &mut connection,
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n",
        )
        .unwrap();
        let (_, said) = interrupt(child);
        assert!(!said.contains("panicked"), "{said}");
        drop(connection);
    }
}
