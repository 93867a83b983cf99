//! The whole house at once: proxies made by the build script, the runtime, and a tenant behind
//! real TLS.

saponify::include_proxies!(tenant);

mod support;

mod actions;
mod bulk;
mod bulk_calls;
mod canary;
mod describes;
mod every_type;
mod faults;
mod headers;
mod login;
mod node_soap;
mod oddities;
mod queries;
mod requests;
mod rows;
mod soql;
mod streams;
mod sweep;
mod weather;
