//! Checks what came, says what changed, and replaces the old file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use saponify_codegen::Config;
use saponify_codegen::catalog::{Catalog, TypeKind};
use tempfile::NamedTempFile;

use super::kind::{Kind, PackageVersion};
use crate::cli::Failure;
use crate::cli::terminal::{put_lines, put_note, put_warning, report};

/// How the line of the leading comment begins that is different each time.
const GENERATED: &str = "Generated on ";

/// Reads a WSDL as the generator does.
pub(super) fn checked(wsdl: &[u8], kind: &Kind) -> Result<Catalog, Failure> {
    // An excerpt of the text is not shown: nobody knows what it is.
    Config::new().catalog_of(wsdl).map_err(|error| {
        let what = match error.wsdl_error() {
            Some(wsdl) => wsdl.message().to_owned(),
            None => error.to_string(),
        };
        Failure::new(format!("what the org sent is not {}", kind.title()))
            .because_of([what])
            .hint("no file was changed; download it in Setup, API, to see what the org shows")
    })
}

/// Says which chosen versions of packages the WSDL does not confirm.
pub(super) fn check_versions(catalog: &Catalog, versions: &[PackageVersion]) {
    for wanted in versions {
        let mut packages = catalog.packages.iter();
        let found = packages.find(|package| package.namespace == wanted.namespace);
        match found {
            Some(package) if package.version == wanted.version => {}
            Some(package) => put_warning(&format!(
                "the WSDL is for version {} of the package {}, not {}",
                package.version, wanted.namespace, wanted.version
            )),
            None => put_warning(&format!(
                "the WSDL does not name the package {}",
                wanted.namespace
            )),
        }
    }
}

/// Writes the WSDL to the file, unless the file is the same, and prints what changed. The old file stays until
/// the new one is complete.
pub(super) fn save(
    wsdl: &[u8],
    catalog: &Catalog,
    out: &Path,
    config: &Config,
) -> Result<(), Failure> {
    let summary = summary(catalog, wsdl.len());
    // A link to the file stays a link.
    let path = out.canonicalize().unwrap_or_else(|_| out.to_owned());
    let old = match std::fs::read(&path) {
        Ok(old) => Some(old),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            return Err(Failure::new(format!("cannot read {}", out.display())).because(error));
        }
    };
    if old.is_some_and(|old| undated(&old) == undated(wsdl)) {
        report!("{}: unchanged ({summary})", out.display());
        return Ok(());
    }
    let is_new = !path.exists();
    let file = written(&path, wsdl).map_err(|error| {
        Failure::new(format!("cannot write beside {}", out.display())).because(error)
    })?;
    let diff = match is_new {
        true => None,
        false => match config.diff(&path, file.path()) {
            Ok(mut diff) => {
                diff.old = titled(&diff.old, &path, &format!("{} before", out.display()));
                diff.new = titled(&diff.new, file.path(), "now");
                Some(diff)
            }
            Err(error) => {
                put_note(&format!(
                    "{} cannot be compared with what was there: {error}",
                    out.display()
                ));
                None
            }
        },
    };
    file.persist(&path).map_err(|error| {
        Failure::new(format!("cannot replace {}", out.display())).because(error.error)
    })?;
    let what = if is_new { "written" } else { "replaced" };
    report!("{}: {what} ({summary})", out.display());
    match diff {
        Some(diff) => put_lines(&diff.to_string()),
        None => Ok(()),
    }
}

/// A new file beside the old one, which replaces it in one step.
fn written(path: &Path, wsdl: &[u8]) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|parent| *parent != Path::new(""));
    let folder = folder.map_or_else(|| PathBuf::from("."), Path::to_owned);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".saponify-").suffix(".wsdl");
    // The mode of any new file; that of a temporary one would keep others from reading it.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(wsdl)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The WSDL without the time at which it was made.
fn undated(wsdl: &[u8]) -> Vec<&[u8]> {
    let mut is_body = false;
    wsdl.split(|byte| *byte == b'\n')
        .filter(|line| {
            is_body |= memchr::memmem::find(line, b"-->").is_some();
            is_body || !line.trim_ascii_start().starts_with(GENERATED.as_bytes())
        })
        .collect()
}

/// A title of the comparison, with other words for the name of the file.
fn titled(title: &str, path: &Path, words: &str) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match title.strip_prefix(name.as_ref()) {
        Some(rest) => format!("{words}{rest}"),
        None => words.to_owned(),
    }
}

fn summary(catalog: &Catalog, bytes: usize) -> String {
    let objects = catalog.types.iter();
    let objects = objects.filter(|ty| ty.kind == TypeKind::Object).count();
    let mut parts = Vec::new();
    if !catalog.api_version.is_empty() {
        parts.push(format!("API {}", catalog.api_version));
    }
    for (count, one, many) in [
        (objects, "object", "objects"),
        (catalog.operations.len(), "operation", "operations"),
    ] {
        match count {
            0 => {}
            1 => parts.push(format!("1 {one}")),
            _ => parts.push(format!("{count} {many}")),
        }
    }
    parts.push(indicatif::HumanBytes(bytes as u64).to_string());
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::undated;

    #[test]
    fn only_the_time_of_the_comment_is_no_change() {
        let wsdl = |time: &str, end: &str| {
            format!("<?xml?>\n<!--\nGenerated on {time}.\n-->\n<definitions/>\n{end}").into_bytes()
        };
        let (old, new) = (wsdl("2025", ""), wsdl("2026", ""));
        assert_eq!(undated(&old), undated(&new));
        let (old, new) = (wsdl("", "Generated on 1"), wsdl("", "Generated on 2"));
        assert_ne!(undated(&old), undated(&new));
    }
}
