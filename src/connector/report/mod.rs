//! The report: evidence, for each source and day, of what is complete, and why.
//!
//! [`Report::gather`] collects the facts from the store; the forms only write them down.

mod gather;
mod html;
mod text;

pub use gather::{
    DailyReport, DayReport, DayState, FileReport, GapReport, Report, SinkReport, SourceReport,
};
