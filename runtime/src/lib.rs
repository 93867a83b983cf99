//! The runtime of [saponify](https://docs.rs/saponify-codegen): what Rust proxies generated from
//! a WSDL need to talk to their service.
//!
//! Generated code is data: tables of wire names and kinds, and thin types over them. This crate
//! is the code: one codec for all types, SOAP envelopes and faults, sessions, and HTTPS.
//!
//! ```ignore
//! saponify::include_proxies!("enterprise");
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
mod call;
mod client;
mod codec;
mod endpoint;
mod error;
#[doc(hidden)]
pub mod generated;
mod id;
mod lexical;
mod limits;
mod record;
mod records;
pub mod schema;
mod secret;
mod session;
mod soap;
pub mod transport;
mod value;
mod view;
mod walk;
mod xml;

pub use any::{AnyValue, Content, Decimal, Element, TypeName};
pub use call::{Call, Reply};
pub use client::{ApiUsage, Builder, Client};
pub use endpoint::{Endpoint, PlainHttp};
pub use error::Error;
pub use id::Id;
pub use limits::Limits;
pub use record::{FieldRef, Presence, Record};
pub use records::Records;
pub use secret::{Credentials, Secret};
pub use session::Session;
pub use soap::Fault;
pub use transport::{Https, Transport};
pub use value::Bytes;
pub use view::{FieldType, IntoField, Key, List, Nested, Parent, View};
pub use walk::Derived;

/// Puts the proxies that `saponify_codegen::compile` wrote into a module of that name.
///
/// ```ignore
/// saponify::include_proxies!("enterprise");
/// use enterprise::{Account, Soap};
/// ```
///
/// The name is that of the WSDL's file without its extension. To choose visibility or attributes,
/// write the module yourself:
///
/// ```ignore
/// /// Our tenant.
/// pub mod tenant {
///     include!(concat!(env!("OUT_DIR"), "/enterprise/mod.rs"));
/// }
/// ```
#[macro_export]
macro_rules! include_proxies {
    ($name:tt) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
