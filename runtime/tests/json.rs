//! To JSON and back without loss, in the shape that REST has.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::answers::{XSD, row, thing};
use kinds::{All, Base, Color, Money, NS, Other, QueryResult, THING, Thing, strategies};
use proptest::prelude::*;
use saponify::generated::View as _;
use saponify::generated::serde_core::{Serialize, de::DeserializeOwned};
use saponify::salesforce::Id;
use saponify::{AnyValue, Binary, Content, Decimal, Element, Mixed, Record, TypeName, json, probe};
use serde_json::{Value, json};

saponify::generated::serde!(structure All);
saponify::generated::serde!(structure Money);
saponify::generated::serde!(structure QueryResult);
saponify::generated::serde!(open_enum Color);
saponify::generated::serde!(view Thing);
saponify::generated::serde!(view Base);

/// Read back from text, and from a tree whose members are sorted.
fn back<T: Serialize + DeserializeOwned>(value: &T) -> [T; 2] {
    let text = serde_json::to_string(value).unwrap();
    let tree = serde_json::to_value(value).unwrap();
    [
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")),
        serde_json::from_value(tree).unwrap_or_else(|error| panic!("{error}: {text}")),
    ]
}

fn view(record: &Record) -> Thing {
    Thing::from_record(record.clone())
}

const ROW: &str = "<records xsi:type='k:Thing'><Id>0015e000001AAAAAAK</Id><Double>1500.0</Double>\
    <Boolean>true</Boolean><Long>9007199254740993</Long><Int>-7</Int><Time xsi:nil='true'/>\
    <DateTime>2024-01-31T13:05:09.000Z</DateTime><Any xsi:type='xsd:double'>1.50</Any><List>a</List>\
    <Money currency='EUR'>1.50</Money><Parent xsi:type='k:Thing'><Double>1.5E7</Double></Parent>\
    <Poly xsi:type='k:Other'><Text>5</Text></Poly><New xsi:type='xsd:int'>3</New><o:New xmlns:o='urn:other'/>\
    <Up><a>1</a><a>2</a></Up></records>";

#[test]
fn records_look_as_in_rest() {
    let thing: Thing = row(ROW, &[&THING]).cast().unwrap();
    let expected = json!({
        "attributes": {"type": "Thing"},
        "Id": "0015e000001AAAAAAK",
        "Any": {"attributes": {"type": "xsd:double"}, "#text": "1.50"},
        "Boolean": true,
        "DateTime": "2024-01-31T13:05:09.000Z",
        "Double": 1500.0,
        "Int": -7,
        "List": ["a"],
        "Long": "9007199254740993",
        "Money": {"@currency": "EUR", "#text": "1.50"},
        "New": 3,
        "Parent": {"attributes": {"type": "Thing"}, "Double": 1.5e7},
        "Poly": {"attributes": {"type": "Other"}, "Text": "5"},
        "Time": null,
        "Up": {"a": ["1", "2"]},
        "{urn:other}New": "",
    });
    assert_eq!(serde_json::to_value(&thing).unwrap(), expected);
    for read in back(&thing) {
        assert_eq!(read, thing);
        assert_eq!(read.as_record().text("Double"), Some("1500.0"));
        assert_eq!(
            read.get(Thing::MONEY).unwrap().currency.as_deref(),
            Some("EUR")
        );
        let other: Other = read.get(Thing::POLY).unwrap().cast().unwrap();
        assert_eq!(other.get(Other::TEXT), Some(5));
    }
}

#[test]
fn a_record_is_whole_without_its_table() {
    let record = row(ROW, &[&THING]);
    let tree = serde_json::to_value(&record).unwrap();
    assert_eq!(
        tree["attributes"],
        json!({"type": "Thing", "namespace": NS})
    );
    for read in back(&record) {
        assert_eq!(read, record);
        assert_eq!(read.cast::<Thing>().unwrap().into_record(), record);
    }
    // What a view wrote does not say the namespace that its reader knows.
    let written = serde_json::to_string(&view(&record)).unwrap();
    let read: Record = serde_json::from_str(&written).unwrap();
    let error = read.cast::<Thing>().unwrap_err().to_string();
    assert!(error.contains("another namespace"), "{error}");
    let read = json::record::<Base, _>(&mut serde_json::Deserializer::from_str(&written)).unwrap();
    assert_eq!(read.cast::<Thing>().unwrap().into_record(), record);
    assert!(read.cast::<Other>().is_err());
}

#[test]
fn a_record_of_a_type_without_a_view_is_sent_as_it_is() {
    let text = r#"{"attributes": {"type": "Brand_New__c"}, "Id": "001D000000IRFma", "Gone__c": null,
        "Flag__c": true, "Up__r": {"attributes": {"type": "Up"}, "Key__c": "k"}}"#;
    let record = json::record::<Base, _>(&mut serde_json::Deserializer::from_str(text)).unwrap();
    let again: Record = serde_json::from_value(serde_json::to_value(&record).unwrap()).unwrap();
    assert_eq!(again, record);
    for record in [record, again] {
        let value = All {
            things: vec![record],
            ..All::default()
        };
        let written = probe::encode(&value).unwrap();
        let body = &written[written.find("<k:things").unwrap()..];
        assert_eq!(
            body,
            "<k:things xsi:type=\"k:Brand_New__c\"><k:fieldsToNull>Gone__c</k:fieldsToNull>\
             <k:Id>001D000000IRFma</k:Id><k:Flag__c xsi:type=\"xsd:boolean\">true</k:Flag__c>\
             <k:Up__r xsi:type=\"k:Up\"><k:Key__c>k</k:Key__c></k:Up__r></k:things></k:All>"
        );
    }
}

#[test]
fn what_people_write_by_hand_is_read() {
    let text = r#"{"Double": 12, "Int": "7", "Boolean": "1", "List": "one", "Text": null, "Id": "001D000000IRFma",
        "fieldsToNull": ["Date"], "Parent": {"Text": "p"}, "attributes": {"url": "/services/data", "type": "Thing"}}"#;
    let thing: Thing = serde_json::from_str(text).unwrap();
    assert_eq!(thing.get(Thing::DOUBLE), Some(12.0));
    assert_eq!(thing.get(Thing::INT), Some(7));
    assert_eq!(thing.get(Thing::BOOLEAN), Some(true));
    assert_eq!(thing.get(Thing::LIST), Some(vec!["one"]));
    assert_eq!(thing.get(Thing::ID).unwrap().as_str(), "001D000000IRFmaIAH");
    assert_eq!(
        thing.get(Thing::PARENT).unwrap().get(Thing::TEXT),
        Some("p")
    );
    for key in ["Text", "Date"] {
        assert!(thing.as_record().field(key).unwrap().is_null());
    }
    let result: QueryResult = serde_json::from_str(
        r#"{"totalSize": 1, "done": true, "records": [{"attributes": {"type": "Thing"}, "Text": "x"}]}"#,
    )
    .unwrap();
    assert!(result.done && result.records[0].is::<Thing>());
    let id: Id = serde_json::from_str("\"001D000000IRFma\"").unwrap();
    assert_eq!(serde_json::to_value(id).unwrap(), "001D000000IRFmaIAH");
}

#[test]
fn what_does_not_fit_is_refused_where_it_is() {
    for (text, at) in [
        (r#"{"Int": 1.5}"#, "Int"),
        (r#"{"Int": 3000000000}"#, "Int"),
        (r#"{"Text": 1}"#, "Text"),
        (r#"{"Text": ["a", "b"]}"#, "Text"),
        (
            r#"{"Parent": {"Parent": {"Date": "2024-02-30"}}}"#,
            "Parent/Parent/Date",
        ),
        (r#"{"Money": 1}"#, "Money"),
        (r#"{"New": [[1]]}"#, "New"),
        (r#"{"attributes": "Thing"}"#, "attributes"),
    ] {
        let error = serde_json::from_str::<Thing>(text).unwrap_err().to_string();
        assert!(
            error.contains("expected") && error.contains(&format!("(at {at})")),
            "{error}"
        );
        assert!(!error.contains("02-30"), "{error}");
    }
    let other = r#"{"attributes": {"type": "Other"}}"#;
    let error = serde_json::from_str::<Thing>(other)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expected a record of type Thing, found one of Other"),
        "{error}"
    );
    let twice = r#"{"attributes": {"type": "Thing"}, "attributes": {"type": "Other"}}"#;
    assert!(serde_json::from_str::<Thing>(twice).is_err());
}

#[test]
fn nesting_has_an_end_both_ways() {
    let mut record = Record::new(&THING);
    for _ in 0..200 {
        record = Thing::new()
            .with(Thing::PARENT, Thing::from_record(record))
            .into_record();
    }
    let error = serde_json::to_string(&record).unwrap_err().to_string();
    assert!(error.contains("limit"), "{error}");
    let mut tree = json!({});
    for _ in 0..200 {
        tree = json!({"Parent": tree});
    }
    let error = serde_json::from_value::<Thing>(tree)
        .unwrap_err()
        .to_string();
    assert!(error.contains("limit"), "{error}");
}

#[test]
fn secrets_are_written_since_serialising_is_explicit() {
    let value = All {
        secret: Some("s3cret".into()),
        ..All::default()
    };
    assert!(serde_json::to_string(&value).unwrap().contains("s3cret"));
    assert!(!format!("{value:?}").contains("s3cret"));
}

#[test]
fn numbers_keep_their_text() {
    for text in [
        "1500.0",
        "1500",
        "1.50",
        "1.5E7",
        "1.5e7",
        "15000000.5",
        "1.23456789E7",
        "0.1",
        "-0.0",
        "-0",
        "007",
        "+1",
        "INF",
        "-INF",
        "9007199254740991",
        "9007199254740992",
        "1.0E-4",
        "0.0001",
        "1E400",
        "123456789012345.6",
        "1.23456789012345E-10",
        " 5 ",
        "0.30000000000000004",
        "5E-324",
        "1.7976931348623157E308",
    ] {
        let thing = thing(&format!(
            "<Double>{text}</Double><Any xsi:type='xsd:double'>{text}</Any>"
        ));
        for read in back(&thing) {
            assert_eq!(read.as_record().text("Double"), Some(text));
            assert_eq!(read, thing);
        }
    }
    let is_number = |text: &str| {
        let thing = thing(&format!("<Double>{text}</Double>"));
        serde_json::to_value(&thing).unwrap()["Double"].is_number()
    };
    // What the service writes and what a client sets, of up to 15 digits.
    assert!(
        ["1999.95", "0.0", "1.0E-5", "9.87654321E7", "3", "1.0E14"]
            .into_iter()
            .all(is_number)
    );
    for value in [1999.95, 0.0, 1e-5, 98_765_432.1, 3.0, 1e14] {
        let tree = serde_json::to_value(Thing::new().with(Thing::DOUBLE, value)).unwrap();
        assert_eq!(tree["Double"].as_f64(), Some(value));
    }
}

#[test]
fn numbers_of_arbitrary_precision_are_numbers() {
    // What serde_json's feature makes of the numbers in `{"Double": 1500.0, "Int": -7}`.
    let of = |text: &str| json!({"$serde_json::private::Number": text});
    let tree = json!({"Double": of("1500.0"), "Int": of("-7"), "Long": of("9007199254740993")});
    let thing: Thing = serde_json::from_value(tree).unwrap();
    assert_eq!(thing.text_of(Thing::DOUBLE), Some("1500.0"));
    assert_eq!(thing.get(Thing::INT), Some(-7));
    assert_eq!(thing.get(Thing::LONG), Some(9_007_199_254_740_993));
    let tree = json!({"Double": of("1E400")});
    assert!(serde_json::from_value::<Thing>(tree).is_err());
}

#[test]
fn values_stand_alone_too() {
    let bytes = Binary(vec![0, 255, 1]);
    assert_eq!(serde_json::to_value(&bytes).unwrap(), "AP8B");
    assert_eq!(back(&bytes), [bytes.clone(), bytes]);
    for text in [
        "1.5",
        "1.50",
        "12345678901234567890",
        "15000000.5",
        "-3",
        "7.0",
    ] {
        let decimal: Decimal = text.parse().unwrap();
        assert_eq!(back(&decimal), [decimal.clone(), decimal]);
    }
    assert_eq!(back(&Color::Red), [Color::Red, Color::Red]);
    let newer = Color::from("Mauve");
    assert_eq!(back(&newer), [newer.clone(), newer]);
    let date = AnyValue {
        type_name: Some(TypeName {
            namespace: XSD.into(),
            name: "date".into(),
        }),
        ..AnyValue::text("2024-01-31")
    };
    assert_eq!(
        serde_json::to_value(&date).unwrap(),
        json!({"attributes": {"type": "xsd:date"}, "#text": "2024-01-31"})
    );
    assert_eq!(back(&date), [date.clone(), date]);
}

#[test]
fn names_that_are_taken_have_their_namespace() {
    let mut thing = Thing::new().with(Thing::TEXT, "known");
    for (namespace, name) in [
        ("urn:other", "Text"),
        (NS, "attributes"),
        (NS, "x"),
        ("", "x"),
    ] {
        let value = AnyValue::text(namespace);
        let element = Element {
            namespace: namespace.into(),
            name: name.into(),
            value,
        };
        thing.as_record_mut().push_extra(element);
    }
    let tree = serde_json::to_value(&thing).unwrap();
    let names: Vec<_> = tree.as_object().unwrap().keys().cloned().collect();
    let expected = [
        "Text",
        "attributes",
        "x",
        "{urn:kinds}attributes",
        "{urn:other}Text",
        "{}x",
    ];
    assert_eq!(names, expected);
    assert_eq!(back(&thing), [thing.clone(), thing]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn structs(value in strategies::all()) {
        for read in back(&value) {
            prop_assert_eq!(&read, &value);
        }
    }

    #[test]
    fn records_and_views(record in strategies::record()) {
        for read in back(&record) {
            prop_assert_eq!(&read, &record);
        }
        if let Ok(view) = record.cast::<Thing>() {
            for read in back(&view) {
                prop_assert_eq!(&read, &view);
            }
            let dynamic = json::record::<Base, _>(serde_json::to_value(&view).unwrap()).unwrap();
            prop_assert_eq!(dynamic.cast::<Thing>().unwrap(), view);
        }
    }

    #[test]
    fn values_of_any_type(value in strategies::any_value_of()) {
        for read in back(&value) {
            prop_assert_eq!(&read, &value);
        }
    }

    #[test]
    fn texts_of_doubles(text in "-?[0-9]{1,17}(\\.[0-9]{1,17})?([eE]-?[0-9]{1,3})?", value in any::<f64>()) {
        for text in [text, format!("{value}"), format!("{value:E}"), format!("{value:?}")] {
            let mut record = Record::new(&THING);
            if record.set_text("Double", &text).is_ok() {
                for read in back(&view(&record)) {
                    prop_assert_eq!(read.as_record().text("Double"), Some(&*text));
                }
            }
        }
    }

    #[test]
    fn any_json_is_read_or_refused(text in "[\\[\\]{}\",:0-9a-zA-Z# @.-]{0,40}") {
        let _ = serde_json::from_str::<Thing>(&text);
        if let Ok(tree) = serde_json::from_str::<Value>(&text) {
            let _ = serde_json::from_value::<Record>(tree.clone());
            let _ = serde_json::from_value::<All>(json!({"nested": tree}));
        }
    }
}

#[test]
fn mixed_content_as_deep_as_the_limit_is_read_again() {
    let mut value = AnyValue::text("x");
    for _ in 0..120 {
        let mut mixed = Mixed::new();
        mixed.push_text("a");
        mixed.push(Element {
            namespace: NS.into(),
            name: "b".into(),
            value,
        });
        value = AnyValue {
            content: Content::Mixed(mixed),
            ..AnyValue::default()
        };
    }
    let tree = serde_json::to_value(&value).unwrap();
    assert_eq!(serde_json::from_value::<AnyValue>(tree).unwrap(), value);
}

#[test]
fn what_has_no_place_in_a_value_is_an_error() {
    for json in [
        r##"{"#text": "x", "foo": "y"}"##,
        r##"{"#mixed": ["y"], "b": "z"}"##,
        r##"{"#mixed": [{"@a": "x"}]}"##,
    ] {
        assert!(serde_json::from_str::<AnyValue>(json).is_err(), "{json}");
    }
    let elements = r##"{"#elements": [{"a": "1"}, {"b": "2"}]}"##;
    let value: AnyValue = serde_json::from_str(elements).unwrap();
    assert_eq!(value.as_record().unwrap().text("b"), Some("2"));
}

#[test]
fn attributes_of_a_value_that_came_without_its_table_are_written() {
    let parent = "<Parent xsi:type='k:Thing'><Money currency='CHF'>1.5</Money></Parent>";
    let record = row(
        &format!("<records xsi:type='k:Thing'>{parent}</records>"),
        &[],
    );
    let thing: Thing = record.cast().unwrap();
    let json = serde_json::to_string(&thing).unwrap();
    let again: Thing = serde_json::from_str(&json).expect(&json);
    let money = again.get(Thing::PARENT).unwrap().get(Thing::MONEY).unwrap();
    assert_eq!(money.currency.as_deref(), Some("CHF"), "{json}");
}
