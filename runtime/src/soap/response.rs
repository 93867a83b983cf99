//! Writes the envelopes of responses and faults: for servers, and for tests that play the service.

use super::request::{Header, envelope};
use crate::codec::{CodecError, Encoder};
use crate::schema::{Operation, SoapVersion};
use crate::value::{FieldValue, Struct, Unwrapped, Value};
use crate::xml::writer::{push_attribute, push_text};

/// The envelope of the response of an operation. `value` is as for [`Unwritten::new`].
pub(crate) fn result<T>(
    operation: &'static Operation,
    version: SoapVersion,
    value: T,
) -> Result<String, CodecError>
where
    T: FieldValue + std::fmt::Debug + 'static,
{
    let unwritten = Unwritten::new(operation, version, value, Vec::new());
    Ok(unwritten.write(usize::MAX)?.unwrap_or_default())
}

/// The response of an operation, before it is written.
#[derive(Debug)]
pub(crate) struct Unwritten<T> {
    operation: &'static Operation,
    version: SoapVersion,
    response: Unwrapped<T>,
    headers: Vec<Box<dyn Struct + Send + Sync>>,
}

impl<T> Unwritten<T>
where
    T: FieldValue + std::fmt::Debug + 'static,
{
    /// `value` is the value of the only field of the response, or the struct of all its fields.
    pub(crate) fn new(
        operation: &'static Operation,
        version: SoapVersion,
        value: T,
        headers: Vec<Box<dyn Struct + Send + Sync>>,
    ) -> Self {
        let table = operation.response;
        Self {
            operation,
            version,
            response: Unwrapped { table, value },
            headers,
        }
    }

    /// Writes the envelope. Returns `None` if its body is longer than `most` bytes, without having
    /// written much more than that.
    pub(crate) fn write(&self, most: usize) -> Result<Option<String>, CodecError> {
        let table = self.operation.response;
        let headers = self.headers.iter().map(|header| Header::new(&**header));
        let headers: Vec<Header> = headers.collect::<Result<_, _>>()?;
        let mut encoder = Encoder::new(table.schema);
        encoder.stops_after(most);
        if self.operation.has(Operation::ENCODED) {
            encoder = encoder.encoded(self.version);
        }
        let written = match self.response.value.value(0) {
            Value::Struct(response) if table.fields().len() > 1 => {
                self.body(&mut encoder, response)
            }
            _ => self.body(&mut encoder, &self.response),
        };
        if encoder.as_str().len() > most {
            return Ok(None);
        }
        written?;
        let of_headers: Vec<&Encoder> = headers.iter().map(|header| &header.0).collect();
        let declarations = encoder.declarations(&of_headers);
        let headers: Vec<&str> = headers.iter().map(Header::as_str).collect();
        let is_encoded = self.operation.has(Operation::ENCODED);
        let body = [encoder.as_str()];
        Ok(Some(envelope(
            self.version,
            is_encoded,
            &declarations,
            &headers,
            &body,
        )))
    }

    fn body(&self, encoder: &mut Encoder, response: &dyn Struct) -> Result<(), CodecError> {
        let table = self.operation.response;
        if self.operation.has(Operation::BARE_RESPONSE) {
            encoder.elements(response)
        } else if self.operation.has(Operation::ENCODED) {
            encoder.open(table.ns, table.name);
            encoder.encoding_style(self.version.encoding());
            encoder.end_open();
            encoder
                .elements(response)
                .map_err(|error| error.within(table.name))?;
            encoder.close(table.ns, table.name);
            Ok(())
        } else {
            encoder.global_as(table, response)
        }
    }
}

/// The entry of a fault's detail in its written form.
#[derive(Debug)]
pub(crate) struct Detail {
    xml: String,
    declarations: String,
}

impl Detail {
    /// An entry whose element has the name of the value's table.
    pub(crate) fn of(value: &dyn Struct) -> Result<Self, CodecError> {
        Self::named(value.table(), value)
    }

    /// An entry whose element has the name of `name`.
    pub(crate) fn named(
        name: &'static crate::schema::Type,
        value: &dyn Struct,
    ) -> Result<Self, CodecError> {
        let mut encoder = Encoder::new(value.table().schema);
        encoder.global_as(name, value)?;
        Ok(Self {
            declarations: encoder.declarations(&[]),
            xml: encoder.as_str().to_owned(),
        })
    }
}

/// The parts of a fault that is written.
#[derive(Debug)]
pub(crate) struct FaultParts<'a> {
    pub(crate) version: SoapVersion,
    /// The code, with the prefix `soapenv` if it is one of SOAP.
    pub(crate) code: &'a str,
    /// The namespace and the name of a more specific code. In SOAP 1.1 it replaces the code.
    pub(crate) subcode: Option<(&'a str, &'a str)>,
    pub(crate) reason: &'a str,
    /// `faultactor`, or `Role` in SOAP 1.2.
    pub(crate) role: Option<&'a str>,
    pub(crate) detail: Option<&'a Detail>,
    /// Headers of the envelope, which declare the prefixes that they use.
    pub(crate) headers: &'a [String],
}

/// The envelope of a fault (SOAP 1.1 section 4.4; SOAP 1.2 Part 1 section 5.4).
pub(crate) fn fault(parts: &FaultParts<'_>) -> Result<String, CodecError> {
    let mut out = String::from("<soapenv:Fault>");
    match parts.version {
        SoapVersion::V1_1 => fault_1_1(&mut out, parts)?,
        SoapVersion::V1_2 => fault_1_2(&mut out, parts)?,
    }
    out.push_str("</soapenv:Fault>");
    let declarations = parts.detail.map_or("", |detail| &detail.declarations);
    let headers: Vec<&str> = parts.headers.iter().map(String::as_str).collect();
    Ok(envelope(
        parts.version,
        false,
        declarations,
        &headers,
        &[&out],
    ))
}

fn fault_1_1(out: &mut String, parts: &FaultParts<'_>) -> Result<(), CodecError> {
    match parts.subcode {
        Some((namespace, name)) => qualified(out, "faultcode", namespace, name)?,
        None => element(out, "faultcode", parts.code)?,
    }
    element(out, "faultstring", parts.reason)?;
    if let Some(role) = parts.role {
        element(out, "faultactor", role)?;
    }
    if let Some(detail) = parts.detail {
        out.push_str("<detail>");
        out.push_str(&detail.xml);
        out.push_str("</detail>");
    }
    Ok(())
}

fn fault_1_2(out: &mut String, parts: &FaultParts<'_>) -> Result<(), CodecError> {
    out.push_str("<soapenv:Code>");
    element(out, "soapenv:Value", parts.code)?;
    if let Some((namespace, name)) = parts.subcode {
        out.push_str("<soapenv:Subcode>");
        qualified(out, "soapenv:Value", namespace, name)?;
        out.push_str("</soapenv:Subcode>");
    }
    out.push_str("</soapenv:Code><soapenv:Reason><soapenv:Text xml:lang=\"en\">");
    text(out, parts.reason)?;
    out.push_str("</soapenv:Text></soapenv:Reason>");
    if let Some(role) = parts.role {
        element(out, "soapenv:Role", role)?;
    }
    if let Some(detail) = parts.detail {
        out.push_str("<soapenv:Detail>");
        out.push_str(&detail.xml);
        out.push_str("</soapenv:Detail>");
    }
    Ok(())
}

fn element(out: &mut String, name: &str, content: &str) -> Result<(), CodecError> {
    out.push_str(&format!("<{name}>"));
    text(out, content)?;
    out.push_str(&format!("</{name}>"));
    Ok(())
}

/// An element whose text is a qualified name.
fn qualified(
    out: &mut String,
    element: &str,
    namespace: &str,
    name: &str,
) -> Result<(), CodecError> {
    let prefix = if namespace.is_empty() { "" } else { "code:" };
    out.push_str(&format!("<{element}"));
    if !namespace.is_empty() {
        out.push_str(" xmlns:code=");
        push_attribute(out, namespace).map_err(forbidden)?;
    }
    out.push('>');
    out.push_str(prefix);
    text(out, name)?;
    out.push_str(&format!("</{element}>"));
    Ok(())
}

fn text(out: &mut String, text: &str) -> Result<(), CodecError> {
    push_text(out, text).map_err(forbidden)
}

fn forbidden(c: char) -> CodecError {
    let code = u32::from(c);
    CodecError::encode(format!(
        "the character U+{code:04X} cannot be written as XML"
    ))
}
