//! Sessions, repetition and pagination over real TLS.

mod echo;
mod flows;
mod matrix;
mod pagination;
mod storm;
