//! Hostile requests: each gets a fault or an HTTP error, and costs no more than its limits allow.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use http_body_util::StreamBody;
use saponify::Limits;
use saponify::server::Server;
use saponify_goldens::server::server::Library as _;

use super::library::{MyLibrary, find};
use super::{SOAP_XML, SOAP11, SOAP12, TEXT_XML, envelope, envelope_of, post};

fn server() -> Server {
    MyLibrary::default().into_server()
}

/// Sends an envelope that must get a fault of the sender, and returns the reason.
async fn refused(body: impl Into<Bytes>) -> String {
    post(&server(), TEXT_XML, body).await.fault("Client", 500)
}

#[tokio::test]
async fn documents_that_are_not_well_formed() {
    let whole = envelope(&find("a"));
    for end in 0..whole.len() {
        let answer = post(&server(), TEXT_XML, whole[..end].to_owned()).await;
        answer.fault("Client", 500);
    }
    for text in [
        "",
        " ",
        "null",
        "<html><body>no</body></html>",
        "{\"a\":1}",
        "<a><b></a></b>",
        &format!("{whole}<a/>"),
        &format!("{whole}text"),
        &whole.replace("</l:find>", ""),
        &whole.replace("l:context>a", "l:context>a\u{0}"),
        &whole.replace("xmlns:l", "xmlns:k"),
        &whole.replace("<e:Body>", "<e:Body>text"),
        &whole.replace("<e:Body>", "<e:Body/><e:Body>"),
        &whole.replace("<l:find>", "<l:find a='1' a='2'>"),
    ] {
        let reason = refused(text.to_owned()).await;
        assert!(
            reason.starts_with("the request cannot be read: ") || reason.starts_with("no op"),
            "{reason}"
        );
        assert!(!reason.contains("response"), "{reason}");
    }
}

#[tokio::test]
async fn entities_are_never_expanded() {
    let laughs = format!(
        "<!DOCTYPE e [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>{}",
        envelope(&find("&b;"))
    );
    let reason = refused(laughs).await;
    assert!(reason.contains("DTD"), "{reason}");
    let file = format!(
        "<!DOCTYPE e [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>{}",
        envelope(&find("&x;"))
    );
    assert!(!refused(file).await.contains("root:"));
    refused(envelope(&find("&nbsp;"))).await;
}

#[tokio::test]
async fn deep_and_wide_documents() {
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    let reason = refused(envelope(&format!("<l:find>{deep}</l:find>"))).await;
    assert!(reason.contains("depth"), "{reason}");
    let header = format!("<e:Header>{deep}</e:Header><e:Body>{}</e:Body>", find("a"));
    assert!(
        refused(envelope_of(SOAP11, &header))
            .await
            .contains("depth")
    );
    let attributes: String = (0..1_000).map(|n| format!(" a{n}=''")).collect();
    let reason = refused(envelope(&format!("<l:find{attributes}/>"))).await;
    assert!(reason.contains("attributes"), "{reason}");
    let name = "n".repeat(100_000);
    let reason = refused(envelope(&format!("<{name}/>"))).await;
    assert!(
        reason.contains("name") && reason.len() < 1_000,
        "{}",
        reason.len()
    );
}

#[tokio::test]
async fn many_headers_cost_little_memory() {
    let header = "<w:h xmlns:w='urn:w'>x</w:h>".repeat(50_000);
    let text = format!(
        "<e:Header>{header}</e:Header><e:Body>{}</e:Body>",
        find("elements")
    );
    let text = envelope_of(SOAP11, &text);
    let limits = Limits {
        memory: 100_000,
        ..Limits::default()
    };
    // Headers that nobody understands are skipped.
    let answer = post(&server().limits(limits), TEXT_XML, text.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    // Those that are kept count.
    let server = server().limits(limits).understands("urn:w", "h");
    let reason = post(&server, TEXT_XML, text).await.fault("Client", 500);
    assert!(reason.contains("`memory` of 100000 bytes"), "{reason}");
}

#[tokio::test]
async fn many_headers_that_must_be_understood() {
    let header = "<w:h xmlns:w='urn:w' e:mustUnderstand='true'/>".repeat(40_000);
    let text = format!(
        "<e:Header>{header}</e:Header><e:Body>{}</e:Body>",
        find("a")
    );
    let answer = post(&server(), SOAP_XML, envelope_of(SOAP12, &text)).await;
    answer.fault("MustUnderstand", 500);
    assert!(answer.bytes.len() < 10_000, "{}", answer.bytes.len());
}

#[tokio::test]
async fn duplicates() {
    let reason = refused(envelope(&format!("{}{}", find("a"), find("b")))).await;
    assert!(reason.contains("second element"), "{reason}");
    // Of an element that must occur once, the last one counts, as in responses.
    let twice = "<l:find><l:context>a</l:context><l:context>b</l:context></l:find>";
    let answer = post(&server(), TEXT_XML, envelope(twice)).await;
    assert!(answer.text().contains(">b</"), "{}", answer.text());
}

#[tokio::test]
async fn encodings() {
    let body = find("caf\u{e9}");
    let declared = format!(
        "<?xml version='1.0' encoding='ISO-8859-1'?>{}",
        envelope(&body)
    );
    let latin: Vec<u8> = declared.chars().map(|c| c as u8).collect();
    let answer = post(&server(), TEXT_XML, latin).await;
    assert!(answer.text().contains("caf\u{e9}"), "{}", answer.text());
    // The charset of HTTP is used if the document says nothing and is not UTF-8.
    let latin: Vec<u8> = envelope(&body).chars().map(|c| c as u8).collect();
    let answer = post(&server(), "text/xml; charset=iso-8859-1", latin.clone()).await;
    assert!(answer.text().contains("caf\u{e9}"), "{}", answer.text());
    let reason = post(&server(), TEXT_XML, latin).await.fault("Client", 500);
    assert!(reason.contains("UTF-8"), "{reason}");
    let utf16: Vec<u8> = "\u{feff}"
        .chars()
        .chain(envelope(&body).chars())
        .collect::<String>()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let answer = post(&server(), "text/xml", utf16.clone()).await;
    assert!(answer.text().contains("caf\u{e9}"), "{}", answer.text());
    let answer = post(&server(), "text/xml", utf16[..utf16.len() - 1].to_vec()).await;
    answer.fault("Client", 500);
}

#[tokio::test]
async fn multipart_requests() {
    let root = envelope(&find("in parts"));
    let media = "multipart/related; type=\"application/xop+xml\"; boundary=b; start=\"<r>\"";
    let body =
        format!("--b\r\nContent-ID: <r>\r\n\r\n{root}\r\n--b\r\nContent-ID: <a>\r\n\r\nx\r\n--b--");
    let answer = post(&server(), media, body.clone()).await;
    assert!(answer.text().contains(">in parts</"), "{}", answer.text());
    for wrong in [
        body.replace("--b--", ""),
        body.replace("<r>", "<q>"),
        format!("{}--b--", "--b\r\n\r\n\r\n".repeat(2_000)),
    ] {
        post(&server(), media, wrong).await.fault("Client", 500);
    }
    post(&server(), "multipart/related", body)
        .await
        .fault("Client", 500);
}

/// A request of which a byte arrives every second, and the rest after this many of them.
fn dripping(
    seconds: usize,
) -> http::Request<impl http_body::Body<Data = Bytes, Error = Infallible>> {
    let ticks = tokio::time::interval(Duration::from_secs(1));
    let frames = futures_util::stream::unfold((ticks, 0), move |(mut ticks, n)| async move {
        if n > seconds {
            return None;
        }
        ticks.tick().await;
        let bytes = match n == seconds {
            true => Bytes::from(envelope(&find("a"))),
            false => Bytes::from_static(b" "),
        };
        Some((
            Ok::<_, Infallible>(http_body::Frame::data(bytes)),
            (ticks, n + 1),
        ))
    });
    http::Request::builder()
        .method(Method::POST)
        .header(CONTENT_TYPE, TEXT_XML)
        .body(StreamBody::new(frames))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_request_that_drips_in_is_late() {
    let server = server().receive_deadline(Duration::from_secs(10));
    let started = tokio::time::Instant::now();
    let answer = server.handle(dripping(100)).await;
    assert_eq!(answer.status(), 408);
    assert_eq!(started.elapsed(), Duration::from_secs(10));
}

/// The time to receive a request is not the time to read it.
#[tokio::test(start_paused = true)]
async fn a_request_that_arrives_at_the_last_moment_is_not_wrong() {
    let server = server().receive_deadline(Duration::from_secs(10));
    let answer = server.handle(dripping(10)).await;
    assert_eq!(answer.status(), 200);
}

/// Whatever does not fit into the time is no fault of the sender.
#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_to_read() {
    let server = server().deadline(Duration::ZERO);
    let answer = post(&server, TEXT_XML, envelope(&find("a"))).await;
    answer.fault("Server", 500);
}

#[tokio::test]
async fn a_request_whose_connection_breaks() {
    let frames = [
        Ok(http_body::Frame::data(Bytes::from(envelope(&find("a"))))),
        Err(std::io::Error::other("reset")),
    ];
    let request = http::Request::builder()
        .method(Method::POST)
        .header(CONTENT_TYPE, TEXT_XML)
        .body(StreamBody::new(futures_util::stream::iter(frames)))
        .unwrap();
    let answer = server().handle(request).await;
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn what_the_wsdl_does_not_declare_is_counted() {
    let server = MyLibrary::default().into_server();
    let envelope = envelope(&find("a"));
    let envelope = envelope.replace("</l:find>", "<l:colour>red</l:colour></l:find>");
    let answer = post(&server, TEXT_XML, envelope).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let drift = server.drift();
    assert_eq!(drift.unknown_elements, 1);
    let found = &drift.differences()[0];
    assert_eq!((&*found.name, &*found.operation), ("colour", "find"));
}
