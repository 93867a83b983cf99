//! Stage "emit": the plan as source text, laid out as rustfmt would lay it out.
//!
//! Text of a WSDL gets into the output only as an identifier of stage "names", or through
//! [`print`](crate::print) as a literal, a code span or a comment.

mod choices;
mod documents;
mod enums;
mod field_docs;
mod file;
mod modules;
mod objects;
mod operations;
mod page;
mod parts;
mod root;
mod rows;
mod server;
mod service;
mod sharing;
mod split;
mod structs;
mod tables;
mod views;
mod writer;

use crate::output::File;
use crate::plan::{Item, Plan};
pub(crate) use sharing::shared_types;
#[cfg(feature = "catalog")]
pub(crate) use views::value_of_key;
#[cfg(feature = "catalog")]
pub(crate) use writer::Writer;

/// Prints the files of a plan, `mod.rs` first, as far as its portion goes. With `file_per_object`, each view has
/// a file of its own.
pub(crate) fn emit(plan: &Plan<'_>, file_per_object: bool) -> Vec<File> {
    let mut files = vec![File::new("mod.rs", root::file(plan))];
    for module in plan.declared() {
        if file_per_object && plan.printed(module).any(Item::is_view) {
            objects::files(plan, module, &mut files);
        } else {
            modules::files(plan, module, &mut files);
        }
    }
    tables::files(plan, &mut files);
    if plan.shared().is_some() {
        return files;
    }
    if !plan.operations.is_empty() {
        files.push(File::new("operations.rs", operations::file(plan)));
    }
    if !plan.services.is_empty() {
        files.push(File::new("service.rs", service::file(plan)));
    }
    if let Some(server) = &plan.server {
        files.push(File::new("documents.rs", documents::file(server.documents)));
        files.push(File::new("server.rs", server::file(plan, server)));
    }
    files
}
