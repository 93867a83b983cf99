//! Flaws of the envelope, and flaws of the response to `login`.

use super::flaws;
use crate::web::WebResponse;

flaws! {
    /// An envelope that does not belong to the call.
    pub enum SoapFlaw {
        /// A fault with status 200; the call is not carried out.
        Fault200 = "fault_200",
        /// The response of another operation.
        WrongOperation = "wrong_op",
        /// A header that the WSDL does not know, which a client must accept.
        UnknownHeader = "unknown_header",
        /// An unknown header with mustUnderstand="1".
        MustUnderstand = "mustunderstand",
        /// An envelope with an empty body.
        EmptyBody = "empty_body",
    }
}

flaws! {
    /// An endpoint that a client must not send the session to.
    pub enum LoginFlaw {
        /// login names an endpoint on a foreign host.
        Foreign = "foreign_serverurl",
        /// login names an endpoint without TLS.
        Http = "http_serverurl",
        /// login names an endpoint with a user and a password in the address.
        UserInfo = "userinfo_serverurl",
    }
}

impl SoapFlaw {
    pub(super) fn spoil(self, response: &mut WebResponse) {
        let text = String::from_utf8_lossy(&response.body).into_owned();
        let body = match self {
            // The operations raise the fault. Only the status is changed here.
            Self::Fault200 => {
                response.status = http::StatusCode::OK;
                return;
            }
            Self::WrongOperation => in_body(
                &text,
                "<describeTabsResponse><result><label>Sales</label></result></describeTabsResponse>",
            ),
            Self::UnknownHeader => with_header(&text, ""),
            Self::MustUnderstand => with_header(&text, " soapenv:mustUnderstand=\"1\""),
            Self::EmptyBody => in_body(&text, ""),
        };
        response.body = body.into_bytes();
    }
}

/// Replaces the content of the SOAP body.
fn in_body(text: &str, body: &str) -> String {
    let (open, close) = ("<soapenv:Body>", "</soapenv:Body>");
    match (text.find(open), text.rfind(close)) {
        (Some(start), Some(end)) => [&text[..start + open.len()], body, &text[end..]].concat(),
        _ => text.to_owned(),
    }
}

fn with_header(text: &str, attribute: &str) -> String {
    let block = format!("<h:Novelty xmlns:h=\"urn:novelty\"{attribute}><h:x>1</h:x></h:Novelty>");
    if text.contains("<soapenv:Header>") {
        text.replacen("<soapenv:Header>", &format!("<soapenv:Header>{block}"), 1)
    } else {
        let header = format!("<soapenv:Header>{block}</soapenv:Header><soapenv:Body>");
        text.replacen("<soapenv:Body>", &header, 1)
    }
}

impl LoginFlaw {
    pub(super) fn spoil(self, body: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(body);
        let (open, close) = ("<serverUrl>", "</serverUrl>");
        let (Some(start), Some(end)) = (text.find(open), text.find(close)) else {
            return body.to_vec();
        };
        let (before, after) = (&text[..start + open.len()], &text[end..]);
        let url = &text[start + open.len()..end];
        let url = match self {
            Self::Foreign => "https://evilsalesforce.com/services/Soap/c/64.0".to_owned(),
            Self::Http => url.replacen("https://", "http://", 1),
            Self::UserInfo => url.replacen("https://", "https://user:password@", 1),
        };
        [before, &url, after].concat().into_bytes()
    }
}
