//! Generates the proxies that `saponify demo` uses, from the demo tenant's WSDL or from another
//! tenant's: `SAPONIFY_WSDL=path/to/enterprise.wsdl cargo run -- demo`.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=SAPONIFY_WSDL");
    let wsdl = std::env::var_os("SAPONIFY_WSDL").map(PathBuf::from);
    let wsdl = wsdl.unwrap_or_else(|| "tenants/demo/enterprise.wsdl".into());
    let config = saponify_codegen::Config::new().input(wsdl).module("tenant");
    if let Err(error) = config.compile() {
        // A panic would bury the message under a backtrace.
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
