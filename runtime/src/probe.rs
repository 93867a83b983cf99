//! Doors into the parts that do no I/O, for this crate's own tests, benchmarks and fuzz targets.
//! **No stability promise**, and nothing here is needed to call a service.

use crate::codec::{self, CodecError, Decoder, Encoder};
use crate::error::Error;
use crate::limits::Limits;
use crate::record::Record;
use crate::schema::{Operation, Type};
use crate::soap::answer::{Answer, Event};
use crate::value::{GeneratedStruct, Struct};
use crate::xml::{Context, Halt, Input, Reader, Token};

/// What the reader saw, in words that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A start tag: namespace and local name, then those of its attributes and their values.
    Start(String, String, Vec<(String, String, String)>),
    /// An end tag.
    End,
    /// A whole run of text between two tags.
    Text(String),
}

/// Runs the reader over a document to its end.
///
/// # Errors
///
/// If the document is not well-formed, incomplete, or beyond a limit.
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

/// One token; false at the end.
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
        // White space around the root is no content.
        Token::Text(_) if reader.context.depth() == 0 => {}
        Token::Text(run) => match seen.last_mut() {
            Some(Seen::Text(text)) => text.push_str(&run),
            _ => seen.push(Seen::Text(run.into_owned())),
        },
        Token::Eof => return Ok(false),
    }
    Ok(true)
}

/// Writes a value as a document whose root is its type.
///
/// # Errors
///
/// If it cannot be written as XML.
pub fn encode(value: &dyn Struct) -> Result<String, Error> {
    let table = value.table();
    let mut encoder = Encoder::new(table.schema);
    encoder.global(value)?;
    // The declarations belong into the root's start tag, after its name.
    let body = encoder.as_str();
    let name = body.find([' ', '>', '/']).unwrap_or_default();
    let (head, rest) = body.split_at(name);
    Ok(format!("{head}{}{rest}", encoder.declarations(&[])))
}

/// Reads what [`encode`] writes.
///
/// # Errors
///
/// If it is not well-formed, beyond a limit, or does not fit the type.
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

/// As [`decode`], into a struct that is there.
///
/// # Errors
///
/// As [`decode`].
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

/// Reads an answer to an operation as a whole, into a struct of the response's table.
///
/// # Errors
///
/// As a call.
pub fn answer<'c>(
    operation: &'static Operation,
    target: &mut dyn Struct,
    chunks: impl IntoIterator<Item = &'c [u8]>,
    limits: Limits,
) -> Result<Vec<Record>, Error> {
    let mut answer = Answer::new(operation, limits, Vec::new());
    for chunk in chunks {
        answer.feed(chunk)?;
    }
    answer.finish();
    answer.next(Some(target))?;
    Ok(answer.take_headers())
}

/// Reads an answer to a query row by row, as it arrives.
///
/// # Errors
///
/// As a query. Rows that came before the error are lost here.
pub fn rows<'c>(
    operation: &'static Operation,
    known: &[&'static Type],
    chunks: impl IntoIterator<Item = &'c [u8]>,
    limits: Limits,
) -> Result<Vec<Record>, Error> {
    let mut answer = Answer::new(operation, limits, known.to_vec()).by_rows()?;
    let mut rows = Vec::new();
    for chunk in chunks {
        answer.feed(chunk)?;
        while let Event::Row(row) = answer.next(None)? {
            rows.push(row);
        }
    }
    answer.finish();
    while let Event::Row(row) = answer.next(None)? {
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
    crate::transport::inflate(pieces, limit)
}

/// A message as a wire log and a scripted transport show it: without secrets, or without any values.
#[must_use]
pub fn mask(message: &str, all_values: bool) -> String {
    crate::xml::mask::mask(message, all_values)
}
