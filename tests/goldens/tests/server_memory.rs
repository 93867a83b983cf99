//! That no request takes more memory than the limits of a server allow, whatever it is made of: twice the
//! limit of the body, and what the limits allow for the values that are read from it.

use std::convert::Infallible;
use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http_body_util::StreamBody;
use saponify::Limits;
use saponify_goldens::server::server::Library;

const BODY: usize = 4 << 20;
const MEMORY: usize = 4 << 20;
/// What the process takes besides the request.
const PROCESS: usize = 1 << 20;

struct Nobody;

impl Library for Nobody {}

/// A request: what comes first, what is repeated until the body has as many bytes as it may, and the end.
struct Flood {
    content_type: &'static str,
    begin: Vec<u8>,
    piece: Vec<u8>,
    end: Vec<u8>,
    gzip: bool,
    /// The memory that the values may take.
    values: usize,
}

fn soap(begin: &str, piece: &str, end: &str) -> Flood {
    let envelope = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
                    xmlns:l='urn:example:library'>";
    Flood {
        content_type: "text/xml",
        begin: format!("{envelope}{begin}").into(),
        piece: piece.into(),
        end: format!("{end}</e:Envelope>").into(),
        gzip: false,
        values: 0,
    }
}

const FIND: &str = "<e:Body><l:find><l:context>a</l:context>";
const END: &str = "</l:find></e:Body>";

fn floods() -> Vec<(&'static str, Flood)> {
    let unknown = || soap(FIND, "<l:x>unknown unknown unknown unknown</l:x>", END);
    let utf16 = |text: Vec<u8>| {
        let text = String::from_utf8(text).unwrap();
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let mut in_utf16 = unknown();
    in_utf16.begin = [vec![0xff, 0xfe], utf16(in_utf16.begin)].concat();
    in_utf16.piece = utf16(in_utf16.piece);
    in_utf16.end = utf16(in_utf16.end);
    let mut in_latin = soap(FIND, "", END);
    in_latin.content_type = "text/xml; charset=iso-8859-1";
    in_latin.piece = b"<l:x>\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9</l:x>".to_vec();
    let part = |encoding: &str, piece: &str| {
        let whole = soap(FIND, "", END);
        let root = String::from_utf8([whole.begin, whole.end].concat()).unwrap();
        let begin = format!(
            "--b\r\nContent-ID: <r>\r\n\r\n{root}\r\n--b\r\nContent-ID: <p>\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        Flood {
            content_type: "multipart/related; boundary=b; start=\"<r>\"",
            begin: begin.into(),
            piece: piece.into(),
            end: "\r\n--b--".into(),
            gzip: false,
            values: 0,
        }
    };
    let mut in_parts = unknown();
    in_parts.content_type = "multipart/related; boundary=b";
    in_parts.begin = [b"--b\r\n\r\n".to_vec(), in_parts.begin].concat();
    in_parts.end = [in_parts.end, b"\r\n--b--".to_vec()].concat();
    let header = "<w:h xmlns:w='urn:w'>x</w:h>";
    let header_end = format!("</e:Header>{FIND}{END}");
    vec![
        ("unknown elements", unknown()),
        (
            "unknown elements in gzip",
            Flood {
                gzip: true,
                ..unknown()
            },
        ),
        ("unknown elements in UTF-16", in_utf16),
        ("accents in Latin 1", in_latin),
        ("white space", soap("", " ", FIND)),
        ("unknown headers", soap("<e:Header>", header, &header_end)),
        (
            "a long text",
            Flood {
                values: BODY,
                ..soap(
                    "<e:Body><l:find><l:context>",
                    "xxxxxxxxxxxxxxxx",
                    "</l:context></l:find></e:Body>",
                )
            },
        ),
        (
            "empty headers that are understood",
            Flood {
                values: MEMORY,
                ..soap("<e:Header>", "<l:h/>", &header_end)
            },
        ),
        ("a part", part("binary", &"x".repeat(1_000))),
        (
            "a part in base64",
            part("base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\r\n"),
        ),
        ("an envelope in a part", in_parts),
    ]
}

/// The most memory that this process has taken so far; `None` where the system does not tell in this
/// way.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?.trim();
    Some(kilobytes.parse::<usize>().ok()? * 1_024)
}

const CHILD: &str = "SAPONIFY_TEST_REQUEST";

/// Sends each request in a process of its own, because memory that was given back still counts.
#[test]
fn no_request_takes_more_than_the_limits() {
    if let Ok(name) = std::env::var(CHILD) {
        return measure(&name);
    }
    if peak().is_none() {
        return;
    }
    let mut report = String::new();
    let mut failed = false;
    for (name, flood) in floods() {
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "no_request_takes_more_than_the_limits",
                "--nocapture",
            ])
            .env(CHILD, name)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let took = text.lines().find_map(|line| line.split_once("took "));
        let (kilobytes, ending) = took
            .and_then(|(_, rest)| rest.split_once(' '))
            .unwrap_or_else(|| panic!("{name}: {text}"));
        let kilobytes: usize = kilobytes.parse().unwrap();
        let most = (2 * BODY + flood.values + PROCESS) / 1_024;
        failed |= kilobytes >= most;
        report += &format!("{kilobytes:>8} KiB of {most}: {name}: {ending}\n");
    }
    println!("{report}");
    assert!(!failed, "\n{report}");
}

fn measure(name: &str) {
    let (_, flood) = floods()
        .into_iter()
        .find(|(other, _)| *other == name)
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let limits = Limits {
        text: BODY,
        body: BODY,
        memory: MEMORY,
        ..Limits::of_requests()
    };
    let server = Library::into_server(Nobody)
        .limits(limits)
        .understands("urn:example:library", "h");
    let each = flood.piece.len();
    let pieces = (BODY - flood.begin.len() - flood.end.len()) / each;
    // Chunks of the same bytes, which take their memory once.
    let count = (64 << 10) / each;
    let chunk = Bytes::from(flood.piece.repeat(count));
    let rest = Bytes::from(flood.piece.repeat(pieces % count));
    let chunks = std::iter::repeat_n(chunk, pieces / count);
    let mut chunks: Vec<Bytes> = std::iter::once(Bytes::from(flood.begin))
        .chain(chunks)
        .chain([rest, Bytes::from(flood.end)])
        .collect();
    let mut request = http::Request::post("/soap").header(CONTENT_TYPE, flood.content_type);
    if flood.gzip {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        for chunk in chunks {
            encoder.write_all(&chunk).unwrap();
        }
        chunks = vec![encoder.finish().unwrap().into()];
        request = request.header(CONTENT_ENCODING, "gzip");
    }
    let frames = chunks
        .into_iter()
        .map(|chunk| Ok::<_, Infallible>(http_body::Frame::data(chunk)));
    let request = request.body(StreamBody::new(stream::iter(frames))).unwrap();
    let before = peak().unwrap_or_default();
    let answer = runtime.block_on(server.handle(request));
    let took = peak().unwrap_or_default().saturating_sub(before) / 1_024;
    let status = answer.status();
    let text = answer.into_body().into_bytes();
    let text = String::from_utf8_lossy(&text);
    let reason = text.split("faultstring>").nth(1).unwrap_or(&text);
    let reason: String = reason.chars().take(100).collect();
    println!("took {took} {status} {reason}");
}
