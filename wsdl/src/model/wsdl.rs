//! Messages, port types, bindings and services of WSDL.

use super::{BindingId, ElementId, MessageId, NsId, PortTypeId, Position, QName, TypeId};

/// A WSDL message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its name.
    pub name: QName,
    /// Its parts.
    pub parts: Vec<Part>,
    /// Where it is.
    pub position: Position,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it refers to.
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

/// A WSDL port type.
#[derive(Clone, Debug, PartialEq)]
pub struct PortType {
    /// Its name.
    pub name: QName,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Its operations; two may share a name.
    pub operations: Vec<Operation>,
    /// Where it is.
    pub position: Position,
}

/// An operation of a port type.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its name.
    pub name: String,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// The request, unless the operation is a notification.
    pub input: Option<OperationMessage>,
    /// The response, unless the operation is one-way.
    pub output: Option<OperationMessage>,
    /// Declared faults.
    pub faults: Vec<OperationMessage>,
    /// `parameterOrder`, if given.
    pub parameter_order: Vec<String>,
    /// Where it is.
    pub position: Position,
}

/// `input`, `output` or `fault` of an operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationMessage {
    /// Its name, given or by the default of WSDL 1.1 section 2.4.5.
    pub name: String,
    /// The message.
    pub message: MessageId,
}

/// A binding.
#[derive(Clone, Debug, PartialEq)]
pub struct Binding {
    /// Its name.
    pub name: QName,
    /// The port type it binds.
    pub port_type: PortTypeId,
    /// The protocol.
    pub protocol: Protocol,
    /// `soap:binding/@transport`.
    pub transport: Option<String>,
    /// One entry per bound operation, in document order.
    pub operations: Vec<BindingOperation>,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Where it is.
    pub position: Position,
}

/// What a binding speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// SOAP 1.1 (`http://schemas.xmlsoap.org/wsdl/soap/`).
    Soap11,
    /// SOAP 1.2 (`http://schemas.xmlsoap.org/wsdl/soap12/`).
    Soap12,
    /// HTTP GET or POST (`http://schemas.xmlsoap.org/wsdl/http/`).
    Http,
    /// Anything else, or nothing.
    Other,
}

/// An operation as bound.
#[derive(Clone, Debug, PartialEq)]
pub struct BindingOperation {
    /// Its name.
    pub name: String,
    /// Index into the port type's operations; overloads are told apart by input and output names.
    pub operation: usize,
    /// `soapAction`, the empty string included; `None` if absent.
    pub soap_action: Option<String>,
    /// `style`, the binding's if the operation has none.
    pub style: Style,
    /// Body and headers of the request.
    pub input: BindingMessage,
    /// Body and headers of the response.
    pub output: BindingMessage,
    /// Names of the bound faults and how they are encoded.
    pub faults: Vec<BindingFault>,
    /// Where it is.
    pub position: Position,
}

/// `style` of a SOAP operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// The body holds the part itself.
    #[default]
    Document,
    /// The body holds an element named after the operation, with one child per part.
    Rpc,
}

/// `use` of a SOAP body, header or fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// As the schema says.
    #[default]
    Literal,
    /// By the rules of SOAP 1.1 section 5.
    Encoded,
}

/// SOAP body and headers of one direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BindingMessage {
    /// `use` of the body.
    pub body_use: Use,
    /// `parts` of the body: indices into the message's parts. All of them if not given.
    pub body_parts: Option<Vec<usize>>,
    /// `namespace` of an rpc body.
    pub body_namespace: Option<NsId>,
    /// Headers in document order.
    pub headers: Vec<HeaderBinding>,
    /// Whether the body is inside `mime:multipartRelated`.
    pub multipart: bool,
}

/// `soap:header`.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderBinding {
    /// The message that holds the part.
    pub message: MessageId,
    /// Index of the part.
    pub part: usize,
    /// `use`.
    pub header_use: Use,
    /// `soap:headerfault`s: message and part.
    pub faults: Vec<(MessageId, usize)>,
}

/// `soap:fault` of a bound operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingFault {
    /// Name of the port type's fault.
    pub name: String,
    /// `use`.
    pub fault_use: Use,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its name.
    pub name: QName,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
    /// Its ports.
    pub ports: Vec<Port>,
    /// Where it is.
    pub position: Position,
}

/// A port: a binding at an address.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its binding.
    pub binding: BindingId,
    /// `soap:address/@location`, as written.
    pub address: Option<String>,
    /// Documentation, as plain text.
    pub documentation: Option<String>,
}
