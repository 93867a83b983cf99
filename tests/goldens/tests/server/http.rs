//! What HTTP says about a request, and about its response.

use std::future::Future as _;
use std::io::{Read as _, Write as _};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, RETRY_AFTER, VARY,
};
use http::{Method, Request};
use http_body_util::Full;
use saponify::Limits;
use saponify::server::Server;
use saponify_goldens::server::server::Library as _;

use super::library::{MyLibrary, find};
use super::{TEXT_XML, envelope, post, request, send};

fn server() -> Server {
    MyLibrary::default().into_server()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn with(
    request: Request<Full<Bytes>>,
    name: http::HeaderName,
    value: &str,
) -> Request<Full<Bytes>> {
    let (mut parts, body) = request.into_parts();
    parts
        .headers
        .insert(name, HeaderValue::from_str(value).unwrap());
    Request::from_parts(parts, body)
}

#[tokio::test]
async fn methods() {
    for method in [Method::PUT, Method::DELETE, Method::OPTIONS, Method::GET] {
        let mut request = request(TEXT_XML, envelope(&find("a")));
        *request.method_mut() = method;
        let answer = send(&server(), request).await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.headers[ALLOW], "GET, HEAD, POST");
    }
    let mut request = request(TEXT_XML, "");
    *request.method_mut() = Method::GET;
    let answer = send(&server().serves_wsdl(false), request).await;
    assert_eq!(answer.headers[ALLOW], "POST");
    assert!(!answer.text().contains("wsdl"), "{}", answer.text());
}

#[tokio::test]
async fn media_types() {
    for media in [
        "text/xml",
        "Text/XML;charset=UTF-8",
        "application/soap+xml",
        "application/xml",
    ] {
        let answer = post(&server(), media, envelope(&find("a"))).await;
        assert_eq!(answer.status, 200, "{media}");
        // The version of the envelope decides.
        assert_eq!(answer.media(), "text/xml; charset=utf-8");
    }
    for media in [
        "text/html",
        "application/json",
        "multipart/form-data; boundary=a",
        "text",
        "",
    ] {
        let answer = post(&server(), media, envelope(&find("a"))).await;
        assert_eq!(answer.status, 415, "{media}");
    }
    let mut without = request(TEXT_XML, envelope(&find("a")));
    without.headers_mut().clear();
    assert_eq!(send(&server(), without).await.status, 415);
}

#[tokio::test]
async fn compressed_requests() {
    let body = envelope(&find("packed"));
    let packed = with(request(TEXT_XML, gzip(&body)), CONTENT_ENCODING, "gzip");
    let answer = send(&server(), packed).await;
    assert!(answer.text().contains(">packed</"), "{}", answer.text());
    let plain = with(
        request(TEXT_XML, body.clone()),
        CONTENT_ENCODING,
        "identity",
    );
    assert_eq!(send(&server(), plain).await.status, 200);
    for coding in ["br", "gzip, gzip", "deflate"] {
        let other = with(request(TEXT_XML, gzip(&body)), CONTENT_ENCODING, coding);
        let answer = send(&server(), other).await;
        assert_eq!(answer.status, 415, "{coding}");
        assert_eq!(answer.headers[ACCEPT_ENCODING], "gzip");
    }
    let mut damaged = gzip(&body);
    let at = damaged.len() - 6;
    damaged[at] ^= 1;
    let whole = gzip(&body);
    for bytes in [
        damaged,
        body.clone().into_bytes(),
        whole[..whole.len() - 1].to_vec(),
    ] {
        let answer = send(
            &server(),
            with(request(TEXT_XML, bytes), CONTENT_ENCODING, "gzip"),
        )
        .await;
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
}

#[tokio::test]
async fn compressed_responses() {
    let ask = |title: &str| request(TEXT_XML, envelope(&find(title)));
    let answer = send(&server(), with(ask("many"), ACCEPT_ENCODING, "gzip")).await;
    assert_eq!(answer.headers[CONTENT_ENCODING], "gzip");
    assert_eq!(answer.headers[VARY], "accept-encoding");
    let mut text = String::new();
    GzDecoder::new(&*answer.bytes)
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.ends_with("</soapenv:Envelope>") && text.len() > 10_000);
    for (server, title, accept) in [
        (server(), "many", "gzip;q=0"),
        (server(), "a", "gzip"),
        (server().compresses(false), "many", "gzip"),
    ] {
        let answer = send(&server, with(ask(title), ACCEPT_ENCODING, accept)).await;
        assert!(!answer.headers.contains_key(CONTENT_ENCODING), "{accept}");
        assert!(answer.text().ends_with("</soapenv:Envelope>"));
    }
}

#[tokio::test]
async fn limits_of_size() {
    let limits = Limits {
        body: 1_000,
        ..Limits::default()
    };
    let server = server().limits(limits);
    let long = envelope(&find(&"x".repeat(1_000)));
    assert_eq!(post(&server, TEXT_XML, long.clone()).await.status, 413);
    // A bomb: few bytes that become many.
    let bomb = gzip(&"a".repeat(10_000_000));
    assert!(bomb.len() < 20_000);
    let answer = send(
        &server,
        with(request(TEXT_XML, bomb), CONTENT_ENCODING, "gzip"),
    )
    .await;
    assert_eq!(answer.status, 413);
    // The announced length is enough.
    let announced = with(request(TEXT_XML, "x"), CONTENT_LENGTH, "5000000000");
    assert_eq!(send(&server, announced).await.status, 413);
}

/// `SOAPAction` is a hint that must not decide (Basic Profile 1.1, R1119).
#[tokio::test]
async fn the_body_decides_and_not_the_action() {
    let action = http::HeaderName::from_static("soapaction");
    for value in ["\"urn:lend\"", "urn:lend", "\"\"", "\"urn:unknown\""] {
        let request = with(
            request(TEXT_XML, envelope(&find("body"))),
            action.clone(),
            value,
        );
        let answer = send(&server(), request).await;
        assert!(
            answer.text().contains(">body</"),
            "{value}: {}",
            answer.text()
        );
    }
    // If no operation has the element, the error is about the operation that the action names.
    let wrong = with(
        request(TEXT_XML, envelope("<l:seek/>")),
        action,
        "\"urn:find\"",
    );
    let reason = send(&server(), wrong).await.fault("Client", 500);
    assert!(
        reason.contains("expected the element `{urn:example:library}find`"),
        "{reason}"
    );
    let reason = post(&server(), TEXT_XML, envelope("<l:seek/>"))
        .await
        .fault("Client", 500);
    assert!(
        reason.contains("no operation of Library has the element"),
        "{reason}"
    );
    let reason = post(&server(), TEXT_XML, envelope(""))
        .await
        .fault("Client", 500);
    assert!(reason.contains("an empty body"), "{reason}");
}

/// A server does not take more requests at a time than it may, and says when to come again.
#[tokio::test(start_paused = true)]
async fn more_requests_than_allowed() {
    let server = server().max_requests(2);
    let slow = || {
        let server = server.clone();
        tokio::spawn(async move { post(&server, TEXT_XML, envelope(&find("slow"))).await })
    };
    let (first, second) = (slow(), slow());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let answer = post(&server, TEXT_XML, envelope(&find("a"))).await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers[RETRY_AFTER], "1");
    first.abort();
    assert!(first.await.is_err());
    let answer = post(&server, TEXT_XML, envelope(&find("a"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    second.abort();
}

/// What takes long is done by another thread. Therefore the first poll is not the last one, although
/// nothing has to be waited for.
#[tokio::test]
async fn long_messages_do_not_block_the_executor() {
    let ask = |title: &str| request(TEXT_XML, envelope(&find(title)));
    let long = "x".repeat(200_000);
    for (request, is_long) in [
        (ask("a"), false),
        (ask(&long), true),
        (ask("many"), false),
        (with(ask("many"), ACCEPT_ENCODING, "gzip"), false),
        (with(ask("huge"), ACCEPT_ENCODING, "gzip"), true),
        (ask("huge"), true),
    ] {
        let server = server();
        let mut answer = Box::pin(send(&server, request));
        let first = std::future::poll_fn(|context| Poll::Ready(answer.as_mut().poll(context)));
        assert_eq!(first.await.is_pending(), is_long);
        if is_long {
            assert_eq!(answer.await.status, 200);
        }
    }
}

/// `Debug` of a response does not print it.
#[tokio::test]
async fn a_response_in_a_log_says_nothing() {
    let answer = server()
        .handle(request(TEXT_XML, envelope(&find("hunter2-canary"))))
        .await;
    let shown = format!("{answer:?}");
    assert!(
        shown.contains("bytes") && !shown.contains("hunter2"),
        "{shown}"
    );
    let text = answer.into_body().into_bytes();
    assert!(String::from_utf8_lossy(&text).contains("hunter2-canary"));
}
