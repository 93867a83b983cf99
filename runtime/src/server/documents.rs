//! Serves the WSDL and the documents that it imports.

use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri};

use crate::schema::{Document, Piece, Port};
use crate::xml::writer::push_attribute;

/// The document that the query of an address asks for: the WSDL for `wsdl`, and an imported document
/// for `wsdl=2` or `xsd=2`.
pub(super) fn requested(port: &Port, query: Option<&str>) -> Option<&'static Document> {
    let first = query?.split('&').next()?;
    let (name, number) = first.split_once('=').unwrap_or((first, ""));
    let is_wsdl = name.eq_ignore_ascii_case("wsdl");
    let number = match number {
        "" if is_wsdl => 0,
        number => number.parse().ok()?,
    };
    let document = port.documents.get(number)?;
    let is_asked = is_wsdl || name.eq_ignore_ascii_case("xsd");
    (is_asked && document.is_wsdl == is_wsdl).then_some(document)
}

/// The text of a document for a server that is reached at `address`, which has no query.
pub(super) fn text(port: &Port, document: &Document, address: &str) -> String {
    let mut out = String::new();
    for piece in document.pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Address(name, stated) => {
                let own = port.ports.iter().any(|(own, _)| own == name);
                attribute(&mut out, if own { address } else { stated });
            }
            Piece::Location(number) => {
                let is_wsdl = port.documents.get(*number).is_some_and(|d| d.is_wsdl);
                let name = if is_wsdl { "wsdl" } else { "xsd" };
                attribute(&mut out, &format!("{address}?{name}={number}"));
            }
        }
    }
    out
}

/// Writes the value of an attribute with its quotes. A text that XML does not allow is left out.
fn attribute(out: &mut String, value: &str) {
    let start = out.len();
    if push_attribute(out, value).is_err() {
        out.truncate(start);
        out.push_str("\"\"");
    }
}

/// The address at which the client reached the server, without a query. The scheme is that of the
/// address of the request, or the one that a proxy in front of the server states, or `http`.
pub(super) fn address(uri: &Uri, headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let proxied = text("x-forwarded-proto").map(str::trim);
    let scheme = match (uri.scheme(), proxied) {
        (_, Some("https")) => "https",
        (Some(scheme), _) if *scheme == Scheme::HTTPS => "https",
        _ => "http",
    };
    let host = text("host").and_then(|host| host.parse::<Authority>().ok());
    let authority = uri.authority().cloned().or(host);
    let host = authority.as_ref().map_or("localhost", |authority| {
        // Whatever stands before the `@` is not part of the host.
        let text = authority.as_str();
        text.rsplit('@').next().unwrap_or(text)
    });
    format!("{scheme}://{host}{}", uri.path())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::SoapVersion;

    static DOCUMENTS: [Document; 3] = [
        Document::wsdl(&[
            Piece::Text("<i l="),
            Piece::Location(1),
            Piece::Text("/><a l="),
            Piece::Address("Shop.Port", "https://old.example/"),
            Piece::Text("/><a l="),
            Piece::Address("Shop.Other", "https://other.example/"),
            Piece::Text("/>"),
        ]),
        Document::schema(&[Piece::Text("<schema/>")]),
        Document::wsdl(&[Piece::Text("<definitions/>")]),
    ];
    static PORT: Port = Port::new("Shop", &[("Shop.Port", SoapVersion::V1_1)], &[], &DOCUMENTS);

    #[test]
    fn addresses_are_those_that_were_reached() {
        let text = text(&PORT, &DOCUMENTS[0], "http://h/p&");
        assert_eq!(
            text,
            "<i l=\"http://h/p&amp;?xsd=1\"/><a l=\"http://h/p&amp;\"/>\
             <a l=\"https://other.example/\"/>"
        );
    }

    #[test]
    fn documents_are_found_by_number() {
        let found = |query| {
            let document = requested(&PORT, Some(query))?;
            DOCUMENTS.iter().position(|d| std::ptr::eq(d, document))
        };
        assert_eq!(found("wsdl"), Some(0));
        assert_eq!(found("WSDL="), Some(0));
        assert_eq!(found("singleWsdl"), None);
        assert_eq!(found("xsd=1"), Some(1));
        assert_eq!(found("wsdl=2"), Some(2));
        for query in [
            "xsd=0", "xsd=2", "wsdl=1", "xsd=9", "xsd", "xsd=-1", "x", "",
        ] {
            assert_eq!(found(query), None, "{query}");
        }
        assert!(requested(&PORT, None).is_none());
    }

    #[test]
    fn the_host_decides_the_address() {
        let mut headers = HeaderMap::new();
        let uri: Uri = "/shop?wsdl".parse().unwrap();
        assert_eq!(address(&uri, &headers), "http://localhost/shop");
        headers.insert("host", "shop.example:81".parse().unwrap());
        assert_eq!(address(&uri, &headers), "http://shop.example:81/shop");
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert_eq!(address(&uri, &headers), "https://shop.example:81/shop");
        headers.insert("host", "a\"><b".parse().unwrap());
        assert_eq!(address(&uri, &headers), "https://localhost/shop");
        let uri: Uri = "https://other.example/x".parse().unwrap();
        assert_eq!(address(&uri, &HeaderMap::new()), "https://other.example/x");
    }
}
