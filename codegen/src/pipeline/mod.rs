//! The stages together, and what the public methods of [`Config`](crate::Config) do with them.

#[cfg(feature = "catalog")]
mod compare;
mod run;
mod stages;
#[cfg(test)]
mod tests;
