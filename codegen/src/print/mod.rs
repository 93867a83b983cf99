//! A printer of Rust source that knows how wide a line may be.
//!
//! It writes text, not token streams, laid out as rustfmt would lay it out (`ARCHITECTURE.md` says
//! why). Whoever prints says what a piece is (a list, a signature, a chain); the printer knows the
//! indentation and decides where lines break.

pub(crate) mod escape;
mod layout;
mod links;
mod markdown;
mod printer;

pub(crate) use layout::{Call, MacroArgument};
pub(crate) use links::Link;
pub(crate) use printer::Printer;
