//! What a server writes to the log, and what it does not.

use std::collections::HashMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, Once};
use std::thread::{self, ThreadId};

use saponify::server::Server;
use saponify_goldens::server::server::Library as _;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::library::{MyLibrary, SECRET, find};
use super::{TEXT_XML, envelope, post};

/// The events of each thread. All tests share the subscriber, and each runs in a thread of its own.
static HEARD: Mutex<Option<HashMap<ThreadId, String>>> = Mutex::new(None);

struct Listener;

struct Into<'a>(&'a mut String);

impl Visit for Into<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "saponify::server"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut heard = HEARD.lock().unwrap();
        let heard = heard.get_or_insert_default();
        let text = heard.entry(thread::current().id()).or_default();
        let _ = write!(text, "{}", event.metadata().level());
        event.record(&mut Into(text));
        text.push('\n');
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| tracing::subscriber::set_global_default(Listener).unwrap());
}

/// What this thread has logged since the last call.
fn heard() -> String {
    let mut heard = HEARD.lock().unwrap();
    let heard = heard.get_or_insert_default();
    heard.remove(&thread::current().id()).unwrap_or_default()
}

fn server() -> Server {
    listen();
    MyLibrary::default().into_server()
}

#[tokio::test]
async fn a_cause_is_logged_and_not_sent() {
    let answer = post(&server(), TEXT_XML, envelope(&find("internal"))).await;
    let reason = answer.fault("Server", 500);
    assert!(reason.contains("internal error"), "{reason}");
    assert!(!answer.text().contains(SECRET), "{}", answer.text());
    let log = heard();
    assert!(
        log.starts_with("WARN") && log.contains("operation=\"find\""),
        "{log}"
    );
    assert!(log.contains(&format!("cause={SECRET}")), "{log}");
}

/// The sender cannot use what the program of the server could do.
#[tokio::test]
async fn advice_is_logged_and_not_sent() {
    let body = "<l:lend><l:book><l:title>a</l:title></l:book></l:lend>";
    let answer = post(&server(), TEXT_XML, envelope(body)).await;
    let reason = answer.fault("Client", 500);
    assert!(reason.ends_with("days` is missing (at lend)"), "{reason}");
    let log = heard();
    let advice = "advice=\"`Leniency::missing_values` would accept such a message\"";
    assert!(log.starts_with("DEBUG") && log.contains(advice), "{log}");
}

/// Requests and responses are personal data.
#[tokio::test]
async fn values_are_not_logged() {
    let answer = post(&server(), TEXT_XML, envelope(&find(SECRET))).await;
    assert!(answer.text().contains(SECRET), "{}", answer.text());
    let log = heard();
    assert!(
        log.contains("a request succeeded") && !log.contains(SECRET),
        "{log}"
    );
}
