//! Measures a small call over loopback TLS, against the same bytes posted by bare reqwest.
//!
//! `cargo run --release -p saponify-benches --bin latency`

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use saponify::{Https, Session};
use saponify_benches::enterprise::Soap;
use saponify_benches::{answer, median};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

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
    let (port, pem) = server.block_on(serve())?;
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
    let call = async || soap.query("SELECT Id, Name FROM Account LIMIT 2").await;
    for _ in 0..100 {
        post().await?;
        call().await?;
    }
    let (mut bare_times, mut our_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let started = Instant::now();
        post().await?;
        let bare = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let result = call().await?;
        let ours = started.elapsed().as_secs_f64();
        assert_eq!(result.records.len(), 2);
        bare_times.push(bare);
        our_times.push(ours);
        ratios.push(ours / bare);
    }
    println!("small call, 2 rows, loopback TLS, median of {CALLS}");
    println!(
        "  bare reqwest, body discarded        {:>7.0} µs",
        median(bare_times) * 1e6
    );
    println!(
        "  saponify, result decoded            {:>7.0} µs",
        median(our_times) * 1e6
    );
    println!(
        "  ratio                               {:>7.2} ×",
        median(ratios)
    );
    Ok(())
}

/// A server that answers every POST with two rows.
async fn serve() -> Result<(u16, String), Failure> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let answer = Bytes::from(answer(2));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = service_fn(|request: Request<Incoming>| {
                    let answer = answer.clone();
                    async move {
                        let _ = request.collect().await;
                        let response = Response::new(Full::new(answer));
                        Ok::<_, Infallible>(response)
                    }
                });
                let http = hyper::server::conn::http1::Builder::new();
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok((port, made.cert.pem()))
}
