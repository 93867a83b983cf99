//! The guide. Its pages are the Markdown files in the folder of this crate. The crate includes them
//! as documentation, so that `cargo test --doc` compiles and runs every line of code in them.
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
    let org = Org::parse(include_str!("../../tenants/demo/org.toml"))?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::{fs, io};

    /// The file name and the text of each page.
    fn pages() -> io::Result<Vec<(String, String)>> {
        let mut pages = Vec::new();
        for entry in fs::read_dir(env!("CARGO_MANIFEST_DIR"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                pages.push((name.into_owned(), fs::read_to_string(&path)?));
            }
        }
        Ok(pages)
    }

    /// The targets of all links to files.
    fn links(text: &str) -> impl Iterator<Item = &str> {
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'));
        targets
            .map(|(target, _)| target)
            .filter(|target| !target.contains("://"))
    }

    /// The anchor that GitHub gives to a heading.
    fn anchor(heading: &str) -> String {
        let kept = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.replace(' ', "-");
        kept.chars()
            .filter(|c| c.is_alphanumeric() || *c == '-')
            .collect()
    }

    #[test]
    fn links_resolve_and_every_page_is_in_the_index() -> io::Result<()> {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut listed = BTreeSet::from(["README.md".to_owned()]);
        for (name, text) in pages()? {
            for link in links(&text) {
                let (file, section) = link.split_once('#').unwrap_or((link, ""));
                let file = if file.is_empty() { &name } else { file };
                let target = fs::read_to_string(guide.join(file));
                let target =
                    target.map_err(|e| io::Error::other(format!("{name}: {link}: {e}")))?;
                let mut headings = target.lines().filter(|line| line.starts_with('#'));
                let found = section.is_empty() || headings.any(|line| anchor(line) == section);
                assert!(found, "{name}: {link}");
                if name == "README.md" {
                    listed.insert(file.to_owned());
                }
            }
        }
        let missing: Vec<_> = pages()?
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| !listed.contains(name))
            .collect();
        assert!(missing.is_empty(), "not in the index: {missing:?}");
        Ok(())
    }

    #[test]
    fn every_page_has_code_that_runs() -> io::Result<()> {
        // README.md is the list of pages. The others describe the program.
        let without_code = [
            "README.md",
            "connector.md",
            "connector-scale.md",
            "connector-sinks.md",
            "console.md",
            "program.md",
        ];
        let pages = pages()?;
        for (name, text) in pages
            .iter()
            .filter(|page| !without_code.contains(&&*page.0))
        {
            assert!(text.contains("\n```rust\n"), "{name}");
            // No line is hidden from the reader who reads the rendered page.
            assert!(
                !text.contains("\n# use ") && !text.contains("\n# let "),
                "{name}"
            );
        }
        Ok(())
    }
}
