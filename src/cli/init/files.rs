//! The files of a new project.

use std::path::Path;

use saponify_codegen::catalog::Catalog;

use super::options_file;

/// How the proxies come into their crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxies {
    BuildScript,
    CheckedIn,
}

/// What the files are made of.
pub(super) struct Layout<'l> {
    /// The crate of the proxies, and its directory.
    pub(super) name: &'l str,
    pub(super) wsdl_name: &'l str,
    pub(super) wsdl: &'l [u8],
    pub(super) proxies: Proxies,
    /// A copy of saponify's repository to depend on.
    pub(super) saponify: Option<&'l Path>,
    pub(super) catalog: &'l Catalog,
}

impl Layout<'_> {
    /// The dependency on a crate of saponify, whose folder in the repository this is.
    pub(super) fn dependency(&self, folder: &str) -> toml_edit::InlineTable {
        let mut table = toml_edit::InlineTable::new();
        match self.saponify {
            Some(root) => {
                let path = root.join(folder).to_string_lossy().into_owned();
                table.insert("path", path.into());
            }
            None => {
                table.insert("version", env!("CARGO_PKG_VERSION").into());
            }
        }
        if folder == "codegen" {
            let features = toml_edit::Array::from_iter(["toml"]);
            table.insert("features", features.into());
        }
        table
    }

    /// The files of the crate of the proxies.
    pub(super) fn crate_files(&self) -> Vec<(String, Vec<u8>)> {
        let Self { name, .. } = self;
        let path = |file: &str| format!("{name}/{file}");
        let mut manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\nsaponify = {}\n",
            self.dependency("runtime")
        );
        let mut files = vec![
            (path(self.wsdl_name), self.wsdl.to_vec()),
            (
                path("saponify.toml"),
                options_file::text(self.wsdl_name, self.proxies).into_bytes(),
            ),
        ];
        let library = match self.proxies {
            Proxies::BuildScript => {
                manifest.push_str(&format!(
                    "\n[build-dependencies]\nsaponify-codegen = {}\n",
                    self.dependency("codegen")
                ));
                let module = options_file::module_of(self.wsdl_name);
                files.push((path("build.rs"), BUILD.into()));
                format!(
                    "//! The proxies of the tenant. They are a crate of their own, so that they are compiled once \
                     and not\n//! after each change of other code.\n\n\
                     saponify::include_proxies!({module});\npub use {module}::*;\n"
                )
            }
            Proxies::CheckedIn => {
                "//! The proxies of the tenant. `saponify generate` writes them, and \
                 `saponify generate --check` tells in CI\n//! whether they are up to date.\n\n\
                 mod proxies;\npub use proxies::*;\n"
                    .to_owned()
            }
        };
        files.push((path("Cargo.toml"), manifest.into_bytes()));
        files.push((path("src/lib.rs"), library.into_bytes()));
        files
    }

    /// The files of the program, if the project is new.
    pub(super) fn program_files(&self, project: &str) -> Vec<(String, Vec<u8>)> {
        let name = self.name;
        let project = if project == name { "app" } else { project };
        let manifest = format!(
            "[workspace]\nmembers = [\"{name}\"]\n\n\
             [package]\nname = \"{project}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{name} = {{ path = \"{name}\" }}\nsaponify = {}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n",
            self.dependency("runtime")
        );
        vec![
            ("Cargo.toml".to_owned(), manifest.into_bytes()),
            ("src/main.rs".to_owned(), self.program().into_bytes()),
        ]
    }

    /// The program: a first query, if the tenant has accounts and the client logs in to Salesforce.
    fn program(&self) -> String {
        let name = self.name;
        let service = self.catalog.services.first();
        let client = service.map_or("Client", |service| service.rust.as_str());
        let has_query = ["query", "queryMore"].iter().all(|wanted| {
            let mut operations = self.catalog.operations.iter();
            operations.any(|operation| operation.name == *wanted)
        });
        match has_query && self.catalog.object("Account").is_some() {
            true => QUERY.replace("CRATE", name).replace("CLIENT", client),
            false => OTHER.replace("CRATE", name).replace("CLIENT", client),
        }
    }
}

const BUILD: &str = "//! Generates the proxies with the options of `saponify.toml`.\n\n\
    fn main() {\n    if let Err(error) = generate() {\n        eprintln!(\"{error:?}\");\n        \
    std::process::exit(1);\n    }\n}\n\n\
    fn generate() -> Result<(), saponify_codegen::Error> {\n    \
    saponify_codegen::Config::from_file(\"saponify.toml\")?.compile()?;\n    Ok(())\n}\n";

const QUERY: &str = r#"//! Logs in and prints ten accounts.

use CRATE::{Account, CLIENT};
use saponify::auth::ClientCredentials;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let var = |name: &str| std::env::var(name).map_err(|_| format!("set {name}"));
    // The app of the org must allow the client credentials flow and name a user to run as.
    let login = ClientCredentials::new(&var("SF_URL")?, var("SF_KEY")?, var("SF_SECRET")?);
    let soap = CLIENT::builder().authenticator(login).connect().await?;
    let mut accounts = soap.records::<Account>("SELECT Id, Name FROM Account LIMIT 10");
    while let Some(account) = accounts.try_next().await? {
        println!("{:?} {}", account.id(), account.name().unwrap_or("-"));
    }
    Ok(())
}
"#;

const OTHER: &str = r#"//! Makes a client of the service.

use CRATE::CLIENT;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = CLIENT::builder().build()?;
    println!("{client:?}");
    Ok(())
}
"#;
