//! Hazard: a missing prerequisite that looks fine, or the other way round.

use jiff::Timestamp;
use saponify_cli::connector::prerequisites::{Line, Prerequisites, Profile, Standing, test};
use saponify_sandbox::{Activity, Org};

use super::{Tenant, USER, org, start, succeeded};

fn quiet() -> Org {
    org().with_activity(Activity::days(3).logins(60).audit(20).files(6).hourly(true))
}

async fn activated(org: Org) -> Tenant {
    let tenant = start(org).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    tenant
}

async fn tested(tenant: &Tenant, profile: Profile) -> Prerequisites {
    let now: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
    test(&tenant.home, &tenant.vault, "acme", profile, now)
        .await
        .unwrap()
}

#[track_caller]
fn line<'a>(tested: &'a Prerequisites, id: &str) -> &'a Line {
    let found = tested.lines.iter().find(|line| line.id == id);
    found.unwrap_or_else(|| panic!("no {id} in\n{tested}"))
}

#[tokio::test]
async fn an_org_with_everything_passes() {
    let tenant = activated(quiet()).await;
    let least = tested(&tenant, Profile::Least).await;
    assert!(least.is_met(), "{least}");
    for (id, part) in [
        ("login", USER.0),
        ("edition", "Enterprise Edition"),
        ("event-log-files", "hourly"),
        ("login-end", "in 183 days"),
        ("calls", "leaves a tenth"),
    ] {
        assert!(line(&least, id).found.contains(part), "{least}");
    }
    // The additional prerequisites of Microsoft are not needed here, and are missing.
    let microsoft = tested(&tenant, Profile::Microsoft).await;
    assert!(!microsoft.is_met());
    assert_eq!(line(&microsoft, "view-all-data").standing, Standing::Failed);
    assert!(least.lines.iter().all(|line| line.id != "view-all-data"));
}

#[tokio::test]
async fn each_missing_permission_has_its_line_and_remedy() {
    for (hidden, failed) in [
        (
            &["ViewSetup"][..],
            &["view-setup-and-configuration", "setup-audit-trail"][..],
        ),
        (
            &["ViewEventLogFiles"],
            &["view-event-log-files", "event-log-files"],
        ),
        (
            &["ManageUsers", "MonitorLoginHistory"],
            &["monitor-login-history", "login-history"],
        ),
    ] {
        let mut org = quiet();
        for permission in hidden {
            assert!(org.hide(&permission.parse().unwrap()));
        }
        let tenant = activated(org).await;
        let least = tested(&tenant, Profile::Least).await;
        for id in failed {
            let line = line(&least, id);
            assert_eq!(line.standing, Standing::Failed, "{hidden:?}\n{least}");
            assert!(
                line.remedy
                    .as_ref()
                    .is_some_and(|text| text.contains("give the user")),
                "{least}"
            );
        }
        let others = least
            .lines
            .iter()
            .filter(|line| line.standing == Standing::Failed);
        assert_eq!(others.count(), failed.len(), "{hidden:?}\n{least}");
    }
}

#[tokio::test]
async fn a_hidden_field_is_reported_and_left_out() {
    let mut org = quiet();
    assert!(org.hide(&"EventLogFile.Interval".parse().unwrap()));
    let tenant = activated(org).await;
    let least = tested(&tenant, Profile::Least).await;
    assert_eq!(
        line(&least, "interval").standing,
        Standing::Noted,
        "{least}"
    );
    assert_eq!(
        line(&least, "event-log-files").standing,
        Standing::Passed,
        "{least}"
    );
}

#[tokio::test]
async fn the_test_reports_used_up_calls_and_a_refused_login() {
    let tenant = activated(quiet()).await;
    tenant.sandbox.set_daily_limit(14_000, 15_000);
    let least = tested(&tenant, Profile::Least).await;
    assert_eq!(line(&least, "calls").standing, Standing::Failed, "{least}");
    let failed = least
        .lines
        .iter()
        .filter(|line| line.standing == Standing::Failed);
    assert_eq!(failed.count(), 1, "{least}");
    tenant
        .sandbox
        .set_login_mode(USER.0, saponify_sandbox::LoginMode::Locked);
    let least = tested(&tenant, Profile::Least).await;
    let login = line(&least, "login");
    assert!(
        login.standing == Standing::Failed && login.remedy.is_some(),
        "{least}"
    );
    let text = least.to_string();
    assert!(
        text.contains('\u{2718}') && !text.contains(USER.1),
        "{text}"
    );
}

#[tokio::test]
async fn fields_that_the_user_cannot_see_are_named() {
    let mut org = quiet();
    assert!(org.hide(&"LoginHistory.LoginGeoId".parse().unwrap()));
    let tenant = activated(org).await;
    succeeded(&tenant.sync("acme").await);
    let place = tenant.home.connection("acme").unwrap();
    let refused = |name: &str| {
        let lock = place.lock().unwrap();
        let mut store = place.store(&lock).unwrap();
        store.refused(name, Timestamp::UNIX_EPOCH).unwrap()
    };
    assert_eq!(refused("LoginHistory"), ["LoginGeoId"]);
    let least = tested(&tenant, Profile::Least).await;
    assert!(least.is_met(), "{least}");
    let logins = line(&least, "fields-logins");
    assert_eq!(logins.standing, Standing::Noted, "{least}");
    assert!(logins.found.contains("LoginGeoId"), "{least}");
    assert_eq!(
        line(&least, "fields-audit").standing,
        Standing::Passed,
        "{least}"
    );
    // The next round asks again.
    assert!(refused("LoginHistory").is_empty());
}
