//! Hazard: an unattended run that stops, waits forever or reports nothing.

use std::time::Duration;

use saponify_cli::connector::connection::settings_of;
use saponify_cli::connector::prerequisites::{Profile, Standing, test};
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::status::Status;
use saponify_cli::connector::sync::{Cadence, Notice, Source, run};
use saponify_sandbox::Activity;

use super::{Tenant, busy, org, start, succeeded};

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

fn problem(tenant: &Tenant, source: &str) -> Option<String> {
    let status = Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap();
    let found = status.sources.into_iter().find(|own| own.source == source);
    found.unwrap().problem
}

#[tokio::test]
async fn files_that_cannot_be_fetched_are_a_failure_with_its_reason() {
    let tenant = activated(activity()).await;
    tenant.sandbox.inject("html_200@retrieve".parse().unwrap());
    let outcome = tenant.sync("acme").await;
    let error = outcome.failure().unwrap();
    assert!(
        error.text().contains("could not be fetched: ") && error.advice().is_some(),
        "{error:?}"
    );
    let json = outcome.to_json();
    assert_eq!(json["ok"], false, "{json}");
    assert_eq!(json["sources"]["files"]["ok"], false, "{json}");
    assert!(
        json["sources"]["files"]["figures"]["failed"].as_u64() > Some(0),
        "{json}"
    );
    // The reason is that of the first file.
    let noted = problem(&tenant, "files").unwrap();
    assert!(
        noted.contains("0AT") && noted.contains("not SOAP"),
        "{noted}"
    );
    assert_eq!(problem(&tenant, "logins"), None);

    tenant.sandbox.clear_injections();
    tenant.sandbox.advance(Duration::from_secs(600));
    succeeded(&tenant.sync("acme").await);
    assert_eq!(problem(&tenant, "files"), None);
    assert_eq!(tenant.stored("acme"), tenant.truth());
}

#[tokio::test]
async fn a_damaged_file_is_a_failure_when_it_is_found() {
    let tenant = activated(activity().damaged(1)).await;
    let outcome = tenant.sync("acme").await;
    let error = outcome.failure().unwrap();
    assert!(error.text().contains("damaged files: 1"), "{error:?}");
    assert!(error.advice().unwrap().contains("damaged"), "{error:?}");
    // In later rounds it is a gap, which the status and the report show.
    succeeded(&tenant.sync("acme").await);
}

#[tokio::test]
async fn files_come_first_when_few_calls_are_left_also_in_the_first_round() {
    let tenant = activated(activity()).await;
    tenant.sandbox.set_daily_limit(13_000, 15_000);
    let outcome = tenant.sync("acme").await;
    succeeded(&outcome);
    let order: Vec<Source> = outcome.sources.iter().map(|own| own.source).collect();
    assert_eq!(order[0], Source::Files);
    // Otherwise files come last, because a file that does not arrive takes longest.
    tenant.sandbox.set_daily_limit(0, 15_000);
    let outcome = tenant.sync("acme").await;
    let order: Vec<Source> = outcome.sources.iter().map(|own| own.source).collect();
    assert_eq!(order[3], Source::Files);
}

#[tokio::test]
async fn a_source_that_always_fails_causes_no_logins_and_no_rounds_of_the_others() {
    let mut org = org().with_activity(activity());
    assert!(org.hide(&"ViewSetup".parse().unwrap()));
    let tenant = start(org).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let stop = Stop::default();
    let mut watch = Watch::new(stop.clone(), |_| {});
    let cadence = Cadence {
        rows: Duration::from_secs(3_600),
        files: Duration::from_secs(3_600),
        pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(10),
        refused: Duration::from_secs(3_600),
    };
    let (mut logins, mut rounds) = (0, Vec::new());
    let mut notice = |notice: &Notice<'_>| match notice {
        Notice::Connected(_) => logins += 1,
        Notice::Delivered(..) => panic!("there is no sink"),
        Notice::Failed(_, error, _) => panic!("{error:?}"),
        Notice::Round(outcome) => {
            rounds.push(
                outcome
                    .sources
                    .iter()
                    .map(|own| own.source)
                    .collect::<Vec<_>>(),
            );
            if rounds.len() == 9 {
                stop.stop();
            }
        }
    };
    let (home, vault) = (&tenant.home, &tenant.vault);
    run(home, vault, "acme", cadence, &[], &mut watch, &mut notice)
        .await
        .unwrap();
    assert_eq!(logins, 1);
    assert_eq!(rounds[0].len(), 4);
    assert!(
        rounds[1..].iter().all(|round| *round == [Source::Audit]),
        "{rounds:?}"
    );
}

#[tokio::test]
async fn an_unknown_object_is_refused_before_it_fails_in_every_round() {
    let tenant = start(org()).await;
    let mut wrong = tenant.by_password("acme");
    wrong.settings.objects = vec!["User".to_owned(), "Nonsense".to_owned()];
    let error = tenant.activate(wrong).await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("`Nonsense`"),
        "{error:?}"
    );
    assert!(tenant.files().is_empty(), "{:?}", tenant.files());

    let mut activation = tenant.by_password("acme");
    activation.settings.objects = vec!["User".to_owned(), "Case".to_owned()];
    tenant.activate(activation).await.unwrap();
    let settings = settings_of(&tenant.home, "acme").unwrap();
    assert_eq!(settings.objects, ["User", "Case"]);
    let tested = test(
        &tenant.home,
        &tenant.vault,
        "acme",
        Profile::Least,
        jiff::Timestamp::now(),
    )
    .await
    .unwrap();
    for object in ["User", "Case"] {
        let id = format!("changes-{object}");
        let line = tested.lines.iter().find(|line| line.id == id).unwrap();
        assert_eq!(line.standing, Standing::Passed, "{tested}");
    }
    // An object can also disappear later.
    {
        let place = tenant.home.connection("acme").unwrap();
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        let mut settings = settings_of(&tenant.home, "acme").unwrap();
        settings.objects.push("Gone__c".to_owned());
        store
            .configure(&settings.to_map(), jiff::Timestamp::now())
            .unwrap();
    }
    let tested = test(
        &tenant.home,
        &tenant.vault,
        "acme",
        Profile::Least,
        jiff::Timestamp::now(),
    )
    .await
    .unwrap();
    let line = tested
        .lines
        .iter()
        .find(|line| line.id == "changes-Gone__c");
    assert_eq!(line.unwrap().standing, Standing::Failed, "{tested}");
}

#[tokio::test]
async fn a_day_of_changes_becomes_complete() {
    use saponify_cli::connector::report::Report;
    use saponify_cli::connector::window::Span;

    let tenant = activated(activity().changes(3)).await;
    tenant.sandbox.advance(Duration::from_secs(3 * 24 * 3_600));
    succeeded(&tenant.sync("acme").await);
    let store = tenant.store("acme");
    let sources = store.sources().unwrap();
    let begins = sources
        .iter()
        .find(|own| own.name == "changes")
        .unwrap()
        .begins;
    let until = begins + jiff::SignedDuration::from_hours(48);
    let span = Span::new(begins, until).unwrap();
    let report = Report::gather(&store, "acme", span, until).unwrap();
    let changes = report.sources.iter().find(|own| own.source == "changes");
    let changes = changes.unwrap();
    assert!(
        changes.complete_days >= 2 && changes.complete_days == changes.days.len(),
        "{report}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn events_for_other_programs_are_as_private_as_the_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let tenant = busy(activity()).await;
    let mut activation = tenant.by_password("acme");
    let folder = tenant.path("exported/events");
    activation.settings.ndjson = Some(folder.display().to_string());
    tenant.activate(activation).await.unwrap();
    succeeded(&tenant.sync("acme").await);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
    assert!(!files.is_empty());
    for file in files {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}
