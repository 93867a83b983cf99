//! The stages together, and what the public methods of [`Config`](crate::Config) do with them.

#[cfg(feature = "catalog")]
mod compare;
mod run;
mod sharing;
mod stages;
#[cfg(test)]
mod tests;

pub use sharing::{GeneratedModule, compile_all, run_all};
