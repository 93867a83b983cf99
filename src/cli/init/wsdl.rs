//! The WSDL of a new project, with the documents that it imports.

use std::path::{Component, Path, PathBuf};

use saponify_codegen::Config;
use saponify_codegen::catalog::Catalog;
use saponify_sandbox::{Org, Scale};

use crate::cli::Failure;
use crate::cli::sandbox::DEMO_ORG;

/// The name of the file, if the WSDL comes from no file.
const NAME: &str = "enterprise.wsdl";

/// A WSDL that can be read.
pub(super) struct Wsdl {
    /// The name of its file.
    pub(super) name: String,
    /// It and the documents that it imports: the paths from its folder, and the texts.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) catalog: Catalog,
}

impl Wsdl {
    /// Reads a file and what it imports.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        crate::cli::options::readable(path)?;
        let config = Config::new().input(path);
        let catalog = config.catalog()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let whole = |path: &Path| {
            path.canonicalize().map_err(|error| {
                Failure::new(format!("{} cannot be found", path.display())).because(error)
            })
        };
        let folder = whole(path)?
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default();
        let mut files = Vec::new();
        for input in config.run()?.inputs() {
            let input = whole(input)?;
            let outside = || {
                Failure::new(format!(
                    "{} imports {}, which is not in its folder",
                    path.display(),
                    input.display()
                ))
                .hint("put both into one folder, and make the project from there")
            };
            let relative = input.strip_prefix(&folder).map_err(|_| outside())?;
            let bytes = std::fs::read(&input).map_err(|error| {
                Failure::new(format!("cannot read {}", input.display())).because(error)
            })?;
            files.push((slashed(relative), bytes));
        }
        Ok(Self {
            name: name.into_owned(),
            files,
            catalog,
        })
    }

    /// A WSDL that an org has sent.
    pub(super) fn fetched(bytes: Vec<u8>) -> Result<Self, Failure> {
        let catalog = Config::new().catalog_of(&bytes)?;
        Ok(Self {
            name: NAME.to_owned(),
            files: vec![(NAME.to_owned(), bytes)],
            catalog,
        })
    }

    /// The WSDL of the local tenant.
    pub(super) fn of_demo() -> Result<Self, Failure> {
        let org = Org::parse(DEMO_ORG)?;
        let text = org.enterprise_wsdl(org.api_version(), Scale::NONE);
        Self::fetched(text.into_bytes())
    }

    /// Whether the program can query accounts.
    pub(super) fn has_accounts(&self) -> bool {
        let has = |wanted: &str| {
            let mut operations = self.catalog.operations.iter();
            operations.any(|operation| operation.name == wanted)
        };
        let account = self.catalog.object("Account");
        has("query")
            && has("queryMore")
            && account.is_some_and(|account| account.field("Name").is_some())
    }
}

/// A path below a folder, as manifests write it.
pub(super) fn slashed(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
        Component::ParentDir => Some("..".to_owned()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The absolute path of a folder that need not be there yet.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    let cannot = |error| Failure::new(format!("{} cannot be used", path.display())).because(error);
    if path.exists() {
        return path.canonicalize().map_err(cannot);
    }
    // What is there may be a link.
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => absolute(parent)?,
        _ => Path::new(".").canonicalize().map_err(cannot)?,
    };
    Ok(match path.file_name() {
        Some(name) => parent.join(name),
        None => parent,
    })
}
