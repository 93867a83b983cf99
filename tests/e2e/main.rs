//! End-to-end tests: proxies that the build script generates, the runtime, and a tenant over real
//! TLS.

saponify::include_proxies!(tenant);

#[path = "../person/mod.rs"]
mod person;
mod support;

mod actions;
mod bulk;
mod bulk_calls;
mod canary;
mod describes;
mod drift;
mod every_type;
mod faults;
mod headers;
mod live;
mod login;
mod node_soap;
mod oddities;
mod own_org;
mod queries;
mod requests;
mod rows;
mod sessions;
mod soql;
mod streams;
mod sweep;
mod weather;
