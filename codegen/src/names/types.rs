//! Structs, views, enumerations with their values, and tables.

use std::collections::BTreeMap;

use saponify_wsdl::model::{NsId, TypeId, TypeName};

use super::case::{capitalised, screaming, snake, spelled, variant, written};
use super::renames::{Renames, taken};
use super::reserved::{OF_ENUMS, OF_TABLES, OF_TYPES};
use super::scope::Scope;
use super::{EnumNames, FieldNames, Names};
use crate::error::Error;
use crate::select::{Face, Origin, Selection, Shape, ShapeId};

/// Something that becomes a type.
struct Item<'m> {
    ns: NsId,
    wire: &'m str,
    /// The names that lead to it; one unless it is the anonymous type of a nested element.
    path: Vec<&'m str>,
    /// Whether the schema calls it so, and not the element that it is the type of.
    named: bool,
    id: ItemId,
}

#[derive(Clone, Copy)]
enum ItemId {
    Shape(ShapeId),
    Enum(TypeId),
}

impl Item<'_> {
    fn form(&self, level: usize) -> String {
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

/// Names of structs, views and enums, module by module.
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
        let mut open = Vec::new();
        for item in items {
            match renames.ty(item.ns, item.wire) {
                Some(rust) if scope.give(&[rust.to_owned()]) => {
                    found.push((item.id, rust.to_owned()));
                }
                Some(rust) => return Err(taken("type", item.wire, rust)),
                None => open.push(item),
            }
        }
        // A type is never called differently because of an element.
        let (named, anonymous): (Vec<_>, Vec<_>) = open.into_iter().partition(|item| item.named);
        for rank in [named, anonymous] {
            let form = |at: usize, level| [rank[at].form(level)];
            let idents = scope.assign_with_level(rank.len(), form);
            for (item, ([ident], level)) in rank.into_iter().zip(idents) {
                if level > 0 {
                    names.alike.add(&item.path, &ident);
                }
                found.push((item.id, ident));
            }
        }
    }
    for (id, ty) in found {
        match id {
            ItemId::Shape(id) => names.shapes[id.0 as usize].ty = ty,
            ItemId::Enum(id) => {
                let variants = variants(selection, renames, id, names)?;
                names.enums.insert(id, EnumNames { ty, variants });
            }
        }
    }
    Ok(())
}

fn items<'s>(selection: &'s Selection<'_>) -> Vec<Item<'s>> {
    let mut items = Vec::new();
    for (id, shape) in selection.ids() {
        if !has_type(shape.face) {
            continue;
        }
        let named = match shape.origin {
            Origin::Type(id) => matches!(selection.model.type_def(id).name, TypeName::Global(_)),
            Origin::Element(_) | Origin::Group(_) => false,
            Origin::Synthetic(..) => true,
        };
        items.push(Item {
            ns: shape.ns,
            wire: &shape.name,
            path: path(shape),
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

fn path<'s>(shape: &'s Shape<'_>) -> Vec<&'s str> {
    match shape.path.as_slice() {
        [] => vec![&shape.name],
        path => path.iter().map(|name| &**name).collect(),
    }
}

/// Whether a shape is a type of the output.
pub(super) fn has_type(face: Face) -> bool {
    match face {
        Face::View | Face::Struct | Face::Choice | Face::Abstract => true,
        Face::OpenBase | Face::Table => false,
    }
}

/// Variants of an abstract type.
pub(super) fn heirs(selection: &Selection<'_>, shape: &Shape<'_>) -> Vec<FieldNames> {
    let mut scope = Scope::with_reserved(&["Other"]);
    // Heirs are sorted by name.
    let idents = scope.assign(shape.derived.len(), |at, level| {
        let path = path(selection.shape(shape.derived[at]));
        [match level {
            0 => path.iter().map(|name| capitalised(name)).collect(),
            1 => written(&path.join("_"), 'X'),
            _ => spelled(&path.join("_"), 'X'),
        }]
    });
    super::fields::plain(idents)
}

fn variants(
    selection: &Selection<'_>,
    renames: &Renames<'_>,
    id: TypeId,
    names: &mut Names,
) -> Result<Vec<String>, Error> {
    let values = selection.values(id);
    let ty = selection.model.type_def(id).name.local();
    // The prefix of a qualified name is an accident of the document.
    let text = |index: usize| {
        let qname = values[index].qname.as_ref();
        qname.map_or(values[index].value.as_str(), |name| name.local.as_str())
    };
    let mut scope = Scope::with_reserved(OF_ENUMS);
    let mut variants = vec![String::new(); values.len()];
    let mut open = Vec::new();
    for (index, value) in values.iter().enumerate() {
        match renames.value(ty, &value.value) {
            Some(rust) if scope.give(&[rust.to_owned()]) => variants[index] = rust.to_owned(),
            Some(rust) => return Err(taken("value", &format!("{ty}.{}", value.value), rust)),
            None => open.push(index),
        }
    }
    open.sort_by_key(|index| (text(*index), values[*index].value.as_str()));
    let form = |at: usize, level: usize| {
        [match level {
            0 => variant(text(open[at])),
            1 => written(text(open[at]), 'X'),
            _ => spelled(text(open[at]), 'X'),
        }]
    };
    let idents = scope.assign_with_level(open.len(), form);
    for (&index, ([ident], level)) in open.iter().zip(idents) {
        if level > 0 {
            names.alike.add(&[ty, text(index)], &ident);
        }
        variants[index] = ident;
    }
    Ok(variants)
}

/// Names of tables, which share a module. If several types have a name, each has that of its
/// module before it.
pub(super) fn tables(selection: &Selection<'_>, names: &mut Names) {
    let mut scope = Scope::with_reserved(OF_TABLES);
    let idents = scope.assign(selection.shapes.len(), |at, level| {
        let shape = &selection.shapes[at];
        let path = path(shape);
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
            Origin::Type(_) | Origin::Group(_) | Origin::Synthetic(..) => "",
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
