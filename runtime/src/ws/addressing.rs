//! WS-Addressing 1.0 (W3C, 2006).

use super::{HeaderContext, HeaderError, RawHeader, push_element, random};

const WSA: &str = "http://www.w3.org/2005/08/addressing";

/// The headers of WS-Addressing 1.0: `Action`, `To`, `MessageID` and `ReplyTo`.
///
/// Each request gets a new `MessageID`, which is a random UUID. `To` is the endpoint without its
/// query, and `Action` is the `soapAction` of the binding, unless you set other values. `ReplyTo`
/// is the anonymous address, so the service answers on the same connection.
#[derive(Clone, Debug, Default)]
pub struct WsAddressing {
    action: Option<String>,
    to: Option<String>,
}

impl WsAddressing {
    /// Takes all values from the request.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets another action than the binding's `soapAction`, such as the `wsaw:Action` of the WSDL.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Sets another destination than the endpoint, for a service that has another name for itself.
    #[must_use]
    pub fn to(mut self, to: impl Into<String>) -> Self {
        self.to = Some(to.into());
        self
    }
}

impl RawHeader for WsAddressing {
    fn write(&self, request: &HeaderContext<'_>) -> Result<String, HeaderError> {
        let action = self.action.as_deref().unwrap_or(request.action);
        if action.is_empty() {
            return Err(HeaderError::new(
                "WS-Addressing needs an action and the binding has no soapAction; set it with \
                 `WsAddressing::action`",
            ));
        }
        let endpoint = || {
            let mut url = request.endpoint.url().clone();
            url.set_query(None);
            url.to_string()
        };
        let to = self.to.clone().unwrap_or_else(endpoint);
        let mut out = String::new();
        let declared = format!(" xmlns:wsa=\"{WSA}\"");
        let must = format!("{declared} soapenv:mustUnderstand=\"1\"");
        push_element(&mut out, "wsa:Action", &must, action)?;
        push_element(&mut out, "wsa:To", &must, &to)?;
        push_element(&mut out, "wsa:MessageID", &declared, &message_id()?)?;
        out.push_str(&format!("<wsa:ReplyTo{declared}>"));
        push_element(&mut out, "wsa:Address", "", &format!("{WSA}/anonymous"))?;
        out.push_str("</wsa:ReplyTo>");
        Ok(out)
    }

    fn understands(&self, namespace: &str, _: &str) -> bool {
        namespace == WSA
    }

    fn is_secret(&self) -> bool {
        false
    }
}

/// A random UUID (RFC 9562, version 4) as a URN.
fn message_id() -> Result<String, HeaderError> {
    let mut bytes: [u8; 16] = random()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::from("urn:uuid:");
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Endpoint;
    use crate::schema::SoapVersion;

    #[test]
    fn tells_what_the_request_is() {
        let endpoint = Endpoint::parse("https://soap.example/a?key=canary").unwrap();
        let mut request = HeaderContext {
            soap: SoapVersion::V1_2,
            operation: "read",
            action: "urn:a&b",
            endpoint: &endpoint,
        };
        let text = WsAddressing::new().write(&request).unwrap();
        assert!(text.contains(">urn:a&amp;b</wsa:Action>"), "{text}");
        assert!(text.contains(">https://soap.example/a</wsa:To>"), "{text}");
        assert!(
            text.contains("/addressing/anonymous</wsa:Address>"),
            "{text}"
        );
        let id = |text: &str| text.split("urn:uuid:").nth(1).unwrap()[..36].to_owned();
        let again = WsAddressing::new().write(&request).unwrap();
        assert_ne!(id(&text), id(&again));
        assert_eq!(id(&text).as_bytes()[14], b'4');
        request.action = "";
        assert!(WsAddressing::new().write(&request).unwrap_err().is_usage());
        let given = WsAddressing::new().action("urn:other").to("urn:there");
        let text = given.write(&request).unwrap();
        assert!(
            text.contains("urn:other</") && text.contains("urn:there</"),
            "{text}"
        );
    }
}
