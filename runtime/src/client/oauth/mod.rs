//! The parts of OAuth 2.0 that do not depend on a vendor: forms, signed assertions, proof keys, and
//! the listener on this machine that receives a redirect.

pub(crate) mod browser;
pub(crate) mod form;
pub(crate) mod jwt;
pub(crate) mod loopback;
pub(crate) mod pkce;
pub(crate) mod redirect;
