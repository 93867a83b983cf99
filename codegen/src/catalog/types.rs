//! The data of a catalog.

use std::fmt;
use std::sync::Arc;

use saponify_wsdl::model::Builtin;

/// What a WSDL contains, as far as the options select it, and what is generated from it.
///
/// Types, enumerations and operations are sorted by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Catalog {
    /// The name of the file.
    pub source: String,
    /// The product that the leading comment of the WSDL names, such as `Salesforce.com Enterprise Web
    /// Services API Version 64.0`; empty if there is no such comment.
    pub product: String,
    /// The API version of the leading comment, such as `64.0`; empty if there is none.
    pub api_version: String,
    /// Whether Salesforce still serves this version, in words: `supported`, `retired with Summer '25`;
    /// empty if there is no version.
    pub api_status: String,
    /// When the WSDL was generated, as the leading comment says; empty if it does not.
    pub generated: String,
    /// The installed packages that the leading comment lists.
    pub packages: Vec<Package>,
    /// The services.
    pub services: Vec<Service>,
    /// Objects, structs, choices and abstract types. Bodies of messages are not among them, because
    /// their content is that of the operations.
    pub types: Vec<Type>,
    /// The enumerations.
    pub enumerations: Vec<Enumeration>,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// An installed package.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version, such as `1.7`; empty if the WSDL does not say.
    pub version: String,
    /// Its namespace, which is the prefix of its objects and fields; empty if the WSDL does not say.
    pub namespace: String,
}

/// A service, or the port of it that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// Its name in the WSDL.
    pub name: String,
    /// The Rust type of its client.
    pub rust: String,
    /// Its address; empty if the WSDL has none.
    pub endpoint: String,
    /// Whether it speaks SOAP 1.2, not 1.1.
    pub soap12: bool,
}

/// What a type is in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TypeKind {
    /// An sObject: a view over a record.
    Object,
    /// A struct.
    Struct,
    /// An enum with a variant for each branch of a choice.
    Choice,
    /// An enum with a variant for each type that derives from it.
    Abstract,
}

/// An object or another type with fields.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Type {
    /// Its name in the WSDL. Names of anonymous types are paths: `Order.line`.
    pub name: String,
    /// The namespace of the schema.
    pub namespace: String,
    /// Its path in Rust, such as `sobjects::Account`.
    pub rust: String,
    /// What it is in Rust.
    pub kind: TypeKind,
    /// The name of the type from which it derives.
    pub base: Option<String>,
    /// The names of the types that derive from it.
    pub derived: Vec<String>,
    /// Its fields, those of its bases first. Branches, if it is a choice.
    pub fields: Vec<Field>,
    /// Whether its elements may be in any order (`xsd:all`).
    pub any_order: bool,
    /// Whether requests or their headers can contain values of it.
    pub sent: bool,
    /// Whether responses, their headers or faults can contain values of it.
    pub received: bool,
    /// What the WSDL says about it.
    pub documentation: Option<String>,
}

/// A field of a type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Its name in the WSDL.
    pub name: String,
    /// The namespace of the element or attribute on the wire, which `form` and `elementFormDefault`
    /// decide; empty if it has none.
    pub namespace: Arc<str>,
    /// What it holds.
    pub content: Content,
    /// The name of its type in the WSDL, such as `string`, `ID` or `Account`.
    pub type_name: String,
    /// Whether it may be absent.
    pub optional: bool,
    /// Whether it may be nil.
    pub nillable: bool,
    /// Whether it may occur more than once.
    pub repeated: bool,
    /// Whether it is an attribute.
    pub attribute: bool,
    /// The value of `fixed` or `default`.
    pub default: Option<String>,
    /// The facets that restrict its values: those of its type first, then those of the bases.
    pub facets: Arc<[Facet]>,
    /// The field, variant or getter in Rust; empty if there is none.
    pub rust: String,
    /// The key of an object's field, such as `NAME`; empty for other types.
    pub key: String,
    /// The setter of an object's field, such as `with_name`; empty if there is none.
    pub setter: String,
    /// The Rust type: that of the field, or what the getter returns.
    pub rust_type: String,
    /// What the WSDL says about it.
    pub documentation: Option<String>,
}

/// A facet of a simple type (XML Schema part 2, section 4.3). It prints as `maxLength 80`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facet {
    /// Its name in the schema, such as `maxLength`. Enumerations are no facets here.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.value)
    }
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A value of a built-in simple type.
    Simple(Builtin),
    /// A Salesforce record id.
    RecordId,
    /// A value of the enumeration of this name.
    Enumeration(String),
    /// A value of the type of this name.
    Type(String),
    /// The parent record, an object of this name. The name is that of the base of all objects if the
    /// parent may be of several types.
    Parent(String),
    /// The rows of a child relationship.
    Children,
    /// A value of any type, or any element.
    Any,
}

/// An enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Enumeration {
    /// Its name in the WSDL.
    pub name: String,
    /// The namespace of the schema.
    pub namespace: String,
    /// Its path in Rust.
    pub rust: String,
    /// Its values, in the order of the WSDL.
    pub values: Vec<EnumerationValue>,
    /// Whether requests or their headers can contain it.
    pub sent: bool,
    /// Whether responses, their headers or faults can contain it.
    pub received: bool,
    /// What the WSDL says about it.
    pub documentation: Option<String>,
}

/// A value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnumerationValue {
    /// Its text.
    pub value: String,
    /// Its variant in Rust.
    pub rust: String,
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Operation {
    /// Its name in the WSDL.
    pub name: String,
    /// The name of its input, which tells overloads apart.
    pub input: String,
    /// The method in Rust.
    pub rust: String,
    /// The SOAP action.
    pub action: String,
    /// The element of the request as `{namespace}name`; empty if the arguments stand in the body by
    /// themselves.
    pub request: String,
    /// The element of the response as `{namespace}name`; empty if there is none, if the results stand
    /// in the body by themselves, or if its name means nothing.
    pub response: String,
    /// How its messages are written, such as `document literal`.
    pub style: String,
    /// Its arguments, in order.
    pub arguments: Vec<Field>,
    /// Whether the arguments may be sent in any order (`xsd:all`).
    pub any_order: bool,
    /// Its results, in order.
    pub results: Vec<Field>,
    /// The Rust type of its result; `()` if it has none.
    pub rust_result: String,
    /// Headers of the request.
    pub headers: Vec<Header>,
    /// Headers of the response.
    pub output_headers: Vec<Header>,
    /// The faults that it declares.
    pub faults: Vec<Header>,
    /// What the WSDL says about it.
    pub documentation: Option<String>,
}

/// A header or a fault of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Header {
    /// Its element in the WSDL.
    pub name: String,
    /// The namespace of the element.
    pub namespace: String,
    /// Its Rust type; empty if none is generated.
    pub rust: String,
}

impl Catalog {
    /// The objects, sorted by name.
    pub fn objects(&self) -> impl Iterator<Item = &Type> {
        self.types.iter().filter(|ty| ty.kind == TypeKind::Object)
    }

    /// The fields of all objects that hold a record of an object: pairs of an object and its field.
    pub fn references_to<'c>(
        &'c self,
        object: &'c str,
    ) -> impl Iterator<Item = (&'c Type, &'c Field)> {
        let fields = self
            .objects()
            .flat_map(|ty| ty.fields.iter().map(move |field| (ty, field)));
        fields.filter(
            move |(_, field)| matches!(&field.content, Content::Parent(name) if name == object),
        )
    }

    /// The object with a name, whatever the case of its letters.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&Type> {
        self.objects()
            .find(|object| object.name.eq_ignore_ascii_case(name))
    }
}

impl Type {
    /// The fields that hold parent records.
    pub fn parents(&self) -> impl Iterator<Item = &Field> {
        let fields = self.fields.iter();
        fields.filter(|field| matches!(field.content, Content::Parent(_)))
    }

    /// The fields that hold rows of child relationships.
    pub fn children(&self) -> impl Iterator<Item = &Field> {
        let fields = self.fields.iter();
        fields.filter(|field| field.content == Content::Children)
    }

    /// The field with a name, whatever the case of its letters.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter();
        fields.find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

impl Field {
    /// Its type and how often it occurs, in the words of the schema: `string, nillable`.
    #[must_use]
    pub fn description(&self) -> String {
        let mut text = match &self.content {
            Content::Children => "child rows".to_owned(),
            Content::Parent(_) => format!("parent {}", self.type_name),
            _ => self.type_name.clone(),
        };
        for (is_set, word) in [
            (self.attribute, "attribute"),
            (self.repeated, "repeated"),
            (self.optional, "optional"),
            (self.nillable, "nillable"),
        ] {
            if is_set {
                text.push_str(", ");
                text.push_str(word);
            }
        }
        // All record ids have the same facets.
        if !self.facets.is_empty() && self.content != Content::RecordId {
            text.push_str(", ");
            text.push_str(&self.facets_as_text());
        }
        text
    }

    /// The facets, separated by commas.
    #[must_use]
    pub fn facets_as_text(&self) -> String {
        let facets: Vec<String> = self.facets.iter().map(Facet::to_string).collect();
        facets.join(", ")
    }
}
