//! The lines that a build script prints for cargo.

use std::path::Path;

use super::types::Output;
use crate::print::escape::plain;

/// Tells cargo which files the build script depends on.
pub(crate) fn print_rerun<'p>(paths: impl IntoIterator<Item = &'p Path>) {
    for line in paths.into_iter().filter_map(rerun) {
        println!("{line}");
    }
}

/// Makes cargo show warnings.
pub(crate) fn print_warnings(warnings: &[String]) {
    for line in warnings.iter().map(|text| warning(text)) {
        println!("{line}");
    }
}

/// Prints what was generated, for who looks at the output of the build script.
pub(crate) fn print_summary(module: &str, output: &Output) {
    let bytes: usize = output.files.iter().map(|file| file.text().len()).sum();
    println!(
        "saponify: {module}: {} types in {} files, {:.1} MB",
        output.types.len(),
        output.files.len(),
        bytes as f64 / 1e6
    );
}

/// The line for a warning. Hidden characters and line ends are left out.
fn warning(text: &str) -> String {
    format!("cargo:warning={}", plain(text))
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

    /// Whatever a build script prints, no text of a WSDL is an instruction to cargo.
    #[test]
    fn cargo_is_told_of_files_and_of_nothing_else() {
        let line = |path: &str| rerun(Path::new(path));
        assert_eq!(
            line("wsdl/a b.wsdl").as_deref(),
            Some("cargo:rerun-if-changed=wsdl/a b.wsdl")
        );
        assert_eq!(line("a\ncargo:rustc-env=PWNED=1"), None);
        assert_eq!(line("a\rcargo:rustc-cfg=pwned"), None);
        assert_eq!(
            warning("old\ncargo:rustc-env=PWNED=1"),
            "cargo:warning=old cargo:rustc-env=PWNED=1"
        );
    }
}
