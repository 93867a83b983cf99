//! Prints the messages, portTypes, bindings and services of a model.

use std::fmt::{self, Write};

use super::model::Printer;
use crate::model::{Binding, BindingMessage, MessageId, Operation, PartTarget, Style, Use};

impl Printer<'_, '_, '_> {
    pub(super) fn wsdl(&mut self) -> fmt::Result {
        let model = self.model;
        for message in &model.messages {
            let name = self.qname(&message.name);
            self.line(format_args!("message {name} @{}", message.position))?;
            self.indented(|this| {
                message.parts.iter().try_for_each(|part| {
                    let target = match part.target {
                        PartTarget::Element(id) => {
                            format!("element {}", this.qname(&model.element(id).name))
                        }
                        PartTarget::Type(id) => format!("type {}", this.type_name(id)),
                    };
                    this.line(format_args!("part {}: {target}", part.name))
                })
            })?;
        }
        for port_type in &model.port_types {
            let name = self.qname(&port_type.name);
            self.line(format_args!("portType {name} @{}", port_type.position))?;
            self.documentation(&port_type.documentation)?;
            let mut operations = port_type.operations.iter();
            self.indented(|this| operations.try_for_each(|operation| this.operation(operation)))?;
        }
        for binding in &model.bindings {
            self.binding(binding)?;
        }
        for service in &model.services {
            let name = self.qname(&service.name);
            self.line(format_args!("service {name} @{}", service.position))?;
            self.documentation(&service.documentation)?;
            self.indented(|this| {
                service.ports.iter().try_for_each(|port| {
                    let binding = this.qname(&model.binding(port.binding).name);
                    let address = port.address.as_deref().unwrap_or("-");
                    this.line(format_args!("port {}: {binding} at {address:?}", port.name))?;
                    this.documentation(&port.documentation)
                })
            })?;
        }
        Ok(())
    }

    fn operation(&mut self, operation: &Operation) -> fmt::Result {
        self.line(format_args!(
            "operation {} @{}",
            operation.name, operation.position
        ))?;
        self.documentation(&operation.documentation)?;
        self.indented(|this| {
            let directions = [("input", &operation.input), ("output", &operation.output)];
            let given = directions
                .into_iter()
                .filter_map(|(kind, message)| Some((kind, message.as_ref()?)))
                .chain(operation.faults.iter().map(|fault| ("fault", fault)));
            for (kind, message) in given {
                let target = this.qname(&this.model.message(message.message).name);
                this.line(format_args!("{kind} {}: {target}", message.name))?;
            }
            if !operation.parameter_order.is_empty() {
                this.line(format_args!(
                    "order {}",
                    operation.parameter_order.join(" ")
                ))?;
            }
            Ok(())
        })
    }

    fn binding(&mut self, binding: &Binding) -> fmt::Result {
        let name = self.qname(&binding.name);
        let port_type = self.model.port_type(binding.port_type);
        let target = self.qname(&port_type.name);
        let transport = binding.transport.as_deref().unwrap_or("-");
        self.line(format_args!(
            "binding {name} of {target} {:?} over {transport:?} @{}",
            binding.protocol, binding.position
        ))?;
        self.documentation(&binding.documentation)?;
        self.indented(|this| {
            binding.operations.iter().try_for_each(|operation| {
                let style = match operation.style {
                    Style::Document => "document",
                    Style::Rpc => "rpc",
                };
                let action = match &operation.soap_action {
                    Some(action) => format!(" action {action:?}"),
                    None => String::new(),
                };
                this.line(format_args!(
                    "operation {} = {} {style}{action} @{}",
                    operation.name, operation.operation, operation.position
                ))?;
                this.indented(|this| {
                    this.binding_message("input", &operation.input)?;
                    this.binding_message("output", &operation.output)?;
                    operation.faults.iter().try_for_each(|fault| {
                        let encoding = use_name(fault.fault_use);
                        this.line(format_args!("fault {} {encoding}", fault.name))
                    })
                })
            })
        })
    }

    fn binding_message(&mut self, kind: &str, message: &BindingMessage) -> fmt::Result {
        let mut line = format!("{kind} {}", use_name(message.body_use));
        if let Some(parts) = &message.body_parts {
            write!(line, " parts {parts:?}")?;
        }
        if let Some(ns) = message.body_namespace {
            write!(line, " namespace {:?}", self.model.namespace(ns))?;
        }
        if message.multipart {
            line.push_str(" multipart");
        }
        self.line(line)?;
        self.indented(|this| {
            message.headers.iter().try_for_each(|header| {
                let mut line = this.header(header.message, header.part);
                write!(line, " {}", use_name(header.header_use))?;
                for (message, part) in &header.faults {
                    write!(line, ", fault {}", this.header(*message, *part))?;
                }
                this.line(format_args!("header {line}"))
            })
        })
    }

    fn header(&self, message: MessageId, part: usize) -> String {
        let message = self.model.message(message);
        let part = message.parts.get(part).map_or("?", |part| &part.name);
        format!("{}/{part}", self.qname(&message.name))
    }
}

fn use_name(encoding: Use) -> &'static str {
    match encoding {
        Use::Literal => "literal",
        Use::Encoded => "encoded",
    }
}
