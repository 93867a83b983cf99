//! From services, ports and bindings to the operations that the runtime can call.

use std::collections::{BTreeMap, HashSet};

use saponify_wsdl::model::{
    Binding, BindingId, BindingMessage, BindingOperation, Builtin, Content, ElementId,
    HeaderBinding, Model, NsId, OperationMessage, PartTarget, Particle, PortTypeId, Protocol,
    Style as BodyStyle, Term, TypeId, TypeKind, Use as Encoding,
};

use super::builder::Builder;
use super::types::Style;
use crate::content::Substitutes;
use crate::error::Error;

/// A service and the port that is used, before shapes are known.
#[derive(Debug)]
pub(super) struct BoundService<'m> {
    port_type_id: PortTypeId,
    pub(super) name: &'m str,
    pub(super) port: &'m str,
    pub(super) port_type: &'m str,
    pub(super) endpoint: &'m str,
    pub(super) documentation: Option<&'m str>,
    pub(super) soap12: bool,
    /// The services and names of other ports with the same port type and version of SOAP.
    pub(super) others: Vec<(&'m str, &'m str)>,
    /// An earlier service that has the same operations. The list of this service is then empty.
    pub(super) same_as: Option<usize>,
    pub(super) operations: Vec<BoundOperation<'m>>,
}

/// An operation of a binding, before shapes are known.
#[derive(Debug, PartialEq)]
pub(super) struct BoundOperation<'m> {
    pub(super) name: &'m str,
    pub(super) input: &'m str,
    pub(super) action: &'m str,
    pub(super) style: Style,
    pub(super) documentation: Option<&'m str>,
    pub(super) request: Body<'m>,
    pub(super) response: Body<'m>,
    pub(super) headers: Vec<ElementId>,
    pub(super) output_headers: Vec<ElementId>,
    pub(super) faults: Vec<PartTarget>,
}

/// The content of a SOAP body.
#[derive(Debug, PartialEq)]
pub(super) enum Body<'m> {
    /// A global element whose type is a sequence of elements and nothing else. These elements are the
    /// arguments or the results.
    Element(ElementId),
    /// One element per part. If `bare`, they are children of the SOAP body itself; otherwise of an
    /// element that the style of the operation prescribes.
    Synthetic {
        name: String,
        ns: NsId,
        parts: Vec<(&'m str, PartTarget)>,
        bare: bool,
    },
}

/// The services whose ports speak SOAP, one for each port type and version of SOAP.
pub(super) fn bound<'m>(
    model: &'m Model,
    builder: &mut Builder<'m, '_>,
) -> Result<Vec<BoundService<'m>>, Error> {
    let mut services: Vec<BoundService<'m>> = Vec::new();
    let derived = (0..model.types.len() as u32).filter_map(|id| model.base(TypeId(id)));
    let bases: HashSet<TypeId> = derived.collect();
    for (port_type, port) in ports(model, builder) {
        let definition = model.port_type(port_type);
        let binding = model.binding(port.binding);
        let (mut operations, mut refused) = (Vec::new(), 0);
        for bound in &binding.operations {
            let included = builder.include.operations.matches(&bound.name);
            let excluded = builder.exclude.operations.matches(&bound.name);
            if excluded || !(included || builder.include.operations.is_empty()) {
                continue;
            }
            match operation(model, builder, port_type, bound, &bases) {
                Ok(operation) => operations.push(operation),
                Err(reason) => {
                    refused += 1;
                    builder.note(format!(
                        "operation `{}` is left out: {reason}",
                        bound.name.escape_debug()
                    ));
                }
            }
        }
        // A client without operations would be useless.
        if operations.is_empty() && refused > 0 {
            continue;
        }
        // .NET offers the same messages over both versions of SOAP. They share their tables.
        let same_as = services.iter().position(|service| {
            service.port_type_id == port_type
                && service.same_as.is_none()
                && service.operations == operations
        });
        if same_as.is_some() {
            operations.clear();
        }
        services.push(BoundService {
            port_type_id: port_type,
            soap12: binding.protocol == Protocol::Soap12,
            same_as,
            name: port.service,
            port: port.name,
            port_type: &definition.name.local,
            endpoint: port.endpoint,
            documentation: port.documentation,
            others: port.others,
            operations,
        });
    }
    let names = || {
        let bindings = model
            .bindings
            .iter()
            .flat_map(|binding| &binding.operations);
        bindings.map(|operation| operation.name.as_str()).collect()
    };
    builder.include.operations.check(names)?;
    // An operation that the reader left out may be excluded all the same.
    for name in &model.left_out {
        builder.exclude.operations.matches(name);
    }
    builder.exclude.operations.check(names)?;
    Ok(services)
}

/// A port, or a binding that no port uses.
struct Port<'m> {
    service: &'m str,
    name: &'m str,
    endpoint: &'m str,
    documentation: Option<&'m str>,
    binding: BindingId,
    /// The services and names of ports that are left out for this one.
    others: Vec<(&'m str, &'m str)>,
}

/// The port to use for each port type and version of SOAP: the first one in document order that has an
/// address, or else the first one.
fn ports<'m>(model: &'m Model, builder: &mut Builder<'m, '_>) -> Vec<(PortTypeId, Port<'m>)> {
    let mut all = Vec::new();
    for service in &model.services {
        for port in &service.ports {
            all.push(Port {
                service: &service.name.local,
                name: &port.name,
                endpoint: port.address.as_deref().unwrap_or_default(),
                documentation: port
                    .documentation
                    .as_deref()
                    .or(service.documentation.as_deref()),
                binding: port.binding,
                others: Vec::new(),
            });
        }
    }
    // For port types that no port offers, the bindings themselves.
    let offered: HashSet<PortTypeId> = all
        .iter()
        .map(|port| model.binding(port.binding).port_type)
        .collect();
    for (index, binding) in model.bindings.iter().enumerate() {
        if !offered.contains(&binding.port_type) {
            all.push(Port {
                service: &binding.name.local,
                name: &model.port_type(binding.port_type).name.local,
                endpoint: "",
                documentation: binding.documentation.as_deref(),
                binding: BindingId(index as u32),
                others: Vec::new(),
            });
        }
    }
    let mut best: BTreeMap<(PortTypeId, bool), Port<'m>> = BTreeMap::new();
    for mut port in all {
        let binding: &Binding = model.binding(port.binding);
        let soap12 = match binding.protocol {
            Protocol::Soap11 => false,
            Protocol::Soap12 => true,
            Protocol::Http | Protocol::Other => {
                builder.note("ports that do not speak SOAP are left out");
                continue;
            }
        };
        let place = (binding.port_type, soap12);
        match best.get_mut(&place) {
            Some(known) if !known.endpoint.is_empty() || port.endpoint.is_empty() => {
                if !port.endpoint.is_empty() {
                    builder.note(format!(
                        "port `{}` is left out: another port has the same operations",
                        port.name.escape_debug()
                    ));
                }
                known.others.push((port.service, port.name));
            }
            replaced => {
                if let Some(known) = replaced {
                    port.others = std::mem::take(&mut known.others);
                    port.others.push((known.service, known.name));
                }
                best.insert(place, port);
            }
        }
    }
    best.into_iter()
        .map(|((port_type, _), port)| (port_type, port))
        .collect()
}

/// Why an operation cannot be called.
type Reason = &'static str;

fn operation<'m>(
    model: &'m Model,
    builder: &mut Builder<'m, '_>,
    port_type: PortTypeId,
    bound: &'m BindingOperation,
    bases: &HashSet<TypeId>,
) -> Result<BoundOperation<'m>, Reason> {
    let definition = model
        .port_type(port_type)
        .operations
        .get(bound.operation)
        .ok_or("its port type does not declare it")?;
    let input = definition.input.as_ref().ok_or("it has no input")?;
    let encoded = [&bound.input, &bound.output]
        .iter()
        .any(|m| m.body_use == Encoding::Encoded);
    if bound.input.multipart {
        builder.note("attachments of multipart messages are not sent");
    }
    let rpc = bound.style == BodyStyle::Rpc;
    let ns = bound
        .input
        .body_namespace
        .unwrap_or(model.port_type(port_type).name.ns);
    let wrappers = Wrappers {
        model,
        substitutes: &builder.substitutes,
        bases,
    };
    let body = |message, declared, name, ns| body(&wrappers, bound, message, declared, name, ns);
    let request = body(&bound.input, input, bound.name.clone(), ns);
    let response = format!("{}Response", bound.name);
    let response = match &definition.output {
        Some(output) => {
            let ns = bound.output.body_namespace.unwrap_or(ns);
            body(&bound.output, output, response, ns)
        }
        None => Body::Synthetic {
            name: response,
            ns,
            parts: Vec::new(),
            bare: true,
        },
    };
    let faults = definition.faults.iter().filter_map(|fault| {
        match model.message(fault.message).parts.as_slice() {
            [part] => Some(part.target),
            _ => None,
        }
    });
    let is_bare = |body: &Body<'_>| matches!(body, Body::Synthetic { bare: true, .. });
    Ok(BoundOperation {
        name: &bound.name,
        input: &input.name,
        action: bound.soap_action.as_deref().unwrap_or_default(),
        style: Style {
            bare_request: is_bare(&request),
            bare_response: is_bare(&response),
            rpc,
            encoded,
            one_way: definition.output.is_none(),
        },
        documentation: definition.documentation.as_deref(),
        request,
        response,
        headers: headers(model, builder, &bound.input.headers),
        output_headers: headers(model, builder, &bound.output.headers),
        faults: distinct(faults.chain(header_faults(model, bound))),
    })
}

/// The faults that a service may send about a header.
fn header_faults<'m>(
    model: &'m Model,
    bound: &'m BindingOperation,
) -> impl Iterator<Item = PartTarget> + 'm {
    let headers = bound.input.headers.iter().chain(&bound.output.headers);
    let faults = headers.flat_map(|header| &header.faults);
    faults
        .filter_map(|(message, part)| model.message(*message).parts.get(*part))
        .map(|part| part.target)
}

fn body<'m>(
    wrappers: &Wrappers<'m, '_>,
    bound: &BindingOperation,
    message: &BindingMessage,
    declared: &OperationMessage,
    name: String,
    ns: NsId,
) -> Body<'m> {
    let all = &wrappers.model.message(declared.message).parts;
    let in_header = |index: usize| {
        message
            .headers
            .iter()
            .any(|h| h.message == declared.message && h.part == index)
    };
    let parts: Vec<_> = match &message.body_parts {
        Some(indices) => indices.iter().filter_map(|index| all.get(*index)).collect(),
        None => {
            let parts = all
                .iter()
                .enumerate()
                .filter(|(index, _)| !in_header(*index));
            parts.map(|(_, part)| part).collect()
        }
    };
    let document = bound.style == BodyStyle::Document;
    if let (true, [part]) = (document, parts.as_slice())
        && let PartTarget::Element(id) = part.target
        && wrappers.contains(id)
    {
        return Body::Element(id);
    }
    // In document style, a part that refers to a type becomes an element with the name of the part,
    // as in other toolkits. By WSDL 1.1 it would be the type of the SOAP body itself, and Basic
    // Profile R2204 forbids it.
    let parts = parts
        .iter()
        .map(|part| (part.name.as_str(), part.target))
        .collect();
    Body::Synthetic {
        name,
        ns,
        parts,
        bare: document,
    }
}

/// Recognizes wrappers: elements that only group other elements.
struct Wrappers<'m, 'b> {
    model: &'m Model,
    substitutes: &'b Substitutes,
    /// The types from which others derive.
    bases: &'b HashSet<TypeId>,
}

impl Wrappers<'_, '_> {
    /// Whether an element is a wrapper: its type is a sequence of elements and nothing else.
    fn contains(&self, id: ElementId) -> bool {
        let element = self.model.element(id);
        let ty = element.type_id;
        let steps = std::iter::once(ty).chain(self.model.bases(ty));
        !element.nillable
            && !self.bases.contains(&ty)
            && steps.into_iter().all(|id| self.is_plain(id))
    }

    fn is_plain(&self, id: TypeId) -> bool {
        match &self.model.type_def(id).kind {
            TypeKind::Complex(complex) => {
                let elements = match &complex.content {
                    Content::Empty => true,
                    Content::Simple(_) => false,
                    Content::Elements(particle) => self.is_list(particle),
                };
                elements
                    && !complex.mixed
                    && !complex.is_abstract
                    && complex.attributes.is_empty()
                    && complex.any_attribute.is_none()
            }
            // All complex types derive from `anyType`.
            TypeKind::Builtin(Builtin::AnyType) => true,
            TypeKind::Builtin(_) | TypeKind::Simple(_) => false,
        }
    }

    /// Whether a particle is a sequence of elements for which no other element can be substituted.
    fn is_list(&self, particle: &Particle) -> bool {
        let once = (particle.min_occurs, particle.max_occurs) == (1, Some(1));
        match &particle.term {
            Term::Element(_) => true,
            Term::Ref(id) => !self.substitutes.contains_key(id),
            Term::Sequence(items) | Term::All(items) => {
                once && items.iter().all(|item| self.is_list(item))
            }
            Term::Choice(_) | Term::Any(_) => false,
        }
    }
}

fn headers<'m>(
    model: &'m Model,
    builder: &mut Builder<'m, '_>,
    bindings: &[HeaderBinding],
) -> Vec<ElementId> {
    let targets: Vec<_> = bindings
        .iter()
        .filter_map(|header| model.message(header.message).parts.get(header.part))
        .map(|part| element(part.target))
        .collect();
    if targets.contains(&None) {
        builder.note("headers that refer to a type, not an element, are left out");
    }
    distinct(targets.into_iter().flatten())
}

fn element(target: PartTarget) -> Option<ElementId> {
    match target {
        PartTarget::Element(id) => Some(id),
        PartTarget::Type(_) => None,
    }
}

fn distinct<T: PartialEq>(ids: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for id in ids {
        if !list.contains(&id) {
            list.push(id);
        }
    }
    list
}

impl BoundOperation<'_> {
    /// The global elements of the operation.
    pub(super) fn elements(&self) -> impl Iterator<Item = ElementId> + '_ {
        let bodies = [&self.request, &self.response]
            .into_iter()
            .filter_map(|body| match body {
                Body::Element(id) => Some(*id),
                Body::Synthetic { .. } => None,
            });
        bodies
            .chain(self.headers.iter().copied())
            .chain(self.output_headers.iter().copied())
            .chain(self.faults.iter().copied().filter_map(element))
    }

    /// The elements that are children of the SOAP body itself.
    pub(super) fn bare_elements(&self) -> impl Iterator<Item = ElementId> + '_ {
        let parts = [&self.request, &self.response]
            .into_iter()
            .filter_map(|body| match body {
                Body::Synthetic {
                    parts, bare: true, ..
                } => Some(parts),
                _ => None,
            });
        parts.flatten().filter_map(|(_, target)| element(*target))
    }

    /// The types of the parts of bodies that no element declares, and of faults.
    pub(super) fn part_types<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = TypeId> + 'a {
        let bodies = [&self.request, &self.response]
            .into_iter()
            .filter_map(|body| match body {
                Body::Element(_) => None,
                Body::Synthetic { parts, .. } => Some(parts),
            });
        let parts = bodies.flatten().map(|(_, target)| *target);
        parts
            .chain(self.faults.iter().copied())
            .map(|target| match target {
                PartTarget::Element(id) => model.element(id).type_id,
                PartTarget::Type(id) => id,
            })
    }
}
