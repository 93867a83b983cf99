//! The HTTPS transport against servers on this machine that speak real TLS and misbehave.

mod answers;
mod exchange;
mod faults;
mod proxy;
mod redirects;
mod support;
mod tls;
