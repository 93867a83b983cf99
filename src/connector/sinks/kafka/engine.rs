//! The producer, and the consumer group that keeps the cursor.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::{ClientConfig, ClientContext};

use crate::connector::sinks::{Failure, Reached};

/// The partition under which the consumer group keeps the cursor.
const PARTITION: i32 = 0;

/// A message of a batch.
pub(super) struct Message {
    /// The place of its row in the order of storing.
    pub(super) seq: i64,
    pub(super) topic: String,
    pub(super) key: String,
    pub(super) payload: Vec<u8>,
    /// The timestamp in milliseconds since 1970.
    pub(super) time: Option<i64>,
}

/// A transactional producer.
pub(super) struct Engine {
    producer: ThreadedProducer<Context>,
    /// The consumer group, which reads the cursor and whose metadata the producer needs.
    group: BaseConsumer,
    brokers: String,
    timeout: Duration,
    /// Whether each message is a record batch of its own.
    is_single: bool,
}

/// How a producer is started.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) settings: ClientConfig,
    /// The identifier of the transactions, and the group that has the cursor.
    pub(super) identifier: String,
    pub(super) brokers: String,
    pub(super) timeout: Duration,
}

/// Why messages were not delivered.
pub(super) enum Undelivered {
    /// The brokers refuse record batches as too large, and their messages may fit one by one.
    Together,
    /// Anything else.
    Failed(Failure),
}

/// A message that was not taken.
struct Untaken {
    /// Its place in the batch.
    at: usize,
    error: KafkaError,
    /// Whether the error is about this message alone, and not about all that were sent with it.
    is_alone: bool,
}

/// Receives the callbacks of librdkafka.
#[derive(Default)]
struct Context {
    /// The last problem with a broker.
    problem: Mutex<Option<String>>,
    /// Messages of the transaction that were not taken.
    failed: Mutex<Vec<Untaken>>,
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "librdkafka");
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        *problem = Some(reason.to_owned());
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Box<usize>;

    fn delivery(&self, result: &DeliveryResult<'_>, at: Box<usize>) {
        if let Err((error, _)) = result {
            let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
            failed.push(Untaken {
                at: *at,
                error: error.clone(),
                is_alone: false,
            });
        }
    }
}

impl Engine {
    /// Starts a producer. Whoever has worked with this identifier before is fenced off, and what it has not
    /// committed is aborted.
    ///
    /// With `is_single`, no two messages are sent in one record batch. That is slow.
    pub(super) fn start(options: &Options, is_single: bool) -> Result<Self, Failure> {
        let (settings, identifier) = (&options.settings, options.identifier.as_str());
        let (brokers, timeout) = (options.brokers.as_str(), options.timeout);
        let unusable = |_: KafkaError| {
            // The cause may quote a setting, so it is left out.
            Failure::new("librdkafka does not accept the settings of the sink")
                .help("check `certificate` and the other keys of the sink")
        };
        let producer: ThreadedProducer<Context> = settings
            .clone()
            .set("transactional.id", identifier)
            .set("batch.num.messages", if is_single { "1" } else { "10000" })
            .create_with_context(Context::default())
            .map_err(unusable)?;
        let mut group = settings.clone();
        // These settings are only for the producer.
        for key in [
            "compression.type",
            "enable.idempotence",
            "acks",
            "queue.buffering.max.messages",
            "transaction.timeout.ms",
        ] {
            group.remove(key);
        }
        let group: BaseConsumer = group
            .set("group.id", identifier)
            .set("enable.auto.commit", "false")
            .set("isolation.level", "read_committed")
            .create()
            .map_err(unusable)?;
        let engine = Self {
            producer,
            group,
            brokers: brokers.to_owned(),
            timeout,
            is_single,
        };
        let begun = engine.producer.init_transactions(timeout);
        begun.map_err(|error| engine.failed("no transaction can be started", error))?;
        Ok(engine)
    }

    /// The cursor that was committed last, if there is one. It is kept under the topic of the last message, with the
    /// place and the name of that message's row.
    pub(super) fn reached(&self, topics: &[String]) -> Result<Option<Reached>, Failure> {
        let mut list = TopicPartitionList::new();
        for topic in topics.iter().collect::<BTreeSet<_>>() {
            list.add_partition(topic, PARTITION);
        }
        let found = self.group.committed_offsets(list, self.timeout);
        let found = found.map_err(|error| self.failed("the cursor cannot be read", error))?;
        let elements = found.elements().into_iter();
        let reached = elements.filter_map(|own| match own.offset() {
            Offset::Offset(cursor) => Some(Reached {
                cursor,
                last: last_of(own.metadata()),
            }),
            _ => None,
        });
        Ok(reached.max_by_key(|reached| reached.cursor))
    }

    /// Delivers messages and the cursor in a transaction. Returns the indices of messages that are too
    /// large.
    pub(super) fn deliver(
        &self,
        messages: &[Message],
        last: i64,
    ) -> Result<BTreeSet<usize>, Undelivered> {
        let mut refused = BTreeSet::new();
        loop {
            let tried = self.attempt(messages, last, &refused);
            let Err(failure) = tried else {
                return Ok(refused);
            };
            let aborted = self.producer.abort_transaction(self.timeout);
            let mut large = self.take_failed();
            large.retain(|untaken| is_too_large(&untaken.error));
            if large.is_empty() || aborted.is_err() {
                return Err(Undelivered::Failed(failure));
            }
            let is_alone = |untaken: &&Untaken| untaken.is_alone || self.is_single;
            let alone: Vec<usize> = large.iter().filter(is_alone).map(|own| own.at).collect();
            if alone.is_empty() {
                // All messages of a record batch have the same error, also those that would fit.
                return Err(Undelivered::Together);
            }
            // Without them, the transaction can succeed.
            refused.extend(alone);
        }
    }

    fn attempt(
        &self,
        messages: &[Message],
        last: i64,
        refused: &BTreeSet<usize>,
    ) -> Result<(), Failure> {
        let failed = |error| self.failed("the transaction was not committed", error);
        self.take_failed();
        self.producer.begin_transaction().map_err(failed)?;
        let mut sent = None;
        for (at, message) in messages.iter().enumerate() {
            if !refused.contains(&at) {
                self.send(at, message)?;
                sent = Some(message);
            }
        }
        // If a message fails, so does the commit. Only the flush tells which message it is.
        self.producer.flush(self.timeout).map_err(failed)?;
        let first = self.failed_first();
        if let Some(error) = first {
            return Err(failed(error));
        }
        // Where all rows are refused, the cursor is in the store alone.
        if let Some(message) = sent {
            let mut offsets = TopicPartitionList::new();
            let mut cursor = offsets.add_partition(&message.topic, PARTITION);
            cursor.set_offset(Offset::Offset(last)).map_err(failed)?;
            cursor.set_metadata(format!("{} {}", message.seq, message.key));
            let group = self
                .group
                .group_metadata()
                .ok_or_else(|| Failure::new("librdkafka has no metadata of the consumer group"))?;
            self.producer
                .send_offsets_to_transaction(&offsets, &group, self.timeout)
                .map_err(failed)?;
        }
        self.producer
            .commit_transaction(self.timeout)
            .map_err(failed)
    }

    fn send(&self, at: usize, message: &Message) -> Result<(), Failure> {
        let until = Instant::now() + self.timeout;
        let mut record = BaseRecord::with_opaque_to(&message.topic, Box::new(at))
            .key(&message.key)
            .payload(&message.payload);
        if let Some(time) = message.time {
            record = record.timestamp(time);
        }
        loop {
            let Err((error, back)) = self.producer.send(record) else {
                return Ok(());
            };
            let is_full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
            if !is_full || Instant::now() >= until {
                let known = error.clone();
                let mut failed = self
                    .context()
                    .failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                failed.push(Untaken {
                    at,
                    error: known,
                    is_alone: true,
                });
                drop(failed);
                return Err(self.failed("a message was refused", error));
            }
            record = back;
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn context(&self) -> &Context {
        self.producer.context()
    }

    fn take_failed(&self) -> Vec<Untaken> {
        let failed = &self.context().failed;
        std::mem::take(&mut failed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failed_first(&self) -> Option<KafkaError> {
        let failed = &self.context().failed;
        let failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.first().map(|untaken| untaken.error.clone())
    }

    /// Makes a failure with the last message of librdkafka about a broker. For example, a wrong password
    /// appears to the caller only as a timeout.
    fn failed(&self, what: &str, error: KafkaError) -> Failure {
        let problem = &self.context().problem;
        let problem = problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let said = problem.map_or_else(String::new, |problem| format!(": {problem}"));
        Failure::new(format!("{}: {what}{said}", self.brokers))
            .help(
                "check that the brokers are running, the address, and the permissions of the user",
            )
            .because(error)
    }
}

/// The place and the name of a row, as they are kept with the cursor. An earlier version kept nothing.
fn last_of(metadata: &str) -> Option<(i64, String)> {
    let (seq, name) = metadata.split_once(' ')?;
    Some((seq.parse().ok()?, name.to_owned()))
}

/// How many brokers a cluster has.
pub(super) fn brokers(
    settings: &ClientConfig,
    address: &str,
    timeout: Duration,
) -> Result<usize, Failure> {
    let producer: ThreadedProducer<Context> = settings
        .create_with_context(Context::default())
        .map_err(|_| Failure::new("librdkafka does not accept the settings of the sink"))?;
    let found = producer.client().fetch_metadata(None, timeout);
    let found = found.map_err(|error| {
        let problem = &producer.context().problem;
        let problem = problem
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let said = problem.map_or_else(String::new, |problem| format!(": {problem}"));
        Failure::new(format!("no response from {address}{said}")).because(error)
    })?;
    Ok(found.brokers().len())
}

fn is_too_large(error: &KafkaError) -> bool {
    use RDKafkaErrorCode::{InvalidMessageSize, MessageSizeTooLarge};
    matches!(
        error.rdkafka_error_code(),
        Some(MessageSizeTooLarge | InvalidMessageSize)
    )
}
