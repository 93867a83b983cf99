//! Hazard: a dead sink that stops the collection or another sink.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use saponify_cli::connector::home::Home;
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::sinks::config::{SinkConfig, add, kind_of};
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
