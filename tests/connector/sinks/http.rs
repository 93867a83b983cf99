//! Hazard: rows that are lost or leaked because of a faulty server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use saponify_cli::connector::sinks::{Delivered, Failure};

use super::server::{Does, Request, Server, ok, status};
use super::{config, fill, names, now, outlet};
use crate::store::Fixture;

const TOKEN: &str = "precious-token";

/// A connection and a server that it delivers to.
struct Case {
    fixture: Fixture,
    server: Server,
    kind: &'static str,
    values: Vec<(&'static str, String)>,
    secrets: BTreeMap<&'static str, &'static str>,
}

impl Case {
    fn webhook(behaviour: impl FnMut(&Request) -> Does + Send + 'static) -> Self {
        Self::new("webhook", "/hook", behaviour)
    }

    fn splunk(behaviour: impl FnMut(&Request) -> Does + Send + 'static) -> Self {
        Self::new("splunk-hec", "", behaviour)
    }

    fn new(
        kind: &'static str,
        path: &str,
        behaviour: impl FnMut(&Request) -> Does + Send + 'static,
    ) -> Self {
        let (fixture, server) = (Fixture::new(), Server::start(behaviour));
        let values = vec![
            ("url", format!("{}{path}", server.url)),
            ("certificate", server.certificate(fixture.folder.path())),
        ];
        Self {
            fixture,
            server,
            kind,
            values,
            secrets: BTreeMap::from([("token", TOKEN)]),
        }
    }

    /// Delivers as a process that has just started would.
    fn deliver(&mut self) -> Result<Delivered, Failure> {
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let names: Vec<_> = self.secrets.keys().copied().collect();
        let config = config(self.kind, &values, &names);
        let delivered = now(
            outlet(&self.fixture, &config, &self.secrets),
            &mut self.fixture.store,
        );
        if let Err(failure) = &delivered {
            let shown = format!("{failure:?} {}", failure.text());
            assert!(!shown.contains(TOKEN) && !shown.contains("0Ya0"), "{shown}");
        }
        delivered
    }

    fn waiting(&self) -> u64 {
        self.fixture.store.sink("hook").unwrap().waiting
    }
}

/// The ids of the rows in a request to a webhook.
fn ids(request: &Request) -> Vec<String> {
    let body = request.json();
    let events = body["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The events of a request to Splunk.
fn events(request: &Request) -> Vec<serde_json::Value> {
    let events = serde_json::Deserializer::from_slice(&request.body).into_iter();
    events.map(Result::unwrap).collect()
}

#[test]
fn rows_are_delivered_in_order_and_signed() {
    let mut case = Case::webhook(|_| ok());
    let secret = "whsec_c2lnbmluZyBzZWNyZXQ=";
    case.secrets.insert("signing-secret", secret);
    case.values.push(("batch-rows", "20".to_owned()));
    fill(&mut case.fixture, 0, 50);
    assert_eq!(case.deliver().unwrap().rows, 50);
    let requests = case.server.requests();
    assert_eq!(requests.len(), 3);
    let all: Vec<String> = requests.iter().flat_map(ids).collect();
    assert_eq!(all, names(50));
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"signing secret");
    for request in &requests {
        let id = request.header("webhook-id");
        assert!(id.starts_with("acme-") && request.header("idempotency-key") == id);
        assert_eq!(request.header("authorization"), format!("Bearer {TOKEN}"));
        let mut signed = format!("{id}.{}.", request.header("webhook-timestamp")).into_bytes();
        signed.extend(&request.body);
        let signature = request
            .header("webhook-signature")
            .strip_prefix("v1,")
            .unwrap();
        hmac::verify(&key, &signed, &STANDARD.decode(signature).unwrap()).unwrap();
        assert_eq!(request.json()["events"][0]["event"]["source"], "logins");
    }
}

#[test]
fn the_pause_that_a_busy_server_asks_for_is_kept() {
    for code in [429, 503] {
        let mut case =
            Case::webhook(move |_| Does::Responds(code, "retry-after: 7\r\n", String::new()));
        fill(&mut case.fixture, 0, 5);
        let failure = case.deliver().unwrap_err();
        assert_eq!(failure.pause(), Some(Duration::from_secs(7)));
        assert_eq!(case.waiting(), 5);
        fill(&mut case.fixture, 5, 5);
        case.server.change(|_| ok());
        assert_eq!(case.deliver().unwrap().rows, 10);
        // A refused request is repeated unchanged, so that a receiver recognizes it.
        let requests = case.server.requests();
        assert_eq!(
            requests[0].header("webhook-id"),
            requests[1].header("webhook-id")
        );
        assert_eq!(requests[0].body, requests[1].body);
        assert_eq!([ids(&requests[1]), ids(&requests[2])].concat(), names(10));
    }
}

#[test]
fn a_broken_connection_and_a_hanging_server_lose_nothing() {
    let mut case = Case::webhook(|_| Does::Closes);
    case.values.push(("timeout", "1s".to_owned()));
    fill(&mut case.fixture, 0, 5);
    let failure = case.deliver().unwrap_err();
    assert!(failure.to_string().contains("broke"), "{failure}");
    case.server.change(|_| Does::Hangs);
    let failure = case.deliver().unwrap_err();
    assert!(failure.to_string().contains("in time"), "{failure}");
    case.server.change(|_| ok());
    assert_eq!(case.deliver().unwrap().rows, 5);
    let requests = case.server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.body == requests[0].body)
    );
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Server::start(|_| ok());
    let location: &'static str = format!("location: {}/elsewhere\r\n", other.url).leak();
    for code in [301, 302, 307, 308] {
        let mut case = Case::webhook(move |_| Does::Responds(code, location, String::new()));
        fill(&mut case.fixture, 0, 5);
        let failure = case.deliver().unwrap_err();
        let text = failure.to_string();
        assert!(
            text.contains("redirects to localhost") && text.contains("not followed"),
            "{text}"
        );
        assert_eq!(case.waiting(), 5);
    }
    assert!(other.requests().is_empty());
}

#[test]
fn a_server_with_an_untrusted_certificate_gets_nothing() {
    let mut case = Case::webhook(|_| ok());
    case.values.retain(|(key, _)| *key != "certificate");
    fill(&mut case.fixture, 0, 5);
    let failure = case.deliver().unwrap_err();
    assert!(failure.text().contains("certificate"), "{}", failure.text());
    assert!(case.server.requests().is_empty());
}

#[test]
fn a_body_that_is_too_large_is_halved_and_a_row_that_is_too_large_is_set_aside() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let of_server = Arc::clone(&taken);
    let mut case = Case::webhook(move |request| {
        let body = String::from_utf8_lossy(&request.body);
        if body.len() > 1_000 || body.contains("0Ya00007") {
            return status(413);
        }
        of_server.lock().unwrap().extend(ids(request));
        ok()
    });
    fill(&mut case.fixture, 0, 20);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 19, aside: 1 });
    let mut expected = names(20);
    expected.remove(7);
    // A part with the refused row was refused as a whole. What was taken was taken once, and in order.
    assert_eq!(*taken.lock().unwrap(), expected);
    let aside = std::fs::read_to_string(case.fixture.folder.path().join("aside.ndjson")).unwrap();
    assert!(aside.contains("acme/logins/0Ya00007") && aside.lines().count() == 1);
}

#[test]
fn a_server_that_refuses_all_rows_gets_them_later() {
    let mut case = Case::webhook(|_| status(400));
    fill(&mut case.fixture, 0, 200);
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.text().contains("refuses every row"),
        "{}",
        failure.text()
    );
    assert!(!case.fixture.folder.path().join("aside.ndjson").exists());
    assert_eq!(case.waiting(), 200);
    for code in [401, 403, 404, 410] {
        case.server.change(move |_| status(code));
        case.deliver().unwrap_err();
        assert_eq!(case.waiting(), 200);
    }
    case.server.change(|_| ok());
    assert_eq!(
        case.deliver().unwrap(),
        Delivered {
            rows: 200,
            aside: 0
        }
    );
}

#[test]
fn a_server_to_which_everything_is_too_large_gets_everything_later() {
    let mut case = Case::webhook(|_| status(413));
    fill(&mut case.fixture, 0, 30);
    let failure = case.deliver().unwrap_err();
    assert!(failure.text().contains("larger than"), "{failure:?}");
    assert!(!case.fixture.folder.path().join("aside.ndjson").exists());
    case.server.change(|_| ok());
    assert_eq!(case.deliver().unwrap().rows, 30);
}

/// The server validates, and refuses one type of event. There are whole batches of them.
#[test]
fn a_batch_of_refused_rows_does_not_stop_the_rows_behind_it() {
    let is_bad = |id: &String| id.as_str() < "acme/logins/0Ya00030";
    let mut case = Case::webhook(move |request| match ids(request).iter().any(is_bad) {
        true => status(422),
        false => ok(),
    });
    case.values.push(("batch-rows", "20".to_owned()));
    fill(&mut case.fixture, 0, 45);
    assert_eq!(
        case.deliver().unwrap(),
        Delivered {
            rows: 15,
            aside: 30
        }
    );
    let aside = std::fs::read_to_string(case.fixture.folder.path().join("aside.ndjson")).unwrap();
    assert_eq!(aside.lines().count(), 30);
    assert_eq!(case.waiting(), 0);
}

#[test]
fn a_page_for_people_is_no_acknowledgement() {
    const PAGE: &str = "\n<!DOCTYPE html><html><body>Please log in</body></html>";
    let page = |_: &Request| Does::Responds(200, "", PAGE.to_owned());
    for mut case in [Case::webhook(page), Case::splunk(page)] {
        fill(&mut case.fixture, 0, 5);
        let failure = case.deliver().unwrap_err();
        assert!(failure.text().contains("a page"), "{failure:?}");
        assert_eq!(case.waiting(), 5);
    }
}

#[test]
fn a_token_that_no_header_can_have_is_said_before_anything_is_sent() {
    let mut case = Case::webhook(|_| ok());
    case.secrets.insert("token", "line\nbreak");
    let config = config("webhook", &[("url", case.server.url.as_str())], &["token"]);
    let mut secrets = saponify_cli::connector::vault::Secrets::default();
    secrets.insert("token", "line\nbreak".into());
    let error = saponify_cli::connector::sinks::destination(&config, &secrets, "acme").unwrap_err();
    assert!(
        error.is_usage() && !error.text().contains("break"),
        "{error}"
    );
    assert!(case.server.requests().is_empty());
}

#[test]
fn splunk_is_not_believed_without_its_own_response() {
    let responds = |body: &'static str| move |_: &Request| Does::Responds(200, "", body.to_owned());
    let mut case = Case::splunk(responds("{}"));
    fill(&mut case.fixture, 0, 5);
    for body in ["{}", "", "ok", r#"{"text":"Server is busy","code":9}"#] {
        case.server.change(responds(body));
        let failure = case.deliver().unwrap_err();
        assert!(
            failure.text().contains("event collector"),
            "{body}: {failure:?}"
        );
        assert_eq!(case.waiting(), 5, "{body}");
    }
    // A collector that has given numbers of acknowledgements does not stop doing so.
    case.values.push(("batch-rows", "2".to_owned()));
    let mut requests = 0;
    case.server.change(move |request| {
        requests += 1;
        let body = match request.path.contains("/ack") {
            true => r#"{"acks":{"1":true}}"#,
            false if requests == 1 => r#"{"text":"Success","code":0,"ackId":1}"#,
            false => r#"{"text":"Success","code":0}"#,
        };
        Does::Responds(200, "", body.to_owned())
    });
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.text().contains("number of an acknowledgement"),
        "{failure:?}"
    );
    assert_eq!(case.waiting(), 3);
}

#[test]
fn an_event_that_splunk_calls_invalid_costs_its_batch_one_repetition() {
    let mut case = Case::splunk(|request| {
        let invalid = events(request)
            .iter()
            .position(|event| event["fields"]["saponify_id"] == "acme/logins/0Ya00013");
        match invalid {
            Some(at) => {
                let body = format!(
                    r#"{{"text":"Invalid data format","code":6,"invalid-event-number":{at}}}"#
                );
                Does::Responds(400, "", body)
            }
            None => Does::Responds(200, "", r#"{"text":"Success","code":0}"#.to_owned()),
        }
    });
    fill(&mut case.fixture, 0, 20);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 19, aside: 1 });
    let sent: Vec<usize> = case
        .server
        .requests()
        .iter()
        .map(|request| events(request).len())
        .collect();
    assert_eq!(sent, [20, 13, 1, 6]);
}

#[test]
fn a_collector_behind_a_path_is_found() {
    let mut case =
        Case::splunk(|_| Does::Responds(200, "", r#"{"text":"Success","code":0}"#.to_owned()));
    case.values[0].1 += "/splunk/?tenant=1";
    fill(&mut case.fixture, 0, 2);
    case.deliver().unwrap();
    assert_eq!(
        case.server.requests()[0].path,
        "/splunk/services/collector/event"
    );
}

#[test]
fn splunk_gets_events_with_an_id_and_a_time() {
    let mut case =
        Case::splunk(|_| Does::Responds(200, "", r#"{"text":"Success","code":0}"#.to_owned()));
    case.values.push(("index", "audit".to_owned()));
    fill(&mut case.fixture, 0, 3);
    assert_eq!(case.deliver().unwrap().rows, 3);
    let requests = case.server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/services/collector/event");
    assert_eq!(
        requests[0].header("authorization"),
        format!("Splunk {TOKEN}")
    );
    let events = events(&requests[0]);
    let found: Vec<_> = events
        .iter()
        .map(|event| event["fields"]["saponify_id"].as_str().unwrap())
        .collect();
    assert_eq!(found, names(3));
    assert_eq!(events[2]["time"], 2.0);
    assert_eq!(events[2]["index"], "audit");
    assert_eq!(events[2]["source"], "saponify:logins");
    assert_eq!(events[2]["event"]["record"]["Status"], "Success");
}

#[test]
fn splunk_must_acknowledge_by_its_indexers() {
    let mut asked = 0;
    let mut case = Case::splunk(move |request| {
        if request.path.starts_with("/services/collector/ack?channel=") {
            asked += 1;
            let body = format!(r#"{{"acks":{{"17":{}}}}}"#, asked > 2);
            return Does::Responds(200, "", body);
        }
        Does::Responds(
            200,
            "",
            r#"{"text":"Success","code":0,"ackId":17}"#.to_owned(),
        )
    });
    fill(&mut case.fixture, 0, 3);
    assert_eq!(case.deliver().unwrap().rows, 3);
    let requests = case.server.requests();
    assert_eq!(requests.len(), 4, "the events, and three questions");
    let channel = requests[0].header("x-splunk-request-channel");
    assert_eq!(channel.len(), 36);
    assert!(requests[1].path.ends_with(channel));

    // Without an acknowledgement, the events are sent again.
    case.values.push(("timeout", "1s".to_owned()));
    case.server.change(|request| {
        let body = match request.path.contains("/ack") {
            true => r#"{"acks":{"18":false}}"#,
            false => r#"{"text":"Success","code":0,"ackId":18}"#,
        };
        Does::Responds(200, "", body.to_owned())
    });
    fill(&mut case.fixture, 3, 2);
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.to_string().contains("did not acknowledge"),
        "{failure}"
    );
    assert_eq!(case.waiting(), 2);
}

#[test]
fn errors_of_splunk_are_explained_and_a_wrong_token_sets_nothing_aside() {
    for (code, body, said) in [
        (403, r#"{"text":"Invalid token","code":4}"#, "403"),
        (400, r#"{"text":"Incorrect index","code":7}"#, "index"),
        (
            400,
            r#"{"text":"Data channel is missing","code":10}"#,
            "channel",
        ),
        (503, r#"{"text":"Server is busy","code":9}"#, "503"),
        (500, "<html>proxy</html>", "500"),
    ] {
        let mut case = Case::splunk(move |_| Does::Responds(code, "", body.to_owned()));
        fill(&mut case.fixture, 0, 3);
        let failure = case.deliver().unwrap_err();
        assert!(failure.text().contains(said), "{}", failure.text());
        assert_eq!(case.waiting(), 3);
        assert!(!case.fixture.folder.path().join("aside.ndjson").exists());
    }
    // An invalid event is set aside, if others are accepted.
    let mut case =
        Case::splunk(
            |request| match String::from_utf8_lossy(&request.body).contains("0Ya00001") {
                true => Does::Responds(
                    400,
                    "",
                    r#"{"text":"Invalid data format","code":6,"invalid-event-number":1}"#
                        .to_owned(),
                ),
                false => Does::Responds(200, "", r#"{"text":"Success","code":0}"#.to_owned()),
            },
        );
    fill(&mut case.fixture, 0, 3);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 2, aside: 1 });
}
