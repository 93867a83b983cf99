//! How every file of the output begins.

use crate::output::STAMP;
use crate::print::Printer;

/// The module of the runtime that generated code names, by the name it has there.
pub(super) const RUNTIME: &[&str] = &["::saponify::generated as g"];

/// The stamp, what the file is about, what it uses, and which of the modules beside it.
///
/// The documentation of a module is in `mod.rs`, where the module is declared. Here it would be printed
/// a second time, so this is a comment.
pub(super) fn head(about: &str, uses: &[&str], modules: &[&str]) -> String {
    let mut out = Printer::default();
    out.line(&[STAMP, ". Do not edit."]);
    out.line(&["// ", about]);
    out.blank();
    for path in uses {
        out.line(&["use ", path, ";"]);
    }
    if !modules.is_empty() {
        out.blank();
        out.import("super", modules);
    }
    out.finish()
}
