//! Resolves bindings.

use std::collections::{HashMap, HashSet};

use super::Resolver;
use super::wsdl::WsdlTables;
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{
    Binding, BindingFault, BindingMessage, BindingOperation, HeaderBinding, MessageId, Operation,
    OperationMessage, PortTypeId, Position,
};
use crate::raw::{self, Same};

/// The kind of a header part: `soap:header` or `soap:headerfault`.
#[derive(Clone, Copy)]
enum HeaderRole {
    Header,
    Fault,
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn binding(
        &mut self,
        binding: &'s raw::Binding<'a>,
        tables: &mut WsdlTables<'s, 'a>,
    ) -> Result<(), Error> {
        let Some(key) = self.enter_binding(binding, tables)? else {
            return Ok(());
        };
        let position = binding.position;
        let port_type = match self.port_type_ref(&binding.port_type, position, tables) {
            Ok(port_type) => port_type,
            Err(error) => {
                self.leave_out("binding", &binding.name, error, position);
                let names = binding
                    .operations
                    .iter()
                    .map(|operation| operation.name.to_string());
                self.model.left_out.extend(names);
                tables.leave_out_binding(key);
                return Ok(());
            }
        };
        for operation in &binding.unsupported {
            let (name, position) = (&operation.operation, operation.position);
            let error = self.error(ErrorKind::Unsupported, position, operation.reason.clone());
            let error = error.help("remove it, or its wsdl:required, if the service works without");
            self.leave_out("operation", name, error, position);
        }
        let mut operations: Vec<BindingOperation> = Vec::new();
        // The first operation with each name, as written.
        let mut first: HashMap<&str, &raw::BindingOperation<'a>> = HashMap::new();
        for operation in &binding.operations {
            let name: &'s str = &operation.name;
            if first
                .get(name)
                .is_some_and(|first| first.same(operation, None))
            {
                let text = format!(
                    "the operation {} is bound twice in the same way",
                    quoted(name)
                );
                self.note(operation.position, text);
                continue;
            }
            first.entry(name).or_insert(operation);
            let resolved = self.within("operation", name, |this| {
                this.binding_operation(binding, operation, port_type, tables)
            })?;
            operations.extend(resolved);
        }
        // A binding without operations is useless.
        let bound = binding.operations.len() + binding.unsupported.len();
        if operations.is_empty() && bound > 0 {
            let text = format!(
                "the binding {} is left out, as all of its operations are",
                quoted(&binding.name)
            );
            self.note(position, text);
            tables.leave_out_binding(key);
            return Ok(());
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
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<Option<BindingOperation>, Error> {
        let Some(index) = self.bound_operation(bound, port_type, tables) else {
            return Ok(None);
        };
        let operation = &self.model.port_type(port_type).operations[index];
        let message = |message: &Option<OperationMessage>| message.as_ref().map(|m| m.message);
        let (input, output) = (message(&operation.input), message(&operation.output));
        let mut faults = Vec::new();
        let mut unknown = Vec::new();
        let known = operation.faults.iter().map(|fault| fault.name.as_str());
        let known: HashSet<&str> = known.collect();
        for fault in &bound.faults {
            if tables
                .left_out_faults
                .contains(&(&*bound.name, &*fault.name))
            {
                continue;
            }
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
        let both = self
            .binding_message(bound.input.as_ref(), input, tables)
            .and_then(|input| {
                let output = self.binding_message(bound.output.as_ref(), output, tables)?;
                Ok((input, output))
            });
        let (input, output) = match both {
            Ok(both) => both,
            Err(error) => {
                self.leave_out("operation", &bound.name, error, bound.position);
                return Ok(None);
            }
        };
        Ok(Some(BindingOperation {
            name: bound.name.to_string(),
            operation: index,
            soap_action: bound.soap_action.as_deref().map(str::to_string),
            style: bound.style.unwrap_or(binding.style),
            input,
            output,
            faults,
            position: bound.position,
        }))
    }

    /// The operation of the portType that is bound. It is identified by its name, and overloads by the
    /// names of input and output. `None` if the bound operation is left out.
    fn bound_operation(
        &mut self,
        bound: &'s raw::BindingOperation<'a>,
        port_type: PortTypeId,
        tables: &WsdlTables<'s, 'a>,
    ) -> Option<usize> {
        let name = quoted(&bound.name);
        let candidates = match tables.operations.get(&(port_type, &*bound.name)) {
            Some(candidates) => candidates.as_slice(),
            None => &[],
        };
        if let [only] = candidates {
            return Some(*only);
        }
        let operations = &self.model.port_type(port_type).operations;
        let matching: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|index| is_bound(&operations[*index], bound))
            .collect();
        let message = match matching.as_slice() {
            [only] => return Some(*only),
            // The operation of the portType was left out, with a note.
            [] if tables.left_out.contains(&(port_type, &*bound.name)) => return None,
            [] if candidates.is_empty() => {
                let port_type = quoted(&self.model.port_type(port_type).name.local);
                format!("the port type {port_type} has no operation {name}")
            }
            [] => format!("no operation {name} has this input and output"),
            _ => format!(
                "several operations {name} have this input and output, which tell overloads apart"
            ),
        };
        let error = self.error(ErrorKind::Undefined, bound.position, message);
        self.leave_out("operation", &bound.name, error, bound.position);
        None
    }

    fn binding_message(
        &mut self,
        bound: Option<&'s raw::BindingMessage<'a>>,
        message: Option<MessageId>,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<BindingMessage, Error> {
        let Some(bound) = bound else {
            return Ok(BindingMessage::default());
        };
        let body_parts = match (&bound.body_parts, message) {
            (Some(names), Some(message)) => {
                Some(self.body_parts(message, names, bound.position, tables)?)
            }
            _ => None,
        };
        let mut headers = Vec::new();
        for header in &bound.headers {
            let Some((message, part)) = self.header_part(header, HeaderRole::Header, tables) else {
                continue;
            };
            let faults = header.faults.iter();
            let faults =
                faults.filter_map(|fault| self.header_part(fault, HeaderRole::Fault, tables));
            headers.push(HeaderBinding {
                message,
                part,
                header_use: header.header_use,
                faults: faults.collect(),
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

    /// The parts of a body. If a message has only one part, a wrong name is taken to mean that part.
    fn body_parts(
        &mut self,
        message: MessageId,
        names: &[raw::Str<'a>],
        position: Position,
        tables: &WsdlTables<'s, 'a>,
    ) -> Result<Vec<usize>, Error> {
        let mut parts = Vec::new();
        for name in names {
            match self.part(message, name, position, tables) {
                Ok(part) => parts.push(part),
                Err(error) if names.len() > 1 || self.model.message(message).parts.len() != 1 => {
                    return Err(error);
                }
                Err(error) => {
                    let text = format!("{}: its only part is taken", error.message());
                    self.note(position, text);
                    parts.push(0);
                }
            }
        }
        Ok(parts)
    }

    /// The part of a header or header fault, or `None` if it is left out.
    fn header_part(
        &mut self,
        header: &raw::Header<'a>,
        role: HeaderRole,
        tables: &WsdlTables<'s, 'a>,
    ) -> Option<(MessageId, usize)> {
        let position = header.position;
        let message = match role {
            HeaderRole::Header => self.usable_message(&header.message, position, tables),
            HeaderRole::Fault => self.fault_message(&header.message, position, tables),
        };
        let found = message.and_then(|message| {
            let part = self.part(message, &header.part, position, tables)?;
            Ok((message, part))
        });
        match found {
            Ok(found) => Some(found),
            Err(error) => {
                let (name, reason) = (quoted(&header.part), error.message());
                let what = match role {
                    HeaderRole::Header => "header",
                    HeaderRole::Fault => "headerfault",
                };
                self.note(position, format!("the {what} {name} is left out: {reason}"));
                None
            }
        }
    }

    fn part(
        &self,
        message: MessageId,
        name: &str,
        position: Position,
        tables: &WsdlTables<'s, 'a>,
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
