//! Names of modules, which are also names of files.

use std::collections::BTreeMap;

use saponify_wsdl::model::NsId;

use super::case::{escape_plain, is_identifier, snake};
use super::scope::Scope;
use crate::config::{self, Config};
use crate::error::Error;
use crate::salesforce;
use crate::select::Selection;

/// Modules that every output has, and names that some systems do not allow for files.
const RESERVED: &[&str] = &[
    "aux",
    "com1",
    "com2",
    "com3",
    "com4",
    "com5",
    "com6",
    "com7",
    "com8",
    "com9",
    "con",
    "g",
    "lpt1",
    "lpt2",
    "lpt3",
    "lpt4",
    "lpt5",
    "lpt6",
    "lpt7",
    "lpt8",
    "lpt9",
    "nul",
    "operations",
    "prn",
    "service",
    "tables",
];

/// Modules that the output has if the server side is generated.
const RESERVED_FOR_SERVERS: &[&str] = &["documents", "server"];

/// The modules of the namespaces that have types.
pub(super) fn modules(
    selection: &Selection<'_>,
    config: &Config,
) -> Result<BTreeMap<NsId, String>, Error> {
    let renames = &config.rename.modules;
    let is_reserved = |rust: &str| {
        RESERVED.contains(&rust) || config.server && RESERVED_FOR_SERVERS.contains(&rust)
    };
    let typed = selection
        .shapes
        .iter()
        .filter(|shape| shape.kind.has_type());
    let enums = selection
        .enums
        .iter()
        .map(|id| selection.model.type_def(*id).name.ns());
    let mut used: Vec<NsId> = typed.map(|shape| shape.ns).chain(enums).collect();
    used.sort_by_key(|ns| (selection.uri(*ns), *ns));
    used.dedup();
    for (uri, rust) in renames {
        if !is_identifier(rust) || is_reserved(rust) {
            let name = rust.escape_debug();
            return Err(Error::config(format!(
                "`{name}` cannot be the name of a module; choose a Rust identifier that is not reserved"
            ))
            .about("rename", uri));
        }
        if !used.iter().any(|ns| selection.uri(*ns) == uri) && !config.tolerant {
            let name = uri.escape_debug();
            let known = used.iter().map(|ns| selection.uri(*ns)).collect();
            let help = config::suggestion("", uri, known);
            return Err(Error::selection(format!(
                "the namespace `{name}` cannot be renamed: no generated type is in it{help}"
            ))
            .about("rename", uri));
        }
    }
    let mut scope = Scope::with_reserved(RESERVED);
    let mut modules = BTreeMap::new();
    // Namespaces that the options name may share a module, if their types have different names. Each
    // other namespace gets a module of its own.
    let mut open = Vec::new();
    for ns in used {
        match renames.get(selection.uri(ns)) {
            Some(rust) => {
                scope.reserve(rust);
                modules.insert(ns, rust.clone());
            }
            None => open.push(ns),
        }
    }
    let idents = scope.assign(open.len(), |at, level| {
        let ident = escape_plain(&suggestion(selection.uri(open[at]), level));
        let of_servers = config.server && RESERVED_FOR_SERVERS.contains(&ident.as_str());
        [if of_servers { ident + "_" } else { ident }]
    });
    for (ns, [ident]) in open.into_iter().zip(idents) {
        modules.insert(ns, ident);
    }
    Ok(modules)
}

/// The spelling of a namespace's name at a level: its last word, its last two words, or all of them.
fn suggestion(uri: &str, level: usize) -> String {
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let mut words = path
        .split(['/', ':', '?', '#', '.'])
        .filter(|w| is_meaningful(w) && *w != "www");
    match level {
        0 => word(uri),
        1 | 2 => {
            let words: Vec<&str> = words.collect();
            let last = words.len().saturating_sub(level + 1);
            tidy(&words[last..].join("_"))
        }
        _ if words.next().is_none() => word(uri),
        // The end of it, because file systems limit the length of a name.
        _ => {
            let all = tidy_all(path);
            all.chars()
                .skip(all.chars().count().saturating_sub(60))
                .collect()
        }
    }
}

/// `urn:sobject.…` to `sobjects`, `http://example.com/2010/orders` to `orders`.
fn word(uri: &str) -> String {
    if let Some(word) = salesforce::module_word(uri) {
        return tidy(word);
    }
    if let Some(name) = uri.strip_prefix("urn:") {
        let last = name
            .rsplit(['/', ':'])
            .find(|part| is_meaningful(part))
            .unwrap_or(name);
        return tidy(
            last.split('.')
                .next()
                .filter(|part| is_meaningful(part))
                .unwrap_or(last),
        );
    }
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let host = if uri.contains("://") && !parts.is_empty() {
        parts.remove(0)
    } else {
        ""
    };
    let host = host
        .strip_prefix("www.")
        .unwrap_or(host)
        .split('.')
        .next()
        .unwrap_or_default();
    let last = parts
        .into_iter()
        .rev()
        .find(|part| is_meaningful(part))
        .unwrap_or(host);
    if last.is_empty() {
        "unqualified".to_owned()
    } else {
        tidy(last)
    }
}

/// Whether a part of a URI can name a module. Years, months and versions cannot.
fn is_meaningful(part: &str) -> bool {
    let name = part.trim_start_matches(['v', 'V']);
    name.chars().any(char::is_alphabetic)
}

fn tidy(part: &str) -> String {
    let part = part
        .strip_suffix(".xsd")
        .or_else(|| part.strip_suffix(".wsdl"))
        .unwrap_or(part);
    // File systems limit the length of a name.
    tidy_all(part).chars().take(60).collect()
}

fn tidy_all(part: &str) -> String {
    let part: String = part
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    snake(part.trim_matches('_'))
}

/// The module for a file's name: `Enterprise WSDL-64` to `enterprise_wsdl_64`.
pub(crate) fn module_of_stem(stem: &str) -> String {
    escape_plain(&tidy(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        for (uri, name) in [
            ("urn:sobject.enterprise.soap.sforce.com", "sobjects"),
            ("urn:enterprise.soap.sforce.com", "types"),
            ("urn:partner.soap.sforce.com", "types"),
            ("urn:fault.enterprise.soap.sforce.com", "faults"),
            ("urn:tooling.soap.sforce.com", "tooling"),
            ("http://soap.sforce.com/2006/04/metadata", "metadata"),
            ("http://example.com/2010/orders", "orders"),
            ("http://example.com/orders/v2", "orders"),
            ("http://tempuri.org/", "tempuri"),
            ("http://www.example.com", "example"),
            ("urn:core_2023_2.platform.example.com", "core_2023_2"),
            ("urn:example:shop:1.0", "shop"),
            ("", "unqualified"),
            ("http://example.com/types.xsd", "types"),
            ("../../etc", "etc"),
        ] {
            assert_eq!(suggestion(uri, 0), name, "{uri}");
        }
        assert_eq!(module_of_stem("Enterprise WSDL-64"), "enterprise_wsdl_64");
        assert_eq!(module_of_stem("type"), "type_");
    }
}
