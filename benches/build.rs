//! Generates the proxies of the demo tenant, into which the benchmarks decode.

use saponify_codegen::{Config, Error, Output};

fn generate() -> Result<Output, Error> {
    Config::new()
        .input("../tenants/demo/enterprise.wsdl")
        .warnings(false)
        .compile()
}

fn main() {
    if let Err(error) = generate() {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
