//! The usual case: what goes out, what comes in, which connection is used.

use std::io::Read;

use saponify::Https;
use saponify::transport::Transport;

use crate::support::*;

#[tokio::test]
async fn a_request_and_its_answer() {
    let server = Server::always(ok("<answer/>")).await;
    let response = https().send(server.request("<request/>")).await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(
        response.content_type.as_deref(),
        Some("text/xml; charset=UTF-8")
    );
    assert_eq!(body(response).await.unwrap(), b"<answer/>");

    let received = &server.requests()[0];
    assert!(
        received
            .head
            .starts_with("POST /services/Soap HTTP/1.1\r\n"),
        "{}",
        received.head
    );
    assert_eq!(received.body, b"<request/>");
    for (name, value) in [
        ("content-type", "text/xml; charset=utf-8"),
        ("soapaction", "\"\""),
        (
            "user-agent",
            concat!("saponify/", env!("CARGO_PKG_VERSION")),
        ),
        ("accept-encoding", "gzip"),
        ("content-length", "10"),
    ] {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
    for name in [
        "transfer-encoding",
        "content-encoding",
        "expect",
        "referer",
        "cookie",
    ] {
        assert_eq!(received.header(name), None, "{name}");
    }
}

#[tokio::test]
async fn soap_1_2_has_its_own_media_type_and_no_action_header() {
    let server = Server::always(ok("<answer/>")).await;
    let request = server.request("<request/>").soap_1_2();
    call(&https(), request).await.unwrap();
    let received = &server.requests()[0];
    let media = "application/soap+xml; charset=utf-8";
    assert_eq!(received.header("content-type"), Some(media));
    assert_eq!(received.header("soapaction"), None);
}

#[tokio::test]
async fn any_status_but_a_redirect_is_an_answer() {
    for status in [200, 202, 400, 401, 404, 429, 500, 503] {
        let server =
            Server::always(answer(&format!("{status} X"), "Retry-After: 7\r\n", "text")).await;
        let response = https().send(server.request("")).await.unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.headers["retry-after"], "7");
        assert_eq!(body(response).await.unwrap(), b"text");
    }
}

#[tokio::test]
async fn large_requests_are_compressed() {
    let server = Server::always(ok("")).await;
    let envelope = format!(
        "<e><Header>id</Header>{}</e>",
        "<row>data</row>".repeat(20_000)
    );
    call(&https(), server.request(envelope.clone()))
        .await
        .unwrap();
    let received = &server.requests()[0];
    assert_eq!(received.header("content-encoding"), Some("gzip"));
    assert_eq!(
        received.header("content-length"),
        Some(&*received.body.len().to_string())
    );
    assert!(received.body.len() < envelope.len() / 10);
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&*received.body)
        .read_to_string(&mut plain)
        .unwrap();
    assert_eq!(plain, envelope);
}

#[tokio::test]
async fn compression_can_be_turned_off() {
    let server = Server::always(ok("")).await;
    let https = builder()
        .compress_requests(None)
        .user_agent("acme-sync/2.1")
        .build()
        .unwrap();
    // More than fits into one piece or into the buffers of a socket.
    let envelope = "0123456789abcdef".repeat(200_000);
    call(&https, server.request(envelope.clone()))
        .await
        .unwrap();
    let received = &server.requests()[0];
    assert_eq!(received.header("content-encoding"), None);
    assert!(
        received
            .header("user-agent")
            .unwrap()
            .starts_with("acme-sync/2.1 saponify/")
    );
    assert!(received.body == envelope.as_bytes());
}

#[tokio::test]
async fn connections_are_kept() {
    let server = Server::always(ok("<answer/>")).await;
    let https = https();
    for _ in 0..5 {
        call(&https.clone(), server.request("<request/>"))
            .await
            .unwrap();
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 5));
}

#[tokio::test]
async fn a_connection_closed_by_the_server_is_replaced() {
    let mut acts = answer("200 OK", "Connection: close\r\n", "<answer/>");
    acts.push(Act::Close);
    let server = Server::always(acts).await;
    let https = https();
    for _ in 0..3 {
        call(&https, server.request("<request/>")).await.unwrap();
    }
    assert_eq!((server.connections(), server.requests().len()), (3, 3));
}

#[tokio::test]
async fn an_answer_left_unread_costs_its_connection() {
    let mut acts = vec![write("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n")];
    acts.push(Act::Repeat(vec![b'x'; 1000], 1));
    let server = Server::start(move |number, _| match number {
        0 => acts.clone(),
        _ => ok("<answer/>"),
    })
    .await;
    let https = https();
    let mut response = https.send(server.request("")).await.unwrap();
    assert!(response.body.chunk().await.unwrap().is_some());
    drop(response);
    assert_eq!(
        call(&https, server.request("")).await.unwrap().1,
        b"<answer/>"
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn plain_http_reaches_loopback_only_by_permission() {
    let server = Server::with(None, |_, _| ok("<answer/>")).await;
    let text = format!("http://{}/", server.address);
    assert!(saponify::Endpoint::parse(&text).is_err());
    // The endpoint of this server was parsed with the permission.
    assert_eq!(
        call(&https(), server.request("")).await.unwrap().1,
        b"<answer/>"
    );
}

#[tokio::test]
async fn a_clone_and_its_debug_show_no_content() {
    let https = https();
    let text = format!(
        "{https:?} {:?}",
        builder().proxy("http://user:canary@proxy.example")
    );
    assert!(
        text.contains("max_body") && !text.contains("canary"),
        "{text}"
    );
}

#[test]
fn settings_that_cannot_work() {
    use std::time::Duration;
    for (builder, name) in [
        (builder().connect_timeout(Duration::ZERO), "connect_timeout"),
        (builder().total_timeout(Duration::ZERO), "total_timeout"),
        (
            builder().minimum_throughput(1, Duration::ZERO, Duration::ZERO),
            "minimum_throughput",
        ),
        (builder().user_agent("a\r\nX: y"), "user_agent"),
        (builder().proxy("canary"), "proxy"),
        (
            builder().proxy("socks5://user:canary@proxy.example"),
            "proxy",
        ),
        (builder().extra_root_certificate("canary"), "certificate"),
        (
            builder().extra_root_certificate("-----BEGIN CERTIFICATE-----\nx"),
            "certificate",
        ),
        (builder().client(foreign_client()), "client"),
    ] {
        let error = builder.build().unwrap_err();
        assert!(error.is_usage(), "{error:?}");
        let text = texts(&error);
        assert!(text.contains(name) && !text.contains("canary"), "{text}");
    }
    builder()
        .connect_timeout(Duration::MAX)
        .response_timeout(Duration::MAX)
        .idle_timeout(Duration::MAX)
        .total_timeout(Duration::MAX)
        .minimum_throughput(u32::MAX, Duration::MAX, Duration::MAX)
        .build()
        .unwrap();
}

#[tokio::test]
async fn headers_and_credentials_of_the_user_go_with_every_request() {
    let server = Server::always(ok("<answer/>")).await;
    let https = Https::builder()
        .basic_auth("reader", "pass:wörd")
        .header("X-Api-Key", "k1")
        .header("x-api-key", "k2")
        .extra_root_certificate(&AUTHORITY.pem)
        .build()
        .unwrap();
    for _ in 0..2 {
        call(&https, server.request("")).await.unwrap();
    }
    for received in server.requests() {
        // Base64 of the UTF-8 of `reader:pass:wörd`.
        let expected = "Basic cmVhZGVyOnBhc3M6d8O2cmQ=";
        assert_eq!(received.header("authorization"), Some(expected));
        let keys = received.head.to_ascii_lowercase();
        assert_eq!(keys.matches("x-api-key: k").count(), 2, "{keys}");
        assert_eq!(
            received.header("content-type"),
            Some("text/xml; charset=utf-8")
        );
    }
    assert!(!format!("{https:?}").contains("k1"));
}

#[test]
fn headers_that_cannot_be_sent_are_errors_without_their_values() {
    for (name, value, told) in [
        ("content-type", "canary", "`content-type`"),
        ("Host", "canary", "`host`"),
        ("a b", "canary", "name"),
        ("x-key", "canary\r\nx: y", "`x-key`"),
    ] {
        let error = Https::builder().header(name, value).build().unwrap_err();
        let error = saponify::Error::from(error);
        assert!(error.is_usage(), "{error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(told) && !shown.contains("canary"), "{shown}");
    }
    let error = Https::builder()
        .basic_auth("a:b", "canary")
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("basic_auth"), "{error}");
    let builder = Https::builder()
        .basic_auth("user", "canary")
        .header("x", "canary");
    assert!(!format!("{builder:?}").contains("canary"));
}

#[tokio::test]
async fn credentials_are_not_sent_in_the_clear() {
    let https = Https::builder()
        .basic_auth("user", "canary")
        .no_proxy()
        .build()
        .unwrap();
    let endpoint =
        saponify::Endpoint::parse_with("http://10.255.255.1:9/", saponify::PlainHttp::ToPrivate)
            .unwrap();
    let request = saponify::transport::Request::new(endpoint, "ping", "", "<x/>").unwrap();
    let error = https.send(request).await.unwrap_err();
    let error = saponify::Error::from(error);
    assert!(error.is_usage() && !error.maybe_applied(), "{error}");
}
