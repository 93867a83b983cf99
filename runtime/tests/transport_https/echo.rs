//! What the transport adds to requests does not come back in an error, in any encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saponify::{Error, Https, Retry, Session};

use crate::shape::{Account, Soap};
use crate::support::*;

/// Each secret has this in every form: no case and no escaping takes it away.
const CANARY: &str = "cAnAry77c0debead";

fn fault(text: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>\
         <faultcode>e:Server</faultcode><faultstring>no: {text}</faultstring>\
         <detail><x a='{text}'>{text}</x></detail></e:Fault></e:Body></e:Envelope>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
        .replace('\'', "&apos;")
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a service makes of a header that it got.
fn echoes(basic: &str, key: &str) -> Vec<Vec<Act>> {
    let decoded = STANDARD.decode(basic.trim_start_matches("Basic ")).unwrap();
    let pair = String::from_utf8(decoded).unwrap();
    let (_, password) = pair.split_once(':').unwrap();
    let encoded = STANDARD.encode(password);
    let wide = |text: &str| -> Vec<u8> {
        let xml = format!("<?xml version='1.0' encoding='UTF-16'?>{}", fault(text));
        let units = std::iter::once(0xFEFF).chain(xml.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let mut all = Vec::new();
    for secret in [basic, &pair, password, key, &encoded] {
        let whole = escaped(secret);
        let halves = whole
            .get(..whole.len().saturating_sub(2))
            .unwrap_or_default();
        for text in [
            &whole,
            &escaped(&whole),
            halves,
            &escaped(&STANDARD.encode(secret)),
        ] {
            all.push(answer(
                "500 Internal Server Error",
                "Content-Type: text/xml\r\n",
                fault(text),
            ));
        }
        all.push(answer(
            "500 Internal Server Error",
            "Content-Type: text/xml\r\n",
            wide(&whole),
        ));
        for text in [secret, &percent(secret), &whole] {
            let page = format!("<html><title>refused {text}</title>{text}</html>");
            all.push(answer(
                "401 Unauthorized",
                "Content-Type: text/html\r\n",
                page,
            ));
            let plain = format!("refused: {text}");
            all.push(answer("200 OK", "Content-Type: text/plain\r\n", plain));
        }
        let host = format!("Location: https://{CANARY}.example/{}\r\n", percent(secret));
        all.push(answer("302 Found", &host, ""));
        let odd = format!("Content-Encoding: {}\r\n", secret.replace(['\r', '\n'], ""));
        all.push(answer("200 OK", &odd, ""));
    }
    all
}

fn shown(error: &Error) -> String {
    let mut all = format!("{error}\n{error:?}\n{error:#?}\n");
    if let Some(fault) = error.fault() {
        all += &format!("{fault}\n{fault:?}\n{}\n", fault.message());
        for detail in fault.detail_records() {
            all += &format!("{detail:?}\n{}\n", serde_json::to_string(detail).unwrap());
        }
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all += &format!("{cause}\n{cause:?}\n");
        source = cause.source();
    }
    all
}

fn check(what: &str, error: &Error) {
    let text = shown(error);
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let letters = letters.to_ascii_lowercase();
    let encoded: String = STANDARD.encode(CANARY).to_ascii_lowercase();
    for piece in [&CANARY.to_ascii_lowercase()[..12], &encoded[4..16]] {
        assert!(!letters.contains(piece), "{what}: {text}");
    }
}

fn client(https: Https, server: &Server) -> Soap {
    let endpoint = format!(
        "https://127.0.0.1:{}/services/Soap/c/64.0",
        server.address.port()
    );
    Soap::builder()
        .transport(https)
        .retry(Retry::none().renew(false))
        .session(Session::new(&endpoint, "session").unwrap())
        .unwrap()
}

#[tokio::test]
async fn a_password_and_a_key_of_the_transport_do_not_come_back() {
    let server = Server::start(|number, request| {
        let basic = request.header("authorization").unwrap();
        let key = request.header("x-api-key").unwrap();
        let mut echoes = echoes(basic, key);
        // Each answer is given to a call and to a stream.
        let at = (number / 2) % echoes.len();
        echoes.swap_remove(at)
    })
    .await;
    let https = builder()
        .compress_requests(None)
        .basic_auth("reader", format!("p<&\"{CANARY}"))
        .header("x-api-key", format!("Bearer {CANARY}&key"))
        .build()
        .unwrap();
    let soap = client(https, &server);
    let count = echoes(&format!("Basic {}", STANDARD.encode("u:p")), "k").len();
    for number in 0..count {
        let error = soap.query("SELECT Name FROM Account").await.unwrap_err();
        check(&format!("call {number}"), &error);
        let mut rows = soap.records::<Account>("SELECT Name FROM Account");
        let error = rows.try_next().await.unwrap_err();
        check(&format!("stream {number}"), &error);
    }
    assert_eq!(server.requests().len(), 2 * count);
}
