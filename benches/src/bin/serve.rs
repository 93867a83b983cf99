//! Measures an echo call through a generated server, against a bare axum handler that receives the same
//! request and returns the same bytes. Both run in the same axum program, without TLS.
//!
//! `cargo run --release -p saponify-benches --bin serve`

use std::error::Error;
use std::time::Instant;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use saponify::server::{Context, Fault};
use saponify_benches::library::{Book, operations, server};
use saponify_benches::median;

const CALLS: usize = 4_000;

type Failure = Box<dyn Error + Send + Sync>;

/// Returns books with the titles that were asked for.
struct Echo {
    books: usize,
}

impl server::Library for Echo {
    async fn find(
        &self,
        _: &Context<operations::Find>,
        title: String,
        _: Option<saponify_benches::library::Shelf>,
    ) -> Result<Vec<Book>, Fault> {
        let book = Book {
            title,
            pages: Some(320),
            note: vec![Some("a note & more".to_owned())],
        };
        Ok(vec![book; self.books])
    }
}

fn main() -> Result<(), Failure> {
    // The client makes no use of TLS, and cannot be built without a provider of it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The server has its own thread, so that its time is not that of the client.
    let server = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let client = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    println!("echo call over loopback, median of {CALLS}, without TLS");
    for books in [1, 20] {
        let port = server.block_on(start(books))?;
        client.block_on(measure(port, books))?;
    }
    Ok(())
}

/// The request of the echo call.
fn request() -> Bytes {
    Bytes::from_static(
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
          xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
          xmlns:l=\"urn:example:library\"><soapenv:Body><l:find><l:context>Moby Dick &amp; more\
          </l:context></l:find></soapenv:Body></soapenv:Envelope>",
    )
}

async fn start(books: usize) -> Result<u16, Failure> {
    let service = server::Library::into_server(Echo { books });
    let http = http::Request::post("/soap")
        .header(CONTENT_TYPE, "text/xml; charset=utf-8")
        .body(http_body_util::Full::new(request()))?;
    let answer = service.handle(http).await.into_body().into_bytes();
    let bare = move |_: Bytes| async move {
        let media = [(CONTENT_TYPE, "text/xml; charset=utf-8")];
        (media, answer.clone())
    };
    let app = Router::new()
        .route("/bare", post(bare))
        .route_service("/soap", service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(port)
}

async fn measure(port: u16, books: usize) -> Result<(), Failure> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let call = async |path: &str| {
        let request = client
            .post(format!("http://127.0.0.1:{port}/{path}"))
            .header(CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(request());
        request.send().await?.error_for_status()?.bytes().await
    };
    let answer = call("bare").await?;
    assert_eq!(answer, call("soap").await?);
    for _ in 0..200 {
        call("bare").await?;
        call("soap").await?;
    }
    let (mut bare_times, mut our_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..CALLS {
        let started = Instant::now();
        call("bare").await?;
        let bare = started.elapsed().as_secs_f64();
        let started = Instant::now();
        call("soap").await?;
        let ours = started.elapsed().as_secs_f64();
        bare_times.push(bare);
        our_times.push(ours);
        ratios.push(ours / bare);
    }
    let micros = |times| median(times) * 1e6;
    println!(
        "  {books:>2} books, {:>5} bytes: bare axum {:>5.0} µs, generated server {:>5.0} µs, ratio {:.2} ×",
        answer.len(),
        micros(bare_times),
        micros(our_times),
        median(ratios)
    );
    Ok(())
}
