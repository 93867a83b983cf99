//! What is written is read back as it was, whatever it was.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::strategies;

use kinds::{All, SCHEMA, THING};
use proptest::prelude::*;
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use saponify::generated::Struct as _;
use saponify::probe::{self, Seen};
use saponify::{Element, Error, Limits, Record};

fn decode(document: &str) -> Result<All, Error> {
    probe::decode(document, Limits::default(), &[&THING])
}

/// What quick-xml reads of a document, in this crate's words.
fn oracle(document: &str) -> Vec<Seen> {
    let mut reader = quick_xml::NsReader::from_str(document);
    let resolved = |ns: ResolveResult<'_>| match ns {
        ResolveResult::Bound(Namespace(uri)) => {
            quick_xml::escape::unescape(uri).unwrap().into_owned()
        }
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => panic!("the prefix {prefix:?} is unknown"),
    };
    let mut seen: Vec<Seen> = Vec::new();
    let push_text = |seen: &mut Vec<Seen>, text: &str| match seen.last_mut() {
        Some(Seen::Text(last)) => last.push_str(text),
        _ => seen.push(Seen::Text(text.to_owned())),
    };
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => seen.push(start(&reader, &tag, &resolved)),
            Event::Empty(tag) => {
                seen.push(start(&reader, &tag, &resolved));
                seen.push(Seen::End);
            }
            Event::End(_) => seen.push(Seen::End),
            Event::Text(text) => push_text(&mut seen, &text.xml10_content()),
            Event::GeneralRef(name) => {
                let text = format!("&{};", &*name);
                push_text(&mut seen, &quick_xml::escape::unescape(&text).unwrap());
            }
            Event::Eof => return seen,
            other => panic!("{other:?}"),
        }
    }
}

fn start(
    reader: &quick_xml::NsReader<&[u8]>,
    tag: &quick_xml::events::BytesStart<'_>,
    resolved: &impl Fn(ResolveResult<'_>) -> String,
) -> Seen {
    let resolver = reader.resolver();
    let (ns, local) = resolver.resolve_element(tag.name());
    let attributes = tag
        .attributes()
        .map(Result::unwrap)
        .filter_map(|attribute| {
            if attribute.key.as_namespace_binding().is_some() {
                return None;
            }
            let (ns, local) = resolver.resolve_attribute(attribute.key);
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .unwrap();
            Some((resolved(ns), local.as_ref().to_owned(), value.into_owned()))
        });
    Seen::Start(
        resolved(ns),
        local.as_ref().to_owned(),
        attributes.collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equality_is_that_of_all_fields(a in strategies::all(), b in strategies::all()) {
        prop_assert_eq!(a == b, a.is_alike(&b));
        for index in 0..31 {
            let mut mixed = a.clone();
            mixed.take(index, &b);
            prop_assert_eq!(mixed == a, mixed.is_alike(&a), "field {}", index);
        }
    }

    #[test]
    fn structs_and_records(value in strategies::all()) {
        let written = match probe::encode(&value) {
            Ok(written) => written,
            // A prefix cannot stand for "no namespace": such a type name has no form.
            Err(error) => {
                prop_assert!(error.is_encode(), "{error}");
                return Ok(());
            }
        };
        let read = decode(&written).unwrap();
        prop_assert!(read.is_alike(&value), "{}", written);
        prop_assert_eq!(&read, &value, "{}", written);
        prop_assert_eq!(probe::encode(&read).unwrap(), written);
    }

    #[test]
    fn another_reader_reads_the_same(value in strategies::all()) {
        if let Ok(written) = probe::encode(&value) {
            let ours = probe::read([written.as_bytes()], Limits::default()).unwrap();
            prop_assert_eq!(ours, oracle(&written), "{}", written);
        }
    }

    #[test]
    fn any_string_survives_or_is_refused(text in any::<String>()) {
        let value = All {
            string: Some(text.clone()),
            attribute: Some(text.clone()),
            element: Some(text.clone()),
            strings: vec![text.clone(), text.clone()],
            secret: Some(text.clone()),
            ..All::default()
        };
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..);
        match probe::encode(&value) {
            Ok(written) => {
                prop_assert!(text.chars().all(allowed));
                prop_assert_eq!(decode(&written).unwrap(), value);
            }
            Err(error) => {
                prop_assert!(!text.chars().all(allowed));
                prop_assert!(error.is_encode());
                prop_assert_eq!(error.path(), "All/attribute");
            }
        }
    }

    #[test]
    fn any_name_is_kept_or_refused(name in any::<String>(), ns in any::<String>()) {
        let element = Element {
            namespace: (&*ns).into(),
            name: (&*name).into(),
            value: saponify::AnyValue::text("x"),
        };
        let typed = Element {
            name: "x".into(),
            namespace: "urn:other".into(),
            value: saponify::AnyValue {
                type_name: Some(saponify::TypeName { namespace: (&*ns).into(), name: (&*name).into() }),
                ..saponify::AnyValue::text("x")
            },
        };
        for element in [element, typed] {
            let value = All { wildcard: vec![element], ..All::default() };
            match probe::encode(&value) {
                Ok(written) => prop_assert_eq!(decode(&written).unwrap(), value, "{}", written),
                Err(error) => prop_assert!(error.is_encode(), "{}", error),
            }
        }
    }

    #[test]
    fn changes_of_records_leave_them_whole(
        changes in proptest::collection::vec(strategies::change(strategies::record()), 0..60),
    ) {
        let mut thing = strategies::new_thing();
        let mut copies = Vec::new();
        for change in changes {
            // Copies share the content until it changes.
            copies.push((thing.clone(), format!("{thing:?}")));
            strategies::apply(&mut thing, change);
        }
        for (copy, shown) in copies {
            prop_assert_eq!(format!("{copy:?}"), shown);
        }
        let value = All { things: vec![thing.into()], ..All::default() };
        if let Ok(written) = probe::encode(&value) {
            prop_assert_eq!(decode(&written).unwrap(), value);
        }
    }
}

#[test]
fn what_xml_cannot_carry_is_named() {
    for c in ['\0', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
        let texts = All {
            nested: Some(Box::new(All {
                string: Some(format!("secret{c}text")),
                ..All::default()
            })),
            ..All::default()
        };
        let error = probe::encode(&texts).unwrap_err();
        assert!(error.is_encode());
        assert_eq!(error.path(), "All/nested/string");
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains(&format!("U+{:04X}", u32::from(c))),
            "{shown}"
        );
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn type_names_cannot_break_out() {
    for (namespace, name) in [
        ("http://www.w3.org/2001/XMLSchema", "string\" evil=\"1"),
        (kinds::NS, "a><b"),
        ("urn:unknown", "t:x"),
        ("urn:unknown", ""),
        ("", "a b"),
        ("http://www.w3.org/2000/xmlns/", "a"),
        ("http://www.w3.org/XML/1998/namespace", "a"),
    ] {
        let value = All {
            things: vec![Record::of_type(&kinds::BASE, namespace, name)],
            ..All::default()
        };
        let error = probe::encode(&value).unwrap_err();
        assert!(error.is_encode(), "{error}");
        assert_eq!(error.path(), "All/things");
    }
    assert_eq!(SCHEMA.namespaces().len(), 3);
}

#[test]
fn defaults_are_written_as_the_schema_wants_them() {
    let value = All {
        things: vec![Record::new(&THING)],
        numbers: vec![None, Some(1)],
        ..All::default()
    };
    assert_eq!(All::default().table().name(), "All");
    let written = probe::encode(&value).unwrap();
    let body = &written[written.find("2001/XMLSchema\"").unwrap()..];
    assert_eq!(
        body,
        "2001/XMLSchema\" xmlns:k=\"urn:kinds\"><k:numbers xsi:nil=\"true\"/><k:numbers>1</k:numbers>\
         <k:things xsi:type=\"k:Thing\"><k:Id xsi:nil=\"true\"/></k:things></k:All>"
    );
}
