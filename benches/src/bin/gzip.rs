//! Reads 320,000 rows that arrive by gzip over TLS, against curl, which receives and decompresses
//! the same bytes and throws them away. Both are measured by the CPU time of the client.
//!
//! `cargo run --release -p saponify-benches --bin gzip`. This program starts itself a second time as
//! the server, so that the server is not measured. It needs curl.

use std::convert::Infallible;
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use saponify::{Https, Session};
use saponify_benches::enterprise::{Account, Soap};
use saponify_benches::{Cpu, batch, loopback, median};

const ROUNDS: usize = 7;
const BATCHES: usize = 160;
/// The number of rows of one batch.
const ROWS: usize = 2_000;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if std::env::args().nth(1).as_deref() == Some("serve") {
        return runtime.block_on(serve());
    }
    let mut server = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdout(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()?;
    let measured = measure(&runtime, &mut server);
    drop(server.stdin.take());
    server.wait()?;
    measured
}

fn measure(runtime: &tokio::runtime::Runtime, server: &mut Child) -> Result<(), Failure> {
    let lines = BufReader::new(server.stdout.take().ok_or("no output")?).lines();
    let mut lines = lines.map_while(Result::ok);
    let port = lines.next().ok_or("no port")?;
    let certificate = lines.take_while(|line| !line.is_empty());
    let pem = certificate.fold(String::new(), |pem, line| pem + &line + "\n");
    let https = Https::builder().extra_root_certificate(&pem).build()?;
    let url = format!("https://localhost:{port}/services/Soap/c/64.0");
    let soap = Soap::builder()
        .transport(https)
        .session(Session::new(&url, "00D!session")?)?;
    let decode = || {
        runtime.block_on(async {
            let mut rows = soap.records::<Account>("SELECT …");
            let (mut count, mut bytes) = (0, 0);
            while let Some(row) = rows.try_next().await? {
                count += 1;
                bytes += row.name().map_or(0, str::len);
            }
            assert!(bytes > 0 && count == ROWS * BATCHES);
            Ok::<_, Failure>(())
        })
    };
    let file = std::env::temp_dir().join(format!("saponify-gzip-{}.pem", std::process::id()));
    std::fs::File::create(&file)?.write_all(pem.as_bytes())?;
    // One connection for all batches, as ours.
    let curl = || {
        Command::new("curl")
            .args(["--compressed", "--silent", "--show-error", "--fail"])
            .args(["--http1.1", "--data", "x", "--output", "/dev/null"])
            .arg("--cacert")
            .arg(&file)
            .arg(format!("https://localhost:{port}/[0-{}]", BATCHES - 1))
            .status()
    };
    decode()?;
    let (mut ratios, mut theirs, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    let mut has_curl = true;
    for _ in 0..ROUNDS {
        let started = Cpu::now();
        match curl() {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(format!("curl failed: {status}").into()),
            Err(_) => has_curl = false,
        }
        let baseline = Cpu::now().children - started.children;
        let started = Cpu::now();
        decode()?;
        let own = Cpu::now().own - started.own;
        ratios.push(own / baseline);
        theirs.push(baseline);
        ours.push(own);
    }
    std::fs::remove_file(&file)?;
    println!(
        "gzip over TLS, {} rows in {BATCHES} batches, CPU time of the client, median of {ROUNDS}",
        ROWS * BATCHES
    );
    println!(
        "  saponify, typed records             {:>7.2} s",
        median(ours)
    );
    if !has_curl {
        return Err("curl is missing, so there is no baseline and no ratio; install curl".into());
    }
    println!(
        "  curl --compressed -o /dev/null      {:>7.2} s",
        median(theirs)
    );
    println!(
        "  ratio                               {:>7.2} ×",
        median(ratios)
    );
    Ok(())
}

/// Compresses all batches, then serves them until standard input ends. The first one answers a query. Its locator, and each
/// further one, contains the number of the next batch, which curl names in the path instead.
async fn serve() -> Result<(), Failure> {
    let batches: Vec<Bytes> = (0..BATCHES).map(compressed).collect::<Result<_, _>>()?;
    let batches = Arc::new(batches);
    let answer = move |request: Request<Incoming>| {
        let batches = Arc::clone(&batches);
        async move {
            let path = request.uri().path().trim_start_matches('/').to_owned();
            let body = request.collect().await.map(|body| body.to_bytes());
            let body = body.unwrap_or_default();
            let body = String::from_utf8_lossy(&body);
            let number = match body.split_once("batch-") {
                Some((_, locator)) => locator.split('<').next().and_then(|n| n.parse().ok()),
                None => path.parse().ok(),
            };
            let batch = batches.get(number.unwrap_or(0)).cloned();
            let mut response = Response::new(Full::new(batch.unwrap_or_default()));
            let headers = response.headers_mut();
            headers.insert("content-type", http::HeaderValue::from_static("text/xml"));
            headers.insert("content-encoding", http::HeaderValue::from_static("gzip"));
            Ok::<_, Infallible>(response)
        }
    };
    let (port, pem) = loopback(answer).await?;
    println!("{port}\n{pem}\n");
    tokio::task::spawn_blocking(|| std::io::read_to_string(std::io::stdin())).await??;
    Ok(())
}

fn compressed(number: usize) -> std::io::Result<Bytes> {
    let next = (number + 1 < BATCHES).then(|| format!("batch-{}", number + 1));
    let operation = if number == 0 { "query" } else { "queryMore" };
    let xml = batch(
        operation,
        number * ROWS..(number + 1) * ROWS,
        ROWS * BATCHES,
        next.as_deref(),
    );
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(xml.as_bytes())?;
    Ok(encoder.finish()?.into())
}
