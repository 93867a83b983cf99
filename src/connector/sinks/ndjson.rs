//! Files with one JSON object per line.
//!
//! Files are numbered. When one has reached its size, the next is begun, and a file before the last
//! never changes again. How far the last file is acknowledged is kept with the cursor: after a crash,
//! what was written beyond it is cut off and written again. So every row is in the files exactly once.
//! Only files of a folder that carries the mark of this store are touched.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::owner;
use crate::connector::error::Error;
use crate::connector::ocsf::{Mapping, to_ocsf};
use crate::connector::private::to_write;
use crate::connector::store::{Delivery, Event, SinkState, Store};

/// Rows that are written and synced to the disk before the cursor moves.
const BATCH: u64 = 10_000;

/// The names of the files have a number between these.
const PREFIX: &str = "events-";
const SUFFIX: &str = ".ndjson";

/// A sink that writes NDJSON files.
#[derive(Debug)]
pub struct Ndjson {
    /// The name of its cursor.
    pub name: String,
    /// The folder of the files.
    pub folder: PathBuf,
    /// A file that has as many bytes is followed by a new one.
    pub most_bytes: u64,
    /// What is written for each row.
    pub form: Form,
}

/// What is written for each row.
#[derive(Debug)]
pub enum Form {
    /// The row with its source, key and time.
    Row,
    /// An OCSF event.
    Ocsf {
        /// How rows become events.
        mapping: Box<Mapping>,
        /// The Id of the org.
        tenant: Option<String>,
    },
}

/// What a delivery did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Rows that were written and acknowledged.
    pub rows: u64,
}

/// The last file, and how much of it is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    number: u64,
    bytes: u64,
}

/// Where the sink goes on, and what its mark in the folder says: `number:bytes:owner`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    position: Position,
    owner: String,
}

impl Kept {
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let position = Position {
            number: parts.next()?.parse().ok()?,
            bytes: parts.next()?.parse().ok()?,
        };
        let owner = parts.next()?.to_owned();
        Some(Self { position, owner })
    }

    fn text(&self) -> String {
        let Position { number, bytes } = self.position;
        format!("{number}:{bytes}:{}", self.owner)
    }
}

impl Ndjson {
    /// Writes all rows that the sink has not acknowledged yet.
    ///
    /// # Errors
    ///
    /// The folder cannot be written; the reason is also noted in the store, and the cursor stays.
    pub fn deliver(&self, store: &mut Store, local_now: Timestamp) -> Result<Delivered, Error> {
        let mut delivered = Delivered::default();
        loop {
            match self.batch(store, local_now) {
                Ok(0) => return Ok(delivered),
                Ok(rows) => delivered.rows += rows,
                Err(error) => {
                    store.sink_failed(&self.name, &error.text(), local_now)?;
                    return Err(error);
                }
            }
        }
    }

    fn batch(&self, store: &mut Store, local_now: Timestamp) -> Result<u64, Error> {
        let state = store.sink(&self.name)?;
        if state.waiting == 0 {
            return Ok(0);
        }
        let mut kept = self.kept(store, &state, local_now)?;
        owner::take(&self.folder, &kept.owner, is_output)?;
        let mut output = Output::open(self, kept.position)?;
        let (mut rows, mut cursor) = (0, state.cursor);
        store.stored_after::<Error>(state.cursor, |event| {
            output.write(&self.line(event))?;
            rows += 1;
            cursor = event.seq();
            Ok(match rows < BATCH {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        kept.position = output.finish()?;
        let delivery = Delivery {
            cursor,
            rows,
            position: Some(kept.text()),
            local_now,
        };
        store.delivered(&self.name, &delivery)?;
        Ok(rows)
    }

    /// What the store knows of the sink. A sink that is new gets its owner, which the store knows before the
    /// folder has the mark.
    fn kept(
        &self,
        store: &mut Store,
        state: &SinkState,
        local_now: Timestamp,
    ) -> Result<Kept, Error> {
        if let Some(kept) = state.position.as_deref().and_then(Kept::read) {
            return Ok(kept);
        }
        let first = Position {
            number: 1,
            bytes: 0,
        };
        let kept = Kept {
            position: first,
            owner: owner::new_owner(),
        };
        let delivery = Delivery {
            cursor: state.cursor,
            rows: 0,
            position: Some(kept.text()),
            local_now,
        };
        store.delivered(&self.name, &delivery)?;
        Ok(kept)
    }

    fn line(&self, event: &Event) -> Vec<u8> {
        let line = match &self.form {
            Form::Row => serde_json::to_vec(event),
            Form::Ocsf { mapping, tenant } => {
                serde_json::to_vec(&to_ocsf(mapping, event, tenant.as_deref()))
            }
        };
        // Both consist of texts and numbers, which JSON always takes.
        let mut line = line.unwrap_or_default();
        line.push(b'\n');
        line
    }

    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{PREFIX}{number:06}{SUFFIX}"))
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
    /// Opens the last file at the end of what is acknowledged. If somebody has moved or cut it, a new
    /// one is begun.
    fn open(sink: &'a Ndjson, mut position: Position) -> Result<Self, Error> {
        let path = sink.path(position.number);
        if position.bytes > 0 && fs::metadata(&path).map_or(0, |file| file.len()) < position.bytes {
            position = Position {
                number: position.number + 1,
                bytes: 0,
            };
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

    fn write(&mut self, line: &[u8]) -> Result<(), Error> {
        if self.position.bytes >= self.sink.most_bytes {
            self.sync()?;
            let next = Position {
                number: self.position.number + 1,
                bytes: 0,
            };
            *self = Self::open(self.sink, next)?;
        }
        self.position.bytes += line.len() as u64;
        self.file
            .write_all(line)
            .map_err(|error| Error::io("write", &self.path, error))
    }

    fn finish(mut self) -> Result<Position, Error> {
        self.sync()?;
        Ok(self.position)
    }

    /// What is acknowledged must be on the disk.
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
