//! Generates these proxies:
//!
//! - `tenant`, which `saponify demo` uses, from the WSDL of the demo tenant or of another tenant:
//!   `SAPONIFY_WSDL=path/to/enterprise.wsdl cargo run -- demo`.
//! - `org_proxies`, which the compliance connector uses, with the few operations and objects that it needs. Any
//!   org answers these, whatever else its own WSDL has.
//! - `outbound_proxies`, with which the connector receives outbound messages.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use saponify_codegen::{Config, GeneratedType, TypeKind};

const DEMO: &str = "tenants/demo/enterprise.wsdl";

/// The WSDL of an outbound message with records of any object.
const OUTBOUND: &str = "tenants/demo/outbound.wsdl";

/// What the connector calls.
const OPERATIONS: [&str; 9] = [
    "login",
    "getUserInfo",
    "getServerTimestamp",
    "query",
    "queryMore",
    "retrieve",
    "describeSObject",
    "getUpdated",
    "getDeleted",
];

/// The objects that the connector knows by their fields. Rows of others are read by name.
const OBJECTS: [&str; 6] = [
    "Organization",
    "User",
    "EventLogFile",
    "LoginHistory",
    "LoginGeo",
    "SetupAuditTrail",
];

fn main() {
    println!("cargo:rerun-if-env-changed=SAPONIFY_WSDL");
    if let Err(error) = generate() {
        // A panic would hide the message below a backtrace.
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}

fn generate() -> Result<(), Box<dyn Error>> {
    let wsdl = std::env::var_os("SAPONIFY_WSDL").map(PathBuf::from);
    let wsdl = wsdl.unwrap_or_else(|| DEMO.into());
    let output = Config::new()
        .input(wsdl)
        .module("tenant")
        .warnings(false)
        .compile()?;
    Config::new()
        .input(DEMO)
        .module("org_proxies")
        .include_operations(OPERATIONS)
        .include_objects(OBJECTS)
        .docs(false)
        .warnings(false)
        .compile()?;
    if std::env::var_os("CARGO_FEATURE_LISTEN").is_some() {
        Config::new()
            .input(OUTBOUND)
            .module("outbound_proxies")
            .server(true)
            .docs(false)
            .compile()?;
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("every_type.rs"), every_type(output.types()))?;
    Ok(())
}

/// Every generated struct and view, as a call of a macro: for the test of all types.
fn every_type(types: &[GeneratedType]) -> String {
    let mut list = String::from("every_type! {\n");
    for ty in types {
        let kind = match ty.kind() {
            TypeKind::View => "view",
            TypeKind::Struct | TypeKind::Choice => "structure",
            _ => continue,
        };
        // Writing to a string does not fail.
        let _ = writeln!(list, "    {kind} {}::{};", ty.module(), ty.name());
    }
    list.push_str("}\n");
    list
}
