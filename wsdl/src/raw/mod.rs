//! Stage 2: typed trees of the documents as written. Prefixes are looked up here, because their meaning
//! depends on where the name is written. The next stage finds the definitions that the names refer to.

mod particles;
mod same;
mod schema;
mod simple;
mod wsdl;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use same::{Around, Same};

use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    DerivationMethod, Position, ProcessContents, Protocol, Style, Usage, Use, WhiteSpace,
};
use crate::names::{Namespaces, Ns, is_blank};
use crate::xml::{Name, Node};

/// A text of a document. It is borrowed, unless it had to be unescaped.
pub(crate) type Str<'a> = Cow<'a, str>;

/// The content of one document.
#[derive(Debug, Default)]
pub(crate) struct Contents<'a> {
    pub(crate) definitions: Option<Definitions<'a>>,
    pub(crate) schemas: Vec<Schema<'a>>,
    pub(crate) notes: Vec<(Position, String)>,
}

/// `wsdl:definitions` without its schemas.
#[derive(Debug)]
pub(crate) struct Definitions<'a> {
    pub(crate) file: usize,
    pub(crate) name: Option<Str<'a>>,
    pub(crate) target_namespace: Option<Ns>,
    pub(crate) documentation: Option<String>,
    pub(crate) imports: Vec<Import<'a>>,
    pub(crate) messages: Vec<Message<'a>>,
    pub(crate) port_types: Vec<PortType<'a>>,
    pub(crate) bindings: Vec<Binding<'a>>,
    pub(crate) services: Vec<Service<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportKind {
    Wsdl,
    Schema,
    Include,
    Redefine,
}

impl ImportKind {
    /// Whether it includes a document into its own namespace.
    pub(crate) fn is_include(self) -> bool {
        matches!(self, Self::Include | Self::Redefine)
    }
}

#[derive(Debug)]
pub(crate) struct Import<'a> {
    pub(crate) kind: ImportKind,
    pub(crate) namespace: Option<Ns>,
    pub(crate) location: Option<Str<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) parts: Vec<Part<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) element: Option<Name<'a>>,
    pub(crate) type_name: Option<Name<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct PortType<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) documentation: Option<String>,
    pub(crate) operations: Vec<Operation<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Operation<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) documentation: Option<String>,
    pub(crate) input: Option<OperationMessage<'a>>,
    pub(crate) output: Option<OperationMessage<'a>>,
    /// Whether the output is before the input, which means solicit-response.
    pub(crate) output_first: bool,
    pub(crate) faults: Vec<OperationMessage<'a>>,
    pub(crate) parameter_order: Vec<Str<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct OperationMessage<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) message: Name<'a>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Binding<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) port_type: Name<'a>,
    pub(crate) protocol: Protocol,
    pub(crate) transport: Option<Str<'a>>,
    pub(crate) style: Style,
    pub(crate) documentation: Option<String>,
    pub(crate) operations: Vec<BindingOperation<'a>>,
    /// Operations that require an extension that is not supported.
    pub(crate) unsupported: Vec<Unsupported<'a>>,
    pub(crate) position: Position,
}

/// A bound operation that requires an extension that is not supported.
#[derive(Debug)]
pub(crate) struct Unsupported<'a> {
    pub(crate) operation: Str<'a>,
    pub(crate) reason: String,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct BindingOperation<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) soap_action: Option<Str<'a>>,
    pub(crate) style: Option<Style>,
    pub(crate) input: Option<BindingMessage<'a>>,
    pub(crate) output: Option<BindingMessage<'a>>,
    pub(crate) faults: Vec<BindingFault<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct BindingMessage<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) body_use: Use,
    pub(crate) body_parts: Option<Vec<Str<'a>>>,
    pub(crate) body_namespace: Option<Ns>,
    pub(crate) headers: Vec<Header<'a>>,
    pub(crate) multipart: bool,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Header<'a> {
    pub(crate) message: Name<'a>,
    pub(crate) part: Str<'a>,
    pub(crate) header_use: Use,
    pub(crate) faults: Vec<Header<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct BindingFault<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) fault_use: Use,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Service<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) documentation: Option<String>,
    pub(crate) ports: Vec<Port<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Port<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) binding: Name<'a>,
    pub(crate) address: Option<Str<'a>>,
    pub(crate) documentation: Option<String>,
    pub(crate) position: Position,
}

/// `xsd:schema`.
#[derive(Debug)]
pub(crate) struct Schema<'a> {
    pub(crate) file: usize,
    /// The target namespace. For a chameleon include, it is that of the including schema.
    pub(crate) target: Ns,
    /// Whether names without a prefix and default namespace belong to `target`.
    pub(crate) chameleon: bool,
    /// Whether the schema is built in. Its definitions are resolved only if something refers to
    /// them.
    pub(crate) built_in: bool,
    pub(crate) element_qualified: bool,
    pub(crate) attribute_qualified: bool,
    pub(crate) documentation: Option<String>,
    pub(crate) imports: Vec<Import<'a>>,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) redefines: Vec<Redefine>,
    pub(crate) position: Position,
}

/// `xsd:redefine`. Its document is among the imports of the schema.
#[derive(Debug)]
pub(crate) struct Redefine {
    /// The index of the import in the schema.
    pub(crate) import: usize,
    /// The redefined file, once it is known.
    pub(crate) file: Option<usize>,
    /// The items of the schema that are its definitions.
    pub(crate) items: Range<usize>,
    pub(crate) position: Position,
}

/// A global definition or declaration.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    Element(Element<'a>),
    Attribute(Attribute<'a>),
    Type(Type<'a>),
    Group(Group<'a>),
    AttributeGroup(AttributeGroup<'a>),
}

#[derive(Debug)]
pub(crate) enum Type<'a> {
    Simple(SimpleType<'a>),
    Complex(Box<ComplexType<'a>>),
}

#[derive(Debug)]
pub(crate) struct Element<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) reference: Option<Name<'a>>,
    pub(crate) type_name: Option<Name<'a>>,
    pub(crate) anonymous: Option<Box<Type<'a>>>,
    pub(crate) substitution: Option<Name<'a>>,
    pub(crate) qualified: Option<bool>,
    pub(crate) nillable: bool,
    pub(crate) is_abstract: bool,
    pub(crate) default: Option<Str<'a>>,
    pub(crate) fixed: Option<Str<'a>>,
    pub(crate) documentation: Option<String>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) reference: Option<Name<'a>>,
    pub(crate) type_name: Option<Name<'a>>,
    pub(crate) anonymous: Option<Box<SimpleType<'a>>>,
    pub(crate) qualified: Option<bool>,
    pub(crate) usage: Usage,
    pub(crate) default: Option<Str<'a>>,
    pub(crate) fixed: Option<Str<'a>>,
    /// `wsdl:arrayType`: the type of the items, and the dimensions.
    pub(crate) array_type: Option<(Name<'a>, Str<'a>)>,
    pub(crate) documentation: Option<String>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct Group<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) particle: Option<Particle<'a>>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct AttributeGroup<'a> {
    pub(crate) name: Str<'a>,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) position: Position,
}

#[derive(Debug, Default)]
pub(crate) struct Attributes<'a> {
    pub(crate) items: Vec<AttributeItem<'a>>,
    pub(crate) any: Option<Wildcard>,
}

#[derive(Debug)]
pub(crate) enum AttributeItem<'a> {
    Attribute(Box<Attribute<'a>>),
    Group(Name<'a>, Position),
}

#[derive(Debug)]
pub(crate) struct SimpleType<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) documentation: Option<String>,
    pub(crate) variety: Variety<'a>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) enum Variety<'a> {
    Restriction(
        Option<Name<'a>>,
        Option<Box<SimpleType<'a>>>,
        Box<Facets<'a>>,
    ),
    List(Option<Name<'a>>, Option<Box<SimpleType<'a>>>),
    Union(Vec<Name<'a>>, Vec<SimpleType<'a>>),
}

#[derive(Debug, Default)]
pub(crate) struct Facets<'a> {
    pub(crate) enumerations: Vec<Enumeration<'a>>,
    pub(crate) patterns: Vec<Str<'a>>,
    pub(crate) length: Option<u64>,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) min_inclusive: Option<Str<'a>>,
    pub(crate) max_inclusive: Option<Str<'a>>,
    pub(crate) min_exclusive: Option<Str<'a>>,
    pub(crate) max_exclusive: Option<Str<'a>>,
    pub(crate) total_digits: Option<u64>,
    pub(crate) fraction_digits: Option<u64>,
    pub(crate) white_space: Option<WhiteSpace>,
}

#[derive(Debug)]
pub(crate) struct Enumeration<'a> {
    pub(crate) value: Str<'a>,
    /// The value as a QName, if it is one whose prefix is declared.
    pub(crate) name: Option<Name<'a>>,
    pub(crate) documentation: Option<String>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) struct ComplexType<'a> {
    pub(crate) name: Option<Str<'a>>,
    pub(crate) documentation: Option<String>,
    pub(crate) is_abstract: bool,
    pub(crate) mixed: bool,
    pub(crate) derivation: Option<(DerivationMethod, Name<'a>)>,
    pub(crate) content: Content<'a>,
    pub(crate) attributes: Attributes<'a>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) enum Content<'a> {
    Elements(Option<Particle<'a>>),
    /// The inline type of a restriction, and the facets.
    Simple(Option<Box<SimpleType<'a>>>, Facets<'a>),
}

#[derive(Debug)]
pub(crate) struct Particle<'a> {
    pub(crate) min_occurs: u64,
    pub(crate) max_occurs: Option<u64>,
    pub(crate) term: Term<'a>,
    pub(crate) position: Position,
}

#[derive(Debug)]
pub(crate) enum Term<'a> {
    Element(Box<Element<'a>>),
    Group(Name<'a>),
    Sequence(Vec<Particle<'a>>),
    Choice(Vec<Particle<'a>>),
    All(Vec<Particle<'a>>),
    Any(Wildcard),
}

#[derive(Debug)]
pub(crate) struct Wildcard {
    pub(crate) namespaces: Vec<WildcardItem>,
    pub(crate) process_contents: ProcessContents,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WildcardItem {
    Any,
    Other,
    Target,
    Local,
    Uri(Ns),
}

/// The largest number of notes that are kept.
pub(crate) const NOTES_MAX: usize = 1_000;

/// Builds the raw tree of one document.
pub(crate) struct Builder<'b, 'a> {
    pub(crate) namespaces: &'b mut Namespaces<'a>,
    pub(crate) file: usize,
    /// The namespace of the including schema, if this document has no namespace of its own.
    pub(crate) chameleon: Option<Ns>,
    pub(crate) contents: Contents<'a>,
}

impl<'a> Builder<'_, 'a> {
    fn note(&mut self, node: Node<'_, 'a>, text: impl Into<String>) {
        if self.contents.notes.len() < NOTES_MAX {
            self.contents.notes.push((node.position(), text.into()));
        }
    }

    /// The namespace in an attribute.
    fn namespace(&mut self, node: Node<'_, 'a>, attribute: &str) -> Option<Ns> {
        let uri = node.token(attribute)?;
        Some(self.namespaces.intern(uri))
    }
}

/// The error of an element that is not allowed where it is.
fn unexpected(node: Node<'_, '_>, accepted: &str) -> Error {
    node.error(
        ErrorKind::Invalid,
        format!("the element {} is not allowed here", quoted(node.written())),
    )
    .help(format!("allowed here: {accepted}"))
}

/// The trimmed text of documentation, without the common indentation of its lines.
fn plain_text(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let first = lines.iter().position(|line| !is_blank(line))?;
    let last = lines.iter().rposition(|line| !is_blank(line))?;
    // The first line may directly follow the tag, so it does not show the indentation.
    let indentation = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common = lines[first.max(1)..=last.max(1).min(lines.len() - 1)]
        .iter()
        .filter(|line| !is_blank(line))
        .map(indentation)
        .min()
        .unwrap_or(0);
    let mut plain = String::new();
    for (index, line) in lines.iter().enumerate().take(last + 1).skip(first) {
        let line = match index {
            0 => line.trim_start(),
            _ => line.get(common..).unwrap_or_default(),
        };
        if index > first {
            plain.push('\n');
        }
        plain.push_str(line);
    }
    Some(plain.trim().to_string())
}

/// Joins the documentation elements of one construct.
fn add_documentation(documentation: &mut Option<String>, node: Node<'_, '_>) {
    if let Some(text) = plain_text(&node.text()) {
        match documentation {
            Some(all) => {
                all.push('\n');
                all.push_str(&text);
            }
            None => *documentation = Some(text),
        }
    }
}
