//! The connection to an org: its settings, its login, and the calls that the sources make.
//!
//! All SOAP calls go through the proxies of the module `org_proxies`. `build.rs` generates them from an
//! Enterprise WSDL that has only the operations that the connector needs. Rows are read by the names of
//! their fields, so the proxies work with every org, whatever its own WSDL contains.

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
