//! Writes Rust proxies for the service that a WSDL describes, Salesforce's Enterprise WSDL above
//! all, which every tenant has another one of. The proxies run on
//! [`saponify`](https://docs.rs/saponify).
//!
//! In a build script:
//!
//! ```no_run
//! saponify_codegen::compile("wsdl/enterprise.wsdl").unwrap();
//! ```
//!
//! and in the crate:
//!
//! ```ignore,no_run
//! saponify::include_proxies!(enterprise);
//! use enterprise::{Account, Soap};
//! ```
//!
//! # Options
//!
//! [`Config`] chooses objects, fields and operations, names, methods, documentation and derives. Only
//! what is chosen is generated, with all that it needs:
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
//! The same options are in `saponify.toml` (`Config::from_toml`, feature `toml`) and on the command
//! line of the program `saponify`, which also checks whether code that is checked in is up to date.
//!
//! # What comes out
//!
//! One module: a view per sObject with a key, a getter and a `with_` method per field; a plain struct or
//! open enum for every other type; a struct per service with a method per operation; and the tables
//! that all of these stand for. It is formatted, documented from the WSDL, free of warnings and of
//! `unsafe`, and the same for the same bytes on every machine. Names depend on the names in the WSDL
//! alone, not on their order there. For Salesforce, an operation's
//! documentation has its limits and says whether a call may be repeated.
//!
//! In memory it is an [`Output`]:
//!
//! ```no_run
//! let output = saponify_codegen::generate(&std::fs::read("wsdl/enterprise.wsdl").unwrap())?;
//! for file in output.files() {
//!     println!("{} {}", file.path(), file.text().len());
//! }
//! # Ok::<(), saponify_codegen::Error>(())
//! ```
//!
//! # How
//!
//! # Clients and their methods
//!
//! Each port type becomes a client of its name, with a method per operation. If it has ports of
//! both versions of SOAP there are two clients, that of SOAP 1.2 with `12` behind its name
//! (`Weather`, `Weather12`); one of SOAP 1.2 alone has the plain name. The client's documentation
//! says which port it is.
//!
//! - A request element whose type is a list of elements and nothing more is a wrapper: its
//!   elements are the arguments. Any other element, and each part of several, is one argument.
//! - The only element of a response is the result; if there are several, a struct of all of them.
//! - In rpc style the parts are the arguments and results. Arrays of SOAP's encoding are structs
//!   with the field `item`.
//!
//! # Stages
//!
//! The work is a line of pure functions, each in a module of its name:
//! `Model -select-> Selection -names-> Names -plan-> Plan -emit-> files`. Text of a WSDL gets into the
//! output only as an identifier, a literal or an escaped comment.
#![forbid(unsafe_code)]

mod config;
mod content;
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
pub use error::Error;
pub use output::{Difference, DifferenceKind, File, GeneratedType, Output, TypeKind};

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
