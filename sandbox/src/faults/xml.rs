//! Flaws of the XML: documents that are not well-formed, and documents that exceed limits.

use super::flaws;

flaws! {
    /// XML that a client must refuse.
    pub enum XmlFlaw {
        /// The XML ends in the middle, but the HTTP message is complete.
        Truncated = "truncated_xml",
        /// A document type declaration.
        Dtd = "dtd",
        /// An external entity that refers to a file.
        XxeFile = "xxe_file",
        /// An external entity that refers to an HTTP address.
        XxeHttp = "xxe_http",
        /// Entities that expand exponentially.
        BillionLaughs = "billion_laughs",
        /// One long entity that is used ten thousand times.
        Quadratic = "quadratic",
        /// A reference to an entity that is not declared.
        UndefinedEntity = "undef_entity",
        /// Ten thousand nested elements.
        Deep10k = "deep10k",
        /// A million nested elements.
        Deep1m = "deep1m",
        /// An element with 100,000 attributes.
        ManyAttributes = "many_attrs",
        /// An element with 100,000 namespace declarations.
        ManyNamespaces = "many_ns",
        /// An element with the same attribute twice.
        DuplicateAttribute = "dup_attr",
        /// A character reference that XML does not allow.
        ControlReference = "ctrl_ref",
        /// Two root elements.
        TwoRoots = "two_roots",
        /// An element with a text of 32 MiB.
        LongText = "long_text",
        /// An element with a name of 16 MiB.
        LongName = "long_name",
    }
}

impl XmlFlaw {
    pub(super) fn spoil(self, body: &[u8]) -> Vec<u8> {
        let text = String::from_utf8_lossy(body);
        match self {
            Self::Truncated => body[..body.len() / 2].to_vec(),
            Self::Dtd => doctype(&text, "", ""),
            Self::XxeFile => doctype(&text, "<!ENTITY x SYSTEM \"file:///etc/passwd\">", "&x;"),
            Self::XxeHttp => {
                let entity = "<!ENTITY x SYSTEM \"http://redirected.invalid/x\">";
                doctype(&text, entity, "&x;")
            }
            Self::BillionLaughs => {
                let mut entities = "<!ENTITY a0 \"ha\">".to_owned();
                for n in 1..30 {
                    let inside = format!("&a{};", n - 1).repeat(10);
                    entities.push_str(&format!("<!ENTITY a{n} \"{inside}\">"));
                }
                doctype(&text, &entities, "&a29;")
            }
            Self::Quadratic => {
                let entity = format!("<!ENTITY x \"{}\">", "x".repeat(100_000));
                doctype(&text, &entity, &"&x;".repeat(10_000))
            }
            Self::UndefinedEntity => inside(&text, "<x>&nosuchentity;</x>"),
            Self::Deep10k => inside(&text, &nested(10_000)),
            Self::Deep1m => inside(&text, &nested(1_000_000)),
            Self::ManyAttributes => {
                let attributes: String = (0..100_000).map(|n| format!(" a{n}=\"\"")).collect();
                inside(&text, &format!("<x{attributes}/>"))
            }
            Self::ManyNamespaces => {
                let names: String = (0..100_000)
                    .map(|n| format!(" xmlns:n{n}=\"urn:{n}\""))
                    .collect();
                inside(&text, &format!("<x{names}/>"))
            }
            Self::DuplicateAttribute => inside(&text, "<x a=\"1\" a=\"2\"/>"),
            Self::ControlReference => inside(&text, "<x>&#0;&#11;</x>"),
            Self::TwoRoots => format!("{text}<again/>").into_bytes(),
            Self::LongText => inside(&text, &format!("<x>{}</x>", "x".repeat(32 << 20))),
            Self::LongName => {
                let name = "x".repeat(16 << 20);
                inside(&text, &format!("<{name}/>"))
            }
        }
    }
}

/// Adds a document type that declares `entities`, and a text in the body that uses them.
fn doctype(text: &str, entities: &str, usage: &str) -> Vec<u8> {
    let used = String::from_utf8(inside(text, &format!("<x>{usage}</x>")));
    let used = used.unwrap_or_default();
    let at = used.find("?>").map_or(0, |at| at + 2);
    let (declaration, rest) = used.split_at(at);
    format!("{declaration}<!DOCTYPE soapenv:Envelope [{entities}]>{rest}").into_bytes()
}

/// Adds content to the first element of the body.
fn inside(text: &str, more: &str) -> Vec<u8> {
    let body = text
        .find("<soapenv:Body>")
        .map_or(0, |at| at + "<soapenv:Body>".len());
    let at = text[body..]
        .find('>')
        .map_or(text.len(), |at| body + at + 1);
    let (before, after) = text.split_at(at);
    [before, more, after].concat().into_bytes()
}

fn nested(depth: usize) -> String {
    "<x>".repeat(depth) + &"</x>".repeat(depth)
}
