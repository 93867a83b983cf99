//! Messages of the fixture `styles` are compared with those that zeep writes for the same WSDL, and
//! messages that zeep writes are read.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use saponify::transport::testing::Scripted;
use saponify::ws::{UsernameToken, WsAddressing};
use saponify_goldens::styles::{Document, Document12, Encoded, Rpc, encoded, styles};
use serde_json::{Value, json};
use styles::Seed;

struct Zeep {
    // The process ends when its input is closed, that is, when this struct is dropped.
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Zeep {
    /// `None` if it is not installed.
    fn start() -> Option<Self> {
        if std::env::var_os("SAPONIFY_PEERS").is_none() {
            eprintln!("skipped: if zeep is installed, set SAPONIFY_PEERS=1 to compare with it");
            return None;
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
        let mut process = Command::new(python)
            .arg(root.join("tests/peers/messages.py"))
            .arg(root.join("codegen/tests/fixtures/styles/input.wsdl"))
            .arg(root.join("wsdl/src/well_known/soap11-encoding.xsd"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Some(Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            _process: process,
        })
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input, "{question}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer to {question}"))
    }

    fn make(&mut self, port: &str, operation: &str, side: &str, arguments: Value) -> String {
        let answer = self.ask(&json!({ "make": [port, operation, side, arguments] }));
        answer["xml"].as_str().unwrap().to_owned()
    }

    /// Checks that our last request has the same meaning as zeep's.
    fn same(&mut self, service: &Scripted, port: &str, arguments: Value) {
        let ours = service.requests().pop().unwrap();
        let theirs = self.make(port, ours.operation(), "input", arguments);
        let encoded = port == "Encoded";
        let question = json!({ "compare": [ours.body(), theirs], "encoded": encoded });
        let difference = &self.ask(&question)["difference"];
        assert!(
            difference.is_null(),
            "{difference}\n{}\n{theirs}",
            ours.body()
        );
    }
}

macro_rules! client {
    ($service:ty, $($answer:expr),* $(,)?) => {{
        let service = Scripted::new()$(.answer($answer))*;
        (<$service>::builder().transport(service.clone()).anonymous(None).unwrap(), service)
    }};
}

fn seed() -> Seed {
    Seed {
        name: "R\u{fc}be & <Rye>".to_owned(),
        grams: Some(1.5),
        organic: Some(true),
    }
}

fn seed_of_zeep() -> Value {
    json!({ "name": "R\u{fc}be & <Rye>", "grams": 1.5, "organic": true })
}

#[tokio::test]
async fn documents_are_those_of_zeep() {
    let Some(mut zeep) = Zeep::start() else {
        return;
    };
    let sown = json!({ "at": "2026-01-15T05:00:00Z", "note": "n", "id": 7 });
    let weighed = json!({ "total": 3.0, "heaviest": seed_of_zeep() });
    let (soap, service) = client!(
        Document,
        zeep.make("Document", "sow", "output", sown),
        zeep.make("Document", "weigh", "output", weighed.clone()),
        zeep.make("Document", "ping", "output", json!({})),
        zeep.make("Document", "noop", "output", json!({})),
        zeep.make(
            "Document",
            "swap",
            "output",
            json!({ "first": seed_of_zeep(), "second": 4 })
        ),
    );
    let sown = soap.sow(&seed()).await.unwrap();
    assert_eq!((sown.id, sown.note.as_deref()), (7, Some("n")));
    zeep.same(&service, "Document", seed_of_zeep());
    let weighed_by_us = soap.weigh(&[seed(), seed()], "g").await.unwrap();
    assert_eq!(weighed_by_us.heaviest, Some(seed()));
    let arguments = json!({ "seed": [seed_of_zeep(), seed_of_zeep()], "unit": "g" });
    zeep.same(&service, "Document", arguments.clone());
    soap.ping().await.unwrap();
    zeep.same(&service, "Document", json!({}));
    soap.noop().await.unwrap();
    zeep.same(&service, "Document", json!({}));
    let swapped = soap.swap(&seed(), 3).await.unwrap();
    assert_eq!((swapped.seed, swapped.count), (seed(), 4));
    zeep.same(
        &service,
        "Document",
        json!({ "first": seed_of_zeep(), "second": 3 }),
    );

    let answer = zeep.make("DocumentSoap12", "weigh", "output", weighed);
    let (soap, service) = client!(Document12, answer);
    soap.weigh(&[seed(), seed()], "g").await.unwrap();
    zeep.same(&service, "DocumentSoap12", arguments);
}

#[tokio::test]
async fn rpc_messages_are_those_of_zeep() {
    let Some(mut zeep) = Zeep::start() else {
        return;
    };
    let answer = json!({ "grams": 2.5, "times": 2 });
    let (soap, service) = client!(Rpc, zeep.make("Rpc", "measure", "output", answer));
    let measured = soap.measure(&seed(), 2).await.unwrap();
    assert_eq!((measured.grams, measured.times), (2.5, 2));
    zeep.same(
        &service,
        "Rpc",
        json!({ "seed": seed_of_zeep(), "times": 2 }),
    );
}

#[tokio::test]
async fn encoded_messages_are_those_of_zeep() {
    let Some(mut zeep) = Zeep::start() else {
        return;
    };
    let fern = json!({ "name": "Fern", "height": 3, "parent": null });
    let (soap, service) = client!(
        Encoded,
        zeep.make(
            "Encoded",
            "plants",
            "output",
            json!({ "return": [fern, fern] })
        ),
        zeep.make("Encoded", "name", "output", json!({ "return": "x" })),
    );
    let plant = encoded::Plant {
        name: "Fern".to_owned(),
        height: Some(3),
        parent: None,
    };
    let plants = encoded::ArrayOfPlant {
        item: vec![Some(plant.clone())],
    };
    let names = encoded::ArrayOfString {
        item: vec![Some("a".to_owned()), Some("b".to_owned())],
    };
    let found = soap
        .plants(&plants, &names, 3, &"red".into())
        .await
        .unwrap();
    assert_eq!(found.item, [Some(plant.clone()), Some(plant.clone())]);
    let arguments = json!({ "plants": [fern], "names": ["a", "b"], "limit": 3, "colour": "red" });
    zeep.same(&service, "Encoded", arguments);
    assert_eq!(soap.name(&plant).await.unwrap(), "x");
    zeep.same(&service, "Encoded", json!({ "plant": fern }));
}

#[tokio::test]
async fn tokens_are_those_of_zeep() {
    let Some(mut zeep) = Zeep::start() else {
        return;
    };
    let answer = zeep.make("Document", "ping", "output", json!({}));
    for digest in [false, true] {
        let (soap, service) = client!(Document, answer.clone());
        let token = UsernameToken::new("a<b", "p&ss");
        let token = if digest { token.digest() } else { token };
        let addressing = WsAddressing::new().action("urn:ping");
        let call = soap.ping().raw_header(addressing).raw_header(token);
        call.await.unwrap();
        let ours = service.requests_with_secrets().pop().unwrap();
        let question = json!({ "token": ["a<b", "p&ss", digest], "ours": ours.body() });
        let difference = &zeep.ask(&question)["difference"];
        assert!(difference.is_null(), "{difference}");
    }
}
