//! Choices: enums with a variant for each branch of an `xsd:choice`.
//!
//! Generated code says three things about a choice: how to make an empty value of a branch, which
//! branch a value has, and where the content of the branch is. The rest is written once in this
//! file, because the compile time of one function grows faster than the size of the function.

use std::any::Any;
use std::fmt;

use super::{Access, FieldValue, GeneratedStruct, Slot, Value};
use crate::schema::{Field, Type};

/// An enum with a variant for each branch of a choice, in the order of its table. Implemented by
/// [`choice!`](crate::gen_choice) in generated code.
pub trait Choice: Any + fmt::Debug + Send + Sync {
    /// The table, which has a field for each branch.
    fn choice_table() -> &'static Type;

    /// An empty value of a branch; `None` if there is no such branch.
    fn of_branch(branch: u16) -> Option<Self>
    where
        Self: Sized;

    /// The number of the branch.
    fn number(&self) -> u16;

    /// The content of the branch.
    fn content(&self) -> &dyn Branch;

    /// The content of the branch, for changes.
    fn content_mut(&mut self) -> &mut dyn Branch;
}

/// The content of a branch as a trait object.
pub trait Branch {
    /// See [`FieldValue::slot`] and [`FieldValue::nil`].
    fn fill(&mut self, nil: bool) -> Slot<'_>;

    /// See [`FieldValue::value`].
    fn read(&self, n: usize) -> Value<'_>;

    /// Whether the type of the content can represent nil.
    fn is_nillable(&self) -> bool;

    /// The content as [`Any`].
    fn as_any(&self) -> &dyn Any;

    /// Copies the content of `other`, which has the same type.
    fn copy_from(&mut self, other: &dyn Branch);

    /// Whether the content is equal to that of `other`, which has the same type.
    fn is_equal(&self, other: &dyn Branch) -> bool;
}

impl<T: FieldValue + Clone + PartialEq + Any> Branch for T {
    fn fill(&mut self, nil: bool) -> Slot<'_> {
        super::slot(self, nil)
    }

    fn read(&self, n: usize) -> Value<'_> {
        self.value(n)
    }

    fn is_nillable(&self) -> bool {
        T::Access::NILLABLE
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn copy_from(&mut self, other: &dyn Branch) {
        if let Some(other) = other.as_any().downcast_ref() {
            self.clone_from(other);
        }
    }

    fn is_equal(&self, other: &dyn Branch) -> bool {
        other.as_any().downcast_ref() == Some(self)
    }
}

impl<T: Choice + Clone + Default + PartialEq> GeneratedStruct for T {
    fn static_table() -> &'static Type {
        T::choice_table()
    }

    fn field_slot(&mut self, field: u16, nil: bool) -> Slot<'_> {
        if self.number() != field
            && let Some(other) = T::of_branch(field)
        {
            *self = other;
        }
        self.content_mut().fill(nil)
    }

    /// A branch without a value is nil if its type can represent nil, or if it is a list without
    /// items.
    fn field_value(&self, field: u16, n: usize) -> Value<'_> {
        if self.number() != field {
            return Value::Absent;
        }
        let content = self.content();
        let is_list = |field: &Field| field.has(Field::LIST);
        match content.read(n) {
            Value::Absent
                if n == 0
                    && (content.is_nillable()
                        || T::choice_table().field(field).is_some_and(is_list)) =>
            {
                Value::Nil
            }
            value => value,
        }
    }
}

/// The first branch, empty.
pub fn first_branch<T: Choice>() -> T {
    match T::of_branch(0) {
        Some(value) => value,
        None => unreachable!("a choice has a branch"),
    }
}

/// A copy of a choice.
pub fn clone_choice<T: Choice>(choice: &T) -> T {
    let mut copy = T::of_branch(choice.number()).unwrap_or_else(first_branch);
    copy.content_mut().copy_from(choice.content());
    copy
}

/// Equality of choices: the same branch with equal content.
pub fn same_choice<T: Choice>(a: &T, b: &T) -> bool {
    a.number() == b.number() && a.content().is_equal(b.content())
}
