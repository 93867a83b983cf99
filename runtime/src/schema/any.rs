//! The table of records about which nothing is known.

use super::{Namespace, Schema, Type};

/// Table of a record about which nothing is known.
pub(crate) static ANY_RECORD: Type = ANY_TYPE;

/// The parts of [`ANY_RECORD`], for tables like it.
pub(crate) const ANY_TYPE: Type = Type {
    name: "",
    schema: &Schema {
        namespaces: &[Namespace {
            uri: "",
            prefix: "",
        }],
        defaults: &[],
    },
    ns: 0,
    flags: Type::OPEN,
    sorted_from: 0,
    base: None,
    fields: &[],
};
