//! Reads what Salesforce sends.

mod batch;
pub mod changes;
pub mod files;
pub mod rows;
mod service;

pub use batch::{Batch, RowValues, Rows};
pub(crate) use service::all_rows;
pub use service::{Failure, Service};
