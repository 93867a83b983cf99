//! Bulk calls with many rows, against a tenant over TLS.

use std::collections::BTreeSet;
use std::slice::from_ref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _};
use saponify::salesforce::Id;
use saponify::salesforce::bulk::Failure;
use saponify::salesforce::soql::Soql;
use saponify::transport::{Exchange, Request, Transport};
use saponify::{Binary, Record};
use saponify_sandbox::Mode;
use tokio::sync::Barrier;

use crate::support::{all, count, https, one, start};
use crate::tenant::*;

fn named(name: &str) -> Contact {
    Contact::new().with_last_name(name)
}

fn numbered(number: usize) -> Contact {
    named(&format!("Row {number}"))
}

#[tokio::test]
async fn bad_rows_are_reported_and_the_other_rows_are_saved() {
    let tenant = start().await;
    let bad = [7, 199, 200, 640, 1_000];
    let rows: Vec<Contact> = (0..1_001)
        .map(|n| match bad.contains(&n) {
            true => Contact::new().with_first_name(format!("Row {n}")),
            false => numbered(n),
        })
        .collect();
    let mut outcomes = tenant.soap.create_all(rows.iter().cloned());
    let (mut ids, mut mended) = (BTreeSet::new(), Vec::new());
    let mut next = 0;
    while let Some(outcome) = outcomes.next().await {
        assert_eq!(outcome.index, next);
        next += 1;
        match outcome.result {
            Ok(saved) => assert!(ids.insert(saved.id.unwrap())),
            Err(failure) => {
                assert!(bad.contains(&outcome.index));
                let errors = &failure.result().unwrap().errors;
                assert_eq!(errors[0].status_code.as_str(), "REQUIRED_FIELD_MISSING");
                assert_eq!(failure.input(), Some(&rows[outcome.index]));
                mended.push(failure.into_input().unwrap().with_last_name("Mended"));
            }
        }
    }
    assert_eq!((next, ids.len(), mended.len()), (1_001, 996, 5));
    assert_eq!(tenant.sandbox.stats().calls("create"), 6);
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName LIKE 'Row %'").await,
        996
    );
    // The rows that were returned can be sent again.
    assert!(tenant.soap.create_all(mended).summary().await.is_complete());
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName = 'Mended'").await,
        5
    );
    // The rows were saved in order, because the service assigns ids in the order of saving.
    let stored: Vec<Contact> = all(
        &tenant.soap,
        "SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Row %' ORDER BY Id",
    )
    .await;
    let numbers = (0..1_001).filter(|n| !bad.contains(n));
    for (contact, number) in stored.iter().zip(numbers) {
        assert_eq!(contact.last_name(), Some(&*format!("Row {number}")));
    }
}

#[tokio::test]
async fn rows_of_eleven_types_make_two_calls() {
    let tenant = start().await;
    let account: Account = one(
        &tenant.soap,
        "SELECT Id FROM Account WHERE Legacy_Id__c = 'LEG-1'",
    )
    .await;
    let invoice: Invoice__c = one(
        &tenant.soap,
        "SELECT Id FROM Invoice__c WHERE Legacy_Id__c = 'INV-LEG-1'",
    )
    .await;
    let (account, invoice) = (account.id().unwrap(), invoice.id().unwrap());
    let rows: Vec<Record> = vec![
        Account::new().with_name("Eleven").into(),
        named("Eleven").into(),
        Lead::new()
            .with_last_name("Eleven")
            .with_company("E")
            .into(),
        Opportunity::new()
            .with_name("Eleven")
            .with_stage_name("Prospecting")
            .with_close_date(jiff::civil::date(2026, 1, 1))
            .into(),
        Task::new()
            .with_subject("Call")
            .with_priority("Low")
            .with_status("Completed")
            .into(),
        Case::new().with_subject("Eleven").into(),
        Invoice__c::new()
            .with_status__c("Sent")
            .with_legacy_id__c("E-11")
            .into(),
        Whitelisted_Zipcodes__c::new().with_zip__c("11").into(),
        WhitelistedZipcodes__c::new().with_zip__c("11").into(),
        Attachment::new()
            .with_name("eleven")
            .with_parent_id(account)
            .with(Attachment::BODY, b"11".as_slice())
            .into(),
        Invoice_Line__c::new()
            .with_invoice__c(invoice)
            .with_quantity__c(11.0)
            .into(),
    ];
    // The service would refuse all of them in one call.
    let error = tenant.soap.create(&rows).await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "LIMIT_EXCEEDED");
    tenant.sandbox.reset_stats();
    let results = tenant.soap.create_all(rows).into_results().await;
    let ids = results
        .into_iter()
        .map(|result| result.unwrap().id.unwrap());
    let prefixes: Vec<String> = ids.map(|id| id.key_prefix().to_owned()).collect();
    assert_eq!(
        prefixes,
        [
            "001", "003", "00Q", "006", "00T", "500", "a00", "a02", "a03", "00P", "a01"
        ]
    );
    assert_eq!(tenant.sandbox.stats().calls("create"), 2);
}

/// Holds each call until a number of them are under way, however long that takes, and counts them.
#[derive(Clone, Debug)]
struct Gate {
    inner: Arc<dyn Transport>,
    together: Arc<Barrier>,
    /// Calls under way now, and the most that there were.
    under_way: Arc<Mutex<(usize, usize)>>,
}

impl Transport for Gate {
    fn send(&self, request: Request) -> Exchange {
        let gate = self.clone();
        Box::pin(async move {
            {
                let mut under_way = gate.under_way.lock().unwrap();
                under_way.0 += 1;
                under_way.1 = under_way.1.max(under_way.0);
            }
            gate.together.wait().await;
            let response = gate.inner.send(request).await;
            gate.under_way.lock().unwrap().0 -= 1;
            response
        })
    }
}

#[tokio::test]
async fn as_many_calls_are_under_way_as_were_asked_for() {
    for concurrency in [1, 3] {
        let tenant = start().await;
        let gate = Gate {
            inner: Arc::new(https(&tenant.sandbox)),
            together: Arc::new(Barrier::new(concurrency)),
            under_way: Arc::default(),
        };
        let soap = Soap::builder()
            .transport(gate.clone())
            .session(tenant.soap.client().session())
            .unwrap();
        tenant.sandbox.reset_stats();
        let rows = (0..60).map(numbered);
        let bulk = soap.create_all(rows).chunk_size(5).concurrency(concurrency);
        // With fewer calls at once than asked for, the gate would stay shut.
        assert!(bulk.summary().await.is_complete());
        assert_eq!(tenant.sandbox.stats().calls("create"), 12);
        assert_eq!(*gate.under_way.lock().unwrap(), (0, concurrency));
    }
}

#[tokio::test]
async fn a_query_flows_into_an_update() {
    let tenant = start().await;
    let before = count(&tenant.soap, "Contact WHERE Email != null").await;
    assert!(before > 50);
    let query = Soql::select(Contact::ID).filter(Contact::EMAIL.is_not_null());
    let rows = tenant.soap.records(query).batch_size(200);
    let updates = rows.map_ok(|contact| contact.with_title("Reached"));
    let summary = tenant
        .soap
        .update_all(updates)
        .chunk_size(20)
        .summary()
        .await;
    assert!(summary.is_complete(), "{summary:?}");
    assert_eq!(summary.succeeded, before as usize);
    assert_eq!(
        count(&tenant.soap, "Contact WHERE Title = 'Reached'").await,
        before
    );
    // If the query fails, the rows end.
    let rows = tenant.soap.records::<Contact>("SELECT Nope FROM Contact");
    let summary = tenant.soap.update_all(rows).summary().await;
    let [(0, Failure::Source { error })] = &summary.failures[..] else {
        panic!("{summary:?}");
    };
    assert_eq!(error.fault().unwrap().code(), "INVALID_FIELD");
}

#[tokio::test]
async fn rows_are_upserted_deleted_brought_back_and_read() {
    let tenant = start().await;
    let row = |n: usize| {
        Contact::new()
            .with_last_name(format!("Up {n}"))
            .with_legacy_id__c(format!("UP-{n}"))
    };
    let key = Contact::LEGACY_ID__C;
    let first = tenant
        .soap
        .upsert_all(key, (0..250).map(row))
        .into_results()
        .await;
    let first: Vec<UpsertResult> = first.into_iter().map(Result::unwrap).collect();
    assert!(first.iter().all(|result| result.created));
    let again = tenant.soap.upsert_all("Legacy_Id__c", (200..300).map(row));
    let again: Vec<_> = again
        .map(|outcome| outcome.result.unwrap().created)
        .collect()
        .await;
    assert_eq!(again.iter().filter(|created| !**created).count(), 50);
    let mut ids: Vec<Id> = first.iter().filter_map(|result| result.id).collect();
    let nobody = format!("{}zzzz", &ids[0].short()[..11]);
    ids.insert(100, nobody.parse().unwrap());
    let rows = tenant
        .soap
        .retrieve_all("Id, LastName", "Contact", ids.iter().copied());
    let rows = rows.chunk_size(60).into_results().await;
    for (index, row) in rows.into_iter().enumerate() {
        let row = row.unwrap().map(|row| row.cast::<Contact>().unwrap());
        assert_eq!(
            row.as_ref().and_then(|row| row.id()),
            (index != 100).then(|| ids[index])
        );
    }
    let deleted = tenant.soap.delete_all(ids.clone()).summary().await;
    assert_eq!((deleted.succeeded, deleted.failures.len()), (250, 1));
    assert_eq!(deleted.failures[0].0, 100);
    assert_eq!(deleted.failures[0].1.input(), Some(&ids[100]));
    assert_eq!(tenant.sandbox.stats().calls("delete"), 2);
    ids.remove(100);
    assert!(tenant.soap.undelete_all(ids).summary().await.is_complete());
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName LIKE 'Up %'").await,
        300
    );
}

#[tokio::test]
async fn a_dropped_bulk_call_sends_nothing_more_and_nothing_twice() {
    let tenant = start().await;
    let mut outcomes = tenant.soap.create_all((0..).map(numbered)).chunk_size(50);
    for _ in 0..125 {
        assert!(outcomes.next().await.unwrap().result.is_ok());
    }
    drop(outcomes);
    // The outcomes of three calls were taken, and one more call may have been sent.
    let mut known = 0;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        known = count(&tenant.soap, "Contact WHERE LastName LIKE 'Row %'").await;
    }
    assert!((150..=200).contains(&known) && known % 50 == 0, "{known}");
    assert!(tenant.requests.bodies("create").len() <= 4);
    let stored: Vec<Contact> = all(
        &tenant.soap,
        "SELECT LastName FROM Contact WHERE LastName LIKE 'Row %'",
    )
    .await;
    let names: BTreeSet<_> = stored.iter().map(|row| row.last_name()).collect();
    assert_eq!(names.len(), stored.len());
}

#[tokio::test]
async fn a_failed_call_does_not_affect_the_other_calls() {
    let tenant = start().await;
    let fault = Mode::Fault {
        code: "REQUEST_LIMIT_EXCEEDED".to_owned(),
        message: "TotalRequests Limit exceeded.".to_owned(),
    };
    for mode in [Mode::Normal, fault, Mode::Swallow, Mode::Refuse] {
        tenant.sandbox.push_mode(mode);
    }
    let results = tenant.soap.create_all((0..50).map(numbered)).chunk_size(10);
    let results = results.into_results().await;
    for (index, result) in results.iter().enumerate() {
        match (index / 10, result) {
            (0 | 4, result) => assert!(result.is_ok(), "{index}"),
            (call, Err(failure)) => {
                // After a fault, nothing was applied. After a broken connection, nobody knows.
                assert_eq!(failure.maybe_applied(), call != 1, "{failure}");
                assert_eq!(failure.error().unwrap().fault().is_some(), call == 1);
                let name = failure.input().and_then(|row| row.last_name());
                assert_eq!(name, Some(&*format!("Row {index}")));
            }
            (_, Ok(_)) => panic!("{index}"),
        }
    }
    // The call whose response was lost was applied, and no call was sent again.
    let stored: Vec<Contact> = all(
        &tenant.soap,
        "SELECT LastName FROM Contact WHERE LastName LIKE 'Row %' ORDER BY Id",
    )
    .await;
    let names = stored.iter().map(|row| row.last_name().unwrap().to_owned());
    let applied = (0..10).chain(20..30).chain(40..50);
    assert!(names.eq(applied.map(|n| format!("Row {n}"))));
    assert_eq!(tenant.requests.bodies("create").len(), 5);
}

#[tokio::test]
async fn all_or_none_holds_for_each_call() {
    let tenant = start().await;
    let rows = (0..30).map(|n| match n {
        15 => Contact::new(),
        n => numbered(n),
    });
    let bulk = tenant.soap.create_all(rows).chunk_size(10);
    let bulk = bulk.with(AllOrNoneHeader { all_or_none: true });
    let summary = bulk.summary().await;
    assert_eq!(summary.succeeded, 20);
    let failed: Vec<usize> = summary.failures.iter().map(|(index, _)| *index).collect();
    assert_eq!(failed, Vec::from_iter(10..20));
    let codes = summary
        .failures
        .iter()
        .map(|(_, failure)| failure.to_string());
    assert_eq!(codes.filter(|code| code.contains("ROLLED_BACK")).count(), 9);
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName LIKE 'Row %'").await,
        20
    );
}

#[tokio::test]
async fn files_are_spread_over_calls_by_their_size() {
    let mut org = crate::support::org();
    // The service refuses larger requests. Ten files together are larger.
    org.limits_mut().request_bytes = 1_500_000;
    let tenant = crate::support::start_with(org).await;
    let account: Account = one(
        &tenant.soap,
        "SELECT Id FROM Account WHERE Legacy_Id__c = 'LEG-1'",
    )
    .await;
    let bytes = Binary((0..=255).cycle().take(300_000).collect());
    let file = Attachment::new()
        .with_name("big")
        .with_parent_id(account.id().unwrap())
        .with(Attachment::BODY, &*bytes);
    let whole = tenant
        .soap
        .create(vec![file.clone(); 10])
        .await
        .unwrap_err();
    assert_eq!(whole.fault().unwrap().code(), "EXCEEDED_MAX_SIZE_REQUEST");
    let files = std::iter::repeat_n(file, 10);
    let summary = tenant
        .soap
        .create_all(files)
        .max_bytes(1_500_000)
        .summary()
        .await;
    assert!(summary.is_complete(), "{summary:?}");
    assert_eq!(tenant.sandbox.stats().calls("create"), 4);
    let stored: Vec<Attachment> = all(
        &tenant.soap,
        "SELECT BodyLength FROM Attachment WHERE Name = 'big'",
    )
    .await;
    assert_eq!(stored.len(), 10);
}

#[tokio::test]
async fn bulk_calls_run_in_a_task_and_may_borrow_rows() {
    let tenant = start().await;
    let names = ["Row 1".to_owned(), "Row 2".to_owned()];
    let rows = names.iter().map(|name| named(name));
    assert_eq!(tenant.soap.create_all(rows).summary().await.succeeded, 2);
    let soap = tenant.soap.clone();
    let task = tokio::spawn(async move {
        let row = named("Row 3");
        soap.create_all(from_ref(&row).to_vec()).summary().await
    });
    assert!(task.await.unwrap().is_complete());
}
