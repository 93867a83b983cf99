//! Runs the code in the pages of `guide/` and in the READMEs. The crate includes them as documentation, so that
//! `cargo test --doc` compiles and runs every line of Rust in them. `tests/book` checks the rest of the pages.
//!
//! The build script wraps each block of code in a program that starts a tenant for this block, in
//! the same process and over TLS, and logs a client in to it.

use std::future::Future;

pub use saponify_sandbox::Sandbox;

use saponify::Https;
use saponify::salesforce::Credentials;
use saponify_sandbox::Org;

saponify::include_proxies! {
    /// The proxies of the demo tenant.
    pub enterprise
}

saponify::include_proxies! {
    /// The proxies of a service that is not Salesforce's.
    pub styles
}

saponify::include_proxies! {
    /// The proxies and the server side of a service that is not Salesforce's.
    pub library
}

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// The return type of code in the guide.
#[doc(hidden)]
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The demo tenant with few rows, so that it starts quickly.
fn org() -> std::result::Result<Org, saponify_sandbox::Error> {
    let org = Org::parse(include_str!("../../../tenants/demo/org.toml"))?;
    let objects: Vec<String> = org.object_names().map(str::to_owned).collect();
    Ok(objects
        .iter()
        .fold(org, |org, object| org.with_rows(object, 24)))
}

/// Runs code of the guide against a tenant that only this code uses.
///
/// # Panics
///
/// Panics if the code fails, so that the documentation test fails.
#[doc(hidden)]
pub fn run<F: Future<Output = Result>>(example: impl FnOnce(enterprise::Soap, Sandbox) -> F) {
    // Paths in the pages are those of the repository.
    let root = std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    root.unwrap_or_else(|error| panic!("the folder of the repository: {error}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let result: Result = runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            let sandbox = Sandbox::builder(org()?).start().await?;
            let https = Https::builder()
                .no_proxy()
                .extra_root_certificate(sandbox.certificate_pem())
                .build()?;
            let soap = enterprise::Soap::builder()
                .transport(https)
                .allow_host(sandbox.instance_url().trim_start_matches("https://"))
                .login(
                    &sandbox.login_url(),
                    Credentials::new("integration@acme.example", "battery-staple"),
                )
                .await?;
            example(soap, sandbox).await
        })
    });
    if let Err(error) = result {
        panic!("{error:?}");
    }
}
