//! What a program may do with a record.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::answers::{row, rows, thing};
use kinds::{All, Color, Money, OTHER, Other, THING, Thing};
use saponify::generated::View as _;
use saponify::probe;
use saponify::{
    AnyValue, Attribute, Content, Element, Error, FieldRef, Limits, Mixed, Presence, Record,
};

#[test]
fn nested_values_are_kept_until_they_change() {
    let mut view = thing("<Parent><Text>a</Text></Parent><Money>1.50</Money>");
    let first: *const Thing = view.get(Thing::PARENT).unwrap();
    assert!(std::ptr::eq(first, view.get(Thing::PARENT).unwrap()));
    let money: *const Money = view.get(Thing::MONEY).unwrap();
    // Another field's change leaves them; their own makes new ones.
    view.set(Thing::TEXT, "t");
    assert!(std::ptr::eq(money, view.get(Thing::MONEY).unwrap()));
    let copy = view.clone();
    view.set(Thing::PARENT, Thing::new().with(Thing::TEXT, "b"));
    assert_eq!(view.get(Thing::PARENT).unwrap().get(Thing::TEXT), Some("b"));
    assert_eq!(copy.get(Thing::PARENT).unwrap().get(Thing::TEXT), Some("a"));
    view.set(
        Thing::MONEY,
        Money {
            currency: Some("USD".into()),
            value: 2.into(),
        },
    );
    assert_eq!(view.get(Thing::MONEY).unwrap().value.as_str(), "2");
    assert_eq!(copy.get(Thing::MONEY).unwrap().value.as_str(), "1.50");
    view.set_null(Thing::PARENT);
    assert!(view.get(Thing::PARENT).is_none());
    view.unset(Thing::PARENT);
    assert_eq!(view.presence(Thing::PARENT), Presence::Absent);
}

#[test]
fn a_copy_does_not_see_changes() {
    let original = Thing::new()
        .with(Thing::TEXT, "a")
        .with(Thing::LIST, ["x", "y"]);
    let mut copy = original.clone();
    assert_eq!(copy, original);
    copy.set(Thing::TEXT, "b").set(Thing::LIST, ["z"]);
    assert_eq!(original.get(Thing::TEXT), Some("a"));
    assert_eq!(original.get(Thing::LIST), Some(vec!["x", "y"]));
    assert_eq!(copy.get(Thing::LIST), Some(vec!["z"]));
    assert_ne!(copy, original);
    copy.set(Thing::LIST, ["x", "y"]).set(Thing::TEXT, "a");
    assert_eq!(copy, original);
    copy.set_null(Thing::LIST);
    assert_eq!(copy.presence(Thing::LIST), Presence::Null);
    assert_eq!(copy.get(Thing::LIST), None);
    assert_eq!(copy.as_record().fields().count(), 2);
}

#[test]
fn equality_is_of_type_names_and_lexical_forms() {
    let record = |content: &str| row(&format!("<records {content}</records>"), &[&THING]);
    let typed = record("xsi:type='k:Thing'><Int>7</Int>");
    assert_eq!(typed, typed.clone());
    assert_eq!(typed, record("xsi:type=' k:Thing '><Int>7</Int>"));
    // Read by another table, it is the same record.
    let untabled = row("<records xsi:type='k:Thing'><Int>7</Int></records>", &[]);
    assert_ne!(untabled.table(), typed.table());
    assert_eq!(untabled, typed);
    assert_ne!(
        typed,
        record("xsi:type='k:Thing'><Int>07</Int>"),
        "another form"
    );
    assert_ne!(
        typed,
        record("xsi:type='k:Thing'><Int xsi:nil='true'/>"),
        "null"
    );
    assert_ne!(typed, record("xsi:type='k:Thing'>"), "absent");
    assert_ne!(
        typed,
        record("xsi:type='k:Other'><Int>7</Int>"),
        "another type"
    );
    assert_ne!(
        typed,
        record("xsi:type='k:Thing'><Int xmlns='urn:x'>7</Int>"),
        "another namespace"
    );
    assert_ne!(
        typed,
        record("xsi:type='k:Thing'><Int>7</Int><x/>"),
        "one more"
    );
}

/// Names are looked at where no table knows a field: unknown elements, records of any type, mixed
/// content, attributes.
#[test]
fn nothing_whose_name_says_that_it_is_secret_is_shown() {
    let canary = "CANARY";
    let element = |name: &str, value: AnyValue| Element {
        namespace: "urn:x".into(),
        name: name.into(),
        value,
    };
    for name in [
        "Password__c",
        "sessionId",
        "oauthRefreshToken",
        "PrivateKey",
    ] {
        let mut record = Record::new(&THING);
        record.set_text("Text", "shown").unwrap();
        record.push_extra(element(name, AnyValue::text(canary)));
        let mut nested = Record::new(&THING);
        nested.set_text("Text", canary).unwrap();
        record.push_extra(element(name, nested.into()));
        let mut mixed = Mixed::new();
        mixed.push_text("shown");
        mixed.push(element(name, AnyValue::text(canary)));
        let attribute = Attribute {
            namespace: "".into(),
            name: name.into(),
            value: canary.into(),
        };
        let any = AnyValue {
            attributes: vec![attribute.clone()],
            content: Content::Mixed(mixed),
            ..AnyValue::default()
        };
        for shown in [
            format!("{record:?} {record:#?}"),
            format!("{any:?} {any:#?}"),
            format!("shown {attribute:?}"),
        ] {
            assert!(!shown.contains(canary), "{shown}");
            assert!(shown.contains("***") && shown.contains("shown"), "{shown}");
        }
    }
}

#[test]
fn nothing_that_is_sensitive_is_shown() {
    let canary = "CANARY";
    let all = All {
        secret: Some(canary.into()),
        string: Some("shown".into()),
        ..All::default()
    };
    let mut view = Thing::new()
        .with(Thing::SECRET, canary)
        .with(Thing::TEXT, "shown");
    view.set(Thing::ALL, all.clone());
    view.set(Thing::PARENT, Thing::new().with(Thing::SECRET, canary));
    let record = view.clone().into_record();
    let any = AnyValue::from(record.clone());
    let element = Element {
        namespace: "".into(),
        name: "e".into(),
        value: any.clone(),
    };
    let outer = All {
        nested: Some(Box::new(all.clone())),
        things: vec![record.clone()],
        any: Some(any.clone()),
        wildcard: vec![element.clone()],
        ..All::default()
    };
    let _ = view.get(Thing::ALL);
    for shown in [
        format!("{all:?} {all:#?}"),
        format!("{view:?} {view:#?}"),
        format!("{record:?} {record:#?}"),
        format!("{:?} {:?}", record.field("All"), record.field("Parent")),
        format!("{any:?} {element:#?} {:?}", any.content),
        format!("{outer:?} {outer:#?}"),
        format!("{:?}", view.get(Thing::ALL)),
        format!("{:?}", outer.clone()),
    ] {
        assert!(!shown.contains(canary), "{shown}");
        assert!(shown.contains("***") && shown.contains("shown"), "{shown}");
    }
    // Nor in the error of a value that does not fit.
    let wrong = format!("<records xsi:type='k:Thing'><Int>{canary}</Int></records>");
    let error = rows(&wrong, &[&THING]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(canary));
    let mut record = Record::new(&THING);
    let error = record.set_text("Int", canary).unwrap_err();
    assert!(!format!("{error} {error:?}").contains(canary));
}

#[test]
fn text_is_set_by_name_if_it_fits() -> Result<(), Error> {
    let mut record = Record::new(&THING);
    record.set_text("Int", " 5 ")?;
    record.set_text("New__c", "x")?;
    record.set_text("New__c", "y")?;
    record.set_text("Any", "z")?;
    record.set_text("List", "a")?;
    record.set_text("List", "b")?;
    assert_eq!(record.text("Int"), Some(" 5 "));
    assert_eq!(record.get(Thing::INT), Some(5));
    assert_eq!(
        (record.text("New__c"), record.extra().len()),
        (Some("y"), 1)
    );
    assert_eq!(record.get(Thing::ANY), Some(&AnyValue::text("z")));
    assert_eq!(
        record.get(Thing::LIST),
        Some(vec!["b"]),
        "it sets, it does not add"
    );
    for (name, text) in [
        ("Int", "x"),
        ("Base64", "x"),
        ("Parent", "x"),
        ("Money", "1"),
        ("a b", "x"),
        ("", "x"),
    ] {
        assert!(
            record.set_text(name, text).unwrap_err().is_usage(),
            "{name}"
        );
    }
    Ok(())
}

#[test]
fn replaced_content_does_not_pile_up() {
    let mut view = Thing::new().with(Thing::SECRET, "stays");
    let long = "x".repeat(10_000);
    let huge = "y".repeat(200_000);
    for n in 0..20_000 {
        view.set(Thing::TEXT, &long[..n % 10_000]);
        view.set(Thing::PARENT, Thing::new().with(Thing::TEXT, "p"));
        if n % 100 == 0 {
            view.set(Thing::TEXT, &*huge);
        }
    }
    assert_eq!(view.get(Thing::SECRET), Some("stays"));
    assert_eq!(view.get(Thing::TEXT).unwrap().len(), 9_999);
    assert_eq!(view.get(Thing::PARENT).unwrap().get(Thing::TEXT), Some("p"));
    view.set(Thing::TEXT, &*huge);
    assert_eq!(view.get(Thing::TEXT).unwrap().len(), 200_000);
    let mut copy = view.clone();
    copy.unset(Thing::TEXT).unset(Thing::PARENT);
    assert_eq!(copy.get(Thing::SECRET), Some("stays"));
    assert_eq!(view.get(Thing::TEXT).unwrap().len(), 200_000);
}

#[test]
fn nulls_are_sent_by_name_and_read_so() {
    let mut view = Thing::new().with(Thing::TEXT, "t");
    view.set_null(Thing::INT)
        .set_null(Thing::PARENT)
        .set_null(Thing::ID);
    let value = All {
        things: vec![view.clone().into()],
        ..All::default()
    };
    let written = probe::encode(&value).unwrap();
    let names = "<k:fieldsToNull>Int</k:fieldsToNull><k:fieldsToNull>Parent</k:fieldsToNull>\
        <k:Id xsi:nil=\"true\"/><k:Text>t</k:Text>";
    assert!(written.contains(names), "{written}");
    let read: All = probe::decode(&written, Limits::default(), &[]).unwrap();
    assert_eq!(read, value);
    // Names that the table does not know are nulls as well.
    let view = thing(
        "<fieldsToNull>New__c</fieldsToNull><fieldsToNull>not a name</fieldsToNull><fieldsToNull xsi:nil='true'/>",
    );
    assert_eq!(view.as_record().field("New__c"), Some(FieldRef::Null));
    assert_eq!(view.as_record().text("fieldsToNull"), Some("not a name"));
    let written = probe::encode(&All {
        things: vec![view.into()],
        ..All::default()
    })
    .unwrap();
    assert!(written.contains(
        "<k:fieldsToNull>not a name</k:fieldsToNull><k:fieldsToNull>New__c</k:fieldsToNull><k:Id"
    ));
}

#[test]
fn a_key_of_another_table_asks_by_name() {
    let thing = Thing::new().with(Thing::TEXT, "12");
    let record = thing.into_record();
    assert_eq!(record.get(Other::TEXT), Some(12));
    let word = Thing::new().with(Thing::TEXT, "twelve").into_record();
    assert_eq!(word.get(Other::TEXT), None);
    assert_eq!(
        Record::new(&OTHER).presence(Thing::BOOLEAN),
        Presence::Absent
    );
    let mut other = Record::new(&OTHER);
    other.put(Thing::BOOLEAN, true);
    assert!(
        other.is_empty(),
        "a field that the table does not know is not set"
    );
}

/// A record that was read without its table, so that the table finds what it knows later.
fn unknown(content: &str) -> Record {
    row(
        &format!("<records xsi:type='k:Thing'>{content}</records>"),
        &[],
    )
}

#[test]
fn a_nil_with_attributes_is_nil_where_a_table_knows_the_field() {
    let thing: Thing = unknown("<Text xsi:nil='true' why='none'/>").cast().unwrap();
    assert_eq!(thing.presence(Thing::TEXT), Presence::Null);
}

#[test]
fn attributes_that_a_table_knows_are_found_and_written() {
    let parent = "<Parent xsi:type='k:Thing'><Money currency='CHF'>1.5</Money></Parent>";
    let thing: Thing = unknown(parent).cast().unwrap();
    let money = thing.get(Thing::PARENT).unwrap().get(Thing::MONEY).unwrap();
    assert_eq!(
        (money.currency.as_deref(), money.value.as_str()),
        (Some("CHF"), "1.5")
    );
}

#[test]
fn a_nil_of_any_type_keeps_its_attributes() {
    let document = "<All xmlns='urn:kinds' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
        <any xsi:nil='true' why='unknown'/></All>";
    let all: All = probe::decode(document, Limits::default(), &[]).unwrap();
    let any = all.any.as_ref().unwrap();
    assert!(any.is_nil() && any.attribute("why") == Some("unknown"));
    assert!(
        probe::encode(&all)
            .unwrap()
            .contains("why=\"unknown\" xsi:nil=\"true\"")
    );
    let plain: All = probe::decode(
        &document.replace(" why='unknown'", ""),
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!(plain.any, None);
}

#[test]
fn an_open_enum_is_what_is_on_the_wire() {
    assert_eq!(Color::Other("Red".to_owned()), Color::Red);
    assert_ne!(Color::Other("red".to_owned()), Color::Red);
}
