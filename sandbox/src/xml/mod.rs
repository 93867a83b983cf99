//! XML as the server speaks it: requests are read to a tree, answers are written as text.

pub(crate) mod answer;
pub(crate) mod request;
