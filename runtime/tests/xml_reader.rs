//! The XML reader: its limits, its errors, and that it does not matter how a document arrives.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "xml/pieces.rs"]
mod pieces;

use pieces::read;
use proptest::prelude::*;
use saponify::Limits;
use saponify::probe::{self, Seen};

fn open(document: &str) -> Vec<Seen> {
    read(document, Limits::default()).unwrap()
}

#[track_caller]
fn refused(document: impl AsRef<[u8]>, why: &str) {
    let document = document.as_ref();
    let error = read(document, Limits::default()).expect_err(&String::from_utf8_lossy(document));
    assert!(error.to_string().contains(why), "{error}, not {why}");
    assert!(error.is_decode() || error.is_protocol(), "{error:?}");
}

fn text(text: &str) -> Vec<Seen> {
    vec![
        Seen::Start(String::new(), "a".into(), vec![]),
        Seen::Text(text.into()),
        Seen::End,
    ]
}

#[test]
fn text_is_read_as_xml_says() {
    for (document, expected) in [
        ("<a>x</a>", "x"),
        ("\u{FEFF}<a>x</a>", "x"),
        ("<?xml version='1.0'?><a>x</a>", "x"),
        (
            "\u{FEFF}<?xml version=\"1.0\" encoding='utf-8' standalone=\"no\" ?>\n<a>x</a>",
            "x",
        ),
        ("<a>x<!-- c -->y</a>", "xy"),
        ("<a><?p i?>x<![CDATA[<y>]]></a >", "x<y>"),
        ("<a>a\r\nb\rc\n\rd</a>", "a\nb\nc\n\nd"),
        ("<a>&#13;&#10;&#x9;&#xD;</a>", "\r\n\t\r"),
        ("<a><![CDATA[a\r\nb]]></a>", "a\nb"),
        ("<a>&lt;&gt;&amp;&quot;&apos;</a>", "<>&\"'"),
        (
            "<a>&#0000000000000000000000000065;&#x0000000000000000041;</a>",
            "AA",
        ),
        (
            "<a>&#x10FFFF;\u{10FFFF}\u{FFFD}</a>",
            "\u{10FFFF}\u{10FFFF}\u{FFFD}",
        ),
        ("<a>]]&gt; ]] > ]>]</a>", "]]> ]] > ]>]"),
        ("<a>]]<![CDATA[>]]></a>", "]]>"),
        (
            "<a>\u{7F}\u{85}\u{2028}\u{FEFF}</a>",
            "\u{7F}\u{85}\u{2028}\u{FEFF}",
        ),
        (
            "<a>日本\u{EFFF}\u{F000}\u{FFF0}</a>\n<!-- end --><?x?>\n",
            "日本\u{EFFF}\u{F000}\u{FFF0}",
        ),
    ] {
        assert_eq!(open(document), text(expected), "{document}");
    }
}

#[test]
fn attributes_are_read_as_xml_says() {
    for (raw, expected) in [
        ("b='x'", "x"),
        ("b = \"'\"", "'"),
        ("b='\"'", "\""),
        ("b='a\tb\nc\rd\r\ne'", "a b c d e"),
        ("b='&#9;&#10;&#13;'", "\t\n\r"),
        ("b='>'", ">"),
        ("b=''", ""),
    ] {
        let seen = open(&format!("<a {raw}/>"));
        let attribute = (String::new(), "b".to_owned(), expected.to_owned());
        let start = Seen::Start(String::new(), "a".into(), vec![attribute]);
        assert_eq!(seen, [start, Seen::End], "{raw}");
    }
}

#[test]
fn namespaces_are_resolved() {
    let seen = open(
        "<a xmlns='u' xmlns:p='v' p:x='1' x='2'><p:b xmlns:p='w' p:y='3'/><p:c/><d xmlns=''/></a>",
    );
    let start = |ns: &str, name: &str, attributes: &[(&str, &str, &str)]| {
        let own = |(a, b, c): &(&str, &str, &str)| (a.to_string(), b.to_string(), c.to_string());
        Seen::Start(ns.into(), name.into(), attributes.iter().map(own).collect())
    };
    assert_eq!(
        seen,
        [
            start("u", "a", &[("v", "x", "1"), ("", "x", "2")]),
            start("w", "b", &[("w", "y", "3")]),
            Seen::End,
            start("v", "c", &[]),
            Seen::End,
            start("", "d", &[]),
            Seen::End,
            Seen::End,
        ]
    );
    open("<a xml:lang='en' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>");
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for (document, why) in [
        ("", "empty"),
        (" ", "before it is complete"),
        ("<!-- nothing -->", "before it is complete"),
        ("<a>", "before it is complete"),
        ("<a", "before it is complete"),
        ("<a></", "before it is complete"),
        ("<a></a", "before it is complete"),
        ("<a>text", "before it is complete"),
        ("<a><![CDATA[x]]", "before it is complete"),
        ("<a><!-- x --", "before it is complete"),
        ("<a/><b/>", "second root"),
        ("<a/>x", "outside the root"),
        ("x<a/>", "outside the root"),
        ("<a/></a>", "outside the root"),
        ("</a>", "outside the root"),
        ("<![CDATA[x]]><a/>", "outside the root"),
        ("<a></b>", "expected the end of `a`"),
        ("<a></ab>", "expected the end of `a`"),
        ("<ab></a>", "expected the end of `ab`"),
        ("<a></a x>", "expected the end of `a`"),
        ("<a><b></a></b>", "expected the end of `b`"),
        ("< a/>", "expected a name"),
        ("<1/>", "expected a name"),
        ("<a:b:c xmlns:a='u'/>", "white space"),
        ("<:a/>", "expected a name"),
        ("<a:/>", "expected a name"),
        ("<a><?></a>", "before it is complete"),
        ("<a><??></a>", "not allowed here"),
        ("<a><?1 ?></a>", "not allowed here"),
        ("<a><?xml version='1.0'?></a>", "not allowed here"),
        (" <?xml version='1.0'?><a/>", "not allowed here"),
        ("<a><?x:y ?></a>", "target is not a name"),
        ("<a><!-- a -- b --></a>", "`--`"),
        ("<a><!-- a ---></a>", "`--`"),
        ("<a><!---></a>", "before it is complete"),
        ("<a><!DOCTYPE x></a>", "DTD"),
        ("<!DOCTYPE a><a/>", "DTD"),
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
            "DTD",
        ),
        ("<a><!ELEMENT a></a>", "neither comment"),
        ("<a><![cdata[x]]></a>", "neither comment"),
        ("<a>]]></a>", "]]>"),
        ("<a>&</a>", "does not start a reference"),
        ("<a>& amp;</a>", "does not start a reference"),
        ("<a>&amp</a>", "does not start a reference"),
        ("<a>&;</a>", "reference"),
        ("<a>&nbsp;</a>", "reference"),
        ("<a>&#0;</a>", "reference"),
        ("<a>&#11;</a>", "reference"),
        ("<a>&#xFFFE;</a>", "reference to the character U+FFFE"),
        ("<a>&#xD800;</a>", "reference to the character U+D800"),
        ("<a>&#x110000;</a>", "reference to the character U+110000"),
        ("<a>&#99999999999999999999;</a>", "reference"),
        ("<a>&#+65;</a>", "reference"),
        ("<a>&#x;</a>", "reference"),
        ("<a>&#X41;</a>", "reference"),
        ("<a>\u{1}</a>", "does not allow"),
        ("<a>\u{FFFE}</a>", "does not allow"),
        ("<a><!-- \u{B} --></a>", "does not allow"),
        ("<a><?x \u{0}?></a>", "does not allow"),
        ("<a><![CDATA[\u{FFFF}]]></a>", "does not allow"),
        ("<a b='\u{1F}'/>", "does not allow"),
        ("<a b='<'/>", "`<` inside"),
        ("<a b='&x;'/>", "reference"),
        ("<a b/>", "expected `=`"),
        ("<a b=c/>", "quoted"),
        ("<a b='1'c='2'/>", "white space"),
        ("<a b='1' b='2'/>", "twice"),
        ("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>", "twice"),
        ("<a xmlns='u' xmlns='u'/>", "twice"),
        ("<a xmlns:p='u' xmlns:p='v'/>", "twice"),
        ("<p:a/>", "`p` is not declared"),
        ("<a p:b='1'/>", "`p` is not declared"),
        ("<a><b xmlns:p='u'/><p:c/></a>", "`p` is not declared"),
        ("<a xmlns:p=''/>", "forbids"),
        ("<a xmlns:xml='u'/>", "forbids"),
        ("<a xmlns:xmlns='u'/>", "forbids"),
        ("<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", "forbids"),
        (
            "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
            "forbids",
        ),
        ("<?xml?><a/>", "not allowed here"),
        ("<?xml ?><a/>", "malformed XML declaration"),
        ("<?xml encoding='utf-8'?><a/>", "malformed XML declaration"),
        (
            "<?xml version='1.0' version='1.0'?><a/>",
            "malformed XML declaration",
        ),
        (
            "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
            "malformed",
        ),
        (
            "<?xml version='1.0'encoding='utf-8'?><a/>",
            "malformed XML declaration",
        ),
        (
            "<?xml version='1.0' standalone='maybe'?><a/>",
            "malformed XML declaration",
        ),
        ("<?xml version='2.0'?><a/>", "malformed XML declaration"),
        (
            "<?xml version\u{A0}='1.0'?><a/>",
            "malformed XML declaration",
        ),
        (
            "<?xml version='1.0' encoding='a b'?><a/>",
            "malformed XML declaration",
        ),
        ("<?XML version='1.0'?><a/>", "not allowed here"),
        ("\u{FEFF}\u{FEFF}<a/>", "outside the root"),
    ] {
        refused(document, why);
    }
}

#[test]
fn other_encodings_are_read() {
    let utf16 = |document: &str, be: bool, mark: bool| {
        let mark = if mark { "\u{FEFF}" } else { "" };
        let units: Vec<u16> = format!("{mark}{document}").encode_utf16().collect();
        let bytes = |unit: &u16| {
            if be {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        units.iter().flat_map(bytes).collect::<Vec<u8>>()
    };
    let text_of = |document: &[u8]| match &read(document, Limits::default()).unwrap()[..] {
        [Seen::Start(..), Seen::Text(text), Seen::End] => text.clone(),
        other => panic!("{other:?}"),
    };
    for be in [true, false] {
        for mark in [true, false] {
            for declaration in ["<?xml version='1.0' encoding='UTF-16'?>", ""] {
                let document = format!("{declaration}<a>é\u{1F600}</a>");
                assert_eq!(text_of(&utf16(&document, be, mark)), "é\u{1F600}");
            }
        }
    }
    for (name, bytes, expected) in [
        ("ISO-8859-1", &b"\xC4\xD6"[..], "ÄÖ"),
        ("latin1", b"\xE9", "é"),
        ("windows-1252", b"\x80\xC4", "€Ä"),
        ("iso-8859-15", b"\xA4", "€"),
        ("Shift_JIS", b"\x83\x65", "テ"),
        // ASCII is a part of UTF-8, and so is what says UTF-16 in the letters of ASCII.
        ("us-ascii", "é".as_bytes(), "é"),
        ("utf-16", "é".as_bytes(), "é"),
    ] {
        let head = format!("<?xml version=\"1.0\" encoding = '{name}' ?><a>");
        let document = [head.as_bytes(), bytes, b"</a>"].concat();
        assert_eq!(text_of(&document), expected, "{name}");
    }
    for name in ["utf-7", "ISO-2022-JP", "ebcdic"] {
        refused(
            format!("<?xml version='1.0' encoding='{name}'?><a>x</a>"),
            name,
        );
    }
    refused([0, 0, 0, b'<', 0, 0, 0, b'a'], "UTF-32");
    // Half of a pair of UTF-16, and the first byte of two of Shift_JIS.
    refused([0, b'<', 0, b'a', 0, b'>', 0xDC, 0, 0, b'<'], "UTF-16BE");
    refused(
        b"<?xml version='1.0' encoding='Shift_JIS'?><a>\x83</a>",
        "Shift_JIS, but",
    );
    refused(b"<a>12345\xE9</a>", "not UTF-8 at byte 8");
    refused(b"<a>\xC0\x80</a>", "not UTF-8 at byte 3");
    refused(b"<a>\xED\xA0\x80</a>", "not UTF-8 at byte 3");
    refused(b"<a>\xF4\x90\x80\x80</a>", "not UTF-8 at byte 3");
    refused(b"<a></a>\xE9", "before it is complete");
    let long = format!("<?xml version='1.0'{}?><a/>", " ".repeat(2_000));
    refused(long, "longer than 1000");
}

#[test]
fn errors_do_not_show_what_was_read() {
    let long = "x".repeat(500);
    for document in [
        format!("<{long}></b>"),
        format!("<{long}:a/>"),
        "<a>SECRET&SECRET</a>".to_owned(),
        "<a b='SECRET<'/>".to_owned(),
        "<a>SECRET]]></a>".to_owned(),
        "<a><!-- SECRET -- --></a>".to_owned(),
    ] {
        let error = read(&document, Limits::default()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("SECRET"), "{shown}");
        assert!(shown.len() < 500, "{shown}");
    }
}

/// Documents that are nearly XML.
fn nearly_xml() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<a>",
        "</a>",
        "<b xmlns='u' c='d'>",
        "</b>",
        "<p:c xmlns:p='v'/>",
        "<e/>",
        "text",
        " ",
        "\r\n",
        "&lt;",
        "&#65;",
        "&",
        ";",
        "<!--",
        "-->",
        "--",
        "<![CDATA[",
        "]]>",
        "]",
        ">",
        "<?pi",
        "?>",
        "?",
        "<?xml version='1.0'?>",
        "<",
        "/",
        "=",
        "'",
        "\"",
        "é",
        "\u{FFFE}",
        "\u{0}",
        "日",
        "\u{FEFF}",
        "!",
        "<!DOCTYPE",
        " x='1'",
        " xmlns:p='w'",
    ]);
    proptest::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_does_not_matter_how_a_document_arrives(
        document in prop_oneof![nearly_xml(), nearly_xml().prop_map(|s| format!("<a>{s}</a>"))],
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let bytes = document.as_bytes();
        let whole = probe::read([bytes], Limits::default()).ok();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(probe::read(pieces, Limits::default()).ok(), whole.clone());
        prop_assert_eq!(probe::read(bytes.chunks(1), Limits::default()).ok(), whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let whole = probe::read([&*bytes], Limits::default()).ok();
        prop_assert_eq!(probe::read(bytes.chunks(1), Limits::default()).ok(), whole);
    }
}
