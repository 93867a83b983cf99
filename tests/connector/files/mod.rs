//! Event log files: their list, their content, damaged files, and real files.

mod base64;
mod corpus;
pub(crate) mod csv;
mod import;
mod org;
mod sync;
