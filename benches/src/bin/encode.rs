//! Writes the requests of `create_all`, against `write!` with escaping.
//!
//! `cargo run --release -p saponify-benches --bin encode`

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use quick_xml::escape::escape;
use saponify::Session;
use saponify::transport::{Exchange, Request, Transport};
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::{median, thread_cpu};
use tokio::sync::Notify;

const ROUNDS: usize = 101;
const ROWS: usize = 10_000;
/// The number of rows of one call.
const CHUNK: usize = 200;

/// Takes requests and never answers them.
#[derive(Clone, Debug, Default)]
struct Taking {
    last: Arc<Mutex<Bytes>>,
    taken: Arc<Notify>,
}

impl Transport for Taking {
    fn send(&self, request: Request) -> Exchange {
        if let Ok(mut last) = self.last.lock() {
            *last = request.body;
        }
        self.taken.notify_one();
        Box::pin(std::future::pending())
    }
}

/// The texts of twelve fields, by which the baseline is spared to write numbers.
type Row = [String; 12];

const FIELDS: [&str; 12] = [
    "AccountNumber",
    "AnnualRevenue",
    "BillingCity",
    "BillingCountry",
    "BillingPostalCode",
    "BillingState",
    "BillingStreet",
    "Industry",
    "Name",
    "NumberOfEmployees",
    "Phone",
    "Website",
];

fn row(n: usize) -> Row {
    const CITIES: [&str; 5] = ["San Francisco", "München", "São Paulo", "東京", "Leeds"];
    const INDUSTRIES: [&str; 4] = ["Banking", "Energy", "Food & Beverage", "Technology"];
    let name = match n % 10 {
        0 => format!("Acme & Söhne {n} <Holding>"),
        _ => format!("Acme Trading Company {n}"),
    };
    [
        format!("CD{n:07}"),
        format!("{}.5", n * 97),
        CITIES[n % 5].to_owned(),
        "USA".to_owned(),
        format!("{:05}", n * 7 % 90_000),
        "CA".to_owned(),
        format!("{} Market Street\nSuite {}", n % 9_999, n % 400),
        INDUSTRIES[n % 4].to_owned(),
        name,
        (n * 13 % 90_000).to_string(),
        format!("(415) 555-{:04}", n % 10_000),
        format!("https://www.acme{n}.example.com/"),
    ]
}

fn account(row: &Row) -> Result<Account, Box<dyn Error>> {
    let mut account = Account::new();
    for (field, text) in FIELDS.iter().zip(row) {
        account.set_by_name(field, text.as_str())?;
    }
    Ok(account)
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let transport = Taking::default();
    let session = Session::new("https://example.com/services/Soap/c/64.0", "session")?;
    let soap = Soap::builder()
        .transport(transport.clone())
        .session(session)?;
    let rows: Vec<Row> = (0..ROWS).map(row).collect();
    let accounts = rows.iter().map(account).collect::<Result<Vec<_>, _>>()?;
    // Each call is left as soon as the transport has its request.
    let encode = || {
        runtime.block_on(async {
            for chunk in accounts.chunks(CHUNK) {
                let mut outcomes = soap.create_all(chunk.iter().cloned());
                tokio::select! {
                    _ = outcomes.next() => {}
                    () = transport.taken.notified() => {}
                }
            }
        });
    };
    let baseline = || {
        for chunk in rows.chunks(CHUNK) {
            black_box(written(chunk));
        }
    };
    encode();
    let last = match transport.last.lock() {
        Ok(last) => String::from_utf8(last.to_vec())?,
        Err(_) => return Err("the transport panicked".into()),
    };
    let expected = written(rows.chunks(CHUNK).next_back().unwrap_or_default());
    assert_eq!(body_of(&last), body_of(&expected));

    let (mut ratios, mut writing, mut encoding) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = thread_cpu();
        baseline();
        let theirs = thread_cpu() - started;
        let started = thread_cpu();
        encode();
        let ours = thread_cpu() - started;
        ratios.push(ours / theirs);
        writing.push(theirs);
        encoding.push(ours);
    }
    let per_row = |seconds: Vec<f64>| median(seconds) / ROWS as f64 * 1e9;
    println!("encode, {ROWS} rows of 12 fields in calls of {CHUNK}, CPU time, median of {ROUNDS}");
    println!(
        "  write! with escaping                {:>7.0} ns a row",
        per_row(writing)
    );
    println!(
        "  saponify, until the request is sent {:>7.0} ns a row",
        per_row(encoding)
    );
    println!(
        "  ratio                               {:>7.2} ×",
        median(ratios)
    );
    Ok(())
}

/// The same request, written by hand.
fn written(rows: &[Row]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:tns=\"urn:enterprise.soap.sforce.com\" \
         xmlns:ens=\"urn:sobject.enterprise.soap.sforce.com\"><soapenv:Header><tns:SessionHeader>\
         <tns:sessionId>session</tns:sessionId></tns:SessionHeader></soapenv:Header><soapenv:Body>\
         <tns:create>",
    );
    for row in rows {
        let _ = write!(
            out,
            "<tns:sObjects xsi:type=\"ens:Account\"><ens:Id xsi:nil=\"true\"/>"
        );
        for (field, text) in FIELDS.iter().zip(row) {
            let _ = write!(out, "<ens:{field}>{}</ens:{field}>", escape(text));
        }
        let _ = write!(out, "</tns:sObjects>");
    }
    let _ = write!(out, "</tns:create></soapenv:Body></soapenv:Envelope>");
    out
}

fn body_of(envelope: &str) -> &str {
    envelope
        .split_once("<soapenv:Body>")
        .map_or("", |(_, body)| body)
}
