//! Hazard: an event that is lost or stored twice, whatever the org does.
//!
//! The sandbox computes the activity of an org, so it knows the rows that a perfect connector stores.

use std::time::Duration;

use jiff::Timestamp;
use saponify_cli::connector::connection::Transfer;
use saponify_cli::connector::progress::{Progress, Stop, Watch};
use saponify_cli::connector::sync::Source;
use saponify_cli::connector::window::Span;
use saponify_sandbox::Activity;

use super::{Tenant, busy, org, start, succeeded};

fn activity() -> Activity {
    Activity::days(5)
        .logins(600)
        .audit(150)
        .files(12)
        .file_size(8_000)
}

async fn activated(activity: Activity) -> Tenant {
    let tenant = busy(activity).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    tenant
}

#[track_caller]
fn holds_the_truth(tenant: &Tenant) {
    let (stored, truth) = (tenant.stored("acme"), tenant.truth());
    let lost: Vec<_> = truth.difference(&stored).take(5).collect();
    let invented: Vec<_> = stored.difference(&truth).take(5).collect();
    for source in Source::ALL.map(Source::as_str) {
        let has = |line: &String| line.starts_with(source);
        assert!(source == "changes" || truth.iter().any(has), "no {source}");
    }
    assert!(
        lost.is_empty() && invented.is_empty(),
        "{} of {} events; lost {lost:?}, invented {invented:?}",
        stored.len(),
        truth.len()
    );
}

#[tokio::test]
async fn all_visible_rows_are_stored() {
    let tenant = activated(activity()).await;
    succeeded(&tenant.sync("acme").await);
    // Rows that are younger than two minutes are left for the next round.
    tenant.sandbox.advance(Duration::from_secs(600));
    succeeded(&tenant.sync("acme").await);
    holds_the_truth(&tenant);
    let before = tenant.sandbox.stats().requests;
    let again = tenant.sync("acme").await;
    succeeded(&again);
    let figures = again
        .sources
        .iter()
        .map(|source| source.result.as_ref().unwrap());
    assert!(figures.map(|figures| figures.new).sum::<u64>() == 0);
    let calls = tenant.sandbox.stats().requests - before;
    assert!(calls < 15, "a quiet round made {calls} calls");
}

#[tokio::test]
async fn late_rows_and_replaced_files_are_found() {
    let tenant = activated(activity().hourly(true).late(true).changes(6)).await;
    for _ in 0..8 {
        // A file that is damaged, or deleted before it is fetched, is a failure of that round, but the
        // source is not given up because of it.
        let outcome = tenant.sync("acme").await;
        let given_up = outcome.sources.iter().any(|own| own.result.is_err());
        assert!(!given_up, "{}", outcome.to_json());
        tenant.sandbox.advance(Duration::from_secs(7 * 60 * 60));
    }
    tenant.sandbox.advance(Duration::from_secs(80 * 60 * 60));
    succeeded(&tenant.sync("acme").await);
    holds_the_truth(&tenant);
}

#[tokio::test]
async fn files_are_fetched_by_rest_if_soap_refuses_their_size() {
    for transfer in [Transfer::Auto, Transfer::Soap, Transfer::Rest] {
        let mut org = org().with_activity(activity());
        org.limits_mut().log_file_bytes = 100;
        let tenant = start(org).await;
        let mut activation = tenant.by_password("acme");
        activation.settings.transfer = transfer;
        tenant.activate(activation).await.unwrap();
        let mut collector = tenant.open("acme").await.unwrap();
        let outcome = collector
            .round(&[Source::Files], &mut Watch::silent())
            .await;
        let figures = outcome.sources[0].result.as_ref().unwrap();
        match (transfer, outcome.failure()) {
            (Transfer::Soap, Some(_)) => {
                assert!(figures.failed > 0 && figures.files == 0, "{figures:?}");
            }
            (_, failure) => {
                assert!(failure.is_none(), "{failure:?}");
                assert!(figures.failed == 0 && figures.files > 0, "{figures:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_stopped_round_is_continued() {
    let tenant = activated(activity()).await;
    let mut rounds = 0;
    for after in [1, 3, 4, 9, 20, usize::MAX] {
        let stop = Stop::default();
        let mut steps = 0;
        let mut watch = Watch::new(stop.clone(), {
            let stop = stop.clone();
            move |_: &Progress<'_>| {
                steps += 1;
                if steps == after {
                    stop.stop();
                }
            }
        });
        let mut collector = tenant.open("acme").await.unwrap();
        let outcome = collector.round(&Source::ALL, &mut watch).await;
        rounds += 1;
        match outcome.failure() {
            Some(error) => assert!(error.is_stopped(), "{error:?}"),
            None => break,
        }
    }
    assert!(rounds > 2, "{rounds}");
    tenant.sandbox.advance(Duration::from_secs(600));
    succeeded(&tenant.sync("acme").await);
    holds_the_truth(&tenant);
}

#[tokio::test]
async fn the_sink_gets_every_event_once() {
    let tenant = busy(activity()).await;
    let mut activation = tenant.by_password("acme");
    let folder = tenant.path("sink");
    activation.settings.ndjson = Some(folder.display().to_string());
    tenant.activate(activation).await.unwrap();
    succeeded(&tenant.sync("acme").await);
    tenant.sandbox.advance(Duration::from_secs(600));
    succeeded(&tenant.sync("acme").await);
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "ndjson") {
            text += &std::fs::read_to_string(path).unwrap();
        }
    }
    let keys: Vec<String> = text
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            format!(
                "{}\t{}",
                event["source"].as_str().unwrap(),
                event["key"].as_str().unwrap()
            )
        })
        .collect();
    let distinct: std::collections::BTreeSet<String> = keys.iter().cloned().collect();
    assert_eq!(distinct.len(), keys.len());
    assert!(keys.len() > 750, "{}", keys.len());
    assert_eq!(distinct, tenant.truth());
}

#[tokio::test]
async fn daily_files_confirm_the_hourly_ones() {
    let tenant = activated(activity().files(120).hourly(true)).await;
    succeeded(&tenant.sync("acme").await);
    tenant.sandbox.advance(Duration::from_secs(26 * 60 * 60));
    succeeded(&tenant.sync("acme").await);
    let store = tenant.store("acme");
    let all = Span::new(Timestamp::MIN, Timestamp::MAX).unwrap();
    let counts = store.daily_counts(all).unwrap();
    assert!(!counts.is_empty());
    for count in &counts {
        assert_eq!(count.daily, count.hourly, "{count:?}");
    }
    let gaps = store.gaps(all).unwrap();
    assert!(gaps.is_empty(), "{gaps:?}");
    holds_the_truth(&tenant);
}
