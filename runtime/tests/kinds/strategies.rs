//! Random values of every kind.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use saponify::generated::{
    AnyValue, Binary, Date, DateTime, Decimal, Element, Id, Time, View as _,
};
use saponify::{Attribute, Content, Mixed, Node, Record, TypeName};

use super::{All, BASE, Base, Color, Money, NS, Thing};

/// Characters that XML can carry, the awkward ones often.
pub fn text() -> impl Strategy<Value = String> {
    let awkward = prop::sample::select(vec![
        "\r",
        "\n",
        "\t",
        "\r\n",
        " ",
        "]]>",
        "]]",
        "<",
        ">",
        "&",
        "\"",
        "'",
        "&amp;",
        "<![CDATA[",
        "-->",
        "\u{FFFD}",
        "\u{D7FF}",
        "\u{E000}",
        "\u{FEFF}",
        "\u{10000}",
        "\u{10FFFF}",
        "\u{85}",
        "\u{2028}",
        "\u{7F}",
        "é",
        "日本",
        "nil",
        "true",
    ]);
    let any = any::<char>().prop_filter(
        "XML cannot carry it",
        |c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..),
    );
    let piece = prop_oneof![
        awkward.prop_map(str::to_owned),
        any.prop_map(String::from),
        "[a-z ]{1,20}",
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// A name that no table of `kinds` has a field for.
pub fn name() -> impl Strategy<Value = String> {
    "(x|ä|_)[a-zA-Z0-9_.\u{B7}-]{0,8}"
}

pub fn namespace() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just(NS.to_owned()),
        Just("urn:other".to_owned()),
        Just("urn:unknown?a&b=\"<'>".to_owned()),
    ]
}

pub fn id() -> impl Strategy<Value = Id> {
    "[a-zA-Z0-9]{15}".prop_map(|text| text.parse().unwrap())
}

fn decimal() -> impl Strategy<Value = Decimal> {
    "-?[0-9]{1,30}(\\.[0-9]{1,20})?".prop_map(|text| text.parse().unwrap())
}

pub fn timestamp() -> impl Strategy<Value = DateTime> {
    (DateTime::MIN.as_nanosecond()..=DateTime::MAX.as_nanosecond())
        .prop_map(|nanos| DateTime::from_nanosecond(nanos).unwrap())
}

pub fn date() -> impl Strategy<Value = Date> {
    (-9999_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| Date::new(y, m, d).unwrap())
}

pub fn time() -> impl Strategy<Value = Time> {
    (0_i8..24, 0_i8..60, 0_i8..60, 0_i32..1_000_000_000)
        .prop_map(|(h, m, s, n)| Time::new(h, m, s, n).unwrap())
}

fn type_name() -> impl Strategy<Value = TypeName> {
    let xsd = ("http://www.w3.org/2001/XMLSchema", "string");
    prop_oneof![
        Just((xsd.0.to_owned(), xsd.1.to_owned())),
        // A prefix cannot stand for "no namespace".
        (namespace(), name()),
    ]
    .prop_map(|(namespace, name)| TypeName {
        namespace: namespace.into(),
        name: name.into(),
    })
}

fn content() -> impl Strategy<Value = Content> {
    let leaf = prop_oneof![Just(Content::Nil), text().prop_map(Content::Text),];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let value = (of(type_name()), attributes(), inner).prop_map(any_value);
        let element = (namespace(), name(), value).prop_map(element_of);
        // A record without children reads as an empty text.
        (vec((element, text()), 1..3), text(), any::<bool>()).prop_map(|(nodes, first, mixes)| {
            let mut record = Record::default();
            let mut mixed = Mixed::new();
            mixed.push_text(&first);
            for (element, after) in nodes {
                record.push_extra(element.clone());
                mixed.push(element);
                mixed.push_text(&after);
            }
            // White space alone is no text.
            let has_text = mixed
                .nodes()
                .any(|node| matches!(node, Node::Text(text) if !blank(text)));
            match mixes && has_text {
                true => Content::Mixed(mixed),
                false => Content::Record(record),
            }
        })
    })
}

fn blank(text: &str) -> bool {
    text.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
}

/// No two of one name.
fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    vec((namespace(), name(), text()), 0..3).prop_map(|all| {
        let mut attributes: Vec<Attribute> = Vec::new();
        for (namespace, name, value) in all {
            let same = |a: &Attribute| *a.name == *name && *a.namespace == *namespace;
            if name != "xmlns" && !attributes.iter().any(same) {
                attributes.push(Attribute {
                    namespace: namespace.into(),
                    name: name.into(),
                    value,
                });
            }
        }
        attributes
    })
}

/// The record in a value is of the type that the value says.
fn any_value(
    (type_name, attributes, content): (Option<TypeName>, Vec<Attribute>, Content),
) -> AnyValue {
    let content = match (&type_name, content) {
        (Some(name), Content::Record(record)) => {
            let mut typed = Record::of_type(Record::default().table(), &name.namespace, &name.name);
            record
                .extra()
                .iter()
                .for_each(|e| typed.push_extra(e.clone()));
            Content::Record(typed)
        }
        (_, content) => content,
    };
    AnyValue {
        type_name,
        attributes,
        content,
    }
}

fn element_of((namespace, name, value): (String, String, AnyValue)) -> Element {
    Element {
        namespace: namespace.into(),
        name: name.into(),
        value,
    }
}

pub fn any_value_of() -> impl Strategy<Value = AnyValue> {
    (of(type_name()), attributes(), content()).prop_map(any_value)
}

pub fn element() -> impl Strategy<Value = Element> {
    (namespace(), name(), any_value_of()).prop_map(element_of)
}

/// As [`element`], but for nulls that are written by name, before all others.
fn extra() -> impl Strategy<Value = Element> {
    element().prop_filter("null by name", |e| {
        !(e.value.is_nil() && &*e.namespace == NS)
    })
}

fn money() -> impl Strategy<Value = Money> {
    (of(text()), decimal()).prop_map(|(currency, value)| Money { currency, value })
}

fn color() -> impl Strategy<Value = Color> {
    prop_oneof![
        Just(Color::Red),
        // White space around an enumerated value says nothing.
        "[A-Z][a-z]{0,9}".prop_map(|text| Color::from(&*text)),
    ]
}

/// A double that equals itself.
fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("NaN is not equal to itself", |v| !v.is_nan()),
        Just(f64::INFINITY),
        Just(-0.0),
        Just(1E300),
        Just(5E-324),
    ]
}

pub fn all() -> BoxedStrategy<All> {
    let integers = (
        of(any::<i8>()),
        of(any::<i16>()),
        of(any::<i32>()),
        of(any::<i64>()),
        of(any::<u8>()),
        of(any::<u16>()),
        of(any::<u32>()),
        of(any::<u64>()),
    );
    let others = (
        of(any::<f32>().prop_filter("NaN", |v| !v.is_nan())),
        of(double()),
        of(decimal()),
        of(timestamp()),
        of(date()),
        of(time()),
        of(id()),
        of(vec(any::<u8>(), 0..40).prop_map(Binary)),
        of(vec(any::<u8>(), 0..40).prop_map(Binary)),
    );
    let texts = (
        of(text()),
        of(any::<bool>()),
        of(color()),
        // A nil of no type in a field that may be absent reads as absent.
        of(any_value_of().prop_filter("nil", |v| !v.is_nil())),
        vec(text(), 0..3),
        vec(of(any::<i32>()), 0..4),
        of(text()),
        of(text()),
        of(any::<i32>()),
        of(text()),
    );
    let nested = (
        vec(money(), 0..3),
        vec(record(), 0..2),
        vec(element(), 0..4),
    );
    let flat = (integers, others, texts, nested).prop_map(|(i, o, t, n)| All {
        string: t.0,
        boolean: t.1,
        byte: i.0,
        short: i.1,
        int: i.2,
        long: i.3,
        unsigned_byte: i.4,
        unsigned_short: i.5,
        unsigned_int: i.6,
        unsigned_long: i.7,
        float: o.0,
        double: o.1,
        decimal: o.2,
        date_time: o.3,
        date: o.4,
        time: o.5,
        id: o.6,
        base64: o.7,
        hex: o.8,
        r#enum: t.2,
        any: t.3,
        strings: t.4,
        numbers: t.5,
        nested: None,
        list: n.0,
        things: n.1,
        secret: t.6,
        attribute: t.7,
        number: t.8,
        element: t.9,
        wildcard: n.2,
    });
    let flat = flat.boxed();
    (flat.clone(), of(flat))
        .prop_map(|(outer, inner)| All {
            nested: inner.map(Box::new),
            ..outer
        })
        .boxed()
}

/// One change of a record.
#[derive(Clone, Debug)]
pub enum Change {
    Text(String),
    Secret(String),
    Bytes(Vec<u8>),
    Boolean(bool),
    Date(Date),
    DateTime(DateTime),
    Time(Time),
    Double(f64),
    Int(i32),
    Long(i64),
    List(Vec<String>),
    Money(Money),
    Any(AnyValue),
    Id(Id),
    Parent(Record),
    Poly(Record),
    Extra(Element),
    Null(u8),
    Unset(u8),
}

pub fn change(nested: BoxedStrategy<Record>) -> impl Strategy<Value = Change> {
    prop_oneof![
        text().prop_map(Change::Text),
        text().prop_map(Change::Secret),
        vec(any::<u8>(), 0..50).prop_map(Change::Bytes),
        any::<bool>().prop_map(Change::Boolean),
        date().prop_map(Change::Date),
        timestamp().prop_map(Change::DateTime),
        time().prop_map(Change::Time),
        double().prop_map(Change::Double),
        any::<i32>().prop_map(Change::Int),
        any::<i64>().prop_map(Change::Long),
        vec(text(), 0..4).prop_map(Change::List),
        money().prop_map(Change::Money),
        any_value_of()
            .prop_filter("nil", |v| !v.is_nil())
            .prop_map(Change::Any),
        id().prop_map(Change::Id),
        nested.clone().prop_map(Change::Parent),
        nested.prop_map(Change::Poly),
        extra().prop_map(Change::Extra),
        (2_u8..18).prop_map(Change::Null),
        (2_u8..18).prop_map(Change::Unset),
    ]
}

pub fn apply(thing: &mut Thing, change: Change) {
    match change {
        Change::Text(v) => _ = thing.set(Thing::TEXT, v),
        Change::Secret(v) => _ = thing.set(Thing::SECRET, v),
        Change::Bytes(v) => _ = thing.set(Thing::BASE64, v),
        Change::Boolean(v) => _ = thing.set(Thing::BOOLEAN, v),
        Change::Date(v) => _ = thing.set(Thing::DATE, v),
        Change::DateTime(v) => _ = thing.set(Thing::DATE_TIME, v),
        Change::Time(v) => _ = thing.set(Thing::TIME, v),
        Change::Double(v) => _ = thing.set(Thing::DOUBLE, v),
        Change::Int(v) => _ = thing.set(Thing::INT, v),
        Change::Long(v) => _ = thing.set(Thing::LONG, v),
        Change::List(v) => _ = thing.set(Thing::LIST, v),
        Change::Money(v) => _ = thing.set(Thing::MONEY, v),
        Change::Any(v) => _ = thing.set(Thing::ANY, v),
        Change::Id(v) => _ = thing.set(Thing::ID, v),
        Change::Parent(v) => _ = thing.set(Thing::PARENT, Thing::from_record(v)),
        Change::Poly(v) => _ = thing.set(Thing::POLY, v),
        Change::Extra(v) => thing.as_record_mut().push_extra(v),
        Change::Null(field) => _ = thing.set_null(saponify::Key::<Thing, str>::new(field.into())),
        Change::Unset(field) => _ = thing.unset(saponify::Key::<Thing, str>::new(field.into())),
    }
}

/// A record whose `Id` is nil: where the schema demands it, an absent one is written so.
pub fn new_thing() -> Thing {
    let mut thing = Thing::new();
    thing.set_null(Thing::ID);
    thing
}

/// A record as a program makes it, after any number of changes.
pub fn record() -> BoxedStrategy<Record> {
    let leaf = Just(new_thing().into_record()).boxed();
    leaf.prop_recursive(3, 8, 2, |inner| {
        vec(change(inner), 0..12)
            .prop_map(|changes| {
                let mut thing = new_thing();
                changes.into_iter().for_each(|c| apply(&mut thing, c));
                thing.into_record()
            })
            .boxed()
    })
    .boxed()
    .prop_union(unknown().boxed())
    .boxed()
}

/// A record of a type that no table describes.
fn unknown() -> impl Strategy<Value = Record> {
    (namespace(), name(), vec(extra(), 0..3), of(id())).prop_map(|(ns, name, extra, id)| {
        let mut record = Record::of_type(&BASE, &ns, &name);
        match id {
            Some(id) => record.set_text("Id", id.as_str()).unwrap(),
            None => record.put_null(Base::ID),
        }
        extra.into_iter().for_each(|e| record.push_extra(e));
        record
    })
}
