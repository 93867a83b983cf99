//! Makes a catalog of a selection and of the plan that was made of it.

use std::collections::HashMap;
use std::sync::Arc;

use saponify_wsdl::model::{Content as ModelContent, NsId, Term, TypeId, TypeKind as ModelKind};

use super::facets::FacetsOfTypes;
use super::reach::Reach;
use super::rust::RustTypes;
use super::types::{
    Catalog, Content, Enumeration, EnumerationValue, Field, Header, Operation, Package, Service,
    Type, TypeKind,
};
use crate::content::{Member, NO_NS, NodeKind};
use crate::names::Names;
use crate::plan::{self, Item, Plan, TypeRef, type_name};
use crate::salesforce::versions;
use crate::select::{self, Origin, Selection, Shape, ShapeId, ShapeKind, ValueType};

/// What a catalog is made of.
pub(super) struct Builder<'p, 'm> {
    selection: &'p Selection<'m>,
    plan: &'p Plan<'m>,
    names: &'p Names,
    /// The generated types, by module and name.
    items: HashMap<(&'p str, &'p str), &'p Item<'m>>,
    sent: Reach,
    received: Reach,
    facets: FacetsOfTypes<'p, 'm>,
    /// The URIs of the namespaces, which many fields share.
    namespaces: Vec<Arc<str>>,
    no_namespace: Arc<str>,
}

impl<'p, 'm> Builder<'p, 'm> {
    pub(super) fn new(selection: &'p Selection<'m>, names: &'p Names, plan: &'p Plan<'m>) -> Self {
        let items = plan.modules.iter().flat_map(|module| {
            let items = module.items.iter();
            items.map(|item| ((module.name.as_str(), item.ident()), item))
        });
        let namespaces = selection.model.namespaces.iter();
        Self {
            selection,
            plan,
            names,
            items: items.collect(),
            sent: Reach::of_requests(selection),
            received: Reach::of_responses(selection),
            facets: FacetsOfTypes::new(selection),
            namespaces: namespaces.map(|ns| Arc::from(ns.uri.as_str())).collect(),
            no_namespace: Arc::from(""),
        }
    }

    pub(super) fn catalog(&self) -> Catalog {
        let header = &self.plan.header;
        let mut rust = RustTypes::new(self.plan);
        let mut types: Vec<Type> = self
            .selection
            .ids()
            .filter_map(|(id, shape)| self.of_shape(id, shape, &mut rust))
            .collect();
        types.sort_by(|a, b| (&a.name, &a.namespace).cmp(&(&b.name, &b.namespace)));
        let mut enumerations: Vec<Enumeration> = self
            .selection
            .enums
            .iter()
            .filter_map(|id| self.enumeration(*id))
            .collect();
        enumerations.sort_by(|a, b| (&a.name, &a.namespace).cmp(&(&b.name, &b.namespace)));
        let operations = self.selection.operations.iter().zip(&self.plan.operations);
        let mut operations: Vec<Operation> = operations
            .map(|(operation, planned)| self.operation(operation, planned, &mut rust))
            .collect();
        operations.sort_by(|a, b| (&a.name, &a.input).cmp(&(&b.name, &b.input)));
        let services = self.plan.services.iter().map(|service| Service {
            name: service.name.to_owned(),
            rust: service.ident.clone(),
            endpoint: service.endpoint.to_owned(),
            soap12: service.soap12,
        });
        Catalog {
            source: header.source.clone(),
            product: header.comment.product.to_owned(),
            api_version: header.comment.api_version.to_owned(),
            api_status: versions::status(header.comment.api_version),
            generated: header.comment.generated.to_owned(),
            packages: header
                .comment
                .packages
                .iter()
                .copied()
                .map(package)
                .collect(),
            services: services.collect(),
            types,
            enumerations,
            operations,
        }
    }

    /// The type that a shape becomes, if it becomes one.
    fn of_shape(
        &self,
        id: ShapeId,
        shape: &Shape<'m>,
        rust: &mut RustTypes<'p, 'm>,
    ) -> Option<Type> {
        let kind = match shape.kind {
            ShapeKind::View => TypeKind::Object,
            ShapeKind::Struct => TypeKind::Struct,
            ShapeKind::Choice => TypeKind::Choice,
            ShapeKind::Abstract => TypeKind::Abstract,
            ShapeKind::OpenBase | ShapeKind::TableOnly => return None,
        };
        let module = self.names.modules.get(&shape.ns)?.as_str();
        let ident = self.names.shapes.get(id.0 as usize)?.ty.as_str();
        let item: &'p Item<'m> = self.items.get(&(module, ident)).copied()?;
        let fields = match item {
            Item::View(view) => view
                .fields
                .iter()
                .filter_map(|field| {
                    let member = shape.members.get(field.index)?;
                    let mut content = self.content(member);
                    if field.is_child_rows {
                        content = Content::Children;
                    }
                    Some(Field {
                        rust: field.getter.clone(),
                        key: field.key.clone(),
                        setter: field.setter.clone().unwrap_or_default(),
                        rust_type: rust.of_getter(field),
                        content,
                        ..self.field(member)
                    })
                })
                .collect(),
            Item::Struct(structure) => self.fields(&shape.members, &structure.fields, rust),
            Item::Choice(choice) => self.fields(&shape.members, &choice.variants, rust),
            Item::Abstract(_) | Item::Enum(_) => Vec::new(),
        };
        let name = |id: ShapeId| self.selection.shape(id).name_path().join(".");
        let mut derived: Vec<String> = shape.derived.iter().map(|id| name(*id)).collect();
        derived.sort_unstable();
        Some(Type {
            name: shape.name_path().join("."),
            namespace: self.selection.uri(shape.ns).to_owned(),
            rust: format!("{module}::{ident}"),
            kind,
            base: shape.base.map(name),
            derived,
            fields,
            any_order: self.any_order(shape),
            sent: self.sent.has(id),
            received: self.received.has(id),
            documentation: shape.documentation.map(str::to_owned),
        })
    }

    fn fields(
        &self,
        members: &[Member<'m>],
        fields: &'p [plan::Field<'m>],
        rust: &mut RustTypes<'p, 'm>,
    ) -> Vec<Field> {
        let pairs = members.iter().zip(fields);
        pairs
            .map(|(member, field)| Field {
                rust: field.ident.clone(),
                rust_type: rust.of_field(&field.ty),
                ..self.field(member)
            })
            .collect()
    }

    /// A member without what it is in Rust.
    fn field(&self, member: &Member<'m>) -> Field {
        let model = self.selection.model;
        let content = self.content(member);
        let type_name = match (&content, member.type_id()) {
            (_, Some(id)) => type_name(model, id).to_owned(),
            (Content::Type(name), None) => name.clone(),
            (Content::Simple(builtin), None) => builtin.name().to_owned(),
            (_, None) => "any".to_owned(),
        };
        Field {
            name: member.name.to_string(),
            namespace: self.namespace(member.ns),
            content,
            type_name,
            optional: member.occurs.optional,
            nillable: member.occurs.nillable,
            repeated: member.occurs.repeated || self.selection.list_of(member).is_some(),
            attribute: member.node == NodeKind::Attribute,
            default: member.value_constraint.map(|value| value.text.to_owned()),
            facets: self.facets.of(member.type_id()),
            rust: String::new(),
            key: String::new(),
            setter: String::new(),
            rust_type: String::new(),
            documentation: member.documentation.map(str::to_owned),
        }
    }

    fn namespace(&self, ns: NsId) -> Arc<str> {
        let uri = match ns {
            NO_NS => None,
            ns => self.namespaces.get(ns.0 as usize),
        };
        Arc::clone(uri.unwrap_or(&self.no_namespace))
    }

    /// Whether the elements of a shape are those of an `xsd:all`.
    fn any_order(&self, shape: &Shape<'m>) -> bool {
        let model = self.selection.model;
        let id = match shape.origin {
            Origin::Type(id) => id,
            Origin::Element(id) => model.element(id).type_id,
            Origin::Group(_) | Origin::Message(..) => return false,
        };
        let ModelKind::Complex(complex) = &model.type_def(id).kind else {
            return false;
        };
        matches!(&complex.content, ModelContent::Elements(content) if matches!(content.term, Term::All(_)))
    }

    fn content(&self, member: &Member<'m>) -> Content {
        let selection = self.selection;
        let value = selection
            .item_type(member)
            .or_else(|| selection.value_type(member));
        match value {
            None | Some(ValueType::Any) => Content::Any,
            Some(ValueType::Simple(builtin)) => Content::Simple(builtin),
            Some(ValueType::RecordId) => Content::RecordId,
            Some(ValueType::Enum(id)) => {
                Content::Enumeration(selection.model.type_def(id).name.local().to_owned())
            }
            Some(ValueType::Shape(id)) => {
                let shape = selection.shape(id);
                let name = shape.name_path().join(".");
                match shape.kind.is_record() {
                    true => Content::Parent(name),
                    false => Content::Type(name),
                }
            }
        }
    }

    fn enumeration(&self, id: TypeId) -> Option<Enumeration> {
        let names = self.names.enums.get(&id)?;
        let def = self.selection.model.type_def(id);
        let module = self.names.modules.get(&def.name.ns())?;
        let values = self.selection.values(id).iter().zip(&names.variants);
        Some(Enumeration {
            name: def.name.local().to_owned(),
            namespace: self.selection.uri(def.name.ns()).to_owned(),
            rust: format!("{module}::{}", names.ty),
            values: values
                .map(|(value, rust)| EnumerationValue {
                    value: value.value.clone(),
                    rust: rust.clone(),
                })
                .collect(),
            sent: self.sent.has_enum(id),
            received: self.received.has_enum(id),
            documentation: def.documentation.clone(),
        })
    }

    fn operation(
        &self,
        operation: &'p select::Operation<'m>,
        planned: &'p plan::Operation<'m>,
        rust: &mut RustTypes<'p, 'm>,
    ) -> Operation {
        let request = self.selection.shape(operation.request);
        let arguments = request.members.iter().zip(&planned.arguments);
        let response = self.selection.shape(operation.response);
        let headers = |ids: &[ShapeId], parts: &[plan::Part]| {
            let mut headers: Vec<Header> = ids
                .iter()
                .zip(parts)
                .map(|(id, part)| Header {
                    name: self.selection.shape(*id).name.to_string(),
                    namespace: self.selection.uri(self.selection.shape(*id).ns).to_owned(),
                    rust: part.ty.as_ref().map(TypeRef::to_string).unwrap_or_default(),
                })
                .collect();
            headers.sort();
            headers
        };
        let style = &operation.style;
        let element = |shape: &Shape<'m>, has_name: bool| match has_name {
            true => format!("{{{}}}{}", self.selection.uri(shape.ns), shape.name),
            false => String::new(),
        };
        let words = [
            (style.rpc, "rpc"),
            (!style.rpc, "document"),
            (style.encoded, "encoded"),
            (!style.encoded, "literal"),
            (style.bare_request, "bare request"),
            (style.bare_response, "bare response"),
            (style.one_way, "one-way"),
        ];
        let words = words.iter().filter(|(is_set, _)| *is_set);
        Operation {
            name: operation.name.to_owned(),
            input: operation.input.to_owned(),
            rust: planned.method.clone(),
            action: operation.action.to_owned(),
            request: element(request, !style.bare_request),
            // The element of an rpc response may have any name (SOAP 1.1 section 7.1).
            response: element(
                response,
                !style.bare_response && !style.rpc && !style.one_way,
            ),
            style: words.map(|(_, word)| *word).collect::<Vec<_>>().join(" "),
            arguments: arguments
                .map(|(member, argument)| Field {
                    rust: argument.ident.clone(),
                    rust_type: rust.of_argument(argument),
                    ..self.field(member)
                })
                .collect(),
            any_order: self.any_order(request),
            results: response.members.iter().map(|m| self.field(m)).collect(),
            rust_result: match &planned.output {
                Some(output) => rust.of_field(output),
                None => "()".to_owned(),
            },
            headers: headers(&operation.headers, &planned.headers),
            output_headers: headers(&operation.output_headers, &planned.output_headers),
            faults: headers(&operation.faults, &planned.faults),
            documentation: operation.documentation.map(str::to_owned),
        }
    }
}

/// `Name (Version: 1.7, Namespace: ns)`.
fn package(text: &str) -> Package {
    let bare = |name: &str| Package {
        name: name.to_owned(),
        version: String::new(),
        namespace: String::new(),
    };
    let inner = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once(" ("));
    let Some((name, details)) = inner else {
        return bare(text);
    };
    let mut package = bare(name);
    for detail in details.split(", ") {
        match detail.split_once(": ") {
            Some(("Version", version)) => package.version = version.to_owned(),
            Some(("Namespace", namespace)) => package.namespace = namespace.to_owned(),
            _ => return bare(text),
        }
    }
    package
}

#[cfg(test)]
mod tests {
    use super::package;

    #[test]
    fn of_a_package() {
        let known = package("Whistles (Pro) (Version: 2.0, Namespace: whi)");
        assert_eq!(
            (&*known.name, &*known.version, &*known.namespace),
            ("Whistles (Pro)", "2.0", "whi")
        );
        let odd = package("Bells (and more)");
        assert_eq!((&*odd.name, &*odd.version), ("Bells (and more)", ""));
    }
}
