//! That memory holds the rows of the calls under way, not those that are done or to come.
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use saponify::Session;
use saponify::transport::{Body, Exchange, Request, Response, Transport};
use shape::{Account, Soap};

const ROWS: usize = 30_000;
const NAME: usize = 2_000;

/// Saves every row, and counts what it was sent.
#[derive(Clone, Debug, Default)]
struct Saving(Arc<AtomicUsize>);

impl Transport for Saving {
    fn send(&self, request: Request) -> Exchange {
        self.0.fetch_add(request.body.len(), Ordering::Relaxed);
        let body = str::from_utf8(&request.body).unwrap();
        let rows = body.matches("<tns:sObjects ").count();
        let result = "<result><id>001000000000000AAA</id><success>true</success></result>";
        let answer = format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body>\
             <createResponse xmlns='urn:enterprise.soap.sforce.com'>{}</createResponse>\
             </e:Body></e:Envelope>",
            result.repeat(rows)
        );
        Box::pin(async move {
            let body = Body::from_bytes(answer);
            Ok(Response::new(http::StatusCode::OK, body).with_content_type("text/xml"))
        })
    }
}

/// Bytes of this process that are in memory; `None` where the system does not tell in this way.
fn resident() -> Option<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = pages.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4_096)
}

#[tokio::test]
async fn a_long_input_runs_in_the_memory_of_a_short_one() {
    let saving = Saving::default();
    let session = Session::new("https://example.com/services/Soap/c/64.0", "SESSION").unwrap();
    let soap = Soap::builder()
        .transport(saving.clone())
        .session(session)
        .unwrap();
    let rows = (0..ROWS).map(|n| Account::new().with_name(format!("{n:0NAME$}")));
    let mut outcomes = soap.create_all(rows).concurrency(3);
    let (mut early, mut most) = (None, None);
    while let Some(outcome) = outcomes.next().await {
        assert!(outcome.result.is_ok());
        match outcome.index {
            5_000 => early = resident(),
            n if n % 1_000 == 0 && n > 5_000 => most = most.max(resident()),
            _ => {}
        }
    }
    let sent = saving.0.load(Ordering::Relaxed);
    assert!(sent > ROWS * NAME);
    if let (Some(early), Some(most)) = (early, most) {
        let grown = most.saturating_sub(early);
        assert!(grown < sent / 10, "{grown} bytes more for {sent} sent");
    }
}
