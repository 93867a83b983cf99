//! The same message in other words: whatever XML lets a sender choose does not change the value.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::answers::XSI;
use kinds::strategies;
use kinds::words::in_other_words;
use kinds::{All, THING};
use proptest::prelude::*;
use saponify::probe;
use saponify::{Limits, Record};

fn decode(document: &str) -> All {
    probe::decode(document, Limits::default(), &[&THING]).unwrap()
}

fn envelope(rows: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:xsi='{XSI}' \
         xmlns:k='{}' xmlns:o='urn:other' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>\
         <e:Header><k:Header><k:note>x</k:note></k:Header><k:new/></e:Header><e:Body>\
         <k:queryResponse><k:result><k:done>true</k:done>{rows}<k:size>3</k:size></k:result>\
         </k:queryResponse></e:Body></e:Envelope>",
        kinds::NS
    )
}

/// Records as the rows of an answer.
fn rows(records: &[Record]) -> Option<String> {
    let value = All {
        things: records.to_vec(),
        ..All::default()
    };
    let written = probe::encode(&value).ok()?;
    let start = written.find('>')? + 1;
    let end = written.rfind('<').filter(|end| *end >= start)?;
    let rows = written[start..end].replace("k:things", "k:records");
    Some(envelope(&rows))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_value_is_the_same_in_other_words(
        value in strategies::all(),
        seeds in proptest::collection::vec(any::<u8>(), 200),
    ) {
        if let Ok(written) = probe::encode(&value) {
            let other = in_other_words(&written, seeds);
            prop_assert_eq!(decode(&other), value, "{}", other);
        }
    }

    #[test]
    fn rows_are_the_same_in_other_words_and_in_any_pieces(
        records in proptest::collection::vec(strategies::record(), 0..5),
        seeds in proptest::collection::vec(any::<u8>(), 200),
        size in 1_usize..300,
    ) {
        let Some(document) = rows(&records) else { return Ok(()) };
        for document in [document.clone(), in_other_words(&document, seeds)] {
            for known in [&[&THING][..], &[]] {
                let bytes = document.as_bytes();
                let read = |size| {
                    probe::rows(&kinds::OPERATION, known, bytes.chunks(size), Limits::default()).unwrap()
                };
                let whole = read(bytes.len());
                if !known.is_empty() {
                    prop_assert_eq!(&whole, &records, "{}", document);
                }
                prop_assert_eq!(&read(size), &whole);
                prop_assert_eq!(read(1), whole);
            }
        }
    }

    #[test]
    fn a_cut_answer_is_never_taken_for_a_whole_one(
        records in proptest::collection::vec(strategies::record(), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let Some(document) = rows(&records) else { return Ok(()) };
        let bytes = &document.as_bytes()[..cut.index(document.len())];
        let error = probe::rows(&kinds::OPERATION, &[], [bytes], Limits::default()).unwrap_err();
        prop_assert!(error.is_truncated() || error.is_protocol(), "{}", error);
        let mut target = kinds::Response::default();
        let error = probe::answer(&kinds::OPERATION, &mut target, [bytes], Limits::default()).unwrap_err();
        prop_assert!(error.is_truncated() || error.is_protocol(), "{}", error);
    }

    #[test]
    fn a_damaged_answer_never_panics(
        records in proptest::collection::vec(strategies::record(), 0..4),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let Some(document) = rows(&records) else { return Ok(()) };
        let mut bytes = document.into_bytes();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let whole = probe::rows(&kinds::OPERATION, &[&THING], [&*bytes], Limits::default()).ok();
        let pieces = probe::rows(&kinds::OPERATION, &[&THING], bytes.chunks(7), Limits::default()).ok();
        prop_assert_eq!(whole, pieces);
        let mut target = kinds::Response::default();
        let _ = probe::answer(&kinds::OPERATION, &mut target, [&*bytes], Limits::default());
    }
}

/// An answer with everything that a reader may be in the middle of.
fn rich() -> String {
    envelope(
        "<k:records xsi:type='k:Thing'><k:Id>0015e000001AAAAAAK</k:Id><k:Text>a &amp; &#x1F980;\
         <![CDATA[<b>]]]]><![CDATA[>]]></k:Text><!-- - --><?pi a?><k:Double> 1.50E3 </k:Double>\
         <k:Base64>AP\r\n8B</k:Base64><k:Time xsi:nil='true'/><k:List>\u{fc}</k:List><k:List/>\
         <k:Any xsi:type='xsd:date'>2024-02-29</k:Any><k:Money currency='&#69;UR&quot;'>1.50</k:Money>\
         <k:Parent xsi:type='k:Thing'><k:Text>\u{65e5}\u{672c}</k:Text></k:Parent></k:records>\
         <x:records xmlns:x='urn:kinds' xsi:type='x:Other'><x:Text>5</x:Text><y xmlns='urn:y'/></x:records>\
         <k:records xsi:type='k:Thing'><k:Text/></k:records>",
    )
}

#[test]
fn every_place_to_cut_a_chunk_is_as_good() {
    let document = format!(
        "\u{FEFF}<?xml version='1.0' encoding='utf-8'?>\r\n{}",
        rich()
    );
    let bytes = document.as_bytes();
    let read = |chunks: Vec<&[u8]>| {
        let mut whole = kinds::Response::default();
        let limits = Limits::default();
        let rows = probe::rows(&kinds::OPERATION, &[&THING], chunks.clone(), limits).unwrap();
        let headers = probe::answer(&kinds::OPERATION, &mut whole, chunks, limits).unwrap();
        (rows, headers, whole)
    };
    let expected = read(vec![bytes]);
    assert_eq!(expected.0.len(), 3);
    assert_eq!(expected.0[0].text("Text"), Some("a & \u{1F980}<b>]]>"));
    assert_eq!(expected.0[2].text("Text"), Some(""));
    for at in 0..=bytes.len() {
        let (a, b) = bytes.split_at(at);
        assert_eq!(read(vec![a, b]), expected, "cut at {at}");
        // An empty chunk says nothing.
        assert_eq!(read(vec![a, b"", b]), expected, "cut at {at}");
    }
    assert_eq!(read(bytes.chunks(1).collect()), expected);
}

#[test]
fn the_default_namespace_serves_as_well_as_any_prefix() {
    let plain = rich();
    let mut forms = Vec::new();
    for (from, to) in [
        ("k:", "q:"),
        ("e:", "SOAP-ENV:"),
        ("xsi:", "i:"),
        ("xsd:", "s:"),
    ] {
        let prefix = |p: &str| p.trim_end_matches(':').to_owned();
        let declared = (
            format!("xmlns:{}=", prefix(from)),
            format!("xmlns:{}=", prefix(to)),
        );
        forms.push(plain.replace(&declared.0, &declared.1).replace(from, to));
    }
    // Names of elements lose their prefix; those in values of `xsi:type` keep theirs.
    let default = plain.replace("<k:", "<").replace("</k:", "</").replace(
        "xmlns:k='urn:kinds'",
        "xmlns='urn:kinds' xmlns:k='urn:kinds'",
    );
    forms.push(default);
    let read = |document: &str| {
        let chunks = [document.as_bytes()];
        probe::rows(&kinds::OPERATION, &[&THING], chunks, Limits::default()).unwrap()
    };
    let expected = read(&plain);
    for form in forms {
        assert_ne!(form, plain);
        assert_eq!(read(&form), expected, "{form}");
    }
}

#[test]
fn the_order_of_fields_says_nothing() {
    let read = |content: &str| {
        let document = envelope(&format!(
            "<k:records xsi:type='k:Thing'>{content}</k:records>"
        ));
        let chunks = [document.as_bytes()];
        let row = probe::rows(&kinds::OPERATION, &[&THING], chunks, Limits::default());
        row.unwrap().remove(0)
    };
    let fields = [
        "<k:Text>a</k:Text>",
        "<k:List>1</k:List><k:List>2</k:List>",
        "<k:xNew>b</k:xNew><k:xNew>c</k:xNew>",
        "<o:Text>d</o:Text>",
    ];
    let expected = read(&fields.concat());
    for turn in 0..fields.len() {
        let mut fields = fields;
        fields.rotate_left(turn);
        assert_eq!(read(&fields.concat()), expected);
        fields.reverse();
        assert_eq!(read(&fields.concat()), expected);
    }
    // That of values of one name does.
    assert_ne!(
        read("<k:List>1</k:List><k:List>2</k:List>"),
        read("<k:List>2</k:List><k:List>1</k:List>")
    );
    assert_ne!(
        read("<k:x>1</k:x><k:x>2</k:x>"),
        read("<k:x>2</k:x><k:x>1</k:x>")
    );
    assert_ne!(read("<k:x>1</k:x>"), read("<o:x>1</o:x>"));
}
