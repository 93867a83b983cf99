//! The types and tables of a plan, decided down to each name.

use std::borrow::Cow;

use crate::content::{NodeKind, Occurs, ValueConstraint};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Namespace<'m> {
    pub(crate) uri: &'m str,
    pub(crate) prefix: Cow<'m, str>,
}

/// A module of types.
#[derive(Debug)]
pub(crate) struct Module<'m> {
    pub(crate) name: String,
    pub(crate) uris: Vec<&'m str>,
    /// Sorted by identifier.
    pub(crate) items: Vec<Item<'m>>,
}

/// A generated type.
#[derive(Debug)]
pub(crate) enum Item<'m> {
    View(View<'m>),
    Struct(Struct<'m>),
    Choice(Choice<'m>),
    Abstract(Abstract<'m>),
    Enum(Enum<'m>),
}

/// A typed view over records.
#[derive(Debug)]
pub(crate) struct View<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: TableId,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) fields: Vec<ViewField<'m>>,
}

/// A field of a view: its key, its getter and its setter.
#[derive(Debug)]
pub(crate) struct ViewField<'m> {
    /// Index in the table.
    pub(crate) index: usize,
    pub(crate) key: String,
    pub(crate) getter: String,
    /// `None` for fields that no client sets by method.
    pub(crate) setter: Option<String>,
    /// Whether the value is the result of a sub-query.
    pub(crate) is_child_rows: bool,
    pub(crate) ty: KeyType,
    pub(crate) doc: FieldDoc<'m>,
    /// A remark of Salesforce's documentation.
    pub(crate) remark: Option<&'static str>,
}

/// The type of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyType {
    Text,
    Bytes,
    Value(KeyValue),
    /// A parent record with a view of its own.
    Parent(TypeRef),
    Nested(TypeRef),
    /// A record without a view.
    Record,
    Any,
    Texts,
    Ids,
}

/// Types of keys whose values are passed by value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyValue {
    Boolean,
    Int,
    Long,
    Double,
    Id,
    DateTime,
    Date,
    Time,
}

/// What the documentation of a field says.
#[derive(Debug)]
pub(crate) struct FieldDoc<'m> {
    pub(crate) wire: Cow<'m, str>,
    pub(crate) node: NodeKind,
    pub(crate) content: DocContent<'m>,
    pub(crate) value_constraint: Option<ValueConstraint<'m>>,
    /// `None` for a branch of a choice that occurs once.
    pub(crate) occurs: Option<Occurs>,
    pub(crate) text: Option<&'m str>,
}

/// What a field holds, in the words of the schema.
#[derive(Debug)]
pub(crate) enum DocContent<'m> {
    /// A value of the type with this name.
    Type(&'m str),
    /// The rows of a sub-query, of the type with this name.
    ChildRows(&'m str),
    /// The text between the elements of mixed content.
    MixedText,
    /// Elements or attributes that a wildcard allows.
    Wildcard,
    /// The element that a choice holds when no other branch fits.
    OtherElement,
    Group(GroupDoc),
}

/// What a group of elements consists of. Names are those of the first members.
#[derive(Debug)]
pub(crate) enum GroupDoc {
    Choice(NameList),
    Sequence(NameList),
    Mixed(NameList),
    /// Mixed content that declares no elements.
    MixedText,
    /// The head of a substitution group.
    Substitution(String),
}

/// The first names of a list.
#[derive(Debug)]
pub(crate) struct NameList {
    pub(crate) first: Vec<String>,
    /// Whether there are more names.
    pub(crate) more: bool,
}

/// A plain struct.
#[derive(Debug)]
pub(crate) struct Struct<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: TableId,
    pub(crate) base: Option<TypeRef>,
    /// Whether types derive from it.
    pub(crate) is_base: bool,
    /// The derived types whose values it accepts.
    pub(crate) derived: Vec<TypeRef>,
    /// Whether it is a SOAP header.
    pub(crate) header: bool,
    pub(crate) documentation: Option<&'m str>,
    /// What Salesforce's documentation says about a header.
    pub(crate) remarks: Option<String>,
    pub(crate) derives: Vec<String>,
    pub(crate) fields: Vec<Field<'m>>,
}

/// A field of a struct, or a variant of a choice.
#[derive(Debug)]
pub(crate) struct Field<'m> {
    pub(crate) ident: String,
    pub(crate) ty: FieldType,
    pub(crate) doc: FieldDoc<'m>,
}

/// The Rust type of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldType {
    pub(crate) inner: InnerType,
    pub(crate) wrap: Wrap,
    pub(crate) boxing: Boxing,
}

/// Whether a value is in a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boxing {
    None,
    Box,
    /// In a box that hides what is in it, because types nest too deeply for the compiler.
    Deep,
}

/// How a type is wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    Required,
    Optional,
    Repeated,
    /// Repeated, where items may be nil and keep their position.
    RepeatedOptional,
}

/// A Rust type without what it is wrapped in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InnerType {
    Scalar(Scalar),
    Enum(TypeRef),
    Struct(TypeRef),
    Record,
    Any,
    Element,
    Attribute,
    /// A value that may be nil, where nil is not the same as absent.
    Nillable(Box<InnerType>),
}

/// A simple value: its kind in a table, and with it its Rust type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Boolean,
    Byte,
    Short,
    Int,
    Long,
    UnsignedByte,
    UnsignedShort,
    UnsignedInt,
    UnsignedLong,
    Float,
    Double,
    Decimal,
    DateTime,
    Date,
    Time,
    /// A dateTime with or without a zone.
    XsdDateTime,
    /// A time with or without a zone.
    XsdTime,
    Base64,
    Hex,
    Id,
    String,
}

/// A generated type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TypeRef {
    /// Name of its module.
    pub(crate) module: String,
    pub(crate) ident: String,
}

/// A choice: an enum with a variant for each branch, in the order of its table.
#[derive(Debug)]
pub(crate) struct Choice<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) table: TableId,
    pub(crate) group: GroupDoc,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<Field<'m>>,
}

/// An abstract type: an enum with a variant for each type that derives from it.
#[derive(Debug)]
pub(crate) struct Abstract<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<DerivedVariant>,
}

/// The variant for a derived type.
#[derive(Debug)]
pub(crate) struct DerivedVariant {
    pub(crate) ident: String,
    pub(crate) ty: TypeRef,
}

/// An open enumeration.
#[derive(Debug)]
pub(crate) struct Enum<'m> {
    pub(crate) ident: String,
    pub(crate) wire: &'m str,
    pub(crate) documentation: Option<&'m str>,
    pub(crate) derives: Vec<String>,
    pub(crate) variants: Vec<EnumValue<'m>>,
}

/// A value of an enumeration.
#[derive(Debug)]
pub(crate) struct EnumValue<'m> {
    pub(crate) ident: String,
    pub(crate) wire: &'m str,
    pub(crate) documentation: Option<&'m str>,
}

/// Index in [`Plan::tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TableId(pub(crate) usize);

/// A static table.
#[derive(Debug)]
pub(crate) struct Table<'m> {
    pub(crate) ident: String,
    pub(crate) wire: Cow<'m, str>,
    /// Number of the namespace.
    pub(crate) ns: u8,
    pub(crate) open: bool,
    /// Whether the first repeated field lists the fields that are null.
    pub(crate) nulls_by_name: bool,
    /// Whether values say their type by `xsi:type`.
    pub(crate) typed: bool,
    pub(crate) choice: bool,
    /// Whether the field of an element depends on the position of the element.
    pub(crate) grouped: bool,
    /// Whether any child element is one of the first field, whatever its name.
    pub(crate) any_name: bool,
    /// The fields from this index on are sorted by name.
    pub(crate) sorted_from: usize,
    pub(crate) base: Option<TableId>,
    pub(crate) fields: Vec<TableField<'m>>,
}

#[derive(Debug, PartialEq)]
pub(crate) struct TableField<'m> {
    pub(crate) wire: Cow<'m, str>,
    /// Number of the namespace.
    pub(crate) ns: u8,
    pub(crate) kind: FieldKind,
    pub(crate) node: NodeKind,
    pub(crate) occurs: Occurs,
    /// Whether the value is a secret.
    pub(crate) sensitive: bool,
    /// Several values in one text.
    pub(crate) list: bool,
    /// `default` or `fixed`.
    pub(crate) default: Option<&'m str>,
}

/// What a field of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Scalar(Scalar),
    Enum,
    Any,
    Wildcard,
    AnyAttribute,
    /// The attribute that names the type of an array's items.
    ArrayType,
    Struct(TableId),
    Record(TableId),
    Group(TableId),
}

impl Item<'_> {
    pub(crate) fn ident(&self) -> &str {
        match self {
            Item::View(view) => &view.ident,
            Item::Struct(structure) => &structure.ident,
            Item::Choice(choice) => &choice.ident,
            Item::Abstract(ty) => &ty.ident,
            Item::Enum(enumeration) => &enumeration.ident,
        }
    }

    pub(crate) fn is_view(&self) -> bool {
        matches!(self, Item::View(_))
    }

    /// The table of which it is the type. Enumerations have none.
    pub(crate) fn table(&self) -> Option<TableId> {
        match self {
            Item::View(view) => Some(view.table),
            Item::Struct(structure) => Some(structure.table),
            Item::Choice(choice) => Some(choice.table),
            Item::Abstract(_) | Item::Enum(_) => None,
        }
    }
}

impl Table<'_> {
    pub(crate) fn has_defaults(&self) -> bool {
        self.fields.iter().any(|field| field.default.is_some())
    }
}

impl Scalar {
    /// Whether the Rust type is `Copy`.
    pub(crate) fn is_copy(self) -> bool {
        match self {
            Scalar::Decimal | Scalar::Base64 | Scalar::Hex | Scalar::String => false,
            Scalar::Boolean
            | Scalar::Byte
            | Scalar::Short
            | Scalar::Int
            | Scalar::Long
            | Scalar::UnsignedByte
            | Scalar::UnsignedShort
            | Scalar::UnsignedInt
            | Scalar::UnsignedLong
            | Scalar::Float
            | Scalar::Double
            | Scalar::DateTime
            | Scalar::Date
            | Scalar::Time
            | Scalar::XsdDateTime
            | Scalar::XsdTime
            | Scalar::Id => true,
        }
    }
}
