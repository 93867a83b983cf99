//! Resolves attributes, and expands attribute groups where they are referred to.

use super::Resolver;
use super::missing::{TypeRole, anything};
use super::schema::owned;
use super::tables::{Key, Progress, Tables};
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{ArrayType, AttributeUse, Builtin, NsId, Position, TypeId, Wildcard};
use crate::names::Ns;
use crate::raw::{Attribute, AttributeItem, Attributes, Item};
use crate::xml::Name;

/// A global attribute declaration.
#[derive(Clone, Debug)]
pub(super) struct GlobalAttribute {
    name: String,
    ns: NsId,
    type_id: TypeId,
    default: Option<String>,
    fixed: Option<String>,
    documentation: Option<String>,
}

/// The attributes of a type or group, with all groups expanded.
#[derive(Clone, Debug, Default)]
pub(super) struct ResolvedAttributes {
    pub(super) uses: Vec<AttributeUse>,
    pub(super) any: Option<Wildcard>,
    /// The number of bytes of text.
    text: usize,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn attributes(
        &mut self,
        attributes: &'s Attributes<'a>,
    ) -> Result<ResolvedAttributes, Error> {
        let mut resolved = ResolvedAttributes {
            uses: Vec::new(),
            any: attributes.any.as_ref().map(|any| self.wildcard(any)),
            text: 0,
        };
        for item in &attributes.items {
            match item {
                AttributeItem::Attribute(attribute) => {
                    self.count_particles(1, attribute.position)?;
                    if self.is_of_every_element(attribute) {
                        continue;
                    }
                    match self.attribute_use(attribute)? {
                        Some(attribute) => {
                            resolved.text += text_of(&attribute);
                            resolved.uses.push(attribute);
                        }
                        None => {
                            resolved.any.get_or_insert_with(anything);
                        }
                    }
                }
                AttributeItem::Group(name, position) => {
                    self.attribute_group(name, *position, &mut resolved)?;
                }
            }
        }
        Ok(resolved)
    }

    /// Adds a copy of the attributes of a group.
    fn attribute_group(
        &mut self,
        name: &'s Name<'a>,
        position: Position,
        resolved: &mut ResolvedAttributes,
    ) -> Result<(), Error> {
        let is_known =
            |tables: &Tables<'s>, key: &Key<'s>| tables.attribute_groups.contains_key(key);
        let key = self.group_key(name, is_known);
        let Some(key) = key.filter(|key| is_known(&self.tables, key)) else {
            let done = "any attributes are read in its place";
            self.note_missing("attribute group", name, position, done);
            resolved.any.get_or_insert_with(anything);
            return Ok(());
        };
        self.resolve_attribute_group(key, position)?;
        let group = self.tables.attribute_groups.get(&key);
        let Some(Progress::Done(group)) = group.map(|group| &group.progress) else {
            return Ok(());
        };
        // The size is counted before the copy, because copies of copies grow exponentially.
        let (size, text) = (group.uses.len() as u64, group.text);
        self.count_particles(size, position)?;
        self.count_copy(text, position)?;
        let group = self.tables.attribute_groups.get(&key);
        let Some(Progress::Done(group)) = group.map(|group| &group.progress) else {
            return Ok(());
        };
        let group = group.clone();
        resolved.text += text;
        resolved.uses.extend(group.uses);
        resolved.any = resolved.any.take().or(group.any);
        Ok(())
    }

    /// Resolves an attribute group when it is first needed.
    pub(super) fn resolve_attribute_group(
        &mut self,
        key: Key<'s>,
        position: Position,
    ) -> Result<(), Error> {
        let Some(group) = self.tables.attribute_groups.get_mut(&key) else {
            return Ok(());
        };
        let index = group.index;
        match &group.progress {
            Progress::Done(_) => return Ok(()),
            Progress::Started => return Err(self.circular("attribute group", key.1, position)),
            Progress::NotStarted => group.progress = Progress::Started,
        }
        let schemas = self.schemas;
        let Item::AttributeGroup(group) = &schemas[index.schema].items[index.item] else {
            return Ok(());
        };
        self.descend(position)?;
        let before = self.enter_item(index.schema, "attributeGroup", &group.name);
        let resolved = self.attributes(&group.attributes)?;
        self.context = before;
        self.ascend();
        if let Some(group) = self.tables.attribute_groups.get_mut(&key) {
            group.progress = Progress::Done(resolved);
        }
        Ok(())
    }

    /// An attribute of a type, or `None` if it is not defined.
    fn attribute_use(
        &mut self,
        attribute: &'s Attribute<'a>,
    ) -> Result<Option<AttributeUse>, Error> {
        let position = attribute.position;
        let array_type = match &attribute.array_type {
            Some((item, dimensions)) => Some(ArrayType {
                item: self.type_ref(item, TypeRole::Any, position)?,
                dimensions: dimensions.to_string(),
            }),
            None => None,
        };
        let global = match &attribute.reference {
            Some(name) => match self.referenced_attribute(name, position)? {
                Some(global) => global,
                None => return Ok(None),
            },
            None => {
                let name = attribute.name.as_deref().unwrap_or_default();
                let schema = self.context.schema.map(|index| &self.schemas[index]);
                let default = schema.is_some_and(|schema| schema.attribute_qualified);
                let ns = match attribute.qualified.unwrap_or(default) {
                    true => schema.map_or(Ns::NONE, |schema| schema.target),
                    false => Ns::NONE,
                };
                GlobalAttribute {
                    name: name.to_string(),
                    ns: self.ns_id(ns),
                    type_id: self.attribute_type(attribute)?,
                    default: None,
                    fixed: None,
                    documentation: None,
                }
            }
        };
        Ok(Some(AttributeUse {
            name: global.name,
            ns: global.ns,
            type_id: global.type_id,
            usage: attribute.usage,
            default: owned(&attribute.default).or(global.default),
            fixed: owned(&attribute.fixed).or(global.fixed),
            array_type,
            documentation: attribute.documentation.clone().or(global.documentation),
            position,
        }))
    }

    /// Whether an attribute is `xsi:type`, `xsi:nil` or a similar one. This is noted.
    fn is_of_every_element(&mut self, attribute: &Attribute<'a>) -> bool {
        let Some(name) = attribute
            .reference
            .as_ref()
            .filter(|name| name.ns == Some(Ns::XSI))
        else {
            return false;
        };
        let text = format!(
            "the attribute {} is left out: every element may carry it",
            quoted(name.written())
        );
        self.note(attribute.position, text);
        true
    }

    /// The global attribute that a name refers to, or a replacement for it. `None` if the namespace of the
    /// name is not known.
    fn referenced_attribute(
        &mut self,
        name: &'s Name<'a>,
        position: Position,
    ) -> Result<Option<GlobalAttribute>, Error> {
        let key = self.group_key(name, |tables, key| tables.attributes.contains_key(key));
        let global = match key {
            Some(key) => self.global_attribute(key, position)?,
            None => None,
        };
        if let Some(global) = global {
            let text = global.documentation.as_deref().map_or(0, str::len);
            self.count_copy(text + global.name.len(), position)?;
            return Ok(Some(global));
        }
        let Some((ns, local)) = key else {
            let done = "any attributes are read in its place";
            self.note_missing("attribute", name, position, done);
            return Ok(None);
        };
        let done = "it is read as an attribute of any simple type";
        self.note_missing("attribute", name, position, done);
        Ok(Some(GlobalAttribute {
            name: local.to_string(),
            ns: self.ns_id(ns),
            type_id: self.builtin(Builtin::AnySimpleType)?,
            default: None,
            fixed: None,
            documentation: None,
        }))
    }

    /// A global attribute, which is resolved when it is first needed, or `None` if there is none.
    pub(super) fn global_attribute(
        &mut self,
        key: Key<'s>,
        position: Position,
    ) -> Result<Option<GlobalAttribute>, Error> {
        let Some(attribute) = self.tables.attributes.get(&key) else {
            return Ok(None);
        };
        if let Progress::Done(resolved) = &attribute.progress {
            return Ok(Some(resolved.clone()));
        }
        let index = attribute.index;
        let schemas = self.schemas;
        let schema = &schemas[index.schema];
        let Item::Attribute(attribute) = &schema.items[index.item] else {
            return Ok(None);
        };
        if schema.built_in && key.0 != Ns::XML {
            self.note_well_known(key.0, position);
        }
        let name = attribute.name.as_deref().unwrap_or_default();
        let before = self.enter_item(index.schema, "attribute", name);
        let type_id = match &attribute.anonymous {
            Some(simple) => self.anonymous_simple(simple)?,
            None => self.attribute_type(attribute)?,
        };
        self.context = before;
        let resolved = GlobalAttribute {
            name: name.to_string(),
            ns: self.ns_id(key.0),
            type_id,
            default: owned(&attribute.default),
            fixed: owned(&attribute.fixed),
            documentation: attribute.documentation.clone(),
        };
        if let Some(entry) = self.tables.attributes.get_mut(&key) {
            entry.progress = Progress::Done(resolved.clone());
        }
        Ok(Some(resolved))
    }

    fn attribute_type(&mut self, attribute: &'s Attribute<'a>) -> Result<TypeId, Error> {
        let name = attribute.name.as_deref().unwrap_or_default();
        match (&attribute.type_name, &attribute.anonymous) {
            (Some(name), _) => self.type_ref(name, TypeRole::Simple, attribute.position),
            (None, Some(simple)) => {
                self.within("attribute", name, |this| this.anonymous_simple(simple))
            }
            (None, None) => self.builtin(Builtin::AnySimpleType),
        }
    }

    pub(super) fn circular(&self, what: &str, name: &str, position: Position) -> Error {
        let message = format!("the {what} {} contains itself", quoted(name));
        self.error(ErrorKind::Cycle, position, message)
    }
}

/// The number of bytes of text in a copy of an attribute.
fn text_of(attribute: &AttributeUse) -> usize {
    let length = |text: &Option<String>| text.as_deref().map_or(0, str::len);
    attribute.name.len()
        + length(&attribute.default)
        + length(&attribute.fixed)
        + length(&attribute.documentation)
}
