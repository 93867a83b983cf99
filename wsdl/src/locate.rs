//! Finds the file that a `schemaLocation` refers to, and decides whether it may be read. The decision is
//! made before anything is opened.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{self, Error, ErrorKind};

/// The file that `location` refers to, in a document of the directory `base`.
///
/// URLs, absolute paths, and paths that leave all `roots` by `..` or by a symbolic link are refused. `base`
/// and `roots` must be canonical.
pub(crate) fn locate(
    location: &str,
    base: Option<&Path>,
    roots: &[PathBuf],
) -> Result<PathBuf, Error> {
    // A fragment refers to a part of the document.
    let relative = location.split('#').next().unwrap_or_default();
    let relative = relative.replace('\\', "/");
    if has_scheme(&relative) {
        return Err(
            refused(location, "a URL or drive, and nothing is fetched").help(
                "save the document and provide it for this location, or skip the import if \
                 nothing of it is used",
            ),
        );
    }
    if relative.starts_with('/') {
        return Err(refused(location, "an absolute path").help("refer to it by relative path"));
    }
    let Some(base) = base else {
        return Err(
            refused(location, "a file, and this document was given as bytes")
                .help("read the WSDL from its file, or provide the document for this location"),
        );
    };
    let found = existing(location, &relative, base, roots);
    match (found, percent_decoded(&relative)) {
        // A location is a URI, in which `%20` is a space, but some documents contain the file name
        // unescaped.
        (Err(error), Some(decoded)) if error.kind() == ErrorKind::ImportNotFound => {
            match existing(location, &decoded, base, roots) {
                Err(again) if again.kind() == ErrorKind::ImportNotFound => Err(error),
                decoded => decoded,
            }
        }
        (found, _) => found,
    }
}

/// The text with percent escapes decoded, if it contains any and all of them are valid.
fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next()?.as_bytes());
    for part in parts {
        let digits = part.get(..2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

fn existing(
    location: &str,
    relative: &str,
    base: &Path,
    roots: &[PathBuf],
) -> Result<PathBuf, Error> {
    let outside =
        |how: &str| refused(location, how).help("allow a directory that holds both documents");
    let mut path = base.to_path_buf();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    let allowed = |path: &Path| roots.iter().any(|root| path.starts_with(root));
    if !allowed(&path) {
        return Err(outside("outside of the allowed directories"));
    }
    let path = path.canonicalize().map_err(|error| {
        Error::new(
            ErrorKind::ImportNotFound,
            format!(
                "the import location {} cannot be opened",
                error::location(location)
            ),
        )
        .help("save the document there, relative to the one that refers to it")
        .caused_by(error)
    })?;
    if !allowed(&path) {
        return Err(outside("a link out of the allowed directories"));
    }
    Ok(path)
}

fn refused(location: &str, what: &str) -> Error {
    Error::new(
        ErrorKind::ImportRefused,
        format!(
            "the import location {} is {what}",
            error::location(location)
        ),
    )
}

/// Whether a location starts with a URI scheme (`http:`) or a drive (`C:`).
fn has_scheme(location: &str) -> bool {
    let Some((scheme, _)) = location.split_once(':') else {
        return false;
    };
    !scheme.contains(['/', '?'])
}

/// Reads a regular file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let unreadable = |error: std::io::Error| {
        Error::new(ErrorKind::Io, "the file cannot be read").caused_by(error)
    };
    // The type is checked before the file is opened, because opening a pipe would wait for a writer.
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::Io, "this is a directory")
            .help("name the file in it that holds the WSDL"));
    }
    if !metadata.is_file() {
        return Err(Error::new(ErrorKind::Io, "this is not a regular file"));
    }
    let file = fs::File::open(path).map_err(unreadable)?;
    // The length is only a hint, because the file may grow while it is read.
    let mut bytes = Vec::with_capacity(metadata.len().min(limit) as usize);
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(bytes)
}
