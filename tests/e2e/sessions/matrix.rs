//! The fault matrix: what each way of going wrong looks like to the caller, and how often the
//! request was made.

use std::time::Duration;

use saponify::{Error, Retry, Session};
use saponify_sandbox::{FaultName, Injection, Sandbox};

use crate::support::{USER, count, impatient, login, org, waiting};
use crate::tenant::{Account, Soap};

/// What a call ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    Well,
    Fault,
    Connect,
    Tls,
    Timeout,
    Broken,
    Truncated,
    Protocol,
    Decode,
    Limit,
}
use Ends::{Broken, Connect, Decode, Fault, Limit, Protocol, Timeout, Tls, Truncated, Well};

impl Ends {
    fn of(result: &Result<(), Error>) -> Self {
        let error = match result {
            Ok(()) => return Well,
            Err(error) => error,
        };
        if error.fault().is_some() {
            Fault
        } else if error.is_tls() {
            Tls
        } else if error.is_connect() {
            Connect
        } else if error.is_timeout() {
            Timeout
        } else if error.is_truncated() {
            Truncated
        } else if error.is_transport() {
            Broken
        } else if error.is_protocol() {
            Protocol
        } else if error.is_limit() {
            Limit
        } else {
            Decode
        }
    }
}

/// A fault: what a safe call ends in, how often it is made, and how often an unsafe one is.
type Row = (&'static str, Ends, u64, u64);

/// BAR of the runtime: a safe call is made three times where another try may help, an unsafe one
/// only where the service certainly did nothing and the settings permit it.
const MATRIX: &[Row] = &[
    ("no_response", Broken, 3, 1),
    ("no_response_not_applied", Broken, 3, 1),
    ("reset_mid_body", Truncated, 3, 1),
    ("close_mid_body", Truncated, 3, 1),
    ("close_mid_chunk", Truncated, 3, 1),
    ("close_mid_nolen", Truncated, 3, 1),
    ("truncated_xml", Truncated, 3, 1),
    ("gzip_truncated", Truncated, 3, 1),
    ("hang_headers", Timeout, 3, 1),
    ("hang_body", Timeout, 3, 1),
    ("slow_headers", Timeout, 3, 1),
    ("slow_body", Timeout, 3, 1),
    ("html_503", Protocol, 3, 1),
    ("html_503_date", Protocol, 3, 1),
    ("html_503_huge", Protocol, 3, 1),
    ("status_502", Protocol, 3, 1),
    ("status_504", Protocol, 3, 1),
    ("429", Protocol, 3, 1),
    ("html_200", Protocol, 2, 1),
    ("fault_500", Fault, 3, 1),
    ("fault_lock", Fault, 3, 1),
    ("fault_concurrent", Fault, 3, 1),
    ("fault_limit", Fault, 1, 1),
    ("fault_MALFORMED_QUERY", Fault, 1, 1),
    ("session_lost", Fault, 1, 1),
    ("xml_as_html", Well, 1, 1),
    ("unknown_header", Well, 1, 1),
    ("bom", Well, 1, 1),
    ("close_after_answer", Well, 1, 1),
    ("ok_500", Protocol, 1, 1),
    ("empty_200", Protocol, 1, 1),
    ("empty_500", Protocol, 1, 1),
    ("401", Protocol, 1, 1),
    ("redirect_301", Protocol, 1, 1),
    ("redirect_302", Protocol, 1, 1),
    ("redirect_303", Protocol, 1, 1),
    ("redirect_307", Protocol, 1, 1),
    ("redirect_308", Protocol, 1, 1),
    ("redirect_http", Protocol, 1, 1),
    ("not_http", Protocol, 1, 1),
    ("gzip_bad_crc", Protocol, 1, 1),
    ("gzip_trailing", Protocol, 1, 1),
    ("gzip_double", Protocol, 1, 1),
    ("gzip_as_br", Protocol, 1, 1),
    ("gzip_not_compressed", Protocol, 1, 1),
    ("gzip_bomb", Limit, 1, 1),
    ("oversize", Limit, 1, 1),
    ("deep10k", Limit, 1, 1),
    ("deep1m", Limit, 1, 1),
    ("many_attrs", Limit, 1, 1),
    ("many_ns", Limit, 1, 1),
    ("long_name", Limit, 1, 1),
    ("utf16", Well, 1, 1),
    ("bad_utf8", Decode, 1, 1),
    ("latin1_declared", Well, 1, 1),
    ("dtd", Decode, 1, 1),
    ("xxe_file", Decode, 1, 1),
    ("xxe_http", Decode, 1, 1),
    ("billion_laughs", Decode, 1, 1),
    ("quadratic", Decode, 1, 1),
    ("undef_entity", Decode, 1, 1),
    ("dup_attr", Decode, 1, 1),
    ("ctrl_ref", Decode, 1, 1),
    ("two_roots", Decode, 1, 1),
    ("wrong_op", Decode, 1, 1),
    ("mustunderstand", Decode, 1, 1),
    ("empty_body", Decode, 1, 1),
    ("lying_length", Limit, 1, 1),
    ("short_length", Truncated, 3, 1),
    ("two_lengths", Protocol, 1, 1),
    ("length_and_chunked", Well, 1, 1),
    ("huge_headers", Protocol, 1, 1),
    ("many_headers", Protocol, 1, 1),
    ("endless_continue", Timeout, 3, 1),
    ("charset_conflict", Well, 1, 1),
    ("echo_fault", Fault, 1, 1),
    ("echo_envelope", Decode, 1, 1),
    ("echo_redirect", Protocol, 1, 1),
    // No connection, so not even the request is counted.
    ("tls_expired", Tls, 0, 0),
    ("tls_not_yet_valid", Tls, 0, 0),
    ("tls_wrong_host", Tls, 0, 0),
    ("tls_untrusted", Tls, 0, 0),
    ("tls_11", Tls, 0, 0),
];

/// A client that gives up early where waiting in vain is the point, and nowhere else: a busy machine
/// must not change what a fault looks like.
fn client(sandbox: &Sandbox, session: &Session, ends: Ends) -> Soap {
    let transport = match ends {
        Timeout => impatient(sandbox),
        _ => waiting(sandbox, Duration::from_secs(60)),
    };
    let quick = Retry::default()
        .backoff(Duration::from_millis(1), Duration::from_millis(2))
        .longest_retry_after(Duration::from_millis(3));
    Soap::builder()
        .transport(transport)
        .retry(quick)
        .session(session.clone())
        .unwrap()
}

/// How often a request arrived.
fn received(sandbox: &Sandbox, operation: &str) -> u64 {
    let received = sandbox.stats().received;
    received.get(operation).copied().unwrap_or_default()
}

#[tokio::test]
async fn every_fault_ends_as_it_should_and_nothing_is_done_twice() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let credentials = saponify::salesforce::Credentials::new(USER.0, USER.1);
    let well = login(&sandbox, crate::support::https(&sandbox), credentials);
    let well = well.await.unwrap();
    let session = well.client().session();
    let mut wrong = Vec::new();
    for (name, ends, by_query, by_create) in MATRIX {
        let mode = FaultName::find(name)
            .unwrap_or_else(|| panic!("{name}"))
            .mode;
        let before = count(&well, "Account").await;
        sandbox.inject(Injection::new(mode));
        sandbox.reset_stats();
        let soap = client(&sandbox, &session, *ends);
        let query = soap.query("SELECT Id, Name FROM Account").await.map(drop);
        let queries = received(&sandbox, "query");
        let row = [Account::new().with_name(format!("Once {name}").as_str())];
        let create = soap.create(&row).await.map(drop);
        let creates = received(&sandbox, "create");
        sandbox.clear_injections();
        let made = count(&well, "Account").await - before;
        let found = (Ends::of(&query), queries, Ends::of(&create), creates);
        if found != (*ends, *by_query, *ends, *by_create) {
            wrong.push(format!("{name}: {found:?}\n    {query:?}\n    {create:?}"));
        }
        if !(0..=1).contains(&made) {
            wrong.push(format!("{name}: {made} records were made"));
        }
        // Who cannot know says so, and says what to do.
        if let Err(error) = create
            && error.maybe_applied() != error.to_string().contains("outcome is unknown")
        {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_closed_port_is_tried_three_times() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let credentials = saponify::salesforce::Credentials::new(USER.0, USER.1);
    let https = crate::support::https(&sandbox);
    let session = login(&sandbox, https, credentials)
        .await
        .unwrap()
        .client()
        .session();
    let soap = client(&sandbox, &session, Connect);
    sandbox.shutdown().await;
    let error = soap.create(&[Account::new()]).await.unwrap_err();
    assert!(error.is_connect() && !error.maybe_applied(), "{error}");
    assert_eq!(Ends::of(&Err(error)), Connect);
}
