//! Delivers stored rows to where they are wanted.
//!
//! A sink reads the store in the order of storing, from its own cursor on, and the cursor moves when
//! the sink has acknowledged. So a sink that fails stops neither collection nor other sinks, and goes
//! on later where it was.

mod ndjson;
mod owner;

pub use ndjson::{Delivered, Form, Ndjson};
