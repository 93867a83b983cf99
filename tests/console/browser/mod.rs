//! The console in a real browser. Pictures of its pages are in `target/console-screenshots`.

mod attacks;
mod driver;
mod layout;
mod walk;
