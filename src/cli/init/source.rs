//! Where the project takes the crates of saponify from.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml_edit::{Array, InlineTable};

use crate::cli::Failure;

/// Where the crates of saponify come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The registry, at the version of this program.
    Registry,
    /// A copy of the repository.
    Path(PathBuf),
    /// A repository of git.
    Git(String),
}

/// The crates that a project depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crate {
    Runtime,
    Codegen,
    Sandbox,
}

impl Source {
    /// The copy of the repository from which this program was built, if it is still there, or else the registry.
    pub(super) fn of_this_program() -> Self {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        match is_repository(repository) {
            true => Self::Path(repository.to_owned()),
            false => Self::Registry,
        }
    }

    /// The source with an absolute path.
    pub(super) fn checked(self) -> Result<Self, Failure> {
        let Self::Path(path) = self else {
            return Ok(self);
        };
        let whole = path.canonicalize().map_err(|error| {
            Failure::new(format!("{} cannot be found", path.display())).because(error)
        })?;
        match is_repository(&whole) {
            true => Ok(Self::Path(whole)),
            false => Err(
                Failure::new(format!("{} is no copy of saponify's repository", path.display()))
                    .hint("give the folder that has runtime/Cargo.toml, the address of a git repository, or registry"),
            ),
        }
    }

    /// The dependency on one of the crates.
    pub(super) fn dependency(&self, dependency: Crate) -> InlineTable {
        let mut table = InlineTable::new();
        match self {
            Self::Path(root) => {
                let path = root
                    .join(dependency.folder())
                    .to_string_lossy()
                    .into_owned();
                table.insert("path", path.into());
            }
            Self::Git(address) => {
                table.insert("git", address.as_str().into());
            }
            Self::Registry => {
                table.insert("version", env!("CARGO_PKG_VERSION").into());
            }
        }
        if dependency == Crate::Codegen {
            table.insert("features", Array::from_iter(["toml", "describe"]).into());
        }
        table
    }
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_git = text.contains("://") || text.starts_with("git@");
        Ok(match text {
            "registry" => Self::Registry,
            _ if is_git => Self::Git(text.to_owned()),
            _ => Self::Path(text.into()),
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry => write!(f, "version {} of the registry", env!("CARGO_PKG_VERSION")),
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Git(address) => f.write_str(address),
        }
    }
}

impl Crate {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Runtime => "saponify",
            Self::Codegen => "saponify-codegen",
            Self::Sandbox => "saponify-sandbox",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Runtime => "runtime",
            Self::Codegen => "codegen",
            Self::Sandbox => "sandbox",
        }
    }
}

fn is_repository(path: &Path) -> bool {
    [Crate::Runtime, Crate::Codegen, Crate::Sandbox]
        .iter()
        .all(|known| path.join(known.folder()).join("Cargo.toml").is_file())
}
