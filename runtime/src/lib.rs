//! Typed calls to SOAP services, above all to Salesforce. This crate is the runtime of the proxies
//! that [`saponify-codegen`](https://docs.rs/saponify-codegen) writes from a WSDL.
//!
//! Generated code is data: tables of wire names and kinds, and thin types over the tables. This
//! crate contains the code: one codec for all types, SOAP envelopes and faults, sessions, and
//! HTTPS.
//!
//! # Start
//!
//! In Salesforce, go to Setup, API, and choose *Generate Enterprise WSDL*. Save the file as
//! `wsdl/enterprise.wsdl`. Add this crate to `[dependencies]`, `saponify-codegen` to
//! `[build-dependencies]`, and this build script:
//!
//! ```ignore,no_run
//! // build.rs
//! fn main() {
//!     saponify_codegen::compile("wsdl/enterprise.wsdl").unwrap();
//! }
//! ```
//!
//! Every object and operation of the tenant is then a Rust item under its own name:
//!
//! ```ignore,no_run
//! saponify::include_proxies!(enterprise);
//! use enterprise::{Account, Soap};
//! use saponify::salesforce::Credentials;
//!
//! let login = Credentials::new("sync@example.com", std::env::var("SF_PASSWORD")?);
//! let soap = Soap::login("https://acme.my.salesforce.com", login).await?;
//! let mut accounts = soap.records::<Account>("SELECT Id, Name, Owner.Name FROM Account");
//! while let Some(account) = accounts.try_next().await? {
//!     println!("{:?} {}", account.id(), account.name().unwrap_or("-"));
//! }
//! ```
//!
//! # Tour
//!
//! **Records.** An sObject such as `Account` is a [`View`] of a sparse [`Record`]. A record stores
//! only the fields that the service sent or the program set. A field is absent, null or has a value
//! ([`Presence`]). Each field has a *key*: a typed constant such as `Account::NAME` ([`Key`]),
//! which names the field wherever code reads it, writes it or selects it. A record also keeps
//! fields that the WSDL does not know. All other types, such as results, headers and faults, are
//! plain structs.
//!
//! ```ignore
//! use enterprise::Account;
//!
//! let mut account = Account::new().with_name("Acme").with_annual_revenue(1.25e6);
//! account.set_null(Account::PHONE);
//! let saved = soap.create_one(&account).await?;
//! println!("{:?}", saved.id);
//! ```
//!
//! **Calls.** Each operation of the WSDL is a method that returns a [`Call`]. Await the call, or
//! add headers to it first. A header that the WSDL does not bind to the operation does not compile.
//! [`Call::reply`] also returns the headers of the response. [`Records`](salesforce::Records) is a
//! stream of all rows of a query, over all its batches.
//!
//! ```ignore
//! use enterprise::{Account, AllOrNoneHeader};
//! use saponify::salesforce::RowResults as _;
//!
//! let rows = [Account::new().with_name("One"), Account::new().with_name("Two")];
//! let header = AllOrNoneHeader { all_or_none: true };
//! let saved = soap.create(&rows).with(header).await?.all_ok()?;
//! println!("{:?} {:?}", saved[0].id, saved[1].id);
//! ```
//!
//! **Queries and many rows.** A query is a text, or [`soql`](salesforce::soql) builds it from keys.
//! The builder quotes values for you, and a field that the tenant lacks does not compile.
//! [`bulk`](salesforce::bulk) takes any number of rows from an iterator or a stream and reports the
//! outcome of each row.
//!
//! ```ignore
//! use enterprise::Account;
//! use futures_util::TryStreamExt as _;
//! use saponify::salesforce::soql::Soql;
//!
//! let unrated = soap.records(Soql::select(Account::ID).filter(Account::RATING.is_null()));
//! let rated = unrated.map_ok(|account| account.with_rating("Cold"));
//! let summary = soap.update_all(rated).summary().await;
//! println!("{} done, {} not", summary.succeeded, summary.failures.len());
//! ```
//!
//! **Errors.** There is one error type, [`Error`]. Its methods say what can be done about the error
//! ([`Recovery`]), whether the session is lost, and whether the service may have done the request.
//! A [`Fault`] is the error that the service reported, with its typed detail. No error contains a
//! password, a token or the value of a field.
//!
//! ```ignore
//! use enterprise::MalformedQueryFault;
//!
//! let error = soap.query("SELECT Name FRM Account").await.err().ok_or("it must fail")?;
//! let fault = error.fault().ok_or("no fault")?;
//! let detail: Option<MalformedQueryFault> = fault.detail()?;
//! println!("{} at column {:?}", fault.code(), detail.map(|detail| detail.column));
//! ```
//!
//! **Sessions.** Log in with [`Credentials`](salesforce::Credentials), or pass a [`Session`], such
//! as an OAuth access token. The client checks the address that receives a session before it sends
//! the session.
//!
//! **Transport.** [`Https`] has rustls, timeouts, gzip, and [`Limits`] for everything that a
//! response may cost. You can supply any other [`Transport`]. The module [`transport::testing`] has
//! a transport that answers from a script.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `https` | yes | [`Https`], the transport over TLS. Without it, a program must supply a [`Transport`] of its own, and neither reqwest nor rustls is built. |
//! | `server` | no | The server side of a WSDL: the module `server`. |
//! | `serde` | no | Reading and writing records, views and structs as JSON: the module `json`. |
//! | `rust_decimal` | no | Doubles and decimals as `rust_decimal::Decimal`, without rounding. |
//! | `unstable-transport` | no | `HttpsBuilder::client`, which takes a `reqwest::Client` that you built, and parts of the transport for other clients: `transport::client_config` and `transport::parse_retry_after`. They are exempt from semantic versioning. |
//!
//! The public types of other crates are those of `http` and `bytes` (in [`transport`]) and of
//! [`jiff`], which this crate re-exports.
//!
//! The [guide](https://github.com/saponify/saponify/tree/main/guide) has a page for each task.
#![forbid(unsafe_code)]

mod client;
mod codec;
mod drift;
mod endpoint;
mod error;
#[doc(hidden)]
pub mod generated;
#[cfg(feature = "serde")]
pub mod json;
mod leniency;
mod lexical;
mod limits;
pub mod message;
#[doc(hidden)]
pub mod probe;
mod record;
pub mod salesforce;
pub mod schema;
mod secret;
#[cfg(feature = "server")]
pub mod server;
mod soap;
pub mod transport;
mod value;
mod view;
pub mod ws;
mod xml;

pub use client::{
    Builder, Call, Client, HeaderFor, HeaderOf, RecordList, Reply, Retry, Session, WireLog,
    WireMessage,
};
pub use codec::Attachment;
pub use drift::{Difference, DifferenceKind, Drift, DriftFileError};
pub use endpoint::{Endpoint, PlainHttp};
pub use error::{Error, Recovery};
/// The library of dates and times, re-exported.
pub use jiff;
pub use leniency::Leniency;
pub use lexical::{Decimal, FromText, ParseError};
pub use lexical::{XsdDateTime as DateTime, XsdTime as TimeOfDay};
pub use limits::Limits;
pub use record::{
    AnyValue, Attribute, Content, Element, Elements, FieldRef, Mixed, Node, Presence, Record,
    TypeName, ValueError,
};
pub use schema::{Repeat, SoapVersion};
pub use secret::Secret;
pub use soap::Fault;
#[cfg(feature = "https")]
pub use transport::Https;
pub use transport::Transport;
pub use value::{Binary, Boxed, Derived, DerivesFrom, Nillable};
pub use view::{
    ChildRows, FieldLookup, FieldName, FieldText, FieldType, IntoField, Key, List, Nested, Parent,
    SubqueryResult, Typed, View,
};

/// How a client gets its sessions: the trait [`Authenticator`](auth::Authenticator) and the
/// authenticators of this crate.
pub mod auth {
    pub use crate::client::oauth::form::Form;
    pub use crate::client::oauth::jwt::PrivateKey;
    pub use crate::client::{AuthContext, Authenticator, FormResponse, Opening};
    pub use crate::salesforce::auth::{
        AuthorizationCode, ClientCredentials, GivenSession, JwtBearer, Login, RefreshToken,
    };
}

/// Declares a module that contains the proxies that `saponify_codegen::compile` wrote.
///
/// ```ignore,no_run
/// saponify::include_proxies!(enterprise);
/// pub use enterprise::*;
/// ```
///
/// Give the proxies a crate of their own, as in the example. Then they are compiled once, and a change of your
/// code does not compile them again.
///
/// The module's name is that of the WSDL file without its extension, or the name that
/// `Config::module` set. Visibility, documentation and attributes may precede the name:
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
