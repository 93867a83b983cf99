//! Hazard: an org that shows the user only its own logins, which looks like success.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use saponify_cli::connector::connection::connect;
use saponify_cli::connector::report::{DayState, Report};
use saponify_cli::connector::sources::Service as _;
use saponify_cli::connector::window::Span;
use saponify_sandbox::Activity;

use super::{Tenant, busy, org, start, succeeded};

fn activity() -> Activity {
    Activity::days(8).logins(600).audit(20).files(4)
}

fn show(tenant: &Tenant, on: bool) {
    for permission in ["ManageUsers", "MonitorLoginHistory"] {
        tenant.sandbox.permit(permission, on);
    }
}

/// The number of days of logins in a state.
fn days(tenant: &Tenant, state: DayState) -> usize {
    let now = Timestamp::now();
    let back = SignedDuration::from_hours(24 * 40);
    let span = Span::new(now - back, now + back).unwrap();
    let report = Report::gather(&tenant.store("acme"), "acme", span, now).unwrap();
    let logins = report
        .sources
        .into_iter()
        .find(|source| source.source == "logins");
    let days = logins.unwrap().days;
    days.iter().filter(|day| day.state == state).count()
}

fn logins(tenant: &Tenant) -> usize {
    let stored = tenant.stored("acme");
    stored
        .iter()
        .filter(|line| line.starts_with("logins\t"))
        .count()
}

#[tokio::test]
async fn logins_of_others_that_were_hidden_are_a_gap_and_are_read_once_they_are_shown() {
    let tenant = busy(activity()).await;
    show(&tenant, false);
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    for _ in 0..2 {
        succeeded(&tenant.sync("acme").await);
        assert!(logins(&tenant) < 100);
        assert_eq!(days(&tenant, DayState::Complete), 0);
        assert!(days(&tenant, DayState::Gap) > 20);
        tenant.sandbox.advance(Duration::from_secs(26 * 60 * 60));
    }
    let gaps = |tenant: &Tenant| {
        let all = Span::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
        let gaps = tenant.store("acme").gaps(all).unwrap();
        gaps.into_iter()
            .filter(|gap| gap.source == "logins")
            .collect::<Vec<_>>()
    };
    assert_eq!(gaps(&tenant).len(), 1, "{:?}", gaps(&tenant));

    show(&tenant, true);
    let outcome = tenant.sync("acme").await;
    succeeded(&outcome);
    let figures = outcome.sources[0].result.as_ref().unwrap();
    assert!(figures.repaired > 400, "{figures:?}");
    let truth = tenant.truth();
    let of_logins = truth.iter().filter(|line| line.starts_with("logins\t"));
    assert_eq!(logins(&tenant), of_logins.count());
    assert_eq!(days(&tenant, DayState::Gap), 0);
    let complete = days(&tenant, DayState::Complete);
    assert!(complete > 20, "{complete}");
    assert!(gaps(&tenant)[0].closed.is_some());

    // The permission is removed again. Complete days stay complete.
    show(&tenant, false);
    tenant.sandbox.advance(Duration::from_secs(50 * 60 * 60));
    succeeded(&tenant.sync("acme").await);
    assert_eq!(days(&tenant, DayState::Complete), complete);
    assert!(days(&tenant, DayState::Gap) > 0);
}

#[tokio::test]
async fn a_look_up_loses_neither_names_nor_the_cursor() {
    let tenant = start(org().with_activity(Activity::days(2).logins(2_500))).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let mut org = connect(&tenant.home, &tenant.vault, "acme").await.unwrap();
    // The cache holds fewer users than are looked up at once.
    org.remember_at_most(3);
    let query = "SELECT Id, UserId FROM LoginHistory ORDER BY LoginTime, Id";
    let first = org.query(query).await.unwrap();
    assert!(!first.last);
    let mut ids: Vec<String> = first
        .rows
        .iter()
        .filter_map(|row| row.get(1).map(str::to_owned))
        .collect();
    ids.sort();
    ids.dedup();
    assert!(ids.len() > 4, "{}", ids.len());
    for _ in 0..2 {
        let found = org.look_up("User", &["Username"], &ids).await.unwrap();
        let named = |id: &&String| found.get(*id).is_some_and(|values| values[0].is_some());
        let nameless: Vec<&String> = ids.iter().filter(|id| !named(id)).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
    let second = org.more().await.unwrap();
    assert!(!second.rows.is_empty());
}
