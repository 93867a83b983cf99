//! How every file of the output begins.

use crate::output::STAMP;
use crate::print::Printer;

/// The module of the runtime that generated code names, by the name it has there.
pub(super) const RUNTIME: &[&str] = &["::saponify::generated as g"];

/// The stamp, the documentation of the module, what it uses, and which of the modules beside it.
pub(super) fn head(about: &str, uses: &[&str], modules: &[&str]) -> String {
    let mut out = Printer::default();
    out.line(&[STAMP, ". Do not edit."]);
    out.line(&["//! ", about]);
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
