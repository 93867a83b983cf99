//! POST requests with batches of rows, signed according to Standard Webhooks
//! (<https://github.com/standard-webhooks/standard-webhooks>).
//!
//! The body is `{"type":"events","connection":…,"events":[{"id":…,"event":{…}}]}`. A repeated request has
//! the same `webhook-id`, the same `Idempotency-Key` and the same rows.

use std::ops::Range;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::{BoxFuture, FutureExt as _};
use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use ring::digest::{Context, SHA256};
use ring::hmac;

use super::halves::Halves;
use super::{Client, Reply};
use crate::connector::error::{Error, Kind};
use crate::connector::sinks::config::{SinkConfig, short};
use crate::connector::sinks::{Accepted, Batch, Begun, Failure, Limits, Sink, Start};
use crate::connector::vault::{ExposeSecret as _, SecretString, Secrets};

/// The prefix of a signing secret that is base64.
const SECRET: &str = "whsec_";

/// A sink that sends POST requests.
pub(in crate::connector::sinks) struct Webhook {
    client: Client,
    rows: u64,
    authorization: Option<HeaderValue>,
    key: Option<hmac::Key>,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

impl Webhook {
    pub(in crate::connector::sinks) fn open(
        config: &SinkConfig,
        secrets: &Secrets,
    ) -> Result<Self, Error> {
        let timeout = config.length("timeout").unwrap_or(Duration::from_secs(30));
        let key = match secrets.get("signing-secret") {
            Ok(secret) => Some(key(secret)?),
            Err(_) => None,
        };
        Ok(Self {
            client: Client::new(config, timeout)?,
            rows: config.count("batch-rows").unwrap_or(500),
            authorization: secrets.get("token").ok().map(bearer).transpose()?,
            key,
        })
    }

    /// Makes a request with its headers.
    fn request(&self, id: &str, body: Vec<u8>) -> RequestBuilder {
        let seconds = Timestamp::now().as_second();
        let mut request = self
            .client
            .post(self.client.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", id)
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds);
        if let Some(key) = &self.key {
            let signature = sign(key, id, seconds, &body);
            request = request.header("webhook-signature", signature);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        request.body(body)
    }

    async fn send(&self, batch: &Batch) -> Result<Accepted, Failure> {
        let mut halves = Halves::of(batch.rows.len(), batch.others_taken);
        while let Some(part) = halves.next() {
            let body = body_of(batch, &part);
            let bytes = body.len();
            let request = self.request(&id_of(batch, &part, &body), body);
            let reply = self.client.send(request).await?;
            let explain = || match &reply {
                Reply::Refused(status, _) => format!("status {status}"),
                _ => String::new(),
            };
            halves.note(part, bytes, &reply, explain)?;
        }
        Ok(Accepted {
            own: None,
            refused: halves.finish()?,
        })
    }
}

fn bearer(token: &SecretString) -> Result<HeaderValue, Error> {
    let text = format!("Bearer {}", token.expose_secret());
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        let message = "the token of the webhook has characters that no header may have";
        Error::new(Kind::Usage, message).help("check that it has no line break within it")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The key of the signatures. A text that does not begin as the standard says is the key itself.
fn key(secret: &SecretString) -> Result<hmac::Key, Error> {
    let text = secret.expose_secret();
    let bytes = match text.strip_prefix(SECRET) {
        None => text.as_bytes().to_vec(),
        Some(encoded) => STANDARD.decode(encoded).map_err(|_| {
            let message =
                format!("the signing secret begins with {SECRET}, but the rest is not base64");
            Error::new(Kind::Usage, message)
        })?,
    };
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// The signature: `v1,` and the HMAC of `id.seconds.body`.
fn sign(key: &hmac::Key, id: &str, seconds: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(key);
    context.update(format!("{id}.{seconds}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

/// The same for the same rows of the same store, and another one for another body: the rows may be those of a store
/// that was restored from a copy, and the sink may be set up in another way.
fn id_of(batch: &Batch, part: &Range<usize>, body: &[u8]) -> String {
    let seq = |at: usize| batch.rows.get(at).map_or(batch.after, |row| row.seq);
    let (first, last) = (seq(part.start), seq(part.end.saturating_sub(1)));
    let owner = batch.owner.get(..16).unwrap_or(&batch.owner);
    let mut digest = Context::new(&SHA256);
    digest.update(body);
    format!(
        "{}-{owner}-{first}-{last}-{}",
        batch.connection,
        short(digest)
    )
}

fn body_of(batch: &Batch, part: &Range<usize>) -> Vec<u8> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mut body = format!(
        "{{\"type\":\"events\",\"connection\":{},\"events\":[",
        text(&batch.connection)
    )
    .into_bytes();
    for (at, row) in batch
        .rows
        .get(part.clone())
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        if at > 0 {
            body.push(b',');
        }
        body.extend(format!("{{\"id\":{},\"event\":", text(&row.id)).into_bytes());
        body.extend(&row.json);
        body.push(b'}');
    }
    body.extend(b"]}");
    body
}

impl Sink for Webhook {
    fn limits(&self) -> Limits {
        Limits {
            rows: self.rows,
            bytes: 4 << 20,
            same: true,
        }
    }

    fn begin<'a>(&'a mut self, _start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        std::future::ready(Ok(Begun::default())).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        self.send(batch).boxed()
    }

    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        async {
            let batch = Batch {
                connection: "test".to_owned(),
                owner: format!("test{}", Timestamp::now().as_millisecond()),
                after: 0,
                last: 0,
                rows: Vec::new(),
                others_taken: false,
            };
            let body = body_of(&batch, &(0..0));
            let request = self.request(&id_of(&batch, &(0..0), &body), body);
            match self.client.send(request).await? {
                Reply::Done(_) => Ok(format!("{} accepts an empty batch", self.client.host())),
                Reply::TooLarge | Reply::Refused(..) => Err(Failure::new(format!(
                    "{} refuses an empty batch",
                    self.client.host()
                ))),
            }
        }
        .boxed()
    }
}
