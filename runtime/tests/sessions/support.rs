//! A service in memory: it knows sessions, gives rows in batches, and fails when told.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use saponify::auth::{AuthContext, Authenticator, Opening};
use saponify::transport::testing::{Answer, Recorded, Scripted};
use saponify::{Builder, Error, Session};

use crate::shape::Soap;

pub(crate) const ENDPOINT: &str = "https://acme.my.salesforce.com/services/Soap/c/64.0";

pub(crate) fn envelope(body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>{body}</e:Body></e:Envelope>"
    )
}

pub(crate) fn fault(code: &str, message: &str) -> Answer {
    let body = format!(
        "<e:Fault><faultcode>{code}</faultcode><faultstring>{code}: {message}</faultstring></e:Fault>"
    );
    Answer::new(500, "text/xml", envelope(&body))
}

/// A result of `query` or `queryMore`.
pub(crate) fn batch(operation: &str, names: &[String], more: Option<&str>, size: i64) -> String {
    let rows: String = names
        .iter()
        .map(|name| format!("<records xsi:type='sf:Account'><sf:Name>{name}</sf:Name></records>"))
        .collect();
    let done = more.is_none();
    let locator = more.unwrap_or_default();
    envelope(&format!(
        "<{operation}Response><result><done>{done}</done><queryLocator>{locator}</queryLocator>\
         {rows}<size>{size}</size></result></{operation}Response>"
    ))
}

pub(crate) fn names(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("row {n:04}")).collect()
}

/// The service.
#[derive(Clone, Debug)]
pub(crate) struct Service(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    valid: AtomicU32,
    logins: AtomicU32,
    /// Sessions are given but never taken.
    refuses_all: AtomicBool,
    /// What the next login answers in place of a session.
    login_errors: Mutex<VecDeque<Error>>,
    rows: usize,
    batch: usize,
    /// Answers in place of those that are due, in order; `None` is the one that is due.
    instead: Mutex<VecDeque<Option<Answer>>>,
    seen: Mutex<Vec<String>>,
}

impl Service {
    pub(crate) fn new(rows: usize, batch: usize) -> Self {
        Self(Arc::new(Inner {
            valid: AtomicU32::new(0),
            logins: AtomicU32::new(0),
            refuses_all: AtomicBool::new(false),
            login_errors: Mutex::new(VecDeque::new()),
            rows,
            batch,
            instead: Mutex::new(VecDeque::new()),
            seen: Mutex::new(Vec::new()),
        }))
    }

    /// A service without rows.
    pub(crate) fn empty() -> Self {
        Self::new(0, 1)
    }

    /// All sessions end.
    pub(crate) fn expire(&self) {
        self.0.valid.store(0, Ordering::SeqCst);
    }

    pub(crate) fn refuse_all(&self) {
        self.0.refuses_all.store(true, Ordering::SeqCst);
    }

    pub(crate) fn logins(&self) -> u32 {
        self.0.logins.load(Ordering::SeqCst)
    }

    pub(crate) fn fail_login(&self, error: Error) {
        self.0.login_errors.lock().unwrap().push_back(error);
    }

    /// The next request gets this answer.
    pub(crate) fn instead(&self, answer: impl Into<Answer>) {
        self.0
            .instead
            .lock()
            .unwrap()
            .push_back(Some(answer.into()));
    }

    /// The next request gets the answer that is due.
    pub(crate) fn as_due(&self) {
        self.0.instead.lock().unwrap().push_back(None);
    }

    /// Operations that were called, with the query or the locator.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.0.seen.lock().unwrap().clone()
    }

    pub(crate) fn transport(&self) -> Scripted {
        let service = self.clone();
        Scripted::new().otherwise(move |request| service.answer(request))
    }

    pub(crate) fn builder(&self) -> Builder<Soap> {
        Soap::builder()
            .transport(self.transport())
            .authenticator(self.clone())
    }

    pub(crate) async fn connect(&self) -> Soap {
        self.builder().connect().await.unwrap()
    }

    fn answer(&self, request: &Recorded) -> Answer {
        let text = |name| between(request.body(), name).unwrap_or_default();
        let argument = match request.operation() {
            "query" => text("queryString"),
            "queryMore" => text("queryLocator"),
            _ => String::new(),
        };
        let seen = format!("{} {argument}", request.operation());
        self.0.seen.lock().unwrap().push(seen.trim_end().to_owned());
        if let Some(Some(answer)) = self.0.instead.lock().unwrap().pop_front() {
            return answer;
        }
        let session = text("sessionId");
        let valid = format!("session-{}", self.0.valid.load(Ordering::SeqCst));
        if session != valid || self.0.refuses_all.load(Ordering::SeqCst) {
            return fault(
                "INVALID_SESSION_ID",
                "Invalid Session ID found in SessionHeader",
            );
        }
        match request.operation() {
            "query" => self.rows("query", from(&argument)),
            "queryMore" => self.rows("queryMore", argument.parse().unwrap()),
            "create" => envelope(
                "<createResponse><result><id>0015e000001AAAAAAK</id><success>true</success>\
                 </result></createResponse>",
            )
            .into(),
            other => envelope(&format!("<{other}Response/>")).into(),
        }
    }

    /// Rows from a number on; the locator is the number of the next one.
    fn rows(&self, operation: &str, start: usize) -> Answer {
        let end = (start + self.0.batch).min(self.0.rows);
        let more = (end < self.0.rows).then(|| end.to_string());
        let size = i64::try_from(self.0.rows - from_of(operation, start)).unwrap();
        batch(operation, &names(start..end), more.as_deref(), size).into()
    }
}

/// The total that `query` tells is that of its own rows. `queryMore` repeats what the first answer
/// told, which this service does not remember: it says that it does not know.
fn from_of(operation: &str, start: usize) -> usize {
    match operation {
        "query" => start,
        _ => 0,
    }
}

/// Where a query begins: at the row that `Name >= 'row NNNN'` names.
fn from(query: &str) -> usize {
    let number = query.split("row ").nth(1);
    number.map_or(0, |rest| rest[..4].parse().unwrap())
}

fn between(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("{name}>"))?;
    let text = rest.split_once('<')?.0;
    Some(text.replace("&gt;", ">"))
}

impl Authenticator for Service {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        Box::pin(async move {
            // As long as a real one takes: others come in between.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            if let Some(error) = self.0.login_errors.lock().unwrap().pop_front() {
                self.0.logins.fetch_add(1, Ordering::SeqCst);
                return Err(error);
            }
            let number = self.0.logins.fetch_add(1, Ordering::SeqCst) + 1;
            self.0.valid.store(number, Ordering::SeqCst);
            let endpoint = context.endpoint("https://acme.my.salesforce.com")?;
            Ok(Session::at(endpoint, format!("session-{number}")))
        })
    }
}
