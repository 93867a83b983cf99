//! The manifests of packages and of the workspace that the crate joins.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::wsdl::slashed;
use crate::cli::Failure;

/// A manifest that exists, and changes to it.
pub(super) struct Manifest {
    pub(super) path: PathBuf,
    document: DocumentMut,
}

impl Manifest {
    /// Reads the manifest of a folder, if it has one.
    pub(super) fn of(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join("Cargo.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(Failure::new(format!("cannot read {}", path.display())).because(error));
            }
        };
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            cannot(&path, "it cannot be read").because(error)
        })?;
        Ok(Some(Self { path, document }))
    }

    /// The manifest of the workspace to which a package in this folder belongs, if that is another folder's.
    /// `own` is the manifest of the package, if there is one already.
    pub(super) fn of_workspace(folder: &Path, own: Option<&Self>) -> Result<Option<Self>, Failure> {
        if let Some(root) = own.and_then(Self::named_root) {
            let root = folder.join(root);
            let root = root.canonicalize().unwrap_or(root);
            return match Self::of(&root)? {
                Some(manifest) => Ok(Some(manifest)),
                None => Err(cannot(
                    &root.join("Cargo.toml"),
                    "the workspace is not there",
                )),
            };
        }
        for above in folder.ancestors().skip(1) {
            let Some(manifest) = Self::of(above)? else {
                continue;
            };
            if manifest.has_workspace() {
                let excludes = manifest.excludes(folder);
                return Ok((!excludes).then_some(manifest));
            }
        }
        Ok(None)
    }

    pub(super) fn has_workspace(&self) -> bool {
        self.document.contains_key("workspace")
    }

    pub(super) fn has_package(&self) -> bool {
        self.document.contains_key("package")
    }

    /// The name of the package.
    pub(super) fn package_name(&self) -> Option<&str> {
        self.document.get("package")?.get("name")?.as_str()
    }

    /// Whether the package depends on something of this name.
    pub(super) fn depends_on(&self, name: &str) -> bool {
        let table = self.document.get("dependencies");
        table.is_some_and(|table| table.get(name).is_some())
    }

    /// `package.workspace`.
    fn named_root(&self) -> Option<&str> {
        self.document.get("package")?.get("workspace")?.as_str()
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    fn excludes(&self, folder: &Path) -> bool {
        let excluded = self
            .document
            .get("workspace")
            .and_then(|table| table.get("exclude"));
        let excluded = excluded.and_then(Item::as_array).into_iter().flatten();
        excluded
            .filter_map(Value::as_str)
            .any(|excluded| folder.starts_with(self.folder().join(excluded)))
    }

    /// Makes a package in this folder a member of the workspace, which is made if there is none.
    pub(super) fn add_member(&mut self, folder: &Path) -> Result<(), Failure> {
        // A folder elsewhere is a dependency by its path, and no member.
        let Ok(path) = folder.strip_prefix(self.folder()).map(slashed) else {
            return Ok(());
        };
        let file = self.path.clone();
        let workspace = table(&mut self.document, "workspace", &file)?;
        let members = workspace
            .entry("members")
            .or_insert_with(|| Item::Value(Value::Array(Array::new())))
            .as_array_mut()
            .ok_or_else(|| cannot(&file, "`workspace.members` is no list"))?;
        let is_member = members
            .iter()
            .filter_map(Value::as_str)
            .any(|pattern| covers(pattern, &path));
        if !is_member {
            members.push(path);
        }
        Ok(())
    }

    /// Adds a dependency to the package, unless it has one of this name.
    pub(super) fn add_dependency(&mut self, name: &str, value: InlineTable) -> Result<(), Failure> {
        let file = self.path.clone();
        let dependencies = table(&mut self.document, "dependencies", &file)?;
        if !dependencies.contains_key(name) {
            dependencies.insert(name, Item::Value(Value::InlineTable(value)));
        }
        Ok(())
    }

    /// The text of the manifest. Whatever was not changed is as it was, comments included.
    pub(super) fn text(&self) -> String {
        self.document.to_string()
    }
}

/// A new manifest of a package.
pub(super) struct NewManifest(DocumentMut);

impl NewManifest {
    pub(super) fn new(name: &str) -> Self {
        let mut document = DocumentMut::new();
        let mut package = Table::new();
        package.insert("name", name.into());
        package.insert("version", "0.1.0".into());
        package.insert("edition", "2024".into());
        package.insert("publish", false.into());
        document.insert("package", Item::Table(package));
        Self(document)
    }

    /// Adds a dependency to a section.
    pub(super) fn depend(mut self, section: &str, name: &str, value: InlineTable) -> Self {
        let table = self
            .0
            .entry(section)
            .or_insert_with(|| Item::Table(Table::new()));
        if let Some(table) = table.as_table_like_mut() {
            table.insert(name, Item::Value(Value::InlineTable(value)));
        }
        self
    }

    /// Makes it the root of a workspace.
    pub(super) fn workspace(mut self, member: &str) -> Self {
        let mut table = Table::new();
        table.insert("members", Array::from_iter([member]).into());
        self.0.insert("workspace", Item::Table(table));
        self
    }

    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }
}

fn table<'d>(
    document: &'d mut DocumentMut,
    name: &str,
    path: &Path,
) -> Result<&'d mut dyn TableLike, Failure> {
    document
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| cannot(path, &format!("`{name}` is no table")))
}

fn cannot(path: &Path, what: &str) -> Failure {
    Failure::new(format!("{}: {what}", path.display())).hint("nothing was written")
}

/// Whether a member of a workspace, which may have stars, covers a path.
fn covers(pattern: &str, path: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    let matches = |pattern: &str, part: &str| match pattern.split_once('*') {
        None => pattern == part,
        Some((before, after)) => {
            part.len() >= before.len() + after.len()
                && part.starts_with(before)
                && part.ends_with(after)
        }
    };
    pattern.clone().count() == path.clone().count()
        && pattern
            .zip(path)
            .all(|(pattern, part)| matches(pattern, part))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_member_may_have_stars() {
        for (pattern, path, expected) in [
            ("enterprise", "enterprise", true),
            ("./enterprise/", "enterprise", true),
            ("*", "enterprise", true),
            ("crates/*", "crates/enterprise", true),
            ("crates/ent*se", "crates/enterprise", true),
            ("crates/*", "enterprise", false),
            ("*", "crates/enterprise", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(covers(pattern, path), expected, "{pattern} {path}");
        }
    }
}
