//! The pages of `guide/` as a book: every page is a chapter, links lead somewhere, and what is not Rust is right, too.
//! `tests/guide` compiles and runs the Rust code of the same pages.

mod chapters;
#[cfg(unix)]
mod commands;
mod files;
mod links;
mod messages;
mod pages;
