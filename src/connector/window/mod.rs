//! Decides which spans of time to ask for, page by page, and which spans to count again.
//!
//! Everything here is a pure function or a state machine over facts: no clock, no network, no store.
//! Time is always that of the server.
//!
//! Rows can become visible late, share a time, or have none; a query can be too large; a cursor can
//! be lost. The rules that keep the result whole:
//!
//! - A source is read in windows `[watermark - overlap, server now - settle)`. `settle` leaves out the
//!   newest rows, which may not all be visible yet. `overlap` reads again what was read before, so a
//!   row that became visible late is found.
//! - Rows come ordered by (time, Id), and reading resumes after the last stored (time, Id). So rows
//!   that share a time are neither skipped nor repeated. Ids are compared by the server alone.
//! - A window whose query takes too long or returns too much is halved.
//! - Rows without a time are read by a query of their own, ordered by Id.
//! - Each span is counted again after an hour and after a day. If the server has more rows than the
//!   store, the span is read again. An hour with few rows is read again at once, by the query for the
//!   newest rows.

mod check;
mod collect;
mod plan;
mod span;

pub use check::{Check, Verdict, judge};
pub use collect::{Ask, Closed, Collection, Disorder, Fact, Page, Position, TooSmall};
pub use plan::{Policy, plan, reach_back};
pub use span::Span;
