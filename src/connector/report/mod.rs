//! The report: evidence, for each source and day, of whether the data is complete, and why.
//!
//! [`Report::gather`] collects the facts from the store. The other modules only format them.

mod gather;
mod html;
mod text;

pub use gather::{
    DailyReport, DayReport, DayState, FileReport, GapReport, Report, SinkReport, SourceReport,
};
