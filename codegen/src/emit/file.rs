//! How every file of the output begins.

use crate::output::STAMP;

/// The stamp, the documentation of the module and its first imports.
pub(super) fn head(about: &str, uses: &[&str]) -> String {
    let mut out = format!("{STAMP}. Do not edit.\n//! {about}\n\n");
    for path in uses {
        out.push_str(&format!("use {path};\n"));
    }
    out
}
