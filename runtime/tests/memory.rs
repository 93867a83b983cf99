//! That no answer takes twice the memory that the limits allow, whatever it is made of: rows, headers,
//! faults or parts.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use bytes::Bytes;
use futures_util::stream;
use saponify::transport::{Body, Exchange, Request, Response, Transport};
use saponify::{Error, Limits, Record, Retry, Session};
use shape::Soap;

/// A sixteenth of the default limits, which is still well above what the test itself takes.
const LIMITS: Limits = Limits {
    depth: 100,
    attributes: 100,
    attribute: 64 << 10,
    namespaces: 64,
    name: 1 << 10,
    text: 2 << 20,
    body: 4 << 20,
    memory: 16 << 20,
    error_response: 64 << 10,
};

/// An answer: what comes first, what is repeated until the body has about so many bytes, and the end.
#[derive(Clone, Debug)]
struct Flood {
    content_type: &'static str,
    begin: String,
    piece: String,
    end: String,
    bytes: usize,
}

const SOAP: &str = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
                    xmlns='urn:enterprise.soap.sforce.com' \
                    xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
                    xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>";
const QUERY: &str = "<e:Body><queryResponse><result><done>true</done>";
const QUERY_END: &str = "<size>-1</size></result></queryResponse></e:Body></e:Envelope>";
const NO_ROWS: &str = "<e:Body><queryResponse><result><done>true</done><size>0</size></result>\
                       </queryResponse></e:Body></e:Envelope>";
const FAULT: &str = "<e:Body><e:Fault><faultcode>X</faultcode>";
const FAULT_END: &str = "</e:Fault></e:Body></e:Envelope>";

fn flood(begin: &str, piece: &str, end: &str) -> Flood {
    Flood {
        content_type: "text/xml",
        begin: format!("{SOAP}{begin}"),
        piece: piece.to_owned(),
        end: end.to_owned(),
        // As much as there may be.
        bytes: LIMITS.body - 4_096,
    }
}

/// The answers, by name.
fn floods() -> Vec<(&'static str, Flood)> {
    let rows = |piece: &str| flood(QUERY, piece, QUERY_END);
    let row = |inner: &str| format!("<records xsi:type='sf:Account'>{inner}</records>");
    let one_row = |piece: &str| {
        let begin = format!("{QUERY}<records xsi:type='sf:Account'>");
        flood(&begin, piece, &format!("</records>{QUERY_END}"))
    };
    let headers = |begin: &str, piece: &str, end: &str| {
        flood(
            &format!("<e:Header>{begin}"),
            piece,
            &format!("{end}</e:Header>{NO_ROWS}"),
        )
    };
    let detail = |begin: &str, piece: &str, end: &str| {
        let begin = format!("{FAULT}<detail>{begin}");
        flood(&begin, piece, &format!("{end}</detail>{FAULT_END}"))
    };
    let part = |root: &str, piece: &str, encoding: &str| Flood {
        content_type: "multipart/related; boundary=b; start=\"<r>\"",
        begin: format!(
            "--b\r\nContent-ID: <r>\r\n\r\n{SOAP}{root}\r\n--b\r\nContent-ID: <p>\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ),
        piece: piece.to_owned(),
        end: "\r\n--b--".to_owned(),
        bytes: LIMITS.body - 4_096,
    };
    let long = "x".repeat(1_000);
    vec![
        (
            "rows",
            rows(&row("<sf:Name>Acme</sf:Name><sf:Type>a</sf:Type>")),
        ),
        ("empty rows", rows("<records/>")),
        ("rows of nested rows", rows(&row("<sf:Owner/>"))),
        ("one row of unknown fields", one_row("<x/>")),
        (
            "one row of unknown texts",
            one_row(&format!("<x>{long}</x>")),
        ),
        (
            "one row of repeated fields",
            one_row("<sf:fieldsToNull>a</sf:fieldsToNull>"),
        ),
        (
            "one row of child rows",
            one_row("<sf:Contacts><records/></sf:Contacts>"),
        ),
        (
            "long texts",
            rows(&row(&format!("<sf:Name>{}</sf:Name>", "x".repeat(1 << 20)))),
        ),
        ("headers", headers("", "<LimitInfoHeader/>", "")),
        (
            "a header",
            headers("<LimitInfoHeader>", "<limitInfo/>", "</LimitInfoHeader>"),
        ),
        ("unknown headers", headers("", "<x/>", "")),
        ("details", detail("", "<x/>", "")),
        ("a detail", detail("<x>", "<y/>", "</x>")),
        ("a mixed detail", detail("<x>", "t<y/>", "</x>")),
        (
            "a fault's texts",
            flood(
                FAULT,
                &format!("<faultstring>{long}</faultstring>"),
                FAULT_END,
            ),
        ),
        (
            "a long fault",
            flood(
                &format!(
                    "{FAULT}<faultstring>{}</faultstring>",
                    "x".repeat(2_000_000)
                ),
                &format!("<faultactor>{long}</faultactor>"),
                FAULT_END,
            ),
        ),
        ("a part", part(NO_ROWS, &long, "binary")),
        (
            "a part in base64",
            part(NO_ROWS, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldY\r\n", "base64"),
        ),
        (
            "parts",
            part(NO_ROWS, "x\r\n--b\r\nContent-ID: <a>\r\n\r\n", "binary"),
        ),
    ]
}

#[derive(Debug)]
struct Sender(Flood);

impl Transport for Sender {
    fn send(&self, _: Request) -> Exchange {
        let flood = self.0.clone();
        let each = (flood.piece.len()).max(1);
        let most = flood.bytes - flood.begin.len() - flood.end.len();
        let (pieces, chunk) = (most / each, (64 << 10) / each + 1);
        let media = flood.content_type;
        let begin = flood.begin.clone();
        let end = flood.end.clone();
        let middle = (0..pieces.div_ceil(chunk)).map(move |n| {
            let count = chunk.min(pieces - n * chunk);
            Bytes::from(flood.piece.repeat(count))
        });
        let all = std::iter::once(Bytes::from(begin))
            .chain(middle)
            .chain([Bytes::from(end)]);
        let body = Body::from_stream(stream::iter(all.map(Ok::<_, std::io::Error>)));
        Box::pin(
            async move { Ok(Response::new(http::StatusCode::OK, body).with_content_type(media)) },
        )
    }
}

/// The most memory that this process has taken so far; `None` where the system does not tell in this
/// way.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(
        line.trim()
            .strip_suffix("kB")?
            .trim()
            .parse::<usize>()
            .ok()?
            * 1_024,
    )
}

const CHILD: &str = "SAPONIFY_TEST_FLOOD";

/// Runs each answer in a process of its own, because memory that was given back still counts.
#[test]
fn no_answer_takes_twice_the_limits() {
    if let Ok(name) = std::env::var(CHILD) {
        return measure(&name);
    }
    if peak().is_none() {
        return;
    }
    let mut report = String::new();
    let mut failed = false;
    for (name, _) in floods() {
        for way in ["whole", "by rows"] {
            // A stream differs in how it reads rows, headers and details, and in nothing else.
            let differs = ["row", "header", "detail"];
            if way == "by rows" && !differs.iter().any(|what| name.contains(what)) {
                continue;
            }
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "no_answer_takes_twice_the_limits", "--nocapture"])
                .env(CHILD, format!("{name}/{way}"))
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            let took = text.lines().find_map(|line| line.split_once("took "));
            let (kilobytes, ending) = took
                .and_then(|(_, rest)| rest.split_once(' '))
                .unwrap_or_else(|| panic!("{name}: {text}"));
            let kilobytes: usize = kilobytes.parse().unwrap();
            let most = 2 * LIMITS.memory / 1_024;
            failed |= kilobytes >= most;
            report += &format!("{kilobytes:>8} KiB of {most}: {name}, {way}: {ending}\n");
        }
    }
    println!("{report}");
    assert!(!failed, "\n{report}");
}

fn measure(name: &str) {
    let (name, way) = name.split_once('/').unwrap();
    let floods = floods();
    let (_, flood) = floods.iter().find(|(other, _)| *other == name).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let soap = Soap::builder()
        .transport(Sender(flood.clone()))
        .retry(Retry::none())
        .limits(LIMITS)
        .session(Session::new("https://example.com/", "session").unwrap());
    let soap: Soap = soap.unwrap();
    let before = peak().unwrap_or_default();
    let result = runtime.block_on(async {
        match way {
            "whole" => soap.query("SELECT").reply().await.map(drop),
            _ => stream_to_the_end(&soap).await,
        }
    });
    let took = peak().unwrap_or_default().saturating_sub(before) / 1_024;
    let ending = match &result {
        Ok(()) => "read".to_owned(),
        Err(error) => error.to_string(),
    };
    let ending: String = ending.chars().take(100).collect();
    println!("took {took} {ending}");
}

async fn stream_to_the_end(soap: &Soap) -> Result<(), Error> {
    let mut rows = soap.records::<Record>("SELECT");
    while let Some(row) = rows.try_next().await? {
        drop(row);
    }
    Ok(())
}
