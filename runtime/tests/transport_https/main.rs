//! The HTTPS transport against servers on this machine that speak real TLS and misbehave.

#[path = "../shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

mod answers;
mod echo;
mod exchange;
mod faults;
mod framing;
mod proxy;
mod redirects;
mod support;
mod tls;
mod work;
