//! Derives that the options add to types.

use std::collections::BTreeSet;

use crate::config::{Config, glob};
use crate::error::Error;
use crate::select::{Selection, ShapeKind};

/// The derives that the options add, by pattern of types. They were checked.
pub(super) struct Derives<'c>(Vec<(&'c str, &'c [String])>);

/// The traits that all generated types implement, except enumerations.
pub(super) const OF_TYPES: &[&str] = &["Clone", "Debug", "Default", "PartialEq"];
/// The traits that open enumerations implement.
pub(super) const OF_ENUMS: &[&str] = &["Clone", "Debug", "Default", "Eq", "Hash", "PartialEq"];

impl<'c> Derives<'c> {
    pub(super) fn new(selection: &Selection<'_>, config: &'c Config) -> Result<Self, Error> {
        let mut list = Vec::new();
        for (pattern, derives) in &config.derive {
            for path in derives {
                let plain = path
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_:".contains(c));
                if !plain || syn::parse_str::<syn::Path>(path).is_err() {
                    let name = path.escape_debug();
                    return Err(Error::config(format!(
                        "`{name}` is not the path of a derive macro"
                    ))
                    .about("derive", path));
                }
            }
            let shapes = selection
                .shapes
                .iter()
                .filter(|s| s.kind != ShapeKind::TableOnly);
            let enums = selection
                .enums
                .iter()
                .map(|id| selection.model.type_def(*id).name.local());
            let mut names = shapes.map(|shape| &*shape.name).chain(enums);
            if !names.any(|name| glob(pattern, name)) && !config.tolerant {
                let name = pattern.escape_debug();
                return Err(Error::selection(format!(
                    "derives for `{name}`: no generated type has such a name"
                ))
                .about("derive", pattern));
            }
            list.push((pattern.as_str(), derives.as_slice()));
        }
        Ok(Self(list))
    }

    /// The derives of a type, without traits that it already implements.
    pub(super) fn of(&self, name: &str, has: &[&str]) -> Vec<String> {
        let matching = self.0.iter().filter(|(pattern, _)| glob(pattern, name));
        let mut derives: Vec<String> = matching
            .flat_map(|(_, derives)| derives.iter().cloned())
            .collect();
        let mut seen = BTreeSet::new();
        derives.retain(|path| {
            let name = path.rsplit(':').next().unwrap_or_default();
            !has.contains(&name) && seen.insert(path.clone())
        });
        derives
    }
}
