//! What changes on the wire while names stay the same, and what does not break a program. Each test
//! changes a small WSDL in one place.

use std::error::Error;

use saponify_codegen::Config;
use saponify_codegen::diff::{Change, ChangeKind, Diff, Impact, Item, compare};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const NEUTRAL: Impact = Impact::Neutral;
const ADDITIVE: Impact = Impact::Additive;
const BREAKING: Impact = Impact::Breaking;

const LIBRARY: &str = r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"
    xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:l="urn:lib" xmlns:o="urn:other"
    targetNamespace="urn:lib">
<types>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other">
  <element name="Session" type="string"/>
</schema>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:lib"
    elementFormDefault="qualified">
  <element name="Session" type="string"/>
  <element name="find"><complexType><sequence>
    <element name="title" type="string"/>
    <element name="options" type="l:Options"/>
  </sequence></complexType></element>
  <element name="findResponse"><complexType><sequence>
    <element name="book" type="l:Book" minOccurs="0" maxOccurs="unbounded"/>
  </sequence></complexType></element>
  <complexType name="Options"><sequence>
    <element name="first" type="int"/>
    <element name="most" type="int"/>
    <element name="shelf" type="l:Shelf"/>
  </sequence></complexType>
  <complexType name="Book"><sequence>
    <element name="isbn" type="l:Isbn"/>
    <element name="pages" type="int" nillable="true"/>
    <element name="authors" type="string" maxOccurs="unbounded"/>
    <element name="language" type="language"/>
    <element name="note" type="string"/>
    <element name="number" type="int"/>
    <element name="note" type="int" minOccurs="0"/>
  </sequence></complexType>
  <simpleType name="Isbn"><restriction base="string"><maxLength value="13"/></restriction></simpleType>
  <simpleType name="Shelf"><restriction base="string"><maxLength value="8"/></restriction></simpleType>
</schema>
</types>
<message name="find"><part name="parameters" element="l:find"/></message>
<message name="findResponse"><part name="parameters" element="l:findResponse"/></message>
<message name="headers"><part name="session" element="l:Session"/></message>
<portType name="Library"><operation name="find">
  <input message="l:find"/><output message="l:findResponse"/>
</operation></portType>
<binding name="Library" type="l:Library">
  <s:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="find"><s:operation soapAction=""/>
    <input><s:header message="l:headers" part="session" use="literal"/><s:body use="literal"/></input>
    <output><s:body use="literal"/></output>
  </operation>
</binding>
</definitions>"#;

fn difference(old: &str, replacements: &[(&str, &str)]) -> Result<Diff> {
    let mut new = old.to_owned();
    for (from, to) in replacements {
        assert!(new.contains(from), "{from}");
        new = new.replacen(from, to, 1);
    }
    let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
    Ok(compare(&catalog(old)?, &catalog(&new)?))
}

fn after(replacements: &[(&str, &str)]) -> Result<Diff> {
    difference(LIBRARY, replacements)
}

/// What changed, how, and what that means for code and data.
fn changes(diff: &Diff) -> Vec<(String, ChangeKind, Impact, Impact)> {
    let facts = |change: &Change| (change.path(), change.kind, change.rust, change.data);
    diff.changes.iter().map(facts).collect()
}

/// The only change.
fn only(replacements: &[(&str, &str)]) -> Result<(String, ChangeKind, Impact, Impact)> {
    let diff = after(replacements)?;
    match changes(&diff).as_slice() {
        [change] => Ok(change.clone()),
        _ => Err(diff.to_string().into()),
    }
}

#[test]
fn another_element_of_a_request_breaks_every_call() -> Result {
    let renamed = [
        ("<element name=\"find\">", "<element name=\"findBooks\">"),
        ("element=\"l:find\"", "element=\"l:findBooks\""),
    ];
    let expected = (
        "find".to_owned(),
        ChangeKind::ValueChanged,
        NEUTRAL,
        BREAKING,
    );
    assert_eq!(only(&renamed)?, expected);
    let renamed = [
        ("name=\"findResponse\"><complex", "name=\"found\"><complex"),
        ("element=\"l:findResponse\"", "element=\"l:found\""),
    ];
    assert_eq!(only(&renamed)?, expected);
    Ok(())
}

#[test]
fn the_namespace_of_an_rpc_body_breaks_every_call_of_it() -> Result {
    let rpc = include_str!("fixtures/rpc/input.wsdl");
    let body = rpc.find("<soap:body").ok_or("there is no body")?;
    let uri = rpc[body..].split("namespace=\"").nth(1);
    let uri = uri.and_then(|rest| rest.split('"').next());
    let uri = uri.ok_or("there is no namespace")?;
    let from = format!("namespace=\"{uri}\"");
    let (before, after) = rpc.split_at(body);
    let new = [before, &after.replacen(&from, "namespace=\"urn:moved\"", 1)].concat();
    let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
    let diff = compare(&catalog(rpc)?, &catalog(&new)?);
    let moved = diff
        .changes
        .iter()
        .find(|change| change.new.contains("urn:moved"));
    let moved = moved.ok_or("nothing moved")?;
    assert_eq!((moved.rust, moved.data), (NEUTRAL, BREAKING), "{diff}");
    Ok(())
}

#[test]
fn elements_that_get_or_lose_a_namespace_break_what_is_sent() -> Result {
    let title = "<element name=\"title\" type=\"string\"/>";
    let local = title.replace("/>", " form=\"unqualified\"/>");
    let expected = (
        "find.title".to_owned(),
        ChangeKind::NamespaceChanged,
        NEUTRAL,
        BREAKING,
    );
    assert_eq!(only(&[(title, &local)])?, expected);

    let diff = after(&[("\"qualified\"", "\"unqualified\"")])?;
    let found = changes(&diff);
    let of = |path: &str| found.iter().find(|change| change.0 == path);
    assert_eq!(of("find.title"), Some(&expected), "{diff}");
    let sent = of("Options.first").ok_or("Options.first is the same")?;
    assert_eq!((sent.1, sent.3), (ChangeKind::NamespaceChanged, BREAKING));
    // Old programs read elements without a namespace.
    let received = of("Book.isbn").ok_or("Book.isbn is the same")?;
    assert_eq!(
        (received.1, received.3),
        (ChangeKind::NamespaceChanged, NEUTRAL)
    );
    Ok(())
}

#[test]
fn a_header_in_another_namespace_is_another_header() -> Result {
    let moved = [("element=\"l:Session\"", "element=\"o:Session\"")];
    let diff = after(&moved)?;
    let header = diff
        .changes
        .iter()
        .find(|change| change.item == Item::Header);
    let header = header.ok_or("the header is the same")?;
    assert_eq!(
        (header.kind, header.data),
        (ChangeKind::NamespaceChanged, BREAKING)
    );
    Ok(())
}

#[test]
fn fields_that_trade_places_break_what_is_sent() -> Result {
    let (first, most) = (
        "<element name=\"first\" type=\"int\"/>",
        "<element name=\"most\" type=\"int\"/>",
    );
    let swapped = [(first, "(1)"), (most, first), ("(1)", most)];
    let (path, kind, rust, data) = only(&swapped)?;
    assert_eq!((&*path, kind), ("Options.(all)", ChangeKind::OrderChanged));
    assert_eq!((rust, data), (NEUTRAL, BREAKING));

    let (isbn, pages) = (
        "<element name=\"isbn\" type=\"l:Isbn\"/>",
        "<element name=\"pages\" type=\"int\" nillable=\"true\"/>",
    );
    let swapped_result = [(isbn, "(1)"), (pages, isbn), ("(1)", pages)];
    assert_eq!(only(&swapped_result)?.3, NEUTRAL);

    // The elements of `xsd:all` have no order.
    let options = "<complexType name=\"Options\"><sequence>";
    let end = "type=\"l:Shelf\"/>\n  </sequence>";
    let (all, all_end) = (
        options.replace("sequence", "all"),
        end.replace("sequence", "all"),
    );
    let free = [(options, &*all), (end, &*all_end)];
    let diff = after(&[&free[..], &swapped[..]].concat())?;
    assert_eq!(diff.impact(), NEUTRAL, "{diff}");
    assert!(!diff.is_empty());
    Ok(())
}

/// A field that may be nil must be there all the same, and so must the first of many.
#[test]
fn what_must_be_sent_is_the_same_for_fields_and_arguments() -> Result {
    for required in [
        "<element name=\"more\" type=\"string\" nillable=\"true\"/>",
        "<element name=\"more\" type=\"string\" maxOccurs=\"unbounded\"/>",
    ] {
        for place in [
            "<complexType name=\"Options\"><sequence>",
            "<element name=\"find\"><complexType><sequence>",
        ] {
            let (_, kind, rust, data) = only(&[(place, &[place, required].concat())])?;
            assert_eq!((kind, rust, data), (ChangeKind::Added, BREAKING, BREAKING));
            let optional = required.replace("/>", " minOccurs=\"0\"/>");
            let (.., data) = only(&[(place, &[place, &optional].concat())])?;
            assert_eq!(data, ADDITIVE, "{place} {optional}");
        }
    }
    Ok(())
}

#[test]
fn a_facet_breaks_only_what_is_sent_and_not_allowed_any_more() -> Result {
    for (from, to, data) in [
        ("maxLength value=\"13\"", "maxLength value=\"17\"", ADDITIVE),
        ("<maxLength value=\"13\"/>", "", ADDITIVE),
        ("maxLength value=\"13\"", "maxLength value=\"10\"", NEUTRAL),
        ("maxLength value=\"8\"", "maxLength value=\"16\"", ADDITIVE),
        ("maxLength value=\"8\"", "maxLength value=\"4\"", BREAKING),
    ] {
        let (_, kind, rust, found) = only(&[(from, to)])?;
        assert_eq!(
            (kind, rust, found),
            (ChangeKind::FacetsChanged, NEUTRAL, data),
            "{to}"
        );
    }
    Ok(())
}

#[test]
fn a_field_that_could_be_empty_reads_absence_and_nil() -> Result {
    for (from, to, data) in [
        (
            "nillable=\"true\"",
            "nillable=\"true\" minOccurs=\"0\"",
            ADDITIVE,
        ),
        (
            "type=\"string\" maxOccurs=\"unbounded\"",
            "type=\"string\" maxOccurs=\"unbounded\" minOccurs=\"0\"",
            ADDITIVE,
        ),
        (
            "name=\"number\" type=\"int\"",
            "name=\"number\" type=\"int\" minOccurs=\"0\"",
            BREAKING,
        ),
    ] {
        assert_eq!(only(&[(from, to)])?.3, data, "{to}");
    }
    Ok(())
}

#[test]
fn text_of_another_kind_is_read_as_before() -> Result {
    let (_, kind, rust, data) = only(&[("type=\"language\"", "type=\"string\"")])?;
    assert_eq!(
        (kind, rust, data),
        (ChangeKind::TypeChanged, NEUTRAL, NEUTRAL)
    );
    Ok(())
}

#[test]
fn numbers_that_would_be_rounded_break_data() -> Result {
    let number = "name=\"number\" type=\"int\"";
    for (before, after, data) in [
        ("double", "long", BREAKING),
        ("float", "int", BREAKING),
        ("double", "int", NEUTRAL),
    ] {
        let of = |ty: &str| LIBRARY.replacen(number, &number.replace("int", ty), 1);
        let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
        let diff = compare(&catalog(&of(before))?, &catalog(&of(after))?);
        assert_eq!(changes(&diff)[0].3, data, "{before} {after}");
    }
    Ok(())
}

#[test]
fn the_name_of_an_input_means_nothing_without_overloads() -> Result {
    let named = after(&[("<input message", "<input name=\"in\" message")])?;
    assert!(named.is_empty(), "{named}");
    Ok(())
}

#[test]
fn one_of_two_fields_of_a_name_can_go() -> Result {
    let gone = "<element name=\"note\" type=\"int\" minOccurs=\"0\"/>";
    let diff = after(&[(gone, "")])?;
    let removed = diff
        .changes
        .iter()
        .find(|change| change.kind == ChangeKind::Removed);
    let removed = removed.ok_or("nothing is gone")?;
    assert_eq!(removed.path(), "Book.note", "{diff}");
    assert!(removed.old.starts_with("int"), "{diff}");
    let others = diff
        .changes
        .iter()
        .filter(|change| change.kind == ChangeKind::TypeChanged);
    assert_eq!(others.count(), 0, "{diff}");
    Ok(())
}

/// Services move to another namespace with each version. What is the same is not all new.
#[test]
fn a_type_in_another_namespace_is_compared_with_the_one_of_its_name() -> Result {
    let new =
        LIBRARY
            .replace("urn:lib", "urn:lib2")
            .replacen("type=\"language\"", "type=\"int\"", 1);
    let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
    let diff = compare(&catalog(LIBRARY)?, &catalog(&new)?);
    let found = changes(&diff);
    let of = |path: &str, kind| {
        found
            .iter()
            .any(|change| (&*change.0, change.1) == (path, kind))
    };
    assert!(of("of 3 types", ChangeKind::ValueChanged), "{diff}");
    assert!(!of("Options", ChangeKind::NamespaceChanged), "{diff}");
    assert!(of("Book.language", ChangeKind::TypeChanged), "{diff}");
    assert!(!of("Options.first", ChangeKind::NamespaceChanged), "{diff}");
    assert!(
        found.iter().all(|change| change.1 != ChangeKind::Removed),
        "{diff}"
    );
    Ok(())
}
