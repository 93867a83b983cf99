//! One side of a comparison: a file, or a file in a revision of git.

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
        let top = git(&["rev-parse", "--show-toplevel"], &given)?;
        let top = PathBuf::from(String::from_utf8_lossy(&top).trim_end());
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

    /// A title of the comparison, which begins with the name of the file, as the user wrote it.
    pub(super) fn titled(&self, title: &str) -> String {
        let name = self.path.file_name().map(OsStr::to_string_lossy);
        let rest = name.and_then(|name| title.strip_prefix(name.as_ref()).map(str::to_owned));
        match rest {
            Some(rest) => format!("{}{rest}", self.given),
            None => title.to_owned(),
        }
    }

    /// Writes the file of a revision, and the documents beside and below it, into a directory of its
    /// own. A WSDL may import these and no others.
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
        for beside in imports(&content, revision, above, given)? {
            let Ok(below) = beside.strip_prefix(above) else {
                continue;
            };
            let plain = below
                .components()
                .all(|part| matches!(part, Component::Normal(_)));
            if plain && below != Path::new(name) {
                let object = format!("{revision}:{}", beside.display());
                write(&folder.path().join(below), &git(&["show", &object], given)?)?;
            }
        }
        Ok(Self {
            given: given.to_owned(),
            path: own,
            _files: Some(folder),
        })
    }
}

/// The documents that a WSDL may import: all of its directory and below, if it imports any.
fn imports(
    content: &[u8],
    revision: &str,
    directory: &Path,
    given: &str,
) -> Result<Vec<PathBuf>, Failure> {
    let mentions = |word: &[u8]| memchr::memmem::find(content, word).is_some();
    if !mentions(b"schemaLocation") && !mentions(b"location=")
        || !mentions(b"import") && !mentions(b"include")
    {
        return Ok(Vec::new());
    }
    let spec = format!("{}/", directory.display());
    let mut arguments = vec![
        "ls-tree",
        "-r",
        "-z",
        "--full-tree",
        "--name-only",
        revision,
    ];
    if directory != Path::new("") {
        arguments.push(&spec);
    }
    let list = git(&arguments, given)?;
    let names = list.split(|byte| *byte == 0);
    let names = names.filter_map(|name| std::str::from_utf8(name).ok());
    let documents = names.map(PathBuf::from).filter(|path| {
        let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        ["wsdl", "xsd", "xml"].contains(&extension.to_ascii_lowercase().as_str())
    });
    Ok(documents.collect())
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
