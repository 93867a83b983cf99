//! Opens a page of the organization in a browser with the session of a client.
//!
//! Salesforce Help, "Using Frontdoor.jsp to Bridge an Existing Session into Salesforce" and
//! "Generate a Frontdoor URL to Bridge into UI Sessions" (`singleaccess`).

mod page;
mod return_path;
mod single_access;

pub use page::{BrowserPage, Served};
