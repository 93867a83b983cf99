//! Hazard: a failure that causes damage, that stops what works, or that is hard to understand.

use std::time::Duration;

use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::status::Status;
use saponify_cli::connector::sync::{Cadence, Notice, Source, run};
use saponify_sandbox::{Activity, LoginMode, Mode};

use super::{Tenant, USER, busy, org, start, succeeded};

fn activity() -> Activity {
    Activity::days(2)
        .logins(80)
        .audit(30)
        .files(4)
        .file_size(4_000)
}

async fn activated(activity: Activity) -> Tenant {
    let tenant = busy(activity).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    tenant
}

fn status(tenant: &Tenant) -> Status {
    Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap()
}

#[tokio::test]
async fn a_source_without_permission_does_not_stop_the_others() {
    let mut org = org().with_activity(activity());
    assert!(org.hide(&"ViewSetup".parse().unwrap()));
    let tenant = start(org).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let outcome = tenant.sync("acme").await;
    let error = outcome.failure().unwrap();
    assert!(
        error
            .advice()
            .unwrap()
            .contains("View Setup and Configuration"),
        "{error:?}"
    );
    let failed: Vec<Source> = outcome
        .sources
        .iter()
        .filter(|source| source.result.is_err())
        .map(|source| source.source)
        .collect();
    assert_eq!(failed, [Source::Audit]);
    let status = status(&tenant);
    let audit = status
        .sources
        .iter()
        .find(|source| source.source == "audit")
        .unwrap();
    assert_eq!(audit.failures, 1);
    assert!(
        audit.problem.as_ref().unwrap().contains("SetupAuditTrail"),
        "{audit:?}"
    );
    assert!(
        status
            .sources
            .iter()
            .any(|source| source.source == "logins" && source.rows > 0)
    );
}

#[tokio::test]
async fn the_last_daily_calls_are_left_to_others() {
    let tenant = activated(activity()).await;
    tenant.sandbox.set_daily_limit(13_495, 15_000);
    let outcome = tenant.sync("acme").await;
    let error = outcome.failure().unwrap();
    assert!(error.is_reserved(), "{error:?}");
    assert_eq!(
        outcome.sources.len(),
        1,
        "the others would fail for the same reason"
    );
    // Few calls were left, so files came first, because they expire first.
    tenant.sandbox.set_daily_limit(13_000, 15_000);
    let mut collector = tenant.open("acme").await.unwrap();
    let mut watch = Watch::silent();
    let first = collector.round(&[Source::Logins], &mut watch).await;
    succeeded(&first);
    let second = collector.round(&Source::ALL, &mut watch).await;
    succeeded(&second);
    assert_eq!(second.sources[0].source, Source::Files);
    assert!(tenant.stored("acme").len() > 100);
}

#[tokio::test]
async fn a_page_instead_of_a_response_is_neither_data_nor_damage() {
    let tenant = activated(activity()).await;
    let mut collector = tenant.open("acme").await.unwrap();
    for mode in [Mode::Html200, Mode::Truncate, Mode::Html503] {
        tenant.sandbox.set_mode(mode);
        let outcome = collector
            .round(&[Source::Logins], &mut Watch::silent())
            .await;
        let error = outcome.failure().unwrap();
        assert!(error.is_service() && error.advice().is_some(), "{error:?}");
    }
    tenant.sandbox.set_mode(Mode::Normal);
    drop(collector);
    tenant.sandbox.advance(Duration::from_secs(600));
    succeeded(&tenant.sync("acme").await);
    assert_eq!(tenant.stored("acme"), tenant.truth());
}

#[tokio::test]
async fn a_changed_password_is_reported_and_kept_in_the_status() {
    let tenant = activated(activity()).await;
    tenant.sandbox.set_login_mode(USER.0, LoginMode::Locked);
    let error = tenant.open("acme").await.unwrap_err();
    assert!(error.text().contains("INVALID_LOGIN"), "{error:?}");
    let status = status(&tenant);
    assert!(status.has_problem() && !status.running);
    assert!(status.login_problem.unwrap().contains("INVALID_LOGIN"));
}

#[tokio::test]
async fn a_run_continues_after_failures_and_ends_when_it_is_stopped() {
    let tenant = activated(activity()).await;
    tenant.sandbox.set_mode(Mode::Html503);
    let stop = Stop::default();
    let mut watch = Watch::new(stop.clone(), |_| {});
    let cadence = Cadence {
        rows: Duration::from_millis(20),
        files: Duration::from_millis(50),
        pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(30),
        refused: Duration::from_secs(3_600),
    };
    let (mut failed, mut rounds) = (0, 0);
    let sandbox = &tenant.sandbox;
    let mut notice = |notice: &Notice<'_>| match notice {
        Notice::Delivered(..) => panic!("there is no sink"),
        Notice::Failed(name, ..) => {
            assert_eq!(*name, "acme");
            failed += 1;
            if failed == 2 {
                sandbox.set_mode(Mode::Normal);
            }
        }
        Notice::Connected(_) => {}
        Notice::Round(outcome) => {
            succeeded(outcome);
            rounds += 1;
            if rounds == 3 {
                stop.stop();
            }
        }
    };
    let done = run(
        &tenant.home,
        &tenant.vault,
        "acme",
        cadence,
        &[],
        &mut watch,
        &mut notice,
    )
    .await;
    done.unwrap();
    assert_eq!((failed, rounds), (2, 3));
    let keys = tenant.stored("acme");
    assert!(keys.len() > 100, "{}", keys.len());
}

#[tokio::test]
async fn a_refused_login_is_not_repeated_at_once() {
    let tenant = activated(activity()).await;
    tenant.sandbox.set_login_mode(USER.0, LoginMode::Locked);
    let stop = Stop::default();
    let mut watch = Watch::new(stop.clone(), |_| {});
    let mut pauses = Vec::new();
    let mut notice = |notice: &Notice<'_>| {
        if let Notice::Failed(_, error, pause) = notice {
            assert!(error.is_refused_login(), "{error:?}");
            pauses.push(*pause);
            stop.stop();
        }
    };
    let cadence = Cadence::default();
    run(
        &tenant.home,
        &tenant.vault,
        "acme",
        cadence,
        &[],
        &mut watch,
        &mut notice,
    )
    .await
    .unwrap();
    assert_eq!(pauses, [cadence.refused]);
    // An org that is down has not refused the login.
    tenant.sandbox.set_mode(Mode::Html503);
    assert!(!tenant.open("acme").await.unwrap_err().is_refused_login());
}

#[tokio::test]
async fn a_run_gives_up_if_no_pause_helps() {
    let tenant = activated(activity()).await;
    let _held = tenant.open("acme").await.unwrap();
    let mut watch = Watch::silent();
    let mut notice = |_: &Notice<'_>| panic!("there is nothing to tell");
    let cadence = Cadence::default();
    let error = run(
        &tenant.home,
        &tenant.vault,
        "acme",
        cadence,
        &[],
        &mut watch,
        &mut notice,
    )
    .await
    .unwrap_err();
    assert_eq!(error.exit_code(), 4);
}
