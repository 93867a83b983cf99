//! Writes the output of `--out`.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::super::failure::Failure;

/// Writes to a file, or to standard output.
///
/// A file is replaced as a whole after everything is written. If the path is a link, its target is
/// replaced. Anything else, such as a pipe or a device, is written to directly.
pub(super) fn write_to(
    out: Option<&PathBuf>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let Some(path) = out else {
        return finish(std::io::stdout().lock(), "standard output", write).map(drop);
    };
    let shown = path.display().to_string();
    let fail = |error| Failure::new(format!("cannot write {shown}")).because(error);
    let found = fs::metadata(path).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        let file = File::options().write(true).open(path).map_err(fail)?;
        return finish(file, &shown, write).map(drop);
    }
    let target = target(path);
    let (draft, file) = draft(&target).map_err(fail)?;
    let written = finish(file, &shown, write).and_then(|file| {
        if let Some(found) = found {
            fs::set_permissions(&draft, found.permissions()).map_err(fail)?;
        }
        drop(file);
        fs::rename(&draft, &target).map_err(fail)
    });
    if written.is_err() {
        // An incomplete output is removed.
        let _ = fs::remove_file(&draft);
    }
    written
}

/// Writes everything, and returns the output. It is not an error if the reader of a pipe has closed it.
fn finish<W: Write>(
    output: W,
    shown: &str,
    write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>,
) -> Result<W, Failure> {
    let noted = Noted {
        output,
        failure: None,
    };
    let mut buffer = BufWriter::new(noted);
    let written = write(&mut buffer);
    // The error is stored in the output.
    let _ = buffer.flush();
    let (Noted { output, failure }, _) = buffer.into_parts();
    match failure {
        None => written.map(|()| output),
        Some(error) if error.kind() == ErrorKind::BrokenPipe => Ok(output),
        Some(error) => Err(Failure::new(format!("cannot write {shown}")).because(error)),
    }
}

/// An output that stores the error of a failed write, because the error that the writer returns may be
/// another one.
struct Noted<W> {
    output: W,
    failure: Option<std::io::Error>,
}

impl<W> Noted<W> {
    fn note<T>(&mut self, result: std::io::Result<T>) -> std::io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.failure.get_or_insert(error);
            kind.into()
        })
    }
}

impl<W: Write> Write for Noted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let result = self.output.write(bytes);
        // A signal is not an error, because the buffer tries again.
        match result {
            Err(error) if error.kind() == ErrorKind::Interrupted => Err(error),
            result => self.note(result),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let result = self.output.flush();
        self.note(result)
    }
}

/// The target of a chain of links, which need not exist.
fn target(path: &Path) -> PathBuf {
    // No operating system follows more links.
    const LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => break,
        }
    }
    target
}

/// Creates a new file beside the one that it will replace.
fn draft(target: &Path) -> std::io::Result<(PathBuf, File)> {
    let mut number = 0;
    loop {
        let mut path = target.to_owned().into_os_string();
        path.push(format!(".{}-{number}.new", std::process::id()));
        match File::create_new(&path) {
            Ok(file) => return Ok((path.into(), file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 100 => number += 1,
            Err(error) => return Err(error),
        }
    }
}
