//! A local tenant that anyone can start.
//!
//! An [`Org`] is described in one TOML file: objects, fields, users, rows. From it come the
//! Enterprise WSDL of that org ([`Org::enterprise_wsdl`]) and a SOAP server that answers for it
//! over real TLS ([`Sandbox`]), with the habits of the real service: login hosts, sessions, query
//! locators, row-level errors, faults, limits, and, when asked for, bad days.
//!
//! ```no_run
//! use saponify_sandbox::{Mode, Org, Sandbox, Scale};
//!
//! # async fn start() -> Result<(), saponify_sandbox::Error> {
//! let org = Org::load("tenants/demo/org.toml")?;
//! let wsdl = org.enterprise_wsdl(org.api_version(), Scale::NONE);
//!
//! let sandbox = Sandbox::builder(org).start().await?;
//! println!("log in at {}", sandbox.login_url());
//! println!("and trust\n{}", sandbox.certificate_pem());
//!
//! sandbox.push_mode(Mode::Html503); // the next call meets a maintenance page
//! assert_eq!(sandbox.stats().logins, 0);
//! sandbox.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! `tenants/demo/org.toml` in the repository is a description of a small company and says in its
//! comments how one is written.

#![forbid(unsafe_code)]

mod error;
mod fault;
mod faults;
mod id;
mod oauth;
mod ops;
mod org;
mod quirks;
mod rows;
mod server;
mod soql;
mod store;
mod tenant;
mod ui;
mod web;
mod wsdl;
mod xml;

pub use error::Error;
pub use faults::{
    FaultName, GzipFlaw, Injection, LoginFlaw, Mode, PagingFlaw, ReplyFlaw, SoapFlaw, TextFlaw,
    TlsFlaw, WireFlaw, XmlFlaw,
};
pub use org::{
    ApiVersion, App, Field, GrantType, Kind, Limits, LoginMode, Object, Org, Scale, User,
};
pub use quirks::{Detail, Quirks};
pub use server::{Builder, Sandbox};
pub use tenant::stats::Stats;
