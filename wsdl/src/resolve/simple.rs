//! Resolves simple types and facets.

use super::Resolver;
use super::missing::TypeRole;
use super::schema::owned;
use crate::error::Error;
use crate::model::{
    Builtin, Enumeration, Facets, Position, SimpleType, TypeDef, TypeId, TypeKind, Variety,
};
use crate::raw;
use crate::xml::Name;

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn simple_type(
        &mut self,
        id: TypeId,
        simple: &'s raw::SimpleType<'a>,
    ) -> Result<SimpleType, Error> {
        let position = simple.position;
        let (variety, facets) = match &simple.variety {
            raw::Variety::Restriction(base, inner, facets) => {
                let base = self.named_or_inner("base", base, inner.as_deref(), position)?;
                (Variety::Restriction(base), self.facets(id, facets))
            }
            raw::Variety::List(item, inner) => {
                let item = self.named_or_inner("item", item, inner.as_deref(), position)?;
                (Variety::List(item), Facets::default())
            }
            raw::Variety::Union(names, inner) => {
                let mut members = Vec::new();
                for name in names {
                    members.push(self.type_ref(name, TypeRole::Simple, position)?);
                }
                for member in inner {
                    members.push(self.inner_type("member", member)?);
                }
                (Variety::Union(members), Facets::default())
            }
        };
        Ok(SimpleType { variety, facets })
    }

    fn named_or_inner(
        &mut self,
        step: &'static str,
        name: &'s Option<Name<'a>>,
        inner: Option<&'s raw::SimpleType<'a>>,
        position: Position,
    ) -> Result<TypeId, Error> {
        match (name, inner) {
            (Some(name), _) => self.type_ref(name, TypeRole::Simple, position),
            (None, Some(inner)) => self.inner_type(step, inner),
            (None, None) => self.builtin(Builtin::AnySimpleType),
        }
    }

    /// A simple type that is defined inside another one, or inside an attribute.
    pub(super) fn inner_type(
        &mut self,
        step: &'static str,
        simple: &'s raw::SimpleType<'a>,
    ) -> Result<TypeId, Error> {
        self.within("simpleType", step, |this| this.anonymous_simple(simple))
    }

    pub(super) fn anonymous_simple(
        &mut self,
        simple: &'s raw::SimpleType<'a>,
    ) -> Result<TypeId, Error> {
        self.descend(simple.position)?;
        let id = self.new_type(self.context.file, simple.position)?;
        let name = self.anonymous_name(simple.position)?;
        let kind = TypeKind::Simple(self.simple_type(id, simple)?);
        self.model.types[id.0 as usize] = TypeDef {
            name,
            documentation: simple.documentation.clone(),
            position: simple.position,
            kind,
        };
        self.ascend();
        Ok(id)
    }

    pub(super) fn facets(&mut self, id: TypeId, facets: &'s raw::Facets<'a>) -> Facets {
        if !facets.enumerations.is_empty() {
            self.enumerations.push((id, facets));
        }
        let enumerations = facets.enumerations.iter().map(|value| Enumeration {
            value: value.value.to_string(),
            qname: None,
            documentation: value.documentation.clone(),
            position: value.position,
        });
        Facets {
            enumerations: enumerations.collect(),
            patterns: facets
                .patterns
                .iter()
                .map(|text| text.to_string())
                .collect(),
            length: facets.length,
            min_length: facets.min_length,
            max_length: facets.max_length,
            min_inclusive: owned(&facets.min_inclusive),
            max_inclusive: owned(&facets.max_inclusive),
            min_exclusive: owned(&facets.min_exclusive),
            max_exclusive: owned(&facets.max_exclusive),
            total_digits: facets.total_digits,
            fraction_digits: facets.fraction_digits,
            white_space: facets.white_space,
        }
    }
}
