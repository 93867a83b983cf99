//! Finds out what a request is before it is read: the version of SOAP, and the first element of the
//! body, which says which operation is called.

use super::error::{Halt, SoapError};
use super::header::{Undeclared, must_understand};
use crate::codec::CodecError;
use crate::limits::{Limits, WorkDeadline};
use crate::schema::SoapVersion;
use crate::xml::reader::shorten;
use crate::xml::{Context, Reader, Start, Token};

/// What a request is.
#[derive(Debug, Default)]
pub(crate) struct Peek {
    /// The version of SOAP, or `None` if the envelope is of no version that is known.
    pub(crate) version: Option<SoapVersion>,
    /// The namespace and the local name of the first element in the body.
    pub(crate) first: Option<(String, String)>,
    /// The local names of the elements in the body. Like the next fields, it is filled only if that is
    /// asked for.
    pub(crate) body: Vec<String>,
    /// The local names of the children of the first element.
    pub(crate) children: Vec<String>,
    /// The namespaces and names of the headers that must be understood.
    pub(crate) must_understand: Undeclared,
}

/// The number of names that are compared to tell apart operations with the same first element.
const MOST_NAMES: usize = 64;

/// Reads a complete document up to the first element of the body. If `whole` is set, the names of
/// headers that must be understood, of all elements in the body and of the children of the first one are
/// collected, too.
pub(crate) fn peek(
    text: &str,
    limits: Limits,
    deadline: WorkDeadline,
    whole: bool,
) -> Result<Peek, SoapError> {
    let mut context = Context::new([""], limits);
    context.deadline = deadline;
    let mut reader = Reader::new(text, true, &mut context);
    match find(&mut reader, whole) {
        Ok(peek) => Ok(peek),
        Err(Halt::Error(error)) => Err(error),
        Err(Halt::More) => Err(CodecError::decode("the message ends before it is complete").into()),
    }
}

fn find(reader: &mut Reader<'_>, whole: bool) -> Result<Peek, Halt> {
    reader.blanks_before_declaration()?;
    reader.prolog()?;
    let mut peek = Peek::default();
    let Some(root) = next_element(reader)? else {
        return Err(Halt::More);
    };
    let uri = reader.context.uri(root.ns);
    if root.local != "Envelope" {
        let found = shorten(root.local);
        return Err(SoapError::NotSoap(format!(
            "expected a SOAP envelope, found the element `{found}`"
        ))
        .into());
    }
    peek.version = [SoapVersion::V1_1, SoapVersion::V1_2]
        .into_iter()
        .find(|version| version.envelope() == uri);
    let Some(version) = peek.version else {
        return Ok(peek);
    };
    while let Some(start) = next_element(reader)? {
        let of_soap = reader.context.uri(start.ns) == version.envelope();
        if whole && of_soap && start.local == "Header" {
            while let Some(header) = next_element(reader)? {
                if must_understand(reader, version) {
                    let uri = reader.context.uri(header.ns).to_owned();
                    let name = (uri, header.local.to_owned());
                    peek.must_understand.add_not_understood(name);
                }
                reader.skip()?;
            }
            continue;
        }
        if start.local != "Body" || !of_soap {
            reader.skip()?;
            continue;
        }
        if let Some(first) = next_element(reader)? {
            let uri = reader.context.uri(first.ns).to_owned();
            peek.first = Some((uri, first.local.to_owned()));
            if whole {
                peek.body.push(first.local.to_owned());
                names(reader, &mut peek.children)?;
                names(reader, &mut peek.body)?;
            }
        }
        break;
    }
    Ok(peek)
}

/// Adds the names of the elements up to the end of the enclosing one.
fn names(reader: &mut Reader<'_>, names: &mut Vec<String>) -> Result<(), Halt> {
    while let Some(element) = next_element(reader)? {
        if names.len() < MOST_NAMES {
            names.push(element.local.to_owned());
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
            Token::Text(_) => {}
            Token::End | Token::Eof => return Ok(None),
        }
    }
}
