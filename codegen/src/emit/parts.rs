//! Macro calls that take the variants of an enum in parts.

use super::writer::Writer;

/// The compiler's time for one function grows faster than the function, so the macros make a function
/// for each part.
const PART: usize = 128;

/// Prints the call of a macro with what it takes first, and the variants in brackets, part by part.
pub(super) fn print(
    w: &mut Writer<'_, '_>,
    name: &str,
    first: &[&str],
    variants: impl Iterator<Item = String>,
) {
    let variants: Vec<String> = variants.collect();
    w.out.open(&[name, " {"]);
    w.out.line(&[&first.join(", "), ","]);
    for part in variants.chunks(PART) {
        w.out.open(&["["]);
        for variant in part {
            w.out.line(&[variant, ","]);
        }
        w.out.close(&["],"]);
    }
    w.out.close(&["}"]);
}
