//! Reads requests into a tree, and writes answers as text.

pub(crate) mod answer;
pub(crate) mod request;
