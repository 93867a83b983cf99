//! The documentation of fields and groups.

use crate::content::{NodeKind, Occurs};
use crate::plan::{DocContent, FieldDoc, GroupDoc, NameList};
use crate::print::Printer;
use crate::print::escape::code;

/// Prints a line about a field, and what the WSDL says about it.
pub(super) fn print(out: &mut Printer, doc: &FieldDoc<'_>) {
    let group = match &doc.content {
        DocContent::Group(doc) => Some(group(doc)),
        DocContent::MixedText => Some("text between elements".to_owned()),
        DocContent::OtherElement => Some("any other element".to_owned()),
        DocContent::Type(_) | DocContent::ChildRows(_) | DocContent::Wildcard => None,
    };
    if let Some(group) = group {
        let is_repeated = doc.occurs.is_some_and(|occurs| occurs.repeated);
        let often = if is_repeated {
            ", any number of times"
        } else {
            ""
        };
        return out.doc(&[&capitalised(&group), often].concat());
    }
    let mut line = code(&doc.wire);
    line.push_str(match doc.node {
        NodeKind::Element => ": ",
        NodeKind::Attribute => ", an attribute: ",
        NodeKind::Text => ", the text: ",
        NodeKind::AnyElement => ": elements of ",
        NodeKind::AnyAttribute => ": attributes of ",
    });
    let (ty, remark) = match &doc.content {
        DocContent::Type(name) => (*name, ""),
        DocContent::ChildRows(name) => (*name, " (child rows)"),
        _ => ("any", ""),
    };
    // Names of types are names of XML, which cannot end a code span or a line.
    line.push_str(code(ty).trim_matches('`'));
    line.push_str(remark);
    line.push_str(doc.occurs.map_or("", occurrence));
    if let Some(constraint) = doc.value_constraint {
        let word = if constraint.fixed {
            "always"
        } else {
            "default"
        };
        line.push_str(&format!(", {word} {}", code(constraint.text)));
    }
    out.doc(&line);
    if let Some(text) = doc.text {
        out.doc("");
        out.wsdl_doc(text);
    }
}

/// What a group consists of, in words.
pub(super) fn group(doc: &GroupDoc) -> String {
    match doc {
        GroupDoc::Choice(list) => format!("one of {}", names(list)),
        GroupDoc::Sequence(list) => format!("{} in this order", names(list)),
        GroupDoc::Mixed(list) => format!("text and elements in their order: {}", names(list)),
        GroupDoc::MixedText => "text, and elements of derived types".to_owned(),
        GroupDoc::Substitution(head) => {
            format!("{} or an element that substitutes for it", code(head))
        }
    }
}

fn names(list: &NameList) -> String {
    let mut names: Vec<String> = list.first.iter().map(|name| code(name)).collect();
    if list.more {
        names.push("…".to_owned());
    }
    names.join(", ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.collect::<String>() + chars.as_str()
}

fn occurrence(occurs: Occurs) -> &'static str {
    match (occurs.repeated, occurs.optional, occurs.nillable) {
        (true, _, true) => ", repeated, nillable",
        (true, _, false) => ", repeated",
        (false, true, true) => ", optional, nillable",
        (false, true, false) => ", optional",
        (false, false, true) => ", required, nillable",
        (false, false, false) => ", required",
    }
}
