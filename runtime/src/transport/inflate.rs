//! Decompresses responses: gzip (RFC 1952), one chunk at a time, without I/O.
//!
//! The output is produced in pieces of at most [`PIECE`] bytes, and input is consumed only as far
//! as the current piece needs it. A small input that expands to gigabytes therefore takes no
//! memory, because the caller counts the pieces and stops.
//!
//! Several gzip members are accepted, as the format allows and as common servers and proxies in
//! Java and Go do. Anything else after the end is an error.

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};

/// The maximum size of a piece of output.
pub(crate) const PIECE: usize = 32 * 1024;

/// The maximum number of consecutive members without content. Some servers send such a member when
/// they flush or at the end. Each of them costs the reader more work than the sender, and no limit
/// on the content would stop them.
const MAX_EMPTY_MEMBERS: u32 = 64;

/// The number of members that a response may have in any case. Each further member must have
/// [`MEMBER_CONTENT`] bytes of content on average, because decoding a member takes as much time as
/// decoding a kilobyte of content.
const FREE_MEMBERS: u64 = 1_000;
const MEMBER_CONTENT: u64 = 1_024;

/// The maximum length of a member's header in bytes. A response needs no file name and no comment.
const MAX_HEADER: usize = 1024;

const FLAG_CRC: u8 = 2;
const FLAG_EXTRA: u8 = 4;
const FLAG_NAME: u8 = 8;
const FLAG_COMMENT: u8 = 16;
const FLAGS_RESERVED: u8 = 0xe0;

/// What is wrong with compressed data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InflateError {
    #[error("the data is not gzip")]
    NotGzip,
    #[error("the gzip header is malformed")]
    Header,
    #[error("the compressed data is damaged")]
    Data,
    #[error("the checksum does not match")]
    Checksum,
    #[error("the length does not match")]
    Length,
    #[error("the data consists of gzip members without content")]
    EmptyMembers,
    #[error("the data consists of too many gzip members with little content")]
    SmallMembers,
    #[error("there are bytes after the end of the compressed data")]
    Trailing,
    #[error("the compressed data ends early")]
    Truncated,
}

/// A streaming gzip decoder.
pub(crate) struct Gunzip {
    state: State,
    /// The bytes of the header or trailer that have arrived.
    held: Vec<u8>,
    inflate: Decompress,
    out: Vec<u8>,
    crc: Crc,
    members: u64,
    /// The number of bytes of content of all members.
    content: u64,
    /// The number of consecutive members without content.
    empty_members: u32,
    /// Whether the decoder may have output without further input.
    more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    Deflate,
    Trailer,
}

impl Gunzip {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header,
            held: Vec::new(),
            inflate: Decompress::new(false),
            out: vec![0; PIECE],
            crc: Crc::new(),
            members: 0,
            content: 0,
            empty_members: 0,
            more: false,
        }
    }

    /// Consumes input until there is a piece of output. Returns `None` if all input is consumed and
    /// more is needed.
    pub(crate) fn next(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, InflateError> {
        while input.has_remaining() || self.more {
            match self.state {
                State::Header => {
                    self.held.push(input.get_u8());
                    self.header()?;
                }
                State::Trailer => {
                    self.held.push(input.get_u8());
                    if self.held.len() == 8 {
                        self.trailer()?;
                    }
                }
                State::Deflate => {
                    if let Some(piece) = self.inflate(input)? {
                        return Ok(Some(piece));
                    }
                }
            }
        }
        Ok(None)
    }

    /// Checks that the input may end here. Empty input is valid, because some servers mark an empty
    /// body as compressed.
    pub(crate) fn finish(&self) -> Result<(), InflateError> {
        match self.state {
            State::Header if self.held.is_empty() => Ok(()),
            State::Header if self.members > 0 => Err(InflateError::Trailing),
            _ => Err(InflateError::Truncated),
        }
    }

    /// Checks whether the header is complete, and refuses an invalid header as early as possible.
    fn header(&mut self) -> Result<(), InflateError> {
        let held = &self.held;
        let magic = [0x1f, 0x8b];
        let len = held.len();
        if held[..len.min(2)] != magic[..len.min(2)] {
            return Err(match self.members {
                0 => InflateError::NotGzip,
                _ => InflateError::Trailing,
            });
        }
        if len > MAX_HEADER
            || held.get(2).is_some_and(|&method| method != 8)
            || held
                .get(3)
                .is_some_and(|&flags| flags & FLAGS_RESERVED != 0)
        {
            return Err(InflateError::Header);
        }
        let Some(end) = header_end(held) else {
            return Ok(());
        };
        if held[3] & FLAG_CRC != 0 {
            let mut crc = Crc::new();
            crc.update(&held[..end - 2]);
            if held[end - 2..end] != crc.sum().to_le_bytes()[..2] {
                return Err(InflateError::Checksum);
            }
        }
        self.held.clear();
        self.inflate.reset(false);
        self.crc.reset();
        self.state = State::Deflate;
        Ok(())
    }

    fn inflate(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, InflateError> {
        let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
        let status = self
            .inflate
            .decompress(input, &mut self.out, FlushDecompress::None)
            .map_err(|_| InflateError::Data)?;
        let consumed = (self.inflate.total_in() - before_in) as usize;
        let produced = (self.inflate.total_out() - before_out) as usize;
        input.advance(consumed);
        self.more = produced == PIECE && status != Status::StreamEnd;
        if status == Status::StreamEnd {
            self.state = State::Trailer;
        } else if consumed == 0 && produced == 0 && input.has_remaining() {
            return Err(InflateError::Data);
        }
        let out = &self.out[..produced];
        self.crc.update(out);
        // A copy of the right size, so that keeping a small piece does not keep a large buffer.
        Ok((produced > 0).then(|| Bytes::copy_from_slice(out)))
    }

    fn trailer(&mut self) -> Result<(), InflateError> {
        if self.held[..4] != self.crc.sum().to_le_bytes() {
            return Err(InflateError::Checksum);
        }
        if self.held[4..] != self.crc.amount().to_le_bytes() {
            return Err(InflateError::Length);
        }
        self.empty_members = match self.crc.amount() {
            0 => self.empty_members + 1,
            _ => 0,
        };
        if self.empty_members > MAX_EMPTY_MEMBERS {
            return Err(InflateError::EmptyMembers);
        }
        self.content += u64::from(self.crc.amount());
        if self.members > FREE_MEMBERS + self.content / MEMBER_CONTENT {
            return Err(InflateError::SmallMembers);
        }
        self.held.clear();
        self.members += 1;
        self.state = State::Header;
        Ok(())
    }
}

/// The length of the header, once all of it has arrived. The time is quadratic in the length of the
/// header, which [`MAX_HEADER`] limits.
fn header_end(held: &[u8]) -> Option<usize> {
    let flags = *held.get(3)?;
    let mut end = 10;
    if flags & FLAG_EXTRA != 0 {
        let length = held.get(end..end + 2)?;
        end += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for flag in [FLAG_NAME, FLAG_COMMENT] {
        if flags & flag != 0 {
            end += memchr::memchr(0, held.get(end..)?)? + 1;
        }
    }
    if flags & FLAG_CRC != 0 {
        end += 2;
    }
    (held.len() >= end).then_some(end)
}

/// Why decoding stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There are more than this many bytes.
    Limit(u64),
    Inflate(InflateError),
}

/// Decodes a body, which may be compressed, and counts its bytes.
pub(crate) struct Decoder {
    gunzip: Option<Box<Gunzip>>,
    limit: u64,
    decoded: u64,
    received: u64,
}

impl Decoder {
    pub(crate) fn new(gzipped: bool, limit: u64) -> Self {
        let gunzip = gzipped.then(|| Box::new(Gunzip::new()));
        Self {
            gunzip,
            limit,
            decoded: 0,
            received: 0,
        }
    }

    /// Counts bytes before they are decoded. Compressed data need not produce any output, so it
    /// needs a limit of its own, which is the same limit plus some overhead.
    pub(crate) fn received(&mut self, bytes: usize) -> Result<(), Stop> {
        self.received += bytes as u64;
        self.announced(self.received)
    }

    /// Refuses an announced length that exceeds the limit, before the bytes arrive.
    pub(crate) fn announced(&self, bytes: u64) -> Result<(), Stop> {
        match bytes > self.limit.saturating_add(64 * 1024) {
            true => Err(Stop::Limit(self.limit)),
            false => Ok(()),
        }
    }

    /// The next piece of output. Returns `None` if all input is consumed and more is needed.
    pub(crate) fn next(&mut self, input: &mut Bytes) -> Result<Option<Bytes>, Stop> {
        let piece = match &mut self.gunzip {
            Some(gunzip) => gunzip.next(input).map_err(Stop::Inflate)?,
            None => (!input.is_empty()).then(|| std::mem::take(input)),
        };
        if let Some(piece) = &piece {
            self.decoded += piece.len() as u64;
            if self.decoded > self.limit {
                return Err(Stop::Limit(self.limit));
            }
        }
        Ok(piece)
    }

    /// Checks that the body may end here.
    pub(crate) fn finish(&self) -> Result<(), Stop> {
        self.gunzip
            .as_ref()
            .map_or(Ok(()), |gunzip| gunzip.finish().map_err(Stop::Inflate))
    }
}

/// Decompresses a whole body that arrives in pieces, for fuzzing.
#[cfg(feature = "https")]
pub(crate) fn inflate<'c>(
    pieces: impl IntoIterator<Item = &'c [u8]>,
    limit: u64,
) -> Result<Vec<u8>, String> {
    let shown = |stop| match stop {
        Stop::Limit(limit) => format!("more than {limit} bytes"),
        Stop::Inflate(error) => error.to_string(),
    };
    let mut decoder = Decoder::new(true, limit);
    let mut out = Vec::new();
    for piece in pieces {
        decoder.received(piece.len()).map_err(shown)?;
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(bytes) = decoder.next(&mut input).map_err(shown)? {
            out.extend_from_slice(&bytes);
        }
    }
    decoder.finish().map_err(shown)?;
    Ok(out)
}

#[cfg(test)]
#[path = "inflate_tests.rs"]
mod tests;
