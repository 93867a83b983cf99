//! Writes Rust proxies for the service that a WSDL describes. It is made for Salesforce's Enterprise
//! WSDL, which is different for every tenant. The proxies run on [`saponify`](https://docs.rs/saponify).
//!
//! In a build script:
//!
//! ```no_run
//! saponify_codegen::compile("wsdl/enterprise.wsdl").unwrap();
//! ```
//!
//! and in the crate, which has nothing but the proxies, so that they are not compiled again after each
//! change of other code:
//!
//! ```ignore,no_run
//! saponify::include_proxies!(enterprise);
//! pub use enterprise::*;
//! ```
//!
//! # Options
//!
//! [`Config`] selects objects, fields and operations, and decides on names, methods, documentation and
//! derives. Only what is selected is generated, together with everything that it needs:
//!
//! ```no_run
//! saponify_codegen::Config::new()
//!     .input("wsdl/enterprise.wsdl")
//!     .include_objects(["Account", "Contact", "*__c"])
//!     .exclude_fields(["*.SystemModstamp"])
//!     .rename_type("Invoice__c", "Invoice")
//!     .methods(false)
//!     .compile()?;
//! # Ok::<(), saponify_codegen::Error>(())
//! ```
//!
//! The same options can be given in `saponify.toml` (`Config::from_toml`, feature `toml`) and on the
//! command line of the program `saponify`. The program can also check whether code in a repository is
//! up to date.
//!
//! With the feature `describe`, the documentation of objects and fields has their labels, help texts, lengths
//! and picklist values, if `saponify fetch --describe` has saved them beside the WSDL.
//!
//! # Output
//!
//! The output is one module. Each sObject becomes a view with a key, a getter and a `with_` method per
//! field. Each other type becomes a plain struct or an enum. Each service becomes a struct with a method
//! per operation. Static tables describe all types to the runtime. The code is formatted, documented
//! from the WSDL, and free of warnings and of `unsafe`. The same bytes give the same code on every
//! machine. Names do not depend on the order of declarations in the WSDL. The documentation of
//! Salesforce's operations states their limits, and whether a call may be repeated.
//!
//! In memory, the output is an [`Output`]:
//!
//! ```no_run
//! let output = saponify_codegen::generate(&std::fs::read("wsdl/enterprise.wsdl").unwrap())?;
//! for file in output.files() {
//!     println!("{} {}", file.path(), file.text().len());
//! }
//! # Ok::<(), saponify_codegen::Error>(())
//! ```
//!
//! # Clients and their methods
//!
//! Each port type becomes a client of the same name, with a method per operation. A port type with ports
//! of both versions of SOAP becomes two clients, and that of SOAP 1.2 has the suffix `12` (`Weather`,
//! `Weather12`). If there are only ports of SOAP 1.2, the client has the plain name. The documentation
//! of a client says which port it uses.
//!
//! - A request element whose type is a sequence of elements and nothing else is a wrapper: its elements
//!   are the arguments. Any other element is one argument, and so is each of several parts.
//! - If a response has one element, this element is the result. If it has several, the result is a
//!   struct of all of them.
//! - In rpc style, the parts are the arguments and results. A SOAP-encoded array is a struct with the
//!   field `item`.
//!
//! # Stages
//!
//! The generator is a sequence of pure functions, each in a module of its name:
//! `Model -select-> Selection -names-> Names -plan-> Plan -emit-> files`. Each result can be printed
//! ([`Config::dump_plan`] and its like). Text of a WSDL gets into the output only as an identifier, a
//! literal, a code span or an escaped comment.
#![forbid(unsafe_code)]

#[cfg(feature = "catalog")]
pub mod catalog;
mod config;
mod content;
#[cfg(feature = "describe")]
pub mod describe;
#[cfg(feature = "catalog")]
pub mod diff;
mod emit;
mod error;
mod names;
mod output;
mod pipeline;
mod plan;
mod print;
mod salesforce;
mod select;

use std::path::Path;

pub use config::Config;
#[cfg(feature = "toml")]
pub use config::Project;
pub use error::Error;
pub use output::{Difference, DifferenceKind, File, GeneratedType, Output, TypeKind};
pub use pipeline::{GeneratedModule, compile_all, run_all};

/// For build scripts: generates proxies for everything in a WSDL into `$OUT_DIR`.
///
/// The file `enterprise.wsdl` becomes the directory `$OUT_DIR/enterprise`, which
/// `saponify::include_proxies!(enterprise)` includes.
///
/// # Errors
///
/// See [`Config::compile`].
pub fn compile(path: impl AsRef<Path>) -> Result<(), Error> {
    Config::new().input(path.as_ref()).compile().map(drop)
}

/// Generates proxies for everything in a WSDL, in memory.
///
/// # Errors
///
/// See [`Config::generate`].
pub fn generate(wsdl: &[u8]) -> Result<Output, Error> {
    Config::new().generate(wsdl)
}
