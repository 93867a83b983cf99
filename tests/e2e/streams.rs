//! Long queries as streams: all rows, in order, for every form of response.

use std::collections::HashSet;
use std::time::Duration;

use saponify::Recovery;
use saponify::salesforce::{Id, Records};
use saponify_sandbox::{Mode, Quirks};

use crate::support::{Tenant, count, org, start_with};
use crate::tenant::{Account, QueryOptions, User};

const QUERY: &str =
    "SELECT Id, Name, Industry, AnnualRevenue, Owner.Name FROM Account ORDER BY Name, Id";
const ROWS: u64 = 5_000;
/// After this time a test stops waiting and fails.
const PATIENCE: Duration = Duration::from_secs(60);

async fn many() -> Tenant {
    start_with(org().with_rows("Account", ROWS)).await
}

async fn drain(mut rows: Records<Account>) -> Vec<(Id, String)> {
    let mut seen = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        seen.push((row.id().unwrap(), row.name().unwrap().to_owned()));
    }
    assert_eq!(rows.size(), Some(seen.len() as u64));
    seen
}

#[tokio::test]
async fn thousands_of_rows_come_once_and_in_order() {
    let tenant = many().await;
    let total = count(&tenant.soap, "Account").await as usize;
    assert!(total >= ROWS as usize);
    for batch in [200, 333, 2_000] {
        let rows = drain(tenant.soap.records(QUERY).batch_size(batch)).await;
        assert_eq!(rows.len(), total);
        let distinct: HashSet<_> = rows.iter().map(|(id, _)| id).collect();
        assert_eq!(distinct.len(), total);
        assert!(rows.is_sorted_by_key(|(_, name)| name.to_lowercase()));
    }
    let batches = tenant.requests.bodies("queryMore").len();
    assert_eq!(
        batches,
        (total - 1) / 200 + (total - 1) / 333 + (total - 1) / 2_000
    );
}

/// A name, and a function that sets the form of responses.
type Look = (&'static str, fn(&mut Quirks));

#[tokio::test]
async fn the_form_of_responses_does_not_matter() {
    let tenant = many().await;
    let plain = drain(tenant.soap.records(QUERY).batch_size(500)).await;
    let looks: [Look; 7] = [
        ("no compression", |quirks| quirks.gzip = false),
        ("any order", |quirks| quirks.shuffle = true),
        ("nil written", |quirks| quirks.write_nil = true),
        ("unknown fields", |quirks| quirks.unknown_elements = true),
        ("unknown values", |quirks| quirks.unknown_enum_values = true),
        ("typed results", |quirks| quirks.typed_results = true),
        ("all at once", |quirks| {
            quirks.shuffle = true;
            quirks.write_nil = true;
            quirks.unknown_elements = true;
            quirks.typed_results = true;
        }),
    ];
    for (name, change) in looks {
        let mut quirks = Quirks::default();
        change(&mut quirks);
        tenant.sandbox.set_quirks(quirks);
        let rows = drain(tenant.soap.records(QUERY).batch_size(500)).await;
        assert!(
            rows == plain,
            "{name}: {} rows, {} before",
            rows.len(),
            plain.len()
        );
    }
}

#[tokio::test]
async fn the_next_batch_is_asked_for_while_this_one_is_read() {
    let tenant = many().await;
    let before = tenant.sandbox.stats().calls("queryMore");
    let mut rows = tenant.soap.records::<Account>(QUERY).batch_size(200);
    rows.try_next().await.unwrap().unwrap();
    // No other row is taken, so a second request can only come from fetching the next batch early.
    let asked = async {
        while tenant.sandbox.stats().calls("queryMore") == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, asked)
        .await
        .expect("no batch was requested");
    drop(rows);
    // The stream was dropped while the batch was requested, and the session still works.
    assert!(count(&tenant.soap, "Account").await >= ROWS as i32);
}

#[tokio::test]
async fn streams_side_by_side_do_not_disturb_each_other() {
    let tenant = many().await;
    let expected = drain(tenant.soap.records(QUERY).batch_size(1_000)).await;
    let streams = (0..4).map(|n| {
        let soap = tenant.soap.clone();
        tokio::spawn(async move { drain(soap.records(QUERY).batch_size(200 + 100 * n)).await })
    });
    for stream in streams.collect::<Vec<_>>() {
        assert!(stream.await.unwrap() == expected);
    }
}

#[tokio::test]
async fn a_lost_locator_is_an_error_after_whole_rows() {
    let tenant = many().await;
    let first = tenant
        .soap
        .query("SELECT Id FROM Account")
        .with(QueryOptions {
            batch_size: Some(200),
        })
        .await
        .unwrap();
    assert_eq!((first.records.len(), first.done), (200, false));
    tenant.sandbox.expire_locators();
    let error = tenant
        .soap
        .query_more(&first.query_locator.unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_QUERY_LOCATOR");
    assert_eq!(
        error.fault().unwrap().detail_type(),
        Some("InvalidQueryLocatorFault")
    );
    assert_eq!(error.recovery(), Recovery::QueryAgain);
    let codes: Vec<_> = error.fault().unwrap().extended_codes().collect();
    assert!(codes[0].starts_with("QUERY_LOCATOR_"), "{codes:?}");
}

#[tokio::test]
async fn a_stream_with_missing_rows_ends_with_an_error() {
    for mode in [
        Mode::Truncate,
        Mode::Refuse,
        Mode::Swallow,
        Mode::Html503,
        Mode::SessionLost,
    ] {
        // Each mode has its own tenant, because a request for the next batch that is still in flight
        // would take a mode from the queue.
        let tenant = many().await;
        let total = count(&tenant.soap, "Account").await as usize;
        let name = format!("{mode:?}");
        // The first response is complete, and the second is not.
        tenant.sandbox.push_mode(Mode::Normal);
        tenant.sandbox.push_mode(mode);
        let mut rows = tenant.soap.records::<Account>(QUERY).batch_size(500);
        let mut given = 0;
        let error = loop {
            match rows.try_next().await {
                Ok(Some(row)) => assert!(row.id().is_some() && row.name().is_some()),
                Ok(None) => panic!("{name}: ended after {given} of {total} rows as if complete"),
                Err(error) => break error,
            }
            given += 1;
        };
        assert!((500..total).contains(&given), "{name}: {given}");
        assert_eq!(error.operation(), Some("queryMore"), "{name}: {error}");
        assert!(
            rows.try_next().await.unwrap().is_none(),
            "{name}: goes on after an error"
        );
    }
}

#[tokio::test]
async fn parents_of_streamed_rows_are_typed() {
    let tenant = many().await;
    let mut owned = 0;
    let mut rows = tenant.soap.records::<Account>(QUERY).batch_size(200);
    while let Some(row) = rows.try_next().await.unwrap() {
        let owner: Option<&User> = row.owner();
        owned += u64::from(owner.is_some_and(|owner| owner.name().is_some()));
    }
    assert!(owned >= ROWS);
}
