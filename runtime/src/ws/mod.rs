//! Headers that the WSDL does not declare: WS-Addressing, WS-Security, and any others.
//!
//! A service asks for such headers in a policy or in its manual.
//! [`Call::raw_header`](crate::Call::raw_header) adds a header to one call, and
//! [`Builder::raw_header`](crate::Builder::raw_header) adds it to all calls of a client.
//!
//! ```ignore,no_run
//! use enterprise::Soap;
//! use saponify::ws::{UsernameToken, WsAddressing};
//!
//! let soap = Soap::builder()
//!     .raw_header(UsernameToken::new("user", std::env::var("PASSWORD")?).digest())
//!     .anonymous(None)?;
//! let now = soap.get_server_timestamp().raw_header(WsAddressing::new()).await?;
//! ```

mod addressing;
mod error;
mod security;

use std::fmt;

use ring::rand::{SecureRandom as _, SystemRandom};

use crate::endpoint::Endpoint;
use crate::limits::Limits;
use crate::schema::SoapVersion;
use crate::xml::{Context, Halt, Reader, Token, XSD, XSI, XmlError};

pub use addressing::WsAddressing;
pub use error::HeaderError;
pub use security::UsernameToken;

/// The request for which a header is written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct HeaderContext<'a> {
    /// The version of SOAP.
    pub soap: SoapVersion,
    /// Name of the operation in the WSDL.
    pub operation: &'a str,
    /// The `soapAction` of the binding. It is often empty.
    pub action: &'a str,
    /// The address to which the request is sent.
    pub endpoint: &'a Endpoint,
}

/// A header that is written anew for each request.
///
/// A text is a header, too: its XML is sent unchanged.
pub trait RawHeader: fmt::Debug + Send + Sync + 'static {
    /// Writes the header as one or more whole elements. The elements must declare the prefixes that
    /// they use, except for `soapenv`, `xsi` and `xsd`, which the envelope declares.
    ///
    /// # Errors
    ///
    /// Returns an error if something that the header needs is missing or wrong. The request is then
    /// not sent.
    fn write(&self, request: &HeaderContext<'_>) -> Result<String, HeaderError>;

    /// Whether a header of the response is understood. If it is, its `mustUnderstand` is not an
    /// error.
    fn understands(&self, namespace: &str, name: &str) -> bool {
        let _ = (namespace, name);
        false
    }

    /// Whether the texts and attributes of the header are secret. If they are, an error does not
    /// repeat them even if the response does. The default is true.
    fn is_secret(&self) -> bool {
        true
    }
}

impl RawHeader for String {
    fn write(&self, _: &HeaderContext<'_>) -> Result<String, HeaderError> {
        Ok(self.clone())
    }
}

impl RawHeader for &'static str {
    fn write(&self, _: &HeaderContext<'_>) -> Result<String, HeaderError> {
        Ok((*self).to_owned())
    }
}

/// The XML of a header. It was checked that the XML cannot break the envelope.
pub(crate) fn written(
    header: &dyn RawHeader,
    request: &HeaderContext<'_>,
) -> Result<String, HeaderError> {
    let xml = header.write(request)?;
    match check(&xml, request.soap) {
        Ok(()) => Ok(xml),
        Err(halt) => {
            let error = HeaderError::encode("a raw header is not one or more whole XML elements");
            Err(match halt {
                Halt::More => error,
                Halt::Error(source) => error.with_source(source),
            })
        }
    }
}

fn check(xml: &str, soap: SoapVersion) -> Result<(), Halt> {
    let envelope = soap.envelope();
    let document = format!(
        "<h xmlns:soapenv=\"{envelope}\" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\">{xml}</h>"
    );
    let mut context = Context::new([""], Limits::default());
    let mut reader = Reader::new(&document, true, &mut context);
    loop {
        match reader.next()? {
            Token::Text(text) if reader.context.depth() == 1 && !text.trim().is_empty() => {
                return Err(XmlError::malformed("text between the elements").into());
            }
            Token::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Bytes that cannot be predicted.
fn random<const N: usize>() -> Result<[u8; N], HeaderError> {
    let mut bytes = [0; N];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(HeaderError::new(
            "the operating system returned no random bytes",
        )),
    }
}

/// Appends an element that contains text.
fn push_element(
    out: &mut String,
    tag: &str,
    attributes: &str,
    text: &str,
) -> Result<(), HeaderError> {
    out.push('<');
    out.push_str(tag);
    out.push_str(attributes);
    out.push('>');
    crate::xml::writer::push_text(out, text).map_err(|_| {
        HeaderError::encode(format!(
            "`{tag}` would contain a character that XML does not allow"
        ))
    })?;
    out.push_str("</");
    out.push_str(tag);
    out.push('>');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_header_cannot_break_out() {
        let endpoint = Endpoint::parse("https://soap.example/").unwrap();
        let request = HeaderContext {
            soap: SoapVersion::V1_1,
            operation: "read",
            action: "",
            endpoint: &endpoint,
        };
        let fine = [
            "",
            "<a xmlns='urn:x'>x</a>\n<b soapenv:mustUnderstand='1'/>",
            "<!-- so --><a><![CDATA[</a>]]></a>",
        ];
        for xml in fine {
            assert_eq!(written(&xml, &request).unwrap(), xml);
        }
        for xml in [
            "x",
            "<a>",
            "</h><h>",
            "<p:a/>",
            "</h>",
            "<a/><!-- ",
            "&x;",
            "<a/>&#32;x",
        ] {
            let error = written(&xml.to_owned(), &request).unwrap_err();
            assert!(error.is_encode(), "{xml}: {error}");
        }
    }
}
