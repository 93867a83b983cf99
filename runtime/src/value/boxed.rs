//! Structs in the variants of an abstract type.

use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use super::stored::Stored;
use super::{GeneratedStruct, Struct};

/// A boxed struct, which a variant of an abstract type holds. It dereferences to the struct, and
/// `struct.into()` makes one.
///
/// Unlike a [`Box`], it hides the fields of the struct from the compiler. An abstract type names
/// all types that derive from it, and each of these types may have fields of the abstract type.
/// With a `Box`, the compiler would examine all of these types again for each of them.
pub struct Boxed<T> {
    /// The value is always a `T`.
    value: Box<dyn Stored>,
    of: PhantomData<fn() -> T>,
}

impl<T: GeneratedStruct + Send + Sync> Boxed<T> {
    /// Puts a struct into a box.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            value: Box::new(value),
            of: PhantomData,
        }
    }

    /// Takes the struct out of its box.
    #[must_use]
    pub fn into_inner(self) -> T {
        let value: Box<dyn Any> = self.value;
        match value.downcast() {
            Ok(value) => *value,
            Err(_) => unreachable!("the box was made from a value of its type"),
        }
    }
}

impl<T> Boxed<T> {
    /// The struct as a trait object.
    #[doc(hidden)]
    #[must_use]
    pub fn as_dyn(&self) -> &dyn Struct {
        &*self.value
    }

    /// The struct as a mutable trait object.
    #[doc(hidden)]
    pub fn as_dyn_mut(&mut self) -> &mut dyn Struct {
        &mut *self.value
    }
}

impl<T: GeneratedStruct + Send + Sync> From<T> for Boxed<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: GeneratedStruct> Deref for Boxed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let value: &dyn Any = &*self.value;
        match value.downcast_ref() {
            Some(value) => value,
            None => unreachable!("the box was made from a value of its type"),
        }
    }
}

impl<T: GeneratedStruct> DerefMut for Boxed<T> {
    fn deref_mut(&mut self) -> &mut T {
        let value: &mut dyn Any = &mut *self.value;
        match value.downcast_mut() {
            Some(value) => value,
            None => unreachable!("the box was made from a value of its type"),
        }
    }
}

impl<T: GeneratedStruct + Send + Sync> Default for Boxed<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Clone for Boxed<T> {
    fn clone(&self) -> Self {
        Self {
            value: self.value.duplicate(),
            of: PhantomData,
        }
    }
}

impl<T> PartialEq for Boxed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value.equals(&*other.value)
    }
}

impl<T: GeneratedStruct + Eq> Eq for Boxed<T> {}

impl<T: GeneratedStruct + Hash> Hash for Boxed<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T> fmt::Debug for Boxed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
