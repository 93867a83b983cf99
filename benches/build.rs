//! Generates the proxies of the demo tenant, into which the benchmarks decode.

fn main() {
    if let Err(error) = saponify_codegen::compile("../tenants/demo/enterprise.wsdl") {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
