//! Event log files: what arrives, what is damaged, and what real files look like.

mod base64;
mod corpus;
pub(crate) mod csv;
mod import;
mod sync;
