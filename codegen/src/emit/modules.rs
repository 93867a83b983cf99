//! The files of a module of types.

use super::file::{self, RUNTIME};
use super::split::{Part, split};
use super::writer::Writer;
use super::{choices, enums, structs, views};
use crate::output::File;
use crate::plan::{Item, Module, Plan};
use crate::print::escape::code;

/// Prints a module: one file, or several if that would be large.
pub(super) fn files(plan: &Plan<'_>, module: &Module<'_>, files: &mut Vec<File>) {
    let mut w = Writer::of_module(plan, module);
    let mut parts = Vec::with_capacity(module.items.len());
    for item in plan.printed(module) {
        print(&mut w, item);
        parts.push(Part {
            name: item.ident(),
            text: w.take(),
        });
    }
    let about = title(module);
    let head = file::head(&about, RUNTIME, &w.imports());
    let part_head = file::head(&about, &["super::*"], &[]);
    let export = plan.export_of_shared(&module.name);
    split(&module.name, &head, &export, &part_head, parts, files);
}

/// Prints a type.
pub(super) fn print<'p>(w: &mut Writer<'p, '_>, item: &'p Item<'_>) {
    match item {
        Item::View(view) => views::print(w, view),
        Item::Struct(structure) => structs::print(w, structure),
        Item::Choice(choice) => choices::print(w, choice),
        Item::Abstract(ty) => choices::print_abstract(w, ty),
        Item::Enum(enumeration) => enums::print(w, enumeration),
    }
}

/// `Types of …`.
pub(super) fn title(module: &Module<'_>) -> String {
    let name = |uri: &&str| match *uri {
        "" => "no namespace".to_owned(),
        uri => code(uri),
    };
    let uris: Vec<String> = module.uris.iter().map(name).collect();
    format!("Types of {}.", uris.join(" and "))
}
