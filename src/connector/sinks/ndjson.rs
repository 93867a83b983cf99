//! Files with one JSON object per line.
//!
//! Files are numbered. When a file has reached its size, the next one is started, and earlier files never
//! change again. The acknowledged length of the last file is kept with the cursor. After a crash, the file
//! is truncated to that length, and the rows after it are written again. Therefore every row is in the
//! files exactly once. A folder is written only if it has the mark of this store.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::owner;
use super::{Accepted, Batch, Begun, Failure, Sink};
use crate::connector::error::Error;
use crate::connector::private::to_write;

/// The name of a file is a number between these.
const PREFIX: &str = "events-";
const SUFFIX: &str = ".ndjson";

/// A sink that writes NDJSON files.
#[derive(Debug)]
pub struct Ndjson {
    folder: PathBuf,
    most_bytes: u64,
    position: Position,
}

/// The number of the last file, and its acknowledged length: `number:bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    number: u64,
    bytes: u64,
}

impl Position {
    const FIRST: Self = Self {
        number: 1,
        bytes: 0,
    };

    fn read(text: &str) -> Option<Self> {
        let (number, bytes) = text.split_once(':')?;
        Some(Self {
            number: number.parse().ok()?,
            bytes: bytes.parse().ok()?,
        })
    }

    fn text(self) -> String {
        format!("{}:{}", self.number, self.bytes)
    }

    fn next(self) -> Self {
        Self {
            number: self.number + 1,
            bytes: 0,
        }
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
        }
    }

    fn write(&mut self, batch: &Batch) -> Result<Accepted, Failure> {
        let mut output = Output::open(self, self.position)?;
        for row in &batch.rows {
            output.write(&row.json)?;
        }
        let position = output.finish()?;
        self.position = position;
        Ok(Accepted {
            own: Some(position.text()),
            refused: Vec::new(),
        })
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{PREFIX}{number:06}{SUFFIX}"))
    }
}

impl Sink for Ndjson {
    fn begin<'a>(
        &'a mut self,
        owner: &'a str,
        own: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Begun, Failure>> {
        self.position = own.and_then(Position::read).unwrap_or(Position::FIRST);
        let begun = owner::take(&self.folder, owner, is_output).map(|()| Begun {
            own: Some(self.position.text()),
            cursor: None,
        });
        ready(begun.map_err(Failure::from)).boxed()
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

fn is_output(name: &str) -> bool {
    let number = name
        .strip_prefix(PREFIX)
        .and_then(|name| name.strip_suffix(SUFFIX));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The file that is being written.
struct Output<'a> {
    sink: &'a Ndjson,
    file: BufWriter<File>,
    path: PathBuf,
    position: Position,
}

impl<'a> Output<'a> {
    /// Opens the last file at its acknowledged length. If the file is missing or shorter, a new one is
    /// started.
    fn open(sink: &'a Ndjson, mut position: Position) -> Result<Self, Error> {
        let path = sink.path(position.number);
        if position.bytes > 0 && fs::metadata(&path).map_or(0, |file| file.len()) < position.bytes {
            position = position.next();
        }
        let path = sink.path(position.number);
        let file =
            open_at(&path, position.bytes).map_err(|error| Error::io("write", &path, error))?;
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

fn open_at(path: &Path, bytes: u64) -> io::Result<File> {
    let mut file = to_write().open(path)?;
    file.set_len(bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}
