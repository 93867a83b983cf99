//! Macro calls that take the variants of an enum in parts.

use super::writer::Writer;

/// The compiler's time for one function grows faster than the function, so the macros make a function
/// for each part.
pub(super) const PART: usize = 512;

/// Prints the call of a macro with what it takes first, and the variants in brackets, part by part.
/// A variant is its text and what follows it.
pub(super) fn print(
    w: &mut Writer<'_, '_>,
    name: &str,
    first: &[&str],
    part: usize,
    variants: impl Iterator<Item = (String, &'static str)>,
) {
    let variants: Vec<(String, &str)> = variants.collect();
    w.out.open(&[name, " {"]);
    w.out.line(&[&first.join(", "), ","]);
    for part in variants.chunks(part) {
        w.out.open(&["["]);
        for (index, (variant, end)) in part.iter().enumerate() {
            let end = if index + 1 < part.len() { end } else { "," };
            w.out.line(&[variant, end]);
        }
        w.out.close(&["],"]);
    }
    w.out.close(&["}"]);
}
