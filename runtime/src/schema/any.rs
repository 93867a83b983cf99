//! The table of a record of unknown type.

use super::{Namespace, Schema, Type};

/// The table of a record of unknown type.
pub(crate) static ANY_RECORD: Type = ANY_TYPE;

/// The value of [`ANY_RECORD`], from which other tables without a known type are made.
pub(crate) const ANY_TYPE: Type = Type {
    name: "",
    schema: &Schema {
        namespaces: &[Namespace {
            uri: "",
            prefix: "",
        }],
        defaults: &[],
        types: &[],
    },
    ns: 0,
    flags: Type::OPEN,
    sorted_from: 0,
    base: None,
    fields: &[],
};
