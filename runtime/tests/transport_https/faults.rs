//! Connections that fail, stall or trickle.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;

use crate::support::*;

const SHORT: Duration = Duration::from_millis(150);
/// The defaults are minutes; a test that falls back to them takes longer than this.
const GENEROUS: Duration = Duration::from_secs(8);

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n";

#[tokio::test]
async fn a_closed_port() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = saponify::Endpoint::parse(&format!("https://{address}/")).unwrap();
    let error = call(&https(), request(endpoint, "<request/>"))
        .await
        .unwrap_err();
    assert!(
        error.is_connect() && !error.is_tls() && !error.maybe_applied(),
        "{error:?}"
    );
    assert!(saponify::Error::from(error).is_transient());
}

#[tokio::test]
async fn a_host_without_address() {
    let endpoint = saponify::Endpoint::parse("https://soap.invalid/").unwrap();
    let error = call(&https(), request(endpoint, "<request/>"))
        .await
        .unwrap_err();
    assert!(error.is_connect() && !error.maybe_applied(), "{error:?}");
    assert!(error.to_string().contains("soap.invalid"), "{error}");
}

#[tokio::test]
async fn a_handshake_that_hangs() {
    // The kernel accepts the connection; nobody answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let endpoint = saponify::Endpoint::parse(&format!("https://{address}/")).unwrap();
    let https = builder().connect_timeout(SHORT).build().unwrap();
    let begin = Instant::now();
    let error = call(&https, request(endpoint.clone(), "<request/>"))
        .await
        .unwrap_err();
    assert!(error.is_connect() && !error.maybe_applied(), "{error:?}");
    assert!(error.to_string().contains("connect_timeout"), "{error}");

    let https = builder().total_timeout(SHORT).build().unwrap();
    let error = call(&https, request(endpoint, "<request/>"))
        .await
        .unwrap_err();
    assert!(error.is_timeout() && !error.maybe_applied(), "{error:?}");
    assert!(begin.elapsed() < GENEROUS);
}

#[tokio::test]
async fn no_answer_after_the_request() {
    for act in [Act::Close, Act::Drop, Act::Reset] {
        let server = Server::always(vec![act.clone()]).await;
        let error = error(&https(), &server).await;
        assert!(
            error.is_transport() && error.maybe_applied(),
            "{act:?}: {error:?}"
        );
        assert!(
            !error.is_connect() && !error.is_timeout(),
            "{act:?}: {error:?}"
        );
        // It was sent once and not tried again.
        assert_eq!(server.requests().len(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_dies_is_not_tried_again() {
    let server = Server::start(|number, _| match number {
        0 => ok("<answer/>"),
        _ => vec![Act::Drop],
    })
    .await;
    let https = https();
    call(&https, server.request("")).await.unwrap();
    let error = error(&https, &server).await;
    assert!(error.is_transport() && error.maybe_applied(), "{error:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_head_that_does_not_come() {
    let https = builder().response_timeout(SHORT).build().unwrap();
    for acts in [
        vec![Act::Hang],
        vec![
            write("HTTP/1.1 200 OK\r\n"),
            Act::Repeat(b"X-Slow: y\r\n".to_vec(), 20),
        ],
    ] {
        let server = Server::always(acts).await;
        let begin = Instant::now();
        let error = error(&https, &server).await;
        assert!(error.is_timeout() && error.maybe_applied(), "{error:?}");
        assert!(error.to_string().contains("response_timeout"), "{error}");
        assert!(begin.elapsed() < GENEROUS);
    }
}

#[tokio::test]
async fn a_request_that_is_not_taken() {
    // Handshake done, then the server reads no more.
    let tls = good();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let _stream = tls.accept(tcp).await.unwrap();
        std::future::pending::<()>().await;
    });
    let endpoint = saponify::Endpoint::parse(&format!("https://{address}/")).unwrap();
    let https = builder()
        .compress_requests(None)
        .idle_timeout(SHORT)
        .build()
        .unwrap();
    let error = call(&https, request(endpoint, vec![b'x'; 32 << 20]))
        .await
        .unwrap_err();
    assert!(error.is_timeout() && error.maybe_applied(), "{error:?}");
    assert!(error.to_string().contains("idle_timeout"), "{error}");
}

#[tokio::test]
async fn a_body_that_stops() {
    let server = Server::always(vec![write(HEAD), write("<answer>"), Act::Hang]).await;
    let https = builder().idle_timeout(SHORT).build().unwrap();
    let error = error(&https, &server).await;
    assert!(error.is_timeout() && error.maybe_applied(), "{error:?}");
    assert!(error.to_string().contains("idle_timeout"), "{error}");
}

#[tokio::test]
async fn a_body_that_trickles() {
    let acts = vec![write(HEAD), Act::Repeat(b"x".to_vec(), 10)];
    let server = Server::always(acts).await;
    let https = builder()
        .minimum_throughput(10_000, SHORT, SHORT)
        .build()
        .unwrap();
    let slow = error(&https, &server).await;
    assert!(slow.is_timeout() && slow.maybe_applied(), "{slow:?}");
    assert!(slow.to_string().contains("minimum_throughput"), "{slow}");

    let https = builder()
        .minimum_throughput(0, SHORT, SHORT)
        .total_timeout(Duration::from_millis(400))
        .build()
        .unwrap();
    let late = error(&https, &server).await;
    assert!(
        late.is_timeout() && late.to_string().contains("total_timeout"),
        "{late:?}"
    );
}

#[tokio::test]
async fn a_slow_reader_is_not_a_slow_server() {
    use saponify::transport::Transport;
    let server = Server::always(ok(vec![b'x'; 2_000_000])).await;
    let https = builder()
        .idle_timeout(Duration::from_millis(500))
        .total_timeout(Duration::from_millis(800))
        .minimum_throughput(1000, SHORT, SHORT)
        .build()
        .unwrap();
    let mut response = https.send(server.request("")).await.unwrap();
    let first = response.body.chunk().await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(1000)).await;
    let rest = body(response).await.unwrap();
    assert_eq!(first.len() + rest.len(), 2_000_000);
}

#[tokio::test]
async fn an_abandoned_call_closes_its_connection() {
    use saponify::transport::Transport;
    let server =
        Server::start(|number, _| if number == 0 { vec![Act::Hang] } else { ok("") }).await;
    let https = https();
    assert!(
        tokio::time::timeout(SHORT, https.send(server.request("")))
            .await
            .is_err()
    );
    call(&https, server.request("")).await.unwrap();
    assert_eq!(server.connections(), 2);
}
