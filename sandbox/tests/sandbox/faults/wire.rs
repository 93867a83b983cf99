//! Lengths, pauses, broken connections, TLS.

use saponify_sandbox::{Injection, Mode, TlsFlaw, WireFlaw};
use tokio::io::AsyncWriteExt as _;

use super::raw::{End, connect, send};
use super::{CREATE, NOW};
use crate::support::{Session, Tenant, demo, start};

async fn flawed<'a>(tenant: &'a Tenant, flaw: WireFlaw) -> Session<'a> {
    let session = tenant.session().await;
    tenant.sandbox.push_mode(Mode::Wire(flaw));
    session
}

fn length(head: &str) -> usize {
    let line = head
        .lines()
        .find(|line| line.starts_with("content-length"))
        .unwrap();
    line.split_once(": ").unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn bodies_are_cut_off_in_every_way() {
    let tenant = start(demo()).await;
    for (flaw, end) in [
        (WireFlaw::CloseMidBody, End::Closed),
        (WireFlaw::ResetMidBody, End::Broken),
        (WireFlaw::CloseMidChunk, End::Closed),
        (WireFlaw::CloseMidNolen, End::Closed),
    ] {
        let session = flawed(&tenant, flaw).await;
        let mut connection = send(&session, CREATE).await;
        let head = connection.head().await;
        let (rest, how) = connection.read(usize::MAX).await;
        assert_eq!(how, end, "{flaw:?}");
        let text = String::from_utf8_lossy(&rest);
        assert!(text.contains("<?xml") && !text.contains("</soapenv:Envelope>"));
        match flaw {
            WireFlaw::CloseMidChunk => assert!(head.contains("transfer-encoding: chunked")),
            WireFlaw::CloseMidNolen => assert!(head.contains("connection: close")),
            _ => assert!(length(&head) > rest.len()),
        }
        // An HTTP client notices all of them but one, which only the XML parser notices.
        let session = flawed(&tenant, flaw).await;
        let seen = session.try_call("", CREATE).await;
        assert_eq!(seen.is_err(), flaw != WireFlaw::CloseMidNolen, "{flaw:?}");
    }
    assert_eq!(tenant.sandbox.stats().calls("create"), 8);
}

#[tokio::test]
async fn responses_that_never_begin_or_never_end() {
    let tenant = start(demo()).await;
    let session = flawed(&tenant, WireFlaw::HangHeaders).await;
    let mut connection = send(&session, CREATE).await;
    assert!(connection.is_silent().await);

    let session = flawed(&tenant, WireFlaw::HangBody).await;
    let mut connection = send(&session, CREATE).await;
    let length = length(&connection.head().await);
    let (_, end) = connection.read(length / 2).await;
    assert_eq!(end, End::Open);
    assert!(connection.is_silent().await);
    assert_eq!(tenant.sandbox.stats().calls("create"), 2);

    let session = flawed(&tenant, WireFlaw::UploadNotRead).await;
    let mut connection = send(&session, CREATE).await;
    assert!(connection.is_silent().await);
    assert_eq!(tenant.sandbox.stats().calls("create"), 2);

    let session = flawed(&tenant, WireFlaw::Oversize).await;
    let mut connection = send(&session, NOW).await;
    let (_, end) = connection.read(4 << 20).await;
    assert_eq!(end, End::Open);

    let session = flawed(&tenant, WireFlaw::EndlessContinue).await;
    let mut connection = send(&session, NOW).await;
    let (bytes, end) = connection.read(1 << 20).await;
    assert!(end == End::Open && bytes.starts_with(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100"));
}

#[tokio::test]
async fn slow_responses_arrive_byte_by_byte() {
    let tenant = start(demo()).await;
    for flaw in [WireFlaw::SlowHeaders, WireFlaw::SlowBody] {
        let session = flawed(&tenant, flaw).await;
        let mut connection = send(&session, NOW).await;
        if flaw == WireFlaw::SlowBody {
            connection.head().await;
        }
        // Each TLS record has one byte, so one read returns one byte.
        let (bytes, _) = connection.read(1).await;
        assert_eq!(bytes.len(), 1, "{flaw:?}");
    }
}

#[tokio::test]
async fn wrong_lengths_are_sent() {
    let tenant = start(demo()).await;
    let session = flawed(&tenant, WireFlaw::LyingLength).await;
    let mut connection = send(&session, NOW).await;
    assert_eq!(length(&connection.head().await), 1 << 40);

    let session = flawed(&tenant, WireFlaw::ShortLength).await;
    let mut connection = send(&session, NOW).await;
    let said = length(&connection.head().await);
    let (body, _) = connection.read(usize::MAX).await;
    assert!(body.ends_with(b"</soapenv:Envelope>") && body.len() > said);

    let session = flawed(&tenant, WireFlaw::TwoLengths).await;
    let head = send(&session, NOW).await.head().await;
    assert_eq!(head.matches("content-length: ").count(), 2);
    let session = flawed(&tenant, WireFlaw::LengthAndChunked).await;
    let head = send(&session, NOW).await.head().await;
    assert!(head.contains("content-length: ") && head.contains("transfer-encoding: chunked"));
}

#[tokio::test]
async fn heads_are_too_large() {
    let tenant = start(demo()).await;
    let session = flawed(&tenant, WireFlaw::ManyHeaders).await;
    let head = send(&session, NOW).await.head().await;
    assert!(head.lines().count() > 10_000);
    assert!(head.ends_with("\r\n\r\n"));
    let session = flawed(&tenant, WireFlaw::HugeHeaders).await;
    let (bytes, end) = send(&session, NOW).await.read(8 << 20).await;
    let is_head = !bytes.windows(4).any(|window| window == b"\r\n\r\n");
    assert!(is_head && end == End::Open);
    for flaw in [WireFlaw::HugeHeaders, WireFlaw::NotHttp] {
        let session = flawed(&tenant, flaw).await;
        assert!(session.try_call("", NOW).await.is_err(), "{flaw:?}");
    }
}

#[tokio::test]
async fn a_connection_is_closed_without_an_announcement() {
    let tenant = start(demo()).await;
    let session = flawed(&tenant, WireFlaw::CloseAfterResponse).await;
    let mut connection = send(&session, NOW).await;
    let head = connection.head().await;
    assert!(!head.contains("connection: close"));
    let (body, end) = connection.read(usize::MAX).await;
    assert_eq!((body.len(), end), (length(&head), End::Closed));
}

#[tokio::test]
async fn handshakes_fail() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    for (flaw, text) in [
        (TlsFlaw::Expired, "expired"),
        (TlsFlaw::NotYetValid, "not valid yet"),
        (TlsFlaw::WrongHost, "not valid for name"),
        (TlsFlaw::Untrusted, "BadSignature"),
        (TlsFlaw::Version11, "peer is incompatible"),
    ] {
        tenant.sandbox.clear_injections();
        tenant.sandbox.inject(Injection::new(Mode::Tls(flaw)));
        let error = match connect(&session).await {
            Ok(_) => panic!("{flaw:?}: connected"),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(text), "{flaw:?}: {error}");
    }
    tenant.sandbox.clear_injections();
    let mut connection = connect(&session).await.unwrap();
    connection.0.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
}
