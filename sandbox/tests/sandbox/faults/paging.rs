//! Batches that do not add up, locators that die.

use saponify_sandbox::{Injection, Mode, PagingFlaw};

use crate::support::{Org, demo, start};

const QUERY: &str = "SELECT Name FROM Account";

fn paged() -> Org {
    let mut org = demo();
    org.limits_mut().batch_rows = Some(100);
    org
}

#[tokio::test]
async fn results_say_the_wrong_size() {
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
    let answer = session.query(QUERY).await;
    assert!(answer.has("<done>false</done><queryLocator xsi:nil=\"true\"/><records"));
    assert_eq!(answer.all("Name").len(), 100);
}

#[tokio::test]
async fn a_locator_comes_again_and_again() {
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
    let mut answer = session.query(QUERY).await;
    for _ in 0..3 {
        assert!(answer.has("<done>false</done>") && !answer.has("<records"));
        let locator = answer.one("queryLocator").to_owned();
        answer = session.more(&locator).await;
        assert_ne!(answer.one("queryLocator"), locator);
    }
}

#[tokio::test]
async fn locators_die() {
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
async fn the_oldest_of_too_many_cursors_ends() {
    let tenant = start(paged()).await;
    let session = tenant.session().await;
    tenant.sandbox.inject(Injection::new(Mode::MaxCursors(2)));
    let mut locators = Vec::new();
    for _ in 0..3 {
        let answer = session.query(QUERY).await;
        locators.push(answer.one("queryLocator").to_owned());
    }
    let oldest = session.more(&locators[0]).await;
    assert_eq!(oldest.fault().0, "INVALID_QUERY_LOCATOR");
    for locator in &locators[1..] {
        assert_eq!(session.more(locator).await.status, 200);
    }
}
