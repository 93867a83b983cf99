//! Proxies: they get a host name to connect to and nothing else.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::support::*;

/// A proxy that connects whatever it is asked for to `server`, if the credentials are right.
async fn proxy(server: &Server, status: &'static str) -> (u16, Arc<Mutex<Vec<Received>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen: Arc<Mutex<Vec<Received>>> = Arc::default();
    let (log, target) = (seen.clone(), server.address);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let Some(received) = read_request(&mut client).await else {
                continue;
            };
            log.lock().unwrap().push(received);
            let head = format!("HTTP/1.1 {status}\r\n\r\n");
            client.write_all(head.as_bytes()).await.unwrap();
            if status.starts_with("200") {
                let mut server = TcpStream::connect(target).await.unwrap();
                tokio::spawn(async move {
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        }
    });
    (port, seen)
}

#[tokio::test]
async fn a_proxy_sees_the_host_only() {
    let server = Server::always(ok("<answer/>")).await;
    let (port, seen) = proxy(&server, "200 OK").await;
    let https = builder()
        .proxy(format!("http://user:pass-word@127.0.0.1:{port}"))
        .build()
        .unwrap();
    let request = request(server.endpoint_at("soap.test"), "<request/>");
    assert_eq!(call(&https, request).await.unwrap().1, b"<answer/>");
    assert_eq!(server.requests()[0].header("proxy-authorization"), None);

    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    let connect = format!("CONNECT soap.test:{} HTTP/1.1\r\n", server.address.port());
    assert!(seen[0].head.starts_with(&connect), "{}", seen[0].head);
    // user:pass-word
    assert_eq!(
        seen[0].header("proxy-authorization"),
        Some("Basic dXNlcjpwYXNzLXdvcmQ=")
    );
    assert!(seen[0].body.is_empty());
}

#[tokio::test]
async fn loopback_is_reached_directly() {
    for tls in [Some(good()), None] {
        let server = Server::with(tls, |_, _| ok("<answer/>")).await;
        let (port, seen) = proxy(&server, "200 OK").await;
        let https = builder()
            .proxy(format!("http://127.0.0.1:{port}"))
            .build()
            .unwrap();
        call(&https, server.request("<request/>")).await.unwrap();
        assert!(seen.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_proxy_that_refuses() {
    let server = Server::always(ok("<answer/>")).await;
    for (status, hint) in [
        ("407 Proxy Authentication Required", "credentials"),
        ("403 No", "proxy"),
    ] {
        let (port, _) = proxy(&server, status).await;
        let url = format!("http://user:pass-canary@127.0.0.1:{port}");
        let https = builder().proxy(url).build().unwrap();
        let request = request(server.endpoint_at("soap.test"), "<canary/>");
        let error = call(&https, request).await.unwrap_err();
        assert!(error.is_connect() && !error.maybe_applied(), "{error:?}");
        assert!(error.to_string().contains(hint), "{error}");
        let text = format!("{} {https:?}", texts(&error));
        // As it is, and in Base64: "user:pass-canary" begins with dXNlcjpw.
        assert!(
            !text.contains("canary") && !text.contains("dXNlcjpw"),
            "{text}"
        );
    }
    assert!(server.requests().is_empty());
}
