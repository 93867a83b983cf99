//! The runtime of [saponify](https://docs.rs/saponify-codegen): what Rust proxies generated from
//! a WSDL need to talk to their service.
//!
//! Generated code is data: tables of wire names and kinds, and thin types over them. This crate
//! is the code: one codec for all types, SOAP envelopes and faults, sessions, and HTTPS.
//!
//! ```ignore
//! saponify::include_proxies!(enterprise);
//! use enterprise::{Account, Soap};
//! use saponify::Credentials;
//!
//! let soap = Soap::login("https://login.salesforce.com", Credentials::new(user, password)).await?;
//! let mut accounts = soap.records::<Account>("SELECT Id, Name, Owner.Name FROM Account");
//! while let Some(account) = accounts.try_next().await? {
//!     println!("{:?} {}", account.id(), account.name().unwrap_or("-"));
//! }
//! ```
#![forbid(unsafe_code)]

mod any;
mod argument;
mod binary;
pub mod bulk;
mod call;
mod client;
mod codec;
#[cfg(feature = "rust_decimal")]
mod decimal;
mod endpoint;
mod error;
mod from_text;
#[doc(hidden)]
pub mod generated;
mod headers;
mod id;
#[cfg(feature = "serde")]
pub mod json;
mod lexical;
mod limits;
#[doc(hidden)]
pub mod probe;
mod record;
mod records;
mod recovery;
pub mod schema;
mod secret;
mod serde;
mod session;
mod show;
mod soap;
pub mod soql;
mod task;
pub mod transport;
mod typed;
mod value;
mod view;
mod walk;
pub mod ws;
mod xml;

pub use any::{AnyValue, Attribute, Content, Decimal, Element, Elements, TypeName};
pub use call::{Call, Reply};
pub use client::{ApiUsage, Builder, Client};
pub use endpoint::{Endpoint, PlainHttp};
pub use error::Error;
pub use from_text::FromText;
pub use headers::{HeaderFor, HeaderOf};
pub use id::Id;
pub use limits::Limits;
pub use record::{FieldRef, Presence, Record};
pub use records::Records;
pub use recovery::Recovery;
pub use schema::SoapVersion;
pub use secret::{Credentials, Secret};
pub use session::Session;
pub use soap::{Attachment, Fault};
pub use transport::{Https, Transport};
pub use typed::Typed;
pub use value::Bytes;
pub use view::{FieldName, FieldType, IntoField, Key, List, Nested, Parent, View};
pub use walk::Derived;

/// Declares a module with the proxies that `saponify_codegen::compile` wrote.
///
/// ```ignore
/// saponify::include_proxies!(enterprise);
/// use enterprise::{Account, Soap};
/// ```
///
/// The name is that of the WSDL's file without its extension, or the one that `Config::module`
/// set. Visibility, documentation and attributes may come before it:
///
/// ```ignore
/// saponify::include_proxies! {
///     /// Our tenant.
///     pub(crate) enterprise
/// }
/// ```
#[macro_export]
macro_rules! include_proxies {
    ($(#[$meta:meta])* $vis:vis $name:ident) => {
        $(#[$meta])*
        #[allow(
            clippy::all,
            clippy::nursery,
            clippy::pedantic,
            dead_code,
            missing_docs,
            non_camel_case_types,
            non_snake_case,
            unreachable_pub,
            unused_imports,
            unused_qualifications
        )]
        $vis mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), "/mod.rs"));
        }
    };
}
