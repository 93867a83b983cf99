//! Sessions that end in the middle of the work.

use crate::support::{demo, start};

#[tokio::test]
async fn all_sessions_end_once_after_a_number_of_rows() {
    let mut org = demo();
    org.limits_mut().batch_rows = Some(100);
    let tenant = start(org).await;
    tenant
        .sandbox
        .inject("session_storm:after_rows=150".parse().unwrap());
    let session = tenant.session().await;
    let first = session.query("SELECT Name FROM Account").await;
    let second = session.more(first.one("queryLocator")).await;
    assert_eq!(second.status, 200);
    let locator = second.one("queryLocator").to_owned();
    let lost = session.more(&locator).await;
    assert_eq!(lost.fault().0, "INVALID_SESSION_ID");
    assert_eq!(tenant.sandbox.open_sessions(), 0);

    // The locator belongs to the user and not to the session.
    let renewed = tenant.session().await;
    assert_ne!(renewed.id, session.id);
    assert_eq!(renewed.more(&locator).await.status, 200);
    assert_eq!(tenant.sandbox.stats().logins, 2);
}

#[tokio::test]
async fn one_call_can_lose_its_session() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    tenant
        .sandbox
        .inject("session_lost:every=2".parse().unwrap());
    for status in [500, 200, 500, 200] {
        assert_eq!(session.call("", super::NOW).await.status, status);
    }
}
