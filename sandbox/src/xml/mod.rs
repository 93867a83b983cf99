//! Reads requests into a tree, and writes responses as text.

pub(crate) mod answer;
pub(crate) mod request;
