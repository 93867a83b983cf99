//! Access to the parts that do no I/O, for the tests, benchmarks and fuzz targets of this crate.
//! **There is no stability promise**, and no program needs this module to call a service.

use crate::codec::{self, CodecError, Decoder, Encoder};
use crate::error::Error;
use crate::limits::Limits;
use crate::record::Record;
use crate::schema::{Operation, Type};
use crate::soap::reader::{Event, MessageReader};
use crate::value::{GeneratedStruct, Struct};
use crate::xml::{Context, Halt, Input, Reader, Token};

/// What the reader found, in a form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A start tag: its namespace and local name, and the namespace, local name and value of each
    /// attribute.
    Start(String, String, Vec<(String, String, String)>),
    /// An end tag.
    End,
    /// The whole text between two tags.
    Text(String),
}

/// Reads a document to its end.
///
/// # Errors
///
/// Returns an error if the document is not well-formed, is incomplete, or exceeds a limit.
pub fn read<'c>(
    chunks: impl IntoIterator<Item = &'c [u8]>,
    limits: Limits,
) -> Result<Vec<Seen>, Error> {
    let mut context = Context::new([""], limits);
    let mut input = Input::default();
    let mut seen = Vec::new();
    let mut started = false;
    let mut unit = |input: &mut Input| loop {
        if !input.is_ready() {
            return Ok(());
        }
        let mark = context.mark();
        let mut reader = Reader::new(input.rest(), input.is_at_end(), &mut context);
        let mut len = 0;
        let step = || -> Result<bool, Halt> {
            if !started {
                reader.prolog()?;
                started = true;
                len = reader.pos();
            }
            let more = see(&mut reader, &mut seen)?;
            len = reader.pos();
            Ok(more)
        };
        match { step }() {
            Ok(true) => input.take(len),
            Ok(false) => return Ok(()),
            Err(Halt::More) if input.is_last() => return Err(input.truncated()),
            Err(Halt::More) => {
                context.rollback(mark);
                input.take(len);
                input.starve();
                return Ok(());
            }
            Err(Halt::Error(error)) => return Err(error),
        }
    };
    for chunk in chunks {
        input.feed(chunk, limits.body).map_err(CodecError::from)?;
        unit(&mut input).map_err(CodecError::from)?;
    }
    input.finish();
    unit(&mut input).map_err(CodecError::from)?;
    Ok(seen)
}

/// Reads one token. Returns false at the end.
fn see(reader: &mut Reader<'_>, seen: &mut Vec<Seen>) -> Result<bool, Halt> {
    match reader.next()? {
        Token::Start(start) => {
            let uri = |ns| reader.context.uri(ns).to_owned();
            let attributes = reader.attributes().iter();
            let attributes =
                attributes.map(|a| (uri(a.ns), a.local.to_owned(), a.value.to_string()));
            seen.push(Seen::Start(
                uri(start.ns),
                start.local.to_owned(),
                attributes.collect(),
            ));
            if start.empty {
                reader.next()?;
                seen.push(Seen::End);
            }
        }
        Token::End => seen.push(Seen::End),
        // White space outside of the root element is not content.
        Token::Text(_) if reader.context.depth() == 0 => {}
        Token::Text(run) => match seen.last_mut() {
            Some(Seen::Text(text)) => text.push_str(&run),
            _ => seen.push(Seen::Text(run.into_owned())),
        },
        Token::Eof => return Ok(false),
    }
    Ok(true)
}

/// Writes a value as a document whose root element has the name of the value's type.
///
/// # Errors
///
/// Returns an error if the value cannot be written as XML.
pub fn encode(value: &dyn Struct) -> Result<String, Error> {
    let table = value.table();
    let mut encoder = Encoder::new(table.schema);
    encoder.global(value)?;
    // The namespace declarations belong in the start tag of the root element, after its name.
    let body = encoder.as_str();
    let name = body.find([' ', '>', '/']).unwrap_or_default();
    let (head, rest) = body.split_at(name);
    Ok(format!("{head}{}{rest}", encoder.declarations(&[])))
}

/// Reads a document that [`encode`] wrote.
///
/// # Errors
///
/// Returns an error if the document is not well-formed, exceeds a limit, or does not fit the type.
pub fn decode<S: GeneratedStruct>(
    document: &str,
    limits: Limits,
    known: &[&'static Type],
) -> Result<S, Error> {
    let mut value = S::default();
    decode_into(document, &mut value, limits, known)?;
    Ok(value)
}

/// Whether two structs are equal.
#[must_use]
pub fn same(a: &dyn Struct, b: &dyn Struct) -> bool {
    crate::value::same(a, b)
}

/// Like [`decode`], but reads into an existing struct.
///
/// # Errors
///
/// The same as those of [`decode`].
pub fn decode_into(
    document: &str,
    value: &mut dyn Struct,
    limits: Limits,
    known: &[&'static Type],
) -> Result<(), Error> {
    let mut context = Context::new(value.table().schema.uris(), limits);
    let mut reader = Reader::new(document, true, &mut context);
    let mut decoder = Decoder::new(known.to_vec());
    let mut run = || -> Result<(), codec::Halt> {
        reader.prolog()?;
        loop {
            match reader.next()? {
                Token::Start(_) => decoder.structure(&mut reader, value)?,
                Token::Eof => return Ok(()),
                Token::End | Token::Text(_) => {}
            }
        }
    };
    match run() {
        Ok(()) => Ok(()),
        Err(codec::Halt::Error(error)) => Err(error.into()),
        Err(codec::Halt::More) => Err(Error::decode("the document is incomplete")),
    }
}

/// Reads the response to an operation as a whole into a struct of the response's table.
///
/// # Errors
///
/// The same as those of a call.
pub fn answer<'c>(
    operation: &'static Operation,
    target: &mut dyn Struct,
    chunks: impl IntoIterator<Item = &'c [u8]>,
    limits: Limits,
) -> Result<Vec<Record>, Error> {
    let mut reader = MessageReader::of_response(operation, limits, Vec::new());
    for chunk in chunks {
        reader.feed(chunk)?;
    }
    reader.finish();
    reader.next(Some(target))?;
    Ok(reader.take_headers())
}

/// Reads the response to a query row by row, as it arrives.
///
/// # Errors
///
/// The same as those of a query. Rows that arrived before the error are lost.
pub fn rows<'c>(
    operation: &'static Operation,
    known: &[&'static Type],
    chunks: impl IntoIterator<Item = &'c [u8]>,
    limits: Limits,
) -> Result<Vec<Record>, Error> {
    let mut reader = MessageReader::of_response(operation, limits, known.to_vec()).by_rows()?;
    let mut rows = Vec::new();
    for chunk in chunks {
        reader.feed(chunk)?;
        while let Event::Row(row) = reader.next(None)? {
            rows.push(row);
        }
    }
    reader.finish();
    while let Event::Row(row) = reader.next(None)? {
        rows.push(row);
    }
    Ok(rows)
}

/// Decompresses a gzip body that arrives in pieces.
///
/// # Errors
///
/// What is wrong with it, in words.
#[cfg(feature = "https")]
pub fn inflate<'c>(
    pieces: impl IntoIterator<Item = &'c [u8]>,
    limit: u64,
) -> Result<Vec<u8>, String> {
    crate::transport::inflate::inflate(pieces, limit)
}

/// A message as a wire log and a scripted transport show it: without secrets, or without any values.
#[must_use]
pub fn mask(message: &str, all_values: bool) -> String {
    crate::xml::mask::mask(message, all_values)
}
