//! Reads and writes records, views and structs as JSON, or as any other self-describing format of
//! serde. This needs the Cargo feature `serde`.
//!
//! The code is written once over the tables. [`Record`] and the value types of this crate are
//! `Serialize` and `Deserialize`. Generated views, structs and enums are, too, if they were
//! generated with the option `serde`. Where Salesforce's REST API has a form for a value, this
//! module uses the same form:
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
//! - An absent field is absent, null is `null`, and a repeated field is a list.
//! - `attributes.type` is the `xsi:type`. Every sObject has it. Other values have it if their type
//!   is not the declared one, such as a `DuplicateError` among `errors`. `attributes.namespace` is
//!   present if it is not the expected one, which is the namespace of the declared type or, without
//!   one, of the enclosing record. The reader ignores other members of `attributes`, such as `url`
//!   in REST.
//! - A number is written as a JSON number if every parser, including JavaScript's, reads back the
//!   same text. These are integers below 2⁵³, and doubles of at most 15 digits in the form that
//!   Salesforce writes (`12.5`, `1500.0`, `1.5E7`). All other numbers are strings with the exact
//!   text: `"1.50"`, `"9007199254740993"`, `"INF"`. The reader accepts numbers and strings.
//! - Dates, times and ids are strings with the text of the message. Bytes are base64.
//! - A value of `xsd:anyType`, and an element that no table knows, is a string if it has no type
//!   and no attributes. It is a boolean or a number if its type is `xsd:boolean`, `xsd:int`,
//!   `xsd:long` or `xsd:double` and its text has the form of such a value. With any other type it
//!   is `{"attributes": {"type": "xsd:date"}, "#text": "2024-01-31"}`.
//! - An element that no table knows is a member like others, and several elements with one name are
//!   a list. The member is called `{namespace}name` if the element is in another namespace than the
//!   record, or if a field already has the name. The second of two fields with one name is
//!   `{namespace}name#2`. An XML attribute is `@name`, or `@{namespace}name` if it has a namespace.
//!   The text of an element with attributes is `#text`, which is `null` if the element is nil.
//!   Mixed content is a list called `#mixed`. Its items are texts, and objects with one member for
//!   each element.
//! - If one `xsd:any` of a struct accepted elements with several names, these elements are a list
//!   called `#elements`, because their order may matter. Its items are objects with one member
//!   each.
//! - A choice, and a sequence that repeats as a whole, is an object with its elements. The items of
//!   an `xsd:list` are a list.
//! - When a struct is read, members that its table does not know are ignored, just as unknown
//!   elements are in XML.
//!
//! # A record without its table
//!
//! Read the JSON of a view as the same view. To read records of any type, use [`record`], which
//! takes from a view the fields that all types have in common. A `Record` writes its namespace, so
//! the JSON of a [`Record`] can be read back as a [`Record`] without loss. The fields of that
//! record are unknown and its numbers are strings, until [`cast`](Record::cast) or a call gives it
//! a table.
//!
//! A field such as `What` declares another type than that of the record in it. Such a record is
//! written by the fields that the declared type knows, so that it can be read back. Cast the record
//! first to write its numbers as numbers.
//!
//! # Secrets
//!
//! Serialising is an explicit request, so every value is written, including values that `Debug`
//! shows as `***`. Take care where you write a `LoginResult`.

mod members;
mod number;
mod read;
mod read_untyped;
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

/// Reads a record of a type that belongs to the same family as `V`, such as any sObject. The type
/// is the one that `attributes` names, or `V` if there are no `attributes`. [`cast`](Record::cast)
/// converts the record to the view of its type.
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
/// Returns the errors of the format, and an error if a value does not fit its field.
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

/// Reads into an existing struct. For generated code.
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
        read_untyped::any(tree, "", 0).map_err(D::Error::custom)
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

/// The member that describes the value. No element can have this name.
const ATTRIBUTES: &str = "attributes";
const TEXT: &str = "#text";
const ELEMENTS: &str = "#elements";
const MIXED: &str = "#mixed";
/// The prefix of the names of XML Schema types.
const XSD_PREFIX: &str = "xsd:";
