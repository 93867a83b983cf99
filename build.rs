//! Generates the proxies that `saponify demo` uses, from the WSDL of the demo tenant or of another
//! tenant: `SAPONIFY_WSDL=path/to/enterprise.wsdl cargo run -- demo`.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use saponify_codegen::{Config, GeneratedType, TypeKind};

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
    let wsdl = wsdl.unwrap_or_else(|| "tenants/demo/enterprise.wsdl".into());
    let output = Config::new().input(wsdl).module("tenant").compile()?;
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
