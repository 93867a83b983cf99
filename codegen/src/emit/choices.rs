//! Choices and abstract types: enums whose variants hold values.

use super::structs::link;
use super::writer::Writer;
use super::{field_docs, parts};
use crate::plan::{Abstract, Choice};
use crate::print::escape::code;

/// Most types in a part of an abstract type. The macro makes a nested type of each part, and the
/// compiler descends one level for eight of them. It gives up beyond 128 levels, most of which belong
/// to the types themselves.
const TYPES: usize = 64;

pub(super) fn print<'p>(w: &mut Writer<'p, '_>, choice: &'p Choice<'_>) {
    let table = w.table(choice.table);
    let title = [&code(&choice.wire), ": ", &field_docs::group(&choice.group)].concat();
    w.out.doc(&title);
    w.derives(&choice.derives);
    w.out.open(&["pub enum ", &choice.ident, " {"]);
    for variant in &choice.variants {
        if w.plan.docs {
            field_docs::print(&mut w.out, &variant.doc);
        }
        let ty = w.field_type(&variant.ty);
        w.out.line(&[&variant.ident, "(", &ty, "),"]);
    }
    w.out.close(&["}"]);
    w.out.blank();
    let variants = choice.variants.iter().enumerate();
    let variants = variants.map(|(index, variant)| {
        let next = choice.variants.get(index + 1);
        let end = match next {
            Some(next) if next.ty == variant.ty => " |",
            _ => ",",
        };
        (format!("{} = {index}", variant.ident), end)
    });
    let first = [choice.ident.as_str(), &table];
    parts::print(w, "g::choice!", &first, parts::PART, variants);
    w.serde("structure", &choice.ident);
}

pub(super) fn print_abstract<'p>(w: &mut Writer<'p, '_>, ty: &'p Abstract<'_>) {
    let title = [&code(&ty.wire), ": any type that derives from it"].concat();
    w.item_doc(&title, ty.documentation);
    w.derives(&ty.derives);
    w.out.line(&["#[non_exhaustive]"]);
    w.out.open(&["pub enum ", &ty.ident, " {"]);
    let mut variants = Vec::with_capacity(ty.variants.len());
    for variant in &ty.variants {
        let path = w.path(&variant.ty);
        if w.plan.docs {
            w.out.doc(&link(&path));
        }
        w.out.line(&[&variant.ident, "(g::Boxed<", &path, ">),"]);
        variants.push([&variant.ident, " = ", &path].concat());
    }
    if w.plan.docs {
        w.out
            .doc("A value of a type that the WSDL does not list, or of none.");
    }
    w.out.line(&["Other(g::AnyValue),"]);
    w.out.close(&["}"]);
    w.out.blank();
    let variants = variants.into_iter().map(|variant| (variant, ","));
    parts::print(w, "g::abstract_type!", &[&ty.ident], TYPES, variants);
    w.serde("abstract_type", &ty.ident);
}
