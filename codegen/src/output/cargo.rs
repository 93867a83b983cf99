//! The lines that a build script prints for cargo.

use std::path::Path;

/// Tells cargo which files the build script depends on.
pub(crate) fn print_rerun<'p>(paths: impl IntoIterator<Item = &'p Path>) {
    for line in paths.into_iter().filter_map(rerun) {
        println!("{line}");
    }
}

/// The line for a file. `None` for a path that would break the line, because the rest of it could be
/// another instruction to cargo.
fn rerun(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let line = !text.contains(char::is_control);
    line.then(|| format!("cargo:rerun-if-changed={text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A build script prints nothing but these lines, so no text of a WSDL reaches cargo.
    #[test]
    fn cargo_is_told_of_files_and_of_nothing_else() {
        let line = |path: &str| rerun(Path::new(path));
        assert_eq!(
            line("wsdl/a b.wsdl").as_deref(),
            Some("cargo:rerun-if-changed=wsdl/a b.wsdl")
        );
        assert_eq!(line("a\ncargo:rustc-env=PWNED=1"), None);
        assert_eq!(line("a\rcargo:rustc-cfg=pwned"), None);
    }
}
