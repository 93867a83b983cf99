//! The features that only Salesforce has: login and the rules about where a session may be sent,
//! queries and their rows, bulk operations, record ids, and API usage.

pub mod auth;
mod browser;
pub mod bulk;
mod credentials;
mod domains;
mod fault;
mod one;
mod records;
mod results;
pub mod soql;
mod usage;

pub use crate::client::IdList;
pub use crate::lexical::Id;
pub use browser::{BrowserPage, Served};
pub use credentials::Credentials;
pub use one::OneCall;
pub use records::{HeaderOfRecords, Records};
pub use results::{RefusedRows, RowResults};
pub use usage::ApiUsage;
