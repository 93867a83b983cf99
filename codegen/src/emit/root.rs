//! `mod.rs`, which declares the modules and re-exports what is in them.

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
        &literal("generated for another version of saponify: generate it again"),
    ];
    out.list("const _: () = assert!(", &version, ");");
    for module in &plan.modules {
        declare(&mut out, &modules::title(module), "pub mod ", &module.name);
    }
    let about = "Tables: the wire names and kinds of all types, as data.";
    declare(&mut out, about, "pub mod ", "tables");
    if !plan.operations.is_empty() {
        let about = "The operations, as types: what each gives and which headers it takes.";
        declare(&mut out, about, "pub mod ", "operations");
    }
    if !plan.services.is_empty() {
        declare(&mut out, "", "mod ", "service");
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
        out.line(&["// ", what, &text]);
    }
}

/// Prints the declaration of a module.
fn declare(out: &mut Printer, about: &str, head: &str, name: &str) {
    out.blank();
    if !about.is_empty() {
        out.doc(about);
    }
    out.line(&["#[allow(missing_docs, nonstandard_style, unused)]"]);
    out.line(&["#[allow(unnameable_types, unreachable_pub)]"]);
    out.line(&["#[allow(clippy::all, clippy::pedantic, clippy::nursery, rustdoc::all)]"]);
    out.line(&[head, name, ";"]);
}

fn reexports(out: &mut Printer, plan: &Plan<'_>) {
    let mut paths: Vec<String> = plan
        .modules
        .iter()
        .map(|module| format!("{}::*", module.name))
        .collect();
    let mut names: Vec<&str> = plan.services.iter().map(|s| s.ident.as_str()).collect();
    names.sort_unstable();
    match names.as_slice() {
        [] => {}
        [name] => paths.push(format!("service::{name}")),
        names => paths.push(format!("service::{{{}}}", names.join(", "))),
    }
    paths.sort_unstable();
    if plan.modules.len() > 1 {
        out.line(&["// A name that two modules have needs its module to be told apart."]);
    }
    for path in paths {
        if path.ends_with('*') {
            out.line(&["#[allow(ambiguous_glob_reexports, unused_imports)]"]);
        } else {
            out.line(&["#[allow(unused_imports)]"]);
        }
        out.line(&["pub use ", &path, ";"]);
    }
}
