//! Builds complex types, model groups and wildcards.

use super::simple::parse_number;
use super::{
    Attributes, Builder, ComplexType, Content, Facets, Particle, Term, Wildcard, WildcardItem,
    unexpected,
};
use crate::error::{Error, ErrorKind};
use crate::model::{DerivationMethod, ProcessContents};
use crate::xml::{Node, words};

impl<'a> Builder<'_, 'a> {
    pub(super) fn complex_type(
        &mut self,
        node: Node<'_, 'a>,
    ) -> Result<Box<ComplexType<'a>>, Error> {
        let mut complex = complex_attributes(node)?;
        let children = self.xsd_children(node, &mut complex.documentation);
        match children.as_slice() {
            [content] if content.local() == "simpleContent" => {
                self.simple_content(*content, &mut complex)?;
            }
            [content] if content.local() == "complexContent" => {
                let children = self.complex_content(*content, &mut complex)?;
                self.body(&children, &mut complex)?;
            }
            children => self.body(children, &mut complex)?,
        }
        Ok(complex)
    }

    /// The children of the `extension` or `restriction` in a `complexContent`.
    fn complex_content<'d>(
        &mut self,
        node: Node<'d, 'a>,
        complex: &mut ComplexType<'a>,
    ) -> Result<Vec<Node<'d, 'a>>, Error> {
        if let Some(mixed) = node.flag("mixed")? {
            complex.mixed = mixed;
        }
        let children = self.xsd_children(node, &mut complex.documentation);
        if let [first, ..] = children.as_slice()
            && matches!(first.local(), "sequence" | "choice" | "all" | "group")
        {
            // This is invalid, but the meaning is clear: the content of a complex type without a base.
            self.note(
                node,
                "complexContent that derives from nothing is read as if it were not there",
            );
            return Ok(children);
        }
        let step = self.derivation(node, &children, complex)?;
        Ok(self.xsd_children(step, &mut complex.documentation))
    }

    /// The `extension` or `restriction` in a `simpleContent` or `complexContent`.
    fn derivation<'d>(
        &mut self,
        node: Node<'d, 'a>,
        children: &[Node<'d, 'a>],
        complex: &mut ComplexType<'a>,
    ) -> Result<Node<'d, 'a>, Error> {
        let [step] = children else {
            let message = format!("{} needs one extension or restriction", node.local());
            return Err(node.error(ErrorKind::Invalid, message));
        };
        let method = match step.local() {
            "extension" => DerivationMethod::Extension,
            "restriction" => DerivationMethod::Restriction,
            _ => return Err(unexpected(*step, "extension or restriction")),
        };
        complex.derivation = Some((method, step.required_reference("base")?));
        Ok(*step)
    }

    fn simple_content(
        &mut self,
        node: Node<'_, 'a>,
        complex: &mut ComplexType<'a>,
    ) -> Result<(), Error> {
        let children = self.xsd_children(node, &mut complex.documentation);
        let step = self.derivation(node, &children, complex)?;
        let mut inner = None;
        let mut facets = Facets::default();
        for child in self.xsd_children(step, &mut complex.documentation) {
            match child.local() {
                "simpleType" => inner = Some(Box::new(self.simple_type(child)?)),
                "attribute" | "attributeGroup" | "anyAttribute" | "assert" => {
                    self.attribute_item(child, &mut complex.attributes)?;
                }
                _ => self.facet(child, &mut facets)?,
            }
        }
        complex.content = Content::Simple(inner, facets);
        Ok(())
    }

    /// An optional model group, followed by attributes.
    fn body(
        &mut self,
        children: &[Node<'_, 'a>],
        complex: &mut ComplexType<'a>,
    ) -> Result<(), Error> {
        for child in children {
            match child.local() {
                "sequence" | "choice" | "all" | "group" => {
                    let particle = self.particle(*child)?;
                    match &mut complex.content {
                        Content::Elements(content @ None) => *content = Some(particle),
                        _ => {
                            let accepted = "one sequence, choice, all or group";
                            return Err(unexpected(*child, accepted));
                        }
                    }
                }
                "openContent" => {
                    let message = "xsd:openContent is not supported";
                    return Err(child.error(ErrorKind::Unsupported, message));
                }
                _ => self.attribute_item(*child, &mut complex.attributes)?,
            }
        }
        Ok(())
    }

    pub(super) fn particle(&mut self, node: Node<'_, 'a>) -> Result<Particle<'a>, Error> {
        let term = match node.local() {
            "element" => Term::Element(self.element(node, false)?),
            "sequence" => Term::Sequence(self.members(node)?),
            "choice" => Term::Choice(self.members(node)?),
            "all" => Term::All(self.members(node)?),
            "any" => Term::Any(self.wildcard(node)?),
            "group" => Term::Group(node.required_reference("ref")?),
            _ => {
                return Err(unexpected(
                    node,
                    "element, sequence, choice, all, group and any",
                ));
            }
        };
        let (min_occurs, max_occurs) = occurs(node)?;
        Ok(Particle {
            min_occurs,
            max_occurs,
            term,
            position: node.position(),
        })
    }

    fn members(&mut self, node: Node<'_, 'a>) -> Result<Vec<Particle<'a>>, Error> {
        // This is a loop, because the function recurses and iterator adaptors need more stack.
        let mut members = Vec::new();
        for child in self.xsd_children(node, &mut None) {
            members.push(self.particle(child)?);
        }
        Ok(members)
    }

    pub(super) fn wildcard(&mut self, node: Node<'_, 'a>) -> Result<Wildcard, Error> {
        self.xsd_children(node, &mut None);
        let process_contents = match node.token("processContents").as_deref() {
            None | Some("strict") => ProcessContents::Strict,
            Some("lax") => ProcessContents::Lax,
            Some("skip") => ProcessContents::Skip,
            Some(other) => {
                let accepted = "`strict`, `lax` or `skip`";
                return Err(node.bad_value("processContents", other, accepted));
            }
        };
        let mut namespaces = Vec::new();
        for word in node.attribute("namespace").map(words).unwrap_or_default() {
            namespaces.push(match &*word {
                "##any" => WildcardItem::Any,
                "##other" => WildcardItem::Other,
                "##targetNamespace" => WildcardItem::Target,
                "##local" => WildcardItem::Local,
                _ => WildcardItem::Uri(self.namespaces.intern(word)),
            });
        }
        let alone = |item: &WildcardItem| matches!(item, WildcardItem::Any | WildcardItem::Other);
        if namespaces.len() > 1 && namespaces.iter().any(alone) {
            let value = node.token("namespace").unwrap_or_default();
            let accepted = "`##any`, `##other`, or namespaces, `##targetNamespace` and `##local`";
            return Err(node.bad_value("namespace", &value, accepted));
        }
        if namespaces.is_empty() && node.attribute("namespace").is_none() {
            namespaces.push(WildcardItem::Any);
        }
        Ok(Wildcard {
            namespaces,
            process_contents,
        })
    }
}

fn complex_attributes<'a>(node: Node<'_, 'a>) -> Result<Box<ComplexType<'a>>, Error> {
    Ok(Box::new(ComplexType {
        name: node.name()?,
        documentation: None,
        is_abstract: node.flag("abstract")?.unwrap_or(false),
        mixed: node.flag("mixed")?.unwrap_or(false),
        derivation: None,
        content: Content::Elements(None),
        attributes: Attributes::default(),
        position: node.position(),
    }))
}

/// `minOccurs` and `maxOccurs`.
fn occurs(node: Node<'_, '_>) -> Result<(u64, Option<u64>), Error> {
    let min_occurs = match node.token("minOccurs") {
        None => 1,
        Some(value) => parse_number(&value)
            .ok_or_else(|| node.bad_value("minOccurs", &value, "a whole number from 0"))?,
    };
    let max_occurs = match node.token("maxOccurs") {
        None => Some(1),
        Some(value) if value == "unbounded" => None,
        Some(value) => Some(parse_number(&value).ok_or_else(|| {
            let accepted = "a whole number from 0, or `unbounded`";
            node.bad_value("maxOccurs", &value, accepted)
        })?),
    };
    if let Some(max) = max_occurs.filter(|max| *max < min_occurs) {
        let message = format!("minOccurs {min_occurs} is above maxOccurs {max}");
        return Err(node.error(ErrorKind::Invalid, message));
    }
    Ok((min_occurs, max_occurs))
}
