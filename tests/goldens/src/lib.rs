//! The expected output of the generator, as modules. The tests of the generator compare with this
//! code. Here it must also compile without a warning, under the strictest lints that a user's crate
//! is likely to have.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

/// All peculiarities of Salesforce's Enterprise WSDLs.
#[path = "../../../codegen/tests/fixtures/tenant/expected/mod.rs"]
pub mod tenant;

/// The same WSDL with options: a selection, renames, no methods and no documentation.
#[path = "../../../codegen/tests/fixtures/select/expected/mod.rs"]
pub mod select;

/// The same code, included as in a build script.
pub mod included {
    include!("../../../codegen/tests/fixtures/tenant/expected/mod.rs");
}

/// Names that have another meaning in Rust or in generated code.
#[path = "../../../codegen/tests/fixtures/names/expected/mod.rs"]
pub mod names;

/// Constructs of XML Schema that Salesforce does not use.
#[path = "../../../codegen/tests/fixtures/shapes/expected/mod.rs"]
pub mod shapes;

/// Content models: choices, repetition, substitution, mixed content, lists.
#[path = "../../../codegen/tests/fixtures/content/expected/mod.rs"]
pub mod content;

/// The rpc style, several services, overloads.
#[path = "../../../codegen/tests/fixtures/rpc/expected/mod.rs"]
pub mod rpc;

/// All message styles.
#[path = "../../../codegen/tests/fixtures/styles/expected/mod.rs"]
pub mod styles;

/// A malicious WSDL.
#[path = "../../../codegen/tests/fixtures/hostile/expected/mod.rs"]
pub mod hostile;

mod refused;
mod refused_queries;

/// Types of schemas in other files.
#[path = "../../../codegen/tests/fixtures/imports/expected/mod.rs"]
pub mod imports;

/// Similar groups, and lists and wildcards in choices.
#[path = "../../../codegen/tests/fixtures/groups/expected/mod.rs"]
pub mod groups;
