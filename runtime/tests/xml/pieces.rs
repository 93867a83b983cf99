//! Reads a document whole and in pieces.

use saponify::probe::{self, Seen};
use saponify::{Error, Limits};

/// What the reader makes of a document, which is the same however it arrives.
#[track_caller]
pub(crate) fn read(document: impl AsRef<[u8]>, limits: Limits) -> Result<Vec<Seen>, Error> {
    let document = document.as_ref();
    let whole = probe::read([document], limits);
    let sizes = if document.len() < 3_000 {
        (1..document.len().min(40)).collect()
    } else {
        vec![1, 4_096]
    };
    for size in sizes {
        let pieces = probe::read(document.chunks(size), limits);
        match (&whole, &pieces) {
            (Ok(whole), Ok(pieces)) => assert_eq!(whole, pieces),
            (Err(whole), Err(pieces)) => {
                assert_eq!(whole.is_limit(), pieces.is_limit(), "{whole} {pieces}");
            }
            _ => panic!("in pieces of {size}: {whole:?} {pieces:?}"),
        }
    }
    whole
}
