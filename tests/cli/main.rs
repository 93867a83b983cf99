//! Tests that run the program: what it prints, which files it writes, and how it fails.

mod connector;
mod demo;
mod diff;
mod errors;
mod fetch;
mod generate;
mod init;
mod inspect;
#[path = "../person/mod.rs"]
mod person;
mod project;
mod sandbox;
mod support;
