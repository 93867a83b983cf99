//! Values between tables and Rust types: the codec writes a [`Value`] and fills a [`Slot`].
//!
//! Both are enums over the simple types. Therefore the codec is written once for all types, and a
//! generated struct needs one `match` for each direction.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::lexical::{self, Decimal, Id, XsdDateTime, XsdTime};
use crate::record::{AnyValue, Attribute, Element, Record};
use crate::schema::{Kind, Type};

mod access;
mod binary;
mod boxed;
mod choice;
mod convert;
mod debug;
mod derived;
mod nillable;
mod slots;
mod stored;
mod text;
mod unwrapped;

pub(crate) use access::RuntimeAccess;
pub use access::{Access, DerivableAccess, EnumAccess, FieldValue, StructAccess};
pub use binary::Binary;
pub use boxed::Boxed;
pub use choice::{Branch, Choice, clone_choice, first_branch, same_choice};
pub(crate) use convert::{to_complete_struct, to_record, to_struct};
pub use debug::debug;
pub use derived::{
    BaseStruct, Derived, DerivedType, DerivedTypes, DerivesFrom, base_from_derived, same,
};
pub(crate) use derived::{occurrence, occurrences};
pub use nillable::Nillable;
pub use slots::slot;
pub(crate) use text::{joined, lexical_form, push_lexical};
pub(crate) use unwrapped::Unwrapped;

/// A struct that the codec can fill and read by its table.
pub trait Struct: std::any::Any + std::fmt::Debug {
    /// The table. [`slot`](Struct::slot) and [`value`](Struct::value) take indices of its fields.
    fn table(&self) -> &'static Type;

    /// The slot for one more occurrence of a field. If `nil` is set, the occurrence is recorded as
    /// nil and needs no slot.
    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_>;

    /// The n-th occurrence of a field, or [`Value::Absent`] after the last one.
    fn value(&self, field: u16, n: usize) -> Value<'_>;

    /// Whether the other value has the same type and is equal.
    fn equals(&self, other: &dyn Struct) -> bool;

    /// The value of a derived type that this base struct holds, if it holds one.
    fn derived(&self) -> Option<&dyn Struct> {
        None
    }
}

/// What generated code says about a struct. [`Struct`] is implemented by these methods.
/// [`structure!`](crate::gen_structure) implements this trait.
///
/// This trait and the other traits of generated code return a table from a function instead of a
/// constant. The compiler checks the value of every constant and follows its references to all
/// tables that it leads to. In a large schema these are all tables, and the compiler would do so
/// again for each constant.
pub trait GeneratedStruct: Clone + Default + PartialEq + std::any::Any + std::fmt::Debug {
    /// The table.
    fn static_table() -> &'static Type;

    /// See [`Struct::slot`].
    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_>;

    /// See [`Struct::value`].
    fn field_value(&self, field: u16, n: usize) -> Value<'_>;

    /// See [`Struct::derived`].
    #[inline]
    fn derived_value(&self) -> Option<&dyn Struct> {
        None
    }
}

impl<T: GeneratedStruct> Struct for T {
    fn table(&self) -> &'static Type {
        T::static_table()
    }

    fn slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        self.field_slot(field, nil)
    }

    fn value(&self, field: u16, n: usize) -> Value<'_> {
        self.field_value(field, n)
    }

    fn equals(&self, other: &dyn Struct) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref() == Some(self)
    }

    fn derived(&self) -> Option<&dyn Struct> {
        self.derived_value()
    }
}

/// A value that the codec writes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// There is no further occurrence.
    Absent,
    /// `xsi:nil="true"`.
    Nil,
    /// `xsi:nil="true"` with attributes.
    NilWith(&'a [Attribute]),
    /// Text, which is written unchanged except for escaping.
    Text(&'a str),
    /// A boolean.
    Boolean(bool),
    /// An integer of up to 64 bits.
    Integer(i64),
    /// `xsd:unsignedLong`.
    Unsigned(u64),
    /// `xsd:float`.
    Float(f32),
    /// `xsd:double`.
    Double(f64),
    /// An instant, which is written in UTC.
    DateTime(Timestamp),
    /// A date without time zone.
    Date(Date),
    /// A time of day in UTC.
    Time(Time),
    /// A date and time, with or without a zone.
    XsdDateTime(XsdDateTime),
    /// A time of day, with or without a zone.
    XsdTime(XsdTime),
    /// A record id.
    Id(Id),
    /// Bytes, which are written as base64 or hexadecimal, depending on the kind of the field.
    Bytes(&'a [u8]),
    /// A nested struct.
    Struct(&'a dyn Struct),
    /// A nested record.
    Record(&'a Record),
    /// A value that states its own type.
    Any(&'a AnyValue),
    /// An element of a wildcard.
    Element(&'a Element),
    /// An attribute of a wildcard.
    Attribute(&'a Attribute),
}

/// Where the codec puts a value that it reads.
#[derive(Debug)]
#[non_exhaustive]
pub enum Slot<'a> {
    /// The field does not exist in this type, or nothing needs to be stored.
    None,
    /// Any text.
    Text(&'a mut String),
    /// A boolean.
    Boolean(&'a mut bool),
    /// `xsd:byte`.
    Byte(&'a mut i8),
    /// `xsd:short`.
    Short(&'a mut i16),
    /// `xsd:int`.
    Int(&'a mut i32),
    /// `xsd:long`.
    Long(&'a mut i64),
    /// `xsd:unsignedByte`.
    UnsignedByte(&'a mut u8),
    /// `xsd:unsignedShort`.
    UnsignedShort(&'a mut u16),
    /// `xsd:unsignedInt`.
    UnsignedInt(&'a mut u32),
    /// `xsd:unsignedLong`.
    UnsignedLong(&'a mut u64),
    /// `xsd:float`.
    Float(&'a mut f32),
    /// `xsd:double`.
    Double(&'a mut f64),
    /// A number that is kept as text.
    Decimal(&'a mut Decimal),
    /// An instant.
    DateTime(&'a mut Timestamp),
    /// A date.
    Date(&'a mut Date),
    /// A time of day.
    Time(&'a mut Time),
    /// A date and time, with or without a zone.
    XsdDateTime(&'a mut XsdDateTime),
    /// A time of day, with or without a zone.
    XsdTime(&'a mut XsdTime),
    /// A record id.
    Id(&'a mut Id),
    /// Bytes.
    Bytes(&'a mut Vec<u8>),
    /// An open enum.
    Enum(&'a mut dyn OpenEnum),
    /// A nested struct.
    Struct(&'a mut dyn Struct),
    /// A nested record.
    Record(&'a mut Record),
    /// A value that states its own type.
    Any(&'a mut AnyValue),
    /// An element of a wildcard.
    Element(&'a mut Element),
    /// An attribute of a wildcard.
    Attribute(&'a mut Attribute),
    /// The attributes of an element that is nil.
    NilAttributes(&'a mut Vec<Attribute>),
    /// A type with known derived types: [`Derivable::derive`] takes a derived value.
    Derivable(&'a mut dyn Derivable),
}

/// An enum of strings that keeps unknown values. [`open_enum!`](crate::gen_open_enum) implements it
/// in generated code.
pub trait OpenEnum: std::fmt::Debug + Send + Sync {
    /// The value on the wire.
    fn wire(&self) -> &str;

    /// Sets the value from the text on the wire, and returns whether the WSDL lists it. An unknown
    /// text is kept. The empty text stands for no value, and counts as listed.
    fn assign(&mut self, text: &str) -> bool;
}

/// A type whose values may have a derived type, which `xsi:type` names: a base struct, or the enum
/// of an abstract type.
pub trait Derivable: std::fmt::Debug {
    /// The slot for a value whose type is not a known derived type: the base struct itself, or a
    /// record.
    fn base(&mut self) -> Slot<'_>;

    /// The value, of whatever type it is.
    fn current(&self) -> Value<'_>;

    /// Makes this a value of the derived type with this name and returns it to be filled. `None` if
    /// no such type is known.
    fn derive(&mut self, namespace: &str, name: &str) -> Option<&mut dyn Struct>;

    /// Copies the fields of the base from the derived value, after the derived value was filled.
    fn copy_base_fields(&mut self) {}
}

impl Slot<'_> {
    /// Parses text into the slot. `kind` distinguishes base64 from hexadecimal. Returns false if the
    /// slot is an enumeration that does not list the text.
    ///
    /// # Errors
    ///
    /// The error says what was expected. It does not contain the text, which may be personal data.
    pub(crate) fn assign(self, text: &str, kind: Kind) -> Result<bool, &'static str> {
        match self {
            Slot::None => {}
            Slot::Text(slot) => text.clone_into(slot),
            Slot::Enum(slot) => return Ok(slot.assign(text.trim_matches(lexical::is_space))),
            Slot::Boolean(slot) => *slot = lexical::boolean(text)?,
            Slot::Byte(slot) => *slot = lexical::integer(text)?,
            Slot::Short(slot) => *slot = lexical::integer(text)?,
            Slot::Int(slot) => *slot = lexical::integer(text)?,
            Slot::Long(slot) => *slot = lexical::integer(text)?,
            Slot::UnsignedByte(slot) => *slot = lexical::integer(text)?,
            Slot::UnsignedShort(slot) => *slot = lexical::integer(text)?,
            Slot::UnsignedInt(slot) => *slot = lexical::integer(text)?,
            Slot::UnsignedLong(slot) => *slot = lexical::integer(text)?,
            Slot::Float(slot) => *slot = lexical::float(text)?,
            Slot::Double(slot) => *slot = lexical::float(text)?,
            Slot::Decimal(slot) => *slot = lexical::decimal(text)?,
            Slot::DateTime(slot) => *slot = lexical::date_time(text)?,
            Slot::Date(slot) => *slot = lexical::date(text)?,
            Slot::Time(slot) => *slot = lexical::time(text)?,
            Slot::XsdDateTime(slot) => *slot = XsdDateTime::from_text(text)?,
            Slot::XsdTime(slot) => *slot = XsdTime::from_text(text)?,
            Slot::Id(slot) => *slot = lexical::id(text)?,
            Slot::Bytes(slot) => *slot = lexical::bytes(text, kind)?,
            Slot::Any(slot) => *slot = AnyValue::text(text),
            Slot::Element(_)
            | Slot::Attribute(_)
            | Slot::Struct(_)
            | Slot::Record(_)
            | Slot::NilAttributes(_)
            | Slot::Derivable(_) => return Err("expected child elements, found text"),
        }
        Ok(true)
    }
}
