//! What an answer repeats of the request is not repeated by an error.

use saponify::transport::testing::{Answer, Scripted};
use saponify::{Error, Retry, Session};

use crate::shape::Soap;
use crate::support::{ENDPOINT, envelope, fault};

const SESSION: &str = "00D000000000001!AQ.canary&sess";

/// Everything that an error shows.
fn shown(error: &Error) -> String {
    let mut all = format!("{error}\n{error:?}\n{error:#?}\n{:?}\n", error.fault());
    if let Some(fault) = error.fault() {
        all += &format!("{}\n{}\n{fault}\n", fault.message(), fault.soap_message());
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all += &format!("{cause}\n{cause:?}\n");
        source = cause.source();
    }
    all
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

/// Answers that hold `secret`.
fn echoes(secret: &str) -> Vec<Answer> {
    let xml = escaped(secret);
    let detail = |inner: &str| {
        let body = format!(
            "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring>\
             <faultactor>{xml}</faultactor><detail>{inner}</detail></e:Fault>"
        );
        Answer::new(500, "text/xml", envelope(&body))
    };
    let wide: Vec<u8> = format!("<a>{secret}</a>")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        fault("INVALID_LOGIN", &xml),
        // Escaped twice.
        fault("INVALID_LOGIN", &escaped(&xml)),
        fault(&xml, "no"),
        detail(&format!("<odd>{xml}</odd>")),
        detail(&format!("<odd><text>{xml}</text></odd>")),
        Answer::new(
            500,
            "text/html",
            format!("<html><title>{xml}</title></html>"),
        ),
        Answer::new(502, "text/plain", format!("bad request: {secret}")),
        Answer::new(200, "text/xml", format!("<other>{xml}</other>")),
        Answer::new(200, "text/xml", wide),
    ]
}

#[tokio::test]
async fn a_session_does_not_come_back() {
    for answer in echoes(SESSION) {
        let soap: Soap = Soap::builder()
            .transport(Scripted::new().answer(answer))
            .retry(Retry::none())
            .session(Session::new(ENDPOINT, SESSION).unwrap())
            .unwrap();
        let text = shown(&soap.query("SELECT").await.unwrap_err());
        assert!(!text.contains("canary"), "{text}");
    }
}

/// A secret may be a word that has a meaning where it occurs.
#[tokio::test]
async fn a_secret_that_is_a_word_does_not_hide_what_a_fault_means() {
    for session in ["session", "SESSION", "INVALID_SESSION_ID"] {
        let soap: Soap = Soap::builder()
            .transport(Scripted::new().fails_with_code("INVALID_SESSION_ID", "gone"))
            .retry(Retry::none())
            .session(Session::new(ENDPOINT, session).unwrap())
            .unwrap();
        let error = soap.query("SELECT").await.unwrap_err();
        assert!(error.is_session_expired(), "{session}: {error}");
    }
}
