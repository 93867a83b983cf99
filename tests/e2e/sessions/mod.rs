//! Sessions, repetition and pagination over real TLS.

mod flows;
mod matrix;
mod pagination;
mod storm;
