//! Builds `wsdl:definitions`.

use super::{
    Binding, BindingFault, BindingMessage, BindingOperation, Builder, Definitions, Header, Import,
    ImportKind, Message, Operation, OperationMessage, Part, Port, PortType, Service, Str,
    Unsupported, add_documentation, unexpected,
};
use crate::error::{Error, ErrorKind, quoted};
use crate::model::{Protocol, Style, Use};
use crate::names::{Ns, is_ncname, to_ncname};
use crate::xml::{Node, words};

/// Extensions that may be required and that do not change the messages.
const HARMLESS: [&str; 5] = [
    "Policy",
    "PolicyReference",
    "UsingPolicy",
    "UsingAddressing",
    "Anonymous",
];

impl<'a> Builder<'_, 'a> {
    pub(crate) fn definitions(&mut self, node: Node<'_, 'a>) -> Result<(), Error> {
        let mut definitions = Definitions {
            file: self.file,
            name: match node.attribute("name") {
                Some(_) => Some(self.label(node)?),
                None => None,
            },
            target_namespace: self.namespace(node, "targetNamespace"),
            documentation: None,
            imports: Vec::new(),
            messages: Vec::new(),
            port_types: Vec::new(),
            bindings: Vec::new(),
            services: Vec::new(),
        };
        for child in self.wsdl_children(node, &mut definitions.documentation)? {
            match child.local() {
                "import" => definitions.imports.push(Import {
                    kind: ImportKind::Wsdl,
                    namespace: self.namespace(child, "namespace"),
                    location: child.token("location").filter(|text| !text.is_empty()),
                    position: child.position(),
                }),
                "types" => self.types(child)?,
                "message" => definitions.messages.push(self.message(child)?),
                "portType" => definitions.port_types.push(self.port_type(child)?),
                "binding" => definitions.bindings.push(self.binding(child)?),
                "service" => definitions.services.push(self.service(child)?),
                _ => {
                    let accepted = "import, types, message, portType, binding and service";
                    return Err(unexpected(child, accepted));
                }
            }
        }
        self.contents.definitions = Some(definitions);
        Ok(())
    }

    fn types(&mut self, node: Node<'_, 'a>) -> Result<(), Error> {
        for child in node.children() {
            if child.is(Ns::XSD, "schema") {
                self.schema(child)?;
            } else if child.is(Ns::XSD1999, "schema") || child.is(Ns::XSD2000, "schema") {
                let message = "a schema of a draft of XML Schema is not supported";
                let error = child.error(ErrorKind::Unsupported, message);
                return Err(error.help("the namespace is http://www.w3.org/2001/XMLSchema"));
            } else if !child.is(Ns::WSDL, "documentation") {
                self.extension(child)?;
                let text = format!(
                    "the element {} is not a schema and is left out",
                    quoted(child.written())
                );
                self.note(child, text);
            }
        }
        Ok(())
    }

    fn message(&mut self, node: Node<'_, 'a>) -> Result<Message<'a>, Error> {
        let mut parts = Vec::new();
        for child in self.wsdl_children(node, &mut None)? {
            if child.local() != "part" {
                return Err(unexpected(child, "part"));
            }
            self.wsdl_children(child, &mut None)?;
            parts.push(Part {
                name: child.required_name()?,
                element: child.reference("element")?,
                type_name: child.reference("type")?,
                position: child.position(),
            });
        }
        Ok(Message {
            name: node.required_name()?,
            parts,
            position: node.position(),
        })
    }

    fn port_type(&mut self, node: Node<'_, 'a>) -> Result<PortType<'a>, Error> {
        let mut port_type = PortType {
            name: node.required_name()?,
            documentation: None,
            operations: Vec::new(),
            position: node.position(),
        };
        for child in self.wsdl_children(node, &mut port_type.documentation)? {
            if child.local() != "operation" {
                return Err(unexpected(child, "operation"));
            }
            port_type.operations.push(self.operation(child)?);
        }
        Ok(port_type)
    }

    fn operation(&mut self, node: Node<'_, 'a>) -> Result<Operation<'a>, Error> {
        let mut operation = Operation {
            name: node.required_name()?,
            documentation: None,
            input: None,
            output: None,
            output_first: false,
            faults: Vec::new(),
            parameter_order: parameter_order(node)?,
            position: node.position(),
        };
        for child in self.wsdl_children(node, &mut operation.documentation)? {
            self.wsdl_children(child, &mut None)?;
            let message = OperationMessage {
                name: child.name()?,
                message: child.required_reference("message")?,
                position: child.position(),
            };
            match child.local() {
                "input" if operation.input.is_none() => {
                    operation.output_first = operation.output.is_some();
                    operation.input = Some(message);
                }
                "output" if operation.output.is_none() => operation.output = Some(message),
                "fault" => {
                    child.required_name()?;
                    operation.faults.push(message);
                }
                _ => return Err(unexpected(child, "one input, one output and faults")),
            }
        }
        Ok(operation)
    }

    fn binding(&mut self, node: Node<'_, 'a>) -> Result<Binding<'a>, Error> {
        let mut binding = Binding {
            name: node.required_name()?,
            port_type: node.required_reference("type")?,
            protocol: Protocol::Other,
            transport: None,
            style: Style::Document,
            documentation: None,
            operations: Vec::new(),
            unsupported: Vec::new(),
            position: node.position(),
        };
        for child in node.children().filter(|child| child.local() == "binding") {
            binding.protocol = match child.ns() {
                Ns::SOAP11 => Protocol::Soap11,
                Ns::SOAP12 => Protocol::Soap12,
                Ns::HTTP => Protocol::Http,
                _ => continue,
            };
            binding.transport = header_safe(child, "transport")?;
            binding.style = style(child)?.unwrap_or_default();
        }
        for child in self.wsdl_children(node, &mut binding.documentation)? {
            if child.local() != "operation" {
                return Err(unexpected(child, "operation"));
            }
            match self.binding_operation(child) {
                // The extension is required only by this operation.
                Err(error) if error.kind() == ErrorKind::Unsupported => {
                    binding.unsupported.push(Unsupported {
                        operation: child.required_name()?,
                        reason: error.message().to_string(),
                        position: error.position().unwrap_or(child.position()),
                    });
                }
                operation => binding.operations.push(operation?),
            }
        }
        Ok(binding)
    }

    fn binding_operation(&mut self, node: Node<'_, 'a>) -> Result<BindingOperation<'a>, Error> {
        let mut operation = BindingOperation {
            name: node.required_name()?,
            soap_action: None,
            style: None,
            input: None,
            output: None,
            faults: Vec::new(),
            position: node.position(),
        };
        for child in node.children() {
            if is_soap(child) && child.local() == "operation" {
                operation.soap_action = header_safe(child, "soapAction")?;
                operation.style = style(child)?;
            }
        }
        for child in self.wsdl_children(node, &mut None)? {
            match child.local() {
                "input" if operation.input.is_none() => {
                    operation.input = Some(self.binding_message(child)?);
                }
                "output" if operation.output.is_none() => {
                    operation.output = Some(self.binding_message(child)?);
                }
                "fault" => operation.faults.push(self.binding_fault(child)?),
                _ => return Err(unexpected(child, "one input, one output and faults")),
            }
        }
        Ok(operation)
    }

    fn binding_message(&mut self, node: Node<'_, 'a>) -> Result<BindingMessage<'a>, Error> {
        let mut message = BindingMessage {
            name: node.name()?,
            body_use: Use::Literal,
            body_parts: None,
            body_namespace: None,
            headers: Vec::new(),
            multipart: false,
            position: node.position(),
        };
        self.wsdl_children(node, &mut None)?;
        for child in node.children() {
            if child.is(Ns::MIME, "multipartRelated") {
                message.multipart = true;
                for part in child.children().filter(|part| part.is(Ns::MIME, "part")) {
                    for content in part.children() {
                        self.soap_content(content, &mut message)?;
                    }
                }
            } else {
                self.soap_content(child, &mut message)?;
            }
        }
        Ok(message)
    }

    /// Parses `soap:body` and `soap:header`.
    fn soap_content(
        &mut self,
        node: Node<'_, 'a>,
        message: &mut BindingMessage<'a>,
    ) -> Result<(), Error> {
        if !is_soap(node) {
            return Ok(());
        }
        match node.local() {
            "body" => {
                message.body_use = encoding_use(node)?;
                message.body_parts = node.attribute("parts").map(words);
                message.body_namespace = self.namespace(node, "namespace");
            }
            "header" => {
                let mut header = self.header(node)?;
                for child in node.children() {
                    if is_soap(child) && child.local() == "headerfault" {
                        header.faults.push(self.header(child)?);
                    }
                }
                message.headers.push(header);
            }
            _ => {}
        }
        Ok(())
    }

    fn header(&mut self, node: Node<'_, 'a>) -> Result<Header<'a>, Error> {
        Ok(Header {
            message: node.required_reference("message")?,
            part: node.required("part")?,
            header_use: encoding_use(node)?,
            faults: Vec::new(),
            position: node.position(),
        })
    }

    fn binding_fault(&mut self, node: Node<'_, 'a>) -> Result<BindingFault<'a>, Error> {
        self.wsdl_children(node, &mut None)?;
        let mut name = node.name()?;
        let mut fault_use = Use::Literal;
        for child in node.children() {
            if is_soap(child) && child.local() == "fault" {
                fault_use = encoding_use(child)?;
                name = match name {
                    Some(name) => Some(name),
                    None => child.name()?,
                };
            }
        }
        Ok(BindingFault {
            name: match name {
                Some(name) => name,
                None => node.required_name()?,
            },
            fault_use,
            position: node.position(),
        })
    }

    fn service(&mut self, node: Node<'_, 'a>) -> Result<Service<'a>, Error> {
        let mut service = Service {
            name: self.label(node)?,
            documentation: None,
            ports: Vec::new(),
            position: node.position(),
        };
        for child in self.wsdl_children(node, &mut service.documentation)? {
            if child.local() != "port" {
                return Err(unexpected(child, "port"));
            }
            let mut port = Port {
                name: self.label(child)?,
                binding: child.required_reference("binding")?,
                address: None,
                documentation: None,
                position: child.position(),
            };
            self.wsdl_children(child, &mut port.documentation)?;
            for address in child.children().filter(|node| node.local() == "address") {
                if is_soap(address) || address.ns() == Ns::HTTP {
                    let location = header_safe(address, "location")?;
                    port.address =
                        location.map(|location| self.without_credentials(address, location));
                }
            }
            service.ports.push(port);
        }
        Ok(service)
    }

    /// Removes a user name and a password before the host of an address, because the address becomes
    /// documentation and a constant of the generated code.
    fn without_credentials(&mut self, node: Node<'_, 'a>, address: Str<'a>) -> Str<'a> {
        let Some((scheme, rest)) = address.split_once("//") else {
            return address;
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let Some(at) = authority.rfind('@') else {
            return address;
        };
        let text = "the address has a user name or a password, which are left out: give credentials \
                    to the client";
        let address = format!("{scheme}//{}", &rest[at + 1..]);
        self.note(node, text);
        address.into()
    }

    /// A name that nothing refers to and that is not in any message. A text that is not a name is converted
    /// to one.
    fn label(&mut self, node: Node<'_, 'a>) -> Result<Str<'a>, Error> {
        let written = node.required("name")?;
        node.check_length(&written)?;
        if is_ncname(&written) {
            return Ok(written);
        }
        let name = to_ncname(&written);
        let text = format!(
            "the name {} is not an XML name and is read as {}",
            quoted(&written),
            quoted(&name)
        );
        self.note(node, text);
        Ok(name.into())
    }

    /// The children in the namespace of WSDL, without documentation. Extensions are checked.
    fn wsdl_children<'d>(
        &mut self,
        node: Node<'d, 'a>,
        documentation: &mut Option<String>,
    ) -> Result<Vec<Node<'d, 'a>>, Error> {
        let mut children = Vec::new();
        for child in node.children() {
            if child.ns() != Ns::WSDL {
                self.extension(child)?;
            } else if child.local() == "documentation" {
                add_documentation(documentation, child);
            } else {
                children.push(child);
            }
        }
        Ok(children)
    }

    /// Checks an element of another namespace. It is ignored, unless it is marked as required.
    fn extension(&mut self, node: Node<'_, 'a>) -> Result<(), Error> {
        let known = [Ns::SOAP11, Ns::SOAP12, Ns::HTTP, Ns::MIME];
        if known.contains(&node.ns()) {
            return Ok(());
        }
        let required = node
            .attribute_ns(Ns::WSDL, "required")
            .map(|value| value.trim());
        if !matches!(required, Some("true" | "1")) {
            return Ok(());
        }
        if HARMLESS.contains(&node.local()) {
            let text = format!(
                "the required extension {} is left out",
                quoted(node.written())
            );
            self.note(node, text);
            return Ok(());
        }
        let uri = quoted(self.namespaces.uri(node.ns()));
        let message = format!(
            "the extension {} of {uri} is required and not supported",
            quoted(node.written())
        );
        Err(node
            .error(ErrorKind::Unsupported, message)
            .help("remove it, or its wsdl:required, if the service works without"))
    }
}

fn is_soap(node: Node<'_, '_>) -> bool {
    node.ns() == Ns::SOAP11 || node.ns() == Ns::SOAP12
}

fn style(node: Node<'_, '_>) -> Result<Option<Style>, Error> {
    match node.token("style").as_deref() {
        None => Ok(None),
        Some("document") => Ok(Some(Style::Document)),
        Some("rpc") => Ok(Some(Style::Rpc)),
        Some(other) => Err(node.bad_value("style", other, "`document` or `rpc`")),
    }
}

fn encoding_use(node: Node<'_, '_>) -> Result<Use, Error> {
    match node.token("use").as_deref() {
        None | Some("literal") => Ok(Use::Literal),
        Some("encoded") => Ok(Use::Encoded),
        Some(other) => Err(node.bad_value("use", other, "`literal` or `encoded`")),
    }
}

fn parameter_order<'a>(node: Node<'_, 'a>) -> Result<Vec<Str<'a>>, Error> {
    let names = node.attribute("parameterOrder").map(words);
    let names = names.unwrap_or_default();
    match names.iter().find(|name| !is_ncname(name)) {
        Some(name) => Err(node.bad_value("parameterOrder", name, "names of parts")),
        None => Ok(names),
    }
}

/// A value that is sent in an HTTP header. A line break in it would start another header.
fn header_safe<'a>(node: Node<'_, 'a>, attribute: &str) -> Result<Option<Str<'a>>, Error> {
    let Some(value) = node.token(attribute) else {
        return Ok(None);
    };
    if value.contains(char::is_control) {
        return Err(node.bad_value(attribute, &value, "text without control characters"));
    }
    Ok(Some(value))
}
