//! A server on the loopback interface, with TLS.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Serves HTTP/1.1 over TLS in tasks of the current runtime. Returns the port, and the certificate
/// as PEM.
///
/// # Errors
///
/// Returns an error if there is no port or if the certificate cannot be made.
pub async fn loopback<F>(
    answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) -> Result<(u16, String), Box<dyn Error + Send + Sync>>
where
    F: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
{
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
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let _ = stream.set_nodelay(true);
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let http = hyper::server::conn::http1::Builder::new();
                let service = service_fn(answer);
                let _ = http.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok((port, made.cert.pem()))
}
