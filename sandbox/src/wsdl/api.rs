//! The part of the API that all tenants have in common, parsed from the tables in `api/`: operations,
//! headers, types and codes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The types, headers and operations of the newest version, and the version in which each was introduced.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) headers: Vec<Header>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) exception_codes: Vec<&'static str>,
}

/// A type of the enterprise namespace.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) body: Body,
}

#[derive(Debug)]
pub(crate) enum Body {
    Record {
        base: Option<&'static str>,
        children: Vec<Child>,
    },
    /// The values, each with the names of the properties in its details.
    Values(Vec<(&'static str, Vec<&'static str>)>),
}

/// A child element or a wildcard.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Child {
    Element {
        name: &'static str,
        kind: &'static str,
        min: u16,
        max: Option<u16>,
        nillable: bool,
    },
    Any,
}

#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) mark: &'static str,
    pub(crate) name: &'static str,
    pub(crate) since: u16,
    pub(crate) children: Vec<Child>,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) since: u16,
    pub(crate) documentation: &'static str,
    pub(crate) request: Vec<Child>,
    pub(crate) result: Option<Child>,
    /// The marks of the [`Header`]s of the request.
    pub(crate) input: Vec<&'static str>,
    pub(crate) output: Vec<&'static str>,
    pub(crate) faults: Vec<&'static str>,
}

/// The faults, by the marks that `operations.txt` uses.
const FAULTS: &[(&str, &str)] = &[
    ("U", "UnexpectedErrorFault"),
    ("S", "InvalidSObjectFault"),
    ("F", "InvalidFieldFault"),
    ("I", "InvalidIdFault"),
    ("Q", "MalformedQueryFault"),
    ("M", "MalformedSearchFault"),
    ("L", "InvalidQueryLocatorFault"),
    ("Lg", "LoginFault"),
    ("N", "InvalidNewPasswordFault"),
    ("O", "InvalidOldPasswordFault"),
];

const XSD: &[&str] = &[
    "string",
    "boolean",
    "int",
    "long",
    "double",
    "date",
    "dateTime",
    "time",
    "base64Binary",
    "anyType",
];

static API: LazyLock<Api> = LazyLock::new(Api::read);

pub(crate) fn api() -> &'static Api {
    &API
}

/// Adds the prefix of the namespace, which the tables leave out.
pub(crate) fn qualified(kind: &str) -> String {
    if kind.contains(':') {
        kind.to_owned()
    } else if XSD.contains(&kind) {
        format!("xsd:{kind}")
    } else {
        format!("tns:{kind}")
    }
}

impl Api {
    fn read() -> Self {
        let mut definitions: Vec<_> = entries(include_str!("api/types.txt"))
            .chain(entries(include_str!("api/codes.txt")))
            .map(|entry| Definition::read(&entry))
            .collect();
        let mut exception_codes = Vec::new();
        definitions.retain(|definition| match &definition.body {
            Body::Values(values) if definition.name == "ExceptionCode" => {
                exception_codes = values.iter().map(|value| value.0).collect();
                false
            }
            _ => true,
        });
        Self {
            definitions,
            headers: entries(include_str!("api/headers.txt"))
                .map(|entry| Header::read(&entry))
                .collect(),
            operations: Operation::read_all(include_str!("api/operations.txt")),
            exception_codes,
        }
    }

    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }

    pub(crate) fn header(&self, mark: &str) -> Option<&Header> {
        self.headers.iter().find(|header| header.mark == mark)
    }

    /// The names of the types that only operations and headers newer than `version` use.
    pub(crate) fn too_new(&self, version: u16) -> BTreeSet<&'static str> {
        let (old, new): (Vec<_>, Vec<_>) =
            self.operations.iter().partition(|op| op.since <= version);
        let roots = |operations: &[&Operation]| {
            let mut roots: Vec<&Child> = Vec::new();
            for operation in operations {
                roots.extend(&operation.request);
                roots.extend(&operation.result);
            }
            roots.into_iter().copied().collect::<Vec<_>>()
        };
        let (mut kept, mut gone) = (roots(&old), roots(&new));
        for header in &self.headers {
            let side = if header.since <= version {
                &mut kept
            } else {
                &mut gone
            };
            side.extend(&header.children);
        }
        let kept = self.reach(kept);
        self.reach(gone).difference(&kept).copied().collect()
    }

    fn reach(&self, roots: Vec<Child>) -> BTreeSet<&'static str> {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&'static str> = roots.into_iter().filter_map(Child::kind).collect();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for definition in &self.definitions {
                if let Body::Record { base, children } = &definition.body {
                    if definition.name == name {
                        open.extend(base);
                        open.extend(children.iter().copied().filter_map(Child::kind));
                    } else if *base == Some(name) {
                        open.push(definition.name);
                    }
                }
            }
        }
        seen
    }
}

impl Child {
    fn kind(self) -> Option<&'static str> {
        match self {
            Self::Element { kind, .. } => Some(kind),
            Self::Any => None,
        }
    }

    /// Parses a line of the form `name type marks`.
    fn read(text: &'static str) -> Self {
        match text.split_once(' ') {
            Some((name, kind)) => Self::typed(name, kind),
            None => Self::Any,
        }
    }

    fn typed(name: &'static str, text: &'static str) -> Self {
        let (text, nillable) = text
            .strip_suffix('~')
            .map_or((text, false), |text| (text, true));
        let end = text.find(['?', '*', '+', '{']).unwrap_or(text.len());
        let (min, max) = match &text[end..] {
            "" => (1, Some(1)),
            "?" => (0, Some(1)),
            "*" => (0, None),
            "+" => (1, None),
            range => {
                let (min, max) = range[1..range.len() - 1]
                    .split_once(',')
                    .unwrap_or(("0", ""));
                (min.parse().unwrap_or(0), max.parse().ok())
            }
        };
        Self::Element {
            name,
            kind: &text[..end],
            min,
            max,
            nillable,
        }
    }

    fn list(text: &'static str) -> Vec<Self> {
        // A comma inside braces is part of a range.
        let mut depth = 0;
        text.split(move |c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        })
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Self::read)
        .collect()
    }
}

/// Splits a table into entries. An entry begins in the first column and includes the indented lines
/// below it.
struct Entry {
    head: &'static str,
    tail: &'static str,
}

fn entries(text: &'static str) -> impl Iterator<Item = Entry> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let mut end = rest.find('\n').map_or(rest.len(), |at| at + 1);
            let first = &rest[..end];
            while rest[end..].starts_with(' ') {
                end += rest[end..].find('\n').map_or(rest.len() - end, |at| at + 1);
            }
            let (entry, after) = rest.split_at(end);
            rest = after;
            if first.trim().is_empty() || first.starts_with('#') {
                continue;
            }
            let (head, tail) = entry.split_once(':').unwrap_or((entry, ""));
            return Some(Entry {
                head: head.trim(),
                tail: tail.trim(),
            });
        }
    })
}

impl Definition {
    fn read(entry: &Entry) -> Self {
        if let Some(name) = entry.head.strip_prefix("enum ") {
            return Self {
                name,
                body: Body::Values(values(entry.tail)),
            };
        }
        let (name, base) = match entry.head.split_once(" < ") {
            Some((name, base)) => (name, Some(base)),
            None => (entry.head, None),
        };
        Self {
            name,
            body: Body::Record {
                base,
                children: Child::list(entry.tail),
            },
        }
    }
}

/// Parses a list of codes of the form `NAME NAME(property property) …`.
fn values(text: &'static str) -> Vec<(&'static str, Vec<&'static str>)> {
    let mut values = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '(' || c.is_whitespace())
            .unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        let mut properties = Vec::new();
        if let Some(inner) = rest.strip_prefix('(') {
            let close = inner.find(')').unwrap_or(inner.len());
            properties.extend(inner[..close].split_whitespace());
            rest = inner.get(close + 1..).unwrap_or("");
        }
        values.push((name, properties));
        rest = rest.trim_start();
    }
    values
}

impl Header {
    fn read(entry: &Entry) -> Self {
        let mut words = entry.head.split_whitespace();
        let mut word = || words.next().unwrap_or("");
        Self {
            mark: word(),
            name: word(),
            since: word().parse().unwrap_or(0),
            children: Child::list(entry.tail),
        }
    }
}

impl Operation {
    fn read_all(text: &'static str) -> Vec<Self> {
        let mut operations: Vec<Self> = Vec::new();
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("op ") {
                let (name, since) = head.split_once(' ').unwrap_or((head, ""));
                operations.push(Self {
                    name,
                    since: since.parse().unwrap_or(0),
                    documentation: "",
                    request: Vec::new(),
                    result: None,
                    input: Vec::new(),
                    output: Vec::new(),
                    faults: Vec::new(),
                });
            } else if let Some(operation) = operations.last_mut() {
                operation.line(line.trim());
            }
        }
        operations
    }

    fn line(&mut self, line: &'static str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "=" => self.documentation = rest,
            ">" => self.request = Child::list(rest),
            "<" => self.result = Some(Child::typed("result", rest)),
            "headers" => {
                let (input, output) = rest.split_once(" > ").unwrap_or((rest, ""));
                self.input = input.split_whitespace().collect();
                self.output = output.split_whitespace().collect();
            }
            "faults" => {
                self.faults = (rest.split_whitespace())
                    .filter_map(|mark| FAULTS.iter().find(|fault| fault.0 == mark))
                    .map(|fault| fault.1)
                    .collect();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_complete() {
        let api = api();
        assert_eq!(api.operations.len(), 63);
        assert_eq!(api.headers.len(), 19);
        assert!(api.exception_codes.len() > 300);
        let names: BTreeSet<_> = api
            .definitions
            .iter()
            .map(|definition| definition.name)
            .collect();
        assert_eq!(names.len(), api.definitions.len());
        let mut all: Vec<Child> = Vec::new();
        for definition in &api.definitions {
            if let Body::Record { base, children } = &definition.body {
                assert!(
                    base.is_none_or(|base| names.contains(base)),
                    "{}",
                    definition.name
                );
                all.extend(children);
            }
        }
        for operation in &api.operations {
            assert!(!operation.documentation.is_empty(), "{}", operation.name);
            assert!(operation.since >= 8);
            all.extend(&operation.request);
            all.extend(&operation.result);
            let mut marks = operation.input.iter().chain(&operation.output);
            assert!(
                marks.all(|mark| api.header(mark).is_some()),
                "{}",
                operation.name
            );
        }
        for kind in all.into_iter().filter_map(Child::kind) {
            let basic = XSD.contains(&kind)
                || ["ID", "QueryLocator", "json", "ens:sObject"].contains(&kind);
            assert!(basic || names.contains(kind), "{kind}");
        }
    }

    #[test]
    fn an_old_version_lacks_what_was_introduced_later() {
        let gone = api().too_new(31);
        assert!(gone.contains("FindDuplicatesResult"));
        assert!(gone.contains("RenderEmailTemplateResult"));
        assert!(!gone.contains("Error") && !gone.contains("QueryResult"));
        assert!(api().too_new(64).is_empty());
    }
}
