//! Decodes the response of a query to typed records, against quick-xml only tokenizing the same
//! bytes.
//!
//! `cargo run --release -p saponify-benches --bin decode [FILE]`; FILE is a response of `query` or
//! `queryAll`, which replaces the built-in one.

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use quick_xml::events::Event;
use saponify::Session;
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::{Canned, answer, median};

const ROUNDS: usize = 301;

fn main() -> Result<(), Box<dyn Error>> {
    let xml = match std::env::args().nth(1) {
        // Both operations return the same rows. A batch with more to follow is read as if it were
        // complete.
        Some(path) => std::fs::read_to_string(path)?.replace("queryAllResponse", "queryResponse"),
        None => answer(2_000),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let session = Session::new("https://example.com/services/Soap/c/64.0", "session")?;
    let soap = Soap::builder()
        .transport(Canned::new(&xml))
        .session(session)?;
    let decode = || {
        runtime.block_on(async {
            let mut rows = soap.records::<Account>("SELECT …");
            let mut all = Vec::new();
            while let Some(row) = rows.try_next().await? {
                all.push(row);
            }
            Ok::<_, saponify::Error>(all.len())
        })
    };
    let rows = decode()?;
    let mut ratios = Vec::new();
    let (mut tokenizing, mut decoding) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        black_box(tokenize(&xml)?);
        let baseline = started.elapsed().as_secs_f64();
        let started = Instant::now();
        black_box(decode()?);
        let ours = started.elapsed().as_secs_f64();
        ratios.push(baseline / ours);
        tokenizing.push(baseline);
        decoding.push(ours);
    }
    let speed = |seconds: f64| rows as f64 / seconds / 1e3;
    let (tokenizing, decoding) = (median(tokenizing), median(decoding));
    println!(
        "decode, {rows} rows, {} bytes, median of {ROUNDS}",
        xml.len()
    );
    println!(
        "  quick-xml, tokens only, no checks   {:>7.0} k rows/s",
        speed(tokenizing)
    );
    println!(
        "  saponify, typed records             {:>7.0} k rows/s",
        speed(decoding)
    );
    println!(
        "  ratio                               {:>7.2} ×",
        median(ratios)
    );
    Ok(())
}

/// The baseline reads every token once, compares no name and keeps nothing.
fn tokenize(xml: &str) -> Result<usize, quick_xml::Error> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let mut tokens = 0;
    loop {
        match reader.read_event()? {
            Event::Eof => return Ok(tokens),
            event => {
                black_box(&event);
                tokens += 1;
            }
        }
    }
}
