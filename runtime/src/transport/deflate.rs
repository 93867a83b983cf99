//! Compresses messages.

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use memchr::memmem;

/// Compresses an envelope as one gzip member.
///
/// The SOAP header contains the session id, and the body contains data that other people may have
/// written. If both were compressed together, every guess in the data that repeats a part of the
/// session id would make the request shorter, which an observer can see in spite of TLS. Therefore
/// the window is cleared after the header, and nothing in the body can refer back to the header.
pub(crate) fn gzip(envelope: &[u8]) -> Vec<u8> {
    // Method 8 with no flags, no time, no hint and an unknown system.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let (header, body) = envelope.split_at(end_of_header(envelope));
    let mut compress = Compress::new(Compression::default(), false);
    run(&mut compress, header, FlushCompress::Full, &mut out);
    run(&mut compress, body, FlushCompress::Finish, &mut out);
    let mut crc = Crc::new();
    crc.update(envelope);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    out
}

fn run(compress: &mut Compress, mut input: &[u8], flush: FlushCompress, out: &mut Vec<u8>) {
    loop {
        out.reserve(input.len() / 4 + 1024);
        let before = compress.total_in();
        // Compression into spare capacity fails only if there is not enough of it, and the loop
        // adds more.
        let status = compress
            .compress_vec(input, out, flush)
            .unwrap_or(Status::BufError);
        input = &input[(compress.total_in() - before) as usize..];
        let finished = match flush {
            FlushCompress::Finish => status == Status::StreamEnd,
            // If capacity is left, everything has been written.
            _ => input.is_empty() && out.len() < out.capacity(),
        };
        if finished {
            return;
        }
    }
}

/// The end of the SOAP header: the position after the first `</Header>` with any prefix, or zero
/// without one. The session id is escaped like any text, so it cannot contain this tag.
fn end_of_header(envelope: &[u8]) -> usize {
    for at in memmem::find_iter(envelope, b"Header>") {
        let front = &envelope[..at];
        let prefix = front
            .iter()
            .rev()
            .take_while(|byte| !matches!(byte, b'<' | b'/' | b'>'));
        let tag = &front[at - prefix.count()..];
        let qualified = tag.is_empty() || tag.ends_with(b":");
        if qualified && front[..at - tag.len()].ends_with(b"</") {
            return at + b"Header>".len();
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn envelope(session: &str, data: &str) -> Vec<u8> {
        format!(
            "<s:Envelope xmlns:s=\"x\"><s:Header><e:SessionHeader><e:sessionId>{session}\
             </e:sessionId></e:SessionHeader></s:Header><s:Body>{data}</s:Body></s:Envelope>"
        )
        .into_bytes()
    }

    #[test]
    fn comes_back_whole() {
        for data in [
            String::new(),
            "x".repeat(300_000),
            "Header> </Header>".repeat(50),
        ] {
            let plain = envelope("secret", &data);
            let mut back = Vec::new();
            flate2::read::GzDecoder::new(&*gzip(&plain))
                .read_to_end(&mut back)
                .unwrap();
            assert_eq!(back, plain);
        }
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&*gzip(b""))
            .read_to_end(&mut back)
            .unwrap();
        assert!(back.is_empty());
    }

    #[test]
    fn data_that_repeats_the_session_is_not_shorter() {
        let session = "00D000000000001!AQ8AQPkzVw3mT7uXy5bN2cR6dK9fH4gL";
        let other = "00D999999999999!ZqWsXeDcRfVtGbYhNuJmIkOlPaSdFgHj";
        let data = format!("<e:sessionId>{session}</e:sessionId>");
        let growth =
            |session| gzip(&envelope(session, &data)).len() - gzip(&envelope(session, "")).len();
        assert_eq!(growth(session), growth(other));
    }

    #[test]
    fn finds_the_end_of_the_header() {
        for (text, rest) in [
            (
                "<a:Header><b:SessionHeader></b:SessionHeader></a:Header>rest",
                "rest",
            ),
            ("<Header></Header>rest", "rest"),
            (
                "<Envelope><Body>Header></Body>",
                "<Envelope><Body>Header></Body>",
            ),
            ("Header>", "Header>"),
        ] {
            assert_eq!(&text[end_of_header(text.as_bytes())..], rest);
        }
    }
}
