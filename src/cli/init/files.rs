//! The files of a new project.

use toml_edit::{Array, InlineTable};

use super::manifest::NewManifest;
use super::options_file;
use super::source::{Crate, Source};
use super::wsdl::Wsdl;

/// A path from the folder of the project, and a text.
pub(super) type File = (String, Vec<u8>);

/// How the proxies come into their crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proxies {
    BuildScript,
    CheckedIn,
}

/// What the files are made of.
pub(super) struct Layout<'l> {
    /// The crate of the proxies, and its folder.
    pub(super) name: &'l str,
    pub(super) wsdl: &'l Wsdl,
    pub(super) proxies: Proxies,
    pub(super) source: &'l Source,
}

impl Layout<'_> {
    /// The files of the crate of the proxies. If the project gets no program, the crate has an example.
    pub(super) fn crate_files(&self, with_example: bool) -> Vec<File> {
        let runtime = self.source.dependency(Crate::Runtime);
        let codegen = self.source.dependency(Crate::Codegen);
        let mut manifest =
            NewManifest::new(self.name).depend("dependencies", Crate::Runtime.name(), runtime);
        let documents = self.wsdl.files.iter().cloned();
        let mut files: Vec<File> = documents.collect();
        let options = options_file::text(&self.wsdl.name, self.proxies);
        files.push(file("saponify.toml", options));
        match self.proxies {
            Proxies::BuildScript => {
                manifest = manifest.depend("build-dependencies", Crate::Codegen.name(), codegen);
                let module = options_file::module_of(&self.wsdl.name);
                files.push(file("build.rs", BUILD));
                files.push(file("src/lib.rs", BUILT.replace("MODULE", &module)));
            }
            Proxies::CheckedIn => {
                manifest = manifest.depend("dev-dependencies", Crate::Codegen.name(), codegen);
                files.push(file("src/lib.rs", CHECKED_IN));
                files.push(file("tests/up_to_date.rs", self.filled(UP_TO_DATE, "")));
            }
        }
        if with_example && self.wsdl.has_accounts() {
            manifest = self
                .with_sandbox(manifest)
                .depend("dev-dependencies", "tokio", tokio());
            files.extend([
                file("examples/accounts.rs", self.filled(EXAMPLE, "")),
                file("tests/sandbox.rs", self.filled(TEST_OF_CRATE, "")),
                file("tests/org.toml", self.filled(ORG, "")),
            ]);
        }
        files.push(file("Cargo.toml", manifest.text()));
        let below = |(path, text): File| (format!("{}/{path}", self.name), text);
        files.into_iter().map(below).collect()
    }

    /// The files of the program. It is the root of a workspace unless it is a member of one.
    pub(super) fn program_files(&self, package: &str, is_member: bool) -> Vec<File> {
        let mut proxies = InlineTable::new();
        proxies.insert("path", self.name.into());
        let mut manifest = NewManifest::new(package)
            .depend("dependencies", self.name, proxies)
            .depend(
                "dependencies",
                Crate::Runtime.name(),
                self.source.dependency(Crate::Runtime),
            );
        if !is_member {
            manifest = manifest.workspace(self.name);
        }
        let program = package.replace('-', "_");
        let mut files = Vec::new();
        if self.wsdl.has_accounts() {
            manifest = self
                .with_sandbox(manifest)
                .depend("dependencies", "tokio", tokio());
            files.extend([
                file("src/lib.rs", self.filled(LIBRARY, &program)),
                file("src/main.rs", self.filled(MAIN, &program)),
                file("tests/sandbox.rs", self.filled(TEST, &program)),
                file("tests/org.toml", self.filled(ORG, &program)),
            ]);
        } else if self.wsdl.catalog.services.is_empty() {
            files.push(file("src/main.rs", self.filled(NO_SERVICE, &program)));
        } else {
            files.push(file("src/main.rs", self.filled(OTHER, &program)));
        }
        files.push(file("Cargo.toml", manifest.text()));
        if !is_member {
            files.push(file(".gitignore", "/target\n"));
            files.push(file(".github/workflows/ci.yml", self.workflow()));
        }
        files
    }

    fn with_sandbox(&self, manifest: NewManifest) -> NewManifest {
        let sandbox = self.source.dependency(Crate::Sandbox);
        manifest.depend("dev-dependencies", Crate::Sandbox.name(), sandbox)
    }

    fn workflow(&self) -> String {
        let note = match self.source {
            Source::Path(_) => {
                "# Before it can run elsewhere, the manifests must name a repository or a version in place of the \
                 path of saponify.\n"
            }
            _ => "",
        };
        format!("{note}{CI}")
    }

    /// A template with the names of this project.
    fn filled(&self, template: &str, program: &str) -> String {
        let service = self.wsdl.catalog.services.first();
        let client = service.map_or("Client", |service| service.rust.as_str());
        let version = match self.wsdl.catalog.api_version.as_str() {
            "" => "64.0",
            version => version,
        };
        template
            .replace("CRATE", self.name)
            .replace("CLIENT", client)
            .replace("PROGRAM", program)
            .replace("VERSION", version)
    }
}

fn file(path: &str, text: impl Into<String>) -> File {
    (path.to_owned(), text.into().into_bytes())
}

fn tokio() -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("version", "1".into());
    let features = Array::from_iter(["macros", "rt-multi-thread"]);
    table.insert("features", features.into());
    table
}

const LIBRARY: &str = include_str!("templates/lib.rs.txt");
const MAIN: &str = include_str!("templates/main.rs.txt");
const TEST: &str = include_str!("templates/test.rs.txt");
const EXAMPLE: &str = include_str!("templates/example.rs.txt");
const TEST_OF_CRATE: &str = include_str!("templates/test_of_crate.rs.txt");
const ORG: &str = include_str!("templates/org.toml.txt");
const OTHER: &str = include_str!("templates/other.rs.txt");
const UP_TO_DATE: &str = include_str!("templates/up_to_date.rs.txt");
const BUILD: &str = include_str!("templates/build.rs.txt");
const CI: &str = include_str!("templates/ci.yml.txt");

const BUILT: &str = "\
//! The proxies of the tenant. They are a crate of their own, so that they are compiled once and not
//! after each change of other code.

saponify::include_proxies!(MODULE);
pub use self::MODULE::*;
";

const CHECKED_IN: &str = "\
//! The proxies of the tenant. `saponify generate` in this folder writes them, and a test tells whether they
//! are up to date.

mod proxies;
pub use proxies::*;
";

const NO_SERVICE: &str = "\
//! The WSDL has no service, so the crate `CRATE` has its types only.

use CRATE as _;

fn main() {}
";
