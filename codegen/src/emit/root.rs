//! `mod.rs`, which declares the modules and re-exports what is in them.

use std::collections::HashSet;

use super::{documents, modules, server};
use crate::output::STAMP;
use crate::plan::{Item, Plan, SharedTypes};
use crate::print::Printer;
use crate::print::escape::{code, literal, plain};

/// Version of this crate, which the output names.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Keeps rustfmt, whatever its configuration, away from an item and the files of a module.
const SKIP: &str = "#[rustfmt::skip]";
/// Version of the interface to the runtime for which the output is written.
const INTERFACE: &str = "6";

/// Prints `mod.rs`. It has no inner attributes or documentation, because `include!` allows none.
pub(super) fn file(plan: &Plan<'_>) -> String {
    let mut out = Printer::default();
    comment(&mut out, plan);
    out.blank();
    let version = [
        &["::saponify::generated::VERSION == ", INTERFACE].concat(),
        &literal("this code was generated for another version of saponify; generate it again"),
    ];
    out.line(&[SKIP]);
    out.list("const _: () = assert!(", &version, ");");
    if plan.serde {
        out.blank();
        out.line(&[SKIP]);
        out.line(&["::saponify::generated::needs_serde!();"]);
    }
    let is_shared = plan.shared().is_some();
    if plan.server.is_some() && !is_shared {
        out.blank();
        out.line(&[SKIP]);
        out.line(&["::saponify::generated::needs_server!();"]);
    }
    let has_views = plan
        .declared()
        .any(|module| plan.printed(module).any(Item::is_view));
    if plan.docs && has_views {
        origin(&mut out, plan);
    }
    for module in plan.declared() {
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
    if !plan.operations.is_empty() && !is_shared {
        let about =
            "The operations, as types: what each of them returns and which headers it accepts.";
        declare(&mut out, plan, about, "pub mod ", "operations");
    }
    if !plan.services.is_empty() && !is_shared {
        declare(&mut out, plan, "", "mod ", "service");
    }
    if plan.server.is_some() && !is_shared {
        declare(&mut out, plan, documents::ABOUT, "mod ", "documents");
        declare(&mut out, plan, server::ABOUT, "pub mod ", "server");
    }
    out.blank();
    reexports(&mut out, plan);
    if is_shared {
        headers_of_rows(&mut out, plan);
    }
    out.finish()
}

/// Prints where the output comes from.
fn comment(out: &mut Printer, plan: &Plan<'_>) {
    if let Some(shared) = plan.shared() {
        return comment_of_shared(out, shared);
    }
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

/// Prints which tenants share the output. It does not name their WSDLs, which may change while this stays.
fn comment_of_shared(out: &mut Printer, shared: &SharedTypes) {
    out.line(&[STAMP, " ", VERSION, "."]);
    out.line(&["// Do not edit."]);
    out.line(&["//"]);
    out.comment(&format!(
        "Types that are equal in {}. Their modules export these types.",
        shared.tenants_in_words()
    ));
}

/// Prints a macro that says which WSDL the types of records are from, because they are different in
/// every org. It is a macro so that a new WSDL changes one line and not the page of each type.
fn origin(out: &mut Printer, plan: &Plan<'_>) {
    let header = &plan.header;
    let mut text = match plan.shared() {
        Some(shared) => format!("Equal in {}", shared.tenants_in_words()),
        None => ["From ", &code(&header.source)].concat(),
    };
    for (what, fact) in [
        (", API version ", header.comment.api_version),
        (", generated on ", header.comment.generated),
    ] {
        if !fact.is_empty() && plan.shared().is_none() {
            text.push_str(what);
            text.push_str(&code(fact));
        }
    }
    text.push('.');
    out.blank();
    out.line(&[SKIP]);
    out.open(&["macro_rules! wsdl {"]);
    out.open(&["() => {"]);
    out.line(&[&literal(&text)]);
    out.close(&["};"]);
    out.close(&["}"]);
}

/// Prints the declaration of a module, with the lints that it allows: names are those of XML, and
/// the others depend on what the user's crate turns on and on what it uses. Without documentation,
/// it is missing by intent.
fn declare(out: &mut Printer, plan: &Plan<'_>, about: &str, head: &str, name: &str) {
    out.blank();
    if !about.is_empty() {
        out.doc(about);
    }
    out.line(&[SKIP]);
    out.line(&["#[allow(nonstandard_style)]"]);
    if !plan.docs {
        out.line(&["#[allow(missing_docs)]"]);
    }
    out.line(&["#[allow(unnameable_types, unreachable_pub, unused)]"]);
    out.line(&["#[allow(clippy::all, clippy::pedantic, clippy::nursery, rustdoc::all)]"]);
    out.line(&[head, name, ";"]);
}

/// Prints which of the shared headers a stream of rows takes.
fn headers_of_rows(out: &mut Printer, plan: &Plan<'_>) {
    let headers = plan.headers_of_rows();
    let headers: Vec<String> = headers
        .map(|ty| format!("{}::{}", ty.module, ty.ident))
        .collect();
    if !headers.is_empty() {
        out.blank();
        out.line(&[SKIP]);
        out.macro_list("::saponify::generated::records_headers!(", &headers, ");");
    }
}

fn reexports(out: &mut Printer, plan: &Plan<'_>) {
    let shared = shared_names(plan);
    let mut paths: Vec<(String, bool)> = plan
        .declared()
        .map(|module| {
            let is_shared = module
                .items
                .iter()
                .any(|item| shared.contains(item.ident()));
            (format!("{}::*", module.name), is_shared)
        })
        .collect();
    let services = plan.services.iter().filter(|_| plan.shared().is_none());
    let mut names: Vec<&str> = services.map(|s| s.ident.as_str()).collect();
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
        out.line(&[SKIP]);
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
