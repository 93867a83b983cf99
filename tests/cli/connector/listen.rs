//! `saponify connector listen`: acknowledged messages are stored, however the process ends.

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use saponify_sandbox::{Activity, OutboundMessage};

use super::{Tenant, ends};

const SESSION: &str = "00D!canary-session-id";

/// Starts a listener, and returns its process and its address.
fn start(tenant: &Tenant) -> (std::process::Child, String) {
    let mut child = tenant
        .piped("listen acme --listen 127.0.0.1:0 --plain -vvv")
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    assert!(address.starts_with("http://127.0.0.1:"), "{line}");
    (child, address)
}

#[test]
fn acknowledged_messages_survive_a_kill() {
    let tenant = Tenant::start(Activity::days(2).logins(20).audit(5).files(1));
    ends(tenant.activate("acme"), 0);
    let (mut first, mut acknowledged) = (1, 0);
    for round in 0..4 {
        let (mut child, address) = start(&tenant);
        let after = Duration::from_millis(40 + 60 * round);
        let killer = std::thread::spawn(move || {
            std::thread::sleep(after);
            child.kill().unwrap();
            child.wait_with_output().unwrap()
        });
        loop {
            let message = OutboundMessage::new("SELECT Id, Name FROM Account LIMIT 10", &address)
                .first(first)
                .session(SESSION)
                .attempts(1, Duration::ZERO);
            let sent = tenant
                .runtime
                .block_on(tenant.sandbox.send_outbound(&message));
            let sent = sent.unwrap();
            first += 10;
            acknowledged += sent.acknowledged;
            if sent.acknowledged == 0 {
                break;
            }
        }
        let output = killer.join().unwrap();
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!log.contains(SESSION), "{log}");
    }
    assert!(acknowledged > 0);
    let command = tenant.command("events acme --source messages --format ndjson");
    let (out, _) = ends(command, 0);
    let keys: Vec<String> = out
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            event["key"].as_str().unwrap().to_owned()
        })
        .collect();
    let distinct: std::collections::BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), keys.len());
    // A stored message may not have been acknowledged, but every acknowledged message is stored.
    assert!(
        keys.len() >= acknowledged,
        "{} of {acknowledged}",
        keys.len()
    );
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(out.contains("messages") && out.contains("last 20"), "{out}");
    let (out, _) = ends(tenant.command("report acme"), 0);
    assert!(
        out.contains("messages: ") && out.contains("the org does not say"),
        "{out}"
    );
}

#[test]
fn messages_are_not_accepted_without_tls_by_mistake() {
    let tenant = Tenant::start(Activity::days(2).logins(20).audit(5).files(1));
    ends(tenant.activate("acme"), 0);
    for words in [
        "listen acme --listen 127.0.0.1:0",
        "listen acme --listen 0.0.0.0:0 --plain",
    ] {
        let (_, err) = ends(tenant.command(words), 2);
        assert!(err.contains("the listener needs TLS"), "{err}");
    }
}
