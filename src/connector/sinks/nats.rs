//! Messages in a stream of NATS JetStream.
//!
//! Each message has the name of its row as `Nats-Msg-Id`, with its form and subject if they are not the usual ones, by which the stream drops a message that comes twice
//! within its window for duplicates, which is two minutes by default. For a longer interruption, the place of
//! the last acknowledged message in the stream is kept with the cursor. Before the first batch after a start or
//! a failure, the names of the messages behind that place are read, and these rows are not sent again.

use std::collections::HashSet;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::context::{
    GetStreamErrorKind, PublishAckFuture, PublishError, PublishErrorKind,
};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config as StreamConfig, Stream};
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{ConnectError, ConnectErrorKind, ConnectOptions};
use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};

use super::config::{SinkConfig, is_on_this_machine};
use super::{Accepted, Batch, Begun, Failure, Limits, Refused, Row, Sink, Start};
use crate::connector::error::{Error, Kind};
use crate::connector::vault::{ExposeSecret as _, SecretString, Secrets};

/// The longest time for a response of the server, and for the acknowledgement of a message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The subject of a message, unless another one is set.
const SUBJECT: &str = "saponify.{connection}.{source}";

/// The header with the name of a row.
const ID: &str = "Nats-Msg-Id";

/// A sink that publishes to a stream.
pub(super) struct Nats {
    name: String,
    servers: Vec<String>,
    certificate: Option<Vec<u8>>,
    is_tls: bool,
    login: Login,
    stream: String,
    create: Option<usize>,
    subject: Subject,
    /// What follows the name of a row in the name of its message.
    suffix: String,
    rows: u64,
    /// The connection, or `None` after a failure.
    context: Option<Context>,
    /// The position in the stream when the sink was prepared: the creation time of the stream, and the last
    /// acknowledged message.
    place: Place,
    /// The ids of rows that are in the stream although the cursor is before them.
    present: HashSet<String>,
}

/// How the sink logs in.
enum Login {
    Nobody,
    Token(SecretString),
    Password(String, SecretString),
    Nkey(SecretString),
    Credentials(SecretString),
}

/// A position in a stream: `sequence@created`. A stream that was deleted and created again has another
/// time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    sequence: u64,
    created: String,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (sequence, created) = text.split_once('@')?;
        Some(Self {
            sequence: sequence.parse().ok()?,
            created: created.to_owned(),
        })
    }

    fn text(&self) -> String {
        format!("{}@{}", self.sequence, self.created)
    }
}

impl std::fmt::Debug for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nats")
            .field("servers", &self.servers)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

impl Nats {
    pub(super) fn open(
        config: &SinkConfig,
        secrets: &Secrets,
        connection: &str,
    ) -> Result<Self, Error> {
        let template = config.text("subject").unwrap_or(SUBJECT);
        let (login, is_tls) = (
            Login::of(config, secrets)?,
            config.word("security") == "tls",
        );
        if !is_tls && login.is_sent() && !config.list("url").all(is_on_this_machine) {
            let message = format!(
                "sink {}: the secret would be sent without TLS to another machine",
                config.name
            );
            return Err(Error::new(Kind::Usage, message).help(
                "use security=tls, or log in by an nkey or by credentials, which are not sent",
            ));
        }
        let subject = Subject::new(&config.name, template, connection)?;
        Ok(Self {
            suffix: suffix(config.word("form"), template, &subject),
            name: config.name.clone(),
            servers: config.list("url").map(str::to_owned).collect(),
            certificate: config.certificate()?,
            is_tls,
            login,
            stream: config.text("stream").unwrap_or("SAPONIFY").to_owned(),
            create: config
                .is_set("create-stream")
                .then(|| config.count("replicas").unwrap_or(1) as usize),
            subject,
            rows: config.count("batch-rows").unwrap_or(1_000),
            context: None,
            place: Place::default(),
            present: HashSet::new(),
        })
    }

    /// Connects, unless the sink is connected.
    async fn context(&mut self) -> Result<Context, Failure> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let mut options = ConnectOptions::new()
            .name(format!("saponify sink {}", self.name))
            .require_tls(self.is_tls)
            .connection_timeout(TIMEOUT)
            .request_timeout(Some(TIMEOUT));
        if self.is_tls {
            let roots: Vec<&[u8]> = self.certificate.as_deref().into_iter().collect();
            let tls = saponify::transport::client_config(&roots).map_err(|error| {
                Failure::new("the certificates of the sink are invalid").because(error)
            })?;
            options = options.tls_client_config(tls);
        }
        let client = self.login.add_to(options)?.connect(&self.servers[..]).await;
        let client = client.map_err(|error| self.unconnected(error))?;
        let context = jetstream::context::ContextBuilder::new()
            .timeout(TIMEOUT)
            .max_ack_inflight(usize::try_from(self.rows).unwrap_or(usize::MAX).max(1))
            .backpressure_on_inflight(true)
            .build(client);
        self.context = Some(context.clone());
        Ok(context)
    }

    fn unconnected(&self, error: ConnectError) -> Failure {
        let servers = self.servers.join(", ");
        let (message, help) = match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => (
                format!("{servers} refuses the credentials"),
                "check the secrets of the sink, and the user of the server",
            ),
            ConnectErrorKind::Tls => (
                format!("no TLS connection to {servers}"),
                "`certificate` names a file with the certificate of the server; use `security=plain` only in a \
                 network that you trust",
            ),
            _ => (
                format!("no connection to {servers}"),
                "check that the server is running, and that the address is right",
            ),
        };
        Failure::new(message).help(help).because(error)
    }

    /// Finds the stream, or creates it if the configuration says so.
    async fn stream(&self, context: &Context) -> Result<Stream, Failure> {
        let error = match context.get_stream(&self.stream).await {
            Ok(stream) => return Ok(stream),
            Err(error) => error,
        };
        let is_missing = match error.kind() {
            GetStreamErrorKind::JetStream(error) => {
                error.error_code() == ErrorCode::STREAM_NOT_FOUND
            }
            _ => false,
        };
        if !is_missing {
            let message = format!("the stream {} cannot be read", self.stream);
            return Err(Failure::new(message)
                .help("check that the server has JetStream, and the permissions of the user")
                .because(error));
        }
        let Some(replicas) = self.create else {
            let message = format!("there is no stream {}", self.stream);
            return Err(Failure::new(message).help(format!(
                "create it with the subject {}, or set create-stream=true",
                self.subject.all()
            )));
        };
        let made = context.create_stream(StreamConfig {
            name: self.stream.clone(),
            subjects: vec![self.subject.all()],
            num_replicas: replicas,
            ..StreamConfig::default()
        });
        made.await.map_err(|error| {
            Failure::new(format!("the stream {} cannot be created", self.stream))
                .help(
                    "check the permissions of the user, and whether another stream has the subject",
                )
                .because(error)
        })
    }

    async fn prepare(&mut self, own: Option<&str>) -> Result<Begun, Failure> {
        self.present.clear();
        let context = self.context().await?;
        let stream = self.stream(&context).await?;
        let info = stream.cached_info();
        let now = Place {
            sequence: info.state.last_sequence,
            created: info.created.to_string(),
        };
        self.place = match own.and_then(Place::read) {
            Some(known) if known.created == now.created => {
                if known.sequence < now.sequence {
                    self.present = self.names_behind(&stream, known.sequence).await?;
                }
                known
            }
            _ => now,
        };
        Ok(Begun {
            own: Some(self.place.text()),
            reached: None,
        })
    }

    /// The ids of the messages of this connection after a position in the stream.
    async fn names_behind(
        &self,
        stream: &Stream,
        sequence: u64,
    ) -> Result<HashSet<String>, Failure> {
        const AT_ONCE: usize = 1_000;
        let unread = |error: Box<dyn std::error::Error + Send + Sync>| {
            Failure::new(format!(
                "the messages of the stream {} cannot be read",
                self.stream
            ))
            .help("permit the user to read the stream, so that no message comes twice")
            .because(error)
        };
        let consumer = stream
            .create_consumer(pull::Config {
                deliver_policy: DeliverPolicy::ByStartSequence {
                    start_sequence: sequence + 1,
                },
                ack_policy: AckPolicy::None,
                filter_subject: self.subject.of_connection(),
                headers_only: true,
                inactive_threshold: TIMEOUT,
                ..pull::Config::default()
            })
            .await
            .map_err(|error| unread(Box::new(error)))?;
        let mut names = HashSet::new();
        loop {
            let batch = consumer.fetch().max_messages(AT_ONCE).messages().await;
            let mut batch = batch.map_err(|error| unread(Box::new(error)))?;
            let mut count = 0;
            while let Some(message) = batch.next().await {
                let message = message.map_err(unread)?;
                let id = message.headers.as_ref().and_then(|headers| headers.get(ID));
                names.extend(id.map(|id| id.as_str().to_owned()));
                count += 1;
            }
            if count == 0 {
                return Ok(names);
            }
        }
    }

    /// Sends all messages of a batch, and then awaits their acknowledgements.
    async fn publish(&mut self, batch: &Batch) -> Result<Accepted, Failure> {
        let context = self.context().await?;
        let mut refused = Vec::new();
        let mut sent: Vec<(usize, PublishAckFuture)> = Vec::new();
        for (at, row) in batch.rows.iter().enumerate() {
            let id = format!("{}{}", row.id, self.suffix);
            if self.present.contains(&id) {
                continue;
            }
            let message = PublishMessage::build()
                .payload(row.json.clone().into())
                .message_id(&id)
                .expected_stream(&self.stream);
            match context.send_publish(self.subject.of(row), message).await {
                Ok(acknowledgement) => sent.push((at, acknowledgement)),
                Err(error) => refused.push(self.refusal(at, error)?),
            }
        }
        for (at, acknowledgement) in sent {
            match acknowledgement.await {
                Ok(done) => self.place.sequence = self.place.sequence.max(done.sequence),
                Err(error) => refused.push(self.refusal(at, error)?),
            }
        }
        Ok(Accepted {
            own: Some(self.place.text()),
            refused,
        })
    }

    /// Why the server refuses a message for good. An error means that the message may be sent again.
    fn refusal(&self, at: usize, error: PublishError) -> Result<Refused, Failure> {
        let code = std::error::Error::source(&error)
            .and_then(|source| source.downcast_ref::<jetstream::Error>())
            .map(jetstream::Error::error_code);
        let is_too_large = error.kind() == PublishErrorKind::MaxPayloadExceeded
            || code == Some(ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM);
        if is_too_large {
            let reason = "it is larger than the server or the stream allows".to_owned();
            return Ok(Refused { at, reason });
        }
        let (message, help) = match error.kind() {
            PublishErrorKind::StreamNotFound => (
                format!("no stream has the subject {}", self.subject.all()),
                "add the subject to the stream",
            ),
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => (
                format!("the stream {} did not acknowledge in time", self.stream),
                "check that the server is running; messages without acknowledgement are sent again",
            ),
            _ => (
                format!("the stream {} refuses messages", self.stream),
                "check the limits of the stream, and the permissions of the user",
            ),
        };
        Err(Failure::new(message).help(help).because(error))
    }

    /// Disconnects after a failure, so that the next attempt connects anew.
    fn reset<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        if result.is_err() {
            self.context = None;
        }
        result
    }
}

impl Sink for Nats {
    fn limits(&self) -> Limits {
        Limits {
            rows: self.rows,
            ..Limits::default()
        }
    }

    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        async move {
            let begun = self.prepare(start.own).await;
            self.reset(begun)
        }
        .boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        async move {
            let accepted = self.publish(batch).await;
            self.reset(accepted)
        }
        .boxed()
    }

    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        async move {
            let context = self.context().await?;
            match context.get_stream(&self.stream).await {
                Err(_) if self.create.is_some() => Ok(format!(
                    "{} accepts the credentials; the stream {} will be created",
                    self.servers.join(", "),
                    self.stream
                )),
                _ => {
                    let stream = self.stream(&context).await?;
                    let messages = stream.cached_info().state.messages;
                    Ok(format!(
                        "the stream {} has {messages} messages",
                        self.stream
                    ))
                }
            }
        }
        .boxed()
    }
}

impl Login {
    /// Whether the secret itself is sent to the server.
    fn is_sent(&self) -> bool {
        matches!(self, Self::Token(_) | Self::Password(..))
    }

    fn of(config: &SinkConfig, secrets: &Secrets) -> Result<Self, Error> {
        let secret = |name: &str| secrets.get(name).ok().cloned();
        let found = [
            secret("token").map(Self::Token),
            secret("nkey").map(Self::Nkey),
            secret("credentials").map(Self::Credentials),
            match (config.text("user"), secret("password")) {
                (Some(user), Some(password)) => Some(Self::Password(user.to_owned(), password)),
                (None, None) => None,
                _ => {
                    let message = format!(
                        "sink {}: give both `user` and the secret `password`, or neither",
                        config.name
                    );
                    return Err(Error::new(Kind::Usage, message));
                }
            },
        ];
        let mut found = found.into_iter().flatten();
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                let message = format!("sink {}: more than one way to log in is given", config.name);
                Err(Error::new(Kind::Usage, message)
                    .help("give only one of a token, a password, an nkey and credentials"))
            }
            (login, _) => Ok(login.unwrap_or(Self::Nobody)),
        }
    }

    fn add_to(&self, options: ConnectOptions) -> Result<ConnectOptions, Failure> {
        let text = |secret: &SecretString| secret.expose_secret().to_owned();
        Ok(match self {
            Self::Nobody => options,
            Self::Token(token) => options.token(text(token)),
            Self::Password(user, password) => {
                options.user_and_password(user.clone(), text(password))
            }
            Self::Nkey(seed) => options.nkey(text(seed)),
            // The cause may quote the secret.
            Self::Credentials(credentials) => options
                .credentials(credentials.expose_secret())
                .map_err(|_| {
                    Failure::new("the credentials are not the content of a .creds file")
                })?,
        })
    }
}

/// A stream drops a message whose name it knows. Two sinks that send the same row to one stream in other forms, or
/// with other subjects, send other messages, so that these differ in their names.
fn suffix(form: &str, template: &str, subject: &Subject) -> String {
    let form = if form == "row" {
        String::new()
    } else {
        format!("#{form}")
    };
    match template {
        SUBJECT => form,
        _ => format!("{form}@{}", subject.of_connection()),
    }
}

/// The subjects of the messages of a connection.
struct Subject {
    template: String,
    connection: String,
}

impl Subject {
    fn new(sink: &str, template: &str, connection: &str) -> Result<Self, Error> {
        const KNOWN: [&str; 3] = ["{connection}", "{source}", "{about}"];
        let is_usable = |token: &str| {
            let is_plain =
                !token.contains(['{', '}', '*', '>']) && !token.contains(char::is_whitespace);
            !token.is_empty() && (is_plain || KNOWN.contains(&token))
        };
        if !template.split('.').all(is_usable) {
            let message = format!(
                "sink {sink}: `{}` is not a subject",
                template.escape_debug()
            );
            return Err(Error::new(Kind::Usage, message).help(
                "separate its parts by dots; each part is a word, {connection}, {source} or {about}",
            ));
        }
        Ok(Self {
            template: template.to_owned(),
            connection: token(connection),
        })
    }

    fn fill(&self, connection: &str, source: &str, about: &str) -> String {
        self.template
            .replace("{connection}", connection)
            .replace("{source}", source)
            .replace("{about}", about)
    }

    /// The subject of a row.
    fn of(&self, row: &Row) -> String {
        self.fill(&self.connection, &token(&row.source), &token(&row.about))
    }

    /// The pattern for all messages of the connection.
    fn of_connection(&self) -> String {
        self.fill(&self.connection, "*", "*")
    }

    /// The pattern for all messages of all connections.
    fn all(&self) -> String {
        self.fill("*", "*", "*")
    }
}

/// Escapes the characters of a text that have a meaning in a subject.
fn token(text: &str) -> String {
    let safe = |c: char| match c {
        '.' | '*' | '>' => '_',
        c if c.is_whitespace() || c.is_control() => '_',
        c => c,
    };
    text.chars().map(safe).collect()
}
