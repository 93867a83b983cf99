//! Flaws of compression. They apply even if the client does not accept gzip.

use std::io::Write as _;

use flate2::write::GzEncoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use http::{HeaderValue, header};

use super::script::{End, Script, Step, head};
use super::{Delivery, flaws};
use crate::web::WebResponse;

flaws! {
    /// A compressed body that a client must refuse.
    pub enum GzipFlaw {
        /// One MiB that inflates to one GiB of blanks.
        Bomb = "gzip_bomb",
        /// The second half of the gzip stream is missing.
        Truncated = "gzip_truncated",
        /// The checksum of the gzip stream is wrong.
        BadCrc = "gzip_bad_crc",
        /// There are bytes after the end of the gzip stream.
        Trailing = "gzip_trailing",
        /// The body is compressed twice and declared so.
        Double = "gzip_double",
        /// Empty gzip members without end.
        EmptyMembers = "gzip_empty_members",
        /// A gzip stream that is declared as brotli.
        UnknownCoding = "gzip_as_br",
        /// The content coding is gzip, but the body is not compressed.
        NotCompressed = "gzip_not_compressed",
    }
}

/// The size in bytes of the block that a bomb repeats, after decompression.
const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 1 << 10;

impl GzipFlaw {
    pub(super) fn deliver(self, mut response: WebResponse) -> Delivery {
        let mut body = gzip(&response.body);
        let coding = match self {
            Self::Double => "gzip, gzip",
            Self::UnknownCoding => "br",
            _ => "gzip",
        };
        response.set(header::CONTENT_ENCODING, coding);
        match self {
            Self::Bomb => body = bomb(),
            Self::Truncated => body.truncate(body.len() / 2),
            Self::BadCrc => {
                // The last eight bytes are the checksum and the size (RFC 1952, section 2.3.1).
                let at = body.len().saturating_sub(8);
                if let Some(byte) = body.get_mut(at) {
                    *byte ^= 0xff;
                }
            }
            Self::Trailing => body.extend_from_slice(b"trailing bytes"),
            Self::Double => body = gzip(&body),
            Self::EmptyMembers => {
                let chunked = HeaderValue::from_static("chunked");
                let head = head(&response, &[(header::TRANSFER_ENCODING, chunked)]);
                let members = gzip(b"").repeat(512);
                let mut chunk = format!("{:x}\r\n", members.len()).into_bytes();
                chunk.extend_from_slice(&members);
                chunk.extend_from_slice(b"\r\n");
                let steps = vec![Step::Send(head), Step::Repeat(chunk.into())];
                return Delivery::Raw(Script::new(steps, End::Close));
            }
            Self::NotCompressed => body.clone_from(&response.body),
            Self::UnknownCoding => {}
        }
        response.body = body;
        Delivery::Plain(response)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Makes many blocks of blanks. The block is compressed once and repeated, because a block does not depend
/// on the blocks before it after a full flush.
fn bomb() -> Vec<u8> {
    let blanks = vec![b' '; BLOCK];
    let mut deflate = Compress::new(Compression::best(), false);
    let mut block = Vec::with_capacity(BLOCK);
    let _ = deflate.compress_vec(&blanks, &mut block, FlushCompress::Full);
    let mut last = Vec::with_capacity(1024);
    let _ = Compress::new(Compression::best(), false).compress_vec(
        b"",
        &mut last,
        FlushCompress::Finish,
    );
    let mut one = Crc::new();
    one.update(&blanks);
    let mut all = Crc::new();
    for _ in 0..BLOCKS {
        all.combine(&one);
    }
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    for _ in 0..BLOCKS {
        out.extend_from_slice(&block);
    }
    out.extend_from_slice(&last);
    out.extend_from_slice(&all.sum().to_le_bytes());
    out.extend_from_slice(&all.amount().to_le_bytes());
    out
}
