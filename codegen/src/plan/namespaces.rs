//! The namespaces that tables and messages refer to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use saponify_wsdl::model::NsId;

use super::arrays::array_item;
use super::types::Namespace;
use crate::error::Error;
use crate::select::Selection;

/// The numbers by which tables refer to namespaces.
#[derive(Debug)]
pub(super) struct NamespaceNumbers(BTreeMap<NsId, u8>);

impl NamespaceNumbers {
    pub(super) fn of(&self, ns: NsId) -> u8 {
        self.0.get(&ns).copied().unwrap_or_default()
    }
}

/// The namespace of `xml:lang`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// Prefixes that messages use for namespaces of SOAP and its extensions.
const RESERVED_PREFIXES: &[&str] = &[
    "env", "soap", "soapenc", "soapenv", "wsa", "wsse", "wsu", "xml", "xmlns", "xsd", "xsi",
];

/// Numbers the namespaces that occur, in the order of the WSDL, and assigns a prefix to each of them.
///
/// # Errors
///
/// If there are more than a table can number.
pub(super) fn namespaces<'m>(
    selection: &Selection<'m>,
) -> Result<(Vec<Namespace<'m>>, NamespaceNumbers), Error> {
    let mut used = BTreeSet::new();
    for shape in &selection.shapes {
        used.insert(shape.ns);
        used.extend(shape.members.iter().map(|member| member.ns));
        used.extend(array_item(selection, shape).map(|name| name.ns));
    }
    let types = selection.operations.iter().flat_map(|o| &o.types);
    used.extend(types.flatten().map(|name| name.ns));
    let mut list = vec![Namespace {
        uri: "",
        prefix: Cow::Borrowed(""),
    }];
    let mut numbers = BTreeMap::new();
    let mut prefixes: BTreeSet<Cow<'m, str>> = BTreeSet::new();
    for ns in used {
        let uri = selection.uri(ns);
        if uri.is_empty() {
            numbers.insert(ns, 0);
            continue;
        }
        let declared = selection.model.namespaces[ns.0 as usize].prefix.as_deref();
        let usable =
            |p: &&str| is_prefix(p) && !RESERVED_PREFIXES.contains(p) && !prefixes.contains(*p);
        let number = u8::try_from(list.len()).map_err(|_| {
            Error::unsupported("the WSDL uses more than 255 namespaces: exclude some of its types")
        })?;
        let mut ordinal = u32::from(number);
        // `xml` is bound in every document, and every envelope declares `xsd`.
        let bound = match uri {
            XML => Some("xml"),
            XSD => Some("xsd"),
            _ => None,
        };
        if let Some(prefix) = bound {
            numbers.insert(ns, number);
            let prefix = Cow::Borrowed(prefix);
            list.push(Namespace { uri, prefix });
            continue;
        }
        let prefix = declared
            .filter(usable)
            .map(Cow::Borrowed)
            .unwrap_or_else(|| {
                loop {
                    let prefix = format!("ns{ordinal}");
                    if !prefixes.contains(prefix.as_str()) {
                        break Cow::Owned(prefix);
                    }
                    ordinal += 1;
                }
            });
        prefixes.insert(prefix.clone());
        numbers.insert(ns, number);
        list.push(Namespace { uri, prefix });
    }
    Ok((list, NamespaceNumbers(numbers)))
}

/// Whether messages can use a prefix of the document.
fn is_prefix(prefix: &str) -> bool {
    prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && prefix
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        && !prefix.to_ascii_lowercase().starts_with("xml")
}
