//! One side of a comparison: a file, or a file in a revision of git.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use saponify_codegen::describe::Describe;
use tempfile::TempDir;

use crate::cli::Failure;

/// A WSDL to compare.
#[derive(Debug)]
pub(super) struct Side {
    /// What the user wrote.
    given: String,
    path: PathBuf,
    /// Where the file is now, if it is one of a revision. Otherwise it is the path.
    place: PathBuf,
    /// The files of a revision, which go with this value.
    _files: Option<TempDir>,
}

impl Side {
    /// Finds the file, or takes it from the revision. A file that exists goes before a revision.
    pub(super) fn of(given: &str) -> Result<Self, Failure> {
        let path = PathBuf::from(given);
        if path.exists() {
            return Ok(Self {
                given: given.to_owned(),
                place: path.clone(),
                path,
                _files: None,
            });
        }
        match given.split_once(':') {
            Some((revision, file)) if !revision.is_empty() && !file.is_empty() => {
                Self::of_revision(given, revision, file)
            }
            _ => Err(Failure::new(format!("{given} does not exist")).hint(
                "name a file, or REVISION:PATH for a file in git, such as \
                 HEAD~1:wsdl/enterprise.wsdl",
            )),
        }
    }

    /// A WSDL as it is in a revision. The path is that of the file now.
    pub(super) fn before(revision: &str, path: &Path) -> Result<Self, Failure> {
        let given = format!("{revision}:{}", path.display());
        let top = top(&given)?;
        let whole = |path: &Path| {
            path.canonicalize().map_err(|error| {
                Failure::new(format!("{} cannot be found", path.display())).because(error)
            })
        };
        let (top, path) = (whole(&top)?, whole(path)?);
        let inside = path
            .strip_prefix(&top)
            .map_err(|_| Failure::new(format!("{} is not in the repository", path.display())))?;
        Self::of_revision(&given, revision, &inside.to_string_lossy())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file is outside of any revision.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// A title of the comparison, which begins with the name of the file, as the user wrote it.
    pub(super) fn titled(&self, title: &str) -> String {
        let name = self.path.file_name().map(OsStr::to_string_lossy);
        let rest = name.and_then(|name| title.strip_prefix(name.as_ref()).map(str::to_owned));
        match rest {
            Some(rest) => format!("{}{rest}", self.given),
            None => title.to_owned(),
        }
    }

    /// Writes the file of a revision, and what it imports from its directory and below, into a directory
    /// of its own.
    fn of_revision(given: &str, revision: &str, file: &str) -> Result<Self, Failure> {
        // What begins with `-` would be an option of git.
        if revision.starts_with('-') || file.starts_with('-') {
            return Err(Failure::new(format!("{given} is no revision and file")));
        }
        let cannot = |what: &str| Failure::new(format!("cannot read {given}: {what}"));
        let content = git(&["show", &format!("{revision}:{file}")], given)?;
        let folder = tempfile::tempdir()
            .map_err(|error| cannot("no temporary directory can be made").because(error))?;
        let path = Path::new(file);
        let above = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name().ok_or_else(|| cannot("it names no file"))?;
        let own = folder.path().join(name);
        let write = |path: &Path, content: &[u8]| {
            let parent = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let written = parent.and_then(|()| std::fs::write(path, content));
            written.map_err(|error| cannot("the file cannot be stored").because(error))
        };
        write(&own, &content)?;
        // What the org said about its objects then, if it was asked.
        let describe = format!("{revision}:{}", Describe::path_for(path).display());
        if let Ok(describe) = git(&["show", &describe], given) {
            write(&Describe::path_for(&own), &describe)?;
        }
        let mut known = BTreeSet::from([path.to_owned()]);
        let mut queue = vec![(path.to_owned(), content)];
        while let Some((importer, content)) = queue.pop() {
            let directory = importer.parent().unwrap_or(Path::new(""));
            for location in locations(&content) {
                let Some(path) = located(directory, &location) else {
                    continue;
                };
                let Ok(below) = path.strip_prefix(above) else {
                    continue;
                };
                if !known.insert(path.clone()) {
                    continue;
                }
                // If it is not there, the reader says so with the line that imports it.
                let object = format!("{revision}:{}", path.display());
                if let Ok(content) = git(&["show", &object], given) {
                    write(&folder.path().join(below), &content)?;
                    queue.push((path, content));
                }
            }
        }
        Ok(Self {
            given: given.to_owned(),
            place: top(given)?.join(file),
            path: own,
            _files: Some(folder),
        })
    }
}

/// The locations in a document that may be those of imports and includes: values of `location` and
/// `schemaLocation` that are no addresses.
fn locations(content: &[u8]) -> BTreeSet<String> {
    // The characters of such names are ASCII, so this is the text of a document in UTF-16, too.
    let text: Vec<u8> = content.iter().copied().filter(|byte| *byte != 0).collect();
    let mut found = BTreeSet::new();
    for at in memchr::memmem::find_iter(&text, "ocation") {
        let rest = text.get(at + "ocation".len()..).unwrap_or_default();
        let value = rest.trim_ascii_start().strip_prefix(b"=");
        let value = value.map(<[u8]>::trim_ascii_start).unwrap_or_default();
        let (Some((quote, value)), true) = (
            value.split_first(),
            value.starts_with(b"\"") || value.starts_with(b"'"),
        ) else {
            continue;
        };
        let end = memchr::memchr(*quote, value);
        let value = end.and_then(|end| value.get(..end));
        let value = value.and_then(|value| std::str::from_utf8(value).ok());
        found.extend(
            value
                .filter(|value| !value.contains("://"))
                .map(str::to_owned),
        );
    }
    found
}

/// The path to which a location in a file of a directory leads.
fn located(directory: &Path, location: &str) -> Option<PathBuf> {
    let mut path = directory.to_owned();
    for part in Path::new(location).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

/// The directory of the repository.
fn top(given: &str) -> Result<PathBuf, Failure> {
    let top = git(&["rev-parse", "--show-toplevel"], given)?;
    Ok(PathBuf::from(String::from_utf8_lossy(&top).trim_end()))
}

fn git(arguments: &[&str], given: &str) -> Result<Vec<u8>, Failure> {
    let output = Command::new("git").args(arguments).output();
    let output = output.map_err(|error| {
        Failure::new(format!("cannot read {given}: git cannot be started")).because(error)
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(
        Failure::new(format!("cannot read {given}: git says: {said}"))
            .hint("name a file, or REVISION:PATH with the path from the top of the repository"),
    )
}
