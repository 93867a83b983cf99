//! The limits of the XML reader, each at its figure and beyond it, and what they hold off.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;
#[path = "xml/pieces.rs"]
mod pieces;

use std::fmt::Write as _;

use kinds::{All, NS, OPERATION, Response, THING};
use pieces::read;
use saponify::probe;
use saponify::{Error, Limits};

/// A limit's name, a document in which what it limits has a size, and the limit of that size.
type Sized = (&'static str, fn(usize) -> String, fn(usize) -> Limits);

fn sized() -> Vec<Sized> {
    fn default() -> Limits {
        Limits::default()
    }
    vec![
        (
            "depth",
            |n| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n)),
            |n| Limits {
                depth: n,
                ..default()
            },
        ),
        (
            "attributes",
            |n| {
                format!(
                    "<a{}/>",
                    (0..n).fold(String::new(), |s, i| s + &format!(" a{i}=''"))
                )
            },
            |n| Limits {
                attributes: n,
                ..default()
            },
        ),
        (
            "attributes",
            |n| {
                format!(
                    "<a{}/>",
                    (0..n).fold(String::new(), |s, i| s + &format!(" xmlns:a{i}='u'"))
                )
            },
            |n| Limits {
                attributes: n,
                ..default()
            },
        ),
        (
            "attribute",
            |n| format!("<a b='{}'/>", "x".repeat(n)),
            |n| Limits {
                attribute: n,
                ..default()
            },
        ),
        (
            "namespaces",
            |n| {
                format!(
                    "<a{}/>",
                    (0..n).fold(String::new(), |s, i| s + &format!(" xmlns:a{i}='u{i}'"))
                )
            },
            |n| Limits {
                namespaces: n,
                ..default()
            },
        ),
        (
            "namespaces",
            |n| format!("{}{}", "<a xmlns='u'>".repeat(n), "</a>".repeat(n)),
            |n| Limits {
                namespaces: n,
                ..default()
            },
        ),
        (
            "name",
            |n| format!("<{}/>", "x".repeat(n)),
            |n| Limits {
                name: n,
                ..default()
            },
        ),
        (
            "name",
            |n| format!("<a {}=''/>", "x".repeat(n)),
            |n| Limits {
                name: n,
                ..default()
            },
        ),
        (
            "name",
            |n| format!("<p:{} xmlns:p='u'/>", "é".repeat((n - 2) / 2)),
            |n| Limits {
                name: n,
                ..default()
            },
        ),
        (
            "text",
            |n| format!("<a>{}</a>", "x".repeat(n)),
            |n| Limits {
                text: n,
                ..default()
            },
        ),
        (
            "text",
            |n| format!("<a>&lt;{}</a>", "é".repeat(n / 2 - 2)),
            |n| Limits {
                text: n,
                ..default()
            },
        ),
        (
            "text",
            |n| format!("<a><![CDATA[{}]]></a>", "]".repeat(n)),
            |n| Limits {
                text: n,
                ..default()
            },
        ),
        (
            "text",
            |n| format!("<a><!--{}--></a>", "x".repeat(n)),
            |n| Limits {
                text: n,
                ..default()
            },
        ),
        (
            "text",
            |n| format!("<a><?p{}?></a>", "?".repeat(n - 1).replacen('?', " ", 1)),
            |n| Limits {
                text: n,
                ..default()
            },
        ),
        (
            "body",
            |n| format!("<a>{}</a>", "x".repeat(n - 7)),
            |n| Limits {
                body: n,
                ..default()
            },
        ),
    ]
}

#[test]
fn every_limit_holds_at_its_figure_and_is_named_beyond() {
    const N: usize = 30;
    for (field, document, limits) in sized() {
        let limits = limits(N);
        if let Err(error) = read(document(N), limits) {
            panic!("{field} at its limit: {error}");
        }
        // Characters of two bytes: the next size is two more.
        let error = read(document(N + 2), limits).unwrap_err();
        assert!(error.is_limit(), "{field}: {error}");
        let shown = error.to_string();
        assert!(
            shown.contains(&format!("`{field}` of {N}")),
            "{field}: {shown}"
        );
        if !document(N).contains('é') {
            assert!(read(document(N + 1), limits).unwrap_err().is_limit());
        }
    }
}

#[test]
fn the_defaults_refuse_hostile_documents() {
    let limits = Limits::default();
    let mut many_attributes = "<a".to_owned();
    let mut many_declarations = "<a".to_owned();
    for i in 0..100_000 {
        write!(many_attributes, " a{i}='1'").unwrap();
        write!(many_declarations, " xmlns:a{i}='u{i}'").unwrap();
    }
    for (document, field) in [
        (many_attributes + "/>", "attributes"),
        (many_declarations + "/>", "attributes"),
        ("<a>".repeat(1_000_000), "depth"),
        (format!("<{}/>", "x".repeat(10 << 20)), "name"),
        (format!("<a x='{}'/>", "x".repeat(10 << 20)), "attribute"),
        (format!("<a>{}</a>", "x".repeat(17 << 20)), "text"),
        (format!("<!--{}--><a/>", "x".repeat(17 << 20)), "text"),
    ] {
        let error = probe::read([document.as_bytes()], limits).unwrap_err();
        assert!(
            error.is_limit() && error.to_string().contains(field),
            "{error}"
        );
        let error = probe::read(document.as_bytes().chunks(10_000), limits).unwrap_err();
        assert!(
            error.is_limit() && error.to_string().contains(field),
            "{error}"
        );
    }
    // A stream of ever new namespaces, none of them in scope for long.
    let mut document = "<a>".to_owned();
    for i in 0..2_000 {
        write!(document, "<b xmlns='u{i}'/>").unwrap();
    }
    let error = probe::read([document.as_bytes()], limits).unwrap_err();
    assert!(
        error.is_limit() && error.to_string().contains("1000"),
        "{error}"
    );
    // The same few of them do not count again.
    let repeated = format!("<a>{}</a>", "<b xmlns='u'/><b xmlns='v'/>".repeat(5_000));
    probe::read([repeated.as_bytes()], limits).unwrap();
}

#[test]
fn no_limit_makes_the_stack_overflow() {
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    let error = read("<a>".repeat(300), limits).unwrap_err();
    assert!(error.to_string().contains("`depth` of 128"), "{error}");
}

/// A namespace is written once, and every element and attribute has it.
#[test]
fn long_names_of_namespaces_are_not_for_free() {
    let limits = Limits {
        memory: 50_000,
        ..Limits::default()
    };
    let xsi = "http://www.w3.org/2001/XMLSchema-instance";
    let uri = "u".repeat(10_000);
    for item in [
        "<p:x/>",
        "<x p:a=''/>",
        "<x xsi:type='p:a'/>",
        "<things xsi:type='p:a'/>",
    ] {
        let decode = |times: usize| {
            let items = item.repeat(times);
            let document =
                format!("<All xmlns='{NS}' xmlns:p='{uri}' xmlns:xsi='{xsi}'>{items}</All>");
            probe::decode::<All>(&document, limits, &[&THING])
        };
        decode(2).expect(item);
        assert!(decode(6).expect_err(item).is_limit(), "{item}");
    }
}

#[test]
fn a_text_beside_elements_has_the_limit_of_any_other() {
    let limits = Limits {
        text: 1_000,
        ..Limits::default()
    };
    let decode = |content: &str| {
        let document = format!("<All xmlns='{NS}'><any>{content}</any></All>");
        probe::decode::<All>(&document, limits, &[])
    };
    let text = format!("{}<!-- -->", "x".repeat(600));
    for element in ["", "<b/>"] {
        decode(&format!("{element}{text}")).unwrap();
        assert!(
            decode(&format!("{element}{text}{text}"))
                .unwrap_err()
                .is_limit()
        );
    }
}

/// Elements that become much larger than they are written, in every place where they may be.
#[test]
fn the_memory_of_values_is_limited() {
    let limits = Limits {
        memory: 20_000,
        ..Limits::default()
    };
    let document = |content: &str| format!("<All xmlns='{NS}'>{content}</All>");
    let decode =
        |content: &str, limits| probe::decode::<All>(&document(content), limits, &[&THING]);
    let refused = |error: Error| {
        assert!(
            error.is_limit() && error.to_string().contains("`memory` of 20000"),
            "{error}"
        );
    };
    for item in [
        "<list>1</list>",
        "<things/>",
        "<unknown/>",
        "<any><x/><y/></any>",
        "<nested/>",
        "<things><x><y/></x></things>",
    ] {
        decode(&item.repeat(5), limits).unwrap();
        refused(decode(&item.repeat(1_000), limits).unwrap_err());
        decode(&item.repeat(1_000), Limits::default()).unwrap();
    }
    // A row has the limit for itself, a list of all of them has it once.
    let answer = |rows: &str| {
        format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns='{NS}'><e:Body>\
             <queryResponse><result>{rows}</result></queryResponse></e:Body></e:Envelope>"
        )
    };
    let many = answer(&"<records><x/><y/></records>".repeat(1_000));
    let rows = probe::rows(&OPERATION, &[], [many.as_bytes()], limits);
    assert_eq!(rows.unwrap().len(), 1_000);
    let mut whole = Response::default();
    refused(probe::answer(&OPERATION, &mut whole, [many.as_bytes()], limits).unwrap_err());
    let large = answer(&format!("<records>{}</records>", "<x/>".repeat(1_000)));
    refused(probe::rows(&OPERATION, &[], [large.as_bytes()], limits).unwrap_err());
}
