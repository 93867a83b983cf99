//! Hazard: a message that a topic has twice or never, after a crash or while brokers are unreachable.
//!
//! The cluster is librdkafka's mock cluster over TCP. It accepts the offsets of a transaction, but does not
//! store them, and it does not hide aborted messages. With `SAPONIFY_PEERS`, a Python client reads the
//! topic, too.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaApiKey;
use saponify_cli::connector::sinks::{Delivered, Failure, destination};
use saponify_cli::connector::vault::Secrets;
use serde_json::Value;

use super::{config, expected, fill, names, now, outlet};
use crate::store::{Fixture, span};

const TOPIC: &str = "saponify.acme.logins";

/// A connection that delivers to a topic with one partition.
struct Case {
    fixture: Fixture,
    brokers: String,
    values: Vec<(&'static str, String)>,
}

/// A mock cluster, and a connection that delivers to it.
struct Mocked {
    case: Case,
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl Mocked {
    fn new() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        cluster.create_topic(TOPIC, 1, 1).unwrap();
        Self {
            case: Case::new(&cluster.bootstrap_servers()),
            cluster,
        }
    }
}

impl Case {
    fn new(brokers: &str) -> Self {
        let values = vec![
            ("brokers", brokers.to_owned()),
            ("security", "plain".to_owned()),
            ("timeout", "10s".to_owned()),
        ];
        Self {
            fixture: Fixture::new(),
            brokers: brokers.to_owned(),
            values,
        }
    }

    fn set(&mut self, key: &'static str, value: &str) {
        self.values.retain(|(known, _)| *known != key);
        self.values.push((key, value.to_owned()));
    }

    fn config(&self) -> saponify_cli::connector::sinks::config::SinkConfig {
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        config("kafka", &values, &[])
    }

    /// Delivers as a process that has just started would.
    fn deliver(&mut self) -> Result<Delivered, Failure> {
        let outlet = outlet(&self.fixture, &self.config(), &BTreeMap::new());
        now(outlet, &mut self.fixture.store)
    }

    /// The keys and contents of the topic that a consumer of committed messages reads.
    fn messages(&self) -> Vec<(String, Value)> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", "a reader of the test")
            .set("isolation.level", "read_committed")
            .set("enable.partition.eof", "true")
            .create()
            .unwrap();
        let mut all = TopicPartitionList::new();
        all.add_partition_offset(TOPIC, 0, Offset::Beginning)
            .unwrap();
        consumer.assign(&all).unwrap();
        let mut messages = Vec::new();
        loop {
            match consumer.poll(Duration::from_secs(30)) {
                Some(Ok(message)) => {
                    let key = String::from_utf8(message.key().unwrap().to_vec()).unwrap();
                    let content = serde_json::from_slice(message.payload().unwrap()).unwrap();
                    messages.push((key, content));
                }
                Some(Err(KafkaError::PartitionEOF(_))) => return messages,
                Some(Err(error)) => panic!("{error}"),
                None => panic!("the topic does not end"),
            }
        }
    }

    fn keys(&self) -> Vec<String> {
        self.messages().into_iter().map(|(key, _)| key).collect()
    }

    fn waiting(&self) -> u64 {
        self.fixture.store.sink("hook").unwrap().waiting
    }
}

#[test]
fn each_row_is_a_message_in_order_and_once() {
    let Mocked {
        mut case,
        cluster: _cluster,
    } = Mocked::new();
    case.set("batch-rows", "100");
    fill(&mut case.fixture, 0, 450);
    assert_eq!(case.deliver().unwrap().rows, 450);
    fill(&mut case.fixture, 450, 10);
    assert_eq!(case.deliver().unwrap().rows, 10);
    assert_eq!(case.deliver().unwrap().rows, 0);
    let messages = case.messages();
    let keys: Vec<String> = messages.iter().map(|(key, _)| key.clone()).collect();
    assert_eq!(keys, names(460));
    assert_eq!(messages[7].1["key"], expected(8)[7]);
}

/// The offset of the group is that of a batch that was committed by a process that died before it moved the
/// cursor in the store.
#[test]
fn the_cursor_of_the_cluster_is_used() {
    let Mocked {
        mut case,
        cluster: _cluster,
    } = Mocked::new();
    fill(&mut case.fixture, 0, 10);
    case.deliver().unwrap();
    fill(&mut case.fixture, 10, 20);
    let state = case.fixture.store.sink("hook").unwrap();
    let mark: Value = serde_json::from_str(&state.position.unwrap()).unwrap();
    let group = format!("saponify-hook-{}", mark["owner"].as_str().unwrap());
    let other: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &case.brokers)
        .set("group.id", group)
        .create()
        .unwrap();
    let mut offsets = TopicPartitionList::new();
    let committed = Offset::Offset(state.cursor + 5);
    offsets.add_partition_offset(TOPIC, 0, committed).unwrap();
    other.commit(&offsets, CommitMode::Sync).unwrap();
    assert_eq!(case.deliver().unwrap().rows, 15);
    let delivered = [&names(10)[..], &names(30)[15..]].concat();
    assert_eq!(case.keys(), delivered);
    let state = case.fixture.store.sink("hook").unwrap();
    assert_eq!((state.delivered, state.waiting), (30, 0));
}

#[test]
fn two_stores_have_separate_cursors() {
    let Mocked {
        mut case,
        cluster: _cluster,
    } = Mocked::new();
    fill(&mut case.fixture, 0, 10);
    case.deliver().unwrap();
    // The home was lost, and the connection was activated again, so the sequence numbers begin anew.
    case.fixture = Fixture::new();
    fill(&mut case.fixture, 100, 5);
    assert_eq!(case.deliver().unwrap().rows, 5);
    assert_eq!(case.keys().len(), 15);
}

#[test]
fn unreachable_brokers_get_all_rows_later() {
    let Mocked { mut case, cluster } = Mocked::new();
    case.set("timeout", "2s");
    fill(&mut case.fixture, 0, 10);
    cluster.broker_down(1).unwrap();
    for round in 1..=2 {
        let failure = case.deliver().unwrap_err();
        assert!(
            failure.text().contains("no transaction can be started"),
            "{}",
            failure.text()
        );
        fill(&mut case.fixture, round * 10, 10);
    }
    assert_eq!(case.waiting(), 30);
    cluster.broker_up(1).unwrap();
    case.set("timeout", "20s");
    assert_eq!(case.deliver().unwrap().rows, 30);
    assert_eq!(case.keys(), names(30));
}

#[test]
fn a_row_that_is_too_large_is_set_aside() {
    let Mocked {
        mut case,
        cluster: _cluster,
    } = Mocked::new();
    let long = "x".repeat(1_100_000);
    let rows = [
        (1, "0Ya00000", "Success"),
        (2, "0Ya00001", &long),
        (3, "0Ya00002", "Success"),
    ];
    case.fixture.collect(span(0, 10), &rows);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 2, aside: 1 });
    let aside = case.fixture.folder.path().join("aside.ndjson");
    assert!(std::fs::read_to_string(aside).unwrap().contains("0Ya00001"));
    let state = case.fixture.store.sink("hook").unwrap();
    assert_eq!((state.delivered, state.waiting), (2, 0));
}

/// All messages of a record batch have the error of the record batch, also those that fit.
#[test]
fn rows_that_are_too_large_only_together_are_all_delivered() {
    let Mocked { mut case, cluster } = Mocked::new();
    fill(&mut case.fixture, 0, 50);
    let large = rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[large]);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 50, aside: 0 });
    let mut keys = case.keys();
    // The mock does not hide what was aborted.
    keys.dedup();
    assert_eq!(keys, names(50));
}

/// The group has the offset of a row that this store does not have: it was restored from a copy.
#[test]
fn a_cursor_of_another_history_is_not_taken_over() {
    let Mocked {
        mut case,
        cluster: _cluster,
    } = Mocked::new();
    fill(&mut case.fixture, 0, 10);
    case.deliver().unwrap();
    fill(&mut case.fixture, 10, 20);
    let state = case.fixture.store.sink("hook").unwrap();
    let mark: Value = serde_json::from_str(&state.position.unwrap()).unwrap();
    let group = format!("saponify-hook-{}", mark["owner"].as_str().unwrap());
    let other: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &case.brokers)
        .set("group.id", group)
        .create()
        .unwrap();
    let mut offsets = TopicPartitionList::new();
    let mut committed = offsets.add_partition(TOPIC, 0);
    let reached = state.cursor + 5;
    committed.set_offset(Offset::Offset(reached)).unwrap();
    committed.set_metadata(format!("{reached} acme/logins/0Ya99999"));
    other.commit(&offsets, CommitMode::Sync).unwrap();
    assert_eq!(case.deliver().unwrap().rows, 20);
    assert_eq!(case.keys(), names(30));
}

#[test]
fn a_transaction_that_is_not_committed_does_not_move_the_cursor() {
    let Mocked { mut case, cluster } = Mocked::new();
    fill(&mut case.fixture, 0, 10);
    let refused = rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    cluster.topic_error(TOPIC, refused).unwrap();
    let failure = case.deliver().unwrap_err();
    let code = RDKafkaErrorCode::TopicAuthorizationFailed;
    assert!(
        failure.text().contains(&code.to_string()),
        "{}",
        failure.text()
    );
    assert_eq!(case.waiting(), 10);
    let none = rdkafka::types::RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR;
    cluster.topic_error(TOPIC, none).unwrap();
    assert_eq!(case.deliver().unwrap().rows, 10);
    assert_eq!(case.keys(), names(10));
}

#[test]
fn a_password_is_not_sent_in_plain_text() {
    let Mocked {
        case,
        cluster: _cluster,
    } = Mocked::new();
    let mut values = case.values.clone();
    values.extend([
        ("user", "writer".to_owned()),
        ("mechanism", "plain".to_owned()),
    ]);
    let values: Vec<_> = values
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    let own = config("kafka", &values, &["password"]);
    let mut secrets = Secrets::default();
    secrets.insert("password", "precious".into());
    let error = destination(&own, &secrets, "acme").unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("unencrypted"),
        "{error}"
    );
}

#[test]
fn another_client_reads_what_was_delivered() {
    const READ: &str = "
import sys
from confluent_kafka import Consumer, KafkaError, TopicPartition, OFFSET_BEGINNING
consumer = Consumer({'bootstrap.servers': sys.argv[1], 'group.id': 'peer',
                     'isolation.level': 'read_committed', 'enable.partition.eof': True})
consumer.assign([TopicPartition(sys.argv[2], 0, OFFSET_BEGINNING)])
while True:
    message = consumer.poll(30)
    assert message is not None, 'the topic does not end'
    if message.error():
        assert message.error().code() == KafkaError._PARTITION_EOF, message.error()
        break
    print(message.key().decode(), message.timestamp()[1])
";
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!("not run: SAPONIFY_PEERS is not set");
        return;
    }
    let found = Command::new("python3")
        .args(["-c", "import confluent_kafka"])
        .output();
    if !found.is_ok_and(|found| found.status.success()) {
        eprintln!("not run: Python has no confluent_kafka");
        return;
    }
    let Mocked { mut case, cluster } = Mocked::new();
    // librdkafka treats the time 0 as no time.
    fill(&mut case.fixture, 1, 50);
    case.deliver().unwrap();
    let output = Command::new("python3")
        .args(["-c", READ, &cluster.bootstrap_servers(), TOPIC])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines: Vec<String> = names(51)
        .iter()
        .enumerate()
        .skip(1)
        .map(|(second, name)| format!("{name} {}", second * 1_000))
        .collect();
    assert_eq!(
        String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .collect::<Vec<_>>(),
        lines
    );
}
