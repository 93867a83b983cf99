//! The values between the stages as text, for people and for tests. The format may change.

mod model;
mod raw;
mod wsdl;

pub(crate) use raw::print as print_raw;
