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
use g::Type;

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
    ($($table:ident = $name:literal, $flags:expr, $sorted_from:expr, $($base:ident,)? $rows:literal, [$($nested:ident),*];)*) => {
        $(pub static $table: Type = Type::new($name, &SCHEMA, 1)
            .with_flags($flags)
            $(.with_base(&$base))?
            .with_rows($sorted_from, $rows, &[$((stringify!($nested), &$nested)),*]);)*
    };
}

table! {
    // A plain struct: everything that a field can be.
    // `attribute` is an attribute, and an element in another namespace.
    ALL = "All", 0, u16::MAX, "
string 1 String OPT NIL
boolean 1 Boolean OPT
byte 1 Byte OPT
short 1 Short OPT
int 1 Int OPT
long 1 Long OPT
unsignedByte 1 UnsignedByte OPT
unsignedShort 1 UnsignedShort OPT
unsignedInt 1 UnsignedInt OPT
unsignedLong 1 UnsignedLong OPT
float 1 Float OPT
double 1 Double OPT
decimal 1 Decimal OPT
dateTime 1 DateTime OPT
date 1 Date OPT
time 1 Time OPT
id 1 Id OPT
base64 1 Base64 OPT
hex 1 Hex OPT
enum 1 Enum OPT
any 1 Any OPT NIL
strings 1 String OPT REP
numbers 1 Int OPT NIL REP
nested 1 Struct:ALL OPT
list 1 Struct:MONEY OPT REP
things 1 Record:THING OPT REP
secret 1 String OPT SEC
attribute 0 String OPT ATT
number 0 Int OPT ATT
attribute 1 String OPT
other 1 Wildcard OPT REP
", [ALL, MONEY, THING];
    // Simple content with an attribute.
    MONEY = "Money", 0, u16::MAX, "
currency 0 String OPT ATT
value 0 Decimal TXT
", [];
    // A sparse record: everything that a field of one can be.
    BASE = "base", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, "
fieldsToNull 1 String OPT NIL REP
Id 1 Id NIL
", [];
    THING = "Thing", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, BASE, "
fieldsToNull 1 String OPT NIL REP
Id 1 Id NIL
All 1 Struct:ALL OPT NIL
Any 1 Any OPT NIL
Base64 1 Base64 OPT NIL
Boolean 1 Boolean OPT NIL
Date 1 Date OPT NIL
DateTime 1 DateTime OPT NIL
Double 1 Double OPT NIL
Int 1 Int OPT NIL
List 1 String OPT NIL REP
Long 1 Long OPT NIL
Money 1 Struct:MONEY OPT NIL
Parent 1 Record:THING OPT NIL
Poly 1 Record:BASE OPT NIL
Secret 1 String OPT NIL SEC
Text 1 String OPT NIL
Time 1 Time OPT NIL
", [ALL, MONEY, THING, BASE];
    OTHER = "Other", Type::OPEN | Type::NULLS_BY_NAME | Type::TYPED, 2, BASE, "
fieldsToNull 1 String OPT NIL REP
Id 1 Id NIL
Text 1 Int OPT NIL
", [];
    QUERY = "query", 0, u16::MAX, "queryString 1 String", [];
    RESULT = "Result", 0, u16::MAX, "
done 1 Boolean
queryLocator 1 String NIL
records 1 Record:BASE OPT NIL REP
size 1 Int
", [BASE];
    RESPONSE = "queryResponse", 0, u16::MAX, "result 1 Struct:RESULT", [RESULT];
    HEADER = "Header", 0, u16::MAX, "note 1 String OPT", [];
    FAULT = "BadFault", 0, u16::MAX, "
exceptionCode 1 String
row 1 Int
", [];
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
