//! The HTTP Event Collector of Splunk
//! (<https://docs.splunk.com/Documentation/Splunk/latest/Data/HECRESTendpoints>).
//!
//! Each row is an event with the indexed field `saponify_id`, by which a search can find duplicates. If the
//! token has indexer acknowledgement, a batch counts as delivered when the indexers have acknowledged it.

use std::ops::Range;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use url::Url;

use super::halves::Halves;
use super::{Client, Reply};
use crate::connector::error::{Error, Kind};
use crate::connector::sinks::config::SinkConfig;
use crate::connector::sinks::{Accepted, Batch, Begun, Failure, Limits, Row, Sink, Start};
use crate::connector::vault::{ExposeSecret as _, Secrets};

const EVENTS: &str = "/services/collector/event";
const ACKNOWLEDGEMENTS: &str = "/services/collector/ack";
const HEALTH: &str = "/services/collector/health";

/// How often the acknowledgements of the indexers are queried.
const ASK: Duration = Duration::from_secs(1);

/// The error codes of the collector, and their meaning for the person who configures the sink.
const CODES: &[(i64, &str)] = &[
    (1, "the token is disabled"),
    (2, "a token is required"),
    (3, "the form of the authorization is not valid"),
    (4, "the token is not valid"),
    (5, "there is no data"),
    (6, "the form of the data is not valid"),
    (7, "the index is not one that the token permits"),
    (8, "the server has an internal error"),
    (9, "the server is busy"),
    (10, "the channel is missing"),
    (11, "the channel is not valid"),
    (12, "the field `event` is missing"),
    (13, "the field `event` is empty"),
    (14, "indexer acknowledgement is disabled"),
    (15, "the indexed fields are not valid"),
    (16, "the query string authorization is disabled"),
    (23, "the server is shutting down"),
    (26, "the queue is at capacity"),
    (27, "the acknowledgement channel is at capacity"),
];

/// A sink that sends events to Splunk.
#[derive(Debug)]
pub(in crate::connector::sinks) struct Splunk {
    client: Client,
    rows: u64,
    index: Option<String>,
    sourcetype: String,
    authorization: HeaderValue,
    /// The channel of the acknowledgements, which the collector requires to be a UUID.
    channel: String,
    patience: Duration,
    /// Whether the collector has given numbers of acknowledgements until now.
    acknowledges: bool,
}

impl Splunk {
    pub(in crate::connector::sinks) fn open(
        config: &SinkConfig,
        secrets: &Secrets,
    ) -> Result<Self, Error> {
        let timeout = config.length("timeout").unwrap_or(Duration::from_secs(60));
        let token = secrets.get("token")?.expose_secret();
        let mut authorization =
            HeaderValue::from_str(&format!("Splunk {token}")).map_err(|_| {
                Error::new(
                    Kind::Usage,
                    "the token of Splunk contains invalid characters",
                )
            })?;
        authorization.set_sensitive(true);
        let default = format!("salesforce:{}", config.word("form"));
        Ok(Self {
            client: Client::new(config, timeout)?,
            rows: config.count("batch-rows").unwrap_or(500),
            index: config.text("index").map(str::to_owned),
            sourcetype: config.text("sourcetype").map_or(default, str::to_owned),
            authorization,
            channel: channel(),
            patience: timeout,
            acknowledges: false,
        })
    }

    fn request(&self, url: Url, body: Vec<u8>) -> RequestBuilder {
        self.client
            .post(url)
            .header(AUTHORIZATION, &self.authorization)
            .header("x-splunk-request-channel", &self.channel)
            .header(CONTENT_TYPE, "application/json")
            .body(body)
    }

    async fn send(&mut self, batch: &Batch) -> Result<Accepted, Failure> {
        let mut halves = Halves::of(batch.rows.len(), batch.others_taken);
        let mut acknowledgements = Vec::new();
        while let Some(part) = halves.next() {
            let body = self.body(batch, &part);
            let bytes = body.len();
            let reply = self
                .client
                .send(self.request(self.client.path(EVENTS), body))
                .await?;
            match &reply {
                Reply::Done(body) => {
                    let number = self.acknowledgement(body)?;
                    self.acknowledges |= number.is_some();
                    acknowledgements.extend(number);
                }
                // What is wrong with the token or the channel is not wrong with the rows.
                Reply::Refused(_, body) if !is_about_rows(body) => {
                    return Err(Failure::new(format!(
                        "{} refuses the events: {}",
                        self.client.host(),
                        explanation(body)
                    ))
                    .help("check the token and the settings of the collector")
                    .replanned());
                }
                Reply::Refused(_, body) if part.len() > 1 => {
                    if let Some(at) = invalid(body).filter(|at| *at < part.len()) {
                        let at = part.start + at;
                        halves.isolate(&part, at);
                        continue;
                    }
                }
                Reply::Refused(..) | Reply::TooLarge => {}
            }
            let explain = || match &reply {
                Reply::Refused(_, body) => explanation(body),
                _ => String::new(),
            };
            halves.note(part, bytes, &reply, explain)?;
        }
        self.wait_for(acknowledgements).await?;
        Ok(Accepted {
            own: None,
            refused: halves.finish()?,
        })
    }

    /// The number by which the indexers acknowledge the events of a request, if the token has acknowledgement.
    ///
    /// # Errors
    ///
    /// The response is not one of the collector that has taken the events: a proxy may respond with 200, too.
    fn acknowledgement(&self, body: &[u8]) -> Result<Option<i64>, Failure> {
        let host = self.client.host();
        if code(body) != Some(0) {
            let message = format!("the response of {host} is not that of an event collector");
            return Err(Failure::new(message)
                .help("check the address of the sink, and what is between this machine and it"));
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let number = body["ackId"].as_i64();
        if number.is_none() && self.acknowledges {
            let message = format!("{host} does not give the number of an acknowledgement any more");
            return Err(Failure::new(message).help(
                "the events are sent again; check that all collectors behind the address are set up alike",
            ));
        }
        Ok(number)
    }

    /// Waits until the indexers have acknowledged. A token without acknowledgement has no numbers to ask for.
    async fn wait_for(&self, mut numbers: Vec<i64>) -> Result<(), Failure> {
        let until = Instant::now() + self.patience;
        while !numbers.is_empty() {
            let mut url = self.client.path(ACKNOWLEDGEMENTS);
            url.query_pairs_mut().append_pair("channel", &self.channel);
            let body = json!({ "acks": numbers }).to_string().into_bytes();
            let reply = self.client.send(self.request(url, body)).await?;
            if let Reply::Done(body) = reply {
                let known: Value = serde_json::from_slice(&body).unwrap_or_default();
                numbers.retain(|number| known["acks"][number.to_string()] != Value::Bool(true));
            }
            if numbers.is_empty() {
                break;
            }
            if Instant::now() >= until {
                return Err(Failure::new(format!(
                    "the indexers of {} did not acknowledge within {} s",
                    self.client.host(),
                    self.patience.as_secs()
                ))
                .help("the events are sent again; `timeout` sets how long to wait"));
            }
            sleep(ASK).await;
        }
        Ok(())
    }

    fn body(&self, batch: &Batch, part: &Range<usize>) -> Vec<u8> {
        let mut body = Vec::new();
        for row in batch.rows.get(part.clone()).unwrap_or_default() {
            self.add_event(&mut body, &batch.connection, row);
        }
        body
    }

    fn add_event(&self, body: &mut Vec<u8>, connection: &str, row: &Row) {
        let mut event = json!({
            "host": connection,
            "source": format!("saponify:{}", row.source),
            "sourcetype": self.sourcetype,
            "fields": { "saponify_id": row.id },
        });
        if let Some(time) = row.time {
            // The time is in seconds with three decimals, which a double represents exactly enough.
            event["time"] = (time.as_millisecond() as f64 / 1_000.0).into();
        }
        if let Some(index) = &self.index {
            event["index"] = index.as_str().into();
        }
        let mut head = event.to_string();
        // The row is already JSON, so it is appended to the object without parsing it.
        head.pop();
        body.extend(head.into_bytes());
        body.extend(b",\"event\":");
        body.extend(&row.json);
        body.push(b'}');
    }
}

impl Sink for Splunk {
    fn limits(&self) -> Limits {
        Limits {
            rows: self.rows,
            // Splunk Cloud refuses requests of more than a megabyte.
            bytes: 700 << 10,
            same: false,
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
            let host = self.client.host();
            self.client
                .send(self.client.get(self.client.path(HEALTH)))
                .await?;
            // An empty request shows whether the token is valid, and stores nothing.
            let request = self.request(self.client.path(EVENTS), Vec::new());
            match self.client.send(request).await? {
                Reply::Refused(_, body) if code(&body) == Some(5) => {
                    Ok(format!("{host} is healthy and accepts the token"))
                }
                Reply::Refused(_, body) => Err(Failure::new(format!(
                    "{host} refuses the token: {}",
                    explanation(&body)
                ))),
                Reply::Done(body) => {
                    self.acknowledgement(&body)?;
                    Ok(format!("{host} is healthy and accepts the token"))
                }
                Reply::TooLarge => Err(Failure::new(format!(
                    "{host} refuses an empty request as too large"
                ))
                .help("check what is between this machine and the collector")),
            }
        }
        .boxed()
    }
}

fn code(body: &[u8]) -> Option<i64> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["code"].as_i64()
}

/// Whether an error code concerns the events of the request.
fn is_about_rows(body: &[u8]) -> bool {
    matches!(code(body), Some(6 | 12 | 13 | 15))
}

/// The meaning of an error code. The text of the server is not repeated, because it may quote an event.
fn explanation(body: &[u8]) -> String {
    let Some(code) = code(body) else {
        return "the response contains no error code".to_owned();
    };
    let known = CODES.iter().find(|(known, _)| *known == code);
    let meaning = known.map_or("an unknown error", |(_, meaning)| *meaning);
    format!("{meaning} (code {code})")
}

/// The place of the event that is not valid, from 0, if the collector says that of one.
fn invalid(body: &[u8]) -> Option<usize> {
    let body: Value = serde_json::from_slice(body).ok()?;
    usize::try_from(body["invalid-event-number"].as_u64()?).ok()
}

/// Makes a random UUID of version 4.
fn channel() -> String {
    let random = crate::connector::sinks::owner::new_owner();
    let part = |from: usize, to: usize| random.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-4{}-8{}-{}",
        part(0, 8),
        part(8, 12),
        part(13, 16),
        part(17, 20),
        part(20, 32)
    )
}
