//! Resolves the names, portTypes and services of WSDL.

use std::collections::{HashMap, HashSet};

use super::Resolver;
use super::messages::Fault;
use super::tables::Key;
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    BindingId, MessageId, Operation, OperationMessage, Port, PortType, PortTypeId, Position,
    Service,
};
use crate::names::Ns;
use crate::raw::{self, Definitions, Same};
use crate::xml::Name;

/// The names of the WSDL definitions. Each kind has its own symbol space.
#[derive(Debug, Default)]
pub(super) struct WsdlTables<'s, 'a> {
    pub(super) messages: HashMap<Key<'s>, Entry<&'s raw::Message<'a>, MessageId>>,
    pub(super) parts: HashMap<(MessageId, &'s str), usize>,
    /// The defects of messages.
    pub(super) faulty: HashMap<MessageId, Fault>,
    port_types: HashMap<Key<'s>, Entry<&'s raw::PortType<'a>, PortTypeId>>,
    /// The operations by portType and name. There are several if the operation is overloaded.
    pub(super) operations: HashMap<(PortTypeId, &'s str), Vec<usize>>,
    /// Operations that were left out.
    pub(super) left_out: HashSet<(PortTypeId, &'s str)>,
    /// Faults that were left out: the operation, and the name of the fault.
    pub(super) left_out_faults: HashSet<(&'s str, &'s str)>,
    /// The bindings. Those that were left out have no id.
    bindings: HashMap<Key<'s>, Entry<&'s raw::Binding<'a>, Option<BindingId>>>,
    services: HashMap<Key<'s>, Entry<&'s raw::Service<'a>, ()>>,
    /// The target namespace of the definitions that are being resolved.
    pub(super) target: Option<Ns>,
}

/// A definition as written, and its id.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<R, T> {
    pub(super) raw: R,
    pub(super) id: T,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn definitions(&mut self, all: &'s [Definitions<'a>]) -> Result<(), Error> {
        let mut tables = WsdlTables::default();
        if let Some(root) = all.first() {
            self.model.name = root.name.as_deref().map(str::to_string);
            self.model.target_namespace = root.target_namespace.map(|ns| self.ns_id(ns));
            self.model.documentation = root.documentation.clone();
        }
        self.context.schema = None;
        self.context.path.clear();
        // Each kind is resolved for all documents before the next kind, because documents may refer to each
        // other.
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
        // A model without a binding would be useless, and the reason would be hard to find.
        let any_bound = all
            .iter()
            .any(|definitions| !definitions.bindings.is_empty());
        match self.first_left_out.take() {
            Some(error) if any_bound && self.model.bindings.is_empty() => Err(error),
            _ => Ok(()),
        }
    }

    fn enter(&mut self, definitions: &Definitions<'a>, tables: &mut WsdlTables<'s, 'a>) {
        self.context.file = definitions.file;
        tables.target = definitions.target_namespace;
    }

    fn port_type(
        &mut self,
        port_type: &'s raw::PortType<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<(), Error> {
        let id = PortTypeId(self.model.port_types.len() as u32);
        let key = tables.key(&port_type.name);
        let (raw, position) = (port_type, port_type.position);
        if let Some(earlier) = tables.port_types.get(&key) {
            return self.repeated("portType", key.1, position, earlier.raw.same(raw, None));
        }
        tables.port_types.insert(key, Entry { raw, id });
        // For each name, the first operation as written, and the number of operations.
        let mut known: HashMap<&str, (&raw::Operation<'a>, u64)> = HashMap::new();
        let mut operations = Vec::new();
        for operation in &port_type.operations {
            let name: &'s str = &operation.name;
            let (first, count) = known.entry(name).or_insert((operation, 0));
            *count += 1;
            let limit = self.limits.overloads;
            if *count > limit {
                let what = format!("the number of operations {}", quoted(name));
                let error = Error::over("overloads", limit, what);
                return Err(self.locate(error, operation.position));
            }
            if *count > 1 && first.same(operation, None) {
                self.repeated("operation", name, operation.position, true)?;
                continue;
            }
            let resolved =
                self.within("operation", name, |this| this.operation(operation, tables))?;
            let Some(resolved) = resolved else {
                tables.left_out.insert((id, name));
                continue;
            };
            let overloads = tables.operations.entry((id, name)).or_default();
            overloads.push(operations.len());
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

    /// An operation of a portType, or `None` if it is left out.
    fn operation(
        &mut self,
        operation: &'s raw::Operation<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<Option<Operation>, Error> {
        let (input, output) = default_names(operation);
        let mut resolved = [None, None];
        let messages = [(&operation.input, input), (&operation.output, output)];
        for (resolved, (message, default)) in resolved.iter_mut().zip(messages) {
            let Some(message) = message else {
                continue;
            };
            match self.usable_message(&message.message, message.position, tables) {
                Ok(id) => {
                    *resolved = Some(OperationMessage {
                        name: message.name.as_deref().map_or(default, str::to_string),
                        message: id,
                    });
                }
                Err(error) => {
                    self.leave_out("operation", &operation.name, error, message.position);
                    return Ok(None);
                }
            }
        }
        let [input, output] = resolved;
        if input.is_none() && output.is_none() {
            let message = "the operation has neither input nor output";
            let error = self.error(ErrorKind::Invalid, operation.position, message);
            self.leave_out("operation", &operation.name, error, operation.position);
            return Ok(None);
        }
        let mut faults = Vec::new();
        for fault in &operation.faults {
            match self.fault(fault, tables) {
                Some(fault) => faults.push(fault),
                None => {
                    let name = fault.name.as_deref().unwrap_or_default();
                    tables.left_out_faults.insert((&operation.name, name));
                }
            }
        }
        Ok(Some(Operation {
            name: operation.name.to_string(),
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
        }))
    }

    /// A declared fault, or `None` if it is left out, because its detail is not known.
    fn fault(
        &mut self,
        fault: &raw::OperationMessage<'a>,
        tables: &WsdlTables<'s, 'a>,
    ) -> Option<OperationMessage> {
        let name = fault.name.as_deref().unwrap_or_default();
        match self.fault_message(&fault.message, fault.position, tables) {
            Ok(message) => Some(OperationMessage {
                name: name.to_string(),
                message,
            }),
            Err(error) => {
                let reason = error.message();
                let text = format!("the fault {} is left out: {reason}", quoted(name));
                self.note(fault.position, text);
                None
            }
        }
    }

    fn service(
        &mut self,
        service: &'s raw::Service<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<(), Error> {
        let key = tables.key(&service.name);
        let (raw, position) = (service, service.position);
        if let Some(earlier) = tables.services.get(&key) {
            return self.repeated("service", key.1, position, earlier.raw.same(raw, None));
        }
        tables.services.insert(key, Entry { raw, id: () });
        let mut ports = Vec::new();
        for port in &service.ports {
            let Some(binding) = self.port_binding(port, tables) else {
                continue;
            };
            ports.push(Port {
                name: port.name.to_string(),
                binding,
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

    /// The binding of a port, or `None` if the port is left out. An undefined name is taken to mean the
    /// only binding, because the first example in the WSDL specification has such a name, and so do copies
    /// of it.
    fn port_binding(
        &mut self,
        port: &raw::Port<'a>,
        tables: &WsdlTables<'s, 'a>,
    ) -> Option<BindingId> {
        let (name, position) = (&port.binding, port.position);
        let found = self.lookup("binding", name, position, &tables.bindings, tables.target);
        let done = format!("the port {} is left out", quoted(&port.name));
        match found {
            Ok(Some(id)) => Some(id),
            Ok(None) => {
                self.note(position, format!("{done}, as its binding is"));
                None
            }
            Err(_) => match self.model.bindings.as_slice() {
                [only] => {
                    let (name, only) = (quoted(name.written()), quoted(&only.name.local));
                    let text = format!(
                        "the binding {name} is not defined; the only one, {only}, is taken"
                    );
                    self.note(position, text);
                    Some(BindingId(0))
                }
                _ => {
                    self.note_missing("binding", name, position, &done);
                    None
                }
            },
        }
    }

    pub(super) fn port_type_ref(
        &mut self,
        name: &Name<'a>,
        position: Position,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<PortTypeId, Error> {
        let (port_types, target) = (&tables.port_types, tables.target);
        self.lookup("portType", name, position, port_types, target)
    }

    pub(super) fn lookup<R, T: Copy>(
        &mut self,
        what: &str,
        name: &Name<'a>,
        position: Position,
        table: &HashMap<Key<'s>, Entry<R, T>>,
        target: Option<Ns>,
    ) -> Result<T, Error> {
        let found = name.ns.and_then(|ns| table.get(&(ns, name.local())));
        if let Some(found) = found {
            return Ok(found.id);
        }
        // A name without prefix is in the default namespace, which is often the namespace of WSDL.
        let target = target.unwrap_or(Ns::NONE);
        match table.get(&(target, name.local())) {
            Some(found) if !name.is_prefixed() => {
                self.note_repair(name, position);
                Ok(found.id)
            }
            _ => Err(self.undefined(what, name, position)),
        }
    }

    /// Adds a binding. Returns `None` if it repeats an earlier one.
    pub(super) fn enter_binding(
        &mut self,
        binding: &'s raw::Binding<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<Option<Key<'s>>, Error> {
        let key = tables.key(&binding.name);
        if let Some(earlier) = tables.bindings.get(&key) {
            let same = earlier.raw.same(binding, None);
            self.repeated("binding", key.1, binding.position, same)?;
            return Ok(None);
        }
        let id = Some(BindingId(self.model.bindings.len() as u32));
        tables.bindings.insert(key, Entry { raw: binding, id });
        Ok(Some(key))
    }

    /// Notes a second definition with the same name. It is an error, unless both are the same.
    pub(super) fn repeated(
        &mut self,
        what: &str,
        name: &str,
        position: Position,
        same: bool,
    ) -> Result<(), Error> {
        let name = quoted(name);
        if same {
            let text = format!("the {what} {name} is defined twice in the same way and read once");
            self.note(position, text);
            return Ok(());
        }
        let message = format!("the {what} {name} is defined twice, in different ways");
        let error = self.error(ErrorKind::Duplicate, position, message);
        Err(error.help("remove one of the two definitions"))
    }

    /// Notes that a construct is left out because of an error that concerns only this construct.
    pub(super) fn leave_out(&mut self, what: &str, name: &str, error: Error, position: Position) {
        let reason = error.message();
        let text = format!("the {what} {} is left out: {reason}", quoted(name));
        self.note(position, text);
        if what == "operation" {
            self.model.left_out.push(name.to_string());
        }
        self.first_left_out.get_or_insert(error);
    }
}

impl<'s, 'a> WsdlTables<'s, 'a> {
    pub(super) fn key(&self, name: &'s str) -> Key<'s> {
        (self.target.unwrap_or(Ns::NONE), name)
    }

    /// Marks a binding as left out.
    pub(super) fn leave_out_binding(&mut self, key: Key<'s>) {
        if let Some(entry) = self.bindings.get_mut(&key) {
            entry.id = None;
        }
    }
}

/// The default names of input and output (WSDL 1.1, section 2.4.5).
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
