//! Global types and elements.

use super::{Pending, Resolver};
use crate::error::Error;
use crate::model::{Builtin, ElementDecl, ElementId, Schema, TypeId, TypeKind, TypeName};
use crate::raw::{Element, Item, Str, Type};

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
            for item in &schema.items {
                self.item(index, item)?;
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
            // Those that nothing refers to are resolved too: an error in them is an error.
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

    /// Resolves the built-in definitions that were referred to, and those that these refer to.
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
        self.elsewhere(schema, definition.step(), name, |this| {
            let target = this.schemas[schema].target;
            let name = TypeName::Global(this.qname(target, name));
            this.define(id, name, definition)
        })
    }

    /// Fills in a type.
    fn define(
        &mut self,
        id: TypeId,
        name: TypeName,
        definition: &'s Type<'a>,
    ) -> Result<(), Error> {
        let (kind, documentation) = match definition {
            Type::Simple(simple) => (
                TypeKind::Simple(self.simple_type(id, simple)?),
                simple.documentation.clone(),
            ),
            Type::Complex(complex) => (
                TypeKind::Complex(self.complex_type(id, complex)?),
                complex.documentation.clone(),
            ),
        };
        let entry = &mut self.model.types[id.0 as usize];
        entry.name = name;
        entry.documentation = documentation;
        entry.kind = kind;
        Ok(())
    }

    /// A type written where it is used.
    pub(super) fn anonymous_type(&mut self, definition: &'s Type<'a>) -> Result<TypeId, Error> {
        let position = definition.position();
        self.deeper(position, |this| {
            let id = this.new_type(this.at.file, position)?;
            let name = this.anonymous_name();
            this.define(id, name, definition)?;
            Ok(id)
        })
    }

    fn global_element(
        &mut self,
        schema: usize,
        id: ElementId,
        element: &'s Element<'a>,
    ) -> Result<(), Error> {
        let name = element.name.as_deref().unwrap_or_default();
        self.elsewhere(schema, "element", name, |this| {
            let target = this.schemas[schema].target;
            let substitution_group = match &element.substitution {
                Some(head) => Some(this.element_ref(head, element.position)?),
                None => None,
            };
            let untyped = element.type_name.is_none() && element.anonymous.is_none();
            if untyped && substitution_group.is_some() {
                this.untyped.insert(id);
            }
            let declaration = ElementDecl {
                name: this.qname(target, name),
                type_id: this.type_of(element)?,
                nillable: element.nillable,
                is_abstract: element.is_abstract,
                substitution_group,
                default: owned(&element.default),
                fixed: owned(&element.fixed),
                documentation: element.documentation.clone(),
                position: element.position,
            };
            this.model.elements[id.0 as usize] = declaration;
            Ok(())
        })
    }

    /// The type of an element with a name.
    pub(super) fn type_of(&mut self, element: &'s Element<'a>) -> Result<TypeId, Error> {
        match (&element.type_name, &element.anonymous) {
            (Some(name), _) => self.type_ref(name, element.position),
            (None, Some(anonymous)) => self.anonymous_type(anonymous),
            (None, None) => self.builtin(Builtin::AnyType),
        }
    }
}

pub(super) fn owned(text: &Option<Str<'_>>) -> Option<String> {
    text.as_deref().map(str::to_string)
}
