//! A local tenant for tests, without an account and without a network.
//!
//! An [`Org`] is described in one TOML file: objects, fields, users, apps, rows. The description gives the
//! Enterprise WSDL of the org ([`Org::enterprise_wsdl`]), and a server that responds for the org over TLS
//! ([`Sandbox`]). The server behaves as Salesforce does: it has a login host and an instance host,
//! sessions, OAuth tokens, query locators, errors of single rows, faults and limits. A test can inject
//! about ninety faults by name ([`Injection`], [`FaultName`]).
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
//! sandbox.push_mode(Mode::Html503); // the response to the next call is a maintenance page
//! sandbox.inject("no_response@create:every=3".parse()?);
//! assert_eq!(sandbox.stats().logins, 0);
//! sandbox.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! `tenants/demo/org.toml` in the repository describes a small company. Its comments explain the format.

#![forbid(unsafe_code)]

mod activity;
mod error;
mod fault;
mod faults;
mod id;
mod oauth;
mod ops;
mod org;
mod outbound;
mod quirks;
mod random;
mod rest;
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
    EchoFlaw, FaultName, GzipFlaw, Injection, LoginFlaw, Mode, PagingFlaw, ReplyFlaw, SoapFlaw,
    TextFlaw, TlsFlaw, WireFlaw, XmlFlaw,
};
pub use org::{
    Activity, ApiVersion, App, Field, GrantType, Kind, Limits, LoginMode, Object, Org, Scale, User,
    Visibility,
};
pub use outbound::{Delivery, OutboundMessage};
pub use quirks::{Detail, Quirks};
pub use server::{Builder, Sandbox};
pub use store::Progress;
pub use tenant::stats::Stats;
