//! Finds the first byte that needs attention, eight bytes at a time.

/// Length of the run of bytes at the start that need no attention. `busy` says whether a byte needs
/// attention. `busy_word` gets eight bytes, of which the first one is the lowest, and returns a word
/// whose lowest set bit is in the first byte that needs attention.
#[inline(always)]
pub(super) fn quiet_len(
    bytes: &[u8],
    busy: impl Fn(u8) -> bool,
    busy_word: impl Fn(u64) -> u64,
) -> usize {
    /// Most texts are shorter than this. For short texts, eight bytes at a time are faster than
    /// blocks.
    const LONG: usize = 48;
    let mut at = 0;
    while let Some(word) = bytes[at..].first_chunk() {
        let found = busy_word(u64::from_le_bytes(*word));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
        if at >= LONG {
            at += quiet_blocks(&bytes[at..], &busy);
        }
    }
    at + bytes[at..].iter().take_while(|byte| !busy(**byte)).count()
}

/// Length of the whole blocks at the start that need no attention.
#[inline(always)]
fn quiet_blocks(bytes: &[u8], busy: impl Fn(u8) -> bool) -> usize {
    const STEP: usize = 16;
    let mut at = 0;
    // The loop is written so that the compiler compares sixteen bytes at once.
    while let Some(block) = bytes.get(at..at + STEP) {
        if block.iter().fold(false, |found, &byte| found | busy(byte)) {
            break;
        }
        at += STEP;
    }
    at
}

/// Finds bytes below a limit, which is at most 0x80.
#[inline(always)]
pub(super) fn below(word: u64, limit: u8) -> u64 {
    // A subtraction may borrow from the bytes above the one that it finds, so only the lowest set bit
    // has a meaning.
    word.wrapping_sub(all(limit)) & !word & all(0x80)
}

/// Finds bytes that are equal to this one.
#[inline(always)]
pub(super) fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ all(byte), 1)
}

const fn all(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}
