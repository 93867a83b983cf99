//! Hazard: a process that is killed or interrupted at any moment.
//!
//! `benches/connector/kills.py` makes many more kills; `SAPONIFY_KILLS=200` does so here.

use std::collections::BTreeSet;
use std::process::{Child, Command};
use std::time::Duration;

use saponify_sandbox::Activity;

use super::{Tenant, ends};

fn kills() -> u32 {
    let given = std::env::var("SAPONIFY_KILLS").ok();
    given.and_then(|given| given.parse().ok()).unwrap_or(8)
}

fn sync(tenant: &Tenant, words: &str) -> Child {
    tenant.piped(words).spawn().unwrap()
}

/// `source<TAB>key` of all events that a perfect connector stores.
fn truth(tenant: &Tenant) -> BTreeSet<String> {
    let mut text = Vec::new();
    tenant.sandbox.write_truth(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let line = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        format!("{}\t{}", parts[0], parts[2])
    };
    text.lines().map(line).collect()
}

fn stored(tenant: &Tenant) -> Vec<String> {
    let (out, _) = ends(tenant.command("events acme --format ndjson"), 0);
    let line = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        format!(
            "{}\t{}",
            event["source"].as_str().unwrap(),
            event["key"].as_str().unwrap()
        )
    };
    out.lines().map(line).collect()
}

#[test]
fn kills_at_any_moment_lose_nothing_and_store_nothing_twice() {
    for seed in 1..=if kills() > 100 { 3 } else { 1 } {
        let activity = Activity::days(4)
            .logins(1_500)
            .audit(400)
            .files(16)
            .file_size(40_000)
            .hourly(true)
            .late(true)
            .changes(5)
            .seed(seed);
        let tenant = Tenant::start(activity);
        ends(tenant.activate("acme"), 0);
        let mut delay = seed * 13;
        for _ in 0..kills() {
            let mut child = sync(&tenant, "sync acme");
            delay = (delay * 31 + 7) % 701;
            std::thread::sleep(Duration::from_millis(30 + delay));
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                // The process ended before the kill, so there must be new activity for the next one.
                tenant.sandbox.advance(Duration::from_secs(3 * 60 * 60));
            }
        }
        for hours in [30, 80, 0] {
            // A file that is damaged, or deleted before it is fetched, is a failure of its round.
            let code = tenant.command("sync acme").output().unwrap().status.code();
            assert!(matches!(code, Some(0 | 1)), "{code:?}");
            tenant.sandbox.advance(Duration::from_secs(hours * 60 * 60));
        }
        let stored = stored(&tenant);
        let distinct: BTreeSet<String> = stored.iter().cloned().collect();
        assert_eq!(distinct.len(), stored.len(), "an event is stored twice");
        let truth = truth(&tenant);
        let lost: Vec<_> = truth.difference(&distinct).take(5).collect();
        let invented: Vec<_> = distinct.difference(&truth).take(5).collect();
        assert!(
            lost.is_empty() && invented.is_empty(),
            "seed {seed}: {} of {} events; lost {lost:?}, invented {invented:?}",
            distinct.len(),
            truth.len()
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_run_cleanly_and_a_second_instance_is_refused() {
    let activity = Activity::days(2)
        .logins(100)
        .audit(30)
        .files(4)
        .file_size(4_000);
    let tenant = Tenant::start(activity);
    ends(tenant.activate("acme"), 0);
    let mut run = sync(&tenant, "run");
    let mut output = std::io::BufReader::new(run.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("changes") {
        line.clear();
        assert!(std::io::BufRead::read_line(&mut output, &mut line).unwrap() > 0);
    }
    let (_, err) = ends(tenant.command("sync acme"), 4);
    assert!(err.contains(&format!("process {}", run.id())), "{err}");
    let (out, _) = ends(tenant.command("status"), 0);
    assert!(out.contains("running"), "{out}");
    let id = run.id().to_string();
    let interrupted = Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(interrupted.success());
    assert!(run.wait().unwrap().success());
    let (out, _) = ends(tenant.command("status"), 0);
    assert!(!out.contains("running"), "{out}");
    ends(tenant.command("sync acme"), 0);
}
