//! Resolves global types and elements.

use super::missing::TypeRole;
use super::tables::ItemIndex;
use super::{Pending, Resolver};
use crate::error::Error;
use crate::model::{
    Builtin, ComplexType, ElementDecl, ElementId, Owner, Schema, TypeId, TypeKind, TypeName,
};
use crate::raw::{Content, Element, Item, Str, Type};
use crate::redefine::replaced;

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn schemas(&mut self) -> Result<(), Error> {
        let schemas = self.schemas;
        for schema in schemas.iter().filter(|schema| !schema.built_in) {
            let target_namespace = self.ns_id(schema.target);
            self.model.schemas.push(Schema {
                target_namespace,
                element_qualified: schema.element_qualified,
                attribute_qualified: schema.attribute_qualified,
                documentation: schema.documentation.clone(),
                position: schema.position,
            });
        }
        self.enter_globals()?;
        for (index, schema) in schemas.iter().enumerate() {
            if schema.built_in {
                continue;
            }
            for (item_index, item) in schema.items.iter().enumerate() {
                let key = ItemIndex {
                    schema: index,
                    item: item_index,
                };
                if !self.repeated.contains(&key) {
                    self.item(index, item)?;
                }
            }
        }
        self.built_in_definitions()
    }

    fn item(&mut self, schema: usize, item: &'s Item<'a>) -> Result<(), Error> {
        let target = self.schemas[schema].target;
        match item {
            Item::Type(definition) => {
                let name = definition.name().unwrap_or_default();
                if let Some(id) = self.known_type((target, name)) {
                    self.global_type(schema, id, definition)?;
                }
            }
            Item::Element(element) => {
                let name = element.name.as_deref().unwrap_or_default();
                if let Some(id) = self.known_element((target, name)) {
                    self.global_element(schema, id, element)?;
                }
            }
            // These are resolved even if nothing refers to them, so that their errors are found.
            Item::Attribute(attribute) => {
                let name = attribute.name.as_deref().unwrap_or_default();
                self.global_attribute((target, name), attribute.position)?;
            }
            Item::Group(group) => {
                self.resolve_group((target, &group.name), group.position)?;
            }
            Item::AttributeGroup(group) => {
                self.resolve_attribute_group((target, &group.name), group.position)?;
            }
        }
        Ok(())
    }

    /// Resolves the built-in definitions that were referred to, directly or indirectly.
    pub(super) fn built_in_definitions(&mut self) -> Result<(), Error> {
        while let Some(pending) = self.pending.pop_front() {
            match pending {
                Pending::Type(schema, id, definition) => {
                    self.global_type(schema, id, definition)?;
                }
                Pending::Element(schema, id, element) => {
                    self.global_element(schema, id, element)?;
                }
            }
        }
        Ok(())
    }

    fn global_type(
        &mut self,
        schema: usize,
        id: TypeId,
        definition: &'s Type<'a>,
    ) -> Result<(), Error> {
        let name = definition.name().unwrap_or_default();
        let before = self.enter_item(schema, definition.step(), name);
        let target = self.schemas[schema].target;
        let name = match replaced(name) {
            // Only the redefinition refers to it, and no document can name it.
            Some(path) => TypeName::Anonymous {
                ns: self.ns_id(target),
                owner: Owner::Type,
                path: path.map(str::to_string).collect(),
            },
            None => TypeName::Global(self.qname(target, name)),
        };
        self.define(id, name, definition)?;
        self.context = before;
        Ok(())
    }

    /// Resolves the definition of a type.
    fn define(
        &mut self,
        id: TypeId,
        name: TypeName,
        definition: &'s Type<'a>,
    ) -> Result<(), Error> {
        // The parts of a complex type are set one by one, because this function recurses and local values
        // would need stack.
        match definition {
            Type::Simple(simple) => {
                let kind = TypeKind::Simple(self.simple_type(id, simple)?);
                self.model.types[id.0 as usize].kind = kind;
            }
            Type::Complex(complex) => {
                self.model.types[id.0 as usize].kind = TypeKind::Complex(ComplexType {
                    is_abstract: complex.is_abstract,
                    // Simple content is never mixed, whatever the attribute says.
                    mixed: complex.mixed && !matches!(complex.content, Content::Simple(..)),
                    ..ComplexType::default()
                });
                let base_is_missing = self.derivation(id, complex)?;
                let content = self.content(id, complex)?;
                self.complex_mut(id, |complex| complex.content = content);
                self.complex_attributes(id, complex)?;
                if base_is_missing {
                    self.open_content(id, complex)?;
                }
            }
        }
        let documentation = match definition {
            Type::Simple(simple) => &simple.documentation,
            Type::Complex(complex) => &complex.documentation,
        };
        let entry = &mut self.model.types[id.0 as usize];
        entry.name = name;
        entry.documentation = documentation.clone();
        Ok(())
    }

    pub(super) fn complex_mut(&mut self, id: TypeId, set: impl FnOnce(&mut ComplexType)) {
        if let TypeKind::Complex(complex) = &mut self.model.types[id.0 as usize].kind {
            set(complex);
        }
    }

    /// A type that is defined where it is used.
    pub(super) fn anonymous_type(&mut self, definition: &'s Type<'a>) -> Result<TypeId, Error> {
        let position = definition.position();
        self.descend(position)?;
        let id = self.new_type(self.context.file, position)?;
        let name = self.anonymous_name(position)?;
        self.define(id, name, definition)?;
        self.ascend();
        Ok(id)
    }

    fn global_element(
        &mut self,
        schema: usize,
        id: ElementId,
        element: &'s Element<'a>,
    ) -> Result<(), Error> {
        let name = element.name.as_deref().unwrap_or_default();
        let before = self.enter_item(schema, "element", name);
        let substitution_group = match &element.substitution {
            Some(head) => {
                let found = self.defined_element(head, element.position);
                if found.is_none() {
                    let done = "the element substitutes for none";
                    self.note_missing("element", head, element.position, done);
                }
                found
            }
            None => None,
        };
        let untyped = element.type_name.is_none() && element.anonymous.is_none();
        if untyped && substitution_group.is_some() {
            self.untyped.insert(id);
        }
        let target = self.schemas[schema].target;
        self.model.elements[id.0 as usize] = ElementDecl {
            name: self.qname(target, name),
            type_id: self.type_of(element)?,
            nillable: element.nillable,
            is_abstract: element.is_abstract,
            substitution_group,
            default: owned(&element.default),
            fixed: owned(&element.fixed),
            documentation: element.documentation.clone(),
            position: element.position,
        };
        self.context = before;
        Ok(())
    }

    /// The type of a named element.
    pub(super) fn type_of(&mut self, element: &'s Element<'a>) -> Result<TypeId, Error> {
        match (&element.type_name, &element.anonymous) {
            (Some(name), _) => self.type_ref(name, TypeRole::Any, element.position),
            (None, Some(anonymous)) => self.anonymous_type(anonymous),
            (None, None) => self.builtin(Builtin::AnyType),
        }
    }
}

pub(super) fn owned(text: &Option<Str<'_>>) -> Option<String> {
    text.as_deref().map(str::to_string)
}
