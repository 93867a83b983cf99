//! Certificates that must be refused, and servers that do not speak a current TLS.

use rcgen::date_time_ymd;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::*;

async fn refused(tls: TlsAcceptor, hint: &str) {
    let server = Server::with(Some(tls), |_, _| ok("<answer/>")).await;
    let error = error(&https(), &server).await;
    assert!(
        error.is_tls() && error.is_connect() && !error.maybe_applied(),
        "{error:?}"
    );
    assert!(error.to_string().contains(hint), "{error}");
    assert!(std::error::Error::source(&error).is_some());
    assert!(!saponify::Error::from(error).is_transient());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_unknown_authority() {
    for name in ["unknown", "saponify tests"] {
        let tls = Authority::named(name).issue(&["127.0.0.1"], |_| {});
        refused(tls, "extra_root_certificate").await;
    }
}

#[tokio::test]
async fn a_certificate_for_another_host() {
    refused(AUTHORITY.issue(&["other.example"], |_| {}), "another host").await;
}

#[tokio::test]
async fn an_expired_certificate() {
    let tls = AUTHORITY.issue(&["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
    });
    refused(tls, "expired").await;
}

#[tokio::test]
async fn a_certificate_of_the_future() {
    let tls = AUTHORITY.issue(&["127.0.0.1"], |params| {
        params.not_before = date_time_ymd(3001, 1, 1);
        params.not_after = date_time_ymd(3002, 1, 1);
    });
    refused(tls, "not valid yet").await;
}

#[tokio::test]
async fn both_names_of_a_good_certificate() {
    let server = Server::always(ok("<answer/>")).await;
    for host in ["127.0.0.1", "localhost"] {
        let request = request(server.endpoint_at(host), "");
        assert_eq!(call(&https(), request).await.unwrap().1, b"<answer/>");
    }
}

/// Answers the first bytes of a client with these.
async fn raw(reply: Vec<u8>) -> saponify::Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut tcp, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            let _ = tcp.read(&mut hello).await;
            let _ = tcp.write_all(&reply).await;
            // Wait for the client to read it; closing at once could reset the connection.
            let _ = tcp.read(&mut hello).await;
        }
    });
    saponify::Endpoint::parse(&format!("https://{address}/")).unwrap()
}

#[tokio::test]
async fn a_server_with_tls_1_1() {
    // A fatal alert `protocol_version`, as from a server that was asked for 1.2 at least.
    let alert = vec![0x15, 3, 2, 0, 2, 2, 70];
    // A server hello that chooses 1.1 all the same: random, no session, AES128-SHA.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 0x2f, 0]);
    for reply in [alert, hello] {
        let error = call(&https(), request(raw(reply).await, "<request/>"))
            .await
            .unwrap_err();
        assert!(error.is_tls() && !error.maybe_applied(), "{error:?}");
        assert!(error.to_string().contains("TLS 1.2 or 1.3"), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_tls() {
    let reply = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".to_vec();
    let error = call(&https(), request(raw(reply).await, "<request/>"))
        .await
        .unwrap_err();
    assert!(error.is_tls() && !error.maybe_applied(), "{error:?}");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
}

#[tokio::test]
async fn a_connection_closed_during_the_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let endpoint = saponify::Endpoint::parse(&format!("https://{address}/")).unwrap();
    let error = call(&https(), request(endpoint, "<request/>"))
        .await
        .unwrap_err();
    assert!(error.is_connect() && !error.maybe_applied(), "{error:?}");
}
