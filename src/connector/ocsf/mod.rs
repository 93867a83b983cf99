//! Events of the Open Cybersecurity Schema Framework, version 1.8.0 (<https://schema.ocsf.io/1.8.0>).
//!
//! The mapping is data: `tables/events.tsv` says which class and activity a row is, `tables/fields.tsv`
//! where its columns go, `tables/values.tsv` what values mean. Columns that go nowhere are kept under
//! `unmapped`, so an event loses nothing of its row. `metadata.uid` is the key of the row.
//!
//! OCSF demands a time and names that a row may lack. Then the time is 0 with the label
//! `time-missing`, and a name is `unknown`; nothing else is made up.

mod event;
mod tables;
mod value;

pub use event::to_ocsf;
pub use tables::Mapping;

/// The version of OCSF that events have.
pub const VERSION: &str = "1.8.0";
