//! Inconsistent batches, and locators that end early.

use saponify_sandbox::{Injection, Mode, PagingFlaw};

use crate::support::{Org, demo, start};

const QUERY: &str = "SELECT Name FROM Account";

fn paged() -> Org {
    let mut org = demo();
    org.limits_mut().batch_rows = Some(100);
    org
}

#[tokio::test]
async fn results_state_the_wrong_size() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    for (flaw, size) in [
        (PagingFlaw::SizeTooLarge, "303"),
        (PagingFlaw::SizeTooSmall, "301"),
    ] {
        tenant.sandbox.push_mode(Mode::Paging(flaw));
        assert_eq!(session.query(QUERY).await.one("size"), size);
    }
    tenant
        .sandbox
        .push_mode(Mode::Paging(PagingFlaw::NotDoneNoLocator));
    let response = session.query(QUERY).await;
    assert!(response.has("<done>false</done><queryLocator xsi:nil=\"true\"/><records"));
    assert_eq!(response.all("Name").len(), 100);
}

#[tokio::test]
async fn a_locator_is_repeated_forever() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    let first = session.query(QUERY).await;
    let locator = first.one("queryLocator").to_owned();
    tenant
        .sandbox
        .set_mode(Mode::Paging(PagingFlaw::RepeatedLocator));
    let second = session.more(&locator).await;
    assert_eq!(second.one("queryLocator"), locator);
    let third = session.more(&locator).await;
    assert_eq!(second.all("Name"), third.all("Name"));
    tenant.sandbox.set_mode(Mode::Normal);
    assert_ne!(session.more(&locator).await.one("queryLocator"), locator);
}

#[tokio::test]
async fn a_result_without_rows_is_never_done() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    tenant
        .sandbox
        .set_mode(Mode::Paging(PagingFlaw::EmptyNotDone));
    let mut response = session.query(QUERY).await;
    for _ in 0..3 {
        assert!(response.has("<done>false</done>") && !response.has("<records"));
        let locator = response.one("queryLocator").to_owned();
        response = session.more(&locator).await;
        assert_ne!(response.one("queryLocator"), locator);
    }
}

#[tokio::test]
async fn locators_end_early() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    tenant
        .sandbox
        .inject("dead_locators:after=1:times=1".parse().unwrap());
    let first = session.query(QUERY).await;
    let second = session.more(first.one("queryLocator")).await;
    let dead = session.more(second.one("queryLocator")).await;
    assert_eq!(dead.fault().0, "INVALID_QUERY_LOCATOR");
    let again = session.query(QUERY).await;
    let second = session.more(again.one("queryLocator")).await;
    assert_eq!(second.status, 200);
}

#[tokio::test]
async fn the_oldest_cursor_ends_when_there_are_too_many() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    tenant.sandbox.inject(Injection::new(Mode::MaxCursors(2)));
    let mut locators = Vec::new();
    for _ in 0..3 {
        let response = session.query(QUERY).await;
        locators.push(response.one("queryLocator").to_owned());
    }
    let oldest = session.more(&locators[0]).await;
    assert_eq!(oldest.fault().0, "INVALID_QUERY_LOCATOR");
    for locator in &locators[1..] {
        assert_eq!(session.more(locator).await.status, 200);
    }
}
