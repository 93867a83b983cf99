//! Outbound messages: their form, and their repetition until they are acknowledged.

use std::time::Duration;

use saponify_sandbox::{OutboundMessage, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::support::demo;

async fn sandbox() -> Sandbox {
    Sandbox::builder(demo()).start().await.unwrap()
}

/// A server that sends these responses one after the other, and passes the requests on.
async fn listen(responses: Vec<(u16, &'static str)>) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/outbound", listener.local_addr().unwrap());
    let (requests, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for (status, body) in responses {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut text = String::new();
            let mut buffer = [0; 16 * 1024];
            while !text.contains("</soapenv:Envelope>") {
                let bytes = stream.read(&mut buffer).await.unwrap();
                text.push_str(&String::from_utf8_lossy(&buffer[..bytes]));
            }
            requests.send(text).unwrap();
            let length = body.len();
            let response = format!(
                "HTTP/1.1 {status} X\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            stream.write_all(response.as_bytes()).await.unwrap();
        }
    });
    (address, received)
}

const ACK: &str = "<e:Envelope><e:Body><notificationsResponse><Ack>true</Ack></notificationsResponse>\
                   </e:Body></e:Envelope>";
const NO: &str = "<e:Envelope><e:Body><r><Ack>false</Ack></r></e:Body></e:Envelope>";

#[tokio::test]
async fn a_message_is_repeated_until_it_is_acknowledged() {
    let sandbox = sandbox().await;
    let (address, mut received) = listen(vec![(500, ACK), (200, NO), (200, ACK)]).await;
    let message = OutboundMessage::new("SELECT Id, Name FROM Account LIMIT 3", address)
        .attempts(5, Duration::from_millis(1))
        .session("00D!secret & more");
    let delivery = sandbox.send_outbound(&message).await.unwrap();
    assert_eq!((delivery.notifications, delivery.requests), (3, 3));
    assert_eq!((delivery.acknowledged, delivery.status), (3, Some(200)));
    let first = received.recv().await.unwrap();
    let body = |request: &str| request.split_once("<?xml").unwrap().1.to_owned();
    for _ in 0..2 {
        assert_eq!(body(&first), body(&received.recv().await.unwrap()));
    }
    assert!(first.contains("POST /outbound HTTP/1.1"), "{first}");
    assert!(first.to_lowercase().contains("soapaction: \"\""), "{first}");
    assert_eq!(
        first.matches("<sObject xsi:type=\"sf:Account\">").count(),
        3
    );
    assert!(
        first.contains("<SessionId>00D!secret &amp; more</SessionId>"),
        "{first}"
    );
    assert!(first.contains(&format!(
        "<OrganizationId>{}</OrganizationId>",
        sandbox.org().id()
    )));
}

#[tokio::test]
async fn a_request_has_at_most_a_hundred_notifications() {
    let sandbox = sandbox().await;
    let (address, mut received) = listen(vec![(200, ACK), (200, NO)]).await;
    let query = "SELECT Id FROM Account LIMIT 150";
    let message = OutboundMessage::new(query, address).attempts(1, Duration::ZERO);
    let delivery = sandbox.send_outbound(&message).await.unwrap();
    let rows = delivery.notifications;
    assert!(rows > 100, "{rows} rows");
    assert_eq!((delivery.requests, delivery.acknowledged), (2, 100));
    let counts = [
        received.recv().await.unwrap(),
        received.recv().await.unwrap(),
    ]
    .map(|request| request.matches("<Notification>").count());
    assert_eq!(counts, [100, rows - 100]);
}

#[tokio::test]
async fn an_unreachable_server_is_not_an_error() {
    let sandbox = sandbox().await;
    let message = OutboundMessage::new("SELECT Id FROM Account LIMIT 1", "http://127.0.0.1:9/")
        .attempts(2, Duration::from_millis(1));
    let delivery = sandbox.send_outbound(&message).await.unwrap();
    assert_eq!(
        (delivery.requests, delivery.acknowledged, delivery.status),
        (2, 0, None)
    );
    let wrong = OutboundMessage::new("SELECT Nope FROM Account", "http://127.0.0.1:9/");
    assert!(sandbox.send_outbound(&wrong).await.is_err());
}
