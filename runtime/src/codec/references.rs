//! References in encoded messages: `href="#id"` (SOAP 1.1 section 5.4.1) or `enc:ref="id"` (SOAP
//! 1.2 part 2, section 3.1.5) stands for the element with that `id`, which may be anywhere in the
//! body. Axis writes every struct in this way.

use std::collections::HashMap;
use std::sync::Arc;

use super::CodecError;
use super::decode::{Decoder, Result};
use crate::schema::SoapVersion;
use crate::xml::names::Binding;
use crate::xml::reader::shorten;
use crate::xml::{Reader, Start, Token};

/// The number of elements that may be referred to. No real message comes near it.
const MOST: usize = 100_000;

/// The assumed cost of reading an element again in bytes, in addition to its length.
const AGAIN: usize = 256;

/// The positions of the elements with an `id`.
#[derive(Debug)]
pub(crate) struct References {
    version: SoapVersion,
    targets: HashMap<Box<str>, Target>,
    /// The elements that are being read.
    open: Vec<Box<str>>,
    /// The number of bytes that were read again because of references.
    spent: usize,
}

/// An element in the text of a [`Reader`].
#[derive(Clone, Debug)]
struct Target {
    start: usize,
    end: usize,
    /// The prefixes in scope at the element.
    bindings: Arc<[Binding]>,
    /// Whether a reference to it was followed before.
    used: bool,
}

impl References {
    /// Finds these elements in the rest of the innermost open element.
    pub(crate) fn find(reader: &mut Reader<'_>, version: SoapVersion) -> Result<Self> {
        let mut found = Self {
            version,
            targets: HashMap::new(),
            open: Vec::new(),
            spent: 0,
        };
        let mut context = reader.context.clone();
        let depth = context.depth();
        let mut scout = reader.scout(&mut context);
        let mut open: Vec<(usize, Box<str>)> = Vec::new();
        let mut scope: Arc<[Binding]> = Arc::new([]);
        loop {
            match scout.next()? {
                Token::Start(start) => {
                    let Some(id) = attribute(&scout, version, "id") else {
                        continue;
                    };
                    let id: Box<str> = id.trim().into();
                    if found.targets.len() >= MOST {
                        return Err(CodecError::limit(format!(
                            "the message has more elements with an id than the fixed limit of {MOST}"
                        ))
                        .into());
                    }
                    let bindings = scout.context.outer_bindings();
                    if !bindings.iter().eq(scope.iter()) {
                        scope = bindings.into();
                    }
                    let target = Target {
                        start: scout.pos() - start.raw.len(),
                        end: scout.pos(),
                        bindings: Arc::clone(&scope),
                        used: false,
                    };
                    if found.targets.insert(id.clone(), target).is_some() {
                        return Err(CodecError::decode(format!(
                            "two elements have the id `{}`",
                            shorten(&id)
                        ))
                        .into());
                    }
                    open.push((scout.context.depth(), id));
                }
                Token::Text(_) => {}
                Token::End | Token::Eof => {
                    let now = scout.context.depth();
                    let closed = open.pop_if(|(depth, _)| *depth > now);
                    if let Some(target) = closed.and_then(|(_, id)| found.targets.get_mut(&id)) {
                        target.end = scout.pos();
                    }
                    if now < depth {
                        break;
                    }
                }
            }
        }
        reader.context.adopt_names(context);
        Ok(found)
    }
}

/// The value of an attribute that refers or is referred to. In SOAP 1.2 it is in the namespace of
/// the encoding.
fn attribute<'r>(reader: &'r Reader<'_>, version: SoapVersion, name: &str) -> Option<&'r str> {
    let namespace = match version {
        SoapVersion::V1_1 => "",
        SoapVersion::V1_2 => version.encoding(),
    };
    let mut attributes = reader.attributes().iter();
    let found = attributes.find(|a| a.local == name && reader.context.uri(a.ns) == namespace);
    found.map(|attribute| &*attribute.value)
}

impl References {
    /// Whether an attribute only describes the encoding of a value and is not part of the value.
    pub(super) fn is_own(&self, uri: &str, name: &str) -> bool {
        let version = self.version;
        uri == version.encoding()
            || uri == version.envelope() && name == "encodingStyle"
            || uri.is_empty() && name == "id" && version == SoapVersion::V1_1
    }
}

impl Decoder {
    /// Whether the element whose start tag was read last names the element that is the result of an
    /// rpc call (SOAP 1.2 part 2, section 4.2.1).
    pub(super) fn names_result(&self, reader: &Reader<'_>, start: Start<'_>) -> bool {
        self.references.is_some()
            && start.local == "result"
            && reader.context.uri(start.ns) == "http://www.w3.org/2003/05/soap-rpc"
    }

    /// The id to which the element whose start tag was read last refers.
    pub(super) fn reference(&self, reader: &Reader<'_>) -> Result<Option<Box<str>>> {
        let Some(version) = self.references.as_ref().map(|all| all.version) else {
            return Ok(None);
        };
        if version == SoapVersion::V1_2 {
            let id = attribute(reader, version, "ref");
            return Ok(id.map(|id| id.trim().into()));
        }
        let Some(href) = attribute(reader, version, "href") else {
            return Ok(None);
        };
        match href.trim().strip_prefix('#') {
            Some(id) => Ok(Some(id.into())),
            None => Err(CodecError::decode(
                "the element refers to something outside of the message, which is not fetched",
            )
            .into()),
        }
    }

    /// Reads the element to which the element whose start tag was read last refers. `read` gets a
    /// reader after its start tag.
    pub(super) fn follow<T>(
        &mut self,
        reader: &mut Reader<'_>,
        id: Box<str>,
        read: impl FnOnce(&mut Self, &mut Reader<'_>) -> Result<T>,
    ) -> Result<T> {
        reader.skip()?;
        let shown = shorten(&id);
        let Some(references) = &mut self.references else {
            return Err(CodecError::decode("a reference outside of an encoded body").into());
        };
        let Some(target) = references.targets.get_mut(&id) else {
            let message = format!("refers to the id `{shown}`, which no element of the body has");
            return Err(CodecError::decode(message).into());
        };
        let again = std::mem::replace(&mut target.used, true);
        let target = target.clone();
        if references.open.contains(&id) {
            let message = format!(
                "the element with the id `{shown}` refers to itself directly or through other elements; \
                 values in a circle cannot be read"
            );
            return Err(CodecError::decode(message).into());
        }
        let (depth, body) = (reader.context.limits.depth, reader.context.limits.body);
        if references.open.len() >= depth {
            return Err(CodecError::limit(format!(
                "references follow each other further than the limit `depth` of {depth}"
            ))
            .into());
        }
        // Reading each element once costs no more than the response itself. Reading an element
        // again counts.
        references.spent += target.end - target.start + if again { AGAIN } else { 0 };
        if references.spent > body {
            return Err(CodecError::limit(format!(
                "the targets of the references in the message are longer than the limit `body` of \
                 {body} bytes"
            ))
            .into());
        }
        references.open.push(id);
        let outer = reader.context.swap_bindings(target.bindings.to_vec());
        let mut there = reader.elsewhere(target.start);
        let result = match there.next() {
            Ok(_) => read(self, &mut there),
            Err(halt) => Err(halt.into()),
        };
        reader.context.swap_bindings(outer);
        if let Some(references) = &mut self.references {
            references.open.pop();
        }
        result
    }
}
