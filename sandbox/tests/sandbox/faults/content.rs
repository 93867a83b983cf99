//! Flaws of compression, character encoding, XML, envelopes, and the response of login.

use std::io::Read as _;

use flate2::read::{GzDecoder, MultiGzDecoder};
use saponify_sandbox::{GzipFlaw, LoginFlaw, Mode, SoapFlaw, TextFlaw, XmlFlaw};

use super::raw::send;
use super::{CREATE, NOW};
use crate::support::{Tenant, demo, start};

/// The head and the body of the response to a call.
async fn bytes(tenant: &Tenant, mode: Mode) -> (String, Vec<u8>) {
    let session = tenant.session().await;
    tenant.sandbox.push_mode(mode);
    let mut connection = send(&session, NOW).await;
    let head = connection.head().await;
    let body = match head.split_once("content-length: ") {
        Some((_, rest)) => {
            let length = rest.split("\r\n").next().unwrap().parse().unwrap();
            connection.read(length).await.0
        }
        None => {
            // The body is chunked. Only as many chunks as the test needs are read.
            let (bytes, _) = connection.read(3 << 20).await;
            unchunked(&bytes)
        }
    };
    (head, body)
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(at) = bytes.windows(2).position(|end| end == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..at]).unwrap(), 16).unwrap();
        let Some(chunk) = bytes.get(at + 2..at + 2 + size) else {
            break;
        };
        out.extend_from_slice(chunk);
        bytes = bytes.get(at + 4 + size..).unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    out
}

fn inflate(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out)?;
    Ok(out)
}

#[tokio::test]
async fn every_gzip_flaw_is_in_the_response() {
    let tenant = start(demo()).await;
    let gzip = |flaw| bytes(&tenant, Mode::Gzip(flaw));
    let (head, body) = gzip(GzipFlaw::Double).await;
    assert!(head.contains("content-encoding: gzip, gzip"));
    let once = inflate(&body).unwrap();
    assert!(inflate(&once).unwrap().starts_with(b"<?xml"));

    let (head, body) = gzip(GzipFlaw::UnknownCoding).await;
    assert!(head.contains("content-encoding: br") && inflate(&body).is_ok());
    let (_, body) = gzip(GzipFlaw::Truncated).await;
    assert!(inflate(&body).is_err());
    let (_, body) = gzip(GzipFlaw::BadCrc).await;
    assert!(inflate(&body).is_err());
    let (_, body) = gzip(GzipFlaw::Trailing).await;
    assert!(inflate(&body).is_ok() && body.ends_with(b"trailing bytes"));
    let (head, body) = gzip(GzipFlaw::NotCompressed).await;
    assert!(head.contains("content-encoding: gzip") && body.starts_with(b"<?xml"));
}

#[tokio::test]
async fn a_bomb_is_a_correct_stream_of_a_gibibyte() {
    let tenant = start(demo()).await;
    let (_, body) = bytes(&tenant, Mode::Gzip(GzipFlaw::Bomb)).await;
    assert!(body.len() < 2 << 20, "{}", body.len());
    let mut reader = GzDecoder::new(&body[..]);
    let mut start = vec![0; 8 << 20];
    reader.read_exact(&mut start).unwrap();
    assert!(start.iter().all(|byte| *byte == b' '));
    let size = &body[body.len() - 4..];
    assert_eq!(u32::from_le_bytes(size.try_into().unwrap()), 1 << 30);
}

#[tokio::test]
async fn endless_gzip_members_are_empty() {
    let tenant = start(demo()).await;
    let (_, body) = bytes(&tenant, Mode::Gzip(GzipFlaw::EmptyMembers)).await;
    assert!(body.len() > 1 << 20, "{}", body.len());
    let mut out = Vec::new();
    // The last member may be incomplete, because the test stops reading.
    let _ = MultiGzDecoder::new(&body[..]).read_to_end(&mut out);
    assert!(out.is_empty());
}

#[tokio::test]
async fn every_text_flaw_is_in_the_response() {
    let tenant = start(demo()).await;
    let text = |flaw| bytes(&tenant, Mode::Text(flaw));
    let (_, body) = text(TextFlaw::Bom).await;
    assert!(body.starts_with(b"\xef\xbb\xbf<?xml"));
    let (head, body) = text(TextFlaw::Utf16).await;
    assert!(head.contains("charset=utf-16") && body.starts_with(b"\xff\xfe<\0?\0"));
    let (_, body) = text(TextFlaw::BadUtf8).await;
    assert!(std::str::from_utf8(&body).is_err());
    let (head, body) = text(TextFlaw::Latin1Declared).await;
    assert!(head.contains("charset=iso-8859-1") && body.windows(4).any(|w| w == b"caf\xe9"));
    assert!(body.starts_with(b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"));
    let (head, body) = text(TextFlaw::CharsetConflict).await;
    assert!(head.contains("charset=iso-8859-1"));
    assert!(std::str::from_utf8(&body).unwrap().contains("café"));
}

#[tokio::test]
async fn every_xml_flaw_is_in_the_response() {
    let tenant = start(demo()).await;
    for (flaw, part) in [
        (
            XmlFlaw::Dtd,
            "?><!DOCTYPE soapenv:Envelope []><soapenv:Envelope",
        ),
        (XmlFlaw::XxeFile, "SYSTEM \"file:///etc/passwd\""),
        (XmlFlaw::XxeHttp, "SYSTEM \"http://redirected.invalid/x\""),
        (XmlFlaw::BillionLaughs, "<x>&a29;</x>"),
        (XmlFlaw::Quadratic, "<x>&x;&x;&x;"),
        (XmlFlaw::UndefinedEntity, "&nosuchentity;"),
        (XmlFlaw::Deep10k, "<x><x><x>"),
        (XmlFlaw::Deep1m, "<x><x><x>"),
        (XmlFlaw::ManyAttributes, " a99999=\"\""),
        (XmlFlaw::ManyNamespaces, " xmlns:n99999=\"urn:99999\""),
        (XmlFlaw::DuplicateAttribute, "<x a=\"1\" a=\"2\"/>"),
        (XmlFlaw::ControlReference, "&#0;"),
        (XmlFlaw::TwoRoots, "</soapenv:Envelope><again/>"),
        (XmlFlaw::LongText, "<x>xxxx"),
        (XmlFlaw::LongName, "<xxxx"),
    ] {
        let session = tenant.session().await;
        tenant.sandbox.push_mode(Mode::Xml(flaw));
        let response = session.call("", NOW).await;
        assert_eq!(response.status, 200);
        assert!(
            response.has(part) && response.has("</soapenv:Envelope>"),
            "{flaw:?}"
        );
    }
    let (_, body) = bytes(&tenant, Mode::Xml(XmlFlaw::Truncated)).await;
    assert!(body.starts_with(b"<?xml") && !body.ends_with(b"</soapenv:Envelope>"));
}

#[tokio::test]
async fn every_soap_flaw_is_in_the_response() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    for (flaw, part) in [
        (SoapFlaw::WrongOperation, "<describeTabsResponse>"),
        (
            SoapFlaw::UnknownHeader,
            "<h:Novelty xmlns:h=\"urn:novelty\">",
        ),
        (
            SoapFlaw::MustUnderstand,
            "<h:Novelty xmlns:h=\"urn:novelty\" soapenv:mustUnderstand=\"1\">",
        ),
        (SoapFlaw::EmptyBody, "<soapenv:Body></soapenv:Body>"),
    ] {
        tenant.sandbox.push_mode(Mode::Soap(flaw));
        let response = session.call("", NOW).await;
        assert!(
            response.status == 200 && response.has(part),
            "{}",
            response.text
        );
    }
    tenant.sandbox.push_mode(Mode::Soap(SoapFlaw::Fault200));
    let response = session.call("", CREATE).await;
    assert_eq!(
        (response.status, response.fault().0),
        (200, "SERVER_UNAVAILABLE")
    );
    assert_eq!(tenant.sandbox.stats().calls("create"), 0);
}

#[tokio::test]
async fn every_login_flaw_is_in_the_response() {
    let tenant = start(demo()).await;
    for (flaw, start) in [
        (LoginFlaw::Foreign, "https://evilsalesforce.com/"),
        (LoginFlaw::Http, "http://localhost:"),
        (LoginFlaw::UserInfo, "https://user:password@localhost:"),
    ] {
        tenant.sandbox.push_mode(Mode::Login(flaw));
        let response = tenant
            .login("integration@acme.example", "battery-staple")
            .await;
        assert!(
            response.one("serverUrl").starts_with(start),
            "{}",
            response.text
        );
    }
}
