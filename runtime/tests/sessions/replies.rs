//! What is said of answers that are not quite right.

use std::time::Duration;

use saponify::transport::testing::{Answer, Scripted};
use saponify::transport::{Body, Exchange, Request, Response, Transport};
use saponify::{Leniency, Retry, Session, View as _};

use crate::shape::{Account, Soap};
use crate::support::{ENDPOINT, batch, envelope, names};

fn client(transport: impl Transport, retry: Retry, leniency: Leniency) -> Soap {
    Soap::builder()
        .transport(transport)
        .retry(retry)
        .leniency(leniency)
        .session(Session::new(ENDPOINT, "session").unwrap())
        .unwrap()
}

#[tokio::test]
async fn soap_under_another_media_type_is_read_and_counted() {
    let whole = batch("query", &names(0..1), None, 1);
    let page = || Answer::new(200, "text/html; charset=utf-8", whole.clone());
    let script = || {
        let script = Scripted::new().answer(page()).answer(page());
        script.answer(whole.as_str())
    };
    let soap = client(script(), Retry::none(), Leniency::default());
    soap.query("SELECT").await.unwrap();
    let mut rows = soap.records::<Account>("SELECT");
    while rows.try_next().await.unwrap().is_some() {}
    soap.query("SELECT").await.unwrap();
    assert_eq!(soap.client().drift().media_types, 2);

    let soap = client(script(), Retry::none(), Leniency::strict());
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(
        error.is_protocol() && error.to_string().contains("Content-Type"),
        "{error}"
    );
    let mut rows = soap.records::<Account>("SELECT");
    assert!(rows.try_next().await.unwrap_err().is_protocol());
    soap.query("SELECT").await.unwrap();
}

#[tokio::test]
async fn a_deadline_ends_the_reading_of_an_answer_that_is_there() {
    let whole = batch("query", &names(0..9), None, 9);
    let script = Scripted::new()
        .answer(whole.as_str())
        .answer(whole.as_str());
    let soap = client(script, Retry::none(), Leniency::default());
    // The answer is there at once, so that no wait is cut short.
    let late = soap.query("SELECT").deadline(Duration::ZERO).await;
    let error = late.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(error.to_string().contains("deadline"), "{error}");
    assert_eq!(soap.query("SELECT").await.unwrap().records.len(), 9);
}

/// Asks for a pause that no caller would wait for.
#[derive(Debug)]
struct Busy(&'static str);

impl Transport for Busy {
    fn send(&self, _: Request) -> Exchange {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::RETRY_AFTER, self.0.parse().unwrap());
        Box::pin(async {
            let body = Body::from_bytes("busy");
            let response = Response::new(http::StatusCode::SERVICE_UNAVAILABLE, body);
            Ok(response.with_headers(headers))
        })
    }
}

#[tokio::test]
async fn a_pause_that_is_asked_for_is_cut() {
    let second = Duration::from_secs(1);
    for (asked, longest, told) in [
        ("18446744073709551615", None, 60 * second),
        ("Tue, 31 Dec 2999 23:59:59 GMT", None, 60 * second),
        ("7", None, 7 * second),
        ("7", Some(3 * second), 3 * second),
        ("120", Some(300 * second), 120 * second),
    ] {
        let retry = match longest {
            Some(longest) => Retry::none().longest_retry_after(longest),
            None => Retry::none(),
        };
        let soap = client(Busy(asked), retry, Leniency::default());
        let error = soap.query("SELECT").await.unwrap_err();
        assert_eq!(error.retry_after(), Some(told), "{asked}");
        let mut rows = soap.records::<Account>("SELECT");
        let error = rows.try_next().await.unwrap_err();
        assert_eq!(error.retry_after(), Some(told), "{asked}");
    }
}

#[tokio::test]
async fn a_row_of_another_type_is_an_answer_and_no_wrong_use() {
    let row = "<records xsi:type='sf:Contact'><sf:Id>003000000000001AAA</sf:Id></records>";
    let answer = envelope(&format!(
        "<queryResponse><result><done>true</done>{row}<size>1</size></result></queryResponse>"
    ));
    let soap = client(
        Scripted::new().answer(answer),
        Retry::none(),
        Leniency::default(),
    );
    let error = soap
        .records::<Account>("SELECT")
        .try_next()
        .await
        .unwrap_err();
    assert!(error.is_decode() && !error.is_usage(), "{error}");
    assert!(error.to_string().contains("Contact"), "{error}");
    assert!(!error.maybe_applied());
}

#[tokio::test]
async fn the_records_of_a_call_have_the_types_that_the_caller_names() {
    let whole = batch("query", &names(0..2), None, 2);
    let script = Scripted::new()
        .answer(whole.as_str())
        .answer(whole.as_str());
    let soap = client(script, Retry::none(), Leniency::default());
    let general = soap.query("SELECT").await.unwrap().records;
    let typed = soap.query("SELECT").decode_as::<Account>();
    let typed = typed.await.unwrap().records;
    let table = Account::new().as_record().table();
    for (general, typed) in general.into_iter().zip(typed) {
        assert!(general.table() != table && typed.table() == table);
        assert_eq!(*general.cast::<Account>().unwrap().as_record(), typed);
    }
}
