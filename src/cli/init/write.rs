//! Writes all files of a project, or none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::files::File;
use crate::cli::Failure;

/// Files that were written, to be taken back if something fails later.
#[derive(Default)]
pub(super) struct Written {
    files: Vec<PathBuf>,
    /// Folders that were made, the outer ones first.
    folders: Vec<PathBuf>,
    is_kept: bool,
}

impl Written {
    /// Fails if one of the files exists. A link that leads nowhere is in the way, too.
    pub(super) fn check(root: &Path, files: &[File]) -> Result<(), Failure> {
        let mut paths = files.iter().map(|(path, _)| root.join(path));
        match paths.find(|path| path.symlink_metadata().is_ok()) {
            Some(path) => Err(Failure::new(format!("{} exists already", path.display()))
                .hint("choose another --name or --dir; nothing was written")),
            None => Ok(()),
        }
    }

    /// Writes new files below a folder.
    pub(super) fn new(root: &Path, files: &[File]) -> Result<Self, Failure> {
        let mut written = Self::default();
        for (path, content) in files {
            let path = root.join(path);
            written.write(&path, content).map_err(|error| {
                Failure::new(format!("cannot write {}", path.display()))
                    .because(error)
                    .hint("what was written before is removed again")
            })?;
        }
        Ok(written)
    }

    /// The files that were written.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Lets the files stay.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> std::io::Result<()> {
        let above: Vec<&Path> = path.ancestors().skip(1).collect();
        for folder in above.into_iter().rev() {
            if folder != Path::new("") && !folder.exists() {
                std::fs::create_dir(folder)?;
                self.folders.push(folder.to_owned());
            }
        }
        // A link that leads nowhere is not written through.
        let mut file = std::fs::File::create_new(path)?;
        self.files.push(path.to_owned());
        file.write_all(content)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            // Generated code may be in it. A folder that was made here has nothing else.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Replaces a file in one step.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let replaced = || {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file()
            .set_permissions(std::fs::metadata(&path)?.permissions())?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    replaced().map_err(|error: std::io::Error| {
        Failure::new(format!("cannot write {}", path.display())).because(error)
    })
}
