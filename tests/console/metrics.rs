//! The metrics for Prometheus, and the health of the console.

use std::collections::BTreeMap;

use reqwest::StatusCode;

use super::support::{Served, USER, org};

/// The samples of a text.
fn samples(text: &str) -> BTreeMap<&str, f64> {
    let mut known = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(
            known.insert(name, value.parse().unwrap()).is_none(),
            "{line}"
        );
    }
    known
}

#[tokio::test]
async fn the_metrics_are_those_of_the_store() {
    let (served, org) = (Served::start().await, org().await);
    let client = served.logged_in().await;
    client.connect("acme", &org, USER[1]).await;
    let folder = tempfile::tempdir().unwrap();
    let sinks = format!(
        "[sink.archive]\nkind = \"ndjson\"\nfolder = {:?}\n",
        folder.path()
    );
    served.home.write_sinks_toml(&sinks).unwrap();
    client.collect("acme").await;
    let response = served.client().get("/metrics").await;
    assert_eq!(response.status, StatusCode::OK);
    assert!(
        response
            .header("content-type")
            .starts_with("text/plain; version=0.0.4")
    );
    let store = served
        .home
        .connection("acme")
        .unwrap()
        .store_to_read()
        .unwrap();
    let samples = samples(&response.text);
    assert_eq!(samples["saponify_up{connection=\"acme\"}"], 1.0);
    assert_eq!(samples["saponify_failing{connection=\"acme\"}"], 0.0);
    assert!(samples["saponify_api_calls_left{connection=\"acme\"}"] > 0.0);
    for source in store.sources().unwrap() {
        let of = |name: &str| {
            let name = format!(
                "saponify_{name}{{connection=\"acme\",source=\"{}\"}}",
                source.name
            );
            samples[name.as_str()]
        };
        assert_eq!(
            of("rows"),
            store.total(source.id).unwrap() as f64,
            "{}",
            source.name
        );
        assert!(of("open_gaps") >= 0.0);
        assert!(source.watermark.is_none() || of("lag_seconds") >= 0.0);
        assert_eq!(of("failed_attempts"), 0.0);
    }
    let of = |name: &str| {
        let name = format!("saponify_sink_{name}{{connection=\"acme\",sink=\"archive\"}}");
        samples[name.as_str()]
    };
    let sink = store.sink("archive").unwrap();
    assert!(sink.delivered > 0);
    assert_eq!(of("delivered_total"), sink.delivered as f64);
    assert_eq!(of("waiting") + of("set_aside_total") + of("failing"), 0.0);
    // Each metric has its help and type before its samples.
    for line in response
        .text
        .lines()
        .filter(|line| line.starts_with("# TYPE "))
    {
        let name = line.split(' ').nth(2).unwrap();
        assert!(response.text.contains(&format!("# HELP {name} ")), "{name}");
    }
}

#[tokio::test]
async fn a_metrics_token_is_required_if_configured() {
    let served = Served::with(|options| options.metrics_token = Some("the-token".into()))
        .await
        .unwrap();
    let client = served.client();
    let with = |given: &str| {
        let request = client.request("GET", "/metrics");
        client.send(request.header("authorization", given.to_owned()))
    };
    assert_eq!(
        client.get("/metrics").await.status,
        StatusCode::UNAUTHORIZED
    );
    for wrong in ["Bearer ", "Bearer the-toke", "the-token", "Basic the-token"] {
        assert_eq!(
            with(wrong).await.status,
            StatusCode::UNAUTHORIZED,
            "{wrong}"
        );
    }
    assert_eq!(with("Bearer the-token").await.status, StatusCode::OK);
    let client = served.logged_in().await;
    assert_eq!(client.get("/metrics").await.status, StatusCode::OK);
}

#[tokio::test]
async fn health_and_readiness_are_reported() {
    let served = Served::start().await;
    let client = served.client();
    assert_eq!(client.get("/healthz").await.text, "ok\n");
    assert_eq!(client.get("/readyz").await.status, StatusCode::OK);
    // There is a file where the folder should be.
    std::fs::write(served.folder.path().join("home"), "").unwrap();
    assert_eq!(client.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(
        client.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}
