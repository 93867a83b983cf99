//! Independent clients, zeep and node-soap, call generated servers over TLS. They know nothing but the
//! address of the WSDL, which the servers publish. An operation counts once, at however many ports it is
//! called, and only if the server implements it. `tests/corpus` calls servers of real WSDLs.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use saponify::server::Server;
use saponify_goldens::server::server::Library as _;
use saponify_goldens::{rpc, styles};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{self, pki_types::PrivateKeyDer};

use super::calls::{Echo, Station};
use super::library::MyLibrary;

/// An independent client.
struct Peer {
    // The process ends when its input is closed, that is, when this struct is dropped.
    _process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        Self {
            input: process.stdin.take().unwrap(),
            output: BufReader::new(process.stdout.take().unwrap()),
            _process: process,
        }
    }

    fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input, "{question}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer to {question}"))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn zeep(certificate: &Path) -> Peer {
    let python = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command
        .arg(root().join("tests/peers/call.py"))
        .arg(certificate)
        .arg(root().join("wsdl/src/well_known/soap11-encoding.xsd"));
    Peer::start(command)
}

fn node_soap(certificate: &Path) -> Peer {
    let mut command = Command::new("node");
    command
        .arg(root().join("tests/peers/call.js"))
        .env("NODE_EXTRA_CA_CERTS", certificate);
    Peer::start(command)
}

/// Serves each server over TLS on a port of its own, and returns the addresses and the certificate.
async fn serve(servers: Vec<Server>) -> (Vec<String>, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut addresses = Vec::new();
    for server in servers {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let address = format!("https://localhost:{port}/soap");
        let service = TowerToHyperService::new(server.address(&address));
        addresses.push(address);
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, service) = (acceptor.clone(), service.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let http = http1::Builder::new();
                        let _ = http.serve_connection(TokioIo::new(stream), service).await;
                    }
                });
            }
        });
    }
    (addresses, made.cert.pem())
}

/// A call and what it must give.
struct Call {
    port: &'static str,
    soap12: bool,
    operation: &'static str,
    arguments: Value,
    headers: Value,
    expected: Value,
}

fn call(port: &'static str, operation: &'static str, arguments: Value, expected: Value) -> Call {
    Call {
        port,
        soap12: port.ends_with("12"),
        operation,
        arguments,
        headers: Value::Null,
        expected,
    }
}

fn leaves(texts: &[&str]) -> Value {
    let mut texts = texts.to_vec();
    texts.sort_unstable();
    json!({ "leaves": texts })
}

fn fault(soap12: bool, is_sender: bool, message: &str) -> Value {
    let code = match (soap12, is_sender) {
        (false, true) => "Client",
        (false, false) => "Server",
        (true, true) => "Sender",
        (true, false) => "Receiver",
    };
    json!({ "fault": [code, message] })
}

fn of_styles(document: &'static str) -> Vec<Call> {
    let soap12 = document.ends_with("12");
    let seed = json!({ "name": "Rye & <Co>", "grams": 2.5 });
    let call = |operation, arguments, expected| call(document, operation, arguments, expected);
    vec![
        call(
            "sow",
            seed.clone(),
            leaves(&["2", "Rye & <Co>", "2026-01-15T05:00"]),
        ),
        call("sow", json!({ "name": "" }), fault(soap12, true, "Refused")),
        call(
            "weigh",
            json!({ "seed": [seed, seed], "unit": "g & more" }),
            leaves(&["5", "2.5", "Rye & <Co>"]),
        ),
        call("ping", json!({}), leaves(&[])),
    ]
}

fn of_library(port: &'static str) -> Vec<Call> {
    let soap12 = port.ends_with("12");
    let book = |title: &str| json!({ "title": title });
    let find = json!({ "context": "\u{e9} & <x>", "shelf": { "row": 7 } });
    let lend = |title, days: i32| json!({ "book": book(title), "days": days });
    let mut with_header = call(
        port,
        "lend",
        lend("a", 3),
        leaves(&["2026-01-01", "card 5"]),
    );
    with_header.headers = json!(["{urn:example:library}Reader", { "card": "card 5" }]);
    vec![
        call(port, "find", find, leaves(&["\u{e9} & <x>", "7", "<&>"])),
        call(
            port,
            "find",
            json!({ "context": "internal" }),
            fault(soap12, false, INTERNAL),
        ),
        with_header,
        call(port, "lend", lend("lost", 1), fault(soap12, true, "Lost")),
        call(
            port,
            "lend",
            lend("long", 31),
            fault(soap12, true, "TooLong"),
        ),
        call(port, "returned", json!({ "title": "back" }), leaves(&[])),
        call(
            port,
            "intoServer",
            json!({}),
            fault(
                soap12,
                false,
                "this server does not implement the operation intoServer",
            ),
        ),
    ]
}

const INTERNAL: &str = "the request could not be processed because of an internal error";

/// The operations that were reached: their services and names.
type Reached = BTreeSet<(&'static str, &'static str)>;

/// Makes all calls, and notes the operations that they reached.
fn check(
    peer: &mut Peer,
    service: &'static str,
    address: &str,
    calls: Vec<Call>,
    reached: &mut Reached,
) {
    for call in calls {
        let question = json!({
            "wsdl": format!("{address}?wsdl"),
            "service": service,
            "port": call.port,
            "soap12": call.soap12,
            "operation": call.operation,
            "arguments": call.arguments,
            "headers": call.headers,
        });
        let answer = peer.ask(&question);
        assert_eq!(answer, call.expected, "{question}");
        if !answer.to_string().contains("does not implement") {
            reached.insert((service, call.operation));
        }
    }
}

async fn start() -> Option<(Vec<String>, tempfile::TempDir, PathBuf)> {
    if std::env::var_os("SAPONIFY_PEERS").is_none() {
        eprintln!(
            "skipped: if zeep and node-soap are installed, set SAPONIFY_PEERS=1 to call servers with them"
        );
        return None;
    }
    let (addresses, pem) = serve(vec![
        styles::server::Document::into_server(Echo),
        styles::server::Rpc::into_server(Echo),
        styles::server::Encoded::into_server(Echo),
        MyLibrary::default().into_server(),
        rpc::server::Weather::into_server(Station),
    ])
    .await;
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("certificate.pem");
    std::fs::write(&certificate, pem).unwrap();
    Some((addresses, folder, certificate))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zeep_calls_generated_servers() {
    let Some((addresses, _folder, certificate)) = start().await else {
        return;
    };
    let [document, of_rpc, encoded, library, weather] = addresses.as_slice() else {
        panic!("{addresses:?}");
    };
    let mut peer = zeep(&certificate);
    let mut reached = Reached::new();
    for port in ["Document", "DocumentSoap12"] {
        let mut calls = of_styles(port);
        let seed = json!({ "name": "Rye", "grams": 2.5 });
        let message = "this server does not implement the operation noop";
        let soap12 = port.ends_with("12");
        calls.push(call(port, "noop", json!({}), fault(soap12, false, message)));
        // zeep gives no name to the content of a body with one simple element.
        calls.push(call(port, "count", json!(["red"]), leaves(&["3"])));
        calls.push(call(port, "paint", json!([2]), leaves(&["red"])));
        calls.push(call(port, "say", json!(["hello"]), leaves(&[])));
        calls.push(call(
            port,
            "swap",
            json!({ "first": seed, "second": 3 }),
            leaves(&["4", "2.5", "Rye"]),
        ));
        calls.push(call(port, "notify", json!([2]), leaves(&[])));
        check(&mut peer, "Styles", document, calls, &mut reached);
    }
    let seed = json!({ "name": "Rye", "grams": 2.5 });
    let calls = vec![
        call(
            "Rpc",
            "measure",
            json!({ "seed": seed, "times": 2 }),
            leaves(&["5", "2"]),
        ),
        call("Rpc", "reset", json!({}), leaves(&[])),
    ];
    check(&mut peer, "Styles", of_rpc, calls, &mut reached);
    for port in ["Encoded", "EncodedSoap12"] {
        let fern = json!({ "name": "Fern", "height": 3 });
        let plants = json!({ "plants": [fern], "names": ["a", "b"], "limit": 3, "colour": "red" });
        let calls = vec![
            call(port, "plants", plants, leaves(&["Fern", "3", "a", "b"])),
            call(
                port,
                "name",
                json!({ "plant": { "name": "x" } }),
                leaves(&["x"]),
            ),
        ];
        check(&mut peer, "Styles", encoded, calls, &mut reached);
    }
    for port in ["Library11", "Library12"] {
        let calls = of_library(port);
        check(&mut peer, "LibraryService", library, calls, &mut reached);
    }
    let one = json!({ "station": "Oslo" });
    let calls = vec![call(
        "Weather",
        "login",
        one,
        fault(
            false,
            false,
            "this server does not implement the operation login",
        ),
    )];
    check(&mut peer, "WeatherService", weather, calls, &mut reached);
    // Eight of the document style, two of rpc, two encoded, and three of the library.
    assert_eq!(reached.len(), 15, "{reached:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_soap_calls_generated_servers() {
    let Some((addresses, _folder, certificate)) = start().await else {
        return;
    };
    let [document, of_rpc, _, library, _] = addresses.as_slice() else {
        panic!("{addresses:?}");
    };
    let mut peer = node_soap(&certificate);
    let mut reached = Reached::new();
    for port in ["Library11", "Library12"] {
        let calls = of_library(port);
        check(&mut peer, "LibraryService", library, calls, &mut reached);
    }
    for port in ["Document", "DocumentSoap12"] {
        let calls = of_styles(port);
        check(&mut peer, "Styles", document, calls, &mut reached);
    }
    let seed = json!({ "name": "Rye", "grams": 2.5 });
    // node-soap refuses to send a message without parts in rpc style.
    let arguments = json!({ "seed": seed, "times": 2 });
    let calls = vec![call("Rpc", "measure", arguments, leaves(&["5", "2"]))];
    check(&mut peer, "Styles", of_rpc, calls, &mut reached);
    assert_eq!(reached.len(), 7, "{reached:?}");
}
