//! Reads what Salesforce sends.

mod batch;
pub mod changes;
pub mod files;
pub mod rows;
mod service;

pub use batch::{Batch, Rows, Values};
pub use service::{Failure, Service};
