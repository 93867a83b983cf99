//! The expected output of the generator, as modules. The tests of the generator compare with this
//! code. Here it must also compile without a warning.
//!
//! The modules are compiled without the lints that generated code allows, because `build.rs` removes
//! these attributes. So no warning is hidden, except for names, which XML prescribes. [`included`] is
//! compiled as it is, under the strictest lints that a user's crate is likely to have.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all)]
// A fixture may have the same name as the module of its namespace.
#![allow(clippy::module_inception)]
#![forbid(unsafe_code)]

/// All peculiarities of Salesforce's Enterprise WSDLs.
pub mod tenant {
    include!(concat!(env!("OUT_DIR"), "/tenant/mod.rs"));
}

/// The same WSDL with options: a selection, renames, no methods and no documentation.
// The options derive `Hash`, which an implementation of `PartialEq` by table does not contradict.
#[allow(clippy::derived_hash_with_manual_eq)]
pub mod select {
    include!(concat!(env!("OUT_DIR"), "/select/mod.rs"));
}

/// The same code, included as in a build script.
#[deny(clippy::pedantic)]
pub mod included {
    include!("../../../codegen/tests/fixtures/tenant/expected/mod.rs");
}

/// Names that have another meaning in Rust or in generated code.
pub mod names {
    include!(concat!(env!("OUT_DIR"), "/names/mod.rs"));
}

/// Constructs of XML Schema that Salesforce does not use.
pub mod shapes {
    include!(concat!(env!("OUT_DIR"), "/shapes/mod.rs"));
}

/// Content models: choices, repetition, substitution, mixed content, lists.
pub mod content {
    include!(concat!(env!("OUT_DIR"), "/content/mod.rs"));
}

/// References to definitions that are missing, and types that are overridden.
pub mod missing {
    include!(concat!(env!("OUT_DIR"), "/missing/mod.rs"));
}

/// The rpc style, several services, overloads.
pub mod rpc {
    include!(concat!(env!("OUT_DIR"), "/rpc/mod.rs"));
}

/// All message styles.
pub mod styles {
    include!(concat!(env!("OUT_DIR"), "/styles/mod.rs"));
}

/// A malicious WSDL.
pub mod hostile {
    include!(concat!(env!("OUT_DIR"), "/hostile/mod.rs"));
}

/// The server side.
pub mod server {
    include!(concat!(env!("OUT_DIR"), "/server/mod.rs"));
}

/// An operation with 200 arguments.
#[allow(clippy::too_many_arguments)]
pub mod wide {
    include!(concat!(env!("OUT_DIR"), "/wide/mod.rs"));
}

saponify::include_proxies! {
    /// The types that two tenants share.
    pub common
}
saponify::include_proxies! {
    /// One of the tenants.
    pub europe
}
saponify::include_proxies! {
    /// The other tenant.
    pub america
}
saponify::include_proxies! {
    /// What the tenants share with their objects.
    pub all
}
saponify::include_proxies! {
    /// One of these tenants.
    pub europe_all
}
saponify::include_proxies! {
    /// The other one.
    pub america_all
}

mod first_guesses;
mod refused;
mod refused_queries;

/// Types of schemas in other files.
pub mod imports {
    include!(concat!(env!("OUT_DIR"), "/imports/mod.rs"));
}

/// Similar groups, and lists and wildcards in choices.
pub mod groups {
    include!(concat!(env!("OUT_DIR"), "/groups/mod.rs"));
}

/// Types and operations that have names of Rust's prelude.
pub mod prelude {
    include!(concat!(env!("OUT_DIR"), "/prelude/mod.rs"));
}

/// Namespaces with nothing but abstract types, and simple content that is marked as mixed.
pub mod edges {
    include!(concat!(env!("OUT_DIR"), "/edges/mod.rs"));
}

/// A service whose answers are rarely as they should be.
pub mod depot {
    include!(concat!(env!("OUT_DIR"), "/depot/mod.rs"));
}

/// The shape of Salesforce's Partner WSDL.
pub mod partner {
    include!(concat!(env!("OUT_DIR"), "/partner/mod.rs"));
}

/// Types that nest more deeply than rustc descends.
pub mod deep {
    include!(concat!(env!("OUT_DIR"), "/deep/mod.rs"));
}
