//! Outbound messages: stored before they are acknowledged, once, in order, and without the session.

mod peers;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use saponify_cli::connector::connection::deactivate;
use saponify_cli::connector::home::Home;
use saponify_cli::connector::listen::{Listener, Options, server};
use saponify_cli::connector::progress::Stop;
use saponify_cli::connector::report::Report;
use saponify_cli::connector::status::Status;
use saponify_cli::connector::store::{Event, EventQuery, MESSAGES, Store};
use saponify_cli::connector::window::Span;
use saponify_sandbox::OutboundMessage;

use crate::org::{Tenant, org, start};
use crate::store::events;

const SESSION: &str = "00D!canary-session-id";

/// A tenant with a connection.
async fn connected() -> Tenant {
    let tenant = start(org()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    tenant
}

/// The options of a listener for HTTP on this machine.
fn plain(home: &Home) -> Options {
    Options {
        home: home.clone(),
        connection: "acme".to_owned(),
        listen: "127.0.0.1:0".parse().unwrap(),
        tls: None,
        client_ca: None,
        client_name: None,
        organization: None,
        plain: true,
    }
}

/// A listener that runs until it is stopped.
struct Running {
    address: String,
    stop: Stop,
    task: tokio::task::JoinHandle<()>,
}

async fn listen(options: Options) -> Running {
    let stop = Stop::default();
    let listener = Listener::bind(options, stop.clone()).await.unwrap();
    let scheme = if listener.is_encrypted() {
        "https"
    } else {
        "http"
    };
    let address = format!("{scheme}://localhost:{}/", listener.address().port());
    Running {
        address,
        stop,
        task: tokio::spawn(listener.serve()),
    }
}

impl Running {
    async fn end(self) {
        self.stop.stop();
        self.task.await.unwrap();
    }
}

fn message(query: &str, address: &str) -> OutboundMessage {
    OutboundMessage::new(query, address)
        .session(SESSION)
        .attempts(1, Duration::ZERO)
}

/// The messages in the order in which they were stored.
fn messages(store: &Store) -> Vec<Event> {
    let query = EventQuery {
        source: Some(MESSAGES.to_owned()),
        ..EventQuery::default()
    };
    let mut found = events(store, &query);
    found.sort_by_key(Event::seq);
    found
}

#[tokio::test]
async fn messages_are_stored_once_and_in_order() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let query = "SELECT Id, Name, Phone, LastModifiedDate FROM Account ORDER BY Name LIMIT 15";
    let sent = message(query, &running.address);
    for _ in 0..2 {
        let delivery = tenant.sandbox.send_outbound(&sent).await.unwrap();
        assert_eq!((delivery.notifications, delivery.acknowledged), (15, 15));
    }
    running.end().await;
    let stored = messages(&tenant.store("acme"));
    assert_eq!(stored.len(), 15);
    let names: Vec<&str> = stored
        .iter()
        .map(|event| event.value("Name").unwrap())
        .collect();
    assert!(names.is_sorted(), "{names:?}");
    let first = &stored[0];
    assert_eq!((first.source(), first.about()), (MESSAGES, "Account"));
    assert_eq!(first.value("NotificationId"), Some(first.key()));
    assert!(
        first.key().starts_with("04l") && first.key().len() == 18,
        "{}",
        first.key()
    );
    assert!(first.value("ActionId").unwrap().starts_with("04k"));
    assert!(first.value("Id").unwrap().starts_with("001"));
    let changed: jiff::Timestamp = first.value("LastModifiedDate").unwrap().parse().unwrap();
    assert_eq!(first.time(), Some(changed));
}

/// With the session of the org, anybody could act as a user of the org.
#[tokio::test]
async fn the_session_is_stored_nowhere() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let sent = message("SELECT Id, Name FROM Account LIMIT 3", &running.address);
    assert_eq!(
        tenant
            .sandbox
            .send_outbound(&sent)
            .await
            .unwrap()
            .acknowledged,
        3
    );
    running.end().await;
    for file in tenant.files() {
        let bytes = std::fs::read(&file).unwrap();
        let found = bytes
            .windows(SESSION.len())
            .any(|part| part == SESSION.as_bytes());
        assert!(!found, "{file}");
    }
}

#[tokio::test]
async fn status_and_report_show_the_messages() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let sent = message("SELECT Id, Name FROM Account LIMIT 4", &running.address);
    tenant.sandbox.send_outbound(&sent).await.unwrap();
    running.end().await;
    let now = jiff::Timestamp::now();
    let status = Status::of(&tenant.home, "acme", now).unwrap();
    let source = status
        .sources
        .iter()
        .find(|it| it.source == MESSAGES)
        .unwrap();
    assert_eq!((source.rows, source.failures), (4, 0));
    assert!(source.last_success.is_some());
    let span = Span::day_of(now).unwrap();
    let report = Report::gather(&tenant.store("acme"), "acme", span, now).unwrap();
    let found = report.messages.as_ref().unwrap();
    assert_eq!((found.stored, &found.problem), (4, &None));
    // No day of the messages can be complete, so they do not count as a source with days.
    assert!(
        report
            .sources
            .iter()
            .all(|source| source.source != MESSAGES)
    );
    let text = report.to_string();
    assert!(
        text.contains("messages: 4 stored, received since"),
        "{text}"
    );
    assert!(
        report
            .to_html()
            .contains("the org does not say how many it sent")
    );
}

/// A listener and a collector work on the same store, and neither fails because of the other.
#[tokio::test]
async fn a_collector_may_run_beside_the_listener() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let sent = message("SELECT Id, Name FROM Account LIMIT 20", &running.address);
    for round in 0..5 {
        let sent = sent.clone().first(1 + 20 * round);
        let (outcome, delivery) =
            tokio::join!(tenant.sync("acme"), tenant.sandbox.send_outbound(&sent));
        crate::org::succeeded(&outcome);
        assert_eq!(delivery.unwrap().acknowledged, 20);
    }
    running.end().await;
    assert_eq!(messages(&tenant.store("acme")).len(), 100);
}

#[tokio::test]
async fn messages_of_another_organization_are_refused() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let sent = message("SELECT Id FROM Account LIMIT 1", &running.address);
    let other = sent.clone().organization("00D5e0000000000EAA");
    let delivery = tenant.sandbox.send_outbound(&other).await.unwrap();
    assert_eq!((delivery.acknowledged, delivery.status), (0, Some(500)));
    running.end().await;
    assert!(messages(&tenant.store("acme")).is_empty());
    // The id may be given in its short form.
    let id = tenant.sandbox.org().id();
    let options = Options {
        organization: Some(id[..15].to_owned()),
        ..plain(&tenant.home)
    };
    let running = listen(options).await;
    let sent = message("SELECT Id FROM Account LIMIT 1", &running.address);
    assert_eq!(
        tenant
            .sandbox
            .send_outbound(&sent)
            .await
            .unwrap()
            .acknowledged,
        1
    );
    running.end().await;
    let options = Options {
        organization: Some("acme".to_owned()),
        ..plain(&tenant.home)
    };
    let error = Listener::bind(options, Stop::default()).await.unwrap_err();
    assert!(
        error.is_usage() && error.text().contains("not the id"),
        "{}",
        error.text()
    );
}

/// A process that has the files of a removed connection open can still write to them.
#[tokio::test]
async fn a_message_goes_to_the_connection_that_is_there_now() {
    let tenant = connected().await;
    let running = listen(plain(&tenant.home)).await;
    let sent = message("SELECT Id, Name FROM Account LIMIT 3", &running.address);
    let sent_once = async |expected| {
        let delivery = tenant.sandbox.send_outbound(&sent).await.unwrap();
        assert_eq!(delivery.acknowledged, expected);
    };
    sent_once(3).await;
    deactivate(&tenant.home, &tenant.vault, "acme", false).unwrap();
    sent_once(0).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    sent_once(3).await;
    deactivate(&tenant.home, &tenant.vault, "acme", true).unwrap();
    sent_once(0).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    sent_once(3).await;
    running.end().await;
    assert_eq!(messages(&tenant.store("acme")).len(), 3);
}

/// A message as Salesforce sends it for records of any object, with fields that are in no WSDL.
fn envelope(organization: &str, notifications: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>\
         <notifications xmlns='http://soap.sforce.com/2005/09/outbound' \
         xmlns:sf='urn:sobject.enterprise.soap.sforce.com'>\
         <OrganizationId>{organization}</OrganizationId><ActionId>04k5e0000000001AAA</ActionId>\
         <SessionId xsi:nil='true'/><EnterpriseUrl>https://x/</EnterpriseUrl>\
         <PartnerUrl>https://x/</PartnerUrl>{notifications}</notifications></e:Body></e:Envelope>"
    )
}

fn notification(number: u32, fields: &str) -> String {
    format!(
        "<Notification><Id>04l5e000000{number:04}AAA</Id><sObject xsi:type='sf:Odd__c'>{fields}\
         </sObject></Notification>"
    )
}

/// Sends an envelope to the service, and returns the status and the response.
async fn post(server: &saponify::server::Server, body: String) -> (u16, String) {
    let request = http::Request::post("/")
        .header("content-type", "text/xml; charset=utf-8")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let (parts, body) = server.handle(request).await.into_parts();
    let text = String::from_utf8(body.into_bytes().to_vec()).unwrap();
    (parts.status.as_u16(), text)
}

const ORGANIZATION: &str = "00D5e000000AcMeEAK";

#[tokio::test]
async fn unknown_fields_are_stored() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let server = server(Store::open(&path).unwrap(), ORGANIZATION).unwrap();
    let fields = "<sf:Id>a015e0000000001AAA</sf:Id><sf:New__c>a &lt;b&gt;</sf:New__c>\
                  <sf:Gone__c xsi:nil='true'/><sf:Place__c><sf:City>Oslo</sf:City></sf:Place__c>";
    let body = envelope(ORGANIZATION, &notification(1, fields));
    let (status, text) = post(&server, body).await;
    assert_eq!(status, 200, "{text}");
    assert!(
        text.contains("<Ack>true</Ack>") || text.contains(":Ack>true<"),
        "{text}"
    );
    let stored = messages(&Store::open_to_read(&path).unwrap());
    let event = &stored[0];
    assert_eq!(event.about(), "Odd__c");
    assert_eq!(event.value("New__c"), Some("a <b>"));
    assert_eq!(event.value("Place__c.City"), Some("Oslo"));
    assert!(
        event
            .fields()
            .any(|(name, value)| name == "Gone__c" && value.is_none())
    );
    assert_eq!(event.value("Gone__c"), None);
}

#[tokio::test]
async fn a_record_with_more_fields_than_an_object_has_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let server = server(Store::open(&path).unwrap(), ORGANIZATION).unwrap();
    let fields: String = (0..5_000)
        .map(|n| format!("<sf:F{n}__c>x</sf:F{n}__c>"))
        .collect();
    let (status, text) = post(&server, envelope(ORGANIZATION, &notification(1, &fields))).await;
    assert_eq!(status, 500, "{text}");
    assert!(text.contains("more fields"), "{text}");
    assert!(messages(&Store::open_to_read(&path).unwrap()).is_empty());
}

/// A message that cannot be stored is not acknowledged, and is stored when it is sent again.
#[tokio::test]
async fn a_full_disk_loses_no_message() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let full = Store::open(&path).unwrap();
    full.limit_pages(1).unwrap();
    let long = format!("<sf:Text__c>{}</sf:Text__c>", "x".repeat(1_000));
    let many: String = (1..90).map(|number| notification(number, &long)).collect();
    let body = envelope(ORGANIZATION, &many);
    // The first change needs no new page.
    let server_of_full = server(full, ORGANIZATION).unwrap();
    let (status, text) = post(&server_of_full, body.clone()).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("Ack>false<"), "{text}");
    drop(server_of_full);
    assert!(messages(&Store::open_to_read(&path).unwrap()).is_empty());
    let server = server(Store::open(&path).unwrap(), ORGANIZATION).unwrap();
    let (_, text) = post(&server, body).await;
    assert!(text.contains("Ack>true<"), "{text}");
    assert_eq!(messages(&Store::open_to_read(&path).unwrap()).len(), 89);
}

#[tokio::test]
async fn a_request_that_is_not_a_message_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let server = server(Store::open(&path).unwrap(), ORGANIZATION).unwrap();
    let whole = envelope(ORGANIZATION, &notification(1, "<sf:Name>canary</sf:Name>"));
    for body in [
        String::new(),
        "<html/>".to_owned(),
        whole.replace("</notifications>", ""),
        whole.replace("notifications", "others"),
        whole.replace("<Id>04l5e0000000001AAA</Id>", ""),
        whole.replace(ORGANIZATION, "no id"),
        format!("<!DOCTYPE x>{whole}"),
    ] {
        let (status, text) = post(&server, body).await;
        assert_eq!(status, 500, "{text}");
        assert!(!text.contains("canary") && !text.contains("Ack>"), "{text}");
    }
    assert!(messages(&Store::open_to_read(&path).unwrap()).is_empty());
    let (status, _) = post(&server, whole).await;
    assert_eq!(status, 200);
}
