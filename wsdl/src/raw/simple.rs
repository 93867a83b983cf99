//! Builds simple types and facets.

use super::schema::value_as_name;
use super::{Builder, Enumeration, Facets, SimpleType, Variety, unexpected};
use crate::error::{Error, ErrorKind};
use crate::model::WhiteSpace;
use crate::xml::Node;

impl<'a> Builder<'_, 'a> {
    pub(super) fn simple_type(&mut self, node: Node<'_, 'a>) -> Result<SimpleType<'a>, Error> {
        let mut documentation = None;
        let mut variety = None;
        for child in self.xsd_children(node, &mut documentation) {
            let step = match child.local() {
                "restriction" => self.simple_restriction(child)?,
                "list" => {
                    let inner = self.inner_types(child)?.into_iter().next().map(Box::new);
                    Variety::List(child.reference("itemType")?, inner)
                }
                "union" => {
                    let inner = self.inner_types(child)?;
                    Variety::Union(child.references("memberTypes")?, inner)
                }
                _ => return Err(unexpected(child, "restriction, list or union")),
            };
            if variety.replace(step).is_some() {
                let message = "a simple type is one restriction, list or union";
                return Err(child.error(ErrorKind::Invalid, message));
            }
        }
        let Some(variety) = variety else {
            let message = "the simple type is neither restriction, list nor union";
            return Err(node.error(ErrorKind::Invalid, message));
        };
        Ok(SimpleType {
            name: node.name()?,
            documentation,
            variety,
            position: node.position(),
        })
    }

    fn simple_restriction(&mut self, node: Node<'_, 'a>) -> Result<Variety<'a>, Error> {
        let base = node.reference("base")?;
        let mut inner = None;
        let mut facets = Facets::default();
        for child in self.xsd_children(node, &mut None) {
            match child.local() {
                "simpleType" => inner = Some(Box::new(self.simple_type(child)?)),
                _ => self.facet(child, &mut facets)?,
            }
        }
        if base.is_none() && inner.is_none() {
            return Err(node.error(ErrorKind::Invalid, "the restriction has no base"));
        }
        Ok(Variety::Restriction(base, inner, Box::new(facets)))
    }

    fn inner_types(&mut self, node: Node<'_, 'a>) -> Result<Vec<SimpleType<'a>>, Error> {
        self.xsd_children(node, &mut None)
            .into_iter()
            .map(|child| match child.local() {
                "simpleType" => self.simple_type(child),
                _ => Err(unexpected(child, "simpleType")),
            })
            .collect()
    }

    pub(super) fn facet(
        &mut self,
        node: Node<'_, 'a>,
        facets: &mut Facets<'a>,
    ) -> Result<(), Error> {
        let text = || -> Result<_, Error> {
            node.required("value")?;
            Ok(node.attribute("value").cloned())
        };
        match node.local() {
            "enumeration" => {
                let mut documentation = None;
                self.xsd_children(node, &mut documentation);
                let value = text()?.unwrap_or_default();
                facets.enumerations.push(Enumeration {
                    name: value_as_name(node, &value),
                    value,
                    documentation,
                    position: node.position(),
                });
            }
            "pattern" => facets.patterns.extend(text()?),
            "length" => facets.length = Some(number(node)?),
            "minLength" => facets.min_length = Some(number(node)?),
            "maxLength" => facets.max_length = Some(number(node)?),
            "totalDigits" => facets.total_digits = Some(number(node)?),
            "fractionDigits" => facets.fraction_digits = Some(number(node)?),
            "minInclusive" => facets.min_inclusive = text()?,
            "maxInclusive" => facets.max_inclusive = text()?,
            "minExclusive" => facets.min_exclusive = text()?,
            "maxExclusive" => facets.max_exclusive = text()?,
            "whiteSpace" => {
                facets.white_space = Some(match &*node.required("value")? {
                    "preserve" => WhiteSpace::Preserve,
                    "replace" => WhiteSpace::Replace,
                    "collapse" => WhiteSpace::Collapse,
                    other => {
                        let accepted = "`preserve`, `replace` or `collapse`";
                        return Err(node.bad_value("value", other, accepted));
                    }
                });
            }
            local @ ("assertion" | "explicitTimezone") => {
                self.note(
                    node,
                    format!("xsd:{local} is left out: it belongs to XSD 1.1"),
                );
            }
            _ => return Err(unexpected(node, "the facets of XML Schema 1.0")),
        }
        Ok(())
    }
}

fn number(node: Node<'_, '_>) -> Result<u64, Error> {
    let value = node.required("value")?;
    parse_number(&value).ok_or_else(|| node.bad_value("value", &value, "a whole number from 0"))
}

/// Parses an `xsd:nonNegativeInteger`. A number of more than 64 bits becomes the largest number.
pub(super) fn parse_number(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(u64::MAX))
}
