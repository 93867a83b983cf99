//! The fields of types, and the kinds of their values.

use std::fmt;

use super::Type;
use crate::secret::names_secret;

/// An element or attribute of a [`Type`].
#[derive(Clone, Copy)]
pub struct Field {
    /// Local name on the wire.
    pub(crate) name: &'static str,
    /// The table of the field's type, for [`Kind::Struct`] and [`Kind::Record`].
    pub(crate) ty: Option<&'static Type>,
    /// What the text or content of the field is.
    pub(crate) kind: Kind,
    /// Index of the namespace of the field's name.
    pub(crate) ns: u8,
    /// The flags: [`Field::OPTIONAL`] and the constants after it.
    pub(crate) flags: u8,
}

/// What the text or content of a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Any text.
    String,
    /// `xsd:boolean`.
    Boolean,
    /// `xsd:byte`.
    Byte,
    /// `xsd:short`.
    Short,
    /// `xsd:int`.
    Int,
    /// `xsd:long`.
    Long,
    /// `xsd:unsignedByte`.
    UnsignedByte,
    /// `xsd:unsignedShort`.
    UnsignedShort,
    /// `xsd:unsignedInt`.
    UnsignedInt,
    /// `xsd:unsignedLong`.
    UnsignedLong,
    /// `xsd:float`.
    Float,
    /// `xsd:double`.
    Double,
    /// `xsd:decimal` and the unbounded integers. The value is kept as text.
    Decimal,
    /// `xsd:dateTime` as an instant.
    DateTime,
    /// `xsd:date`.
    Date,
    /// `xsd:time` in UTC.
    Time,
    /// `xsd:dateTime` with or without a zone, of any year.
    XsdDateTime,
    /// `xsd:time` with or without a zone.
    XsdTime,
    /// A Salesforce record id.
    Id,
    /// `xsd:base64Binary`.
    Base64,
    /// `xsd:hexBinary`.
    Hex,
    /// A string with enumerated values. Values that are not in the enumeration are read, too.
    Enum,
    /// `xsd:anyType`. The element states its type in `xsi:type`.
    Any,
    /// A nested plain struct. `ty` is its table.
    Struct,
    /// A nested sparse record. `ty` is the table of the declared type.
    Record,
    /// `xsd:any`: elements that no other field accepts.
    Wildcard,
    /// `xsd:anyAttribute`: attributes that no other field accepts.
    Attributes,
    /// A choice, or a sequence that repeats as a whole. It is not an element of its own but a run
    /// of elements of the enclosing one. `ty` is the table of the run.
    Group,
    /// Not a field. Its name and namespace are those of the item type of an encoded array, which
    /// `soapenc:arrayType` states. This entry comes after the fields.
    ArrayType,
}

impl Field {
    /// The field may be absent: `minOccurs="0"`.
    pub const OPTIONAL: u8 = 1;
    /// The field may be nil: `nillable="true"`.
    pub const NILLABLE: u8 = 2;
    /// The field may occur more than once: `maxOccurs` is above 1.
    pub const REPEATED: u8 = 4;
    /// The field is an attribute, not an element.
    pub const ATTRIBUTE: u8 = 8;
    /// The field is the text of the element itself (simple content).
    pub const TEXT: u8 = 16;
    /// The value is never shown by `Debug` or in errors, because an option of the generator says
    /// so. Fields whose names say that they are secret, such as `password`, need no flag.
    pub const SENSITIVE: u8 = 32;
    /// The field is an `xsd:list`: items of the field's kind, separated by white space.
    pub const LIST: u8 = 64;

    /// Whether the value of the field is never shown.
    pub(crate) fn is_sensitive(&self) -> bool {
        let holds_text = !matches!(
            self.kind,
            Kind::Boolean
                | Kind::Struct
                | Kind::Record
                | Kind::Wildcard
                | Kind::Attributes
                | Kind::Group
                | Kind::ArrayType
        );
        self.has(Self::SENSITIVE) || holds_text && names_secret(self.name)
    }

    /// A field of a simple kind. `ns` is the index of the namespace of its name.
    #[must_use]
    pub const fn new(name: &'static str, ns: u8, kind: Kind, flags: u8) -> Self {
        Self {
            name,
            ty: None,
            kind,
            ns,
            flags,
        }
    }

    /// A field whose type has a table, which is `ty`.
    #[must_use]
    pub const fn nested(
        name: &'static str,
        ns: u8,
        kind: Kind,
        flags: u8,
        ty: &'static Type,
    ) -> Self {
        Self {
            ty: Some(ty),
            ..Self::new(name, ns, kind, flags)
        }
    }

    /// Local name on the wire.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Index of the namespace of the field's name in
    /// [`Schema::namespaces`](super::Schema::namespaces).
    #[must_use]
    pub const fn ns(&self) -> u8 {
        self.ns
    }

    /// What the text or content of the field is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The table of the field's type, if that is a complex type.
    #[must_use]
    pub const fn ty(&self) -> Option<&'static Type> {
        self.ty
    }

    /// Whether a flag is set, such as [`Field::OPTIONAL`].
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The kind of the whole text. The text of a list is a string here, because the items of a list
    /// are checked when they are read.
    pub(crate) fn text_kind(&self) -> Kind {
        if self.has(Self::LIST) {
            Kind::String
        } else {
            self.kind
        }
    }

    /// Whether the field is an element or a group of elements, and not an attribute or the text of
    /// the element.
    pub(crate) fn is_content(&self) -> bool {
        self.flags & (Self::ATTRIBUTE | Self::TEXT) == 0 && self.kind != Kind::Attributes
    }

    /// Whether the field is an element with this local name.
    pub(crate) fn is_element(&self, name: &str) -> bool {
        self.name == name
            && self.is_content()
            && !matches!(self.kind, Kind::Wildcard | Kind::Group | Kind::ArrayType)
    }
}

impl Kind {
    /// The kind of this name, as the tables of generated code write it.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "Boolean" => Self::Boolean,
            "Byte" => Self::Byte,
            "Short" => Self::Short,
            "Int" => Self::Int,
            "Long" => Self::Long,
            "UnsignedByte" => Self::UnsignedByte,
            "UnsignedShort" => Self::UnsignedShort,
            "UnsignedInt" => Self::UnsignedInt,
            "UnsignedLong" => Self::UnsignedLong,
            "Float" => Self::Float,
            "Double" => Self::Double,
            "Decimal" => Self::Decimal,
            "DateTime" => Self::DateTime,
            "Date" => Self::Date,
            "Time" => Self::Time,
            "XsdDateTime" => Self::XsdDateTime,
            "XsdTime" => Self::XsdTime,
            "Id" => Self::Id,
            "Base64" => Self::Base64,
            "Hex" => Self::Hex,
            "Enum" => Self::Enum,
            "Any" => Self::Any,
            "Struct" => Self::Struct,
            "Record" => Self::Record,
            "Wildcard" => Self::Wildcard,
            "Attributes" => Self::Attributes,
            "Group" => Self::Group,
            "ArrayType" => Self::ArrayType,
            _ => return None,
        })
    }

    /// Whether the kind is a simple type of which an empty text is not a value.
    pub(crate) fn is_never_empty(self) -> bool {
        use Kind as K;
        match self {
            K::Boolean
            | K::Byte
            | K::Short
            | K::Int
            | K::Long
            | K::UnsignedByte
            | K::UnsignedShort
            | K::UnsignedInt
            | K::UnsignedLong
            | K::Float
            | K::Double
            | K::Decimal
            | K::DateTime
            | K::Date
            | K::Time
            | K::XsdDateTime
            | K::XsdTime
            | K::Id => true,
            K::String | K::Base64 | K::Hex | K::Enum | K::Any | K::Struct | K::Record => false,
            K::Wildcard | K::Attributes | K::Group | K::ArrayType => false,
        }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({}: {:?})", self.name, self.kind)
    }
}
