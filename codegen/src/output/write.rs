//! The output on disk. Files are written only if they differ, and all of them or none; files that an
//! earlier run left are removed.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::changes::changes;
use super::types::{File, Output, STAMP};
use crate::error::Error;

/// A file on disk that differs from what would be generated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    path: PathBuf,
    kind: DifferenceKind,
    changes: Vec<String>,
}

/// Most changes of a file that its message lists.
const MAX_CHANGES: usize = 10;

/// How a file differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// There is no such file.
    Missing,
    /// Its text differs.
    Changed,
    /// An earlier run wrote it, and this one does not.
    Stale,
}

impl Difference {
    /// The file, below the output directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it differs.
    #[must_use]
    pub fn kind(&self) -> DifferenceKind {
        self.kind
    }

    /// What would change in the file, by type and field, such as `Account: PHONE is new`. Empty unless
    /// the file is [`Changed`](DifferenceKind::Changed), and if no type or field would change.
    #[must_use]
    pub fn changes(&self) -> &[String] {
        &self.changes
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.kind {
            DifferenceKind::Missing => "is missing",
            DifferenceKind::Changed => "is not up to date",
            DifferenceKind::Stale => "is left over",
        };
        write!(f, "{} {what}", self.path.display())?;
        for (n, change) in self.changes.iter().take(MAX_CHANGES).enumerate() {
            write!(f, "{}{change}", if n == 0 { ": " } else { "; " })?;
        }
        match self.changes.len().saturating_sub(MAX_CHANGES) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl Output {
    /// Makes a directory contain exactly these files. Files that were not generated stay.
    ///
    /// A file whose text is right is not touched. The new texts are first written beside the old
    /// files and renamed when all are complete, so that a failure leaves the old output intact.
    ///
    /// # Errors
    ///
    /// If a file or directory cannot be read, written or removed.
    pub fn write_to(&self, dir: &Path) -> Result<(), Error> {
        let differences = self.differences(dir)?;
        // In a directory that was generated, even a file without the stamp was generated.
        let is_generated = !generated_files(dir)?.is_empty();
        for difference in differences.iter().filter(|_| !is_generated) {
            let path = dir.join(&difference.path);
            if difference.kind == DifferenceKind::Changed {
                let why = io::Error::other(
                    "the file was not generated; move it, or choose another directory",
                );
                return Err(Error::io("will not replace", &path, why));
            }
        }
        let mut pending = Pending::default();
        for difference in &differences {
            let path = dir.join(&difference.path);
            if difference.kind == DifferenceKind::Stale {
                continue;
            }
            let Some(file) = self
                .files
                .iter()
                .find(|file| Path::new(file.path()) == difference.path)
            else {
                continue;
            };
            pending.write(&path, file.text())?;
        }
        pending.commit()?;
        for difference in &differences {
            if difference.kind == DifferenceKind::Stale {
                let path = dir.join(&difference.path);
                fs::remove_file(&path).map_err(|e| Error::io("cannot remove", &path, e))?;
                if let Some(parent) = path.parent().filter(|parent| *parent != dir) {
                    // Fails if the directory is not empty, as it should.
                    let _ = fs::remove_dir(parent);
                }
            }
        }
        Ok(())
    }

    /// Compares a directory with these files, without writing.
    ///
    /// # Errors
    ///
    /// If a file or directory that exists cannot be read.
    pub fn differences(&self, dir: &Path) -> Result<Vec<Difference>, Error> {
        let mut differences = Vec::new();
        for file in &self.files {
            let path = dir.join(file.path());
            let (kind, changes) = match fs::read(&path) {
                Ok(bytes) if bytes == file.text().as_bytes() => continue,
                Ok(bytes) => {
                    let old = String::from_utf8_lossy(&bytes);
                    if is_same(file, &old) {
                        continue;
                    }
                    (DifferenceKind::Changed, changes(&old, file.text()))
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    (DifferenceKind::Missing, Vec::new())
                }
                Err(e) => return Err(Error::io("cannot read", &path, e)),
            };
            differences.push(Difference {
                path: file.path().into(),
                kind,
                changes,
            });
        }
        for path in generated_files(dir)? {
            if !self.files.iter().any(|file| Path::new(file.path()) == path) {
                differences.push(Difference {
                    path,
                    kind: DifferenceKind::Stale,
                    changes: Vec::new(),
                });
            }
        }
        differences.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(differences)
    }
}

/// Whether a text differs from that of a file only in what a formatter or a version control system may
/// change: line ends, and in `mod.rs`, which a formatter reads, white space and the commas at the end of
/// lists. All other files are declared with `#[rustfmt::skip]`.
fn is_same(file: &File, old: &str) -> bool {
    let lines = |text: &str| text.replace("\r\n", "\n");
    if lines(old) == file.text() {
        return true;
    }
    let tokens = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.replace(",)", ")")
            .replace(",]", "]")
            .replace(",}", "}")
    };
    file.path() == "mod.rs" && tokens(old) == tokens(file.text())
}

/// The files that earlier runs wrote into a directory and the directories of its modules.
fn generated_files(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut nested = Vec::new();
    for (path, is_dir) in entries(dir)? {
        if is_dir {
            nested.push(path)
        } else {
            found.push(path)
        }
    }
    for directory in nested {
        // A directory whose `mod.rs` is the beginning of an output is the output for another WSDL.
        if is_root(&dir.join(&directory).join("mod.rs")) {
            continue;
        }
        for (path, is_dir) in entries(&dir.join(&directory))? {
            if !is_dir {
                found.push(directory.join(path));
            }
        }
    }
    // A run that was interrupted may have left temporary files.
    let rust = |path: &PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "rs" || extension == "tmp")
    };
    found.retain(|path| rust(path) && has_stamp(&dir.join(path)));
    Ok(found)
}

/// The names in a directory, and whether each is a directory. The directory need not exist. Links are
/// neither followed nor removed.
fn entries(dir: &Path) -> Result<Vec<(PathBuf, bool)>, Error> {
    let failed = |e| Error::io("cannot read", dir, e);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(failed(e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() || kind.is_file() {
            names.push((PathBuf::from(entry.file_name()), kind.is_dir()));
        }
    }
    Ok(names)
}

fn has_stamp(path: &Path) -> bool {
    begins_with(path, STAMP)
}

/// Whether a file is the root of an output: only there does the version follow the stamp.
fn is_root(path: &Path) -> bool {
    begins_with(path, &[STAMP, " "].concat())
}

fn begins_with(path: &Path, text: &str) -> bool {
    use io::Read as _;
    let mut head = vec![0; text.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == text.as_bytes()
}

/// Files written under temporary names. They are removed unless they are committed.
#[derive(Default)]
struct Pending {
    files: Vec<(PathBuf, PathBuf)>,
    dirs: Vec<PathBuf>,
}

impl Pending {
    fn write(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        if let Some(parent) = path.parent() {
            self.create_dir(parent)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let temporary = path.with_file_name(name);
        self.files.push((temporary.clone(), path.to_owned()));
        fs::write(&temporary, text).map_err(|e| Error::io("cannot write", path, e))
    }

    /// Creates a directory, and remembers which of its ancestors are new.
    fn create_dir(&mut self, dir: &Path) -> Result<(), Error> {
        let missing: Vec<&Path> = dir
            .ancestors()
            .take_while(|d| !d.as_os_str().is_empty() && !d.exists())
            .collect();
        self.dirs
            .extend(missing.iter().rev().map(|d| d.to_path_buf()));
        fs::create_dir_all(dir).map_err(|e| Error::io("cannot create", dir, e))
    }

    fn commit(mut self) -> Result<(), Error> {
        while let Some((temporary, path)) = self.files.pop() {
            if let Err(e) = fs::rename(&temporary, &path) {
                self.files.push((temporary, path.clone()));
                return Err(Error::io("cannot replace", &path, e));
            }
        }
        self.dirs.clear();
        Ok(())
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // Errors are ignored: a file that cannot be removed may not exist.
        for (temporary, _) in &self.files {
            let _ = fs::remove_file(temporary);
        }
        for dir in self.dirs.iter().rev() {
            let _ = fs::remove_dir(dir);
        }
    }
}
