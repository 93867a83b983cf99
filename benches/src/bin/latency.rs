//! Measures a small call over loopback TLS, against the same bytes posted by bare reqwest: the time
//! until the result is there, and the CPU time of the client.
//!
//! `cargo run --release -p saponify-benches --bin latency`

use std::error::Error;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use saponify::{Https, Session};
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::{answer, loopback, median, thread_cpu};

const CALLS: usize = 2_000;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    // This provider is for the bare client; saponify has its own.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The server has its own threads, so that it costs both clients the same.
    let server = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let client = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = Bytes::from(answer(2));
    let (port, pem) = server.block_on(loopback(move |request: Request<Incoming>| {
        let answer = answer.clone();
        async move {
            let _ = request.collect().await;
            Ok(Response::new(Full::new(answer)))
        }
    }))?;
    client.block_on(measure(port, &pem))
}

async fn measure(port: u16, pem: &str) -> Result<(), Failure> {
    let url = format!("https://localhost:{port}/services/Soap/c/64.0");
    let https = Https::builder().extra_root_certificate(pem).build()?;
    let soap = Soap::builder()
        .transport(https)
        .session(Session::new(&url, "00D!session")?)?;
    let certificate = reqwest::Certificate::from_pem(pem.as_bytes())?;
    let bare = reqwest::Client::builder()
        .tls_certs_only([certificate])
        .http1_only()
        .build()?;
    // The request that saponify sends for this call, except that the prefixes differ.
    let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope \
        xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" \
        xmlns:tns=\"urn:enterprise.soap.sforce.com\"><e:Header><tns:SessionHeader>\
        <tns:sessionId>00D!session</tns:sessionId></tns:SessionHeader></e:Header><e:Body><tns:query>\
        <tns:queryString>SELECT Id, Name FROM Account LIMIT 2</tns:queryString></tns:query></e:Body></e:Envelope>";
    let post = async || {
        let request = bare
            .post(&url)
            .header("Content-Type", "text/xml; charset=UTF-8");
        request
            .header("SOAPAction", "\"\"")
            .body(body)
            .send()
            .await?
            .bytes()
            .await
    };
    let call = async || {
        let call = soap.query("SELECT Id, Name FROM Account LIMIT 2");
        call.decode_as::<Account>().await
    };
    for _ in 0..100 {
        post().await?;
        call().await?;
    }
    let (mut bare_times, mut our_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let (mut bare_cpu, mut our_cpu) = (0.0, 0.0);
    for _ in 0..CALLS {
        let (started, cpu) = (Instant::now(), thread_cpu());
        post().await?;
        let bare = started.elapsed().as_secs_f64();
        bare_cpu += thread_cpu() - cpu;
        let (started, cpu) = (Instant::now(), thread_cpu());
        let result = call().await?;
        let ours = started.elapsed().as_secs_f64();
        our_cpu += thread_cpu() - cpu;
        assert_eq!(result.records.len(), 2);
        bare_times.push(bare);
        our_times.push(ours);
        ratios.push(ours / bare);
    }
    let micros = |seconds: f64| seconds * 1e6;
    let cpu = |seconds: f64| micros(seconds) / CALLS as f64;
    println!("small call, 2 rows, loopback TLS, median of {CALLS}     time   CPU time");
    println!(
        "  bare reqwest, body discarded        {:>7.0} µs {:>7.0} µs",
        micros(median(bare_times)),
        cpu(bare_cpu)
    );
    println!(
        "  saponify, result decoded            {:>7.0} µs {:>7.0} µs",
        micros(median(our_times)),
        cpu(our_cpu)
    );
    println!(
        "  ratio                               {:>7.2} ×  {:>7.2} ×",
        median(ratios),
        our_cpu / bare_cpu
    );
    Ok(())
}
