//! Generates the proxies of the demo tenant, into which the benchmarks decode, and the server side of a
//! small service.

use saponify_codegen::{Config, Error};

fn generate() -> Result<(), Error> {
    Config::new()
        .input("../tenants/demo/enterprise.wsdl")
        .warnings(false)
        .compile()?;
    Config::new()
        .input("../codegen/tests/fixtures/server/input.wsdl")
        .module("library")
        .server(true)
        .compile()?;
    Ok(())
}

fn main() {
    if let Err(error) = generate() {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
