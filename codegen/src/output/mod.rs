//! What was generated, in memory and on disk.

pub(crate) mod cargo;
mod changes;
mod types;
mod write;

pub(crate) use types::STAMP;
pub use types::{File, GeneratedType, Output, TypeKind};
pub use write::{Difference, DifferenceKind};
