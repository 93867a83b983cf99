//! The stages together, and what the public methods of [`Config`](crate::Config) do with them.

mod run;
mod stages;
#[cfg(test)]
mod tests;
