//! Reads what Salesforce sends.

pub mod files;
