//! The files of a module of objects, one for each object.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{self, RUNTIME};
use super::modules;
use super::writer::Writer;
use crate::names::module_of_stem;
use crate::output::{File, STAMP};
use crate::plan::{Module, Plan};
use crate::print::Printer;

/// Names that a file of Windows cannot have, whatever its extension.
const DEVICES: &[&str] = &["aux", "con", "nul", "prn"];

/// The objects of one file. There are several if their names differ in case only, because some file
/// systems do not tell such files apart.
#[derive(Default)]
struct Object<'p> {
    idents: Vec<&'p str>,
    text: String,
    modules: BTreeSet<&'p str>,
    siblings: BTreeSet<&'p str>,
}

/// Prints a module: `mod.rs` with what is no view, and the files of the views.
pub(super) fn files(plan: &Plan<'_>, module: &Module<'_>, files: &mut Vec<File>) {
    let mut w = Writer::of_module(plan, module);
    let mut objects: BTreeMap<String, Object<'_>> = BTreeMap::new();
    for item in plan.printed(module).filter(|item| item.is_view()) {
        modules::print(&mut w, item);
        let object = objects
            .entry(file_name(plan, module, item.ident()))
            .or_default();
        object.idents.push(item.ident());
        object.text.push('\n');
        object.text.push_str(&w.take());
        object.modules.extend(w.take_imports());
        object.siblings.extend(w.take_siblings());
    }
    for item in plan.printed(module).filter(|item| !item.is_view()) {
        modules::print(&mut w, item);
        w.out.blank();
    }
    let rest = w.take();
    let mut list = Printer::default();
    for name in objects.keys() {
        list.line(&["mod ", name, ";"]);
    }
    list.blank();
    for (name, object) in &objects {
        for ident in &object.idents {
            list.line(&["pub use ", name, "::", ident, ";"]);
        }
    }
    let uses = if rest.is_empty() { &[] } else { RUNTIME };
    let head = file::head(&modules::title(module), uses, &w.imports());
    let mut root = [&head, "\n", &list.finish()].concat();
    let export = plan.export_of_shared(&module.name);
    if !export.is_empty() {
        root.push('\n');
        root.push_str(&export);
    }
    if !rest.is_empty() {
        root.push('\n');
        root.push_str(rest.trim_end());
        root.push('\n');
    }
    files.push(File::new(format!("{}/mod.rs", module.name), root));
    for (name, object) in objects {
        let path = format!("{}/{name}.rs", module.name);
        files.push(File::new(path, object.print()));
    }
}

impl Object<'_> {
    fn print(self) -> String {
        let mut out = Printer::default();
        out.line(&[STAMP, ". Do not edit."]);
        out.blank();
        for path in RUNTIME {
            out.line(&["use ", path, ";"]);
        }
        out.blank();
        // A line for each, so that a field that comes or goes changes no more than one of them.
        for sibling in self
            .siblings
            .iter()
            .filter(|name| !self.idents.contains(name))
        {
            out.line(&["use super::", sibling, ";"]);
        }
        for module in &self.modules {
            out.line(&["use super::super::", module, ";"]);
        }
        out.finish() + &self.text
    }
}

/// The name of an object's file, without its extension: no other name in the module, and none that a
/// file cannot have.
fn file_name(plan: &Plan<'_>, module: &Module<'_>, ident: &str) -> String {
    let mut name = module_of_stem(ident.trim_start_matches("r#"));
    let is_taken = |name: &str| {
        name.is_empty()
            || DEVICES.contains(&name)
            || plan.modules.iter().any(|other| other.name == name)
            || module.items.iter().any(|item| item.ident() == name)
            || ["g", "tables", "operations", "service"].contains(&name)
    };
    while is_taken(&name) {
        name.push('_');
    }
    name
}
