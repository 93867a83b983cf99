//! A box for types that are nested deeply.

use std::fmt;
use std::ops::{Deref, DerefMut};

use super::{Access, FieldValue, Slot, Value};

/// A boxed value whose type hides what the value consists of.
///
/// To find out whether a type is `Send`, the compiler examines the types of its fields and gives up
/// beyond 128 levels (E0275). It does not look into this box, so generated code uses this box where
/// types are nested deeply. Use it like a [`Box`]; `into()` makes one.
pub struct Deep<T>(Box<dyn DynValue<T>>);

/// A value of the type `T`. Boxing the value checks that it is `Send` and `Sync`.
trait DynValue<T>: Send + Sync {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
    fn take(self: Box<Self>) -> T;
    fn duplicate(&self) -> Box<dyn DynValue<T>>;
}

impl<T: Clone + Send + Sync + 'static> DynValue<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn get_mut(&mut self) -> &mut T {
        self
    }

    fn take(self: Box<Self>) -> T {
        *self
    }

    fn duplicate(&self) -> Box<dyn DynValue<T>> {
        Box::new(self.clone())
    }
}

impl<T> Deep<T> {
    /// Takes the value out of the box.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.0.take()
    }
}

impl<T: Clone + Send + Sync + 'static> From<T> for Deep<T> {
    fn from(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T> Deref for Deep<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.get()
    }
}

impl<T> DerefMut for Deep<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_mut()
    }
}

impl<T> Clone for Deep<T> {
    fn clone(&self) -> Self {
        Self(self.0.duplicate())
    }
}

impl<T: Clone + Default + Send + Sync + 'static> Default for Deep<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: PartialEq> PartialEq for Deep<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: fmt::Debug> fmt::Debug for Deep<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// How a value in a [`Deep`] box is filled and read.
#[derive(Debug)]
pub struct DeepAccess;

impl<T: FieldValue> FieldValue for Deep<T> {
    type Access = DeepAccess;
}

impl<T: FieldValue> Access<Deep<T>> for DeepAccess {
    const NILLABLE: bool = T::Access::NILLABLE;
    const KEEPS_NIL: bool = T::Access::KEEPS_NIL;

    fn nil(value: &mut Deep<T>) -> Slot<'_> {
        (**value).nil()
    }

    fn slot(value: &mut Deep<T>) -> Slot<'_> {
        (**value).slot()
    }

    fn value(value: &Deep<T>, n: usize) -> Value<'_> {
        (**value).value(n)
    }
}
