//! Records: what an answer may hold.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "kinds/mod.rs"]
mod kinds;

use kinds::answers::{XSD, XSI, row, rows, thing};
use kinds::{All, BASE, Base, NS, OTHER, Other, QueryResult, THING, Thing};
use saponify::generated::View as _;
use saponify::probe;
use saponify::{AnyValue, Error, FieldRef, Limits, Presence, Record, TypeName};

#[test]
fn an_unknown_type_is_kept_whole_and_sent_back() {
    let content = "<records xsi:type='k:Brand_New__c'><Id>0015e000001AAAAAAK</Id><Name>n</Name>\
        <Flag__c xsi:type='xsd:boolean'>true</Flag__c><Up__r xsi:type='k:Up'><a>1</a><b/></Up__r>\
        <Gone__c xsi:nil='true'/></records>";
    let record = row(content, &[&THING]);
    assert_eq!(
        (record.type_name(), record.type_namespace()),
        ("Brand_New__c", NS)
    );
    assert!(!record.is::<Thing>() && record.cast::<Thing>().is_err());
    assert_eq!(record.text("Id"), Some("0015e000001AAAAAAK"));
    assert_eq!(record.text("Name"), Some("n"));
    let flag = record
        .extra()
        .iter()
        .find(|e| &*e.name == "Flag__c")
        .unwrap();
    assert_eq!(flag.value.parse(), Ok(true));
    let type_name = flag.value.type_name.as_ref().unwrap();
    assert_eq!((&*type_name.namespace, &*type_name.name), (XSD, "boolean"));
    let up = record.field("Up__r").unwrap().as_record().unwrap();
    assert_eq!(
        (up.type_name(), up.text("a"), up.text("b")),
        ("Up", Some("1"), Some(""))
    );
    assert_eq!(record.field("Gone__c"), Some(FieldRef::Null));
    let names: Vec<_> = record.fields().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["Id", "Name", "Flag__c", "Up__r", "Gone__c"]);

    let value = All {
        things: vec![record.clone()],
        ..All::default()
    };
    let written = probe::encode(&value).unwrap();
    assert!(
        written.contains("xsi:type=\"k:Brand_New__c\"><k:fieldsToNull>Gone__c</k:fieldsToNull>")
    );
    assert!(!written.contains("<k:Gone__c"));
    let read: All = probe::decode(&written, Limits::default(), &[]).unwrap();
    for (name, value) in record.fields() {
        assert_eq!(read.things[0].field(name), Some(value));
    }
}

#[test]
fn a_record_of_no_table_becomes_a_view_and_is_checked() -> Result<(), Error> {
    let content = "<records xsi:type='k:Thing'><Text>t</Text><Int> 7 </Int><Parent><Text>p</Text></Parent>\
        <Money currency='EUR'>1.50</Money><List>a</List><Id>001D000000IRFma</Id><List>b</List><New>x</New>\
        </records>";
    // The declared type is the base: without the table, its other fields are kept as they came.
    let record = row(content, &[]);
    assert_eq!(record.table(), &BASE);
    assert!(record.is::<Thing>());
    let view: Thing = record.cast()?;
    assert_eq!(view.get(Thing::TEXT), Some("t"));
    assert_eq!(view.get(Thing::INT), Some(7));
    assert_eq!(view.get(Thing::ID).unwrap().as_str(), "001D000000IRFmaIAH");
    assert_eq!(view.get(Thing::LIST), Some(vec!["a", "b"]));
    assert_eq!(view.get(Thing::PARENT).unwrap().get(Thing::TEXT), Some("p"));
    assert_eq!(view.as_record().text("New"), Some("x"));
    // By a table, attributes have their place; as unknown content they have none.
    let known: Thing = row(content, &[&THING]).cast()?;
    assert_eq!(
        known.get(Thing::MONEY).unwrap().currency.as_deref(),
        Some("EUR")
    );
    assert_eq!(known.get(Thing::TEXT), view.get(Thing::TEXT));

    for wrong in [
        "<Int>x</Int>",
        "<Int><a/></Int>",
        "<Parent>x</Parent>",
        "<Parent><Int>x</Int></Parent>",
    ] {
        let content = format!("<records xsi:type='k:Thing'>{wrong}</records>");
        let error = row(&content, &[]).cast::<Thing>().unwrap_err();
        assert!(error.is_decode() && !error.path().is_empty(), "{error}");
        let error = rows(&content, &[&THING]).unwrap_err();
        assert!(
            error.is_decode() && error.path().contains("records/"),
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn any_record_is_a_view_of_nothing_in_particular() {
    let record = row(
        "<records xsi:type='k:Thing'><Text>t</Text></records>",
        &[&THING],
    );
    assert_eq!(record.cast::<Record>().unwrap(), record);
    assert!(record.cast::<Base>().is_err(), "a base is another type");
    assert!(record.cast::<Other>().is_err());
}

#[test]
fn parents_may_be_of_many_types() {
    let view = thing(
        "<Poly xsi:type='k:Other'><Text>5</Text></Poly><Parent xsi:type='k:Other'><Text>6</Text></Parent>",
    );
    // Other is not known here: it is read as its base, and cast where it is asked for.
    let poly = view.get(Thing::POLY).unwrap();
    assert_eq!(poly.type_name(), "Other");
    assert_eq!(poly.cast::<Other>().unwrap().get(Other::TEXT), Some(5));
    assert_eq!(poly.text("Text"), Some("5"));
    // A parent of a type that its key does not expect is there, but not as that.
    assert!(view.get(Thing::PARENT).is_none());
    assert_eq!(view.presence(Thing::PARENT), Presence::Present);
    let parent = view
        .as_record()
        .field("Parent")
        .unwrap()
        .as_record()
        .unwrap();
    assert_eq!(
        (parent.type_name(), parent.text("Text")),
        ("Other", Some("6"))
    );

    let known = row(
        "<records xsi:type='k:Thing'><Poly xsi:type='k:Other'><Text>5</Text></Poly></records>",
        &[&THING, &OTHER],
    );
    let known: Thing = known.cast().unwrap();
    assert_eq!(known.get(Thing::POLY).unwrap().table(), &OTHER);
    assert_eq!(known.get(Thing::POLY).unwrap(), poly);
    let wrong =
        "<records xsi:type='k:Thing'><Poly xsi:type='k:Other'><Text>x</Text></Poly></records>";
    assert!(rows(wrong, &[&THING, &OTHER]).is_err());
}

#[test]
fn child_rows_are_nested_results() {
    let nested = "<All><nested><string>s</string><numbers>1</numbers><numbers xsi:nil='true'/>\
        <things xsi:type='k:Thing'><Text>a</Text></things><things><Id xsi:nil='true'/></things></nested></All>";
    let view = thing(nested);
    let all = view.get(Thing::ALL).unwrap();
    let nested = all.nested.as_deref().unwrap();
    assert_eq!(nested.numbers, [Some(1), None]);
    assert_eq!(nested.things.len(), 2);
    assert_eq!(
        nested.things[0].cast::<Thing>().unwrap().get(Thing::TEXT),
        Some("a")
    );
    assert_eq!(nested.things[1].presence(Thing::ID), Presence::Null);

    let result: QueryResult = probe::decode(
        &format!(
            "<Result xmlns='{NS}' xmlns:xsi='{XSI}'><done>false</done><queryLocator>01g</queryLocator>\
             <records><Text>1</Text></records><size>2</size><records xsi:nil='true'/><records/></Result>"
        ),
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!(
        (result.done, result.size, result.records.len()),
        (false, 2, 2)
    );
    assert_eq!(result.query_locator.as_deref(), Some("01g"));
}

#[test]
fn values_of_any_type_tell_theirs() {
    for (ty, text) in [
        ("xsd:int", "42"),
        ("xsd:dateTime", "2024-01-31T13:05:09.000Z"),
        ("xsd:string", ""),
        ("k:ID", "0015e000001AAAAAAK"),
    ] {
        let view = thing(&format!("<Any xsi:type='{ty}'>{text}</Any>"));
        let value = view.get(Thing::ANY).unwrap();
        assert_eq!(value.as_str(), Some(text));
        let (_, local) = ty.split_once(':').unwrap();
        assert_eq!(&*value.type_name.as_ref().unwrap().name, local);
    }
    let view = thing("<Any>plain</Any>");
    assert_eq!(view.get(Thing::ANY).unwrap(), &AnyValue::text("plain"));
    let view = thing("<Any xsi:type='k:Thing'><Text>x</Text><Text>y</Text></Any>");
    let record = view.get(Thing::ANY).unwrap().as_record().unwrap();
    assert_eq!((record.type_name(), record.extra().len()), ("Thing", 2));
    let view = thing("<Any xsi:nil='true'/>");
    assert_eq!(view.presence(Thing::ANY), Presence::Null);
    assert!(view.get(Thing::ANY).is_none());
    // Text between elements has no place, and is no reason to lose the row.
    for mixed in ["<Any>text<a/></Any>", "<Any><a/>text</Any>"] {
        let view = thing(mixed);
        let record = view.get(Thing::ANY).unwrap().as_record().unwrap();
        assert_eq!(record.text("a"), Some(""), "{mixed}");
    }
    // A type whose prefix is not declared is passed over, and the declared one is any type.
    let view = thing("<Any xsi:type='u:x'>y</Any>");
    assert_eq!(view.get(Thing::ANY).unwrap().as_str(), Some("y"));
    let content = "<records xsi:type='k:Thing'><Any xsi:type=''/></records>";
    assert!(rows(content, &[&THING]).unwrap_err().is_decode());
}

#[test]
fn a_group_of_rows_has_its_values_as_elements() {
    let record = row(
        "<records xsi:type='k:AggregateResult'><Industry>Banking</Industry>\
         <expr0 xsi:type='x:int' xmlns:x='http://www.w3.org/2001/XMLSchema'>42</expr0>\
         <expr0 xsi:type='xsd:double'>1.5</expr0></records>",
        &[],
    );
    assert_eq!(record.text("Industry"), Some("Banking"));
    assert_eq!(
        record.text("expr0"),
        Some("42"),
        "the first of a repeated name"
    );
    assert_eq!(record.extra().len(), 3);
}

#[test]
fn repeats_of_a_single_field_leave_the_last() {
    for content in [
        "<Id>001D000000IRFmaIAH</Id><Id>0015e000001AAAAAAK</Id><Text>t</Text>",
        "<Id>001D000000IRFmaIAH</Id><Text>t</Text><Id>0015e000001AAAAAAK</Id>",
        "<Id xsi:nil='true'/><Text>u</Text><Text>t</Text><Id>0015e000001AAAAAAK</Id>",
    ] {
        let view = thing(content);
        assert_eq!(view.get(Thing::ID).unwrap().as_str(), "0015e000001AAAAAAK");
        assert_eq!(view.get(Thing::TEXT), Some("t"));
        assert_eq!(view.as_record().fields().count(), 2);
    }
    assert_eq!(
        thing("<Text>t</Text>").presence(Thing::ID),
        Presence::Absent
    );
    assert_eq!(
        thing("<Id xsi:nil='1'/>").presence(Thing::ID),
        Presence::Null
    );
    let all: All = probe::decode(
        &format!("<All xmlns='{NS}'><nested><strings>a</strings></nested><nested><strings>b</strings></nested></All>"),
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!(all.nested.unwrap().strings, ["b"]);
}

#[test]
fn attributes_of_the_same_name_as_elements_are_told_apart() {
    let all: All = probe::decode(
        &format!("<All xmlns='{NS}' attribute='a' number='7'><attribute>e</attribute><string>s</string></All>"),
        Limits::default(),
        &[],
    )
    .unwrap();
    assert_eq!(all.attribute.as_deref(), Some("a"));
    assert_eq!(all.element.as_deref(), Some("e"));
    assert_eq!(all.number, Some(7));
}

#[test]
fn values_with_attributes_are_read_in_every_row() {
    let content = "<records xsi:type='k:Thing'><Money currency='EUR'>1</Money></records>\
        <records xsi:type='k:Thing'><Money currency='USD'>2</Money></records>\
        <records xsi:type='k:Thing'><Money>3</Money></records>\
        <records xsi:type='k:Thing'><Money currency='CHF'><!-- -->4</Money></records>";
    let seen: Vec<_> = rows(content, &[&THING])
        .unwrap()
        .iter()
        .map(|row| {
            let money = row.get(Thing::MONEY).unwrap();
            (
                money.currency.clone().unwrap_or_default(),
                money.value.to_string(),
            )
        })
        .collect();
    let expected = [("EUR", "1"), ("USD", "2"), ("", "3"), ("CHF", "4")];
    assert_eq!(seen, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn a_type_name_is_compared_by_namespace() {
    let name = |namespace: &str| TypeName {
        namespace: namespace.into(),
        name: "Thing".into(),
    };
    assert_ne!(name(NS), name("urn:other"));
    let record = row(
        "<records xmlns:o='urn:other' xsi:type='o:Thing'><Text>t</Text></records>",
        &[&THING],
    );
    assert_eq!(record.type_namespace(), "urn:other");
    assert!(record.cast::<Thing>().is_err());
}
