//! A describe in words, for documentation.

use super::types::{Child, Field, Object};

/// Most values of a picklist that are listed.
const MOST_VALUES: usize = 50;

/// What is said about an object.
pub(super) fn object(object: &Object) -> String {
    let mut text = format!("Label: {}", object.label);
    if !object.label_plural.is_empty() && object.label_plural != object.label {
        text.push_str(&format!(" ({})", object.label_plural));
    }
    text.push('.');
    if !object.key_prefix.is_empty() {
        text.push_str(&format!(" Ids begin with {}.", object.key_prefix));
    }
    text
}

/// What is said about a child relationship.
pub(super) fn child(child: &Child) -> String {
    format!("The rows of {} by their {}.", child.object, child.field)
}

/// What is said about a field.
pub(super) fn field(field: &Field) -> String {
    let mut paragraphs = vec![format!("Label: {}.{}", field.label, properties(field))];
    if !field.values.is_empty() {
        paragraphs.push(values(field));
    }
    if !field.help.is_empty() {
        paragraphs.push(format!("Help: {}", field.help));
    }
    paragraphs.join("\n\n")
}

fn properties(field: &Field) -> String {
    let mut sentences = Vec::new();
    if let Some(kind) = kind(field) {
        sentences.push(kind);
    }
    let mut add = |is_said: bool, sentence: &str| {
        if is_said {
            sentences.push(sentence.to_owned());
        }
    };
    add(field.external_id, "An external id.");
    add(field.unique, "Unique.");
    add(field.calculated, "The org computes it.");
    match (field.filterable, field.sortable) {
        (true, true) => {}
        (true, false) => add(true, "It cannot be sorted by."),
        (false, true) => add(true, "It cannot be filtered by."),
        (false, false) => add(true, "It can be neither filtered nor sorted by."),
    }
    let spaced = sentences.iter().map(|sentence| format!(" {sentence}"));
    spaced.collect()
}

/// The type and its size, where the WSDL says less.
fn kind(field: &Field) -> Option<String> {
    let (ty, length) = (field.ty.as_str(), field.length);
    Some(match ty {
        "reference" if field.refers_to.is_empty() => return None,
        "reference" => format!("It refers to {}.", field.refers_to.join(", ")),
        "currency" | "double" | "percent" => {
            let before = field.precision.saturating_sub(field.scale);
            let (ty, scale) = (capitalised(ty), field.scale);
            format!("{ty} with up to {before} digits before the point and {scale} after it.")
        }
        "int" | "long" if field.digits > 0 => {
            format!("A whole number of up to {} digits.", field.digits)
        }
        "picklist" | "multipicklist" | "combobox" if field.restricted => {
            format!("Restricted {ty}.")
        }
        "picklist" | "multipicklist" | "combobox" => format!("{}.", capitalised(ty)),
        "id" | "boolean" | "date" | "datetime" | "time" | "int" | "long" => return None,
        _ if length > 0 => format!("{} of up to {length} characters.", capitalised(ty)),
        _ => format!("{}.", capitalised(ty)),
    })
}

fn values(field: &Field) -> String {
    let shown = field.values.iter().take(MOST_VALUES).map(|value| {
        let mut text = value.value.clone();
        if !value.label.is_empty() && value.label != value.value {
            text.push_str(&format!(" ({})", value.label));
        }
        if value.inactive {
            text.push_str(" (inactive)");
        }
        text
    });
    let list = shown.collect::<Vec<_>>().join(", ");
    match field.values.len().saturating_sub(MOST_VALUES) {
        0 => format!("Values: {list}."),
        more => format!("Values: {list}, and {more} more."),
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.collect::<String>() + chars.as_str()
}
