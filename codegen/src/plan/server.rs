//! The plan of the server side: port types, the faults of their operations, and the documents that a
//! server publishes.

use std::collections::BTreeMap;

use saponify_wsdl::PublishedDocument;

use super::calls::Service;
use super::rust_types::Context;
use super::tables::TableIds;
use super::types::{InnerType, TableId, TypeRef};
use crate::content::NodeKind;
use crate::select::ShapeKind;

/// The server side of a WSDL.
#[derive(Debug)]
pub(crate) struct Server<'m> {
    pub(crate) port_types: Vec<PortType<'m>>,
    /// By operation.
    pub(crate) faults: Vec<Faults>,
    pub(crate) documents: &'m [PublishedDocument],
}

/// A port type: a trait.
#[derive(Debug)]
pub(crate) struct PortType<'m> {
    pub(crate) ident: String,
    /// Identifier of its static.
    pub(crate) table: String,
    pub(crate) name: &'m str,
    /// The services and ports that offer it, and whether each speaks SOAP 1.2. Ports for which no client
    /// is generated are among them, because a server is reached at all of them.
    pub(crate) ports: Vec<(&'m str, &'m str, bool)>,
    /// Range in `Plan::operations`.
    pub(crate) operations: std::ops::Range<usize>,
    pub(crate) documentation: Option<&'m str>,
}

/// The faults of an operation: an enum, unless there are none.
#[derive(Debug)]
pub(crate) struct Faults {
    pub(crate) ident: String,
    pub(crate) variants: Vec<Fault>,
}

/// A declared fault: a variant.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) ident: String,
    /// The name of the element.
    pub(crate) wire: String,
    pub(crate) table: TableId,
    pub(crate) content: FaultContent,
    /// Whether no other variant has this type.
    pub(crate) is_sole: bool,
}

/// The content of a fault's element.
#[derive(Debug, PartialEq)]
pub(crate) enum FaultContent {
    Struct(TypeRef),
    Value(InnerType),
}

/// Plans the server side.
pub(super) fn server<'m>(
    context: Context<'_, 'm>,
    tables: &TableIds,
    services: &[Service<'m>],
    documents: &'m [PublishedDocument],
) -> Server<'m> {
    let selection = context.selection;
    let mut port_types: Vec<PortType<'m>> = Vec::new();
    for (service, of_selection) in services.iter().zip(&selection.services) {
        let others = of_selection.others.iter().copied();
        let ports = std::iter::once((service.name, service.port)).chain(others);
        let ports = ports.map(|(name, port)| (name, port, service.soap12));
        // Ports of several versions of SOAP that have the same operations have one trait.
        let same = port_types.iter_mut().find(|port_type| {
            port_type.operations == service.operations && port_type.name == of_selection.port_type
        });
        match same {
            Some(port_type) => port_type.ports.extend(ports),
            None => port_types.push(PortType {
                ident: service.ident.clone(),
                table: String::new(),
                name: of_selection.port_type,
                ports: ports.collect(),
                operations: service.operations.clone(),
                documentation: service.documentation,
            }),
        }
    }
    port_types.retain(|port_type| !port_type.operations.is_empty());
    let is_one = port_types.len() == 1;
    for (number, port_type) in port_types.iter_mut().enumerate() {
        port_type.table = match is_one {
            true => "PORT".to_owned(),
            false => format!("PORT_{}", number + 1),
        };
    }
    let faults = selection.operations.iter().zip(&context.names.operations);
    let faults = faults.map(|(operation, names)| {
        let Some(names) = &names.faults else {
            return Faults {
                ident: String::new(),
                variants: Vec::new(),
            };
        };
        let variants = operation.faults.iter().zip(&names.variants);
        let mut variants: Vec<Fault> = variants
            .filter_map(|(id, ident)| {
                Some(Fault {
                    ident: ident.clone(),
                    wire: selection.shape(*id).name.clone().into_owned(),
                    table: tables.of(*id),
                    content: content(context, *id)?,
                    is_sole: true,
                })
            })
            .collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let key = |fault: &Fault| match &fault.content {
            FaultContent::Struct(ty) => Some(ty.to_string()),
            FaultContent::Value(_) => None,
        };
        for key in variants.iter().filter_map(key) {
            *counts.entry(key).or_default() += 1;
        }
        for fault in &mut variants {
            fault.is_sole = key(fault).is_some_and(|key| counts.get(&key) == Some(&1));
        }
        Faults {
            ident: names.ident.clone(),
            variants,
        }
    });
    Server {
        faults: faults.collect(),
        port_types,
        documents,
    }
}

/// The type that holds the content of a fault's element; `None` if there is none.
fn content(context: Context<'_, '_>, id: crate::select::ShapeId) -> Option<FaultContent> {
    let shape = context.selection.shape(id);
    let of_struct = [Some(id), shape.base]
        .into_iter()
        .flatten()
        .find(|id| context.selection.shape(*id).kind == ShapeKind::Struct);
    if let Some(id) = of_struct {
        return Some(FaultContent::Struct(context.shape_type(id)));
    }
    match shape.members.as_slice() {
        [member] if member.node == NodeKind::Text && !member.occurs.repeated => {
            Some(FaultContent::Value(context.inner_type(member)))
        }
        _ => None,
    }
}
