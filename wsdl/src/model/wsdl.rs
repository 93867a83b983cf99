//! The messages, portTypes, bindings and services of WSDL.

use super::{BindingId, ElementId, MessageId, NsId, PortTypeId, Position, QName, TypeId};

/// A WSDL message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The name.
    pub name: QName,
    /// The parts.
    pub parts: Vec<Part>,
    /// The position of the message.
    pub position: Position,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The name.
    pub name: String,
    /// The element or type of the part.
    pub target: PartTarget,
}

/// `element` or `type` of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartTarget {
    /// `element="…"`.
    Element(ElementId),
    /// `type="…"`.
    Type(TypeId),
}

/// A WSDL portType.
#[derive(Clone, Debug, PartialEq)]
pub struct PortType {
    /// The name.
    pub name: QName,
    /// The documentation, as plain text.
    pub documentation: Option<String>,
    /// The operations, of which several may have the same name.
    pub operations: Vec<Operation>,
    /// The position of the portType.
    pub position: Position,
}

/// An operation of a portType.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// The name.
    pub name: String,
    /// The documentation, as plain text.
    pub documentation: Option<String>,
    /// The request, unless the operation is a notification.
    pub input: Option<OperationMessage>,
    /// The response, unless the operation is one-way.
    pub output: Option<OperationMessage>,
    /// The declared faults.
    pub faults: Vec<OperationMessage>,
    /// `parameterOrder`, if given.
    pub parameter_order: Vec<String>,
    /// The position of the operation.
    pub position: Position,
}

/// `input`, `output` or `fault` of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationMessage {
    /// The name, which has a default (WSDL 1.1, section 2.4.5).
    pub name: String,
    /// The message.
    pub message: MessageId,
}

/// A binding.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// The name.
    pub name: QName,
    /// The portType that is bound.
    pub port_type: PortTypeId,
    /// The protocol.
    pub protocol: Protocol,
    /// `soap:binding/@transport`.
    pub transport: Option<String>,
    /// The bound operations, in document order.
    pub operations: Vec<BindingOperation>,
    /// The documentation, as plain text.
    pub documentation: Option<String>,
    /// The position of the binding.
    pub position: Position,
}

/// The protocol of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SOAP 1.1 (`http://schemas.xmlsoap.org/wsdl/soap/`).
    Soap11,
    /// SOAP 1.2 (`http://schemas.xmlsoap.org/wsdl/soap12/`).
    Soap12,
    /// HTTP GET or POST (`http://schemas.xmlsoap.org/wsdl/http/`).
    Http,
    /// Another protocol, or none.
    Other,
}

/// A bound operation.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingOperation {
    /// The name.
    pub name: String,
    /// The index among the operations of the portType. Overloads are distinguished by the names of input
    /// and output.
    pub operation: usize,
    /// `soapAction`, which may be empty. `None` if it is absent.
    pub soap_action: Option<String>,
    /// `style`, which the binding defines if the operation does not.
    pub style: Style,
    /// The body and headers of the request.
    pub input: BindingMessage,
    /// The body and headers of the response.
    pub output: BindingMessage,
    /// The names of the bound faults, and how they are encoded.
    pub faults: Vec<BindingFault>,
    /// The position of the bound operation.
    pub position: Position,
}

/// `style` of a SOAP operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// The body contains the part itself.
    #[default]
    Document,
    /// The body contains an element with the name of the operation, which has a child for each part.
    Rpc,
}

/// `use` of a SOAP body, header or fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// According to the schema.
    #[default]
    Literal,
    /// According to SOAP 1.1, section 5.
    Encoded,
}

/// The SOAP body and headers of one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BindingMessage {
    /// `use` of the body.
    pub body_use: Use,
    /// `parts` of the body, as indices of the parts of the message. `None` means all parts.
    pub body_parts: Option<Vec<usize>>,
    /// `namespace` of an rpc body.
    pub body_namespace: Option<NsId>,
    /// The headers, in document order.
    pub headers: Vec<HeaderBinding>,
    /// Whether the body is in a `mime:multipartRelated`.
    pub multipart: bool,
}

/// `soap:header`.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderBinding {
    /// The message that contains the part.
    pub message: MessageId,
    /// The index of the part.
    pub part: usize,
    /// `use`.
    pub header_use: Use,
    /// The `soap:headerfault`s: message and index of the part.
    pub faults: Vec<(MessageId, usize)>,
}

/// `soap:fault` of a bound operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingFault {
    /// The name of the fault in the portType.
    pub name: String,
    /// `use`.
    pub fault_use: Use,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The name.
    pub name: QName,
    /// The documentation, as plain text.
    pub documentation: Option<String>,
    /// The ports.
    pub ports: Vec<Port>,
    /// The position of the service.
    pub position: Position,
}

/// A port: a binding at an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The name.
    pub name: String,
    /// The binding.
    pub binding: BindingId,
    /// `soap:address/@location`, unchanged.
    pub address: Option<String>,
    /// The documentation, as plain text.
    pub documentation: Option<String>,
}
