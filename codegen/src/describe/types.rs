//! The data of a describe.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What an org says about its objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Describe {
    /// The version of the format.
    pub version: u32,
    /// The API version at which the org was asked, such as `64.0`.
    pub api_version: String,
    /// The objects, by name.
    pub objects: BTreeMap<String, Object>,
}

/// What an org says about an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Object {
    /// What users call it.
    pub label: String,
    /// What users call several of them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label_plural: String,
    /// The first three characters of its ids; empty if it has none of its own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key_prefix: String,
    /// Its fields, by name.
    pub fields: BTreeMap<String, Field>,
    /// Its child relationships, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub children: BTreeMap<String, Child>,
}

/// Rows of another object that refer to this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Child {
    /// The other object.
    pub object: String,
    /// Its field that refers to this one.
    pub field: String,
}

/// What an org says about a field. What is false or zero is left out of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Field {
    /// What users call it.
    pub label: String,
    /// Its type in the words of the API, such as `picklist` or `currency`.
    #[serde(rename = "type")]
    pub ty: String,
    /// The most characters of a text.
    #[serde(skip_serializing_if = "is_zero")]
    pub length: u32,
    /// The most digits of a number with a point.
    #[serde(skip_serializing_if = "is_zero")]
    pub precision: u32,
    /// How many of these digits are after the point.
    #[serde(skip_serializing_if = "is_zero")]
    pub scale: u32,
    /// The most digits of a whole number.
    #[serde(skip_serializing_if = "is_zero")]
    pub digits: u32,
    /// The text that helps users to fill it in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The values of a picklist, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
    /// Whether no other value is accepted.
    #[serde(skip_serializing_if = "is_false")]
    pub restricted: bool,
    /// The objects to which it refers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refers_to: Vec<String>,
    /// Whether it can be in a `WHERE`.
    #[serde(skip_serializing_if = "is_false")]
    pub filterable: bool,
    /// Whether it can be in an `ORDER BY`.
    #[serde(skip_serializing_if = "is_false")]
    pub sortable: bool,
    /// Whether `upsert` can find a row by it.
    #[serde(skip_serializing_if = "is_false")]
    pub external_id: bool,
    /// Whether no two rows have the same value.
    #[serde(skip_serializing_if = "is_false")]
    pub unique: bool,
    /// Whether the org computes it.
    #[serde(skip_serializing_if = "is_false")]
    pub calculated: bool,
}

/// A value of a picklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct Value {
    /// What the API has.
    pub value: String,
    /// What users see, if it is something else.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Whether new rows cannot have it any more.
    #[serde(skip_serializing_if = "is_false")]
    pub inactive: bool,
}

impl Describe {
    /// An empty describe of this version of the API.
    #[must_use]
    pub fn new(api_version: &str) -> Self {
        Self {
            version: super::VERSION,
            api_version: api_version.to_owned(),
            objects: BTreeMap::new(),
        }
    }
}

impl Child {
    /// Rows of this object, whose field refers to the parent.
    #[must_use]
    pub fn new(object: &str, field: &str) -> Self {
        Self {
            object: object.to_owned(),
            field: field.to_owned(),
        }
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_false(is: &bool) -> bool {
    !is
}
