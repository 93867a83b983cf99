//! Records, views and structs to and from JSON, or any other self-describing format of serde.
//! Cargo feature `serde`.
//!
//! Written once over the tables: [`Record`] and the value types of this crate are `Serialize` and
//! `Deserialize`; generated views, structs and enums are if the generator was asked (`serde` in
//! its options). The shape is that of Salesforce's REST API where it has one:
//!
//! ```json
//! {
//!   "attributes": { "type": "Account" },
//!   "Id": "0015e000001AAAAAAK",
//!   "AnnualRevenue": 1500.0,
//!   "Phone": null,
//!   "Owner": { "attributes": { "type": "User" }, "Name": "Jo" },
//!   "Contacts": { "done": true, "records": [], "size": 0 }
//! }
//! ```
//!
//! # What stands for what
//!
//! - A field that is absent is absent, null is `null`, a repeated field is a list.
//! - `attributes.type` is the `xsi:type`: of every sObject, and elsewhere where it is not the
//!   declared type, as of a `DuplicateError` among `errors`. `attributes.namespace` is there if it
//!   is not the one to expect: that of the declared type, else that of the enclosing record. Other
//!   members of `attributes`, such as REST's `url`, are passed over.
//! - A number is a JSON number if that reads back as the very text that came, with any parser
//!   and in JavaScript: integers below 2⁵³, and doubles of at most 15 digits in the form that
//!   Salesforce writes (`12.5`, `1500.0`, `1.5E7`). All others are strings with the exact text:
//!   `"1.50"`, `"9007199254740993"`, `"INF"`. Both are read.
//! - Dates, times and ids are strings as they came. Bytes are base64.
//! - A value of `xsd:anyType`, and an element that no table knows, is a string if it came without
//!   a type and without attributes, a boolean or number if its type is `xsd:boolean`, `xsd:int`, `xsd:long` or
//!   `xsd:double` and its text is of that form, and with any other type
//!   `{"attributes": {"type": "xsd:date"}, "#text": "2024-01-31"}`.
//! - An element that no table knows is a member like others; several of one name are a list. If
//!   its namespace is another than its record's, or its name is taken, the member is called
//!   `{namespace}name`; the second of two fields of one name is `{namespace}name#2`. An attribute of
//!   XML is `@name`, or `@{namespace}name` where that says which, and the text beside it `#text`
//!   (`null` if the element is nil). Elements with text between them are a list called `#mixed`: of
//!   texts, and of objects with one member for an element.
//! - Elements of several names that one `xsd:any` of a struct took are a list of objects with a
//!   member each, called `#elements`, because their order may matter.
//! - A choice, and a sequence that repeats as a whole, is an object with its elements; the items of
//!   an `xsd:list` are a list.
//! - Of structs, members that the table does not know are passed over, as unknown elements are.
//!
//! # A record without its table
//!
//! Read what a view wrote as that view. To read records of any type use [`record`], which takes
//! from a view what is common to all. A [`Record`] alone reads back whole what a `Record` wrote,
//! which for that names its namespace; its fields are unknown ones, and numbers strings, until
//! [`cast`](Record::cast) or a call gives it a table.
//!
//! A record in a place that declares another type than its own, such as `What`, is written by what
//! the declared type knows, so that it reads back alike: cast it first to get numbers.
//!
//! # Secrets
//!
//! Serialising is explicit, so every value is written, also those that `Debug` shows as `***`:
//! take care where a `LoginResult` goes.

mod members;
mod number;
mod read;
mod tree;
mod untyped;
mod write;

use serde_core::de::{Deserialize, Deserializer, Error as _};
use serde_core::ser::{Serialize, Serializer};

use crate::lexical;
use crate::lexical::Decimal;
use crate::lexical::Id;
use crate::lexical::binary;
use crate::record::AnyValue;
use crate::record::{FieldRef, Record};
use crate::schema::ANY_RECORD;
use crate::schema::Kind;
use crate::value::{Binary, FieldValue, OpenEnum, Slot, Struct, Value};
use crate::view::View;
use crate::xml::XSD;

use tree::Tree;
use untyped::AnyOut;
use write::{RecordOut, StructOut};

/// Writes a struct. For generated code.
#[doc(hidden)]
pub fn write_structure<S: Serializer>(
    value: &dyn Struct,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    StructOut::new(value).serialize(serializer)
}

/// Writes a value of an abstract type. For generated code.
#[doc(hidden)]
pub fn write_abstract<T: FieldValue, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value.value(0) {
        Value::Struct(value) => StructOut::undeclared(value).serialize(serializer),
        Value::Any(value) => value.serialize(serializer),
        _ => serializer.serialize_unit(),
    }
}

/// Writes a view. For generated code.
#[doc(hidden)]
pub fn write_view<V: View, S: Serializer>(view: &V, serializer: S) -> Result<S::Ok, S::Error> {
    RecordOut::new(view.as_record(), V::static_table()).serialize(serializer)
}

/// Reads a record that is of the same family as `V`, such as of any sObject: its type is that which
/// `attributes` names, and `V` if there are none. [`cast`](Record::cast) it to the view of its type.
///
/// ```ignore
/// use enterprise::Account;
/// use saponify::Record;
///
/// #[derive(serde::Deserialize)]
/// struct Job {
///     #[serde(deserialize_with = "saponify::json::record::<Account, _>")]
///     target: Record,
/// }
///
/// let json = r#"{"target": {"attributes": {"type": "Contact"}, "LastName": "Reyes"}}"#;
/// let job: Job = serde_json::from_str(json)?;
/// assert_eq!(job.target.type_name(), "Contact");
/// ```
///
/// # Errors
///
/// Those of the format, and if a field has a value that does not fit.
pub fn record<'de, V: View, D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
    let tree = Tree::deserialize(deserializer)?;
    read::record(tree, V::static_table(), V::static_table().namespace(), 0)
        .map_err(D::Error::custom)
}

/// Reads a view. For generated code.
#[doc(hidden)]
pub fn read_view<'de, V: View, D: Deserializer<'de>>(deserializer: D) -> Result<V, D::Error> {
    record::<V, D>(deserializer)?
        .cast()
        .map_err(D::Error::custom)
}

/// Reads a struct. For generated code.
#[doc(hidden)]
pub fn read_structure<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FieldValue + Default,
    D: Deserializer<'de>,
{
    let tree = Tree::deserialize(deserializer)?;
    let mut value = T::default();
    read::whole(value.slot(), tree).map_err(D::Error::custom)?;
    Ok(value)
}

/// Reads into a struct that is there. For generated code.
#[doc(hidden)]
pub fn read_into<'de, D: Deserializer<'de>>(
    value: &mut dyn Struct,
    deserializer: D,
) -> Result<(), D::Error> {
    let tree = Tree::deserialize(deserializer)?;
    read::whole(Slot::Struct(value), tree).map_err(D::Error::custom)
}

/// Reads an enum. For generated code.
#[doc(hidden)]
pub fn read_enum<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: OpenEnum + Default,
    D: Deserializer<'de>,
{
    let mut value = T::default();
    value.assign(&text(deserializer)?);
    Ok(value)
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RecordOut::new(self, &ANY_RECORD).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        read::record(tree, &ANY_RECORD, "", 0).map_err(D::Error::custom)
    }
}

impl Serialize for AnyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AnyOut::new(FieldRef::Any(self), "", 0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        read::any(tree, "", 0).map_err(D::Error::custom)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lexical::id(&text(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&binary::Base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = lexical::bytes(&text(deserializer)?, Kind::Base64);
        bytes.map(Binary).map_err(D::Error::custom)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        number::write(self.as_str(), serializer)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        let text = read::scalar(tree, Kind::Decimal).map_err(D::Error::custom)?;
        lexical::decimal(&text).map_err(D::Error::custom)
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let tree = Tree::deserialize(deserializer)?;
    read::scalar(tree, Kind::String).map_err(D::Error::custom)
}

/// Members that say something about the value, and that no element can be called.
const ATTRIBUTES: &str = "attributes";
const TEXT: &str = "#text";
const ELEMENTS: &str = "#elements";
const MIXED: &str = "#mixed";
/// Before the name of a type of XML Schema.
const XSD_PREFIX: &str = "xsd:";
