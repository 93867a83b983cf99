//! The program as it is run: what it prints, what it leaves behind, and how it fails.

mod demo;
mod generate;
mod sandbox;
mod support;
