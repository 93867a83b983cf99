//! Schema tables: what generated code knows about a type, as static data.
//!
//! One codec reads and writes every type by its [`Type`]. Tables contain no closures and no
//! function pointers, so thirty thousand fields of a tenant cost data and not code. See "Tables,
//! not expanded code" in ARCHITECTURE.md.

use std::fmt;
use std::sync::OnceLock;

mod any;
mod field;
#[cfg(feature = "server")]
mod port;
mod rows;
mod service;

pub(crate) use any::{ANY_RECORD, ANY_SCHEMA};
pub use field::{Field, Kind};
#[cfg(feature = "server")]
pub use port::{Document, Piece, Port};
use rows::Rows;
pub use service::{Operation, QueryOperations, Repeat, Service, SoapVersion};

/// The namespaces of one WSDL. Tables refer to them by index.
#[derive(Debug)]
pub struct Schema {
    /// The namespaces. Index 0 is always "no namespace".
    pub(crate) namespaces: &'static [Namespace],
    /// The default values of the fields whose type has the flag [`Type::DEFAULTED`].
    pub(crate) defaults: &'static [DefaultValue],
    /// The local names of all types that `xsi:type` may name, sorted by their bytes. It is empty if
    /// they are not listed.
    pub(crate) types: &'static [&'static str],
}

impl Schema {
    /// A schema with these namespaces, of which the first one is "no namespace", and these default
    /// values.
    #[must_use]
    pub const fn new(namespaces: &'static [Namespace], defaults: &'static [DefaultValue]) -> Self {
        Self {
            namespaces,
            defaults,
            types: &[],
        }
    }

    /// Sets the local names of all types that `xsi:type` may name, sorted by their bytes. Other
    /// types then count as [`unknown_types`](crate::Drift::unknown_types). A program does not link
    /// the tables of the types that it does not use, but it knows their names.
    #[must_use]
    pub const fn with_types(mut self, types: &'static [&'static str]) -> Self {
        self.types = types;
        self
    }

    /// Whether the names of the types are listed, and this one is not among them.
    pub(crate) fn lacks_type(&self, name: &str) -> bool {
        !self.types.is_empty() && self.types.binary_search(&name).is_err()
    }

    /// The namespaces. The first one is always "no namespace".
    #[must_use]
    pub const fn namespaces(&self) -> &'static [Namespace] {
        self.namespaces
    }

    /// The URIs of the namespaces, by index.
    pub(crate) fn uris(&self) -> impl Iterator<Item = &'static str> {
        self.namespaces.iter().map(|namespace| namespace.uri)
    }
}

/// The schema's `default` or `fixed` value of a field (XML Schema part 1, sections 3.2.1 and
/// 3.3.1). An attribute has this value if it is absent, and an element has it if it is present and
/// empty.
#[derive(Debug)]
pub struct DefaultValue {
    /// The type that has the field.
    pub(crate) ty: &'static Type,
    /// The index of the field in the type.
    pub(crate) field: u16,
    /// The value in its lexical form.
    pub(crate) text: &'static str,
}

impl DefaultValue {
    /// The default value of the field at index `field` of `ty`, in its lexical form.
    #[must_use]
    pub const fn new(ty: &'static Type, field: u16, text: &'static str) -> Self {
        Self { ty, field, text }
    }
}

/// A namespace and the prefix that requests use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// The URI. It is empty for "no namespace".
    pub(crate) uri: &'static str,
    /// The prefix, which is unique within the schema. It is empty for "no namespace". The encoder
    /// uses some prefixes itself, so this one is not `soapenc`, `soapenv` or `xsi`, does not start
    /// with an underscore, and is `xsd` only for the namespace of XML Schema.
    pub(crate) prefix: &'static str,
}

impl Namespace {
    /// A namespace and its prefix. Both are empty for "no namespace".
    #[must_use]
    pub const fn new(uri: &'static str, prefix: &'static str) -> Self {
        Self { uri, prefix }
    }

    /// The URI. It is empty for "no namespace".
    #[must_use]
    pub const fn uri(&self) -> &'static str {
        self.uri
    }

    /// The prefix that requests use for the namespace.
    #[must_use]
    pub const fn prefix(&self) -> &'static str {
        self.prefix
    }
}

/// A complex type, or the anonymous type of a global element.
///
/// Two tables are equal only if they are the same static item.
pub struct Type {
    /// Local name on the wire.
    pub(crate) name: &'static str,
    /// The schema whose namespaces `ns` and the fields' `ns` refer to.
    pub(crate) schema: &'static Schema,
    /// Index of the namespace of the type's name.
    pub(crate) ns: u8,
    /// The flags: [`Type::OPEN`] and the constants after it.
    pub(crate) flags: u8,
    /// Fields before this index are in schema order. The fields from this index on are sorted by
    /// the bytes of their names.
    pub(crate) sorted_from: u16,
    /// The base type, if there is one. `fields` starts with the fields of the base type.
    pub(crate) base: Option<&'static Type>,
    /// Where the fields are.
    fields: Fields,
    /// The fields, once the text of [`Fields::Rows`] has been read.
    read: OnceLock<Box<[Field]>>,
}

/// Where the fields of a type are.
#[derive(Clone, Copy)]
enum Fields {
    List(&'static [Field]),
    Rows(Rows),
    /// The type has the fields of its base type and no others.
    OfBase,
}

impl Type {
    /// The type is decoded into a sparse [`Record`](crate::Record), which keeps unknown fields.
    pub const OPEN: u8 = 1;
    /// When a value is written, its first repeated field names the null fields. In Salesforce this
    /// field is `fieldsToNull`.
    pub const NULLS_BY_NAME: u8 = 2;
    /// The type is the root of a family of types. A value carries `xsi:type`.
    pub const TYPED: u8 = 4;
    /// The type is a choice: exactly one of its fields is present.
    pub const CHOICE: u8 = 8;
    /// The type has groups, or elements of one name in several positions. The position of an
    /// element then decides which field it belongs to.
    pub const GROUPED: u8 = 16;
    /// The type has fields with a [`DefaultValue`].
    pub const DEFAULTED: u8 = 32;
    /// Any child element belongs to field 0, whatever its name. This is so for the items of an
    /// encoded array (SOAP 1.1 section 5.4.2) and for the result of an rpc operation (section 7.1).
    pub const ANY_NAME: u8 = 64;

    /// A type without fields. `ns` is the index of the namespace of the type's name.
    #[must_use]
    pub const fn new(name: &'static str, schema: &'static Schema, ns: u8) -> Self {
        Self {
            name,
            schema,
            ns,
            flags: 0,
            sorted_from: 0,
            base: None,
            fields: Fields::List(&[]),
            read: OnceLock::new(),
        }
    }

    /// Sets the flags: [`Type::OPEN`] and the constants after it.
    #[must_use]
    pub const fn with_flags(mut self, flags: u8) -> Self {
        self.flags = flags;
        self
    }

    /// Sets the base type. The fields of this type must start with those of the base type.
    #[must_use]
    pub const fn with_base(mut self, base: &'static Type) -> Self {
        self.base = Some(base);
        self
    }

    /// Sets all fields. Fields before the index `sorted_from` are in schema order. The fields from
    /// this index on are sorted by the bytes of their names.
    #[must_use]
    pub const fn with_fields(mut self, sorted_from: u16, fields: &'static [Field]) -> Self {
        self.sorted_from = sorted_from;
        self.fields = Fields::List(fields);
        self
    }

    /// As [`with_fields`](Self::with_fields), with the fields as text: see `rows.rs`. `tables` are the
    /// tables that the text names. The text is read when the fields are used for the first time.
    #[must_use]
    pub const fn with_rows(
        mut self,
        sorted_from: u16,
        text: &'static str,
        tables: &'static [(&'static str, &'static Type)],
    ) -> Self {
        self.sorted_from = sorted_from;
        self.fields = Fields::Rows(Rows { text, tables });
        self
    }

    /// The type has the fields of its base type and no others.
    #[must_use]
    pub const fn with_fields_of_base(mut self, sorted_from: u16) -> Self {
        self.sorted_from = sorted_from;
        self.fields = Fields::OfBase;
        self
    }

    /// Local name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Index of the namespace of the type's name in [`Schema::namespaces`].
    #[must_use]
    pub const fn ns(&self) -> u8 {
        self.ns
    }

    /// The schema that the type belongs to.
    #[must_use]
    pub const fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The type that this type derives from.
    #[must_use]
    pub const fn base(&self) -> Option<&'static Type> {
        self.base
    }

    /// All fields. Inherited fields come first.
    #[must_use]
    #[inline]
    pub fn fields(&'static self) -> &'static [Field] {
        match self.read.get() {
            Some(fields) => fields,
            None => self.first_fields(),
        }
    }

    /// The fields, which have not been read from a text before.
    #[cold]
    fn first_fields(&'static self) -> &'static [Field] {
        match self.fields {
            Fields::List(fields) => fields,
            Fields::Rows(rows) => self.read.get_or_init(|| rows.fields()),
            Fields::OfBase => self.base.map_or(&[], Type::fields),
        }
    }

    /// Whether a flag is set, such as [`Type::OPEN`].
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The namespace of the type's name.
    #[must_use]
    pub fn namespace(&self) -> &'static str {
        self.schema.namespaces[usize::from(self.ns)].uri
    }

    /// The namespace of a field's name.
    #[must_use]
    pub fn uri(&self, field: &Field) -> &'static str {
        let namespaces = self.schema.namespaces;
        namespaces
            .get(usize::from(field.ns))
            .map_or("", |namespace| namespace.uri)
    }

    /// The field at an index.
    #[must_use]
    pub fn field(&'static self, index: u16) -> Option<&'static Field> {
        self.fields().get(usize::from(index))
    }

    /// Index of the field with this local name, in any namespace.
    #[must_use]
    pub fn find(&'static self, name: &str) -> Option<u16> {
        let fields = self.fields();
        let (head, tail) = fields.split_at(fields.len().min(self.sorted_from.into()));
        let index = match head.iter().position(|field| field.name == name) {
            Some(index) => index,
            None => {
                let found = tail.binary_search_by(|field| field.name.cmp(name)).ok()?;
                head.len() + found
            }
        };
        u16::try_from(index).ok()
    }

    /// Index of the field that names the null fields.
    pub(crate) fn names_of_nulls(&'static self) -> Option<u16> {
        if !self.has(Self::NULLS_BY_NAME) {
            return None;
        }
        let mut fields = (0..).zip(self.fields());
        fields.find_map(|(index, field)| field.has(Field::REPEATED).then_some(index))
    }

    /// Whether this type is `other` or derives from it.
    #[must_use]
    pub fn is_a(&self, other: &Type) -> bool {
        std::iter::successors(Some(self), |ty| ty.base).any(|ty| std::ptr::eq(ty, other))
    }

    /// The default value of a field, if the schema has one.
    pub(crate) fn default_of(&self, field: u16) -> Option<&'static str> {
        if !self.has(Type::DEFAULTED) {
            return None;
        }
        let mut defaults = self.schema.defaults.iter();
        let found = defaults.find(|d| std::ptr::eq(d.ty, self) && d.field == field)?;
        Some(found.text)
    }

    /// This type, its base type, the base type of that one, and so on.
    pub(crate) fn and_bases(&'static self) -> impl Iterator<Item = &'static Self> {
        std::iter::successors(Some(self), |ty| ty.base)
    }

    /// The last type of the chain of base types, such as `sObject`.
    #[must_use]
    pub fn root(&'static self) -> &'static Self {
        self.and_bases().last().unwrap_or(self)
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Type {}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Tables refer to each other in circles, so only names are printed.
        write!(f, "Type({{{}}}{})", self.namespace(), self.name)
    }
}
