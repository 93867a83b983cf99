//! Event log files: decodes base64 from the network, stages the bytes beside the store, and stores the rows
//! of the CSV.
//!
//! A file is staged first, so that the store is not locked while the network is slow, and so that a damaged
//! file can be kept. Then all of its rows are stored in one transaction. Memory holds one buffer and one
//! row, independent of the size of the file.

mod base64;
mod control;
mod import;
mod listing;
mod stage;
mod sync;

pub use base64::{BadBase64, Base64};
pub use import::{Fetched, Import, Lengths, import};
pub use listing::Choice;
pub use stage::{Staged, Staging};
pub use sync::{FileOptions, FileOutcome, FileService, sync};
