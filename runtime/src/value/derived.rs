//! What all structs share, written once over their tables: equality, and values of derived types.

use std::fmt;

use super::stored::Stored;
use super::{Boxed, Derivable, GeneratedStruct, Slot, Struct, Value};
use crate::schema::Type;

/// The field of a base struct that holds a value of a derived type, which was received or is to be
/// sent instead of the base value.
///
/// `Base::from(derived)` makes one, and [`downcast_ref`](Derived::downcast_ref) reads it.
#[derive(Default)]
pub struct Derived(Option<Box<dyn Stored>>);

impl Derived {
    /// The derived value, if there is one and its type is `T`.
    #[must_use]
    pub fn downcast_ref<T: GeneratedStruct>(&self) -> Option<&T> {
        let value: &dyn std::any::Any = self.as_dyn()?;
        value.downcast_ref()
    }

    /// Whether there is no derived value, so that the value is of the base type.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The derived value as a trait object.
    #[must_use]
    pub fn as_dyn(&self) -> Option<&dyn Struct> {
        match &self.0 {
            Some(value) => Some(&**value),
            None => None,
        }
    }
}

impl<T: GeneratedStruct + Send + Sync> From<T> for Derived {
    fn from(value: T) -> Self {
        Self(Some(Box::new(value)))
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self(self.0.as_ref().map(|value| value.duplicate()))
    }
}

impl PartialEq for Derived {
    fn eq(&self, other: &Self) -> bool {
        match (self.as_dyn(), other.as_dyn()) {
            (None, None) => true,
            (Some(a), Some(b)) => a.equals(b),
            _ => false,
        }
    }
}

impl fmt::Debug for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_dyn() {
            Some(value) => fmt::Debug::fmt(value, f),
            None => f.write_str("None"),
        }
    }
}

/// A derived type that a value of `E` may have. `E` is [`Derived`].
///
/// Generated code keeps derived types in lists. A chain of comparisons with an early return each
/// would do the same, but the time of the borrow checker grows with the square of the length of the
/// chain.
#[derive(Debug)]
pub struct DerivedType<E> {
    table: fn() -> &'static Type,
    make: fn() -> E,
}

impl<E> DerivedType<E> {
    /// The entry for the type `T`.
    #[must_use]
    pub const fn of<T: GeneratedStruct>() -> Self
    where
        E: From<T>,
    {
        Self {
            table: T::static_table,
            make: || E::from(T::default()),
        }
    }

    /// An empty value of the type with this name, if the list contains the type.
    pub fn make(derived_types: &[Self], namespace: &str, name: &str) -> Option<E> {
        derived_types
            .iter()
            .find(|derived| is_named((derived.table)(), namespace, name))
            .map(|derived| (derived.make)())
    }
}

/// A type that derives from the abstract type `B`. [`into`](Into::into) converts a value of this
/// type to `B`.
///
/// Generated code implements this trait instead of [`From`], and so needs no function for each
/// derived type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that derives from `{B}`",
    label = "the schema does not derive this type from `{B}`"
)]
pub trait DerivesFrom<B>: GeneratedStruct {
    /// Makes the variant of `B` that holds a value of this type.
    const VARIANT: fn(Boxed<Self>) -> B;
}

/// A list of types that derive from the abstract type `B`: nothing, one type and a list, or eight
/// types and a list.
///
/// A value of a type goes into a box only if the type is `Send` and `Sync`. The compiler proves this
/// once for a whole list. If each type were an argument of its own, it would do so for each type, and
/// each proof examines all types that derive from `B` if there is a field of the type `B`.
pub trait DerivedTypes<B> {
    /// An empty value of the type with this name, if the list contains the type.
    fn make(namespace: &str, name: &str) -> Option<B>;
}

impl<B> DerivedTypes<B> for () {
    fn make(_: &str, _: &str) -> Option<B> {
        None
    }
}

macro_rules! derived_types {
    ($($ty:ident)*) => {
        impl<B, $($ty,)* Rest: DerivedTypes<B>> DerivedTypes<B> for ($($ty,)* Rest)
        where
            $($ty: DerivesFrom<B> + Send + Sync,)*
        {
            fn make(namespace: &str, name: &str) -> Option<B> {
                $(
                    if is_named($ty::static_table(), namespace, name) {
                        return Some($ty::VARIANT(Boxed::new($ty::default())));
                    }
                )*
                Rest::make(namespace, name)
            }
        }
    };
}

derived_types!(T);
derived_types!(T1 T2 T3 T4 T5 T6 T7 T8);

fn is_named(table: &Type, namespace: &str, name: &str) -> bool {
    table.name == name && table.namespace() == namespace
}

/// Equality of two structs by their tables. Generated code calls this function, because deriving
/// `PartialEq` for each struct takes more compile time than everything else that a struct needs.
pub fn same(a: &dyn Struct, b: &dyn Struct) -> bool {
    a.table() == b.table()
        && (0..).zip(a.table().fields()).all(|(index, _)| {
            (0..)
                .map(|n| (a.value(index, n), b.value(index, n)))
                .take_while(|(a, b)| !matches!((a, b), (Value::Absent, Value::Absent)))
                .all(|(a, b)| same_value(&a, &b))
        })
        && match (a.derived(), b.derived()) {
            (None, None) => true,
            (Some(a), Some(b)) => a.equals(b),
            _ => false,
        }
}

fn same_value(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Absent, Value::Absent) | (Value::Nil, Value::Nil) => true,
        (Value::NilWith(a), Value::NilWith(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::Boolean(a), Value::Boolean(b)) => a == b,
        (Value::Integer(a), Value::Integer(b)) => a == b,
        (Value::Unsigned(a), Value::Unsigned(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Double(a), Value::Double(b)) => a == b,
        (Value::DateTime(a), Value::DateTime(b)) => a == b,
        (Value::Date(a), Value::Date(b)) => a == b,
        (Value::Time(a), Value::Time(b)) => a == b,
        (Value::XsdDateTime(a), Value::XsdDateTime(b)) => a == b,
        (Value::XsdTime(a), Value::XsdTime(b)) => a == b,
        (Value::Id(a), Value::Id(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        // For a choice, the selected branch counts even if its content is empty.
        (Value::Struct(a), Value::Struct(b)) => a.equals(*b),
        (Value::Record(a), Value::Record(b)) => a == b,
        (Value::Any(a), Value::Any(b)) => a == b,
        (Value::Element(a), Value::Element(b)) => a == b,
        (Value::Attribute(a), Value::Attribute(b)) => a == b,
        _ => false,
    }
}

/// A struct with a field for a value of a derived type. [`derivable!`](crate::gen_derivable)
/// implements it in generated code.
pub trait BaseStruct: GeneratedStruct {
    /// The field for the derived value.
    fn derived_mut(&mut self) -> &mut Derived;

    /// The types that the derived value may have.
    fn derived_types() -> &'static [DerivedType<Derived>];
}

impl<T: BaseStruct> Derivable for T {
    fn base(&mut self) -> Slot<'_> {
        Slot::Struct(self)
    }

    fn current(&self) -> Value<'_> {
        Value::Struct(self)
    }

    fn derive(&mut self, namespace: &str, name: &str) -> Option<&mut dyn Struct> {
        *self.derived_mut() = DerivedType::make(T::derived_types(), namespace, name)?;
        match &mut self.derived_mut().0 {
            Some(value) => Some(&mut **value),
            None => None,
        }
    }

    fn copy_base_fields(&mut self) {
        let derived = std::mem::take(self.derived_mut());
        if let Some(value) = &derived.0 {
            // The table of the derived type starts with the fields of the base type.
            super::convert::copy(&**value, self);
        }
        *self.derived_mut() = derived;
    }
}

/// Makes a base struct that holds a value of a derived type.
pub fn base_from_derived<B: BaseStruct, T: GeneratedStruct + Send + Sync>(value: T) -> B {
    let mut base = B::default();
    *base.derived_mut() = Derived::from(value);
    base.copy_base_fields();
    base
}

/// The first occurrence of a field by its wire name.
pub(crate) fn occurrence<'a>(value: &'a dyn Struct, name: &str) -> Value<'a> {
    let field = value.table().find(name);
    field.map_or(Value::Absent, |field| value.value(field, 0))
}

/// All occurrences of a field by its wire name.
pub(crate) fn occurrences<'a>(
    value: &'a dyn Struct,
    name: &str,
) -> impl Iterator<Item = Value<'a>> {
    let field = value.table().find(name);
    (0..).map_while(move |n| match value.value(field?, n) {
        Value::Absent => None,
        item => Some(item),
    })
}
