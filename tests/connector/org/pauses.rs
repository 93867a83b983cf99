//! Hazard: a connector that was off for weeks, and then always fails because it asks for too much.

use std::time::Duration;

use jiff::Timestamp;
use saponify_cli::connector::window::Span;
use saponify_sandbox::Activity;

use super::{busy, succeeded};

#[tokio::test]
async fn after_weeks_all_updates_are_stored_and_lost_deletions_are_a_gap() {
    for days in [10, 16, 35] {
        let activity = Activity::days(3).logins(20).audit(5).changes(9);
        let tenant = busy(activity).await;
        tenant.activate(tenant.by_password("acme")).await.unwrap();
        succeeded(&tenant.sync("acme").await);
        tenant
            .sandbox
            .advance(Duration::from_secs(days * 24 * 60 * 60));
        for _ in 0..2 {
            succeeded(&tenant.sync("acme").await);
            tenant.sandbox.advance(Duration::from_secs(900));
        }
        let (stored, truth) = (tenant.stored("acme"), tenant.truth());
        let lost: Vec<&String> = truth.difference(&stored).collect();
        let all = Span::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
        let gaps = tenant.store("acme").gaps(all).unwrap();
        let of_changes = gaps.iter().filter(|gap| gap.source == "changes").count();
        if days < 15 {
            assert!(lost.is_empty() && of_changes == 0, "{lost:?} {gaps:?}");
        } else {
            // There is one gap for each object, and only deletions are missing.
            let is_deletion = |line: &&String| line.ends_with("/deleted");
            assert!(!lost.is_empty() && lost.iter().all(is_deletion), "{lost:?}");
            assert_eq!(of_changes, 2, "{gaps:?}");
        }
    }
}

#[tokio::test]
async fn purged_deletions_are_a_gap_and_the_source_continues() {
    let tenant = busy(Activity::days(3).logins(20).changes(9)).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    succeeded(&tenant.sync("acme").await);
    tenant.sandbox.advance(Duration::from_secs(6 * 60 * 60));
    tenant.sandbox.purge_deletions();
    tenant.sandbox.advance(Duration::from_secs(6 * 60 * 60));
    for _ in 0..2 {
        succeeded(&tenant.sync("acme").await);
        tenant.sandbox.advance(Duration::from_secs(900));
    }
    let all = Span::new(Timestamp::UNIX_EPOCH, Timestamp::MAX).unwrap();
    let gaps = tenant.store("acme").gaps(all).unwrap();
    let of_changes = gaps.iter().filter(|gap| gap.source == "changes");
    assert_eq!(of_changes.count(), 2, "{gaps:?}");
}
