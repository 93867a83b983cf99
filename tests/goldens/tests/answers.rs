//! Answers that are not as they should be, and what is forgiven in them.

use saponify::transport::testing::Scripted;
use saponify::{Error, Leniency};
use saponify_goldens::styles::{Document, Document12};

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn envelope_of(version: &str, body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{version}' xmlns:s='urn:example:styles' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>{body}</e:Body></e:Envelope>"
    )
}

fn envelope(body: &str) -> String {
    envelope_of(SOAP11, body)
}

fn client(service: &Scripted) -> Document {
    let builder = Document::builder().transport(service.clone());
    let builder = builder.retry(saponify::Retry::none());
    builder.anonymous(None).unwrap()
}

/// The note of `Sown`, from a response with these bytes.
async fn note(content_type: &str, body: impl Into<Vec<u8>>) -> Result<Option<String>, Error> {
    let service = Scripted::new().answer_with(200, content_type, body.into());
    let sown = client(&service).sow(&Default::default()).await?;
    Ok(sown.note)
}

fn sown(note: &str) -> String {
    envelope(&format!(
        "<s:Sown id='7'><s:at>2026-01-15T05:00:00Z</s:at><s:note>{note}</s:note></s:Sown>"
    ))
}

#[tokio::test]
async fn blank_lines_before_the_declaration() {
    for blank in ["\n", "\r\n \t\n", "\u{FEFF}\n"] {
        let body = format!("{blank}<?xml version='1.0'?>{}", sown("x"));
        assert_eq!(note("text/xml", body).await.unwrap().unwrap(), "x");
    }
    // Anything else before it stays an error.
    let body = format!("<!-- -->\n<?xml version='1.0'?>{}", sown("x"));
    let error = note("text/xml", body).await.unwrap_err();
    assert!(error.is_decode(), "{error}");
}

#[tokio::test]
async fn encodings_by_declaration_mark_and_header() {
    let latin = |declaration: &str, text: &[u8]| {
        let body = format!("{declaration}{}", sown("@"));
        let (before, after) = body.split_once('@').unwrap();
        [before.as_bytes(), text, after.as_bytes()].concat()
    };
    let declared = "<?xml version='1.0' encoding='windows-1252'?>";
    for (content_type, body) in [
        ("text/xml", latin(declared, b"10 \x80 f\xFCr")),
        // The document knows better than the header.
        (
            "text/xml; charset=utf-8",
            latin(declared, b"10 \x80 f\xFCr"),
        ),
        (
            "text/xml; charset=\"Windows-1252\"",
            latin("", b"10 \x80 f\xFCr"),
        ),
        // Servers write a charset into the header that has nothing to do with the document.
        (
            "text/xml; charset=ISO-8859-1",
            latin("", "10 € für".as_bytes()),
        ),
    ] {
        assert_eq!(note(content_type, body).await.unwrap().unwrap(), "10 € für");
    }
    let wide = format!("\u{FEFF}{}", sown("für"));
    let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let read = note("text/xml; charset=utf-16", wide).await.unwrap();
    assert_eq!(read.unwrap(), "für");
    let error = note("text/xml", latin("", b"f\xFCr")).await.unwrap_err();
    assert!(error.to_string().contains("not UTF-8 at byte"), "{error}");
}

#[tokio::test]
async fn control_characters_are_named_or_replaced() {
    for code in [
        "&#0;",
        "&#x1b;",
        "&#11;",
        "&#xFFFE;",
        "&#xD800;",
        "&#x110000;",
    ] {
        for body in [
            sown(&format!("a{code}b")),
            sown("a").replace("id='7'", &format!("id='7' x='{code}'")),
        ] {
            let error = note("text/xml", body).await.unwrap_err();
            let shown = error.to_string();
            assert!(
                shown.contains("U+") && shown.contains("replace_characters"),
                "{error}"
            );
        }
    }
    let service = Scripted::new()
        .answer(sown("a&#x1b;&#2;b"))
        .answer(sown("c"));
    let leniency = Leniency {
        replace_characters: true,
        ..Leniency::default()
    };
    let builder = Document::builder().transport(service).leniency(leniency);
    let soap = builder.anonymous(None).unwrap();
    let read = soap.sow(&Default::default()).await.unwrap();
    assert_eq!(read.note.unwrap(), "a\u{FFFD}\u{FFFD}b");
    assert_eq!(soap.client().drift().replace_characters, 2);
    soap.sow(&Default::default()).await.unwrap();
    assert_eq!(soap.client().drift().to_string(), "replace_characters: 2");
    // What is no reference to a character is not forgiven.
    let error = note("text/xml", sown("&nbsp;")).await.unwrap_err();
    assert!(error.to_string().contains("neither one of XML"), "{error}");
}

#[tokio::test]
async fn an_undeclared_prefix_of_a_type() {
    let body = sown("x").replace("<s:note>", "<s:note xsi:type='xsd:string'>");
    assert_eq!(note("text/xml", body).await.unwrap().unwrap(), "x");
}

#[tokio::test]
async fn no_body_is_success_only_without_output() {
    let service = Scripted::new()
        .answer_with(202, "", "")
        .answer_with(204, "", "")
        .answer_with(200, "text/xml", "\r\n")
        .answer_with(202, "", "")
        .answer_with(500, "", "")
        .answer_with(200, "text/html", "<html>no</html>");
    let soap = client(&service);
    for _ in 0..3 {
        soap.noop().await.unwrap();
    }
    let error = soap.count(None).await.unwrap_err();
    assert!(error.to_string().contains("empty"), "{error}");
    assert!(soap.noop().await.is_err());
    assert!(soap.noop().await.is_err());
}

#[tokio::test]
async fn the_other_version_is_named() {
    let service = Scripted::new().answer(envelope_of(SOAP12, "<s:Count>1</s:Count>"));
    let error = client(&service).count(None).await.unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.contains("the response is in SOAP 1.2, but the port speaks SOAP 1.1"),
        "{error}"
    );
    assert!(shown.contains("call the port") && !shown.contains("maintenance"));
    let service = Scripted::new().answer(envelope("<s:Count>1</s:Count>"));
    let builder = Document12::builder().transport(service);
    let soap = builder.anonymous(None).unwrap();
    let error = soap.count(None).await.unwrap_err();
    assert!(
        error.to_string().contains("the response is in SOAP 1.1"),
        "{error}"
    );
}

#[tokio::test]
async fn an_address_that_ends_in_a_slash_is_taken_as_it_is() {
    for (given, path) in [
        ("https://h.example", "/document"),
        ("https://h.example/", "/"),
    ] {
        let builder = Document::builder().transport(Scripted::new());
        let soap = builder.anonymous(Some(given)).unwrap();
        let session = soap.client().session();
        assert_eq!(session.endpoint().path(), path);
    }
}

#[tokio::test]
async fn all_entries_of_a_detail() {
    let fault = "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring><detail>\
                 <code>17</code><text lang='en'>Too late</text><s:when><day>Monday</day></s:when>\
                 </detail></e:Fault>";
    let service = Scripted::new().answer_with(500, "text/xml", envelope(fault));
    let error = client(&service).count(None).await.unwrap_err();
    let fault = error.fault().unwrap();
    let names: Vec<_> = fault
        .detail_records()
        .map(|entry| entry.type_name())
        .collect();
    assert_eq!(names, ["code", "text", "when"]);
    let texts: Vec<_> = fault
        .detail_records()
        .map(|entry| entry.text("text"))
        .collect();
    assert_eq!(texts, [Some("17"), Some("Too late"), None]);
    assert_eq!(
        fault.detail_records().last().unwrap().text("day"),
        Some("Monday")
    );
    assert_eq!(fault.detail_record(), fault.detail_records().next());
}

#[tokio::test]
async fn attributes_and_text_of_a_detail() {
    let fault = "<e:Fault><faultcode>e:Server</faultcode><faultstring>no</faultstring><detail>\n \
                 Out of stock<where row='3' s:column='4'>in <b>aisle</b> 9</where><s:none xsi:nil='1' \
                 why='x'/></detail></e:Fault>";
    let service = Scripted::new().answer_with(500, "text/xml", envelope(fault));
    let error = client(&service).count(None).await.unwrap_err();
    let fault = error.fault().unwrap();
    assert_eq!(fault.detail_text(), "Out of stock");
    let [place, none] = fault.detail_elements() else {
        panic!("two entries");
    };
    let attributes: Vec<_> = place
        .value
        .attributes
        .iter()
        .map(|a| (&*a.namespace, &*a.name, &*a.value))
        .collect();
    assert_eq!(
        attributes,
        [("", "row", "3"), ("urn:example:styles", "column", "4")]
    );
    let saponify::Content::Mixed(mixed) = &place.value.content else {
        panic!("text and elements");
    };
    let nodes: Vec<_> = mixed.nodes().collect();
    assert!(matches!(nodes[0], saponify::Node::Text("in ")));
    assert!(matches!(nodes[2], saponify::Node::Text(" 9")));
    assert!(none.value.is_nil());
    assert_eq!(&*none.value.attributes[0].value, "x");
}

#[tokio::test]
async fn messages_tell_namespaces_and_what_to_do() {
    let header = "<e:Header><x xmlns='urn:x' e:mustUnderstand='1'/></e:Header><e:Body>";
    let service = Scripted::new()
        .answer(envelope("<s:Counts>1</s:Counts>"))
        .answer(envelope("<s:Count>1</s:Count>").replace("<e:Body>", header))
        .answer_with(200, "text/html", "<html>Sign in</html>")
        .answer_with(200, "text/html", "<html>Planned maintenance</html>")
        .answer_with(200, "text/plain", "hello");
    let soap = client(&service);
    for (told, other) in [
        (
            "`{urn:example:styles}Count` or a fault, found `{urn:example:styles}Counts`",
            "page",
        ),
        ("`RawHeader::understands`", "page"),
        ("login page", "maintenance"),
        ("down for maintenance", "login page"),
        ("check the address", "page"),
    ] {
        let error = soap.count(None).await.unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains(told) && !shown.contains(other), "{shown}");
    }
}
