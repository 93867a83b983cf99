//! The table of a record of unknown type.

use super::{Namespace, Schema, Type};

/// The table of a record of unknown type.
pub(crate) static ANY_RECORD: Type = Type::new("", &ANY_SCHEMA, 0).with_flags(Type::OPEN);

/// The schema of tables that belong to no WSDL.
pub(crate) static ANY_SCHEMA: Schema = Schema::new(&[Namespace::new("", "")], &[]);
