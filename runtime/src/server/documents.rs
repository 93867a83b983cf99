//! Serves the WSDL and the documents that it imports.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri};

use super::Server;
use super::work::off_the_executor;
use crate::schema::{Document, Piece, Port};
use crate::transport::deflate;
use crate::xml::writer::push_attribute;

/// The text of a document, as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) plain: Bytes,
    /// Compressed with gzip.
    pub(super) packed: Bytes,
}

/// Where a server is reached, which its documents state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The address of the server, without a query.
    pub(super) address: String,
    /// The addresses of ports of other port types, by the names of the ports.
    pub(super) others: Arc<[(String, String)]>,
}

/// The number of texts that are kept. The address comes from the request, so there is no end of
/// different texts.
const MOST_TEXTS: usize = 8;

/// The texts that were sent lately.
#[derive(Debug, Default)]
pub(super) struct Documents(Mutex<VecDeque<(usize, Place, Text)>>);

impl Documents {
    /// The text of a document, by its number, for a server at `place`. `None` if the program ends.
    pub(super) async fn text(
        &self,
        port: &'static Port,
        number: usize,
        place: Place,
    ) -> Option<Text> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = |texts: &VecDeque<(usize, Place, Text)>| {
            let mut texts = texts.iter();
            let found = texts.find(|(other, of, _)| *other == number && *of == place);
            found.map(|(_, _, text)| text.clone())
        };
        if let Some(text) = known(&lock()) {
            return Some(text);
        }
        let document = port.documents.get(number)?;
        let of = place.clone();
        let made = off_the_executor(move || {
            let plain = Bytes::from(text(port, document, &of));
            let packed = Bytes::from(deflate::gzip(&plain));
            Text { plain, packed }
        });
        let text = made.await.ok()?;
        let mut texts = lock();
        texts.truncate(MOST_TEXTS - 1);
        texts.push_front((number, place, text.clone()));
        Some(text)
    }
}

/// The number of the document that the query of an address asks for: the WSDL for `wsdl`, and an
/// imported document for `wsdl=2` or `xsd=2`.
pub(super) fn requested(port: &Port, query: &str) -> Option<usize> {
    let first = query.split('&').next()?;
    let (name, number) = first.split_once('=').unwrap_or((first, ""));
    let is_wsdl = name.eq_ignore_ascii_case("wsdl");
    let number = match number {
        "" if is_wsdl => 0,
        number => number.parse().ok()?,
    };
    let document = port.documents.get(number)?;
    let is_asked = is_wsdl || name.eq_ignore_ascii_case("xsd");
    (is_asked && document.is_wsdl == is_wsdl).then_some(number)
}

/// The text of a document for a server at this place.
fn text(port: &Port, document: &Document, place: &Place) -> String {
    let address = &*place.address;
    let mut out = String::new();
    for piece in document.pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Address(name) => {
                let own = port.ports.iter().any(|(own, _)| own == name);
                let set = place.others.iter().rev().find(|(port, _)| port == name);
                let other = set.map_or(Server::NOT_SERVED, |(_, address)| address);
                attribute(&mut out, if own { address } else { other });
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
    // Each proxy adds the scheme of its own client, so the first one is that of the client.
    let proxied = text("x-forwarded-proto").and_then(|list| list.split(',').next());
    let proxied = proxied.map(|scheme| scheme.trim().to_ascii_lowercase());
    let scheme = match (uri.scheme(), proxied.as_deref()) {
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
            Piece::Address("Shop.Port"),
            Piece::Text("/><a l="),
            Piece::Address("Shop.Other"),
            Piece::Text("/><b l="),
            Piece::Address("Shop.Third"),
            Piece::Text("/>"),
        ]),
        Document::schema(&[Piece::Text("<schema/>")]),
        Document::wsdl(&[Piece::Text("<definitions/>")]),
    ];
    static PORT: Port = Port::new("Shop", &[("Shop.Port", SoapVersion::V1_1)], &[], &DOCUMENTS);

    #[test]
    fn addresses_are_those_that_were_reached() {
        let place = Place {
            address: "http://h/p&".to_owned(),
            others: Arc::new([("Shop.Third".to_owned(), "https://third.example/".to_owned())]),
        };
        assert_eq!(
            text(&PORT, &DOCUMENTS[0], &place),
            "<i l=\"http://h/p&amp;?xsd=1\"/><a l=\"http://h/p&amp;\"/>\
             <a l=\"about:invalid\"/><b l=\"https://third.example/\"/>"
        );
    }

    #[test]
    fn documents_are_found_by_number() {
        let found = |query| requested(&PORT, query);
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
        headers.insert("x-forwarded-proto", "HTTPS, http".parse().unwrap());
        assert_eq!(address(&uri, &headers), "https://shop.example:81/shop");
        headers.insert("x-forwarded-proto", "http, https".parse().unwrap());
        assert_eq!(address(&uri, &headers), "http://shop.example:81/shop");
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        headers.insert("host", "a\"><b".parse().unwrap());
        assert_eq!(address(&uri, &headers), "https://localhost/shop");
        let uri: Uri = "https://other.example/x".parse().unwrap();
        assert_eq!(address(&uri, &HeaderMap::new()), "https://other.example/x");
    }
}
