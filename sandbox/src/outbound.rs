//! Outbound messages: the org sends rows to a server, as a workflow of Salesforce does.
//!
//! A message has at most 100 notifications. It is sent again until the server acknowledges it, with a pause
//! that doubles after each attempt. Salesforce gives up after a day.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::error::Error;
use crate::id::{Id, Prefix};
use crate::rows::Prepared;
use crate::soql;
use crate::tenant::State;
use crate::wsdl::escape;
use crate::wsdl::outbound::OUTBOUND;
use crate::wsdl::{ENTERPRISE, SOBJECT};

/// The largest number of notifications in a message.
const MOST: usize = 100;
/// The largest length of a response in bytes.
const LONGEST: usize = 64 * 1024;
/// How long the sandbox waits for a response.
const PATIENCE: Duration = Duration::from_secs(30);

/// An outbound message: the rows that it contains, and its destination.
#[derive(Clone, Debug)]
pub struct OutboundMessage {
    query: String,
    endpoint: String,
    trusted: Option<String>,
    identity: Option<(String, String)>,
    organization: Option<String>,
    session: Option<String>,
    attempts: u32,
    pause: Duration,
    first: i64,
}

/// The result of sending a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Notifications that were sent, each counted once.
    pub notifications: usize,
    /// Requests that were made, including repetitions.
    pub requests: usize,
    /// Notifications that the server acknowledged.
    pub acknowledged: usize,
    /// The HTTP status of the last response, if there was one.
    pub status: Option<u16>,
}

impl OutboundMessage {
    /// Makes a message with the rows of a query, for an address that begins with `https://` or `http://`.
    #[must_use]
    pub fn new(query: impl Into<String>, endpoint: impl Into<String>) -> Self {
        Self {
            query: query.into(),
            endpoint: endpoint.into(),
            trusted: None,
            identity: None,
            organization: None,
            session: None,
            attempts: 3,
            pause: Duration::from_millis(50),
            first: 1,
        }
    }

    /// Sets the certificates, in PEM, of which the server must have one, or that have signed its
    /// certificate.
    #[must_use]
    pub fn trust(mut self, pem: impl Into<String>) -> Self {
        self.trusted = Some(pem.into());
        self
    }

    /// Sets the certificate and the private key, in PEM, that are presented to the server.
    #[must_use]
    pub fn identity(mut self, certificate: impl Into<String>, key: impl Into<String>) -> Self {
        self.identity = Some((certificate.into(), key.into()));
        self
    }

    /// Sets another organization than that of the sandbox.
    #[must_use]
    pub fn organization(mut self, id: impl Into<String>) -> Self {
        self.organization = Some(id.into());
        self
    }

    /// Sets a session id that is sent with the message.
    #[must_use]
    pub fn session(mut self, id: impl Into<String>) -> Self {
        self.session = Some(id.into());
        self
    }

    /// Sets how often a message is sent until it is acknowledged, and the pause before the first
    /// repetition.
    #[must_use]
    pub fn attempts(mut self, attempts: u32, pause: Duration) -> Self {
        self.attempts = attempts;
        self.pause = pause;
        self
    }

    /// Sets the number of the first notification. Messages with the same numbers have notifications with
    /// the same ids, like a message that is sent again.
    #[must_use]
    pub fn first(mut self, number: i64) -> Self {
        self.first = number;
        self
    }
}

/// Sends messages with all rows of a query.
pub(crate) async fn send(state: &State, message: &OutboundMessage) -> Result<Delivery, Error> {
    let rows = rows(state, &message.query)?;
    let mut delivery = Delivery {
        notifications: rows.len(),
        ..Delivery::default()
    };
    let mut number = message.first;
    for part in rows.chunks(MOST) {
        let envelope = Bytes::from(envelope(state, message, number, part));
        number += part.len() as i64;
        let mut pause = message.pause;
        for attempt in 0..message.attempts.max(1) {
            if attempt > 0 {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            delivery.requests += 1;
            let post = post(message, envelope.clone());
            match tokio::time::timeout(PATIENCE, post).await {
                Ok(Ok((status, text))) => {
                    delivery.status = Some(status);
                    if status == 200 && is_acknowledged(&text) {
                        delivery.acknowledged += part.len();
                        break;
                    }
                }
                Ok(Err(error)) => tracing::debug!(%error, "an outbound message was not sent"),
                Err(_) => tracing::debug!("an outbound message got no response in time"),
            }
        }
    }
    Ok(delivery)
}

/// The rows as elements `sObject`.
fn rows(state: &State, query: &str) -> Result<Vec<String>, Error> {
    let wrong = || {
        Error::other(format!(
            "the query of an outbound message is invalid: {query}"
        ))
    };
    let tree = soql::parse(query).map_err(|_| wrong())?;
    let version = state.org.api_version;
    let plan =
        soql::plan::query(&state.org, query, &tree, version.0, false).map_err(|_| wrong())?;
    let quirks = state.live().quirks.clone();
    let query = Prepared::new(&state.org, plan, &quirks).ok_or_else(wrong)?;
    let connection = state.store.lock();
    let rows = query.write_each(&state.org, &connection, "sObject");
    let rows = rows.map_err(|_| wrong())?;
    let text = |row| String::from_utf8(row).map_err(|_| wrong());
    rows.into_iter().map(text).collect()
}

fn envelope(state: &State, message: &OutboundMessage, first: i64, rows: &[String]) -> String {
    let org = &state.org;
    let organization = message.organization.clone().unwrap_or_else(|| org.id());
    let id = |prefix: &str, serial: i64| {
        Prefix::parse(prefix).map_or_else(String::new, |prefix| {
            Id::new(prefix, serial).to_text(org.instance)
        })
    };
    let session = match &message.session {
        Some(session) => format!("<SessionId>{}</SessionId>", escape(session)),
        None => "<SessionId xsi:nil=\"true\"/>".to_owned(),
    };
    let instance = state
        .addresses
        .get()
        .map_or("", |addresses| addresses.instance.as_str());
    let version = org.api_version;
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n <soapenv:Body>\n  \
         <notifications xmlns=\"{OUTBOUND}\" xmlns:ent=\"{ENTERPRISE}\" xmlns:sf=\"{SOBJECT}\">\n   \
         <OrganizationId>{organization}</OrganizationId>\n   <ActionId>{}</ActionId>\n   {session}\n   \
         <EnterpriseUrl>{instance}/services/Soap/c/{version}/{organization}</EnterpriseUrl>\n   \
         <PartnerUrl>{instance}/services/Soap/u/{version}/{organization}</PartnerUrl>\n",
        id("04k", 1)
    );
    for (serial, row) in (first..).zip(rows) {
        let id = id("04l", serial);
        out.push_str(&format!(
            "   <Notification>\n    <Id>{id}</Id>\n    {row}\n   </Notification>\n"
        ));
    }
    out.push_str("  </notifications>\n </soapenv:Body>\n</soapenv:Envelope>");
    out
}

fn is_acknowledged(response: &str) -> bool {
    let ack = response
        .split_once("Ack>")
        .and_then(|(_, rest)| rest.split_once('<'));
    ack.is_some_and(|(value, _)| matches!(value.trim(), "true" | "1"))
}

async fn post(message: &OutboundMessage, envelope: Bytes) -> Result<(u16, String), Error> {
    let broken = |what: &str| Error::other(format!("an outbound message: {what}"));
    let uri: hyper::Uri = message
        .endpoint
        .parse()
        .map_err(|_| broken("the endpoint is not an address"))?;
    let host = uri
        .host()
        .ok_or_else(|| broken("the endpoint has no host"))?;
    let is_https = uri.scheme_str() == Some("https");
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(|error| Error::io("an outbound message: cannot connect", error))?;
    if !is_https {
        return exchange(TokioIo::new(stream), &uri, envelope).await;
    }
    let config = tls(message).map_err(|_| broken("its certificates are invalid"))?;
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| broken("the host of the endpoint is not a valid name for TLS"))?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .map_err(|error| Error::io("an outbound message: TLS failed", error))?;
    exchange(TokioIo::new(stream), &uri, envelope).await
}

async fn exchange<S>(stream: S, uri: &hyper::Uri, body: Bytes) -> Result<(u16, String), Error>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| Error::other(format!("an outbound message: {error}"));
    let (mut sender, connection) = http1::handshake(stream).await.map_err(failed)?;
    let driver = tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::post(path)
        .header(HOST, authority)
        .header(CONTENT_TYPE, "text/xml; charset=utf-8")
        .header("SOAPAction", "\"\"")
        .body(Full::new(body))
        .map_err(|error| Error::other(format!("an outbound message: {error}")))?;
    let response = sender.send_request(request).await.map_err(failed)?;
    let status = response.status().as_u16();
    let body = http_body_util::Limited::new(response.into_body(), LONGEST);
    let body = body.collect().await;
    let body = body.map_err(|error| Error::other(format!("an outbound message: {error}")))?;
    driver.abort();
    let text = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok((status, text))
}

fn tls(message: &OutboundMessage) -> Result<ClientConfig, Box<dyn std::error::Error>> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &message.trusted {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    Ok(match &message.identity {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = CertificateDer::pem_slice_iter(certificate.as_bytes());
            let chain = chain.collect::<Result<Vec<_>, _>>()?;
            config.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes())?)?
        }
    })
}
