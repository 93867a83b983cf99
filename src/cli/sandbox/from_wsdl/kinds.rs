//! The kinds of fields. A WSDL has types only: a picklist, an e-mail address and a name are all texts.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use saponify_codegen::catalog::{Content, Field};
use toml_edit::Item;

use super::super::demo_org::DEMO_ORG;

/// The notation of a field that is neither a reference nor a compound. `None` if an org has no such
/// fields.
pub(super) fn notation(object: &str, field: &Field) -> Option<String> {
    if field.repeated {
        return None;
    }
    let kinds: &[&str] = match (&field.content, &*field.type_name) {
        (Content::Any, "anyType") => &["anytype"],
        (Content::Simple(_), "json") => &["json"],
        (Content::Simple(_), "boolean") => &["boolean"],
        (Content::Simple(_), "int") => &["int"],
        (Content::Simple(_), "long") => &["long"],
        (Content::Simple(_), "double") => &["double", "currency", "percent"],
        (Content::Simple(_), "date") => &["date"],
        (Content::Simple(_), "dateTime") => &["datetime"],
        (Content::Simple(_), "time") => &["time"],
        (Content::Simple(_), "base64Binary") => &["base64"],
        (Content::Simple(_), "string") => &[
            "string",
            "textarea",
            "picklist",
            "multipicklist",
            "combobox",
            "email",
            "phone",
            "url",
            "encryptedstring",
            "autonumber",
        ],
        _ => return None,
    };
    // The demo tenant knows more about the standard objects than their types.
    let known = demo().fields.get(&(object.to_owned(), field.name.clone()));
    let kind_of = |notation: &str| {
        let end = notation.find(['(', ' ']).unwrap_or(notation.len());
        notation.get(..end).unwrap_or_default().to_owned()
    };
    if let Some(known) = known.filter(|known| kinds.contains(&&*kind_of(known))) {
        return Some(known.clone());
    }
    let guess = match *kinds.first()? {
        "string" => text(&field.name),
        "double" => number(&field.name),
        kind => kind,
    };
    Some(guess.to_owned())
}

fn text(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let name = name.strip_suffix("__c").unwrap_or(&name);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&["email", "emailaddress"]) {
        "email"
    } else if ends(&["phone", "fax"]) {
        "phone"
    } else if ends(&["website", "url"]) {
        "url"
    } else if ends(&["description", "comments", "notes", "body"]) {
        "textarea(32000)"
    } else {
        "string(255)"
    }
}

fn number(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["amount", "price", "revenue", "cost"]) {
        "currency(18,2)"
    } else if has(&["percent", "probability"]) {
        "percent"
    } else {
        "double(18,2)"
    }
}

/// What the demo tenant knows about the standard objects.
#[derive(Default)]
struct Demo {
    /// The notation of fields, by object and name.
    fields: BTreeMap<(String, String), String>,
    /// The first characters of ids, by object.
    prefixes: BTreeMap<String, String>,
}

fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let mut demo = Demo::default();
        let Ok(document) = DEMO_ORG.parse::<toml_edit::DocumentMut>() else {
            return demo;
        };
        let objects = document.get("object").and_then(Item::as_table_like);
        for (object, item) in objects.into_iter().flat_map(|table| table.iter()) {
            if let Some(prefix) = item.get("prefix").and_then(Item::as_str) {
                demo.prefixes.insert(object.to_owned(), prefix.to_owned());
            }
            let table = item.get("fields").and_then(Item::as_table_like);
            for (field, notation) in table.into_iter().flat_map(|table| table.iter()) {
                // The WSDL says which fields its version has.
                let words = notation.as_str().unwrap_or_default().split(' ');
                let words = words.filter(|word| !word.starts_with("since="));
                let notation = words.collect::<Vec<_>>().join(" ");
                let name = (object.to_owned(), field.to_owned());
                demo.fields.insert(name, notation);
            }
        }
        demo
    })
}

/// The key prefix of an object of the demo tenant, which is that of the real one.
pub(super) fn prefix(object: &str) -> Option<&'static str> {
    demo().prefixes.get(object).map(String::as_str)
}
