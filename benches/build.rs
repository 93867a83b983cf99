//! The proxies that the benchmarks decode into: the demo tenant's.

fn main() {
    if let Err(error) = saponify_codegen::compile("../tenants/demo/enterprise.wsdl") {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
