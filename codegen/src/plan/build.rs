//! The plan of modules and their types.

use std::collections::{BTreeMap, BTreeSet};

use saponify_wsdl::model::{NsId, TypeId, TypeKind, TypeName, Variety};

use super::cycles::{self, Boxes};
use super::derives::{Derives, OF_ENUMS, OF_TYPES};
use super::{
    Abstract, Choice, Enum, FieldDoc, FieldType, Header, Heir, Item, Leaf, Module, Plan, Struct,
    StructField, TypeRef, Variant, View, ViewField, ViewType, Wrap, operations, tables,
};
use crate::config::Config;
use crate::emit::docs;
use crate::error::Error;
use crate::fields::groups::{GroupId, GroupKind};
use crate::fields::{Member, Place, Target};
use crate::names::{Names, Roles};
use crate::salesforce;
use crate::select::{Face, Origin, Selection, Shape, ShapeId, Use, is_salesforce};

/// Plans the output.
pub(crate) fn plan<'m>(
    selection: Selection<'m>,
    mut names: Names,
    roles: &Roles,
    config: &Config,
    header: Header<'m>,
) -> Result<Plan<'m>, Error> {
    let derives = Derives::new(&selection, config)?;
    let (namespaces, numbers) = tables::namespaces(&selection)?;
    let tables = tables::tables(&selection, &names, &numbers, config)?;
    let boxes = cycles::boxes(&selection);
    let services = operations::services(&selection, &names, roles, &header);
    let query = operations::query(&selection, &names, roles);
    let operations = operations::operations(&selection, &mut names, &numbers);
    let modules = Modules {
        selection: &selection,
        derives,
        boxes,
    }
    .plan(&mut names);
    Ok(Plan {
        header,
        namespaces,
        modules,
        tables,
        operations,
        services,
        query,
        methods: config.methods,
        docs: config.docs,
        serde: config.serde,
        notes: selection.notes,
    })
}

/// The type of a shape or enumeration as named from a module.
pub(super) fn type_ref(names: &Names, ns: NsId, ident: &str, from: Option<&str>) -> TypeRef {
    let module = names
        .modules
        .get(&ns)
        .map(String::as_str)
        .filter(|module| from != Some(module));
    TypeRef {
        module: module.map(str::to_owned),
        ident: ident.to_owned(),
    }
}

/// The Rust type at the heart of a member.
pub(super) fn leaf(
    selection: &Selection<'_>,
    names: &Names,
    member: &Member<'_>,
    from: Option<&str>,
) -> Leaf {
    let item = selection
        .list_of(member)
        .map(|item| selection.uses[item.0 as usize]);
    match item.or_else(|| selection.use_of(member)) {
        None if member.target == Target::AnyAttribute => Leaf::Attribute,
        None => Leaf::Element,
        // An item of a list has no type of its own.
        Some(Use::Any) if item.is_some() => Leaf::Text,
        Some(Use::Any) => Leaf::Any,
        Some(Use::RecordId) => Leaf::Plain("g::Id"),
        Some(Use::Simple(builtin)) => tables::simple(builtin).1,
        Some(Use::Enum(id)) => match names.enums.get(&id) {
            Some(name) => {
                let ns = selection.model.type_def(id).name.ns();
                Leaf::Enum(type_ref(names, ns, &name.ty, from))
            }
            None => Leaf::Text,
        },
        Some(Use::Shape(id)) => {
            let shape = selection.shape(id);
            match shape.face {
                Face::View | Face::OpenBase => Leaf::Record,
                Face::Struct | Face::Choice | Face::Abstract | Face::Table => {
                    let ident = &names.shapes[id.0 as usize].ty;
                    Leaf::Struct(type_ref(names, shape.ns, ident, from))
                }
            }
        }
    }
}

struct Modules<'s, 'm> {
    selection: &'s Selection<'m>,
    derives: Derives<'s>,
    boxes: Boxes,
}

impl<'m> Modules<'_, 'm> {
    fn plan(&self, names: &mut Names) -> Vec<Module<'m>> {
        let selection = self.selection;
        let mut modules: BTreeMap<String, Module<'m>> = BTreeMap::new();
        for (ns, name) in &names.modules {
            let module = modules.entry(name.clone()).or_insert_with(|| Module {
                name: name.clone(),
                uris: Vec::new(),
                items: Vec::new(),
            });
            module.uris.push(selection.uri(*ns));
        }
        let headers: BTreeSet<ShapeId> = selection
            .operations
            .iter()
            .flat_map(|operation| operation.headers.iter().chain(&operation.output_headers))
            .copied()
            .collect();
        for (id, shape) in selection.ids() {
            let Some(module) = names.modules.get(&shape.ns).cloned() else {
                continue;
            };
            let item = match shape.face {
                Face::View => Item::View(self.view(id, shape, names, &module)),
                Face::Struct => {
                    Item::Struct(self.structure(id, shape, names, &module, headers.contains(&id)))
                }
                Face::Choice => Item::Choice(self.choice(id, shape, names, &module)),
                Face::Abstract => Item::Abstract(self.abstract_type(id, shape, names, &module)),
                Face::OpenBase | Face::Table => continue,
            };
            if let Some(module) = modules.get_mut(&module) {
                module.items.push(item);
            }
        }
        for id in &selection.enums {
            let ns = selection.model.type_def(*id).name.ns();
            let Some(module) = names.modules.get(&ns).cloned() else {
                continue;
            };
            let Some(item) = self.enumeration(*id, names) else {
                continue;
            };
            if let Some(module) = modules.get_mut(&module) {
                module.items.push(Item::Enum(item));
            }
        }
        let mut modules: Vec<_> = modules.into_values().collect();
        for module in &mut modules {
            module.items.sort_by(|a, b| a.ident().cmp(b.ident()));
        }
        modules
    }

    fn view(&self, id: ShapeId, shape: &Shape<'m>, names: &mut Names, from: &str) -> View<'m> {
        let fields = std::mem::take(&mut names.shapes[id.0 as usize].fields);
        let skip = usize::from(tables::nulls_by_name(shape));
        let mut planned = Vec::with_capacity(fields.len());
        for (index, field) in fields.into_iter().enumerate().skip(skip) {
            let member = &shape.members[index];
            let Some(ty) = self.view_type(member, names, from) else {
                continue;
            };
            let doc = self.doc(member);
            let rows = matches!(ty, ViewType::Nested(_)) && doc.ty == "QueryResult";
            planned.push(ViewField {
                index,
                names: field,
                ty,
                rows,
                doc,
            });
        }
        let own = &names.shapes[id.0 as usize];
        View {
            ident: own.ty.clone(),
            wire: shape.name.clone(),
            table: own.table.clone(),
            documentation: shape.documentation,
            derives: self.derives.of(&shape.name, OF_TYPES),
            fields: planned,
        }
    }

    /// The type of a key; `None` for what records cannot give by key.
    fn view_type(&self, member: &Member<'_>, names: &Names, from: &str) -> Option<ViewType> {
        let by_value = [
            "bool",
            "i32",
            "i64",
            "f64",
            "g::Id",
            "g::DateTime",
            "g::Date",
            "g::Time",
        ];
        let leaf = leaf(self.selection, names, member, Some(from));
        if member.occurs.repeated {
            return match leaf {
                Leaf::Plain("g::Id") => Some(ViewType::Ids),
                Leaf::Text | Leaf::Plain(_) | Leaf::Decimal | Leaf::Enum(_) | Leaf::Bytes => {
                    Some(ViewType::Texts)
                }
                Leaf::Struct(_) | Leaf::Record | Leaf::Any | Leaf::Element | Leaf::Attribute => {
                    None
                }
            };
        }
        Some(match leaf {
            Leaf::Plain(name) if by_value.contains(&name) => ViewType::Plain(name),
            Leaf::Text | Leaf::Plain(_) | Leaf::Decimal | Leaf::Enum(_) => ViewType::Text,
            Leaf::Bytes => ViewType::Bytes,
            Leaf::Struct(name) => ViewType::Nested(name),
            Leaf::Any => ViewType::Any,
            Leaf::Element | Leaf::Attribute => return None,
            Leaf::Record => match self.selection.use_of(member) {
                Some(Use::Shape(id)) if self.selection.shape(id).face == Face::View => {
                    let ns = self.selection.shape(id).ns;
                    let ident = &names.shapes[id.0 as usize].ty;
                    ViewType::Parent(type_ref(names, ns, ident, Some(from)))
                }
                _ => ViewType::Record,
            },
        })
    }

    fn structure(
        &self,
        id: ShapeId,
        shape: &Shape<'m>,
        names: &mut Names,
        from: &str,
        header: bool,
    ) -> Struct<'m> {
        let fields = std::mem::take(&mut names.shapes[id.0 as usize].fields);
        let uri = self.selection.uri(shape.ns);
        let salesforce = is_salesforce(uri);
        let mut planned = Vec::with_capacity(fields.len());
        for (index, (field, member)) in fields.into_iter().zip(&shape.members).enumerate() {
            let leaf = leaf(self.selection, names, member, Some(from));
            let boxed = self.boxes.contains(&(id, index));
            let fixed = member.default.is_some_and(|default| default.fixed);
            let wrap = match wrap(self.selection, member, !salesforce) {
                // Nobody needs to say what can be nothing else.
                Wrap::Required if boxed || fixed => Wrap::Optional,
                wrap => wrap,
            };
            let ty = FieldType { leaf, wrap, boxed };
            planned.push(StructField {
                ident: field.ident,
                ty,
                doc: self.doc(member),
            });
        }
        let reference = |id: ShapeId| {
            let ident = &names.shapes[id.0 as usize].ty;
            type_ref(names, self.selection.shape(id).ns, ident, Some(from))
        };
        let own = &names.shapes[id.0 as usize];
        let children = shape.members.iter().map(|member| &member.name);
        let base = shape.base.filter(|id| {
            let face = self.selection.shape(*id).face;
            matches!(face, Face::Struct | Face::Abstract)
        });
        Struct {
            ident: own.ty.clone(),
            wire: shape.name.clone(),
            table: own.table.clone(),
            base: base.map(reference),
            is_base: shape.is_base,
            derived: shape.derived.iter().copied().map(reference).collect(),
            header,
            documentation: shape.documentation,
            remarks: header
                .then(|| salesforce::header(uri, &shape.name, children))
                .flatten(),
            derives: self.derives.of(&shape.name, OF_TYPES),
            fields: planned,
        }
    }

    fn choice(&self, id: ShapeId, shape: &Shape<'m>, names: &mut Names, from: &str) -> Choice<'m> {
        let fields = std::mem::take(&mut names.shapes[id.0 as usize].fields);
        let mut variants = Vec::with_capacity(fields.len());
        for (field, member) in fields.into_iter().zip(&shape.members) {
            let wrap = wrap(self.selection, member, true);
            // Structs, always: which of them are large changes with every field.
            let is_struct = match self.selection.use_of(member) {
                Some(Use::Shape(id)) => self.selection.shape(id).face == Face::Struct,
                _ => false,
            };
            let ty = FieldType {
                leaf: leaf(self.selection, names, member, Some(from)),
                boxed: is_struct && wrap != Wrap::Repeated,
                wrap,
            };
            let mut doc = self.doc(member);
            if !member.occurs.repeated && !member.occurs.nillable {
                doc.occurs = None;
            }
            match member.target {
                Target::MixedText => doc.group = Some("text between elements".to_owned()),
                Target::AnyElement => doc.group = Some("any other element".to_owned()),
                _ => {}
            }
            variants.push(StructField {
                ident: field.ident,
                ty,
                doc,
            });
        }
        let own = &names.shapes[id.0 as usize];
        let about = match shape.origin {
            Origin::Group(group) => self.about(group),
            _ => String::new(),
        };
        Choice {
            ident: own.ty.clone(),
            wire: shape.name.clone(),
            table: own.table.clone(),
            about,
            derives: self.derives.of(&shape.name, OF_TYPES),
            variants,
        }
    }

    /// What a group is, in words.
    fn about(&self, id: GroupId) -> String {
        let group = self.selection.group(id);
        let names = |most: usize| {
            let mut members = group.members.iter().filter(|m| m.place != Place::Text);
            let mut names: Vec<String> = members
                .by_ref()
                .take(most)
                .map(|member| docs::code(&member.name))
                .collect();
            if members.next().is_some() {
                names.push("…".to_owned());
            }
            names.join(", ")
        };
        match group.kind {
            GroupKind::Choice(_) => format!("one of {}", names(6)),
            GroupKind::Sequence(_) => format!("{} in this order", names(6)),
            GroupKind::Mixed(_) if group.members.len() < 2 => {
                "text, and elements of derived types".to_owned()
            }
            GroupKind::Mixed(_) => format!("text and elements in their order: {}", names(6)),
            GroupKind::Substitution(_) => {
                format!(
                    "{} or an element that stands for it",
                    docs::code(&group.name)
                )
            }
        }
    }

    fn abstract_type(
        &self,
        id: ShapeId,
        shape: &Shape<'m>,
        names: &mut Names,
        from: &str,
    ) -> Abstract<'m> {
        let fields = std::mem::take(&mut names.shapes[id.0 as usize].fields);
        let heirs = fields.into_iter().zip(&shape.derived);
        let variants = heirs.map(|(field, heir)| {
            let ident = &names.shapes[heir.0 as usize].ty;
            Heir {
                ident: field.ident,
                ty: type_ref(names, self.selection.shape(*heir).ns, ident, Some(from)),
            }
        });
        let variants = variants.collect();
        Abstract {
            ident: names.shapes[id.0 as usize].ty.clone(),
            wire: shape.name.clone(),
            documentation: shape.documentation,
            derives: self.derives.of(&shape.name, OF_TYPES),
            variants,
        }
    }

    fn enumeration(&self, id: TypeId, names: &mut Names) -> Option<Enum<'m>> {
        let own = names.enums.get_mut(&id)?;
        let variants = std::mem::take(&mut own.variants);
        let def = self.selection.model.type_def(id);
        let mut seen = BTreeSet::new();
        let values = self.selection.values(id).iter().zip(variants);
        let variants = values
            // The same value twice is one value.
            .filter(|(value, _)| seen.insert(value.value.as_str()))
            .map(|(value, ident)| Variant {
                ident,
                wire: &value.value,
                documentation: value.documentation.as_deref(),
            });
        Some(Enum {
            ident: own.ty.clone(),
            wire: def.name.local(),
            documentation: def.documentation.as_deref(),
            variants: variants.collect(),
            derives: self.derives.of(def.name.local(), OF_ENUMS),
        })
    }

    fn doc(&self, member: &Member<'m>) -> FieldDoc<'m> {
        FieldDoc {
            wire: member.name.clone(),
            place: member.place,
            group: member.group().map(|id| self.about(id)),
            default: member.default,
            ty: match member.target {
                Target::Type(id) => self.type_name(id),
                Target::MixedText => "string",
                Target::Group(_) | Target::AnyElement | Target::AnyAttribute => "any",
            },
            occurs: Some(member.occurs),
            text: member.documentation,
        }
    }

    /// What to call a type in documentation.
    fn type_name(&self, id: TypeId) -> &'m str {
        let def = self.selection.model.type_def(id);
        match (&def.name, &def.kind) {
            (TypeName::Global(name), _) => &name.local,
            (_, TypeKind::Builtin(builtin)) => builtin.name(),
            (_, TypeKind::Complex(_)) => def.name.local(),
            (_, TypeKind::Simple(simple)) => match simple.variety {
                Variety::Restriction(base) => self.type_name(base),
                Variety::List(_) => "list",
                Variety::Union(_) => "union",
            },
        }
    }
}

/// What is around the heart of a member. The items of a list in one text are many, too.
pub(super) fn wrap(selection: &Selection<'_>, member: &Member<'_>, nil_items: bool) -> Wrap {
    if selection.list_of(member).is_some() {
        return Wrap::Repeated;
    }
    let occurs = member.occurs;
    match (occurs.repeated, occurs.optional || occurs.nillable) {
        (true, _) if occurs.nillable && nil_items => Wrap::RepeatedOptional,
        (true, _) => Wrap::Repeated,
        (false, true) => Wrap::Optional,
        (false, false) => Wrap::Required,
    }
}

impl Item<'_> {
    pub(crate) fn ident(&self) -> &str {
        match self {
            Item::View(view) => &view.ident,
            Item::Struct(structure) => &structure.ident,
            Item::Choice(choice) => &choice.ident,
            Item::Abstract(ty) => &ty.ident,
            Item::Enum(enumeration) => &enumeration.ident,
        }
    }
}
