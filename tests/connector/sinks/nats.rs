//! Hazard: a message that a stream has twice or never, after a crash, a restart or a long interruption.
//!
//! These tests start `nats-server` with JetStream in a temporary folder.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::stream::Config as StreamConfig;
use futures_util::StreamExt as _;
use saponify_cli::connector::sinks::{
    Batch, Delivered, Failure, Outlet, OutletOptions, Row, Start, destination,
};
use saponify_cli::connector::vault::Secrets;
use serde_json::Value;
use tempfile::TempDir;

use super::{config, fill, names, now, outlet};
use crate::store::{Fixture, span};

/// A server with JetStream.
pub(crate) struct Server {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
    settings: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    /// A server that is not started yet, or `None` if there is none on this machine.
    pub(crate) fn new(settings: &str) -> Option<Self> {
        let found = Command::new("nats-server").arg("--version").output();
        if found.is_err() {
            eprintln!("not run: nats-server is not installed");
            return None;
        }
        let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        Some(Self {
            child: None,
            folder: TempDir::new().unwrap(),
            port: probe.local_addr().unwrap().port(),
            settings: settings.to_owned(),
        })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn start(&mut self) {
        let file = self.path().join("nats.conf");
        let store = self.path().join("store");
        let text = format!(
            "listen: \"127.0.0.1:{}\"\njetstream {{ store_dir: \"{}\" }}\n{}\n",
            self.port,
            store.display(),
            self.settings
        );
        std::fs::write(&file, text).unwrap();
        let child = Command::new("nats-server")
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "nats-server ended: {ended:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends the server as a power cut would.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://localhost:{}", self.port)
    }

    /// The ids and the content of all messages in the stream, read by a separate client.
    fn messages(&self) -> Vec<(String, String, Value)> {
        run(async {
            let client = async_nats::connect(self.url()).await.unwrap();
            let context = async_nats::jetstream::new(client);
            let stream = context.get_stream("SAPONIFY").await.unwrap();
            let count = stream.cached_info().state.messages;
            let consumer = stream
                .create_consumer(pull::Config::default())
                .await
                .unwrap();
            let mut messages = Vec::new();
            if count == 0 {
                return messages;
            }
            let mut all = consumer.messages().await.unwrap();
            while (messages.len() as u64) < count {
                let message = all.next().await.unwrap().unwrap();
                message.ack().await.unwrap();
                let id = message
                    .headers
                    .as_ref()
                    .unwrap()
                    .get("Nats-Msg-Id")
                    .unwrap();
                let content = serde_json::from_slice(&message.payload).unwrap();
                messages.push((id.to_string(), message.subject.to_string(), content));
            }
            messages
        })
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.messages().into_iter().map(|(id, ..)| id).collect()
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

/// A connection and a server that it delivers to.
struct Case {
    fixture: Fixture,
    values: Vec<(&'static str, String)>,
    secrets: BTreeMap<&'static str, &'static str>,
}

impl Case {
    fn new(server: &Server) -> Self {
        let values = vec![
            ("url", server.url()),
            ("security", "plain".to_owned()),
            ("create-stream", "true".to_owned()),
        ];
        Self {
            fixture: Fixture::new(),
            values,
            secrets: BTreeMap::new(),
        }
    }

    fn set(&mut self, key: &'static str, value: &str) {
        self.values.retain(|(known, _)| *known != key);
        self.values.push((key, value.to_owned()));
    }

    /// Delivers as a process that has just started would.
    fn deliver(&mut self) -> Result<Delivered, Failure> {
        let outlet = self.outlet();
        now(outlet, &mut self.fixture.store)
    }

    fn outlet(&self) -> saponify_cli::connector::sinks::Outlet {
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        let names: Vec<_> = self.secrets.keys().copied().collect();
        let config = config("nats", &values, &names);
        outlet(&self.fixture, &config, &self.secrets)
    }

    fn waiting(&self) -> u64 {
        self.fixture.store.sink("hook").unwrap().waiting
    }
}

#[test]
fn each_row_is_a_message_in_order_and_once() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    fill(&mut case.fixture, 0, 2_500);
    assert_eq!(case.deliver().unwrap().rows, 2_500);
    fill(&mut case.fixture, 2_500, 10);
    assert_eq!(case.deliver().unwrap().rows, 10);
    let messages = server.messages();
    let ids: Vec<String> = messages.iter().map(|(id, ..)| id.clone()).collect();
    assert_eq!(ids, names(2_510));
    let (_, subject, content) = &messages[7];
    assert_eq!(subject, "saponify.acme.logins");
    assert_eq!(content["key"], "0Ya00007");
}

#[test]
fn acknowledged_rows_are_not_sent_again_after_a_crash_and_the_window_for_duplicates() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    run(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let context = async_nats::jetstream::new(client);
        let made = context.create_stream(StreamConfig {
            name: "SAPONIFY".to_owned(),
            subjects: vec!["saponify.>".to_owned()],
            duplicate_window: Duration::from_millis(100),
            ..StreamConfig::default()
        });
        made.await.unwrap();
    });
    let mut case = Case::new(&server);
    fill(&mut case.fixture, 0, 10);
    case.deliver().unwrap();
    fill(&mut case.fixture, 10, 20);
    // This is a process that sent half of the batch, and died before the cursor moved.
    let state = case.fixture.store.sink("hook").unwrap();
    let mark: Value = serde_json::from_str(&state.position.unwrap()).unwrap();
    let values: Vec<_> = case
        .values
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    let own = config("nats", &values, &[]);
    run(async {
        let mut sink = destination(&own, &Secrets::default(), "acme").unwrap();
        let start = Start {
            own: mark["own"].as_str(),
            ..Start::default()
        };
        sink.begin(start).await.unwrap();
        let names = names(20);
        let rows = names[10..].iter().map(|id| Row {
            seq: 0,
            id: id.clone(),
            source: "logins".into(),
            about: "LoginHistory".into(),
            time: None,
            json: b"{}".to_vec(),
        });
        let batch = Batch {
            connection: "acme".to_owned(),
            owner: String::new(),
            after: 0,
            last: 0,
            rows: rows.collect(),
            others_taken: false,
        };
        sink.deliver(&batch).await.unwrap();
    });
    assert_eq!(server.ids().len(), 20);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(case.deliver().unwrap().rows, 20);
    assert_eq!(server.ids(), names(30));
}

#[test]
fn a_server_that_is_killed_and_started_again_loses_and_repeats_nothing() {
    const ROWS: i64 = 6_000;
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    case.set("batch-rows", "50");
    fill(&mut case.fixture, 0, ROWS);
    for round in 1..=2 {
        let outlet = case.outlet();
        let mut store = case.fixture.open_beside();
        let delivering = std::thread::spawn(move || now(outlet, &mut store));
        let before = case.fixture.store.sink("hook").unwrap().delivered;
        while case.fixture.store.sink("hook").unwrap().delivered < before + 500 {
            assert!(!delivering.is_finished(), "too early in round {round}");
            std::thread::yield_now();
        }
        server.kill();
        let failure = delivering.join().unwrap().unwrap_err();
        assert!(failure.error().is_sink(), "{failure:?}");
        assert!(case.waiting() > 0, "killed too late in round {round}");
        server.start();
    }
    case.deliver().unwrap();
    assert_eq!(server.ids(), names(ROWS));
    let state = case.fixture.store.sink("hook").unwrap();
    assert_eq!(
        (state.delivered, state.waiting, state.problem),
        (ROWS as u64, 0, None)
    );
}

#[test]
fn an_unreachable_server_gets_all_rows_later() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    let mut case = Case::new(&server);
    for round in 0..3 {
        fill(&mut case.fixture, round * 10, 10);
        let failure = case.deliver().unwrap_err();
        assert!(
            failure.text().contains("no connection to nats://localhost"),
            "{}",
            failure.text()
        );
    }
    assert_eq!(case.waiting(), 30);
    server.start();
    assert_eq!(case.deliver().unwrap().rows, 30);
    assert_eq!(server.ids(), names(30));
}

#[test]
fn a_missing_stream_is_created_only_if_configured() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    case.set("create-stream", "false");
    fill(&mut case.fixture, 0, 5);
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.text().contains("no stream SAPONIFY") && failure.text().contains("saponify.*.*"),
        "{}",
        failure.text()
    );
    assert_eq!(case.waiting(), 5);
    case.set("create-stream", "true");
    case.deliver().unwrap();
    assert_eq!(server.ids(), names(5));
    // This stream does not have the subject.
    case.set("subject", "elsewhere.{connection}");
    fill(&mut case.fixture, 5, 5);
    let failure = case.deliver().unwrap_err();
    assert!(
        failure
            .text()
            .contains("no stream has the subject elsewhere.*"),
        "{}",
        failure.text()
    );
    assert_eq!(case.waiting(), 5);
}

#[test]
fn wrong_credentials_are_reported_but_not_shown() {
    let settings = "authorization { user: writer, password: \"right\" }";
    let Some(mut server) = Server::new(settings) else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    case.set("user", "writer");
    case.secrets.insert("password", "precious-secret");
    fill(&mut case.fixture, 0, 5);
    let failure = case.deliver().unwrap_err();
    let shown = format!("{failure:?} {}", failure.text());
    assert!(
        shown.contains("refuses the credentials") && !shown.contains("precious"),
        "{shown}"
    );
    case.secrets.insert("password", "right");
    assert_eq!(case.deliver().unwrap().rows, 5);
}

#[test]
fn tls_is_required_and_the_certificate_is_verified() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    // A server without TLS gets nothing, although it would accept it.
    let mut case = Case::new(&server);
    case.set("security", "tls");
    fill(&mut case.fixture, 0, 5);
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.text().contains("no TLS connection") || failure.text().contains("no connection"),
        "{}",
        failure.text()
    );
    server.kill();

    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (
        server.path().join("cert.pem"),
        server.path().join("key.pem"),
    );
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    server.settings = format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\" }}",
        certificate.display(),
        key.display()
    );
    server.start();
    let failure = case.deliver().unwrap_err();
    assert!(failure.text().contains("certificate"), "{}", failure.text());
    assert_eq!(case.waiting(), 5);
    case.set("certificate", &certificate.display().to_string());
    assert_eq!(case.deliver().unwrap().rows, 5);
}

#[test]
fn two_sinks_on_one_stream_do_not_swallow_each_others_messages() {
    let Some(mut server) = Server::new("") else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    fill(&mut case.fixture, 0, 5);
    case.deliver().unwrap();
    let aside = case.fixture.folder.path().join("second.ndjson");
    case.set("form", "ocsf");
    let values: Vec<_> = case
        .values
        .iter()
        .map(|(key, value)| (*key, &**value))
        .collect();
    let own = config("nats", &values, &[]);
    let sink = destination(&own, &Secrets::default(), "acme").unwrap();
    let outlet = Outlet::new(OutletOptions::new("acme", "second", aside), sink);
    assert_eq!(now(outlet, &mut case.fixture.store).unwrap().rows, 5);
    let ids = server.ids();
    assert_eq!(ids.len(), 10, "{ids:?}");
    assert_eq!(ids[..5], names(5));
    assert_eq!(ids[5], "acme/logins/0Ya00000#ocsf");
}

#[test]
fn a_secret_is_not_sent_in_plain_text_to_another_machine() {
    for (secret, user) in [("password", Some("writer")), ("token", None)] {
        for (host, is_allowed) in [("nats.example", false), ("127.0.0.1", true)] {
            let url = format!("nats://{host}:4222");
            let mut values = vec![("url", url.as_str()), ("security", "plain")];
            values.extend(user.map(|user| ("user", user)));
            let own = config("nats", &values, &[secret]);
            let mut secrets = Secrets::default();
            secrets.insert(secret, "precious".into());
            let opened = destination(&own, &secrets, "acme");
            assert_eq!(opened.is_ok(), is_allowed, "{secret} to {host}");
            if let Err(error) = opened {
                assert!(error.is_usage() && error.to_string().contains("without TLS"));
            }
        }
    }
}

#[test]
fn a_row_that_is_too_large_for_the_server_is_set_aside() {
    let Some(mut server) = Server::new("max_payload: 1024") else {
        return;
    };
    server.start();
    let mut case = Case::new(&server);
    let long = "x".repeat(2_000);
    let rows = [
        (1, "0Ya00000", "Success"),
        (2, "0Ya00001", &long),
        (3, "0Ya00002", "Success"),
    ];
    case.fixture.collect(span(0, 10), &rows);
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 2, aside: 1 });
    let mut expected = names(3);
    expected.remove(1);
    assert_eq!(server.ids(), expected);
    let aside = case.fixture.folder.path().join("aside.ndjson");
    assert!(std::fs::read_to_string(aside).unwrap().contains("0Ya00001"));
}
