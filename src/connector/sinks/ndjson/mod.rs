//! Files with one JSON object per line.
//!
//! Files are numbered. When one has reached its size, the next is begun. How far the last file is acknowledged is kept
//! with the cursor: after a crash, what was written beyond it is written again, and is cut off before. So every row
//! is in the files once. Nothing is cut off that is not written again: if what is beyond the acknowledged place is
//! not the beginning of the batch that comes now, it is kept in a file beside it.
//!
//! Only files of a folder that carries the mark of this store are touched. Where workers share connections by leases,
//! each lease has files of its own, with its number in their names, and says in the folder that it has begun. A worker
//! that was paused for longer than its lease can therefore write to its own files only. It takes that back when it
//! sees that a later lease has begun.

mod rest;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::owner;
use super::{Accepted, Batch, Begun, Failure, Limits, Sink, Start};
use crate::connector::error::Error;
use crate::connector::private::to_write;

/// The names of the files have a number between these, and the number of a lease if there is one.
const PREFIX: &str = "events-";
const SUFFIX: &str = ".ndjson";

/// A sink that writes NDJSON files.
#[derive(Debug)]
pub struct Ndjson {
    folder: PathBuf,
    most_bytes: u64,
    position: Position,
    lease: Option<i64>,
    /// Whether there is nothing behind the position.
    is_clear: bool,
}

/// The last file, and how much of it is acknowledged: `number:bytes`, and `:lease` if the file is that of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    number: u64,
    bytes: u64,
    lease: Option<i64>,
}

impl Position {
    const FIRST: Self = Self {
        number: 1,
        bytes: 0,
        lease: None,
    };

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        Some(Self {
            number: parts.next()?.parse().ok()?,
            bytes: parts.next()?.parse().ok()?,
            lease: parts.next().map(str::parse).transpose().ok()?,
        })
    }

    fn text(self) -> String {
        let lease = self
            .lease
            .map_or_else(String::new, |lease| format!(":{lease}"));
        format!("{}:{}{lease}", self.number, self.bytes)
    }

    fn next(self) -> Self {
        Self {
            number: self.number + 1,
            bytes: 0,
            ..self
        }
    }

    fn path(self, folder: &Path) -> PathBuf {
        let lease = self
            .lease
            .map_or_else(String::new, |lease| format!("-{lease}"));
        folder.join(format!("{PREFIX}{:06}{lease}{SUFFIX}", self.number))
    }
}

impl Ndjson {
    /// Makes a sink that writes to a folder. A file of `most_bytes` is followed by a new one.
    #[must_use]
    pub fn new(folder: PathBuf, most_bytes: u64) -> Self {
        Self {
            folder,
            most_bytes,
            position: Position::FIRST,
            lease: None,
            is_clear: false,
        }
    }

    fn start(&mut self, start: Start<'_>) -> Result<Begun, Failure> {
        let is_output = |name: &str| begin_of(name).is_some();
        owner::take(&self.folder, start.owner, is_output)?;
        if let Some(lease) = start.lease {
            owner::announce(&self.folder, lease)?;
        }
        let known = start.own.and_then(Position::read);
        let first = Position {
            lease: start.lease,
            ..Position::FIRST
        };
        (self.position, self.lease) = (known.unwrap_or(first), start.lease);
        self.is_clear = false;
        Ok(Begun {
            own: Some(self.position.text()),
            reached: None,
        })
    }

    fn write(&mut self, batch: &Batch) -> Result<Accepted, Failure> {
        self.check_lease()?;
        if !std::mem::replace(&mut self.is_clear, true) {
            rest::clear(&self.folder, self.position, batch)?;
        }
        let begins = self.first_place()?;
        let mut output = Output::open(self, begins)?;
        for row in &batch.rows {
            output.write(&row.json)?;
        }
        let position = output.finish()?;
        if let Err(superseded) = self.check_lease() {
            self.take_back(begins, position)?;
            return Err(superseded);
        }
        self.position = position;
        Ok(Accepted {
            own: Some(position.text()),
            refused: Vec::new(),
        })
    }

    /// Where the next row is written. It is the end of the last file, unless that file is of another lease, or
    /// somebody has moved or changed it.
    fn first_place(&self) -> Result<Position, Error> {
        let mut position = self.position;
        let length = length_of(&position.path(&self.folder))?;
        if position.lease != self.lease || length.unwrap_or(0) != position.bytes {
            position.lease = self.lease;
            position = position.next();
            // Nobody has this file, unless it is somebody else's.
            while length_of(&position.path(&self.folder))?.is_some_and(|length| length > 0) {
                position = position.next();
            }
        }
        Ok(position)
    }

    /// Fails if a later lease has begun to write to the folder.
    fn check_lease(&self) -> Result<(), Failure> {
        match self.lease {
            Some(lease) if owner::is_superseded(&self.folder, lease)? => {
                let folder = self.folder.display();
                Err(
                    Failure::new(format!("another worker writes to the folder {folder} now")).help(
                        "this one was paused, and leaves the folder to the other; nothing is lost",
                    ),
                )
            }
            _ => Ok(()),
        }
    }

    /// Takes rows back that were written to files of this lease after another one had begun.
    fn take_back(&self, begins: Position, end: Position) -> Result<(), Error> {
        for number in (begins.number..=end.number).rev() {
            let bytes = if number == begins.number {
                begins.bytes
            } else {
                0
            };
            let place = Position {
                number,
                bytes,
                ..begins
            };
            let path = place.path(&self.folder);
            match cut(&path, bytes) {
                // The later lease may have removed it.
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("write", &path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Cuts a file off behind so many bytes, or removes it if there are none.
fn cut(path: &Path, bytes: u64) -> io::Result<()> {
    if bytes == 0 {
        return fs::remove_file(path);
    }
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(bytes)?;
    file.sync_all()
}

/// The length of a file, if there is one.
fn length_of(path: &Path) -> Result<Option<u64>, Error> {
    match fs::metadata(path) {
        Ok(file) => Ok(Some(file.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path, error)),
    }
}

impl Sink for Ndjson {
    fn limits(&self) -> Limits {
        Limits {
            // What a crash has left is recognized by the rows that are written again.
            same: true,
            ..Limits::default()
        }
    }

    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        ready(self.start(start)).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        ready(self.write(batch)).boxed()
    }

    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        let tested = owner::is_writable(&self.folder)
            .map(|()| format!("the folder {} can be written", self.folder.display()));
        ready(tested.map_err(Failure::from)).boxed()
    }
}

/// The beginning of the file of a name, if it is one of the sink.
fn begin_of(name: &str) -> Option<Position> {
    let name = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let (number, lease) = match name.split_once('-') {
        Some((number, lease)) => (number, Some(lease.parse().ok()?)),
        None => (name, None),
    };
    Some(Position {
        number: number.parse().ok()?,
        bytes: 0,
        lease,
    })
}

/// The file that is being written.
struct Output<'a> {
    sink: &'a Ndjson,
    file: BufWriter<File>,
    path: PathBuf,
    position: Position,
}

impl<'a> Output<'a> {
    /// Opens a file at its end.
    fn open(sink: &'a Ndjson, position: Position) -> Result<Self, Error> {
        let path = position.path(&sink.folder);
        let fail = |error| Error::io("write", &path, error);
        let mut file = to_write().open(&path).map_err(fail)?;
        file.seek(SeekFrom::Start(position.bytes)).map_err(fail)?;
        Ok(Self {
            sink,
            file: BufWriter::with_capacity(256 << 10, file),
            path,
            position,
        })
    }

    fn write(&mut self, json: &[u8]) -> Result<(), Error> {
        if self.position.bytes >= self.sink.most_bytes {
            self.sync()?;
            *self = Self::open(self.sink, self.position.next())?;
        }
        self.position.bytes += json.len() as u64 + 1;
        self.file
            .write_all(json)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| Error::io("write", &self.path, error))
    }

    fn finish(mut self) -> Result<Position, Error> {
        self.sync()?;
        // So must be the names of new files.
        #[cfg(unix)]
        File::open(&self.sink.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| Error::io("write", &self.sink.folder, error))?;
        Ok(self.position)
    }

    /// Writes acknowledged rows to the disk.
    fn sync(&mut self) -> Result<(), Error> {
        self.file
            .flush()
            .and_then(|()| self.file.get_ref().sync_data())
            .map_err(|error| Error::io("write", &self.path, error))
    }
}
