//! Brings connections up to date: once, or again and again.

mod collector;
mod outcome;
mod run;
mod source;

pub use collector::Collector;
pub use outcome::{Figures, Outcome, SourceOutcome};
pub use run::{Cadence, Notice, run};
pub use source::{NAMES, Source};
