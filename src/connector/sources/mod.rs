//! Reads what Salesforce sends.

pub mod files;
pub mod rows;
