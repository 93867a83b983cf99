//! Messages in a topic of Apache Kafka, in transactions.
//!
//! A batch is a transaction, which includes the cursor as the offset of a consumer group. Before the first
//! batch after a start or a failure, that offset is read. Therefore a process that ends between the commit
//! and the change of the cursor in the store delivers nothing twice. If a process ends before the commit, a
//! consumer with `isolation.level=read_committed` never sees its messages.
//!
//! The identifier of the transactions belongs to the store. If another process takes over, the brokers
//! fence off the earlier one.

mod engine;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use rdkafka::ClientConfig;

use self::engine::{Engine, Message, Options, Undelivered};
use super::config::{SOURCES, SinkConfig};
use super::{Accepted, Batch, Begun, Failure, Limits, Refused, Sink, Start};
use crate::connector::error::{Error, Kind};
use crate::connector::vault::{ExposeSecret as _, Secrets};

/// A sink that writes to topics.
pub(super) struct Kafka {
    name: String,
    brokers: String,
    topic: Topic,
    settings: ClientConfig,
    rows: u64,
    timeout: Duration,
    /// The producer, and how it was started, until a failure.
    engine: Option<(Options, Engine)>,
}

/// The template of the topics of a connection.
#[derive(Debug, Clone)]
struct Topic(String);

impl std::fmt::Debug for Kafka {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafka")
            .field("brokers", &self.brokers)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

impl Kafka {
    pub(super) fn open(
        config: &SinkConfig,
        secrets: &Secrets,
        connection: &str,
    ) -> Result<Self, Error> {
        let brokers: Vec<&str> = config.list("brokers").collect();
        let brokers = brokers.join(",");
        let template = config
            .text("topic")
            .unwrap_or("saponify.{connection}.{source}");
        let timeout = config.length("timeout").unwrap_or(Duration::from_secs(60));
        let mut settings = ClientConfig::new();
        settings
            .set("bootstrap.servers", &brokers)
            .set("client.id", format!("saponify sink {}", config.name))
            .set("compression.type", config.word("compression"))
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("queue.buffering.max.messages", "1000000")
            .set("transaction.timeout.ms", timeout.as_millis().to_string());
        log_in(&mut settings, config, secrets)?;
        Ok(Self {
            name: config.name.clone(),
            brokers,
            topic: Topic::new(&config.name, template, connection)?,
            settings,
            rows: config.count("batch-rows").unwrap_or(5_000),
            timeout,
            engine: None,
        })
    }

    /// The identifier of the transactions and of the consumer group that keeps the cursor.
    fn identifier(&self, owner: &str) -> String {
        format!("saponify-{}-{owner}", self.name)
    }

    async fn prepare(&mut self, owner: &str) -> Result<Begun, Failure> {
        // A producer that still works would be fenced off by the new one.
        self.engine = None;
        let options = Options {
            settings: self.settings.clone(),
            identifier: self.identifier(owner),
            brokers: self.brokers.clone(),
            timeout: self.timeout,
        };
        let topics: Vec<String> = SOURCES.iter().map(|source| self.topic.of(source)).collect();
        let begun = blocking(move || {
            let engine = Engine::start(&options, false)?;
            let reached = engine.reached(&topics)?;
            Ok(((options, engine), reached))
        });
        let (engine, reached) = begun.await?;
        self.engine = Some(engine);
        Ok(Begun { own: None, reached })
    }

    async fn write(&mut self, batch: &Batch) -> Result<Accepted, Failure> {
        // Until the transaction has succeeded, there is no producer to go on with.
        let Some((options, engine)) = self.engine.take() else {
            return Err(Failure::new("the producer has not been started"));
        };
        let message = |row: &super::Row| Message {
            seq: row.seq,
            topic: self.topic.of(&row.source),
            key: row.id.clone(),
            payload: row.json.clone(),
            time: row.time.map(|time| time.as_millisecond()),
        };
        let messages: Vec<Message> = batch.rows.iter().map(message).collect();
        let last = batch.last;
        let delivered = blocking(move || {
            let (engine, refused) = deliver(&options, engine, &messages, last)?;
            Ok(((options, engine), refused))
        });
        let (engine, refused) = delivered.await?;
        self.engine = Some(engine);
        let reason = "it is larger than the producer or the topic allows";
        let refused = refused.into_iter().map(|at| Refused {
            at,
            reason: reason.to_owned(),
        });
        Ok(Accepted {
            own: None,
            refused: refused.collect(),
        })
    }
}

/// Delivers messages, if need be one by one, and returns the producer to go on with.
fn deliver(
    options: &Options,
    engine: Engine,
    messages: &[Message],
    last: i64,
) -> Result<(Engine, BTreeSet<usize>), Failure> {
    let (engine, refused) = match engine.deliver(messages, last) {
        Err(Undelivered::Together) => {
            // Two producers with one identifier would fence each other off.
            drop(engine);
            let single = Engine::start(options, true)?;
            let refused = single.deliver(messages, last);
            (single, refused)
        }
        delivered => (engine, delivered),
    };
    match refused {
        Ok(refused) => Ok((engine, refused)),
        Err(Undelivered::Failed(failure)) => Err(failure),
        Err(Undelivered::Together) => {
            Err(Failure::new("the brokers refuse each message as too large"))
        }
    }
}

/// How the client reaches the brokers, and logs in.
fn log_in(
    settings: &mut ClientConfig,
    config: &SinkConfig,
    secrets: &Secrets,
) -> Result<(), Error> {
    let usage = |message: &str| {
        let message = format!("sink {}: {message}", config.name);
        Error::new(Kind::Usage, message)
    };
    let is_tls = config.word("security") == "tls";
    let protocol = match (config.text("user"), is_tls) {
        (None, true) => "ssl",
        (None, false) => "plaintext",
        (Some(_), true) => "sasl_ssl",
        (Some(_), false) => "sasl_plaintext",
    };
    settings.set("security.protocol", protocol);
    if let Some(certificate) = config.text("certificate") {
        settings.set("ssl.ca.location", certificate);
    }
    match (config.text("user"), secrets.get("password")) {
        (None, Err(_)) => Ok(()),
        (Some(user), Ok(password)) => {
            if config.word("mechanism") == "plain" && !is_tls {
                return Err(
                    usage("the mechanism plain would send the password unencrypted")
                        .help("use another mechanism, or security=tls"),
                );
            }
            settings
                .set("sasl.mechanism", config.word("mechanism").to_uppercase())
                .set("sasl.username", user)
                .set("sasl.password", password.expose_secret());
            Ok(())
        }
        _ => Err(usage(
            "give both `user` and the secret `password`, or neither",
        )),
    }
}

impl Topic {
    fn new(sink: &str, template: &str, connection: &str) -> Result<Self, Error> {
        let topic = Self(template.replace("{connection}", connection));
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let example = topic.of("changes");
        if example.is_empty() || example.len() > 249 || !example.bytes().all(is_part) {
            let message = format!("sink {sink}: `{}` is not a topic", template.escape_debug());
            return Err(Error::new(Kind::Usage, message).help(
                "a topic consists of letters, digits, dots, `_` and `-`, and may contain {connection} and {source}",
            ));
        }
        Ok(topic)
    }

    fn of(&self, source: &str) -> String {
        self.0.replace("{source}", source)
    }
}

/// Runs a function on a thread that may block, because librdkafka blocks while it waits for brokers.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::new("the producer ended").because(error)),
    }
}

impl Sink for Kafka {
    fn limits(&self) -> Limits {
        Limits {
            rows: self.rows,
            ..Limits::default()
        }
    }

    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        self.prepare(start.owner).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        self.write(batch).boxed()
    }

    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        async {
            let (settings, brokers) = (self.settings.clone(), self.brokers.clone());
            blocking(move || {
                // A test has a shorter timeout than a delivery.
                let found = engine::brokers(&settings, &brokers, Duration::from_secs(10))?;
                Ok(format!(
                    "{brokers} responds; the cluster has {found} brokers"
                ))
            })
            .await
        }
        .boxed()
    }
}
