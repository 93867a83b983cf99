//! Names of types and of tables.

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId, TypeName};

use super::case::{capitalised, screaming, snake, spelled, written};
use super::identifiers::{EnumNames, Names};
use super::renames::{Renames, taken};
use super::reserved::{OF_TABLES, OF_TYPES};
use super::scope::Scope;
use super::variants;
use crate::error::Error;
use crate::select::{Origin, Selection, ShapeId};

/// Something that becomes a type.
struct Item<'m> {
    ns: NsId,
    wire: &'m str,
    /// The names that lead to it. There are several for the anonymous type of a nested element.
    path: Vec<&'m str>,
    /// Whether the schema gives the type this name; otherwise the name is that of its element.
    named: bool,
    id: ItemId,
}

#[derive(Clone, Copy)]
enum ItemId {
    Shape(ShapeId),
    Enum(TypeId),
}

impl Item<'_> {
    fn spelling(&self, level: usize) -> String {
        let joined = || {
            self.path
                .iter()
                .map(|name| capitalised(name))
                .collect::<String>()
        };
        match (self.path.as_slice(), self.named, level) {
            (_, _, 0) => joined(),
            ([name], true, 1) => written(name, 'X'),
            ([name], true, _) => spelled(name, 'X'),
            ([_], false, 1) => joined() + "Element",
            ([name], false, _) => spelled(name, 'X') + "Element",
            (path, _, 1) => written(&path.join("_"), 'X'),
            (path, _, _) => spelled(&path.join("_"), 'X'),
        }
    }
}

/// Names the types of each module.
pub(super) fn types(
    selection: &Selection<'_>,
    renames: &Renames<'_>,
    names: &mut Names,
) -> Result<(), Error> {
    let mut modules: BTreeMap<&str, Vec<Item<'_>>> = BTreeMap::new();
    for item in items(selection) {
        if let Some(module) = names.modules.get(&item.ns) {
            modules.entry(module).or_default().push(item);
        }
    }
    let mut found = Vec::new();
    for (_, mut items) in modules {
        items.sort_by(|a, b| (&a.path, selection.uri(a.ns)).cmp(&(&b.path, selection.uri(b.ns))));
        let mut scope = Scope::with_reserved(OF_TYPES);
        // A file imports modules by their names, which share a namespace with its types.
        names
            .modules
            .values()
            .for_each(|module| scope.reserve(module));
        let mut open = Vec::new();
        for item in items {
            match renames.ty(item.ns, item.wire) {
                Some(rust) if scope.claim(&[rust.to_owned()]) => {
                    found.push((item.id, rust.to_owned()));
                }
                Some(rust) => return Err(taken("type", item.wire, rust)),
                None => open.push(item),
            }
        }
        // Named types come first, so that an element never changes the name of a type.
        let (named, anonymous): (Vec<_>, Vec<_>) = open.into_iter().partition(|item| item.named);
        for rank in [named, anonymous] {
            let spelling = |at: usize, level| [rank[at].spelling(level)];
            let idents = scope.assign_with_level(rank.len(), spelling);
            for (item, ([ident], level)) in rank.into_iter().zip(idents) {
                if level > 0 {
                    names.conflicts.add(&item.path, &ident);
                }
                found.push((item.id, ident));
            }
        }
    }
    for (id, ty) in found {
        match id {
            ItemId::Shape(id) => names.shapes[id.0 as usize].ty = ty,
            ItemId::Enum(id) => {
                let variants = variants::of_enum(selection, renames, id, &mut names.conflicts)?;
                names.enums.insert(id, EnumNames { ty, variants });
            }
        }
    }
    Ok(())
}

fn items<'s>(selection: &'s Selection<'_>) -> Vec<Item<'s>> {
    let mut items = Vec::new();
    for (id, shape) in selection.ids() {
        if !shape.kind.has_type() {
            continue;
        }
        let named = match shape.origin {
            Origin::Type(id) => matches!(selection.model.type_def(id).name, TypeName::Global(_)),
            Origin::Element(_) | Origin::Group(_) => false,
            Origin::Message(..) => true,
        };
        items.push(Item {
            ns: shape.ns,
            wire: &shape.name,
            path: shape.name_path(),
            named,
            id: ItemId::Shape(id),
        });
    }
    for id in &selection.enums {
        let name = &selection.model.type_def(*id).name;
        let (path, named) = match name {
            TypeName::Global(name) => (vec![name.local.as_str()], true),
            TypeName::Anonymous { path, .. } => (path.iter().map(String::as_str).collect(), false),
        };
        items.push(Item {
            ns: name.ns(),
            wire: name.local(),
            path,
            named,
            id: ItemId::Enum(*id),
        });
    }
    items
}

/// Names the tables, which share a module. If several types have the same name, the name of the module
/// is the prefix of each.
pub(super) fn tables(selection: &Selection<'_>, names: &mut Names) {
    let mut scope = Scope::with_reserved(OF_TABLES);
    let idents = scope.assign(selection.shapes.len(), |at, level| {
        let shape = &selection.shapes[at];
        let path = shape.name_path();
        let tidy = || {
            screaming(
                &path
                    .iter()
                    .map(|name| snake(name))
                    .collect::<Vec<_>>()
                    .join("_"),
            )
        };
        if level == 0 {
            return [tidy()];
        }
        let module = names.modules.get(&shape.ns).map_or("", String::as_str);
        let kind = match shape.origin {
            Origin::Element(_) => "_ELEMENT",
            Origin::Type(_) | Origin::Group(_) | Origin::Message(..) => "",
        };
        let (module, written) = match level {
            1 => (screaming(module), tidy()),
            2 => (module.to_owned(), written(&path.join("_"), 'x')),
            _ => (module.to_owned(), spelled(&path.join("_"), 'x')),
        };
        [format!("{module}_{written}{kind}")]
    });
    for (shape, [table]) in names.shapes.iter_mut().zip(idents) {
        shape.table = table;
    }
}
