//! Parses requests into a tree, and writes responses.

pub(crate) mod request;
pub(crate) mod response;
