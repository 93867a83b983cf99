//! Collects connections, once or continuously.

mod collector;
mod outcome;
mod run;
mod share;
mod source;
mod workers;

pub use collector::Collector;
pub use outcome::{Figures, RoundOutcome, SourceOutcome};
pub use run::{Cadence, Notice, run};
pub use source::{NAMES, Source};
pub use workers::{Work, WorkObserver, run_all};
