//! Decodes the response of a query to typed records, and reads all of their fields, against
//! quick-xml only tokenizing the same bytes.
//!
//! `cargo run --release -p saponify-benches --bin decode [FILE]`; FILE is a response of `query` or
//! `queryAll`, which replaces the built-in one.

use std::error::Error;
use std::hint::black_box;

use quick_xml::events::Event;
use saponify::Session;
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::{Canned, answer, median, thread_cpu};

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
    let decode = |use_row: fn(&Account)| {
        runtime.block_on(async {
            let mut rows = soap.records::<Account>("SELECT …");
            let mut all = Vec::new();
            while let Some(row) = rows.try_next().await? {
                use_row(&row);
                all.push(row);
            }
            Ok::<_, saponify::Error>(all.len())
        })
    };
    let rows = decode(|_| {})?;
    let (mut decode_ratios, mut read_ratios) = (Vec::new(), Vec::new());
    let (mut tokenizing, mut decoding, mut reading) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = thread_cpu();
        black_box(tokenize(&xml)?);
        let baseline = thread_cpu() - started;
        let started = thread_cpu();
        black_box(decode(|_| {})?);
        let decoded = thread_cpu() - started;
        let started = thread_cpu();
        black_box(decode(call_getters)?);
        let read = thread_cpu() - started;
        decode_ratios.push(baseline / decoded);
        read_ratios.push(baseline / read);
        tokenizing.push(baseline);
        decoding.push(decoded);
        reading.push(read);
    }
    let speed = |seconds: Vec<f64>| rows as f64 / median(seconds) / 1e3;
    println!(
        "decode, {rows} rows, {} bytes, CPU time, median of {ROUNDS}",
        xml.len()
    );
    println!(
        "  quick-xml, tokens only, no checks   {:>7.0} k rows/s",
        speed(tokenizing)
    );
    println!(
        "  saponify, typed records             {:>7.0} k rows/s  {:>5.2} ×",
        speed(decoding),
        median(decode_ratios)
    );
    println!(
        "  the same, and 16 getters            {:>7.0} k rows/s  {:>5.2} ×",
        speed(reading),
        median(read_ratios)
    );
    Ok(())
}

/// Reads each of the sixteen fields of the built-in response.
fn call_getters(row: &Account) {
    black_box(row.id());
    black_box(row.account_number());
    black_box(row.annual_revenue());
    black_box(row.billing_city());
    black_box(row.billing_country());
    black_box(row.billing_postal_code());
    black_box(row.billing_state());
    black_box(row.billing_street());
    black_box(row.created_date());
    black_box(row.industry());
    black_box(row.is_deleted());
    black_box(row.last_modified_date());
    black_box(row.name());
    black_box(row.number_of_employees());
    black_box(row.phone());
    black_box(row.website());
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
