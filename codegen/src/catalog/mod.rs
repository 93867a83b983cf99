//! What a WSDL contains and what is generated from it, as plain data: objects, types, enumerations and
//! operations, each with its name on the wire and in Rust.
//!
//! [`Config::catalog`](crate::Config::catalog) makes a catalog. [`diff`](crate::diff) compares two.

mod build;
mod facets;
mod reach;
mod rust;
mod types;

use crate::names::Names;
use crate::plan::Plan;
use crate::select::Selection;
pub use types::{
    Catalog, Content, Enumeration, EnumerationValue, Facet, Field, Header, Operation, Package,
    Service, Type, TypeKind,
};

/// Describes a selection and the plan that was made of it.
pub(crate) fn catalog(selection: &Selection<'_>, names: &Names, plan: &Plan<'_>) -> Catalog {
    build::Builder::new(selection, names, plan).catalog()
}
