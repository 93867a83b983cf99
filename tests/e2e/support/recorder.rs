//! A transport that records requests. If the independent validators are installed, it validates
//! each request first.

use std::sync::{Arc, Mutex};

use saponify::transport::{Exchange, Request, Transport};

use super::validator;

/// Records requests and passes them on to another transport.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    inner: Arc<dyn Transport>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// A recorded request.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) operation: &'static str,
    pub(crate) url: String,
    pub(crate) body: String,
}

impl Recorder {
    pub(crate) fn new(inner: impl Transport) -> Self {
        Self {
            inner: Arc::new(inner),
            sent: Arc::default(),
        }
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    /// The bodies of all requests of an operation.
    pub(crate) fn bodies(&self, operation: &str) -> Vec<String> {
        let of_operation = |sent: Sent| (sent.operation == operation).then_some(sent.body);
        self.sent().into_iter().filter_map(of_operation).collect()
    }
}

impl Transport for Recorder {
    fn send(&self, request: Request) -> Exchange {
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        if let Err(why) = validator::check(&body) {
            panic!(
                "{} is not valid by the WSDL's schemas: {why}\n{body}",
                request.operation
            );
        }
        let sent = Sent {
            operation: request.operation,
            url: request.endpoint.to_string(),
            body,
        };
        self.sent.lock().unwrap().push(sent);
        self.inner.send(request)
    }
}
