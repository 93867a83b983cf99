//! The same document in other words: whatever XML lets a sender choose.

use std::fmt::Write as _;

use saponify::Limits;
use saponify::probe::{self, Seen};

use super::NS;
use super::answers::XSI;

/// An element as a tree, so that it can be written in other ways.
#[derive(Clone, Debug)]
struct Node {
    ns: String,
    name: String,
    attributes: Vec<(String, String, String)>,
    /// Before each child, and after the last.
    texts: Vec<String>,
    children: Vec<Node>,
}

impl Node {
    /// Whether its texts say something.
    fn has_text(&self) -> bool {
        self.children.is_empty()
            || self
                .texts
                .iter()
                .any(|text| !text.trim_matches(SPACE).is_empty())
    }
}

/// Reads a document as a tree. Values of `xsi:type` keep their prefix: the writer declares it.
fn tree(document: &str) -> Node {
    let mut open: Vec<Node> = Vec::new();
    for seen in probe::read([document.as_bytes()], Limits::default()).unwrap() {
        match seen {
            Seen::Start(ns, name, attributes) => open.push(Node {
                ns,
                name,
                attributes,
                texts: vec![String::new()],
                children: Vec::new(),
            }),
            Seen::Text(text) => {
                let texts = &mut open.last_mut().unwrap().texts;
                texts.last_mut().unwrap().push_str(&text);
            }
            Seen::End => {
                let node = open.pop().unwrap();
                match open.last_mut() {
                    Some(parent) => {
                        parent.children.push(node);
                        parent.texts.push(String::new());
                    }
                    None => return node,
                }
            }
        }
    }
    panic!("no root")
}

/// What XML takes for white space.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// A stream of choices.
struct Choices {
    seeds: Vec<u8>,
    at: usize,
}

impl Choices {
    fn next(&mut self, of: usize) -> usize {
        self.at += 1;
        let seed = self.seeds.get(self.at % self.seeds.len().max(1));
        let seed = seed.copied().unwrap_or_default();
        (usize::from(seed) + self.at) % of
    }
}

/// Writes a tree with whatever prefixes, quotes, sections and references the choices say.
fn write(node: &Node, scope: &[(String, String)], choices: &mut Choices, out: &mut String) {
    let mut scope = scope.to_vec();
    let mut declared = Vec::new();
    // A type without prefix is in the default namespace, which then must stay none.
    let plain_type = node
        .attributes
        .iter()
        .any(|(ns, name, value)| ns == XSI && name == "type" && !value.contains(':'));
    let mut prefix_of = |ns: &str, is_attribute: bool, choices: &mut Choices| -> String {
        let needs_prefix = is_attribute || plain_type;
        if ns.is_empty() {
            return String::new();
        }
        let known: Vec<String> = scope
            .iter()
            .enumerate()
            .filter(|(at, (p, uri))| {
                let hidden = scope[at + 1..].iter().any(|(other, _)| other == p);
                uri == ns && !hidden && !(needs_prefix && p.is_empty())
            })
            .map(|(_, (p, _))| p.clone())
            .collect();
        if !known.is_empty() && choices.next(4) > 0 {
            return known[choices.next(known.len())].clone();
        }
        // A name that this tag does not declare yet; the default namespace now and then.
        let prefix = match choices.next(3) {
            0 if !needs_prefix
                && !declared
                    .iter()
                    .any(|(p, _): &(String, String)| p.is_empty()) =>
            {
                String::new()
            }
            _ => format!("p{}", scope.len()),
        };
        scope.push((prefix.clone(), ns.to_owned()));
        declared.push((prefix.clone(), ns.to_owned()));
        prefix
    };
    let join = |prefix: &str, local: &str| match prefix {
        "" => local.to_owned(),
        prefix => format!("{prefix}:{local}"),
    };
    let mut attributes: Vec<(String, String)> = Vec::new();
    let element = join(&prefix_of(&node.ns, false, choices), &node.name);
    for (ns, name, value) in &node.attributes {
        let value = match value.split_once(':') {
            Some((prefix, local)) if ns == XSI && name == "type" => {
                let (_, uri) = TYPE_PREFIXES.iter().find(|(p, _)| *p == prefix).unwrap();
                join(&prefix_of(uri, true, choices), local)
            }
            _ if ns == XSI && name == "nil" => ["true", "1", " true\n"][choices.next(3)].to_owned(),
            _ => value.clone(),
        };
        attributes.push((join(&prefix_of(ns, true, choices), name), value));
    }
    if (node.ns.is_empty() || plain_type)
        && scope
            .iter()
            .rev()
            .find(|(p, _)| p.is_empty())
            .is_some_and(|(_, u)| !u.is_empty())
    {
        scope.push((String::new(), String::new()));
        declared.push((String::new(), String::new()));
    }
    for (prefix, uri) in declared {
        let name = if prefix.is_empty() {
            "xmlns".to_owned()
        } else {
            format!("xmlns:{prefix}")
        };
        attributes.push((name, uri));
    }
    if !attributes.is_empty() {
        let turn = choices.next(attributes.len());
        attributes.rotate_left(turn);
    }
    out.push('<');
    out.push_str(&element);
    for (name, value) in attributes {
        out.push_str([" ", "\n\t", "\r\n  "][choices.next(3)]);
        out.push_str(&name);
        out.push_str(["=", " = "][choices.next(2)]);
        let quote = ['"', '\''][choices.next(2)];
        out.push(quote);
        for c in value.chars() {
            match c {
                '&' | '<' | '"' | '\'' | '\t' | '\n' | '\r' => reference(c, choices, out),
                c if choices.next(20) == 0 => reference(c, choices, out),
                c => out.push(c),
            }
        }
        out.push(quote);
    }
    out.push_str(["", " "][choices.next(2)]);
    if node.children.is_empty() && node.texts[0].is_empty() && choices.next(2) == 0 {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let beside = |text: &str, choices: &mut Choices, out: &mut String| match node.has_text() {
        true => write_text(text, choices, out),
        false => between(choices, out),
    };
    beside(&node.texts[0], choices, out);
    for (child, text) in node.children.iter().zip(&node.texts[1..]) {
        write(child, &scope, choices, out);
        beside(text, choices, out);
    }
    write!(out, "</{element}{}>", ["", "\n"][choices.next(2)]).unwrap();
}

/// Prefixes that this crate writes in `xsi:type`.
const TYPE_PREFIXES: [(&str, &str); 5] = [
    ("k", NS),
    ("o", "urn:other"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
    ("_t", UNKNOWN),
    ("xsi", XSI),
];
const UNKNOWN: &str = "urn:unknown?a&b=\"<'>";

fn reference(c: char, choices: &mut Choices, out: &mut String) {
    let named = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&apos;",
        _ => "",
    };
    match choices.next(3) {
        0 if !named.is_empty() => out.push_str(named),
        1 => write!(out, "&#{};", u32::from(c)).unwrap(),
        _ => write!(out, "&#x{:04x};", u32::from(c)).unwrap(),
    }
}

fn write_text(text: &str, choices: &mut Choices, out: &mut String) {
    let chars: Vec<char> = text.chars().collect();
    let mut rest = &*chars;
    while let Some((c, after)) = rest.split_first() {
        match choices.next(12) {
            0 => out.push_str("<!-- not text > ]]> -->"),
            1 => out.push_str("<?not text?>"),
            2 => {
                // A section of some characters that can be in one.
                let len = rest.len().min(1 + choices.next(9));
                let piece: String = rest[..len].iter().collect();
                if !piece.contains('\r') && !piece.contains("]]>") {
                    write!(out, "<![CDATA[{piece}]]>").unwrap();
                    rest = &rest[len..];
                    continue;
                }
            }
            _ => {}
        }
        match c {
            '&' | '<' | '>' | '\r' => reference(*c, choices, out),
            '\n' => out.push_str(["\n", "\r\n", "\r", "&#10;"][choices.next(4)]),
            c if choices.next(20) == 0 => reference(*c, choices, out),
            c => out.push(*c),
        }
        // `\n` after what was written as `\r` would become one with it.
        if *c == '\n' && out.ends_with('\r') && after.first() == Some(&'\n') {
            out.push_str("<!---->");
        }
        rest = after;
    }
}

fn between(choices: &mut Choices, out: &mut String) {
    match choices.next(6) {
        0 => out.push_str("\r\n    "),
        1 => out.push_str("<!-- between -->"),
        2 => out.push_str(" <?between?>\n"),
        3 => out.push_str("&#32;<![CDATA[ ]]>"),
        _ => {}
    }
}

/// Moves elements of different names past each other; those of one name stay in order.
fn shuffle(node: &mut Node, choices: &mut Choices) {
    for child in &mut node.children {
        shuffle(child, choices);
    }
    // SOAP orders the former, and text the latter.
    if node.name == "Envelope" || node.has_text() {
        return;
    }
    let is_struct = matches!(&*node.name, "All" | "nested");
    let is_unknown = |n: &Node| n.ns != NS || n.name.starts_with(['x', 'ä', '_']);
    for _ in 0..node.children.len() {
        let at = choices.next(node.children.len());
        if at + 1 < node.children.len() {
            let (a, b) = (&node.children[at], &node.children[at + 1]);
            // A struct keeps what it does not know in the order of the message; a record does,
            // too, but is the same in another one.
            let kept = is_struct && is_unknown(a) && is_unknown(b);
            if (&a.ns, &a.name) != (&b.ns, &b.name) && !kept {
                node.children.swap(at, at + 1);
            }
        }
    }
}

/// Writes a document that this crate has written in other words, as the seeds say.
pub fn in_other_words(document: &str, seeds: Vec<u8>) -> String {
    let mut choices = Choices { seeds, at: 0 };
    let mut root = tree(document);
    shuffle(&mut root, &mut choices);
    let mut out = String::new();
    out.push_str(["", "\u{FEFF}"][choices.next(2)]);
    out.push_str(["", "<?xml version='1.0' encoding=\"UTF-8\"?>\r\n"][choices.next(2)]);
    out.push_str(["", "<!-- before --> <?before it?>"][choices.next(2)]);
    write(&root, &[], &mut choices, &mut out);
    out.push_str(["", "\n<!-- after -->\n"][choices.next(2)]);
    out
}
