//! Names that already have a meaning in the scopes where names of a WSDL are defined.

/// Methods and constants that every view has, inherent or by a trait.
pub(super) const OF_VIEWS: &[&str] = &[
    "as_record",
    "as_record_mut",
    "borrow",
    "borrow_mut",
    "clone",
    "clone_from",
    "clone_into",
    "copy_bytes",
    "default",
    "deref",
    "deref_mut",
    "eq",
    "fmt",
    "from",
    "from_record",
    "get",
    "get_as",
    "into",
    "into_record",
    "ne",
    "new",
    "presence",
    "set",
    "set_null",
    "set_values",
    "static_table",
    "text_of",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
    "unset",
    "values_of",
    "with",
];
pub(super) const OF_STRUCTS: &[&str] = &["derived"];
pub(super) const OF_ENUMS: &[&str] = &["KNOWN", "Other"];
pub(super) const OF_SERVICES: &[&str] = &[
    "borrow",
    "builder",
    "client",
    "clone",
    "default",
    "fmt",
    "from",
    "from_client",
    "into",
    "limit_info",
    "to_owned",
    "try_from",
    "try_into",
    "type_id",
    "with",
    "without",
];
pub(super) const OF_TABLES: &[&str] = &["SCHEMA"];
pub(super) const OF_OPERATIONS: &[&str] = &["FAULTS", "QUERY_OPERATIONS"];
/// Names that begin with a small letter and are in scope where types are defined. Only a type whose
/// capitalized name is taken begins with a small letter.
pub(super) const OF_TYPES: &[&str] = &[
    "bool", "f32", "f64", "g", "i16", "i32", "i64", "i8", "str", "tables", "u16", "u32", "u64",
    "u8",
];
