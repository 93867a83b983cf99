//! Checks what came, says what changed, and replaces the old file.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use saponify_codegen::Config;
use saponify_codegen::catalog::{Catalog, TypeKind};
use saponify_codegen::describe::Describe;
use tempfile::TempDir;

use super::Fetched;
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

/// Writes the WSDL to the file, and the describe beside it, unless both are the same as before; and prints what
/// changed. The old files stay until the new ones are complete.
pub(super) fn save(fetched: &Fetched, out: &Path, config: &Config) -> Result<(), Failure> {
    let Fetched { wsdl, catalog, .. } = fetched;
    let summary = summary(catalog, wsdl.len());
    // A link to the file stays a link.
    let path = out.canonicalize().unwrap_or_else(|_| out.to_owned());
    let old = read(&path)?;
    let beside = Describe::path_for(&path);
    let described = fetched.describe.as_ref().map(Describe::to_json);
    let old_described = read(&beside)?;
    let is_described = match &described {
        None => true,
        Some(text) => old_described.as_deref() == Some(text.as_bytes()),
    };
    let is_same = old
        .as_deref()
        .is_some_and(|old| undated(old) == undated(wsdl));
    if is_described && is_same {
        report!("{}: unchanged ({summary})", out.display());
        return Ok(());
    }
    let was_described = old_described.is_some();
    // What was described before still documents the new WSDL.
    let describe = described.map(String::into_bytes).or(old_described);
    let new = New::write(&path, wsdl, describe.as_deref()).map_err(|error| {
        Failure::new(format!("cannot write beside {}", out.display())).because(error)
    })?;
    let is_new = old.is_none();
    let diff = match is_new {
        true => None,
        false => match config.diff(&path, &new.wsdl) {
            Ok(mut diff) => {
                diff.old = titled(&diff.old, &path, &format!("{} before", out.display()));
                diff.new = titled(&diff.new, &path, "now");
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
    let replace = |from: &Path, to: &Path| {
        std::fs::rename(from, to).map_err(|error| {
            Failure::new(format!("cannot replace {}", to.display())).because(error)
        })
    };
    if let Some(describe) = &fetched.describe {
        let name = Describe::path_for(out);
        if is_described {
            report!("{}: unchanged", name.display());
        } else {
            replace(&Describe::path_for(&new.wsdl), &beside)?;
            let objects = describe.objects.len();
            let what = written(!was_described);
            report!("{}: {what} ({objects} objects)", name.display());
        }
    }
    let what = match is_same {
        true => "unchanged",
        false => {
            replace(&new.wsdl, &path)?;
            written(is_new)
        }
    };
    report!("{}: {what} ({summary})", out.display());
    match diff {
        Some(diff) => put_lines(&diff.to_string()),
        None => Ok(()),
    }
}

fn written(is_new: bool) -> &'static str {
    if is_new { "written" } else { "replaced" }
}

/// The bytes of a file, if it is there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("cannot read {}", path.display())).because(error)),
    }
}

/// New files in a folder beside the old ones, so that they can replace them in one step. The folder disappears with
/// this value.
struct New {
    wsdl: PathBuf,
    _folder: TempDir,
}

impl New {
    fn write(path: &Path, wsdl: &[u8], describe: Option<&[u8]>) -> std::io::Result<Self> {
        let beside = path.parent().filter(|parent| *parent != Path::new(""));
        let folder = tempfile::Builder::new()
            .prefix(".saponify-")
            .tempdir_in(beside.unwrap_or(Path::new(".")))?;
        let new = folder.path().join(path.file_name().unwrap_or_default());
        let write = |new: &Path, bytes: &[u8]| {
            let mut file = std::fs::File::create_new(new)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write(&new, wsdl)?;
        if let Some(describe) = describe {
            write(&Describe::path_for(&new), describe)?;
        }
        Ok(Self {
            wsdl: new,
            _folder: folder,
        })
    }
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
