//! Hazard: a dead sink that stops the collection or another sink.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use saponify_cli::connector::home::Home;
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::sinks::config::{self, SinkConfig, add, kind_of};
use saponify_cli::connector::status::{SinkStatus, Status};
use saponify_cli::connector::sync::{Cadence, Notice, run};
use saponify_sandbox::Activity;

use super::server::{Does, Server, ok, status};
use crate::org::{Tenant, busy};

fn activity() -> Activity {
    Activity::days(2)
        .logins(60)
        .audit(20)
        .files(2)
        .file_size(2_000)
}

fn set_up(home: &Home, name: &str, kind: &str, values: &[(&str, &str)]) {
    let values = values
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let config = SinkConfig::new(name, kind_of(kind).unwrap(), values, Vec::new()).unwrap();
    add(home, &config).unwrap();
}

/// A connection with two sinks: files, and a webhook.
async fn start(server: &Server) -> Tenant {
    let tenant = busy(activity()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let folder = tenant.path("files").display().to_string();
    let pem = server.certificate(&tenant.path(""));
    set_up(&tenant.home, "files", "ndjson", &[("folder", &folder)]);
    let hook = [
        ("url", server.url.as_str()),
        ("certificate", &pem),
        ("timeout", "2s"),
    ];
    set_up(&tenant.home, "hook", "webhook", &hook);
    tenant
}

/// The state of a sink, which exists in the store only after the first attempt.
fn has_failed(tenant: &Tenant) -> bool {
    let status = Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap();
    status.sinks.iter().any(|sink| sink.problem.is_some())
}

/// The rows that a sink was given so far.
fn delivered(tenant: &Tenant, name: &str) -> u64 {
    tenant.store("acme").sink(name).unwrap().delivered
}

fn sink(tenant: &Tenant, name: &str) -> SinkStatus {
    let status = Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap();
    let found = status.sinks.into_iter().find(|sink| sink.sink == name);
    found.unwrap_or_else(|| panic!("the status has no sink {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_sink_delays_neither_collection_nor_another_sink_and_catches_up() {
    let server = Server::start(|_| Does::Hangs);
    let tenant = start(&server).await;
    let (stop, home, vault) = (Stop::default(), tenant.home.clone(), tenant.vault.clone());
    let own = stop.clone();
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let running = tokio::spawn(async move {
        let mut failed = Vec::new();
        let mut notice = |notice: &Notice<'_>| {
            if let Notice::Round(_) = notice {
                over.store(true, Ordering::Relaxed);
            }
            if let Notice::Delivered(_, report) = notice
                && let Err(error) = &report.result
            {
                failed.push((report.sink.clone(), error.text(), report.pause));
            }
        };
        let mut watch = Watch::new(own, |_| {});
        run(
            &home,
            &vault,
            "acme",
            Cadence::default(),
            &[],
            &mut watch,
            &mut notice,
        )
        .await
        .unwrap();
        failed
    });
    // Everything is collected and in the files, although the webhook hangs.
    until(|| is_over.load(Ordering::Relaxed)).await;
    let all = tenant.stored("acme").len() as u64;
    assert!(all > 50, "{all}");
    until(|| delivered(&tenant, "files") == all).await;
    until(|| has_failed(&tenant)).await;
    assert_eq!(sink(&tenant, "hook").delivered, 0);
    // The sink catches up by its own pauses, without a round.
    server.change(|_| ok());
    until(|| delivered(&tenant, "hook") == all).await;
    assert_eq!(sink(&tenant, "hook").problem, None);
    stop.stop();
    let failed = running.await.unwrap();
    assert!(!failed.is_empty());
    for (name, text, pause) in failed {
        assert_eq!(name, "hook", "{text}");
        assert!(
            text.contains("in time") && pause.is_some_and(|pause| !pause.is_zero()),
            "{text}"
        );
    }
}

/// Waits until a condition holds. If it never holds, the test hangs, and the runner names it.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_delivers_to_all_sinks_and_names_those_that_failed() {
    let server = Server::start(|_| status(503));
    let tenant = start(&server).await;
    let outcome = tenant.sync("acme").await;
    let all = tenant.stored("acme").len() as u64;
    let json = outcome.to_json();
    assert_eq!(json["delivered"]["files"]["rows"], all, "{json}");
    assert_eq!(json["delivered"]["hook"]["ok"], false, "{json}");
    assert!(outcome.failure().unwrap().is_sink());
    server.change(|_| ok());
    let json = tenant.sync("acme").await.to_json();
    assert_eq!(json["delivered"]["hook"]["rows"], all, "{json}");
    assert_eq!(json["delivered"]["files"]["rows"], 0, "{json}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_configuration_of_sinks_does_not_stop_collection() {
    let tenant = busy(activity()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    tenant
        .home
        .write_sinks_toml("[sink.a]\nkind = \"nothing\"\n")
        .unwrap();
    let outcome = tenant.sync("acme").await;
    assert!(
        outcome
            .sources
            .iter()
            .all(|source| source.failure().is_none())
    );
    assert!(tenant.stored("acme").len() > 50);
    let error = outcome.failure().unwrap();
    assert!(
        error.is_usage() && error.to_string().contains("no kind"),
        "{error}"
    );
}

/// The names of the rows of each request that a webhook got.
fn batches(server: &Server) -> Vec<Vec<String>> {
    let ids = |request: super::server::Request| {
        let json = request.json();
        let rows = json["events"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    server.requests().into_iter().map(ids).collect()
}

/// An hour by the clock of the org, in which each round finds new rows and no attempt to deliver succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_is_dead_for_an_hour_gets_everything_once_and_in_order() {
    let server = Server::start(|_| status(503));
    let activity = Activity::days(2).logins(3_000).audit(400).files(2);
    let tenant = busy(activity.file_size(2_000)).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let pem = server.certificate(&tenant.path(""));
    let hook = [
        ("url", server.url.as_str()),
        ("certificate", &pem),
        ("batch-rows", "50"),
    ];
    set_up(&tenant.home, "hook", "webhook", &hook);
    let mut before = 0;
    for minute in 0..12 {
        let outcome = tenant.sync("acme").await;
        let sources = outcome.sources.iter();
        assert!(sources.clone().all(|source| source.failure().is_none()));
        assert!(outcome.failure().unwrap().is_sink(), "round {minute}");
        let stored = tenant.stored("acme").len();
        assert!(stored >= before, "round {minute}");
        before = stored;
        let state = sink(&tenant, "hook");
        assert_eq!(state.delivered, 0);
        // PostgreSQL leaves holes in the numbers of rows, and the number of waiting rows is that of the numbers.
        assert!(state.waiting >= stored as u64, "round {minute}");
        tenant.sandbox.advance(Duration::from_secs(5 * 60));
    }
    // Each attempt sent one batch, and waited for no other one.
    let attempts = server.requests().len();
    assert!(attempts <= 24, "{attempts}");
    let seen = server.requests().len();
    server.change(|_| ok());
    let outcome = tenant.sync("acme").await;
    assert!(outcome.failure().is_none(), "{}", outcome.to_json());
    let state = sink(&tenant, "hook");
    assert_eq!((state.waiting, state.problem), (0, None));
    assert!(state.delivered >= before as u64);
    let batches = batches(&server);
    let (repeated, taken) = batches.split_at(seen);
    // Memory holds a batch and not what has waited.
    assert!(taken.iter().all(|rows| rows.len() <= 50) && taken.len() > 30);
    // The batches of the dead hour were the first one, again and again.
    let order: Vec<String> = {
        let store = tenant.store("acme");
        let mut lookup = store.lookup().unwrap();
        let last = store.last_seq().unwrap();
        let rows = (1..=last).filter_map(|seq| lookup.get(seq).unwrap());
        rows.map(|(event, _)| format!("acme/{}/{}", event.source(), event.key()))
            .collect()
    };
    assert_eq!(taken.concat(), order);
    assert!(repeated.iter().all(|rows| order.starts_with(rows)));
}

/// A set-up that changes while a run delivers is applied without a restart.
#[tokio::test(flavor = "multi_thread")]
async fn sinks_are_added_changed_and_removed_while_a_run_delivers() {
    let server = Server::start(|_| ok());
    let tenant = start(&server).await;
    let (stop, home, vault) = (Stop::default(), tenant.home.clone(), tenant.vault.clone());
    let own = stop.clone();
    let running = tokio::spawn(async move {
        let cadence = Cadence {
            rows: Duration::from_millis(300),
            ..Cadence::default()
        };
        let mut watch = Watch::new(own, |_| {});
        run(&home, &vault, "acme", cadence, &[], &mut watch, &mut |_| {}).await
    });
    until(|| delivered(&tenant, "files") > 50).await;
    let later = tenant.path("later").display().to_string();
    set_up(&tenant.home, "later", "ndjson", &[("folder", &later)]);
    until(|| delivered(&tenant, "later") == delivered(&tenant, "files")).await;
    // What was delivered before stays where it is, and the rest goes to the new folder.
    let moved = tenant.path("moved").display().to_string();
    let values = [("folder".to_owned(), moved.clone())];
    let kind = kind_of("ndjson").unwrap();
    let changed = SinkConfig::new("later", kind, values, Vec::new()).unwrap();
    config::change(&tenant.home, &changed).unwrap();
    config::remove(&tenant.home, "hook").unwrap();
    let before = server.requests().len();
    let so_far = delivered(&tenant, "later");
    tenant.sandbox.advance(Duration::from_secs(6 * 60 * 60));
    until(|| delivered(&tenant, "later") > so_far).await;
    until(|| delivered(&tenant, "files") == delivered(&tenant, "later")).await;
    stop.stop();
    running.await.unwrap().unwrap();
    assert!(std::path::Path::new(&moved).join("acme").is_dir());
    let since = server.requests().len() - before;
    assert!(
        since <= 1,
        "the webhook was removed, and got {since} batches"
    );
    assert_eq!(
        delivered(&tenant, "files") as usize,
        tenant.stored("acme").len()
    );
}
