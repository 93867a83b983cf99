//! The manifest of a project that the crate joins.

use std::path::Path;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::files::Layout;
use crate::cli::failure::Failure;

/// The manifest with the crate as a member of the workspace and, if it has a package, as a dependency of
/// it. Everything else stays as it is, comments included.
pub(super) fn joined(text: &str, layout: &Layout<'_>, path: &Path) -> Result<String, Failure> {
    let cannot = |what: &str| {
        Failure::new(format!("{}: {what}", path.display())).hint("nothing was written")
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| cannot("it cannot be read").because(error))?;
    let name = layout.name;
    let workspace = document
        .entry("workspace")
        .or_insert_with(|| Item::Table(Table::new()))
        .as_table_like_mut()
        .ok_or_else(|| cannot("`workspace` is no table"))?;
    let members = workspace
        .entry("members")
        .or_insert_with(|| Item::Value(Value::Array(Array::new())))
        .as_array_mut()
        .ok_or_else(|| cannot("`workspace.members` is no list"))?;
    // `*` covers every directory beside the manifest.
    let is_member = members
        .iter()
        .filter_map(Value::as_str)
        .any(|member| member == name || member == "*");
    if !is_member {
        members.push(name);
    }
    if document.contains_key("package") {
        let dependencies = document
            .entry("dependencies")
            .or_insert_with(|| Item::Table(Table::new()))
            .as_table_like_mut()
            .ok_or_else(|| cannot("`dependencies` is no table"))?;
        let mut own = InlineTable::new();
        own.insert("path", name.into());
        for (key, value) in [(name, own), ("saponify", layout.dependency("runtime"))] {
            if !dependencies.contains_key(key) {
                dependencies.insert(key, Item::Value(Value::InlineTable(value)));
            }
        }
    }
    Ok(document.to_string())
}
