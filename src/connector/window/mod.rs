//! Decides which spans of time are queried, page by page, and which are counted again.
//!
//! Everything here is a pure function or a state machine without a clock, a network or a store. All times
//! are those of the service.
//!
//! Rows can become visible late, share a time, or have no time. A query can be too large, and a cursor can
//! be lost. These rules keep the result complete:
//!
//! - A source is read in windows `[watermark - overlap, now - delay)`. `delay` excludes the
//!   newest rows, which may not all be visible yet. `overlap` reads a span again, so that a
//!   row that became visible late is found.
//! - Rows are ordered by (time, Id), and reading resumes after the last stored (time, Id). Therefore rows
//!   that share a time are neither skipped nor repeated. Only the service compares Ids.
//! - A window whose query takes too long or returns too much is halved.
//! - Rows without a time are read by a separate query, ordered by Id.
//! - Each span is counted again after an hour and after a day. If the service has more rows than the
//!   store, the span is read again. An hour with few rows is not counted but read again, by the query for
//!   the newest rows.

mod check;
mod collect;
mod plan;
mod span;

pub use check::{Check, Verdict, judge};
pub use collect::{Ask, Closed, Collection, Disorder, Fact, Page, Position, TooSmall};
pub use plan::{Policy, plan, reach_back};
pub use span::Span;
