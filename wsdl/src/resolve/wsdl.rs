//! Messages, port types and services.

use std::collections::HashMap;

use super::Resolver;
use super::tables::Key;
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    BindingId, Message, MessageId, Operation, OperationMessage, Part, PartTarget, Port, PortType,
    PortTypeId, Position, Service,
};
use crate::names::Ns;
use crate::raw::{self, Definitions};
use crate::xml::Name;

/// WSDL's own names. Each kind has its own symbol space.
#[derive(Debug, Default)]
pub(super) struct WsdlTables<'s> {
    messages: HashMap<Key<'s>, MessageId>,
    pub(super) parts: HashMap<(MessageId, &'s str), usize>,
    port_types: HashMap<Key<'s>, PortTypeId>,
    /// Operations by port type and name; more than one if overloaded.
    pub(super) operations: HashMap<(PortTypeId, &'s str), Vec<usize>>,
    bindings: HashMap<Key<'s>, BindingId>,
    services: HashMap<Key<'s>, ()>,
    /// Target namespace of the definitions that are being resolved.
    target: Option<Ns>,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn definitions(&mut self, all: &'s [Definitions<'a>]) -> Result<(), Error> {
        let mut tables = WsdlTables::default();
        if let Some(root) = all.first() {
            self.model.name = root.name.as_deref().map(str::to_string);
            self.model.target_namespace = root.target_namespace.map(|ns| self.ns_id(ns));
            self.model.documentation = root.documentation.clone();
        }
        self.at.schema = None;
        self.at.steps.clear();
        // Kind by kind over all documents: any of them may refer to any other.
        for definitions in all {
            self.enter(definitions, &mut tables);
            for message in &definitions.messages {
                self.within("message", &message.name, |this| {
                    this.message(message, &mut tables)
                })?;
            }
        }
        for definitions in all {
            self.enter(definitions, &mut tables);
            for port_type in &definitions.port_types {
                self.within("portType", &port_type.name, |this| {
                    this.port_type(port_type, &mut tables)
                })?;
            }
        }
        for definitions in all {
            self.enter(definitions, &mut tables);
            for binding in &definitions.bindings {
                self.within("binding", &binding.name, |this| {
                    this.binding(binding, &mut tables)
                })?;
            }
        }
        for definitions in all {
            self.enter(definitions, &mut tables);
            for service in &definitions.services {
                self.within("service", &service.name, |this| {
                    this.service(service, &mut tables)
                })?;
            }
        }
        Ok(())
    }

    fn enter(&mut self, definitions: &Definitions<'a>, tables: &mut WsdlTables<'s>) {
        self.at.file = definitions.file;
        tables.target = definitions.target_namespace;
    }

    fn message(
        &mut self,
        message: &'s raw::Message<'a>,
        tables: &mut WsdlTables<'s>,
    ) -> Result<(), Error> {
        let id = MessageId(self.model.messages.len() as u32);
        let key = tables.key(&message.name);
        if tables.messages.insert(key, id).is_some() {
            return Err(self.twice("message", &message.name, message.position));
        }
        let mut parts = Vec::new();
        for part in &message.parts {
            if tables.parts.insert((id, &part.name), parts.len()).is_some() {
                return Err(self.twice("part", &part.name, part.position));
            }
            let target = match (&part.element, &part.type_name) {
                (Some(element), None) => {
                    PartTarget::Element(self.element_ref(element, part.position)?)
                }
                (None, Some(name)) => PartTarget::Type(self.type_ref(name, part.position)?),
                (element, _) => {
                    let both = if element.is_some() { "both" } else { "neither" };
                    let message = format!(
                        "the part {} has {both} of `element` and `type`",
                        quoted(&part.name)
                    );
                    let error = self.error(ErrorKind::Invalid, part.position, message);
                    return Err(error.help("it needs exactly one of them"));
                }
            };
            parts.push(Part {
                name: part.name.to_string(),
                target,
            });
        }
        let name = self.qname(key.0, key.1);
        self.model.messages.push(Message {
            name,
            parts,
            position: message.position,
        });
        Ok(())
    }

    fn port_type(
        &mut self,
        port_type: &'s raw::PortType<'a>,
        tables: &mut WsdlTables<'s>,
    ) -> Result<(), Error> {
        let id = PortTypeId(self.model.port_types.len() as u32);
        let key = tables.key(&port_type.name);
        if tables.port_types.insert(key, id).is_some() {
            return Err(self.twice("portType", &port_type.name, port_type.position));
        }
        let mut operations = Vec::new();
        for operation in &port_type.operations {
            let index = operations.len();
            let overloads = tables.operations.entry((id, &operation.name)).or_default();
            overloads.push(index);
            let limit = self.limits.overloads;
            if overloads.len() as u64 > limit {
                let what = format!("the number of operations {}", quoted(&operation.name));
                let error = Error::over("overloads", limit, what);
                return Err(self.place(error, operation.position));
            }
            let resolved = self.within("operation", &operation.name, |this| {
                this.operation(operation, tables)
            })?;
            operations.push(resolved);
        }
        let name = self.qname(key.0, key.1);
        self.model.port_types.push(PortType {
            name,
            documentation: port_type.documentation.clone(),
            operations,
            position: port_type.position,
        });
        Ok(())
    }

    fn operation(
        &mut self,
        operation: &'s raw::Operation<'a>,
        tables: &WsdlTables<'s>,
    ) -> Result<Operation, Error> {
        let name = &*operation.name;
        let (input, output) = default_names(operation);
        let mut message = |message: &Option<raw::OperationMessage<'a>>, default: String| {
            let Some(message) = message else {
                return Ok(None);
            };
            let resolved = self.operation_message(message, default, tables)?;
            Ok::<_, Error>(Some(resolved))
        };
        let (input, output) = (
            message(&operation.input, input)?,
            message(&operation.output, output)?,
        );
        let mut faults = Vec::new();
        for fault in &operation.faults {
            faults.push(self.operation_message(fault, String::new(), tables)?);
        }
        if input.is_none() && output.is_none() {
            let message = "the operation has neither input nor output";
            return Err(self.error(ErrorKind::Invalid, operation.position, message));
        }
        Ok(Operation {
            name: name.to_string(),
            documentation: operation.documentation.clone(),
            input,
            output,
            faults,
            parameter_order: operation
                .parameter_order
                .iter()
                .map(|s| s.to_string())
                .collect(),
            position: operation.position,
        })
    }

    fn operation_message(
        &mut self,
        message: &raw::OperationMessage<'a>,
        default: String,
        tables: &WsdlTables<'s>,
    ) -> Result<OperationMessage, Error> {
        Ok(OperationMessage {
            name: message.name.as_deref().map_or(default, str::to_string),
            message: self.message_ref(&message.message, message.position, tables)?,
        })
    }

    fn service(
        &mut self,
        service: &'s raw::Service<'a>,
        tables: &mut WsdlTables<'s>,
    ) -> Result<(), Error> {
        let key = tables.key(&service.name);
        if tables.services.insert(key, ()).is_some() {
            return Err(self.twice("service", &service.name, service.position));
        }
        let mut ports = Vec::new();
        for port in &service.ports {
            ports.push(Port {
                name: port.name.to_string(),
                binding: self.port_binding(port, tables)?,
                address: port.address.as_deref().map(str::to_string),
                documentation: port.documentation.clone(),
            });
        }
        let name = self.qname(key.0, key.1);
        self.model.services.push(Service {
            name,
            documentation: service.documentation.clone(),
            ports,
            position: service.position,
        });
        Ok(())
    }

    /// The binding of a port. One that does not exist is taken to mean the only one that does: the
    /// first example of the WSDL specification has it wrong, and its copies do.
    fn port_binding(
        &mut self,
        port: &raw::Port<'a>,
        tables: &WsdlTables<'s>,
    ) -> Result<BindingId, Error> {
        let (name, position) = (&port.binding, port.position);
        let found = self.lookup("binding", name, position, &tables.bindings, tables.target);
        let [only] = self.model.bindings.as_slice() else {
            return found;
        };
        let only = quoted(&only.name.local);
        found.or_else(|_| {
            let name = quoted(name.written());
            let text = format!("the binding {name} is not defined; the only one, {only}, is taken");
            self.note(position, text);
            Ok(BindingId(0))
        })
    }

    pub(super) fn message_ref(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s>,
    ) -> Result<MessageId, Error> {
        self.lookup("message", name, position, &tables.messages, tables.target)
    }

    pub(super) fn port_type_ref(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s>,
    ) -> Result<PortTypeId, Error> {
        self.lookup(
            "portType",
            name,
            position,
            &tables.port_types,
            tables.target,
        )
    }

    fn lookup<T: Copy>(
        &mut self,
        what: &str,
        name: &Name<'a>,
        position: Position,
        table: &HashMap<Key<'s>, T>,
        target: Option<Ns>,
    ) -> Result<T, Error> {
        if let Some(found) = table.get(&(name.ns, name.local())) {
            return Ok(*found);
        }
        // A name without prefix is in the default namespace, which is WSDL's own as often as not.
        let target = target.unwrap_or(Ns::NONE);
        match table.get(&(target, name.local())) {
            Some(found) if !name.is_prefixed() => {
                self.note_repair(name, position);
                Ok(*found)
            }
            _ => Err(self.undefined(what, name, position)),
        }
    }

    pub(super) fn enter_binding(
        &mut self,
        name: &'s str,
        position: Position,
        tables: &mut WsdlTables<'s>,
    ) -> Result<Key<'s>, Error> {
        let id = BindingId(self.model.bindings.len() as u32);
        let key = tables.key(name);
        match tables.bindings.insert(key, id) {
            None => Ok(key),
            Some(_) => Err(self.twice("binding", name, position)),
        }
    }

    pub(super) fn twice(&self, what: &str, name: &str, position: Position) -> Error {
        let message = format!("the {what} {} is defined twice", quoted(name));
        self.error(ErrorKind::Duplicate, position, message)
    }
}

impl<'s> WsdlTables<'s> {
    fn key(&self, name: &'s str) -> Key<'s> {
        (self.target.unwrap_or(Ns::NONE), name)
    }
}

/// Names of input and output that give none (WSDL 1.1, section 2.4.5).
fn default_names(operation: &raw::Operation<'_>) -> (String, String) {
    let name = &operation.name;
    match (&operation.input, &operation.output) {
        (Some(_), Some(_)) if operation.output_first => {
            (format!("{name}Response"), format!("{name}Solicit"))
        }
        (Some(_), Some(_)) => (format!("{name}Request"), format!("{name}Response")),
        _ => (name.to_string(), name.to_string()),
    }
}
