//! Types with a field of every kind, in the shape of generated code.
#![allow(
    dead_code,
    missing_docs,
    non_camel_case_types,
    unreachable_pub,
    clippy::all
)]

pub mod answers;
pub mod strategies;
pub mod words;

use ::saponify::generated as g;
use g::Kind;
use g::{ATT, NIL, OPT, REP, SEC, TXT, Type, field as f, nested as n};

/// Namespace of the types.
pub const NS: &str = "urn:kinds";

pub static SCHEMA: g::Schema = g::Schema::new(
    &[
        g::Namespace::new("", ""),
        g::Namespace::new(NS, "k"),
        g::Namespace::new("urn:other", "o"),
    ],
    &[],
);

macro_rules! table {
    ($($table:ident = $name:literal, $flags:expr, $sorted_from:expr, $($base:ident,)? [$($field:expr,)*];)*) => {
        $(pub static $table: Type = Type::new($name, &SCHEMA, 1)
            .with_flags($flags)
            $(.with_base(&$base))?
            .with_fields($sorted_from, &[$($field,)*]);)*
    };
}

table! {
    // A plain struct: everything that a field can be.
    ALL = "All", 0, u16::MAX, [
        f("string", 1, Kind::String, OPT | NIL),
        f("boolean", 1, Kind::Boolean, OPT),
        f("byte", 1, Kind::Byte, OPT),
        f("short", 1, Kind::Short, OPT),
        f("int", 1, Kind::Int, OPT),
        f("long", 1, Kind::Long, OPT),
        f("unsignedByte", 1, Kind::UnsignedByte, OPT),
        f("unsignedShort", 1, Kind::UnsignedShort, OPT),
        f("unsignedInt", 1, Kind::UnsignedInt, OPT),
        f("unsignedLong", 1, Kind::UnsignedLong, OPT),
        f("float", 1, Kind::Float, OPT),
        f("double", 1, Kind::Double, OPT),
        f("decimal", 1, Kind::Decimal, OPT),
        f("dateTime", 1, Kind::DateTime, OPT),
        f("date", 1, Kind::Date, OPT),
        f("time", 1, Kind::Time, OPT),
        f("id", 1, Kind::Id, OPT),
        f("base64", 1, Kind::Base64, OPT),
        f("hex", 1, Kind::Hex, OPT),
        f("enum", 1, Kind::Enum, OPT),
        f("any", 1, Kind::Any, OPT | NIL),
        f("strings", 1, Kind::String, OPT | REP),
        f("numbers", 1, Kind::Int, OPT | NIL | REP),
        n("nested", 1, Kind::Struct, OPT, &ALL),
        n("list", 1, Kind::Struct, OPT | REP, &MONEY),
        n("things", 1, Kind::Record, OPT | REP, &THING),
        f("secret", 1, Kind::String, OPT | SEC),
        // The same name as an attribute and in another namespace.
        f("attribute", 0, Kind::String, OPT | ATT),
        f("number", 0, Kind::Int, OPT | ATT),
        f("attribute", 1, Kind::String, OPT),
        f("", 1, Kind::Wildcard, OPT | REP),
    ];
    // Simple content with an attribute.
    MONEY = "Money", 0, u16::MAX, [
        f("currency", 0, Kind::String, OPT | ATT),
        f("value", 0, Kind::Decimal, TXT),
    ];
    // A sparse record: everything that a field of one can be.
    BASE = "base", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, [
        f("fieldsToNull", 1, Kind::String, OPT | NIL | REP),
        f("Id", 1, Kind::Id, NIL),
    ];
    THING = "Thing", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, BASE, [
        f("fieldsToNull", 1, Kind::String, OPT | NIL | REP),
        f("Id", 1, Kind::Id, NIL),
        n("All", 1, Kind::Struct, OPT | NIL, &ALL),
        f("Any", 1, Kind::Any, OPT | NIL),
        f("Base64", 1, Kind::Base64, OPT | NIL),
        f("Boolean", 1, Kind::Boolean, OPT | NIL),
        f("Date", 1, Kind::Date, OPT | NIL),
        f("DateTime", 1, Kind::DateTime, OPT | NIL),
        f("Double", 1, Kind::Double, OPT | NIL),
        f("Int", 1, Kind::Int, OPT | NIL),
        f("List", 1, Kind::String, OPT | NIL | REP),
        f("Long", 1, Kind::Long, OPT | NIL),
        n("Money", 1, Kind::Struct, OPT | NIL, &MONEY),
        n("Parent", 1, Kind::Record, OPT | NIL, &THING),
        n("Poly", 1, Kind::Record, OPT | NIL, &BASE),
        f("Secret", 1, Kind::String, OPT | NIL | SEC),
        f("Text", 1, Kind::String, OPT | NIL),
        f("Time", 1, Kind::Time, OPT | NIL),
    ];
    OTHER = "Other", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, BASE, [
        f("fieldsToNull", 1, Kind::String, OPT | NIL | REP),
        f("Id", 1, Kind::Id, NIL),
        f("Text", 1, Kind::Int, OPT | NIL),
    ];
    QUERY = "query", 0, u16::MAX, [f("queryString", 1, Kind::String, 0),];
    RESULT = "Result", 0, u16::MAX, [
        f("done", 1, Kind::Boolean, 0), f("queryLocator", 1, Kind::String, NIL),
        n("records", 1, Kind::Record, OPT | NIL | REP, &BASE), f("size", 1, Kind::Int, 0),
    ];
    RESPONSE = "queryResponse", 0, u16::MAX, [n("result", 1, Kind::Struct, 0, &RESULT),];
    HEADER = "Header", 0, u16::MAX, [f("note", 1, Kind::String, OPT),];
    FAULT = "BadFault", 0, u16::MAX, [f("exceptionCode", 1, Kind::String, 0), f("row", 1, Kind::Int, 0),];
}

pub static OPERATION: g::Operation = g::Operation::new("query", &QUERY, &RESPONSE)
    .with_output_headers(&[&HEADER])
    .with_faults(&[&FAULT]);

#[derive(Clone, Default)]
pub struct All {
    pub string: Option<String>,
    pub boolean: Option<bool>,
    pub byte: Option<i8>,
    pub short: Option<i16>,
    pub int: Option<i32>,
    pub long: Option<i64>,
    pub unsigned_byte: Option<u8>,
    pub unsigned_short: Option<u16>,
    pub unsigned_int: Option<u32>,
    pub unsigned_long: Option<u64>,
    pub float: Option<f32>,
    pub double: Option<f64>,
    pub decimal: Option<g::Decimal>,
    pub date_time: Option<g::DateTime>,
    pub date: Option<g::Date>,
    pub time: Option<g::Time>,
    pub id: Option<g::Id>,
    pub base64: Option<g::Binary>,
    pub hex: Option<g::Binary>,
    pub r#enum: Option<Color>,
    pub any: Option<g::AnyValue>,
    pub strings: Vec<String>,
    pub numbers: Vec<Option<i32>>,
    pub nested: Option<Box<All>>,
    pub list: Vec<Money>,
    pub things: Vec<g::Record>,
    pub secret: Option<String>,
    pub attribute: Option<String>,
    pub number: Option<i32>,
    pub element: Option<String>,
    pub wildcard: Vec<g::Element>,
}

g::structure!(All, ALL,
    0: string, 1: boolean, 2: byte, 3: short, 4: int, 5: long, 6: unsigned_byte,
    7: unsigned_short, 8: unsigned_int, 9: unsigned_long, 10: float, 11: double, 12: decimal,
    13: date_time, 14: date, 15: time, 16: id, 17: base64, 18: hex, 19: r#enum, 20: any,
    21: strings, 22: numbers, 23: nested, 24: list, 25: things, 26: secret, 27: attribute,
    28: number, 29: element, 30: wildcard);

macro_rules! by_field {
    ($($field:ident),*) => {
        impl All {
            /// Equality as it would be derived, to hold that of the tables against.
            pub fn is_alike(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&*
            }

            /// Takes over one field.
            pub fn take(&mut self, index: usize, other: &Self) {
                let takes: &[fn(&mut Self, &Self)] =
                    &[$(|this, other| this.$field.clone_from(&other.$field)),*];
                takes[index % takes.len()](self, other);
            }
        }
    };
}

by_field!(
    string,
    boolean,
    byte,
    short,
    int,
    long,
    unsigned_byte,
    unsigned_short,
    unsigned_int,
    unsigned_long,
    float,
    double,
    decimal,
    date_time,
    date,
    time,
    id,
    base64,
    hex,
    r#enum,
    any,
    strings,
    numbers,
    nested,
    list,
    things,
    secret,
    attribute,
    number,
    element,
    wildcard
);

#[non_exhaustive]
pub enum Color {
    Red,
    Green,
    Other(String),
}

g::open_enum! {
    Color,
    [
        Red = "Red",
        Green = "Green",
    ],
}

#[derive(Clone, Default)]
pub struct Money {
    pub currency: Option<String>,
    pub value: g::Decimal,
}

g::structure!(Money, MONEY, 0: currency, 1: value);

#[derive(Clone, Default)]
pub struct QueryResult {
    pub done: bool,
    pub query_locator: Option<String>,
    pub records: Vec<g::Record>,
    pub size: i32,
}

g::structure!(QueryResult, RESULT, 0: done, 1: query_locator, 2: records, 3: size);

#[derive(Clone, Default)]
pub struct Response {
    pub result: QueryResult,
}

g::structure!(Response, RESPONSE, 0: result);

#[derive(Clone, Default)]
pub struct BadFault {
    pub exception_code: String,
    pub row: i32,
}

g::structure!(BadFault, FAULT, 0: exception_code, 1: row);

g::view! {
    /// `base`
    Base, BASE
}

g::view! {
    /// `Thing`
    Thing, THING
}

g::view! {
    /// `Other`
    Other, OTHER
}

impl Base {
    pub const ID: g::Key<Self, g::Id> = g::key(1);
}

impl Thing {
    pub const ID: g::Key<Self, g::Id> = g::key(1);
    pub const ALL: g::Key<Self, g::Nested<All>> = g::key(2);
    pub const ANY: g::Key<Self, g::AnyValue> = g::key(3);
    pub const BASE64: g::Key<Self, [u8]> = g::key(4);
    pub const BOOLEAN: g::Key<Self, bool> = g::key(5);
    pub const DATE: g::Key<Self, g::Date> = g::key(6);
    pub const DATE_TIME: g::Key<Self, g::DateTime> = g::key(7);
    pub const DOUBLE: g::Key<Self, f64> = g::key(8);
    pub const INT: g::Key<Self, i32> = g::key(9);
    pub const LIST: g::Key<Self, g::List<str>> = g::key(10);
    pub const LONG: g::Key<Self, i64> = g::key(11);
    pub const MONEY: g::Key<Self, g::Nested<Money>> = g::key(12);
    pub const PARENT: g::Key<Self, g::Parent<Thing>> = g::key(13);
    pub const POLY: g::Key<Self, g::Record> = g::key(14);
    pub const SECRET: g::Key<Self, str> = g::key(15);
    pub const TEXT: g::Key<Self, str> = g::key(16);
    pub const TIME: g::Key<Self, g::Time> = g::key(17);
}

impl Other {
    pub const TEXT: g::Key<Self, i32> = g::key(2);
}
