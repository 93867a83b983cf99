//! A local tenant that anyone can start.
//!
//! An [`Org`] is described in one TOML file: objects, fields, users, rows. From it come the
//! Enterprise WSDL of that org ([`Org::enterprise_wsdl`]) and a SOAP server that answers for it
//! over real TLS ([`Sandbox`]), with the habits of the real service: login hosts, sessions, query
//! locators, row-level errors, faults, limits, and, when asked for, bad days.

#![forbid(unsafe_code)]

mod error;
mod fault;
mod id;
mod ops;
mod org;
mod server;
mod soql;
mod store;
mod wsdl;

pub use error::Error;
pub use server::mode::{Detail, Mode, Quirks, Stats};
pub use server::{Builder, Sandbox};
pub use org::{ApiVersion, Field, Kind, Limits, LoginMode, Object, Org, Scale, User};
