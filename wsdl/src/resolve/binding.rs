//! Bindings: which part of which message travels where.

use std::collections::HashSet;

use super::Resolver;
use super::wsdl::WsdlTables;
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    Binding, BindingFault, BindingMessage, BindingOperation, HeaderBinding, MessageId, Operation,
    OperationMessage, PortTypeId, Position,
};
use crate::raw;

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn binding(
        &mut self,
        binding: &'s raw::Binding<'a>,
        tables: &mut WsdlTables<'s>,
    ) -> Result<(), Error> {
        let key = self.enter_binding(&binding.name, binding.position, tables)?;
        let port_type = self.port_type_ref(&binding.port_type, binding.position, tables)?;
        let mut operations = Vec::new();
        for operation in &binding.operations {
            let resolved = self.within("operation", &operation.name, |this| {
                this.binding_operation(binding, operation, port_type, tables)
            })?;
            operations.push(resolved);
        }
        let name = self.qname(key.0, key.1);
        self.model.bindings.push(Binding {
            name,
            port_type,
            protocol: binding.protocol.clone(),
            transport: binding.transport.as_deref().map(str::to_string),
            operations,
            documentation: binding.documentation.clone(),
            position: binding.position,
        });
        Ok(())
    }

    fn binding_operation(
        &mut self,
        binding: &raw::Binding<'a>,
        bound: &'s raw::BindingOperation<'a>,
        port_type: PortTypeId,
        tables: &WsdlTables<'s>,
    ) -> Result<BindingOperation, Error> {
        let index = self.bound_operation(bound, port_type, tables)?;
        let operation = &self.model.port_type(port_type).operations[index];
        let message = |message: &Option<OperationMessage>| message.as_ref().map(|m| m.message);
        let (input, output) = (message(&operation.input), message(&operation.output));
        let mut faults = Vec::new();
        let mut unknown = Vec::new();
        let known = operation.faults.iter().map(|fault| fault.name.as_str());
        let known: HashSet<&str> = known.collect();
        for fault in &bound.faults {
            if !known.contains(&*fault.name) {
                unknown.push(fault);
            }
            faults.push(BindingFault {
                name: fault.name.to_string(),
                fault_use: fault.fault_use,
            });
        }
        for fault in unknown {
            let name = quoted(&fault.name);
            let text = format!("the port type's operation has no fault {name}");
            self.note(fault.position, text);
        }
        Ok(BindingOperation {
            name: bound.name.to_string(),
            operation: index,
            soap_action: bound.soap_action.as_deref().map(str::to_string),
            style: bound.style.unwrap_or(binding.style),
            input: self.binding_message(bound.input.as_ref(), input, tables)?,
            output: self.binding_message(bound.output.as_ref(), output, tables)?,
            faults,
            position: bound.position,
        })
    }

    /// Which operation of the port type is bound: by name, and among overloads by the names of
    /// input and output.
    fn bound_operation(
        &self,
        bound: &raw::BindingOperation<'a>,
        port_type: PortTypeId,
        tables: &WsdlTables<'s>,
    ) -> Result<usize, Error> {
        let name = quoted(&bound.name);
        let candidates = match tables.operations.get(&(port_type, &*bound.name)) {
            Some(candidates) => candidates.as_slice(),
            None => &[],
        };
        if let [only] = candidates {
            return Ok(*only);
        }
        let operations = &self.model.port_type(port_type).operations;
        let matching: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|index| is_bound(&operations[*index], bound))
            .collect();
        match matching.as_slice() {
            [only] => Ok(*only),
            [] if candidates.is_empty() => {
                let port_type = quoted(&self.model.port_type(port_type).name.local);
                let message = format!("the port type {port_type} has no operation {name}");
                Err(self.error(ErrorKind::Undefined, bound.position, message))
            }
            found => {
                let message = match found.len() {
                    0 => format!("no operation {name} has this input and output"),
                    _ => format!("several operations {name} have this input and output"),
                };
                let error = self.error(ErrorKind::Undefined, bound.position, message);
                Err(error.help("overloads are told apart by the names of input and output"))
            }
        }
    }

    fn binding_message(
        &mut self,
        bound: Option<&'s raw::BindingMessage<'a>>,
        message: Option<MessageId>,
        tables: &WsdlTables<'s>,
    ) -> Result<BindingMessage, Error> {
        let Some(bound) = bound else {
            return Ok(BindingMessage::default());
        };
        let body_parts = match (&bound.body_parts, message) {
            (Some(names), Some(message)) => {
                let mut parts = Vec::new();
                for name in names {
                    parts.push(self.part(message, name, bound.position, tables)?);
                }
                Some(parts)
            }
            _ => None,
        };
        let mut headers = Vec::new();
        for header in &bound.headers {
            let (message, part) = self.header_part(header, tables)?;
            let mut faults = Vec::new();
            for fault in &header.faults {
                faults.push(self.header_part(fault, tables)?);
            }
            headers.push(HeaderBinding {
                message,
                part,
                header_use: header.header_use,
                faults,
            });
        }
        Ok(BindingMessage {
            body_use: bound.body_use,
            body_parts,
            body_namespace: bound.body_namespace.map(|ns| self.ns_id(ns)),
            headers,
            multipart: bound.multipart,
        })
    }

    fn header_part(
        &mut self,
        header: &raw::Header<'a>,
        tables: &WsdlTables<'s>,
    ) -> Result<(MessageId, usize), Error> {
        let message = self.message_ref(&header.message, header.position, tables)?;
        let part = self.part(message, &header.part, header.position, tables)?;
        Ok((message, part))
    }

    fn part(
        &self,
        message: MessageId,
        name: &str,
        position: Position,
        tables: &WsdlTables<'s>,
    ) -> Result<usize, Error> {
        tables.parts.get(&(message, name)).copied().ok_or_else(|| {
            let message = quoted(&self.model.message(message).name.local);
            let text = format!("the message {message} has no part {}", quoted(name));
            self.error(ErrorKind::Undefined, position, text)
        })
    }
}

fn is_bound(operation: &Operation, bound: &raw::BindingOperation<'_>) -> bool {
    let fits = |message: &Option<OperationMessage>, bound: &Option<raw::BindingMessage<'_>>| match (
        message,
        bound.as_ref().and_then(|bound| bound.name.as_deref()),
    ) {
        (Some(message), Some(name)) => message.name == name,
        (None, Some(_)) => false,
        (_, None) => true,
    };
    fits(&operation.input, &bound.input) && fits(&operation.output, &bound.output)
}
