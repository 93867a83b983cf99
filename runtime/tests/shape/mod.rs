//! Proxies of a small tenant: the expected output of a fixture of the generator.

#[path = "../../../codegen/tests/fixtures/tenant/expected/mod.rs"]
mod tenant;

pub use tenant::*;
