//! Tables of all global definitions by name.

use std::collections::HashMap;

use super::attributes::{GlobalAttribute, ResolvedAttributes};
use super::missing::TypeRole;
use super::particles::ResolvedGroup;
use super::{Pending, Resolver};
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    Builtin, ElementDecl, ElementId, Position, QName, TypeDef, TypeId, TypeKind, TypeName,
};
use crate::names::Ns;
use crate::raw::{Around, Item, Same, Type};
use crate::xml::Name;

/// The namespace and local name, which are borrowed so that a look-up copies nothing.
pub(super) type Key<'s> = (Ns, &'s str);

/// The index of a definition: its schema, and the item in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ItemIndex {
    pub(super) schema: usize,
    pub(super) item: usize,
}

/// A definition that is resolved when it is first referred to.
#[derive(Debug)]
pub(super) struct Lazy<T> {
    pub(super) index: ItemIndex,
    pub(super) progress: Progress<T>,
}

#[derive(Debug)]
pub(super) enum Progress<T> {
    NotStarted,
    Started,
    Done(T),
}

#[derive(Debug, Default)]
pub(super) struct Tables<'s> {
    types: HashMap<Key<'s>, (ItemIndex, Option<TypeId>)>,
    elements: HashMap<Key<'s>, (ItemIndex, Option<ElementId>)>,
    pub(super) attributes: HashMap<Key<'s>, Lazy<GlobalAttribute>>,
    pub(super) groups: HashMap<Key<'s>, Lazy<ResolvedGroup>>,
    pub(super) attribute_groups: HashMap<Key<'s>, Lazy<ResolvedAttributes>>,
}

impl<T> Lazy<T> {
    fn new(index: ItemIndex) -> Self {
        let progress = Progress::NotStarted;
        Self { index, progress }
    }
}

impl<'s> Tables<'s> {
    /// The index of a definition of the same kind and name.
    fn find(&self, item: &Item<'_>, key: Key<'s>) -> Option<ItemIndex> {
        match item {
            Item::Type(_) => self.types.get(&key).map(|entry| entry.0),
            Item::Element(_) => self.elements.get(&key).map(|entry| entry.0),
            Item::Attribute(_) => self.attributes.get(&key).map(|entry| entry.index),
            Item::Group(_) => self.groups.get(&key).map(|entry| entry.index),
            Item::AttributeGroup(_) => self.attribute_groups.get(&key).map(|entry| entry.index),
        }
    }
}

impl<'s, 'a> Resolver<'s, 'a> {
    /// Adds every global definition. The definitions of the documents get their ids here, in order.
    pub(super) fn enter_globals(&mut self) -> Result<(), Error> {
        let schemas = self.schemas;
        for (schema_index, schema) in schemas.iter().enumerate() {
            self.context.file = schema.file;
            self.context.schema = Some(schema_index);
            let mut repeated = Vec::new();
            for (item_index, item) in schema.items.iter().enumerate() {
                let index = ItemIndex {
                    schema: schema_index,
                    item: item_index,
                };
                let name = item.name();
                let key = (schema.target, name);
                if let Some(earlier) = self.tables.find(item, key) {
                    let first = &schemas[earlier.schema];
                    let around = Around(first, schema);
                    if !first.items[earlier.item].same(item, Some(around)) {
                        return Err(self.defined_twice(
                            item.kind(),
                            name,
                            earlier,
                            item.position(),
                        ));
                    }
                    repeated.push((item, earlier));
                    self.repeated.insert(index);
                    continue;
                }
                match item {
                    Item::Type(_) => {
                        let id = match schema.built_in {
                            true => None,
                            false => Some(self.new_type(schema.file, item.position())?),
                        };
                        self.tables.types.insert(key, (index, id));
                    }
                    Item::Element(_) => {
                        let id = match schema.built_in {
                            true => None,
                            false => Some(self.new_element(schema.file)),
                        };
                        self.tables.elements.insert(key, (index, id));
                    }
                    Item::Attribute(_) => {
                        self.tables.attributes.insert(key, Lazy::new(index));
                    }
                    Item::Group(_) => {
                        self.tables.groups.insert(key, Lazy::new(index));
                    }
                    Item::AttributeGroup(_) => {
                        self.tables.attribute_groups.insert(key, Lazy::new(index));
                    }
                }
            }
            self.note_repeated(&repeated);
        }
        self.context.schema = None;
        Ok(())
    }

    /// Notes once per schema that its definitions repeat earlier ones.
    fn note_repeated(&mut self, repeated: &[(&Item<'_>, ItemIndex)]) {
        let Some((item, earlier)) = repeated.first() else {
            return;
        };
        let more = match repeated.len() - 1 {
            0 => String::new(),
            1 => ", as is one more of this schema".to_string(),
            more => format!(", as are {more} more of this schema"),
        };
        let text = format!(
            "the {} {} is the same as the one at {} and is read once{more}",
            item.kind(),
            quoted(item.name()),
            self.position_of(*earlier)
        );
        self.note(item.position(), text);
    }

    fn defined_twice(&self, kind: &str, name: &str, index: ItemIndex, position: Position) -> Error {
        let message = format!(
            "the {kind} {} is defined twice, in different ways",
            quoted(name)
        );
        let other = self.position_of(index);
        self.error(ErrorKind::Duplicate, position, message)
            .help(format!(
                "the other definition is at {other}; remove one of them"
            ))
    }

    /// The file of a definition, unless it is the current one, and the position.
    fn position_of(&self, index: ItemIndex) -> String {
        let schema = &self.schemas[index.schema];
        let position = schema.items[index.item].position();
        match self.file_name(schema.file) {
            Some(file) if schema.file != self.context.file => {
                format!("{}:{position}", file.display())
            }
            _ => position.to_string(),
        }
    }

    /// Adds a type that is not resolved yet.
    pub(super) fn new_type(&mut self, file: usize, position: Position) -> Result<TypeId, Error> {
        let limit = self.limits.types;
        if self.model.types.len() as u64 >= limit {
            let error = Error::over("types", limit, "the number of types");
            return Err(self.locate(error, position));
        }
        let id = TypeId(self.model.types.len() as u32);
        let ns = self.ns_id(Ns::XSD);
        self.model.types.push(TypeDef {
            name: TypeName::Global(QName {
                ns,
                local: String::new(),
            }),
            documentation: None,
            position,
            kind: TypeKind::Builtin(Builtin::AnyType),
        });
        self.type_files.push(file);
        Ok(id)
    }

    pub(super) fn new_element(&mut self, file: usize) -> ElementId {
        let id = ElementId(self.model.elements.len() as u32);
        let ns = self.ns_id(Ns::XSD);
        self.model.elements.push(ElementDecl {
            name: QName {
                ns,
                local: String::new(),
            },
            type_id: TypeId(0),
            nillable: false,
            is_abstract: false,
            substitution_group: None,
            default: None,
            fixed: None,
            documentation: None,
            position: Position::default(),
        });
        self.element_files.push(file);
        id
    }

    /// The id of a built-in type of XML Schema.
    pub(super) fn builtin(&mut self, builtin: Builtin) -> Result<TypeId, Error> {
        if let Some(id) = self.builtins.get(builtin.name()) {
            return Ok(*id);
        }
        let id = self.new_type(0, Position::default())?;
        let name = self.qname(Ns::XSD, builtin.name());
        let definition = &mut self.model.types[id.0 as usize];
        definition.name = TypeName::Global(name);
        definition.kind = TypeKind::Builtin(builtin);
        self.builtins.insert(builtin.name(), id);
        Ok(id)
    }

    /// The type that a name refers to, or its replacement.
    pub(super) fn type_ref(
        &mut self,
        name: &'s Name<'a>,
        role: TypeRole,
        position: Position,
    ) -> Result<TypeId, Error> {
        if let Some(builtin) = self.overridden(name, role, position) {
            return self.builtin(builtin);
        }
        match self.defined_type(name, position)? {
            Some(id) => Ok(id),
            None => self.missing_type(name, role, position),
        }
    }

    /// The type that a name refers to, if it is defined.
    pub(super) fn defined_type(
        &mut self,
        name: &'s Name<'a>,
        position: Position,
    ) -> Result<Option<TypeId>, Error> {
        let Some(ns) = self.effective(name) else {
            return Ok(None);
        };
        if ns == Ns::XSD {
            if let Some(id) = self.builtins.get(name.local()) {
                return Ok(Some(*id));
            }
            if let Some(builtin) = Builtin::from_name(name.local()) {
                return self.builtin(builtin).map(Some);
            }
        }
        if let (Ns::XSD1999 | Ns::XSD2000, Some(builtin)) = (ns, Builtin::from_name(name.local())) {
            let written = quoted(name.written());
            let text =
                format!("{written} is of a draft of XML Schema and is read as the type of 2001");
            self.note(position, text);
            return self.builtin(builtin).map(Some);
        }
        let key = (ns, name.local());
        let Some(found) = self.tables.types.get(&key) else {
            return match self.in_target(name) {
                Some(ns) if self.tables.types.contains_key(&(ns, name.local())) => {
                    self.note_repair(name, position);
                    self.type_by_key((ns, name.local()), position)
                }
                _ => Ok(None),
            };
        };
        if let (_, Some(id)) = found {
            let id = *id;
            self.note_unimported(ns, position);
            return Ok(Some(id));
        }
        self.type_by_key(key, position)
    }

    fn type_by_key(&mut self, key: Key<'s>, position: Position) -> Result<Option<TypeId>, Error> {
        let Some((index, known)) = self.tables.types.get(&key).copied() else {
            return Ok(None);
        };
        if known.is_some() {
            return Ok(known);
        }
        let schemas = self.schemas;
        let schema = &schemas[index.schema];
        let Item::Type(definition) = &schema.items[index.item] else {
            return Ok(None);
        };
        let id = self.new_type(schema.file, definition.position())?;
        self.note_well_known(key.0, position);
        if let Some(entry) = self.tables.types.get_mut(&key) {
            entry.1 = Some(id);
        }
        self.pending
            .push_back(Pending::Type(index.schema, id, definition));
        Ok(Some(id))
    }

    /// The global element that a name refers to, if it is defined.
    pub(super) fn defined_element(
        &mut self,
        name: &'s Name<'a>,
        position: Position,
    ) -> Option<ElementId> {
        let mut ns = self.effective(name)?;
        let mut found = self.tables.elements.get(&(ns, name.local())).copied();
        if let (None, Some(target)) = (found, self.in_target(name)) {
            found = self.tables.elements.get(&(target, name.local())).copied();
            if found.is_some() {
                ns = target;
                self.note_repair(name, position);
            }
        }
        let (index, known) = found?;
        if known.is_some() {
            self.note_unimported(ns, position);
            return known;
        }
        let schemas = self.schemas;
        let schema = &schemas[index.schema];
        let Item::Element(declaration) = &schema.items[index.item] else {
            return None;
        };
        let id = self.new_element(schema.file);
        self.note_well_known(ns, position);
        if let Some(entry) = self.tables.elements.get_mut(&(ns, name.local())) {
            entry.1 = Some(id);
        }
        let pending = Pending::Element(index.schema, id, declaration);
        self.pending.push_back(pending);
        Some(id)
    }

    pub(super) fn known_type(&self, key: Key<'s>) -> Option<TypeId> {
        self.tables.types.get(&key)?.1
    }

    pub(super) fn known_element(&self, key: Key<'s>) -> Option<ElementId> {
        self.tables.elements.get(&key)?.1
    }

    /// The namespace in which a name without namespace may be defined instead. Some documents omit the
    /// prefix of their own target namespace.
    pub(super) fn in_target(&self, name: &Name<'a>) -> Option<Ns> {
        if name.is_prefixed() || name.ns != Some(Ns::NONE) {
            return None;
        }
        self.context.schema.map(|index| self.schemas[index].target)
    }

    /// The key of the group or attribute that a name refers to. If only the target namespace defines the
    /// name, it is the key in that namespace.
    pub(super) fn group_key(
        &mut self,
        name: &'s Name<'a>,
        is_known: impl Fn(&Tables<'s>, &Key<'s>) -> bool,
    ) -> Option<Key<'s>> {
        let key = (self.effective(name)?, name.local());
        Some(match self.in_target(name) {
            Some(target)
                if !is_known(&self.tables, &key) && is_known(&self.tables, &(target, key.1)) =>
            {
                (target, key.1)
            }
            _ => key,
        })
    }

    pub(super) fn note_repair(&mut self, name: &Name<'a>, position: Position) {
        let name = quoted(name.written());
        self.note(
            position,
            format!("{name} has no prefix and is taken to be of the target namespace"),
        );
    }

    pub(super) fn note_well_known(&mut self, ns: Ns, position: Position) {
        let ours = self
            .context
            .schema
            .is_some_and(|index| self.schemas[index].built_in);
        if !ours && self.noted.insert((usize::MAX, ns)) {
            let uri = quoted(self.namespaces.uri(ns));
            self.note(position, format!("definitions of {uri} are built in"));
        }
    }
}

impl Item<'_> {
    pub(crate) fn name(&self) -> &str {
        let name = match self {
            Item::Element(element) => element.name.as_deref(),
            Item::Attribute(attribute) => attribute.name.as_deref(),
            Item::Type(definition) => definition.name(),
            Item::Group(group) => Some(&*group.name),
            Item::AttributeGroup(group) => Some(&*group.name),
        };
        name.unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Item::Element(_) => "element",
            Item::Attribute(_) => "attribute",
            Item::Type(_) => "type",
            Item::Group(_) => "group",
            Item::AttributeGroup(_) => "attribute group",
        }
    }

    fn position(&self) -> Position {
        match self {
            Item::Element(element) => element.position,
            Item::Attribute(attribute) => attribute.position,
            Item::Type(definition) => definition.position(),
            Item::Group(group) => group.position,
            Item::AttributeGroup(group) => group.position,
        }
    }
}

impl Type<'_> {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Type::Simple(simple) => simple.name.as_deref(),
            Type::Complex(complex) => complex.name.as_deref(),
        }
    }

    pub(super) fn position(&self) -> Position {
        match self {
            Type::Simple(simple) => simple.position,
            Type::Complex(complex) => complex.position,
        }
    }

    pub(super) fn step(&self) -> &'static str {
        match self {
            Type::Simple(_) => "simpleType",
            Type::Complex(_) => "complexType",
        }
    }
}
