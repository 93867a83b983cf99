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

use crate::connector::sinks::Failure;

/// The partition under which the consumer group keeps the cursor.
const PARTITION: i32 = 0;

/// A message of a batch.
pub(super) struct Message {
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
}

/// Receives the callbacks of librdkafka.
#[derive(Default)]
struct Context {
    /// The last problem with a broker.
    problem: Mutex<Option<String>>,
    /// Messages of the transaction that failed, by their index in the batch.
    failed: Mutex<Vec<(usize, KafkaError)>>,
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
            failed.push((*at, error.clone()));
        }
    }
}

impl Engine {
    /// Starts a producer. The brokers fence off an earlier producer with this identifier, and abort its
    /// open transaction.
    pub(super) fn start(
        settings: &ClientConfig,
        identifier: &str,
        brokers: &str,
        timeout: Duration,
    ) -> Result<Self, Failure> {
        let unusable = |_: KafkaError| {
            // The cause may quote a setting, so it is left out.
            Failure::new("librdkafka does not accept the settings of the sink")
                .help("check `certificate` and the other keys of the sink")
        };
        let producer: ThreadedProducer<Context> = settings
            .clone()
            .set("transactional.id", identifier)
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
        };
        let begun = engine.producer.init_transactions(timeout);
        begun.map_err(|error| engine.failed("no transaction can be started", error))?;
        Ok(engine)
    }

    /// The last committed cursor, if there is one. It is kept under the topic of the last message.
    pub(super) fn cursor(&self, topics: &[String]) -> Result<Option<i64>, Failure> {
        let mut list = TopicPartitionList::new();
        for topic in topics.iter().collect::<BTreeSet<_>>() {
            list.add_partition(topic, PARTITION);
        }
        let found = self.group.committed_offsets(list, self.timeout);
        let found = found.map_err(|error| self.failed("the cursor cannot be read", error))?;
        let offsets = found
            .elements()
            .into_iter()
            .filter_map(|own| match own.offset() {
                Offset::Offset(offset) => Some(offset),
                _ => None,
            });
        Ok(offsets.max())
    }

    /// Delivers messages and the cursor in a transaction. Returns the indices of messages that are too
    /// large.
    pub(super) fn deliver(
        &self,
        messages: &[Message],
        last: i64,
    ) -> Result<BTreeSet<usize>, Failure> {
        let mut refused = BTreeSet::new();
        loop {
            let tried = self.attempt(messages, last, &refused);
            let Err(failure) = tried else {
                return Ok(refused);
            };
            let aborted = self.producer.abort_transaction(self.timeout);
            let new: BTreeSet<usize> = self
                .take_failed()
                .into_iter()
                .filter(|(_, error)| is_too_large(error))
                .map(|(at, _)| at)
                .collect();
            if new.is_empty() || aborted.is_err() {
                return Err(failure);
            }
            // Without the messages that are too large, the transaction can succeed.
            refused.extend(new);
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
        let mut topic = None;
        for (at, message) in messages.iter().enumerate() {
            if !refused.contains(&at) {
                self.send(at, message)?;
                topic = Some(&message.topic);
            }
        }
        // If a message fails, so does the commit. Only the flush tells which message it is.
        self.producer.flush(self.timeout).map_err(failed)?;
        let first = self.failed_first();
        if let Some(error) = first {
            return Err(failed(error));
        }
        // If all rows are refused, there is no topic for the cursor, and it is only in the store.
        if let Some(topic) = topic {
            let mut offsets = TopicPartitionList::new();
            offsets
                .add_partition_offset(topic, PARTITION, Offset::Offset(last))
                .map_err(failed)?;
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
                failed.push((at, known));
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

    fn take_failed(&self) -> Vec<(usize, KafkaError)> {
        let failed = &self.context().failed;
        std::mem::take(&mut failed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn failed_first(&self) -> Option<KafkaError> {
        let failed = &self.context().failed;
        let failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.first().map(|(_, error)| error.clone())
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

/// The number of brokers of a cluster.
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
