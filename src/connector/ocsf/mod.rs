//! Events of the Open Cybersecurity Schema Framework, version 1.8.0 (<https://schema.ocsf.io/1.8.0>).
//!
//! The mapping is data. `tables/events.tsv` assigns a class and an activity to rows, `tables/fields.tsv`
//! maps columns to attributes, and `tables/values.tsv` maps values to numbers. Columns without an attribute
//! are kept under `unmapped`, so an event contains everything of its row. `metadata.uid` is the key of the
//! row.
//!
//! OCSF requires a time and names that a row may not have. In that case, the time is 0 with the label
//! `time-missing`, and a name is `unknown`. Nothing else is invented.

mod event;
mod tables;
mod value;

pub use event::to_ocsf;
pub use tables::Mapping;

/// The version of OCSF that the events conform to.
pub const VERSION: &str = "1.8.0";
