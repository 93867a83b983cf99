//! The names in scope: open elements, namespace declarations, and numbers of namespace URIs.

use std::borrow::Cow;
use std::collections::HashMap;

use super::error::XmlError;
use crate::drift::{Noted, NotedMark};
use crate::leniency::Leniency;
use crate::limits::{Limits, MAX_DEPTH, WorkDeadline};
use crate::schema::Schema;

/// The number of a namespace URI within one document. The first numbers are those of the schema, so
/// comparing a name with a table compares small integers.
pub(crate) type NsId = u16;

/// What is open and declared at one position of a document. It outlives the buffer that contains
/// the document.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) limits: Limits,
    pub(crate) leniency: Leniency,
    /// The differences to the WSDL that were found so far.
    pub(crate) drift: Noted,
    /// The names of open elements as written, one after the other.
    open: String,
    open_starts: Vec<usize>,
    /// The schema of the message. Types that several tenants share have a schema that does not list the types
    /// of a tenant.
    pub(crate) schema: Option<&'static Schema>,
    bindings: Vec<Binding>,
    uris: Vec<Cow<'static, str>>,
    /// How many of the first URIs are found by comparison, because that is faster for few of them.
    compared: usize,
    /// How many of the URIs are those of the schema.
    of_schema: usize,
    /// Where each of the other URIs is in `uris`.
    numbers: HashMap<Box<str>, NsId>,
    /// Increases with every change of the bindings. If two epochs are equal, prefixes have the same
    /// meaning.
    epoch: u64,
    xsi: NsId,
    /// Whether the root element has been opened.
    root: bool,
    pub(crate) deadline: WorkDeadline,
    /// The number of tokens until the next look at the clock.
    until_clock: u16,
}

/// A prefix and its namespace.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Binding {
    prefix: Box<str>,
    uri: NsId,
    depth: usize,
}

/// A state to which the context can return if the rest of a unit has not arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    open: usize,
    depth: usize,
    bindings: usize,
    root: bool,
    drift: NotedMark,
}

/// The number of tokens between two looks at the clock. A look costs as much as several tokens.
const TOKENS: u16 = 4_096;

/// The maximum number of URIs that are found by comparison.
const COMPARED: usize = 16;

/// The maximum number of distinct namespaces in one document. Real documents have far fewer.
const MAX_URIS: usize = 1_000;

pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

impl Context {
    /// `uris` are the namespaces with fixed numbers. The first one has number 0.
    pub(crate) fn new(uris: impl IntoIterator<Item = &'static str>, limits: Limits) -> Self {
        let mut context = Self {
            limits: Limits {
                depth: limits.depth.min(MAX_DEPTH),
                ..limits
            },
            leniency: Leniency::default(),
            drift: Noted::default(),
            open: String::new(),
            open_starts: Vec::new(),
            schema: None,
            bindings: Vec::new(),
            uris: Vec::with_capacity(8),
            compared: 0,
            of_schema: 0,
            numbers: HashMap::new(),
            epoch: 0,
            xsi: 0,
            root: false,
            deadline: WorkDeadline::default(),
            until_clock: TOKENS,
        };
        for uri in uris {
            // Tables refer to namespaces by position, so a repeated URI is added, too.
            context.add(Cow::Borrowed(uri));
        }
        if context.uris.is_empty() {
            context.add(Cow::Borrowed(""));
        }
        context.of_schema = context.uris.len();
        context.xsi = context.expect(super::XSI);
        let uri = context.expect(XML);
        context.bindings.push(Binding {
            prefix: "xml".into(),
            uri,
            depth: 0,
        });
        context
    }

    /// Counts a token. Once in [`TOKENS`] tokens, checks whether the deadline of the call has
    /// passed.
    pub(super) fn work(&mut self) -> Result<(), XmlError> {
        self.until_clock -= 1;
        if self.until_clock > 0 {
            return Ok(());
        }
        self.until_clock = TOKENS;
        match self.deadline.is_over() {
            true => Err(XmlError::late()),
            false => Ok(()),
        }
    }

    fn add(&mut self, uri: Cow<'static, str>) -> NsId {
        // The cast does not truncate: there are at most 256 namespaces of a schema and MAX_URIS
        // others.
        let number = self.uris.len() as NsId;
        let is_fixed = matches!(uri, Cow::Borrowed(_));
        if is_fixed && self.compared == self.uris.len() && self.compared < COMPARED {
            self.compared += 1;
        } else if self.find(&uri).is_none() {
            self.numbers.insert(uri.as_ref().into(), number);
        }
        self.uris.push(uri);
        number
    }

    /// Gives a URI a number that most documents will need.
    pub(crate) fn expect(&mut self, uri: &'static str) -> NsId {
        match self.find(uri) {
            Some(number) => number,
            None => self.add(Cow::Borrowed(uri)),
        }
    }

    /// The number of a URI.
    fn find(&self, uri: &str) -> Option<NsId> {
        let mut compared = self.uris.iter().take(self.compared);
        match compared.position(|known| *known == uri) {
            Some(number) => Some(number as NsId),
            None => self.numbers.get(uri).copied(),
        }
    }

    /// The prefixes that are in scope outside of the innermost open element. They are used to read
    /// an element in the scope of another place.
    pub(crate) fn outer_bindings(&self) -> Vec<Binding> {
        let depth = self.depth();
        let outer = self.bindings.iter().filter(|b| b.depth < depth);
        let outer = outer.map(|binding| Binding {
            depth: 0,
            ..binding.clone()
        });
        outer.collect()
    }

    /// Replaces the prefixes in scope and returns the previous ones.
    pub(crate) fn swap_bindings(&mut self, bindings: Vec<Binding>) -> Vec<Binding> {
        self.epoch += 1;
        std::mem::replace(&mut self.bindings, bindings)
    }

    /// Takes over the numbers of namespaces from a copy that has read further.
    pub(crate) fn adopt_names(&mut self, copy: Self) {
        self.uris = copy.uris;
        self.compared = copy.compared;
        self.numbers = copy.numbers;
    }

    pub(crate) fn xsi(&self) -> NsId {
        self.xsi
    }

    pub(crate) fn uri(&self, ns: NsId) -> &str {
        self.uris.get(usize::from(ns)).map_or("", |uri| uri)
    }

    /// Whether a namespace is one of the schema's, or none.
    pub(crate) fn is_of_schema(&self, ns: NsId) -> bool {
        usize::from(ns) < self.of_schema
    }

    pub(crate) fn depth(&self) -> usize {
        self.open_starts.len()
    }

    /// Whether the limit permits one more open element.
    pub(crate) fn has_room(&self) -> bool {
        self.depth() < self.limits.depth
    }

    pub(crate) fn seen_root(&self) -> bool {
        self.root
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn mark(&mut self) -> Mark {
        Mark {
            open: self.open.len(),
            depth: self.depth(),
            bindings: self.bindings.len(),
            root: self.root,
            drift: self.drift.mark(),
        }
    }

    /// Forgets what was opened since the mark. No element that was open at the mark may have been
    /// closed.
    pub(crate) fn rollback(&mut self, mark: Mark) {
        self.open.truncate(mark.open);
        self.open_starts.truncate(mark.depth);
        self.root = mark.root;
        self.drift.rollback(mark.drift);
        if self.bindings.len() > mark.bindings {
            self.bindings.truncate(mark.bindings);
            self.epoch += 1;
        }
    }

    pub(crate) fn push(&mut self, name: &str) -> Result<(), XmlError> {
        if !self.has_room() {
            return Err(XmlError::limit(format!(
                "elements nest deeper than the limit `depth` of {}",
                self.limits.depth
            )));
        }
        self.root = true;
        self.open_starts.push(self.open.len());
        self.open.push_str(name);
        Ok(())
    }

    /// The name of the innermost open element, as written.
    pub(crate) fn top(&self) -> &str {
        self.open_starts
            .last()
            .map_or("", |start| &self.open[*start..])
    }

    pub(crate) fn pop(&mut self) {
        let depth = self.depth();
        while self
            .bindings
            .last()
            .is_some_and(|binding| binding.depth >= depth && depth > 0)
        {
            self.bindings.pop();
            self.epoch += 1;
        }
        if let Some(start) = self.open_starts.pop() {
            self.open.truncate(start);
        }
    }

    /// Declares a prefix for the element that will be pushed next.
    pub(crate) fn bind(&mut self, prefix: &str, uri: &str) -> Result<(), XmlError> {
        if self.bindings.len() > self.limits.namespaces {
            return Err(XmlError::limit(format!(
                "more namespace declarations in scope than the limit `namespaces` of {}",
                self.limits.namespaces
            )));
        }
        let known = self.find(uri);
        if known.is_none() && self.uris.len() >= MAX_URIS {
            return Err(XmlError::limit(format!(
                "the message names more distinct namespaces than the fixed limit of {MAX_URIS}"
            )));
        }
        let uri = known.unwrap_or_else(|| self.add(Cow::Owned(uri.to_owned())));
        self.bindings.push(Binding {
            prefix: prefix.into(),
            uri,
            depth: self.depth() + 1,
        });
        self.epoch += 1;
        Ok(())
    }

    /// Whether the element that will be pushed next already declares this prefix.
    pub(crate) fn is_bound_here(&self, prefix: &str) -> bool {
        let depth = self.depth() + 1;
        let here = |binding: &&Binding| binding.depth == depth;
        self.bindings
            .iter()
            .rev()
            .take_while(here)
            .any(|b| *b.prefix == *prefix)
    }

    /// The namespace of a prefix. The empty prefix has the default namespace.
    pub(crate) fn resolve(&self, prefix: &str) -> Option<NsId> {
        match self
            .bindings
            .iter()
            .rev()
            .find(|binding| *binding.prefix == *prefix)
        {
            Some(binding) => Some(binding.uri),
            None if prefix.is_empty() => Some(0),
            None => None,
        }
    }
}
