//! The bytes of log files, in compressed blocks.
//!
//! The blocks of a revision are its file, byte for byte: a block with the header, and blocks of whole rows. The bytes
//! before a row that are not a row, such as the end of a line break, belong to the row. Those after the last row may be a
//! block without rows.
//! Rows that are compressed together need a fifth of the space, and the file can be compared with its SHA-256
//! at any time.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::rc::Rc;

use lz4_flex::frame::{BlockSize, FrameDecoder, FrameEncoder, FrameInfo};
use sha2::{Digest as _, Sha256};

use super::engine::{Change, Fault, NewBlock, Queries as _, Session, values};
use crate::connector::csv::{CsvReader, Record};
use crate::connector::error::Kind;

/// The number of bytes at which a block ends. To read a row, its block is decompressed.
const BLOCK: usize = 32 << 10;

/// The memory for the rows of blocks that a reader keeps, in bytes. Rows are read in the order of their times, from the
/// files of all event types at once.
const KEPT: usize = 8 << 20;

/// Writes the blocks of a revision within the transaction that stores it.
pub(super) struct Writer {
    source: i64,
    revision: i64,
    shape: Option<i64>,
    /// The number of the first row of the block. The block with the header has the number 0.
    first: i64,
    times: Vec<Option<i64>>,
    content: Vec<u8>,
    compressed: Vec<u8>,
}

impl Writer {
    pub(super) fn new(source: i64, revision: i64) -> Self {
        Self {
            source,
            revision,
            shape: None,
            first: 0,
            times: Vec::new(),
            content: Vec::with_capacity(2 * BLOCK),
            compressed: Vec::new(),
        }
    }

    /// Writes the bytes of the header.
    pub(super) fn header(&mut self, change: &dyn Change, raw: &[u8]) -> Result<(), Fault> {
        self.content.extend_from_slice(raw);
        self.end(change)?;
        self.first = 1;
        Ok(())
    }

    /// Sets the shape of the following rows. A block has rows of one shape.
    pub(super) fn shape(&mut self, change: &dyn Change, shape: i64) -> Result<(), Fault> {
        if !self.times.is_empty() {
            self.end(change)?;
        }
        self.shape = Some(shape);
        Ok(())
    }

    /// Adds a row.
    pub(super) fn row(
        &mut self,
        change: &dyn Change,
        time: Option<i64>,
        raw: &[u8],
    ) -> Result<(), Fault> {
        self.times.push(time);
        self.content.extend_from_slice(raw);
        match self.content.len() >= BLOCK {
            true => self.end(change),
            false => Ok(()),
        }
    }

    /// Adds the bytes after the last row.
    pub(super) fn rest(&mut self, raw: &[u8]) {
        self.content.extend_from_slice(raw);
    }

    /// Writes what was added as a block.
    pub(super) fn end(&mut self, change: &dyn Change) -> Result<(), Fault> {
        if self.content.is_empty() && self.times.is_empty() {
            return Ok(());
        }
        let shape = match (self.shape, self.times.is_empty()) {
            (Some(shape), _) => shape,
            (None, true) => 0,
            (None, false) => {
                let message = "a row of a file was added before its columns";
                return Err(Fault::new(Kind::Store, message));
            }
        };
        compress(&self.content, &mut self.compressed)?;
        change.add_block(NewBlock {
            source: self.source,
            revision: self.revision,
            first: self.first,
            times: &self.times,
            shape,
            content: &self.compressed,
        })?;
        self.first += self.times.len() as i64;
        self.times.clear();
        self.content.clear();
        Ok(())
    }
}

/// Reads rows from blocks. The blocks that were used last are kept.
#[derive(Default)]
pub(super) struct Blocks {
    /// The last used block comes first.
    kept: VecDeque<Block>,
    bytes: usize,
    /// The header of the revision that was read last.
    header: Option<(i64, Rc<[u8]>)>,
}

struct Block {
    revision: i64,
    first: i64,
    rows: Vec<Record>,
    bytes: usize,
}

impl Block {
    fn row(&self, revision: i64, number: i64) -> Option<&Record> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.rows.get(at).filter(|_| self.revision == revision)
    }
}

impl Blocks {
    /// The row with this number in a revision.
    pub(super) fn row(
        &mut self,
        session: &dyn Session,
        revision: i64,
        number: i64,
    ) -> Result<&Record, Fault> {
        let has = |block: &Block| block.row(revision, number).is_some();
        match self.kept.iter().position(has) {
            Some(0) => {}
            Some(at) => {
                if let Some(block) = self.kept.remove(at) {
                    self.kept.push_front(block);
                }
            }
            None => {
                let block = self.read(session, revision, number)?;
                self.bytes += block.bytes;
                self.kept.push_front(block);
                while self.bytes > KEPT && self.kept.len() > 1 {
                    self.bytes -= self.kept.pop_back().map_or(0, |block| block.bytes);
                }
            }
        }
        let block = self.kept.front();
        block
            .and_then(|block| block.row(revision, number))
            .ok_or_else(|| damaged(None))
    }

    fn read(&mut self, session: &dyn Session, revision: i64, number: i64) -> Result<Block, Fault> {
        let header = match &self.header {
            Some((of, header)) if *of == revision => Rc::clone(header),
            _ => {
                let find = "SELECT content FROM block WHERE revision = ?1 AND first = 0";
                let header =
                    session.first(find, values![revision], |row| decompress(row.bytes(0)?))?;
                let header: Rc<[u8]> = header.ok_or_else(|| damaged(None))?.into();
                self.header = Some((revision, Rc::clone(&header)));
                header
            }
        };
        let find = "SELECT first, content FROM block
             WHERE revision = ?1 AND first > 0 AND first <= ?2 ORDER BY first DESC LIMIT 1";
        let found = session.first(find, values![revision, number], |row| {
            Ok((row.get::<i64>(0)?, decompress(row.bytes(1)?)?))
        })?;
        let (first, content) = found.ok_or_else(|| damaged(None))?;
        // The reader that found the rows when they were stored finds them again, after the same header.
        let damaged = |flaw| damaged(Some(&flaw));
        let size = header.len() + content.len() + 1;
        let mut reader = CsvReader::with_buffer(header.as_ref().chain(content.as_slice()), size)
            .map_err(damaged)?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while reader.next_row().map_err(damaged)? {
            let record = reader.record().clone();
            bytes += record.memory();
            rows.push(record);
        }
        Ok(Block {
            revision,
            first,
            rows,
            bytes,
        })
    }
}

/// The length, the SHA-256 and the number of rows of the blocks of a revision.
pub(super) fn measure(session: &dyn Session, revision: i64) -> Result<(u64, String, u64), Fault> {
    let find = "SELECT first, rows, content FROM block WHERE revision = ?1 AND first > ?2
         ORDER BY first LIMIT 16";
    let (mut digest, mut bytes, mut rows, mut after) = (Sha256::new(), 0, 0, -1);
    loop {
        let found = session.query(find, values![revision, after])?;
        for block in &found {
            after = block.get(0)?;
            rows += block.get::<u64>(1)?;
            let content = decompress(block.bytes(2)?)?;
            bytes += content.len() as u64;
            digest.update(&content);
        }
        if found.is_empty() {
            let digest = digest.finalize();
            let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            return Ok((bytes, digest, rows));
        }
    }
}

fn compress(content: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    out.clear();
    let info = FrameInfo::new()
        .block_size(BlockSize::Max64KB)
        .content_checksum(true);
    let mut encoder = FrameEncoder::with_frame_info(info, &mut *out);
    // Writing to memory does not fail.
    let written = encoder
        .write_all(content)
        .map_err(lz4_flex::frame::Error::from);
    written
        .and_then(|()| encoder.finish())
        .map(drop)
        .map_err(|error| Fault::new(Kind::Store, error))
}

fn decompress(content: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(2 * BLOCK);
    match FrameDecoder::new(content).read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => Err(damaged(Some(&error))),
    }
}

fn damaged(why: Option<&dyn std::error::Error>) -> Fault {
    let message = "a block of a log file is damaged or missing";
    let message = why.map_or_else(|| message.to_owned(), |why| format!("{message}: {why}"));
    Fault::new(Kind::Store, message)
}
