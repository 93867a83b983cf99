//! Reads what Salesforce sends.

pub mod changes;
pub mod files;
pub mod rows;
mod service;

pub use service::{Batch, Failure, Service};
