//! `mod.rs`, which declares the modules and re-exports what is in them.

use std::collections::HashSet;

use super::modules;
use crate::output::STAMP;
use crate::plan::Plan;
use crate::print::Printer;
use crate::print::escape::{literal, plain};

/// Version of this crate, which the output names.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Version of the interface to the runtime for which the output is written.
const INTERFACE: &str = "3";

/// Prints `mod.rs`. It has no inner attributes or documentation, because `include!` allows none.
pub(super) fn file(plan: &Plan<'_>) -> String {
    let mut out = Printer::default();
    comment(&mut out, plan);
    out.blank();
    let version = [
        &["::saponify::generated::VERSION == ", INTERFACE].concat(),
        &literal("this code was generated for another version of saponify; generate it again"),
    ];
    out.list("const _: () = assert!(", &version, ");");
    for module in &plan.modules {
        declare(
            &mut out,
            plan,
            &modules::title(module),
            "pub mod ",
            &module.name,
        );
    }
    let about = "Tables: the wire names and kinds of all types, as data.";
    declare(&mut out, plan, about, "#[doc(hidden)]\npub mod ", "tables");
    if !plan.operations.is_empty() {
        let about = "The operations, as types: what each gives and which headers it takes.";
        declare(&mut out, plan, about, "pub mod ", "operations");
    }
    if !plan.services.is_empty() {
        declare(&mut out, plan, "", "mod ", "service");
    }
    out.blank();
    reexports(&mut out, plan);
    out.finish()
}

/// Prints where the output comes from.
fn comment(out: &mut Printer, plan: &Plan<'_>) {
    let header = &plan.header;
    let source = plain(&header.source);
    let stamp = [STAMP, " ", VERSION, " from ", &source];
    out.line(&[&stamp.concat(), " (sha256 ", &header.digest, ")."]);
    out.line(&["// Do not edit."]);
    let comment = &header.comment;
    let mut lines = vec![
        ("", comment.product),
        ("WSDL generated on ", comment.generated),
    ];
    lines.extend(
        header
            .endpoints
            .iter()
            .map(|endpoint| ("Endpoint: ", *endpoint)),
    );
    lines.extend(
        comment
            .packages
            .iter()
            .map(|package| ("Package: ", *package)),
    );
    lines.extend(plan.notes.iter().map(|note| ("Note: ", note.as_str())));
    let lines = lines.into_iter().map(|(what, text)| (what, plain(text)));
    let lines: Vec<_> = lines.filter(|(_, text)| !text.is_empty()).collect();
    if !lines.is_empty() {
        out.line(&["//"]);
    }
    for (what, text) in lines {
        out.comment(&[what, &text].concat());
    }
}

/// Prints the declaration of a module, with the lints that it allows: names are those of XML, and
/// the others depend on what the user's crate turns on and on what it uses. Without documentation,
/// it is missing by intent.
fn declare(out: &mut Printer, plan: &Plan<'_>, about: &str, head: &str, name: &str) {
    out.blank();
    if !about.is_empty() {
        out.doc(about);
    }
    out.line(&["#[allow(nonstandard_style)]"]);
    if !plan.docs {
        out.line(&["#[allow(missing_docs)]"]);
    }
    out.line(&["#[allow(unnameable_types, unreachable_pub, unused)]"]);
    out.line(&["#[allow(clippy::all, clippy::pedantic, clippy::nursery, rustdoc::all)]"]);
    out.line(&[head, name, ";"]);
}

fn reexports(out: &mut Printer, plan: &Plan<'_>) {
    let shared = shared_names(plan);
    let mut paths: Vec<(String, bool)> = plan
        .modules
        .iter()
        .map(|module| {
            let is_shared = module
                .items
                .iter()
                .any(|item| shared.contains(item.ident()));
            (format!("{}::*", module.name), is_shared)
        })
        .collect();
    let mut names: Vec<&str> = plan.services.iter().map(|s| s.ident.as_str()).collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => {}
        [name] => paths.push((format!("service::{name}"), false)),
        names => paths.push((format!("service::{{{}}}", names.join(", ")), false)),
    }
    paths.sort_unstable();
    if !shared.is_empty() {
        out.line(&["// A name that several modules define is used by its module: `module::Name`."]);
    }
    for (path, is_shared) in paths {
        if is_shared {
            out.line(&["#[allow(ambiguous_glob_reexports, unreachable_pub, unused_imports)]"]);
        } else {
            out.line(&["#[allow(unused_imports)]"]);
        }
        out.line(&["pub use ", &path, ";"]);
    }
}

/// The names of types that several modules define.
fn shared_names<'p>(plan: &'p Plan<'_>) -> HashSet<&'p str> {
    let mut seen = HashSet::new();
    let items = plan.modules.iter().flat_map(|module| &module.items);
    let names = items.map(|item| item.ident());
    names.filter(|name| !seen.insert(*name)).collect()
}
