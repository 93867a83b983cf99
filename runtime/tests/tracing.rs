//! What `tracing` and the wire log tell of calls. All is one test, because what one thread listens to
//! depends on what other threads of the process listen to.
#![deny(warnings)]
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use saponify::transport::testing::{Answer, Scripted};
use saponify::{Retry, Session, WireLog};
use shape::{Account, Soap};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The fields of each span, and the spans in which events came.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<SpansAndEvents>>);

type SpansAndEvents = (Vec<Fields>, Vec<(Option<u64>, Fields)>);
type Fields = BTreeMap<&'static str, String>;

struct Into<'a>(&'a mut Fields);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl Subscriber for Heard {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("saponify")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields::new();
        span.record(&mut Into(&mut fields));
        let mut heard = self.0.lock().unwrap();
        heard.0.push(fields);
        Id::from_u64(heard.0.len() as u64)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut heard = self.0.lock().unwrap();
        let index = usize::try_from(span.into_u64()).unwrap() - 1;
        values.record(&mut Into(&mut heard.0[index]));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Into(&mut fields));
        let parent = event.parent().map(Id::into_u64);
        self.0.lock().unwrap().1.push((parent, fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Heard {
    /// What was heard since the last time.
    fn take(&self) -> SpansAndEvents {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

fn envelope(body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>{body}</e:Body></e:Envelope>"
    )
}

fn rows(count: usize) -> String {
    let row = "<records xsi:type='sf:Account'><sf:Name>Acme</sf:Name></records>".repeat(count);
    envelope(&format!(
        "<queryResponse><result><done>true</done><queryLocator xsi:nil='true'/>{row}<size>{count}</size></result></queryResponse>"
    ))
}

fn fault(code: &str) -> Answer {
    let body =
        format!("<e:Fault><faultcode>{code}</faultcode><faultstring>s</faultstring></e:Fault>");
    Answer::new(500, "text/xml", envelope(&body))
}

const SESSION: &str = "00D000000000001!AQ.canary77session";

fn client(transport: Scripted, log: Option<WireLog>) -> Soap {
    let session = Session::new("https://acme.my.salesforce.com/c", SESSION).unwrap();
    let retry = Retry::default().backoff(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let mut builder = Soap::builder().transport(transport).retry(retry);
    if let Some(log) = log {
        builder = builder.wire_log(log);
    }
    builder.session(session).unwrap()
}

#[test]
fn calls_are_told_once_and_without_secrets() {
    let heard = Heard::default();
    let _guard = tracing::subscriber::set_default(heard.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        spans(&heard).await;
        wire_log().await;
        wire_log_to_tracing(&heard).await;
    });
}

async fn spans(heard: &Heard) {
    let answer = rows(3);
    let script = Scripted::new()
        .answer(fault("SERVER_UNAVAILABLE"))
        .answer(answer.as_str())
        .answer(fault("MALFORMED_QUERY"))
        .answer(answer.as_str());
    let soap = client(script.clone(), None);

    // A call that succeeds with its second attempt.
    soap.query("SELECT").await.unwrap();
    let (spans, events) = heard.take();
    let sent: usize = (script.requests_with_secrets().iter())
        .map(|request| request.body().len())
        .sum();
    let received = answer.len() + fault_length();
    let [span] = &spans[..] else {
        panic!("{spans:?}")
    };
    for (name, value) in [
        ("operation", "query".to_owned()),
        ("host", "acme.my.salesforce.com".to_owned()),
        ("attempts", "2".to_owned()),
        ("status", "200".to_owned()),
        ("rows", "3".to_owned()),
        ("sent", sent.to_string()),
        ("received", received.to_string()),
    ] {
        assert_eq!(span.get(name), Some(&value), "{name}: {span:?}");
    }
    assert!(
        span.contains_key("elapsed_ms") && !span.contains_key("fault"),
        "{span:?}"
    );
    let messages: Vec<&str> = events.iter().map(|(_, event)| &*event["message"]).collect();
    assert_eq!(messages, ["repeating", "call is over"]);
    assert!(
        events.iter().all(|(span, _)| *span == Some(1)),
        "{events:?}"
    );

    // A call that fails.
    soap.query("SELECT").await.unwrap_err();
    let (spans, events) = heard.take();
    let [span] = &spans[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(span["fault"], "MALFORMED_QUERY");
    assert_eq!(
        (&*span["error"], &*span["status"], &*span["attempts"]),
        ("fault", "500", "1")
    );
    assert!(!span.contains_key("rows"), "{span:?}");
    assert_eq!(events.len(), 1, "{events:?}");

    // A stream tells when its rows have been read.
    let mut stream = soap.records::<Account>("SELECT");
    assert!(stream.try_next().await.unwrap().is_some());
    assert!(heard.0.lock().unwrap().1.is_empty());
    while stream.try_next().await.unwrap().is_some() {}
    let (spans, events) = heard.take();
    let [span] = &spans[..] else {
        panic!("{spans:?}")
    };
    assert_eq!((&*span["rows"], &*span["attempts"]), ("3", "1"));
    assert_eq!(span["received"], answer.len().to_string());
    assert_eq!(events.len(), 1, "{events:?}");
}

fn fault_length() -> usize {
    envelope(
        "<e:Fault><faultcode>SERVER_UNAVAILABLE</faultcode><faultstring>s</faultstring></e:Fault>",
    )
    .len()
}

async fn wire_log() {
    let shown = Arc::new(Mutex::new(Vec::<String>::new()));
    let log = || {
        let shown = Arc::clone(&shown);
        WireLog::new(move |message| shown.lock().unwrap().push(message.to_string()))
    };
    let take = || std::mem::take(&mut *shown.lock().unwrap());
    let echo = envelope(&format!("<other sessionId='x'>{SESSION}</other>"));
    let wide: Vec<u8> = SESSION.encode_utf16().flat_map(u16::to_le_bytes).collect();

    // Nothing unless it is asked for.
    let soap = client(Scripted::new().answer(rows(1)), None);
    soap.query("SELECT").await.unwrap();
    assert_eq!(take().len(), 0);

    let script = Scripted::new()
        .answer(rows(1))
        .answer(echo.as_str())
        .answer(Answer::new(200, "text/xml", wide));
    let soap = client(script, Some(log()));
    soap.query("SELECT Name FROM Account").await.unwrap();
    let [request, answer] = &take()[..] else {
        panic!()
    };
    assert!(
        request.starts_with("query to https://acme.my.salesforce.com/c, "),
        "{request}"
    );
    assert!(
        request.contains("queryString>SELECT Name FROM Account<"),
        "{request}"
    );
    assert!(request.contains("sessionId>***<"), "{request}");
    assert!(
        answer.starts_with("response to query from https://acme"),
        "{answer}"
    );
    assert!(
        answer.contains("HTTP 200") && answer.contains(":Name>Acme<"),
        "{answer}"
    );
    for _ in 0..2 {
        soap.query("SELECT").await.unwrap_err();
        let all = take().join("\n").to_ascii_lowercase();
        let letters: String = all.chars().filter(|c| *c != '\0').collect();
        assert!(!letters.contains("canary"), "{all}");
        assert!(all.contains("***"), "{all}");
    }

    // Values are hidden, and long messages are cut.
    let soap = client(Scripted::new().answer(rows(1)), Some(log().mask_values()));
    soap.query("SELECT Secret FROM Account").await.unwrap();
    let all = take().join("\n");
    assert!(!all.contains("Acme") && !all.contains("SELECT"), "{all}");
    assert!(all.contains("sf:Name>***<"), "{all}");
    let soap = client(Scripted::new().answer(rows(100)), Some(log().longest(60)));
    let mut stream = soap.records::<Account>("SELECT");
    while stream.try_next().await.unwrap().is_some() {}
    let messages = take();
    assert!(
        messages.iter().all(|message| message.len() < 200),
        "{messages:?}"
    );
    assert!(
        messages[1].contains(&format!("{} bytes", rows(100).len())),
        "{messages:?}"
    );
}

async fn wire_log_to_tracing(heard: &Heard) {
    heard.take();
    let soap = client(Scripted::new().answer(rows(1)), Some(WireLog::to_tracing()));
    soap.query("SELECT").await.unwrap();
    let (_, events) = heard.take();
    let texts: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| event.get("text"))
        .collect();
    assert_eq!(texts.len(), 2, "{events:?}");
    assert!(
        texts[1].contains("Acme") && !texts[0].contains("canary"),
        "{texts:?}"
    );
}
