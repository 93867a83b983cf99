//! Prints the values between the stages for debugging and for tests. The format is unstable.

mod model;
mod raw;
mod wsdl;

pub(crate) use raw::print as print_raw;
