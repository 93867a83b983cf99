//! Builds `xsd:schema` and its global definitions.

use super::{
    Attribute, AttributeGroup, AttributeItem, Attributes, Builder, Element, Group, Import,
    ImportKind, Item, Redefine, Schema, Str, Type, add_documentation, unexpected,
};
use crate::error::{Error, ErrorKind, quoted};
use crate::model::Usage;
use crate::names::Ns;
use crate::xml::{Name, Node, trimmed};

/// Identity constraints and similar elements. They constrain values in a way that a Rust type cannot
/// express.
const CONSTRAINTS: [&str; 6] = [
    "unique",
    "key",
    "keyref",
    "notation",
    "assert",
    "alternative",
];

impl<'a> Builder<'_, 'a> {
    pub(crate) fn schema(&mut self, node: Node<'_, 'a>) -> Result<(), Error> {
        let own = self.namespace(node, "targetNamespace");
        let target = own.filter(|ns| *ns != Ns::NONE);
        let chameleon = target.is_none() && self.chameleon.is_some();
        let mut schema = Schema {
            file: self.file,
            target: target.or(self.chameleon).unwrap_or(Ns::NONE),
            chameleon,
            built_in: false,
            element_qualified: qualified(node, "elementFormDefault")?.unwrap_or(false),
            attribute_qualified: qualified(node, "attributeFormDefault")?.unwrap_or(false),
            documentation: None,
            imports: Vec::new(),
            items: Vec::new(),
            redefines: Vec::new(),
            position: node.position(),
        };
        for child in self.xsd_children(node, &mut schema.documentation) {
            let import = match child.local() {
                "import" => ImportKind::Schema,
                "include" => ImportKind::Include,
                "redefine" => {
                    self.redefine(child, &mut schema)?;
                    ImportKind::Redefine
                }
                _ => {
                    if let Some(item) = self.item(child)? {
                        schema.items.push(item);
                    }
                    continue;
                }
            };
            let location = child.token("schemaLocation");
            if import.is_include() && location.is_none() {
                child.required("schemaLocation")?;
            }
            schema.imports.push(Import {
                kind: import,
                namespace: self.namespace(child, "namespace"),
                location: location.filter(|location| !location.is_empty()),
                position: child.position(),
            });
        }
        self.contents.schemas.push(schema);
        Ok(())
    }

    /// The definitions in a `redefine`. Its document is added to the imports.
    fn redefine(&mut self, node: Node<'_, 'a>, schema: &mut Schema<'a>) -> Result<(), Error> {
        let start = schema.items.len();
        for child in self.xsd_children(node, &mut None) {
            match child.local() {
                "simpleType" | "complexType" | "group" | "attributeGroup" => {
                    schema.items.extend(self.item(child)?);
                }
                _ => {
                    let accepted = "simpleType, complexType, group and attributeGroup";
                    return Err(unexpected(child, accepted));
                }
            }
        }
        schema.redefines.push(Redefine {
            import: schema.imports.len(),
            file: None,
            items: start..schema.items.len(),
            position: node.position(),
        });
        Ok(())
    }

    fn item(&mut self, node: Node<'_, 'a>) -> Result<Option<Item<'a>>, Error> {
        let item = match node.local() {
            "element" => Item::Element(*self.element(node, true)?),
            "attribute" => Item::Attribute(self.attribute(node, true)?),
            "complexType" => {
                node.required_name()?;
                Item::Type(Type::Complex(self.complex_type(node)?))
            }
            "simpleType" => {
                node.required_name()?;
                Item::Type(Type::Simple(self.simple_type(node)?))
            }
            "group" => Item::Group(self.group(node)?),
            "attributeGroup" => {
                let mut attributes = Attributes::default();
                for child in self.xsd_children(node, &mut None) {
                    self.attribute_item(child, &mut attributes)?;
                }
                Item::AttributeGroup(AttributeGroup {
                    name: node.required_name()?,
                    attributes,
                    position: node.position(),
                })
            }
            local if CONSTRAINTS.contains(&local) => {
                self.note_constraint(node);
                return Ok(None);
            }
            local @ ("override" | "defaultOpenContent") => {
                return Err(node
                    .error(
                        ErrorKind::Unsupported,
                        format!("xsd:{local} of XSD 1.1 is not supported"),
                    )
                    .help("write the definitions out in one schema"));
            }
            _ => {
                let accepted = "element, attribute, complexType, simpleType, group, \
                                attributeGroup, import, include and redefine";
                return Err(unexpected(node, accepted));
            }
        };
        Ok(Some(item))
    }

    fn group(&mut self, node: Node<'_, 'a>) -> Result<Group<'a>, Error> {
        let mut particle = None;
        for child in self.xsd_children(node, &mut None) {
            if !matches!(child.local(), "sequence" | "choice" | "all") || particle.is_some() {
                return Err(unexpected(child, "one sequence, choice or all"));
            }
            particle = Some(self.particle(child)?);
        }
        Ok(Group {
            name: node.required_name()?,
            particle,
            position: node.position(),
        })
    }

    pub(super) fn element(
        &mut self,
        node: Node<'_, 'a>,
        global: bool,
    ) -> Result<Box<Element<'a>>, Error> {
        let mut element = element_attributes(node)?;
        for child in self.xsd_children(node, &mut element.documentation) {
            let anonymous = match child.local() {
                "complexType" => Type::Complex(self.complex_type(child)?),
                "simpleType" => Type::Simple(self.simple_type(child)?),
                local if CONSTRAINTS.contains(&local) => {
                    self.note_constraint(child);
                    continue;
                }
                _ => return Err(unexpected(child, "complexType or simpleType")),
            };
            if element.type_name.is_some() || element.anonymous.is_some() {
                return Err(child.error(ErrorKind::Invalid, "the element has two types"));
            }
            element.anonymous = Some(Box::new(anonymous));
        }
        check_element(node, &element, global)?;
        Ok(element)
    }

    fn note_constraint(&mut self, node: Node<'_, 'a>) {
        let text = format!(
            "xsd:{} is left out: it constrains values only",
            node.local()
        );
        self.note(node, text);
    }

    pub(super) fn attribute(
        &mut self,
        node: Node<'_, 'a>,
        global: bool,
    ) -> Result<Attribute<'a>, Error> {
        let usage = match node.token("use").as_deref() {
            None | Some("optional") => Usage::Optional,
            Some("required") => Usage::Required,
            Some("prohibited") => Usage::Prohibited,
            Some(other) => {
                let accepted = "`optional`, `required` or `prohibited`";
                return Err(node.bad_value("use", other, accepted));
            }
        };
        let mut attribute = Attribute {
            name: node.name()?,
            reference: node.reference("ref")?,
            type_name: node.reference("type")?,
            anonymous: None,
            qualified: qualified(node, "form")?,
            usage,
            default: node.attribute("default").cloned(),
            fixed: node.attribute("fixed").cloned(),
            array_type: self.array_type(node)?,
            documentation: None,
            position: node.position(),
        };
        for child in self.xsd_children(node, &mut attribute.documentation) {
            if child.local() != "simpleType" {
                return Err(unexpected(child, "simpleType"));
            }
            if attribute.type_name.is_some() || attribute.anonymous.is_some() {
                return Err(child.error(ErrorKind::Invalid, "the attribute has two types"));
            }
            attribute.anonymous = Some(Box::new(self.simple_type(child)?));
        }
        check_name_or_reference(
            node,
            global,
            attribute.name.is_some(),
            attribute.reference.is_some(),
        )?;
        Ok(attribute)
    }

    /// `wsdl:arrayType="tns:Item[]"`. A value without brackets means an array of one dimension.
    fn array_type(&mut self, node: Node<'_, 'a>) -> Result<Option<(Name<'a>, Str<'a>)>, Error> {
        let Some(value) = node.attribute_ns(Ns::WSDL, "arrayType") else {
            return Ok(None);
        };
        let value = trimmed(value);
        let Some(bracket) = value.find('[') else {
            let text = format!(
                "`wsdl:arrayType` is {} without its dimensions; it is read as {}",
                quoted(&value),
                quoted(&format!("{value}[]"))
            );
            self.note(node, text);
            return Ok(Some((node.qname(value)?, Str::Borrowed("[]"))));
        };
        let (item, dimensions) = match value {
            Str::Borrowed(text) => (text[..bracket].into(), text[bracket..].into()),
            Str::Owned(text) => (
                text[..bracket].to_string().into(),
                text[bracket..].to_string().into(),
            ),
        };
        Ok(Some((node.qname(item)?, dimensions)))
    }

    /// Parses a child that may be an attribute, an attribute group or a wildcard.
    pub(super) fn attribute_item(
        &mut self,
        node: Node<'_, 'a>,
        attributes: &mut Attributes<'a>,
    ) -> Result<(), Error> {
        match node.local() {
            "attribute" => {
                let attribute = Box::new(self.attribute(node, false)?);
                attributes.items.push(AttributeItem::Attribute(attribute));
            }
            "attributeGroup" => {
                let name = node.required_reference("ref")?;
                let item = AttributeItem::Group(name, node.position());
                attributes.items.push(item);
            }
            "anyAttribute" => attributes.any = Some(self.wildcard(node)?),
            local if CONSTRAINTS.contains(&local) => {
                self.note_constraint(node);
            }
            _ => {
                let accepted = "attribute, attributeGroup and anyAttribute";
                return Err(unexpected(node, accepted));
            }
        }
        Ok(())
    }

    /// The children in the namespace of XML Schema, without annotations.
    pub(super) fn xsd_children<'d>(
        &mut self,
        node: Node<'d, 'a>,
        documentation: &mut Option<String>,
    ) -> Vec<Node<'d, 'a>> {
        let mut children = Vec::new();
        for child in node.children() {
            if child.ns() != Ns::XSD {
                let text = format!(
                    "the element {} is unknown here and left out",
                    quoted(child.written())
                );
                self.note(child, text);
            } else if child.local() == "annotation" {
                for part in child.children() {
                    if part.is(Ns::XSD, "documentation") {
                        add_documentation(documentation, part);
                    }
                }
            } else {
                children.push(child);
            }
        }
        children
    }
}

fn element_attributes<'a>(node: Node<'_, 'a>) -> Result<Box<Element<'a>>, Error> {
    Ok(Box::new(Element {
        name: node.name()?,
        reference: node.reference("ref")?,
        type_name: node.reference("type")?,
        anonymous: None,
        substitution: node.reference("substitutionGroup")?,
        qualified: qualified(node, "form")?,
        nillable: node.flag("nillable")?.unwrap_or(false),
        is_abstract: node.flag("abstract")?.unwrap_or(false),
        default: node.attribute("default").cloned(),
        fixed: node.attribute("fixed").cloned(),
        documentation: None,
        position: node.position(),
    }))
}

fn check_element(node: Node<'_, '_>, element: &Element<'_>, global: bool) -> Result<(), Error> {
    check_name_or_reference(
        node,
        global,
        element.name.is_some(),
        element.reference.is_some(),
    )?;
    let typed = element.type_name.is_some() || element.anonymous.is_some();
    if element.reference.is_some() && typed {
        let message = "an element with `ref` has the type of what it refers to";
        return Err(node.error(ErrorKind::Invalid, message));
    }
    Ok(())
}

fn check_name_or_reference(
    node: Node<'_, '_>,
    global: bool,
    name: bool,
    reference: bool,
) -> Result<(), Error> {
    match (global, name, reference) {
        (true, true, false) | (false, true, false) | (false, false, true) => Ok(()),
        (true, ..) => node.required_name().map(|_| ()),
        (false, true, true) => {
            Err(node.error(ErrorKind::Invalid, "`name` and `ref` exclude each other"))
        }
        (false, ..) => {
            let message = format!("{} has neither `name` nor `ref`", node.local());
            Err(node.error(ErrorKind::Invalid, message))
        }
    }
}

/// The value of `form` or of its default.
fn qualified(node: Node<'_, '_>, attribute: &str) -> Result<Option<bool>, Error> {
    match node.token(attribute).as_deref() {
        None => Ok(None),
        Some("qualified") => Ok(Some(true)),
        Some("unqualified") => Ok(Some(false)),
        Some(other) => Err(node.bad_value(attribute, other, "`qualified` or `unqualified`")),
    }
}

/// The value of an enumeration as a name, in case its base is `xsd:QName`.
pub(super) fn value_as_name<'a>(node: Node<'_, 'a>, value: &Str<'a>) -> Option<Name<'a>> {
    let name = node.qname(trimmed(value)).ok()?;
    name.ns.is_some().then_some(name)
}
