//! How bulk operations distribute rows over calls, and the outcomes of rows whose call fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream;
use saponify::salesforce::Id;
use saponify::salesforce::bulk::{Failure, Outcome};
use saponify::transport::testing::{self, Answer, Recorded, Scripted};
use saponify::transport::{Exchange, Request, Transport};
use saponify::{Error, Record, Session, View};

use crate::tenant::*;

fn envelope(operation: &str, results: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
         <{operation}Response xmlns='urn:enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{results}</{operation}Response>\
         </e:Body></e:Envelope>"
    )
}

const FAULT: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
    <e:Fault><faultcode>REQUEST_LIMIT_EXCEEDED</faultcode><faultstring>REQUEST_LIMIT_EXCEEDED: \
    too many</faultstring></e:Fault></e:Body></e:Envelope>";

fn fault() -> Answer {
    Answer::new(500, "text/xml", FAULT)
}

/// The texts of the elements with this name, in order.
fn texts<'a>(body: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!("{name}>");
    let inside = |rest: &'a str| rest.split('<').next().unwrap();
    // Every second piece follows a start tag.
    body.split(open.as_str())
        .skip(1)
        .step_by(2)
        .map(inside)
        .collect()
}

/// The id that the service assigns to the row with this number.
fn id(number: usize) -> Id {
    format!("003{number:012}").parse().unwrap()
}

/// Saves every row under the id of its number. The number is in its last name or its id.
fn save(request: &Recorded) -> String {
    let created = match request.operation() {
        "upsert" => "<created>true</created>",
        _ => "",
    };
    let result = |number: usize| {
        format!(
            "<result>{created}<id>{}</id><success>true</success></result>",
            id(number)
        )
    };
    let names = texts(request.body(), "LastName");
    let numbers = names.iter().map(|name| name.parse().unwrap());
    envelope(
        request.operation(),
        &numbers.map(result).collect::<String>(),
    )
}

/// A service that saves every row once the steps of the script are used up.
fn service(script: Scripted) -> (Soap, Scripted) {
    let script = script.otherwise(save);
    (soap(script.clone()), script)
}

fn soap(transport: impl Transport) -> Soap {
    let session = Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap();
    Soap::builder()
        .transport(transport)
        .retry(saponify::Retry::none())
        .session(session)
        .unwrap()
}

fn contact(number: usize) -> Contact {
    Contact::new().with_last_name(number.to_string())
}

/// The number of rows in each request.
fn sizes(script: &Scripted) -> Vec<usize> {
    let requests = script.requests();
    requests
        .iter()
        .map(|request| texts(request.body(), "LastName").len())
        .collect()
}

fn is_right(outcome: &Outcome<Contact, SaveResult>) -> bool {
    matches!(&outcome.result, Ok(saved) if saved.id == Some(id(outcome.index)))
}

#[tokio::test]
async fn calls_have_200_rows_and_outcomes_the_order_of_the_rows() {
    for (rows, calls) in [
        (0, vec![]),
        (1, vec![1]),
        (199, vec![199]),
        (200, vec![200]),
        (201, vec![200, 1]),
        (400, vec![200, 200]),
        (1_001, vec![200, 200, 200, 200, 200, 1]),
    ] {
        let (soap, script) = service(Scripted::new());
        let results = soap.create_all((0..rows).map(contact)).into_results().await;
        assert_eq!(sizes(&script), calls);
        assert_eq!(results.len(), rows);
        for (index, result) in results.into_iter().enumerate() {
            assert_eq!(result.unwrap().id, Some(id(index)));
        }
    }
    let (soap, script) = service(Scripted::new());
    let summary = soap
        .create_all((0..10).map(contact))
        .chunk_size(4)
        .summary()
        .await;
    assert!(summary.is_complete() && summary.succeeded == 10);
    assert_eq!(sizes(&script), [4, 4, 2]);
    // The chunk size cannot exceed the limit of the service, and cannot be zero.
    let (soap, script) = service(Scripted::new());
    soap.create_all((0..300).map(contact))
        .chunk_size(1_000)
        .summary()
        .await;
    soap.create_all((0..2).map(contact))
        .chunk_size(0)
        .summary()
        .await;
    assert_eq!(sizes(&script), [200, 100, 1, 1]);
}

#[tokio::test]
async fn rows_come_from_iterators_and_streams() {
    let (soap, script) = service(Scripted::new());
    let rows: Vec<Contact> = (0..3).map(contact).collect();
    soap.create_all(rows.iter().cloned()).summary().await;
    soap.create_all(rows.clone()).summary().await;
    soap.create_all(stream::iter(rows.clone())).summary().await;
    let fallible = rows.iter().cloned().map(Ok::<_, Error>);
    soap.create_all(stream::iter(fallible)).summary().await;
    let records = rows.into_iter().map(Record::from);
    soap.create_all(records).summary().await;
    assert_eq!(sizes(&script), [3; 5]);
    let bodies = script.requests();
    assert!(
        bodies
            .iter()
            .all(|request| request.body() == bodies[0].body())
    );
}

#[tokio::test]
async fn a_failed_source_ends_the_rows_and_is_reported() {
    let (soap, script) = service(Scripted::new());
    let bad = "000".parse::<Id>().unwrap_err();
    let rows = (0..3)
        .map(|n| Ok(contact(n)))
        .chain([Err(bad), Ok(contact(4))]);
    let mut outcomes = soap.create_all(stream::iter(rows));
    for index in 0..3 {
        assert!(is_right(&outcomes.next().await.unwrap()), "{index}");
    }
    let last = outcomes.next().await.unwrap();
    assert_eq!(last.index, 3);
    assert!(matches!(&last.result, Err(Failure::Source { error }) if error.is_usage()));
    assert!(outcomes.next().await.is_none() && outcomes.next().await.is_none());
    assert_eq!(sizes(&script), [3]);
}

/// A row whose type is named by the letter. `save` finds the number in the last name.
fn of_type(letter: char, number: usize) -> Record {
    let table = Contact::static_table();
    let mut record = Record::of_type(table, table.namespace(), &letter.to_string());
    record.set_text("LastName", &number.to_string()).unwrap();
    record
}

#[tokio::test]
async fn calls_have_ten_groups_of_one_type_at_most() {
    for (types, calls) in [
        ("abcdefghijk", vec![10, 1]),
        ("aaabbbcccdddeeefffggghhhiiijjjkkk", vec![30, 3]),
        // Only neighbouring rows form a group, so the service saves these rows one by one.
        ("abababababababababababab", vec![10, 10, 4]),
        ("aaaaaaaaaaaaaaaaaaaaaaa", vec![23]),
    ] {
        let (soap, script) = service(Scripted::new());
        let rows = types.chars().zip(0..).map(|(letter, n)| of_type(letter, n));
        let rows: Vec<Record> = rows.collect();
        let results = soap.create_all(rows.clone()).into_results().await;
        assert_eq!(sizes(&script), calls, "{types}");
        let ids = results
            .into_iter()
            .map(|result| result.unwrap().id.unwrap());
        assert!(ids.eq((0..types.len()).map(id)), "{types}");
        let (soap, script) = service(Scripted::new());
        soap.update_all(rows).summary().await;
        assert_eq!(sizes(&script), calls, "{types}");
    }
}

#[tokio::test]
async fn an_upsert_has_one_type() {
    let (soap, script) = service(Scripted::new());
    let rows = "aabbba"
        .chars()
        .zip(0..)
        .map(|(letter, n)| of_type(letter, n));
    let key = Contact::LEGACY_ID__C.name();
    let summary = soap.upsert_all(key, rows).summary().await;
    assert_eq!((summary.succeeded, sizes(&script)), (6, vec![2, 3, 1]));
    // Rows of the Partner WSDL state their type in a field.
    let rows = "aab".chars().zip(0..).map(|(letter, n)| {
        let mut row = of_type('x', n);
        row.set_text("type", &letter.to_string()).unwrap();
        row
    });
    soap.upsert_all(key, rows).summary().await;
    assert_eq!(sizes(&script)[3..], [2, 1]);
    // The external id can be given as a key of the same type as the rows.
    soap.upsert_all(Contact::LEGACY_ID__C, [contact(0)])
        .summary()
        .await;
    for request in script.requests() {
        assert_eq!(
            texts(request.body(), "externalIDFieldName"),
            ["Legacy_Id__c"]
        );
    }
}

#[tokio::test]
async fn calls_are_cut_by_size() {
    let (soap, script) = service(Scripted::new());
    let text = "<".repeat(2_500); // 10,000 bytes when written
    let rows = (0..40).map(|n| contact(n).with_description(&text));
    let summary = soap.create_all(rows).max_bytes(100_000).summary().await;
    assert!(summary.is_complete(), "{summary:?}");
    let requests = script.requests();
    let bytes: Vec<usize> = requests
        .iter()
        .map(|request| request.body().len())
        .collect();
    assert!(bytes.iter().all(|bytes| *bytes <= 100_000), "{bytes:?}");
    assert_eq!(sizes(&script).iter().sum::<usize>(), 40);
    assert_eq!(sizes(&script)[..4], [8; 4]);
}

#[tokio::test]
async fn a_row_that_cannot_be_sent_does_not_affect_other_rows() {
    let (soap, script) = service(Scripted::new());
    let rows = (0..210).map(|n| match n {
        3 => contact(n).with_first_name("a\u{0}b"),
        5 => contact(n).with_description("x".repeat(200_000)),
        n => contact(n),
    });
    let mut outcomes = soap.create_all(rows).max_bytes(100_000);
    let mut index = 0;
    while let Some(outcome) = outcomes.next().await {
        assert_eq!(outcome.index, index);
        match &outcome.result {
            Ok(_) => assert!(is_right(&outcome)),
            Err(failure) => {
                let error = failure.error().unwrap();
                assert!(!failure.maybe_applied() && error.operation() == Some("create"));
                match index {
                    3 => assert!(error.is_encode(), "{error}"),
                    5 => assert!(error.is_limit(), "{error}"),
                    _ => panic!("{index}: {error}"),
                }
                let row = failure.input().unwrap();
                assert_eq!(row.last_name(), Some(&*index.to_string()));
            }
        }
        index += 1;
    }
    assert_eq!((index, sizes(&script)), (210, vec![198, 10]));
    let (soap, script) = service(Scripted::new());
    let rows = (0..3).map(|n| contact(n).with_first_name("\u{1}"));
    assert_eq!(soap.create_all(rows).summary().await.failures.len(), 3);
    assert!(script.requests().is_empty());
}

/// Outcomes by kind: `.` succeeded, `f` a fault, `?` perhaps applied, `!` not applied for another
/// reason, `-` not sent because of an earlier failure.
fn kinds(results: Vec<Result<SaveResult, Failure<Contact, SaveResult>>>) -> String {
    let kind = |result: Result<SaveResult, Failure<Contact, SaveResult>>| match result {
        Ok(_) => '.',
        Err(failure) if failure.maybe_applied() => '?',
        Err(Failure::Unanswered { error, .. }) if error.fault().is_some() => 'f',
        Err(Failure::Unanswered { .. }) => '!',
        Err(Failure::NotSent { .. }) => '-',
        Err(failure) => panic!("{failure}"),
    };
    results.into_iter().map(kind).collect()
}

/// Sends twelve rows in calls of three, and gives this response to the second call.
async fn second(answer: impl Into<Answer>, stop: bool) -> (String, usize) {
    let answers = Scripted::new().expect("create", save).answer(answer);
    let (soap, script) = service(answers);
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let rows = (0..12).map(move |n| {
        count.fetch_add(1, Ordering::Relaxed);
        contact(n)
    });
    let bulk = soap.create_all(rows).chunk_size(3);
    let bulk = if stop { bulk.stop_on_error() } else { bulk };
    let results = bulk.into_results().await;
    // In every case no row was sent twice, and the rows before a failure were sent.
    let requests = script.requests();
    let sent = requests
        .iter()
        .flat_map(|request| texts(request.body(), "LastName"));
    let sent: Vec<usize> = sent.map(|number| number.parse().unwrap()).collect();
    assert!(sent.iter().copied().eq(0..sent.len()));
    (kinds(results), taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_call_that_fails_tells_what_is_known_of_its_rows() {
    for (answer, kind) in [
        (fault(), "fff"),
        (testing::Failure::Reset.into(), "???"),
        (testing::Failure::Timeout.into(), "???"),
        (testing::Failure::Connect.into(), "!!!"),
        (Answer::new(503, "text/html", "<html>busy</html>"), "???"),
        (Answer::cut_off("<e:Envelope "), "???"),
    ] {
        let (kinds, taken) = second(answer.clone(), false).await;
        assert_eq!((kinds, taken), (format!("...{kind}......"), 12));
        let (kinds, taken) = second(answer, true).await;
        // Every row that was taken was sent, because a call is sent as soon as it is full.
        assert_eq!((kinds, taken), (format!("...{kind}"), 6));
    }
}

#[tokio::test]
async fn rows_that_were_taken_but_not_sent_come_back() {
    let (soap, script) = service(Scripted::new().answer(fault()));
    let rows = "aaabbb"
        .chars()
        .zip(0..)
        .map(|(letter, n)| of_type(letter, n));
    // The first row of the next type must be taken to know that the call is full.
    let mut outcomes = soap.upsert_all("Legacy_Id__c", rows).stop_on_error();
    let mut told = Vec::new();
    while let Some(outcome) = outcomes.next().await {
        assert_eq!(outcome.index, told.len());
        told.push(matches!(outcome.result, Err(Failure::NotSent { .. })));
    }
    assert_eq!(told, [false, false, false, true]);
    assert_eq!(sizes(&script), [3]);
}

#[tokio::test]
async fn results_that_cannot_be_matched_to_rows_are_errors() {
    let result = "<result><id>0035e000000AcMe</id><success>true</success></result>";
    for found in [0, 1, 2, 4] {
        let answer = envelope("create", &result.repeat(found));
        let (kinds, _) = second(answer, false).await;
        assert_eq!(kinds, "...???......", "{found}");
    }
}

#[tokio::test]
async fn a_refused_row_comes_back_with_its_reasons_but_no_values() {
    let refusal = "<result><errors><fields>LastName</fields><message>secret 0</message>\
        <statusCode>REQUIRED_FIELD_MISSING</statusCode></errors><errors><message>again</message>\
        <statusCode>BRAND_NEW</statusCode></errors><id xsi:nil='true'/><success>false</success>\
        </result>";
    let (soap, _) = service(Scripted::new().answer(envelope("create", refusal)));
    let row = contact(0).with_first_name("secret");
    let outcome = soap.create_all([row.clone()]).next().await.unwrap();
    let shown = format!("{outcome:?}");
    let failure = outcome.result.unwrap_err();
    let text = failure.to_string();
    assert!(
        text.ends_with("REQUIRED_FIELD_MISSING (LastName), BRAND_NEW"),
        "{text}"
    );
    assert!(
        !text.contains("secret") && !shown.contains("secret"),
        "{shown}"
    );
    assert_eq!(failure.result().unwrap().errors[0].message, "secret 0");
    assert_eq!(failure.into_input(), Some(row));
}

#[tokio::test]
async fn headers_go_with_every_call() {
    let (soap, script) = service(Scripted::new());
    let header = |all_or_none| AllOrNoneHeader { all_or_none };
    let bulk = soap.create_all((0..5).map(contact)).chunk_size(2);
    bulk.with(header(false)).with(header(true)).summary().await;
    for request in script.requests() {
        assert_eq!(texts(request.body(), "allOrNone"), ["true"]);
    }
    assert_eq!(script.requests().len(), 3);
    // Headers of the client are sent, too, unless the bulk call leaves them out.
    let soap = soap.with(header(true));
    soap.create_all([contact(0)]).summary().await;
    let bulk = soap.create_all([contact(0)]).without::<AllOrNoneHeader>();
    bulk.summary().await;
    soap.create_all([contact(0)])
        .with(header(false))
        .summary()
        .await;
    let requests = script.requests();
    let bodies = requests[3..].iter();
    let sent: Vec<_> = bodies.map(|r| texts(r.body(), "allOrNone")).collect();
    assert_eq!(sent, [vec!["true"], vec![], vec!["false"]]);
}

#[tokio::test]
async fn an_endless_input_is_taken_as_it_is_needed() {
    let (soap, script) = service(Scripted::new());
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let rows = (0..).map(move |n| {
        count.fetch_add(1, Ordering::Relaxed);
        contact(n)
    });
    let mut outcomes = soap.create_all(rows).chunk_size(10).concurrency(3);
    for looked_at in 1..=1_000 {
        assert!(is_right(&outcomes.next().await.unwrap()));
        // Rows of the call whose outcomes are being taken, and of the calls that may be under way.
        let ahead = taken.load(Ordering::Relaxed) - looked_at;
        assert!(ahead <= 10 + 3 * 10, "{ahead}");
    }
    drop(outcomes);
    tokio::task::yield_now().await;
    let sent = script.requests().len();
    assert!(sent <= 100 + 3, "{sent}");
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(script.requests().len(), sent);
}

/// A transport on which earlier calls take longer than later calls.
#[derive(Debug)]
struct Backwards(Scripted, AtomicUsize);

impl Transport for Backwards {
    fn send(&self, request: Request) -> Exchange {
        let number = self.1.fetch_add(1, Ordering::Relaxed);
        let answer = self.0.send(request);
        let pause = Duration::from_millis(60_u64.saturating_sub(20 * number as u64));
        Box::pin(async move {
            tokio::time::sleep(pause).await;
            answer.await
        })
    }
}

#[tokio::test]
async fn outcomes_keep_their_order_whichever_call_ends_first() {
    let script = Scripted::new().otherwise(save);
    let soap = soap(Backwards(script.clone(), AtomicUsize::new(0)));
    let mut outcomes = soap
        .create_all((0..100).map(contact))
        .chunk_size(10)
        .concurrency(4);
    for index in 0..100 {
        let outcome = outcomes.next().await.unwrap();
        assert!(outcome.index == index && is_right(&outcome), "{index}");
    }
    assert!(outcomes.next().await.is_none());
    // The calls were sent in order.
    let requests = script.requests();
    let sent = requests
        .iter()
        .flat_map(|request| texts(request.body(), "LastName"));
    assert!(
        sent.map(|number| number.parse::<usize>().unwrap())
            .eq(0..100_usize)
    );
}

#[tokio::test]
async fn retrieve_keeps_positions() {
    let read = |request: &Recorded| {
        let ids = texts(request.body(), "ids");
        assert_eq!(texts(request.body(), "fieldList"), ["Id, LastName"]);
        let row = |id: &&str| match id[..15].ends_with('0') {
            true => "<result xsi:nil='true'/>".to_owned(),
            false => format!(
                "<result xsi:type='s:Contact' xmlns:s='urn:sobject.enterprise.soap.sforce.com'>\
                 <s:Id>{id}</s:Id></result>"
            ),
        };
        envelope("retrieve", &ids.iter().map(row).collect::<String>())
    };
    let script = Scripted::new().otherwise(read);
    let soap = soap(script.clone());
    let rows = soap.retrieve_all("Id, LastName", "Contact", (0..4_001).map(id));
    let rows = rows.into_results().await;
    assert_eq!(rows.len(), 4_001);
    for (index, row) in rows.into_iter().enumerate() {
        let row = row.unwrap().map(|row| row.cast::<Contact>().unwrap().id());
        assert_eq!(row, (index % 10 != 0).then(|| Some(id(index))), "{index}");
    }
    let requests = script.requests();
    let sizes: Vec<usize> = requests
        .iter()
        .map(|r| texts(r.body(), "ids").len())
        .collect();
    assert_eq!(sizes, [2_000, 2_000, 1]);
}

#[tokio::test]
async fn without_a_tokio_runtime_bulk_calls_proceed_while_polled() {
    let answers = std::thread::spawn(|| {
        let (soap, script) = service(Scripted::new());
        let mut bulk = Box::pin(soap.create_all((0..450).map(contact)).into_results());
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let results = std::future::Future::poll(bulk.as_mut(), &mut cx);
        assert_eq!(sizes(&script), [200, 200, 50]);
        assert!(matches!(results, std::task::Poll::Ready(results) if results.len() == 450));
    });
    tokio::task::spawn_blocking(|| answers.join().unwrap())
        .await
        .unwrap();
}
