//! Writes the envelopes of responses, for tests that play the service.

use super::request::envelope;
use crate::codec::{CodecError, Encoder};
use crate::schema::{Operation, SoapVersion};
use crate::value::Struct;
use crate::xml::writer::push_text;

/// The response of an operation. `response` has the table of the operation's response element.
pub(crate) fn result(
    operation: &Operation,
    version: SoapVersion,
    response: &dyn Struct,
) -> Result<String, CodecError> {
    let is_encoded = operation.has(Operation::ENCODED);
    let mut encoder = Encoder::new(operation.response.schema);
    if is_encoded {
        encoder = encoder.encoded(version);
    }
    match operation.has(Operation::BARE_RESPONSE) {
        true => encoder.elements(response)?,
        false => encoder.global(response)?,
    }
    let declarations = encoder.declarations(&[]);
    let body = encoder.as_str();
    Ok(envelope(version, is_encoded, &declarations, &[], &[body]))
}

/// A fault of SOAP 1.1, which clients of both versions accept.
pub(crate) fn fault(
    code: Option<&str>,
    message: Option<&str>,
    detail: Option<&dyn Struct>,
) -> Result<String, CodecError> {
    let (code, message) = (
        code.unwrap_or("soapenv:Server"),
        message.unwrap_or_default(),
    );
    let mut out = String::from("<soapenv:Fault><faultcode>");
    push(&mut out, code)?;
    out.push_str("</faultcode><faultstring>");
    push(&mut out, &format!("{code}: {message}"))?;
    out.push_str("</faultstring>");
    let mut declarations = String::new();
    if let Some(detail) = detail {
        let mut encoder = Encoder::new(detail.table().schema);
        encoder.global(detail)?;
        declarations = encoder.declarations(&[]);
        out.push_str("<detail>");
        out.push_str(encoder.as_str());
        out.push_str("</detail>");
    }
    out.push_str("</soapenv:Fault>");
    let version = SoapVersion::V1_1;
    Ok(envelope(version, false, &declarations, &[], &[&out]))
}

fn push(out: &mut String, text: &str) -> Result<(), CodecError> {
    push_text(out, text).map_err(|c| {
        let code = u32::from(c);
        CodecError::encode(format!(
            "the character U+{code:04X} cannot be written as XML"
        ))
    })
}
