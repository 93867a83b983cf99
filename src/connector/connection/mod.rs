//! The connection to an org: how it is set up, how it logs in, and what it answers.
//!
//! Everything that is asked of SOAP goes through the proxies of the module `org_proxies`, which `build.rs`
//! generates from an Enterprise WSDL with the few operations that the connector needs. Rows are read by
//! the names of their fields, so any org answers, whatever else its own WSDL has.

mod activate;
mod changes;
mod clock;
mod failure;
mod files;
mod known;
mod org;
mod selection;
mod service;
pub mod settings;
mod tap;

saponify::include_proxies!(org_proxies);

pub use activate::{
    Activated, Activation, activate, activate_by, connect, deactivate, settings_of,
};
pub(crate) use activate::{hold_secrets, keep_token};
pub use org::{Consent, Identity, KeepToken, Org, Usage};
pub use settings::{Login, Settings, Transfer};
