//! The codec: one for all types, driven by tables.

mod convert;
mod decode;
mod encode;
mod groups;
mod records;
mod references;
mod template;

pub(crate) use convert::{copy, to_record, to_struct};
pub(crate) use decode::{Decoder, find, is_nil, leaf, within};
#[cfg(feature = "serde")]
pub(crate) use encode::push_lexical;
pub(crate) use encode::{Encoder, list};
#[cfg(feature = "serde")]
pub(crate) use records::push_text;
pub(crate) use references::References;

use crate::schema::{Namespace, Schema, Type};

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
