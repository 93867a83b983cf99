//! How two WSDLs differ, and what each difference means for code and for data.
//!
//! Every change is judged twice:
//!
//! - **Rust**: what happens to code that uses the proxies of the old WSDL when it is compiled with those
//!   of the new one.
//! - **Data**: what happens to a program that was built with the old WSDL when the service has changed,
//!   and to whoever keeps the data.
//!
//! What `saponify fetch --describe` saved beside the two WSDLs is compared, too: labels, help texts, lengths, picklist
//! values, and what can be filtered and sorted.
//!
//! [`compare`] is a pure function of two [catalogs](crate::catalog). A [`Diff`] prints as text
//! (`Display`) and as [Markdown](Diff::markdown).
//!
//! ```no_run
//! use saponify_codegen::Config;
//! use saponify_codegen::diff::Impact;
//!
//! let diff = Config::new().diff("spring.wsdl", "summer.wsdl")?;
//! if diff.impact() == Impact::Breaking {
//!     println!("{diff}");
//! }
//! # Ok::<(), saponify_codegen::Error>(())
//! ```

mod compare;
#[cfg(feature = "describe")]
pub(crate) mod described;
mod facets;
mod fields;
mod judge;
mod markdown;
mod operations;
mod order;
mod pairs;
mod text;
mod types;

pub use compare::compare;
pub(crate) use compare::with;
pub use types::{Change, ChangeKind, Diff, Impact, Item};
