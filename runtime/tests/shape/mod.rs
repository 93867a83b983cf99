//! Proxies for `Tiny Web Services API Version 64.0`, endpoint
//! `https://login.salesforce.com/services/Soap/c/64.0`.
//!
//! Written by saponify-codegen 0.1.0 from `tiny.wsdl` (sha256 0123456789abcdef). Do not edit.
#![allow(
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    clippy::all,
    clippy::pedantic,
    rustdoc::all
)]

pub mod sobjects;
pub mod tables;
pub mod types;

pub mod operations;
mod service;

pub use service::Soap;
pub use sobjects::*;
pub use types::*;
