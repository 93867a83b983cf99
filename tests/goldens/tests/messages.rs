//! Envelopes that are received and answered, without a call.

use saponify::{Limits, SoapVersion, message};
use saponify_goldens::depot::{PlanResponse, Stamp, loose};

const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn envelope(version: &str, headers: &str, body: &str) -> String {
    format!(
        "\n<?xml version='1.0'?><e:Envelope xmlns:e='{version}' xmlns:d='urn:example:depot'>\
         <e:Header>{headers}</e:Header><e:Body> {body} </e:Body></e:Envelope>\n"
    )
}

fn stamp(envelope: impl AsRef<[u8]>) -> Result<Stamp, saponify::Error> {
    message::read(envelope.as_ref(), Limits::default())
}

#[test]
fn what_is_written_is_read() {
    for version in [SoapVersion::V1_1, SoapVersion::V1_2] {
        let sent = Stamp { by: "a < b".into() };
        let written = message::write(&sent, version).unwrap();
        assert!(written.contains(version.envelope()), "{written}");
        assert_eq!(stamp(&written).unwrap(), sent);
    }
    let sent = PlanResponse {
        r#box: Some(loose::Box {
            width: 1,
            ..loose::Box::default()
        }),
        ..PlanResponse::default()
    };
    let written = message::write(&sent, SoapVersion::V1_1).unwrap();
    let read: PlanResponse = message::read(written.as_bytes(), Limits::default()).unwrap();
    assert_eq!(read, sent);
}

#[test]
fn what_a_client_sends_is_read() {
    let body = "<d:Stamp><d:by>me</d:by></d:Stamp>";
    let headers = "<x xmlns='urn:x'/>";
    let read = stamp(envelope(SOAP12, headers, body)).unwrap();
    assert_eq!(read.by, "me");
    // In another encoding, and without the namespace.
    let latin = envelope(SoapVersion::V1_1.envelope(), "", &body.replace("d:", ""));
    let latin = latin.replace("version='1.0'", "version='1.0' encoding='ISO-8859-1'");
    let (before, after) = latin.trim_start().split_once("me").unwrap();
    let bytes = [before.as_bytes(), b"\xE9", after.as_bytes()].concat();
    assert_eq!(stamp(bytes).unwrap().by, "é");
}

#[test]
fn what_cannot_be_read_is_told() {
    let soap = SoapVersion::V1_1.envelope();
    let body = "<d:Stamp><d:by>canary</d:by></d:Stamp>";
    let must = "<x xmlns='urn:x' e:mustUnderstand='1'/>";
    for (envelope, told) in [
        (
            body.replace("d:", ""),
            "expected a SOAP envelope, found `Stamp`",
        ),
        (
            envelope(soap, "", ""),
            "{urn:example:depot}Stamp`, found an empty body",
        ),
        (
            envelope(soap, "", "<d:Other/>"),
            "found `{urn:example:depot}Other`",
        ),
        (envelope(soap, must, body), "`{urn:x}x` must be understood"),
        (envelope(soap, "", &body.repeat(2)), "is not expected here"),
        (
            envelope(soap, "", "<d:Stamp/>"),
            "`{urn:example:depot}by` is missing",
        ),
        (
            envelope(soap, "", body).replace("</e:Envelope>", ""),
            "before it is complete",
        ),
        (String::new(), "empty"),
    ] {
        let error = stamp(&envelope).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
        assert!(!error.contains("canary"));
    }
    let limits = Limits {
        body: 10,
        ..Limits::default()
    };
    let read: Result<Stamp, _> = message::read(envelope(soap, "", body).as_bytes(), limits);
    assert!(read.unwrap_err().is_limit());
}
