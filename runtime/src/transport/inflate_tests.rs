use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// Feeds the parts one by one, and checks the size of each piece of output.
fn gunzip<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, InflateError> {
    let mut decoder = Gunzip::new();
    let mut out = Vec::new();
    for part in parts {
        let mut input = Bytes::copy_from_slice(part);
        while let Some(piece) = decoder.next(&mut input)? {
            assert!(!piece.is_empty() && piece.len() <= PIECE);
            out.extend_from_slice(&piece);
        }
        assert!(input.is_empty());
    }
    decoder.finish()?;
    Ok(out)
}

/// Data that is neither trivially compressible nor random, and longer than the window.
fn sample(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    (0..length)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if at % 7 == 0 {
                (state >> 24) as u8
            } else {
                b'a' + (at % 23) as u8
            }
        })
        .collect()
}

#[test]
fn any_size_comes_back() {
    for length in [0, 1, 100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 500_000] {
        let data = sample(length);
        assert_eq!(gunzip([&*gzip(&data)]).unwrap(), data, "{length}");
    }
    let zeros = vec![0; 10 * PIECE];
    assert_eq!(gunzip([&*gzip(&zeros)]).unwrap(), zeros);
}

#[test]
fn input_may_be_split_anywhere() {
    let data = sample(300);
    let packed = gzip(&data);
    for at in 0..=packed.len() {
        let (a, b) = packed.split_at(at);
        assert_eq!(gunzip([a, b]).unwrap(), data, "split at {at}");
    }
    assert_eq!(gunzip(packed.chunks(1)).unwrap(), data);
    let large = sample(200_000);
    assert_eq!(gunzip(gzip(&large).chunks(1)).unwrap(), large);
}

#[test]
fn input_cut_off_anywhere_is_truncated() {
    let packed = gzip(&sample(300));
    for length in 1..packed.len() {
        assert_eq!(
            gunzip([&packed[..length]]),
            Err(InflateError::Truncated),
            "{length}"
        );
    }
    // Servers mark empty bodies as gzip.
    assert_eq!(gunzip([]).unwrap(), b"");
}

#[test]
fn damage_never_changes_the_content() {
    let data = sample(300);
    let packed = gzip(&data);
    for at in 0..packed.len() {
        for bit in 0..8 {
            let mut bad = packed.clone();
            bad[at] ^= 1 << bit;
            // Bits of the time, and those that pad the last byte, have no meaning.
            if let Ok(out) = gunzip([&*bad]) {
                assert_eq!(out, data, "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn the_trailer_is_checked() {
    let packed = gzip(b"data");
    let end = packed.len();
    let mut crc = packed.clone();
    crc[end - 8] ^= 1;
    assert_eq!(gunzip([&*crc]), Err(InflateError::Checksum));
    let mut length = packed;
    length[end - 4] ^= 1;
    assert_eq!(gunzip([&*length]), Err(InflateError::Length));
}

#[test]
fn bytes_after_the_end_are_an_error() {
    for garbage in [&b"x"[..], b"\0", b"\x1f", b"\x1fx", b"<xml/>"] {
        let mut packed = gzip(b"data");
        packed.extend_from_slice(garbage);
        assert_eq!(
            gunzip([&*packed]),
            Err(InflateError::Trailing),
            "{garbage:?}"
        );
    }
}

#[test]
fn several_members_are_one_text() {
    let mut packed = gzip(b"one ");
    packed.extend(gzip(b""));
    packed.extend(gzip(b"two"));
    assert_eq!(gunzip([&*packed]).unwrap(), b"one two");
    assert_eq!(gunzip(packed.chunks(1)).unwrap(), b"one two");
    packed.truncate(packed.len() - 1);
    assert_eq!(gunzip([&*packed]), Err(InflateError::Truncated));
}

#[test]
fn headers_with_options() {
    let member = gzip(b"data");
    for flags in 0..32_u8 {
        let mut packed = member[..10].to_vec();
        packed[3] = flags;
        if flags & FLAG_EXTRA != 0 {
            packed.extend_from_slice(b"\x03\x00\x00ab");
        }
        if flags & FLAG_NAME != 0 {
            packed.extend_from_slice(b"name\0");
        }
        if flags & FLAG_COMMENT != 0 {
            packed.extend_from_slice(b"\0");
        }
        if flags & FLAG_CRC != 0 {
            let mut crc = Crc::new();
            crc.update(&packed);
            packed.extend_from_slice(&crc.sum().to_le_bytes()[..2]);
        }
        let header = packed.len();
        packed.extend_from_slice(&member[10..]);
        assert_eq!(gunzip(packed.chunks(1)).unwrap(), b"data", "flags {flags}");
        for length in 1..header {
            assert_eq!(gunzip([&packed[..length]]), Err(InflateError::Truncated));
        }
        if flags & FLAG_CRC != 0 {
            packed[header - 1] ^= 1;
            assert_eq!(gunzip([&*packed]), Err(InflateError::Checksum));
        }
    }
}

#[test]
fn headers_that_are_none() {
    for data in [&b"<Envelope/>"[..], b"PK", b"\x1f\x8a", b"\x78\x9c"] {
        assert_eq!(gunzip([data]), Err(InflateError::NotGzip), "{data:?}");
    }
    assert_eq!(gunzip([&b"\x1f\x8b\x07"[..]]), Err(InflateError::Header));
    assert_eq!(
        gunzip([&b"\x1f\x8b\x08\x20"[..]]),
        Err(InflateError::Header)
    );
    let mut endless = b"\x1f\x8b\x08\x08\0\0\0\0\0\0".to_vec();
    endless.resize(MAX_HEADER + 10, b'n');
    assert_eq!(gunzip([&*endless]), Err(InflateError::Header));
}

#[test]
fn a_bomb_stops_at_the_limit() {
    const LIMIT: u64 = 1 << 20;
    let bomb = gzip(&vec![0; 64 << 20]);
    assert!(bomb.len() < 100_000);
    let mut decoder = Decoder::new(true, LIMIT);
    let mut input = Bytes::from(bomb);
    let before = input.len();
    let mut out = 0;
    let stop = loop {
        match decoder.next(&mut input) {
            Ok(Some(piece)) => out += piece.len(),
            Ok(None) => panic!("no limit"),
            Err(stop) => break stop,
        }
    };
    assert_eq!(stop, Stop::Limit(LIMIT));
    assert_eq!(out, LIMIT as usize);
    // The rest was not read.
    assert!(input.len() > before / 2);
}

#[test]
fn the_limit_is_inclusive() {
    let data = sample(1000);
    for gzipped in [false, true] {
        for (limit, fits) in [(999, false), (1000, true), (1001, true)] {
            let mut decoder = Decoder::new(gzipped, limit);
            let mut input = Bytes::from(if gzipped { gzip(&data) } else { data.clone() });
            let result = loop {
                match decoder.next(&mut input) {
                    Ok(Some(_)) => {}
                    Ok(None) => break decoder.finish(),
                    Err(stop) => break Err(stop),
                }
            };
            assert_eq!(result.is_ok(), fits, "{gzipped} {limit}");
        }
    }
}

#[test]
fn input_without_output_is_limited_too() {
    let mut decoder = Decoder::new(true, 100);
    let mut received = 0;
    let mut header = Bytes::from(vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
    assert_eq!(decoder.next(&mut header), Ok(None));
    // An endless sequence of stored blocks without content (RFC 1951, section 3.2.4).
    let stop = loop {
        let mut input = Bytes::from(vec![0, 0, 0, 0xff, 0xff]);
        received += input.len();
        if let Err(stop) = decoder.received(input.len()) {
            break stop;
        }
        assert_eq!(decoder.next(&mut input), Ok(None));
    };
    assert_eq!(stop, Stop::Limit(100));
    assert!(received < 100 + 65 * 1024);
}

#[test]
fn members_with_little_content_come_to_an_end() {
    let small = gzip(b"x");
    let allowed = FREE_MEMBERS as usize + 1;
    assert_eq!(gunzip([&*small.repeat(allowed)]).unwrap().len(), allowed);
    let many = small.repeat(allowed + 2);
    assert_eq!(gunzip([&*many]), Err(InflateError::SmallMembers));
    // As many members as anyone likes, if they have content.
    let full = gzip(&[b'x'; MEMBER_CONTENT as usize]).repeat(3 * FREE_MEMBERS as usize);
    assert!(gunzip([&*full]).is_ok());
}

#[test]
fn empty_members_come_to_an_end() {
    let empty = gzip(b"");
    let some = empty.repeat(MAX_EMPTY_MEMBERS as usize);
    let full = gzip(b"row");
    // A member with content resets the count.
    let mixed = [&some[..], &full, &some, &full].concat();
    assert_eq!(gunzip([&*mixed]).unwrap(), b"rowrow");
    let endless = empty.repeat(MAX_EMPTY_MEMBERS as usize + 1);
    assert_eq!(gunzip([&*endless]), Err(InflateError::EmptyMembers));
}
