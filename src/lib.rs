//! What the program `saponify` is made of, as a library for its tests.
//!
//! Nothing here is a public interface: names change without notice. The library to build on is the
//! crate `saponify`.
#![forbid(unsafe_code)]

pub mod connector;
#[cfg(feature = "console")]
pub mod console;
