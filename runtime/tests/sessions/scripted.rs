//! Answers of a script that are made of typed values: what is given is what a client reads.

use saponify::transport::testing::Scripted;
use saponify::{Retry, Session, View as _};

use crate::shape::operations::{Create, Logout, Query, QueryMore};
use crate::shape::types::{Error, QueryResult, SaveResult};
use crate::shape::{Account, MalformedQueryFault, Soap};
use crate::support::ENDPOINT;

fn client(script: &Scripted) -> Soap {
    Soap::builder()
        .transport(script.clone())
        .retry(Retry::none())
        .session(Session::new(ENDPOINT, "session").unwrap())
        .unwrap()
}

fn batch(names: &[&str], locator: Option<&str>, size: i32) -> QueryResult {
    let row = |name: &&str| Account::new().with_name(*name).into_record();
    QueryResult {
        done: locator.is_none(),
        query_locator: locator.map(str::to_owned),
        records: names.iter().map(row).collect(),
        size,
    }
}

#[tokio::test]
async fn results_are_read_as_they_were_given() {
    let odd = "<a> & \"b\"\r\n\u{1f600}";
    let refused = SaveResult {
        errors: vec![Error {
            message: odd.to_owned(),
            ..Error::default()
        }],
        ..SaveResult::default()
    };
    let saved = SaveResult {
        id: Some("001000000000001AAA".parse().unwrap()),
        success: true,
        ..SaveResult::default()
    };
    let given = vec![refused, saved];
    let script = Scripted::new()
        .returns::<Create>(given.clone())
        .returns::<Create>(Vec::new())
        .returns::<Logout>(());
    let soap = client(&script);
    assert_eq!(soap.create(&[Account::new()]).await.unwrap(), given);
    assert_eq!(soap.create(&[Account::new()]).await.unwrap(), []);
    soap.logout().await.unwrap();
    assert_eq!(script.unused(), 0);
}

#[tokio::test]
async fn a_stream_reads_its_batches() {
    let script = Scripted::new()
        .returns::<Query>(batch(&["a", "b"], Some("more"), 3))
        .returns::<QueryMore>(batch(&["c"], None, 3));
    let soap = client(&script);
    let mut rows = soap.records::<Account>("SELECT Name FROM Account");
    let mut names = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        names.push(row.name().unwrap().to_owned());
    }
    assert_eq!(names, ["a", "b", "c"]);
}

#[tokio::test]
async fn faults_have_their_detail_and_their_code() {
    let given = MalformedQueryFault {
        exception_code: "MALFORMED_QUERY".into(),
        exception_message: "unexpected <token>".to_owned(),
        row: 1,
        column: 8,
    };
    let script = Scripted::new()
        .fails_with(given.clone())
        .fails_with_code("INVALID_SESSION_ID", "gone & lost");
    let soap = client(&script);
    let error = soap.query("SELECT").await.unwrap_err();
    let fault = error.fault().unwrap();
    assert_eq!(fault.code(), "MALFORMED_QUERY");
    assert_eq!(fault.message(), "unexpected <token>");
    assert_eq!(fault.detail::<MalformedQueryFault>().unwrap(), Some(given));
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(error.is_session_expired());
    assert_eq!(error.fault().unwrap().message(), "gone & lost");
}

#[tokio::test]
async fn mistakes_in_a_script_are_usage_errors() {
    let control = Account::new().with_name("a\u{1}").into_record();
    let result = QueryResult {
        records: vec![control],
        ..QueryResult::default()
    };
    let script = Scripted::new()
        .returns::<Create>(Vec::new())
        .returns::<Query>(result);
    let soap = client(&script);
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("create"),
        "{error}"
    );
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("U+0001"),
        "{error}"
    );
}
