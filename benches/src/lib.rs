//! Code that the benchmarks share: proxies, a response to decode, a transport without a network, and
//! a server on the loopback interface.
#![forbid(unsafe_code)]

saponify::include_proxies!(pub enterprise);
saponify::include_proxies!(pub library);

mod server;

use std::fmt::Write as _;
use std::ops::Range;

use bytes::Bytes;
use saponify::transport::{Body, Exchange, Request, Response, Transport};

pub use server::loopback;

/// A response of `query` with Accounts of sixteen fields. See [`batch`].
#[must_use]
pub fn answer(rows: usize) -> String {
    batch("query", 0..rows, rows, None)
}

/// A batch of Accounts of sixteen fields, written as Salesforce writes it: in schema order, with
/// entities, text that is not ASCII, and line breaks. `size` is the number of rows of all batches,
/// and `next` the locator of the next batch.
#[must_use]
pub fn batch(operation: &str, rows: Range<usize>, size: usize, next: Option<&str>) -> String {
    const CITIES: [&str; 5] = ["San Francisco", "München", "São Paulo", "東京", "Leeds"];
    const INDUSTRIES: [&str; 4] = ["Banking", "Energy", "Food &amp; Beverage", "Technology"];
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"urn:enterprise.soap.sforce.com\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\"><soapenv:Body>",
    );
    let _ = write!(
        out,
        "<{operation}Response><result><done>{}</done>",
        next.is_none()
    );
    let _ = match next {
        Some(locator) => write!(out, "<queryLocator>{locator}</queryLocator>"),
        None => write!(out, "<queryLocator xsi:nil=\"true\"/>"),
    };
    for row in rows {
        // Scattered numbers that are the same in every run.
        let n = row.wrapping_mul(2_654_435_761) % 1_000_003;
        let name = match row % 10 {
            0 => format!("Acme &amp; Söhne {row} &lt;Holding&gt;"),
            _ => format!("Acme Trading Company {row}"),
        };
        let fields = [
            ("Id", format!("0015e0000{row:06}AAK")),
            ("AccountNumber", format!("CD{row:07}")),
            ("AnnualRevenue", format!("{}.5", n * 97)),
            ("BillingCity", CITIES[n % 5].to_owned()),
            ("BillingCountry", "USA".to_owned()),
            ("BillingPostalCode", format!("{:05}", n % 90_000)),
            ("BillingState", "CA".to_owned()),
            (
                "BillingStreet",
                format!("{} Market Street\nSuite {}", n % 9_999, n % 400),
            ),
            (
                "CreatedDate",
                format!(
                    "20{:02}-0{}-1{}T08:{:02}:30.000Z",
                    n % 25,
                    n % 9 + 1,
                    n % 10,
                    n % 60
                ),
            ),
            ("Industry", INDUSTRIES[n % 4].to_owned()),
            ("IsDeleted", "false".to_owned()),
            (
                "LastModifiedDate",
                format!(
                    "20{:02}-0{}-1{}T18:{:02}:30.000Z",
                    n % 25,
                    n % 9 + 1,
                    n % 10,
                    n % 60
                ),
            ),
            ("Name", name),
            ("NumberOfEmployees", (n % 90_000).to_string()),
            ("Phone", format!("(415) 555-{:04}", n % 10_000)),
            ("Website", format!("https://www.acme{row}.example.com/")),
        ];
        out.push_str("<records xsi:type=\"sf:Account\">");
        for (field, value) in fields {
            let _ = write!(out, "<sf:{field}>{value}</sf:{field}>");
        }
        out.push_str("</records>");
    }
    let _ = write!(
        out,
        "<size>{size}</size></result></{operation}Response></soapenv:Body></soapenv:Envelope>"
    );
    out
}

/// A transport that gives the same response to every request, in pieces of the size of TLS records.
#[derive(Clone, Debug)]
pub struct Canned(Vec<Bytes>);

impl Canned {
    /// Cuts a response into pieces.
    #[must_use]
    pub fn new(answer: &str) -> Self {
        Self(
            answer
                .as_bytes()
                .chunks(16 << 10)
                .map(Bytes::copy_from_slice)
                .collect(),
        )
    }
}

impl Transport for Canned {
    fn send(&self, _: Request) -> Exchange {
        let body = Body::from_chunks(self.0.clone());
        Box::pin(async {
            Ok(Response::new(http::StatusCode::OK, body).with_content_type("text/xml"))
        })
    }
}

/// The median of some figures.
#[must_use]
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The resident memory of this process in MiB.
#[must_use]
pub fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kib.map_or(f64::NAN, |kib: f64| kib / 1024.0)
}

/// CPU time in seconds, of the user and of the kernel for the user.
#[derive(Clone, Copy, Debug)]
pub struct Cpu {
    /// The time of this process.
    pub own: f64,
    /// The time of the child processes that have ended.
    pub children: f64,
}

impl Cpu {
    /// The time until now. The kernel counts it in steps of 10 ms.
    #[must_use]
    pub fn now() -> Self {
        const TICKS: f64 = 100.0;
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name of the program, in parentheses, may contain spaces.
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = after_name.split(' ').collect();
        let seconds = |at: usize| {
            let ticks = fields.get(at).and_then(|text| text.parse().ok());
            ticks.map_or(f64::NAN, |ticks: f64| ticks / TICKS)
        };
        Self {
            own: seconds(11) + seconds(12),
            children: seconds(13) + seconds(14),
        }
    }
}

/// CPU time of this thread in seconds. Unlike the time on a clock, it counts nothing that other
/// processes do.
#[must_use]
pub fn thread_cpu() -> f64 {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
