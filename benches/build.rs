//! Generates the proxies of the demo tenant, into which the benchmarks decode, and the server side of a
//! small service.

fn main() {
    let library = saponify_codegen::Config::new()
        .input("../codegen/tests/fixtures/server/input.wsdl")
        .module("library")
        .server(true);
    let compiled = saponify_codegen::compile("../tenants/demo/enterprise.wsdl");
    if let Err(error) = compiled.and_then(|_| library.compile()) {
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
}
