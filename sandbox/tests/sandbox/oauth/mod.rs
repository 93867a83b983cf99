//! OAuth: every grant type, every refusal, and what a token opens.

mod authorize;
pub(crate) mod client;
mod grants;
mod jwt;
mod tokens;
