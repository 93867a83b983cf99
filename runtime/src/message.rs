//! Envelopes outside of calls: reads a message that a server received, and writes the response to
//! it.
//!
//! Salesforce sends outbound messages to a server that you run, and provides the WSDL for it.
//! Generate code from that WSDL with `Config::messages(true)`, so that the element of each message
//! is a type. Pass the body of the request to [`read`], and send the result of [`write()`] as the body
//! of the response, with the content type `text/xml; charset=utf-8`. The module `server` (feature
//! `server`) does this for you, as a service for a web server.
//!
//! ```text
//! use outbound::{Notifications, NotificationsResponse};
//! use saponify::{Limits, SoapVersion, message};
//!
//! let received: Notifications = message::read(&body, Limits::default())?;
//! for notification in &received.notification {
//!     println!("{:?}", notification.id);
//! }
//! let response = message::write(&NotificationsResponse { ack: true }, SoapVersion::V1_1)?;
//! ```
//!
//! **Anyone can send a well-formed message.** Check the organization's id and the client's
//! certificate, as Salesforce's documentation of outbound messages describes.

use crate::codec::{CodecError, Decoder, Encoder, Halt, expanded, shown};
use crate::error::Error;
use crate::limits::Limits;
use crate::schema::SoapVersion;
use crate::value::GeneratedStruct;
use crate::xml::{Context, Input, Reader, Start, Token};

/// Reads an envelope of either version of SOAP whose body is an element of the type `T`. The
/// defaults of [`Leniency`](crate::Leniency) apply. Headers are skipped.
///
/// # Errors
///
/// Returns an error if the text is not an envelope, exceeds a limit, contains another element, or
/// does not fit the type. A header with `mustUnderstand` is an error, because no header is
/// understood.
pub fn read<T: GeneratedStruct>(envelope: &[u8], limits: Limits) -> Result<T, Error> {
    let table = T::static_table();
    let mut context = Context::new(table.schema.uris(), limits);
    let mut input = Input::default();
    input
        .feed(envelope, limits.body)
        .map_err(CodecError::from)?;
    input.finish();
    let mut reader = Reader::new(input.rest(), input.is_at_end(), &mut context);
    let mut value = T::default();
    match read_envelope(&mut reader, &mut value) {
        Ok(()) => Ok(value),
        Err(Halt::More) => Err(CodecError::from(input.truncated()).into()),
        Err(Halt::Error(error)) => Err(error.into()),
    }
}

/// Writes an envelope whose body is this value, under the name of its type.
///
/// # Errors
///
/// Returns an error if a text contains a character that XML does not allow.
pub fn write<T: GeneratedStruct>(value: &T, version: SoapVersion) -> Result<String, Error> {
    let mut encoder = Encoder::new(T::static_table().schema);
    encoder.global(value)?;
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"{}\"{}>\
         <soapenv:Body>{}</soapenv:Body></soapenv:Envelope>",
        version.envelope(),
        encoder.declarations(&[]),
        encoder.as_str()
    ))
}

fn read_envelope<T: GeneratedStruct>(reader: &mut Reader<'_>, value: &mut T) -> Result<(), Halt> {
    reader.blanks_before_declaration()?;
    reader.prolog()?;
    let Token::Start(start) = reader.next()? else {
        return Err(Halt::More);
    };
    let uri = reader.context.uri(start.ns);
    let soap = [SoapVersion::V1_1, SoapVersion::V1_2]
        .map(SoapVersion::envelope)
        .into_iter()
        .find(|soap| start.local == "Envelope" && *soap == uri);
    let Some(soap) = soap else {
        let found = shown(reader, start);
        return Err(wrong(format!("expected a SOAP envelope, found `{found}`")));
    };
    let mut found = false;
    while let Some(start) = next_element(reader)? {
        match (start.local, reader.context.uri(start.ns) == soap) {
            ("Header", true) => headers(reader, soap)?,
            ("Body", true) => {
                while let Some(start) = next_element(reader)? {
                    body(reader, start, value, &mut found)?;
                }
            }
            _ => return Err(unexpected(reader, start)),
        }
    }
    while !matches!(reader.next()?, Token::Eof) {}
    match found {
        true => Ok(()),
        false => Err(wrong(format!(
            "expected the element `{}`, found an empty body",
            name_of::<T>()
        ))),
    }
}

fn body<T: GeneratedStruct>(
    reader: &mut Reader<'_>,
    start: Start<'_>,
    value: &mut T,
    found: &mut bool,
) -> Result<(), Halt> {
    let table = T::static_table();
    if std::mem::replace(found, true) {
        return Err(unexpected(reader, start));
    }
    if !Decoder::is_named(reader, (table.ns, table.name), start) {
        let (expected, found) = (name_of::<T>(), shown(reader, start));
        return Err(wrong(format!(
            "expected the element `{expected}`, found `{found}`"
        )));
    }
    Decoder::new(Vec::new())
        .structure(reader, value)
        .map_err(|halt| halt.within(table.name))
}

fn headers(reader: &mut Reader<'_>, soap: &str) -> Result<(), Halt> {
    while let Some(start) = next_element(reader)? {
        let must = reader.attributes().iter().any(|attribute| {
            attribute.local == "mustUnderstand"
                && reader.context.uri(attribute.ns) == soap
                && matches!(attribute.value.trim(), "1" | "true")
        });
        if must {
            let found = shown(reader, start);
            return Err(wrong(format!(
                "the header `{found}` must be understood (mustUnderstand=\"1\"), but headers are not read here"
            )));
        }
        reader.skip()?;
    }
    Ok(())
}

/// The start of the next child element, or `None` at the end of the enclosing element.
fn next_element<'x>(reader: &mut Reader<'x>) -> Result<Option<Start<'x>>, Halt> {
    loop {
        match reader.next()? {
            Token::Start(start) => return Ok(Some(start)),
            Token::Text(run) if run.trim_ascii().is_empty() => {}
            Token::Text(_) => return Err(wrong("text between the elements of the envelope")),
            Token::End | Token::Eof => return Ok(None),
        }
    }
}

fn name_of<T: GeneratedStruct>() -> String {
    let table = T::static_table();
    expanded(table.namespace(), table.name)
}

fn unexpected(reader: &Reader<'_>, start: Start<'_>) -> Halt {
    let found = shown(reader, start);
    wrong(format!("the element `{found}` is not expected here"))
}

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Halt {
    CodecError::decode(message).into()
}
