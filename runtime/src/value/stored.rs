//! Structs that other values own without knowing their type.

use super::{GeneratedStruct, Struct};

/// A struct that another value owns as a trait object.
///
/// Owned structs are `Send` and `Sync`, so that their owners are. [`Struct`] and [`GeneratedStruct`]
/// do not say so themselves. If they did, the compiler would examine for each type of a schema
/// whether it is `Send`, and a type with a field of an abstract type consists of all types that
/// derive from it. A thousand of them would take the compiler a million steps.
pub(super) trait Stored: Struct + Send + Sync {
    /// A copy.
    fn duplicate(&self) -> Box<dyn Stored>;
}

impl<T: GeneratedStruct + Send + Sync> Stored for T {
    fn duplicate(&self) -> Box<dyn Stored> {
        Box::new(self.clone())
    }
}
