//! The modules of the compliance connector, through their public interfaces.

mod changes;
mod engine;
mod files;
mod home;
mod kills;
#[cfg(feature = "listen")]
mod listen;
mod listing;
mod ocsf;
mod org;
#[cfg(all(unix, feature = "postgres"))]
mod postgres;
mod report;
mod rows;
mod sinks;
mod store;
mod vault;
mod windows;
