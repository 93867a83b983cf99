//! Bodies of answers: compressed, damaged, oversized, cut off.

use std::io::Write;

use crate::support::*;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: impl AsRef<[u8]>) -> Vec<Act> {
    answer("200 OK", "Content-Encoding: gzip\r\n", body)
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n";

#[tokio::test]
async fn compressed_answers() {
    let text = "<row>data</row>".repeat(50_000).into_bytes();
    for coding in ["gzip", "GZIP", "x-gzip", " gzip "] {
        let header = format!("Content-Encoding: {coding}\r\n");
        let server = Server::always(answer("200 OK", &header, gzip(&text))).await;
        assert!(
            call(&https(), server.request("")).await.unwrap().1 == text,
            "{coding}"
        );
    }
    // Byte by byte, in chunks, as servers that flush often do.
    let mut acts = vec![write(format!(
        "{HEAD}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    ))];
    acts.extend(
        gzip(b"<answer/>")
            .iter()
            .map(|&byte| write([b'1', b'\r', b'\n', byte, b'\r', b'\n'])),
    );
    acts.push(write("0\r\n\r\n"));
    let server = Server::always(acts).await;
    assert_eq!(
        call(&https(), server.request("")).await.unwrap().1,
        b"<answer/>"
    );
    // Nothing at all, marked as compressed.
    let server = Server::always(gzipped("")).await;
    assert_eq!(call(&https(), server.request("")).await.unwrap().1, b"");
}

#[tokio::test]
async fn damaged_compression() {
    let good = gzip(b"<answer/>");
    let flipped = |at: usize| {
        let mut bad = good.clone();
        bad[at] ^= 1;
        bad
    };
    let cut = good[..good.len() - 1].to_vec();
    let garbage = [good.clone(), b"<more/>".to_vec()].concat();
    for (body, truncated, expected) in [
        (cut, true, "ends early"),
        (garbage, false, "after the end"),
        (flipped(good.len() - 8), false, "checksum"),
        (flipped(good.len() - 1), false, "length"),
        (b"<answer/>".to_vec(), false, "not gzip"),
    ] {
        let server = Server::always(gzipped(body)).await;
        let error = error(&https(), &server).await;
        assert_eq!(error.is_truncated(), truncated, "{error:?}");
        assert_eq!(error.is_protocol(), !truncated, "{error:?}");
        assert!(error.maybe_applied(), "{error:?}");
        assert!(texts(&error).contains(expected), "{error:?}");
    }
}

#[tokio::test]
async fn other_codings_are_refused() {
    for headers in [
        "Content-Encoding: br\r\n",
        "Content-Encoding: deflate\r\n",
        "Content-Encoding: gzip, gzip\r\n",
        "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding: identity, gzip\r\n",
        "Content-Encoding: \u{1b}[31m\r\n",
    ] {
        let server = Server::always(answer("200 OK", headers, gzip(&gzip(b"data")))).await;
        let error = error(&https(), &server).await;
        assert!(error.is_protocol(), "{headers}: {error:?}");
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
    }
}

#[tokio::test]
async fn a_bomb_stops_at_the_limit() {
    let server = Server::always(gzipped(gzip(&vec![b' '; 64 << 20]))).await;
    let https = builder().max_body(1 << 20).build().unwrap();
    let error = error(&https, &server).await;
    assert!(
        error.is_limit() && error.to_string().contains("1048576"),
        "{error:?}"
    );
}

#[tokio::test]
async fn oversized_answers_stop_at_the_limit() {
    let https = builder().max_body(100_000).build().unwrap();
    let chunk = [b"2710\r\n".to_vec(), vec![b'x'; 10_000], b"\r\n".to_vec()].concat();
    for acts in [
        vec![
            write(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n")),
            Act::Repeat(chunk, 0),
        ],
        vec![
            write(format!("{HEAD}\r\n")),
            Act::Repeat(vec![b'x'; 10_000], 0),
        ],
        vec![
            write(format!("{HEAD}Content-Length: 9000000000000000000\r\n\r\n")),
            Act::Repeat(vec![b'x'; 10_000], 0),
        ],
    ] {
        let server = Server::always(acts).await;
        assert!(error(&https, &server).await.is_limit());
    }
    let server = Server::always(ok(vec![b'x'; 100_000])).await;
    assert_eq!(
        call(&https, server.request("")).await.unwrap().1.len(),
        100_000
    );
}

#[tokio::test]
async fn answers_that_end_early() {
    let begin = |headers: &str| write(format!("{HEAD}{headers}\r\n"));
    let part = || write("<answer>");
    for (name, acts) in [
        (
            "length, closed",
            vec![begin("Content-Length: 99\r\n"), part(), Act::Close],
        ),
        (
            "length, dropped",
            vec![begin("Content-Length: 99\r\n"), part(), Act::Drop],
        ),
        (
            "length, reset",
            vec![
                begin("Content-Length: 99\r\n"),
                part(),
                Act::Sleep(50),
                Act::Reset,
            ],
        ),
        (
            "too great a length",
            vec![begin("Content-Length: 60000000\r\n"), part(), Act::Close],
        ),
        (
            "chunked, closed",
            vec![
                begin("Transfer-Encoding: chunked\r\n"),
                write("8\r\n<answer>\r\n"),
                Act::Close,
            ],
        ),
        (
            "within a chunk",
            vec![
                begin("Transfer-Encoding: chunked\r\n"),
                write("99\r\n<answer>"),
                Act::Close,
            ],
        ),
        (
            "no length, TLS not ended",
            vec![begin("Connection: close\r\n"), part(), Act::Drop],
        ),
    ] {
        let server = Server::always(acts).await;
        let error = error(&https(), &server).await;
        assert!(
            error.is_truncated() && error.maybe_applied(),
            "{name}: {error:?}"
        );
    }
    // Ended properly: whether something is missing shows in the XML only.
    let server = Server::always(vec![begin("Connection: close\r\n"), part(), Act::Close]).await;
    assert_eq!(
        call(&https(), server.request("")).await.unwrap().1,
        b"<answer>"
    );
}

#[tokio::test]
async fn framing_that_contradicts_itself() {
    // Two lengths: refused, and the connection is given up.
    let two = format!("{HEAD}Content-Length: 9\r\nContent-Length: 5\r\n\r\n<answer/>");
    let server = Server::always(vec![write(two)]).await;
    let https = https();
    for _ in 0..2 {
        let error = error(&https, &server).await;
        assert!(error.is_protocol() && error.maybe_applied(), "{error:?}");
    }
    assert_eq!(server.connections(), 2);

    // A length and chunks: the chunks count, as RFC 9112 wants it.
    let both = format!(
        "{HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n<answer/>\r\n0\r\n\r\n"
    );
    let server = Server::always(vec![write(both)]).await;
    assert_eq!(
        call(&https, server.request("")).await.unwrap().1,
        b"<answer/>"
    );
}

#[tokio::test]
async fn answers_that_are_no_http() {
    let many = format!("{HEAD}{}\r\n", "X: y\r\n".repeat(200));
    let long = format!("{HEAD}X: {}\r\n\r\n", "y".repeat(600_000));
    for text in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        &many,
        &long,
    ] {
        let server = Server::always(vec![write(text), Act::Close]).await;
        let error = error(&https(), &server).await;
        assert!(error.is_protocol() && error.maybe_applied(), "{error:?}");
    }
    let chunks = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n<answer/>\r\n");
    let server = Server::always(vec![write(chunks), Act::Close]).await;
    assert!(error(&https(), &server).await.is_protocol());
}

#[tokio::test]
async fn members_without_content_are_no_answer() {
    let server = Server::always(gzipped(gzip(b"").repeat(10_000))).await;
    let error = error(&https(), &server).await;
    assert!(error.is_protocol() && error.maybe_applied(), "{error:?}");
    assert!(texts(&error).contains("without content"), "{error:?}");
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_refused_at_once() {
    // Only the head comes, and the connection stays open.
    for length in [1_000_000, 9_000_000_000_000_000_000_u64] {
        let head = format!("{HEAD}Content-Length: {length}\r\n\r\n");
        let server = Server::always(vec![write(head), Act::Hang]).await;
        let https = builder().max_body(100_000).build().unwrap();
        let error = error(&https, &server).await;
        assert!(error.is_limit() && error.maybe_applied(), "{error:?}");
    }
}
