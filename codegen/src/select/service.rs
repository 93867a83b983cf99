//! From services, ports and bindings to the operations that the runtime can call.

use std::collections::BTreeMap;

use saponify_wsdl::model::{
    Binding, BindingId, BindingMessage, BindingOperation, ElementId, HeaderBinding, Model, NsId,
    OperationMessage, PartTarget, PortTypeId, Protocol, Style, TypeId, Use as Encoding,
};

use super::{Builder, OPERATIONS};
use crate::error::Error;

/// A bound service before shapes are known.
#[derive(Debug)]
pub(super) struct BoundService<'m> {
    pub(super) name: &'m str,
    pub(super) port: &'m str,
    pub(super) port_type: &'m str,
    pub(super) endpoint: &'m str,
    pub(super) documentation: Option<&'m str>,
    pub(super) operations: Vec<BoundOperation<'m>>,
}

/// A bound operation before shapes are known.
#[derive(Debug)]
pub(super) struct BoundOperation<'m> {
    pub(super) name: &'m str,
    pub(super) action: &'m str,
    pub(super) documentation: Option<&'m str>,
    pub(super) request: Body<'m>,
    pub(super) response: Body<'m>,
    pub(super) headers: Vec<ElementId>,
    pub(super) output_headers: Vec<ElementId>,
    pub(super) faults: Vec<ElementId>,
}

/// What a SOAP body holds.
#[derive(Debug)]
pub(super) enum Body<'m> {
    /// A global element.
    Element(ElementId),
    /// An element that only the operation's style defines, with one child per part.
    Synthetic {
        name: String,
        ns: NsId,
        parts: Vec<(&'m str, PartTarget)>,
    },
}

/// The services whose ports speak SOAP, one per port type.
pub(super) fn bound<'m>(
    model: &'m Model,
    builder: &mut Builder<'m, '_>,
) -> Result<Vec<BoundService<'m>>, Error> {
    let mut services: Vec<BoundService<'m>> = Vec::new();
    for (port_type, port) in ports(model, builder) {
        let definition = model.port_type(port_type);
        let binding = model.binding(port.binding);
        let mut operations = Vec::new();
        for bound in &binding.operations {
            let included = builder.include[OPERATIONS].matches(&bound.name);
            let excluded = builder.exclude[OPERATIONS].matches(&bound.name);
            if excluded || !(included || builder.include[OPERATIONS].is_empty()) {
                continue;
            }
            match operation(model, builder, port_type, bound) {
                Ok(operation) => operations.push(operation),
                Err(reason) => builder.note(format!(
                    "operation `{}` is left out: {reason}",
                    bound.name.escape_debug()
                )),
            }
        }
        services.push(BoundService {
            name: port.service,
            port: port.name,
            port_type: &definition.name.local,
            endpoint: port.endpoint,
            documentation: port.documentation,
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
    builder.include[OPERATIONS].check(names)?;
    builder.exclude[OPERATIONS].check(names)?;
    Ok(services)
}

/// A port, or a binding that no port uses.
struct Port<'m> {
    service: &'m str,
    name: &'m str,
    endpoint: &'m str,
    documentation: Option<&'m str>,
    binding: BindingId,
}

/// The best port of each port type: SOAP 1.1 before SOAP 1.2, then document order.
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
            });
        }
    }
    for (index, binding) in model.bindings.iter().enumerate() {
        let id = BindingId(index as u32);
        if !all.iter().any(|port| port.binding == id) {
            all.push(Port {
                service: &binding.name.local,
                name: &model.port_type(binding.port_type).name.local,
                endpoint: "",
                documentation: binding.documentation.as_deref(),
                binding: id,
            });
        }
    }
    let mut best: BTreeMap<PortTypeId, (u8, Port<'m>)> = BTreeMap::new();
    for port in all {
        let binding: &Binding = model.binding(port.binding);
        let rank = match binding.protocol {
            Protocol::Soap11 if port.endpoint.is_empty() => 1,
            Protocol::Soap11 => 0,
            Protocol::Soap12 => 2,
            Protocol::Http | Protocol::Other => {
                builder.note("ports that do not speak SOAP are left out");
                continue;
            }
        };
        match best.get(&binding.port_type) {
            Some((known, _)) if *known <= rank => {
                if !port.endpoint.is_empty() {
                    builder.note(format!(
                        "port `{}` is left out: another port has the same operations",
                        port.name.escape_debug()
                    ));
                }
            }
            _ => {
                best.insert(binding.port_type, (rank, port));
            }
        }
    }
    for (rank, port) in best.values() {
        if *rank == 2 {
            let name = port.name.escape_debug();
            builder.note(format!(
                "port `{name}` is bound to SOAP 1.2 only; calls use SOAP 1.1"
            ));
        }
    }
    best.into_iter()
        .map(|(port_type, (_, port))| (port_type, port))
        .collect()
}

/// Why an operation cannot be called.
type Reason = &'static str;

fn operation<'m>(
    model: &'m Model,
    builder: &mut Builder<'m, '_>,
    port_type: PortTypeId,
    bound: &'m BindingOperation,
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
    if encoded {
        builder.note("operations with use=\"encoded\" send and expect literal XML");
    }
    if bound.input.multipart {
        builder.note("attachments of multipart messages are not sent");
    }
    let ns = bound
        .input
        .body_namespace
        .unwrap_or(model.port_type(port_type).name.ns);
    let request = body(model, bound, &bound.input, input, bound.name.clone(), ns)?;
    let answer = format!("{}Response", bound.name);
    let response = match &definition.output {
        Some(output) => {
            let ns = bound.output.body_namespace.unwrap_or(ns);
            body(model, bound, &bound.output, output, answer, ns)?
        }
        None => Body::Synthetic {
            name: answer,
            ns,
            parts: Vec::new(),
        },
    };
    let faults = definition.faults.iter().filter_map(|fault| {
        match model.message(fault.message).parts.as_slice() {
            [part] => element(part.target),
            _ => None,
        }
    });
    Ok(BoundOperation {
        name: &bound.name,
        action: bound.soap_action.as_deref().unwrap_or_default(),
        documentation: definition.documentation.as_deref(),
        request,
        response,
        headers: headers(model, builder, &bound.input.headers),
        output_headers: headers(model, builder, &bound.output.headers),
        faults: distinct(faults),
    })
}

fn body<'m>(
    model: &'m Model,
    bound: &BindingOperation,
    message: &BindingMessage,
    declared: &OperationMessage,
    name: String,
    ns: NsId,
) -> Result<Body<'m>, Reason> {
    let all = &model.message(declared.message).parts;
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
    let document = bound.style == Style::Document;
    match (document, parts.as_slice()) {
        (true, [part]) => match part.target {
            PartTarget::Element(id) => Ok(Body::Element(id)),
            PartTarget::Type(_) => Err("a document-style body refers to a type, not an element"),
        },
        (true, []) => Ok(Body::Synthetic {
            name,
            ns,
            parts: Vec::new(),
        }),
        (true, _) => Err("a document-style body has several parts"),
        (false, parts) => {
            let parts = parts
                .iter()
                .map(|part| (part.name.as_str(), part.target))
                .collect();
            Ok(Body::Synthetic { name, ns, parts })
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

fn distinct(ids: impl IntoIterator<Item = impl Into<Option<ElementId>>>) -> Vec<ElementId> {
    let mut list = Vec::new();
    for id in ids.into_iter().filter_map(Into::into) {
        if !list.contains(&id) {
            list.push(id);
        }
    }
    list
}

impl BoundOperation<'_> {
    /// Global elements of the operation.
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
            .chain(self.faults.iter().copied())
    }

    /// Types and elements of the parts of synthetic bodies.
    pub(super) fn part_types<'a>(&'a self, model: &'a Model) -> impl Iterator<Item = TypeId> + 'a {
        let bodies = [&self.request, &self.response]
            .into_iter()
            .filter_map(|body| match body {
                Body::Element(_) => None,
                Body::Synthetic { parts, .. } => Some(parts),
            });
        bodies.flatten().map(|(_, target)| match target {
            PartTarget::Element(id) => model.element(*id).type_id,
            PartTarget::Type(id) => *id,
        })
    }
}
