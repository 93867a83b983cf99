//! The expected output of the generator, as modules: what its tests compare with also compiles,
//! without a warning, under the strictest lints that a user's crate is likely to have.
#![deny(warnings, missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::all, clippy::pedantic)]
#![forbid(unsafe_code)]

/// Every quirk of Salesforce's Enterprise WSDLs.
#[path = "../../../codegen/tests/fixtures/tenant/expected/mod.rs"]
pub mod tenant;

/// The same, chosen from and renamed by options, without methods and documentation.
#[path = "../../../codegen/tests/fixtures/select/expected/mod.rs"]
pub mod select;

/// The same as a build script has it, beside the others.
pub mod included {
    include!("../../../codegen/tests/fixtures/tenant/expected/mod.rs");
}

/// Names that Rust or the generator have other uses for.
#[path = "../../../codegen/tests/fixtures/names/expected/mod.rs"]
pub mod names;

/// What XML Schema can say beyond Salesforce.
#[path = "../../../codegen/tests/fixtures/shapes/expected/mod.rs"]
pub mod shapes;

/// What content models can say: choices, repetition, substitution, mixed content, lists.
#[path = "../../../codegen/tests/fixtures/content/expected/mod.rs"]
pub mod content;

/// The rpc style, several services, overloads.
#[path = "../../../codegen/tests/fixtures/rpc/expected/mod.rs"]
pub mod rpc;

/// Every style of message.
#[path = "../../../codegen/tests/fixtures/styles/expected/mod.rs"]
pub mod styles;

/// A WSDL that means harm.
#[path = "../../../codegen/tests/fixtures/hostile/expected/mod.rs"]
pub mod hostile;

mod refused;
mod refused_queries;

/// Types of schemas that lie elsewhere.
#[path = "../../../codegen/tests/fixtures/imports/expected/mod.rs"]
pub mod imports;

/// Groups that are alike, lists and wildcards in choices.
#[path = "../../../codegen/tests/fixtures/groups/expected/mod.rs"]
pub mod groups;
