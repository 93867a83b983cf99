//! Names in scope: open elements, namespace declarations, and numbers for namespace URIs.

use crate::error::Error;
use crate::limits::Limits;
use crate::schema::Schema;

/// Number of a namespace URI within one document. The first ones are those of the schema, so
/// that comparing with a table is comparing small integers.
pub(crate) type NsId = u16;

/// What of a document is open at a place. Outlives the buffer that the document arrives in.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) limits: Limits,
    /// Names of open elements as written, one after the other.
    open: String,
    open_starts: Vec<usize>,
    bindings: Vec<Binding>,
    uris: Vec<String>,
    /// Grows with every change of the bindings: equal epochs mean equal meanings of prefixes.
    epoch: u64,
    xsi: NsId,
    /// The root element has been opened.
    root: bool,
}

#[derive(Clone, Debug)]
struct Binding {
    prefix: String,
    uri: NsId,
    depth: usize,
}

/// A place to come back to when the rest of a unit has not arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    open: usize,
    depth: usize,
    bindings: usize,
    root: bool,
}

/// Distinct namespaces that one document may name; far above any real one.
const MAX_URIS: usize = 1_000;

impl Context {
    pub(crate) fn new(schema: &Schema, limits: Limits) -> Self {
        let mut uris: Vec<_> = schema.namespaces.iter().map(|ns| ns.uri.to_owned()).collect();
        if uris.first().is_none_or(|uri| !uri.is_empty()) {
            uris.insert(0, String::new());
        }
        let mut context = Self {
            limits,
            open: String::new(),
            open_starts: Vec::new(),
            bindings: Vec::new(),
            uris,
            epoch: 0,
            xsi: 0,
            root: false,
        };
        context.xsi = context.number(super::XSI);
        let xml = context.number("http://www.w3.org/XML/1998/namespace");
        context.bindings.push(Binding { prefix: "xml".to_owned(), uri: xml, depth: 0 });
        context
    }

    fn number(&mut self, uri: &str) -> NsId {
        let at = self.uris.iter().position(|known| known == uri).unwrap_or_else(|| {
            self.uris.push(uri.to_owned());
            self.uris.len() - 1
        });
        at as NsId
    }

    pub(crate) fn xsi(&self) -> NsId {
        self.xsi
    }

    pub(crate) fn uri(&self, ns: NsId) -> &str {
        self.uris.get(usize::from(ns)).map_or("", String::as_str)
    }

    pub(crate) fn depth(&self) -> usize {
        self.open_starts.len()
    }

    pub(crate) fn seen_root(&self) -> bool {
        self.root
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { open: self.open.len(), depth: self.depth(), bindings: self.bindings.len(), root: self.root }
    }

    /// Forgets what was opened since the mark. Nothing below the mark may have been closed.
    pub(crate) fn rollback(&mut self, mark: Mark) {
        self.open.truncate(mark.open);
        self.open_starts.truncate(mark.depth);
        self.root = mark.root;
        if self.bindings.len() > mark.bindings {
            self.bindings.truncate(mark.bindings);
            self.epoch += 1;
        }
    }

    pub(crate) fn push(&mut self, name: &str) -> Result<(), Error> {
        if self.depth() >= self.limits.depth {
            return Err(Error::limit(format!(
                "elements nest deeper than the limit `depth` of {}",
                self.limits.depth
            )));
        }
        self.root = true;
        self.open_starts.push(self.open.len());
        self.open.push_str(name);
        Ok(())
    }

    /// Name of the innermost open element, as written.
    pub(crate) fn top(&self) -> &str {
        self.open_starts.last().map_or("", |start| &self.open[*start..])
    }

    pub(crate) fn pop(&mut self) {
        let depth = self.depth();
        while self.bindings.last().is_some_and(|binding| binding.depth >= depth && depth > 0) {
            self.bindings.pop();
            self.epoch += 1;
        }
        if let Some(start) = self.open_starts.pop() {
            self.open.truncate(start);
        }
    }

    /// Declares a prefix for the element that is about to be pushed.
    pub(crate) fn bind(&mut self, prefix: &str, uri: &str) -> Result<(), Error> {
        if self.bindings.len() > self.limits.namespaces {
            return Err(Error::limit(format!(
                "more namespace declarations in scope than the limit `namespaces` of {}",
                self.limits.namespaces
            )));
        }
        if self.uris.len() >= MAX_URIS {
            return Err(Error::limit(format!("more than {MAX_URIS} distinct namespaces")));
        }
        let uri = self.number(uri);
        self.bindings.push(Binding { prefix: prefix.to_owned(), uri, depth: self.depth() + 1 });
        self.epoch += 1;
        Ok(())
    }

    /// The namespace of a prefix; the empty prefix is the default namespace.
    pub(crate) fn resolve(&self, prefix: &str) -> Option<NsId> {
        match self.bindings.iter().rev().find(|binding| binding.prefix == prefix) {
            Some(binding) => Some(binding.uri),
            None if prefix.is_empty() => Some(0),
            None => None,
        }
    }
}
