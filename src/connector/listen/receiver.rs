//! The operation `notifications`: checks a message, stores it, and then acknowledges it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use saponify::Limits;
use saponify::salesforce::Id;
use saponify::server::{Context, Fault, Server};
use zeroize::Zeroize as _;

use super::listener_store::ListenerStore;
use super::proxies::outbound_proxies::server::NotificationPort;
use super::proxies::outbound_proxies::{Notification, operations};
use super::record::{Message, message};
use crate::connector::error::{Error, Kind};
use crate::connector::store::MESSAGES;

/// The largest message in bytes. Salesforce sends at most 100 notifications in a message, and a record has
/// at most a few hundred fields.
const LARGEST: usize = 16 << 20;

/// How many messages are received at the same time. They are stored one after the other, and whatever else arrives
/// meanwhile is refused with the status 503, so that Salesforce sends it again. This and [`LARGEST`] bound the memory.
const AT_ONCE: usize = 8;

/// How long the listener tries to store a message. Salesforce does not wait longer for a response.
const PATIENCE: Duration = Duration::from_secs(50);

/// Stores the messages of an organization.
struct Receiver {
    organization: Id,
    store: Arc<Mutex<ListenerStore>>,
}

pub(super) fn server(store: ListenerStore, organization: &str) -> Result<Server, Error> {
    let organization = organization.parse::<Id>().map_err(|_| {
        let message = format!(
            "`{}` is not the id of an organization",
            organization.escape_debug()
        );
        Error::new(Kind::Usage, message).help("an id has 15 or 18 characters and begins with 00D")
    })?;
    let receiver = Receiver {
        organization,
        store: Arc::new(Mutex::new(store)),
    };
    let limits = Limits {
        body: LARGEST,
        memory: LARGEST * 2,
        ..Limits::of_requests()
    };
    Ok(receiver
        .into_server()
        .limits(limits)
        .max_requests(AT_ONCE)
        .deadline(PATIENCE)
        .serves_wsdl(false))
}

impl NotificationPort for Receiver {
    async fn notifications(
        &self,
        _: &Context<operations::Notifications>,
        organization_id: Id,
        action_id: Id,
        session_id: Option<String>,
        _enterprise_url: String,
        _partner_url: String,
        notification: Vec<Notification>,
    ) -> Result<bool, Fault> {
        // The listener has no use for the session of the org, so the session id is erased.
        session_id.into_iter().for_each(|mut id| id.zeroize());
        if organization_id != self.organization {
            tracing::warn!("a message of another organization was refused");
            return Err(Fault::sender(
                "this listener does not accept messages of the organization",
            ));
        }
        let now = Timestamp::now();
        let messages = notification
            .iter()
            .map(|notification| message(action_id, notification, now));
        let messages: Vec<Message> = messages.collect::<Result<_, _>>().map_err(Fault::sender)?;
        let store = Arc::clone(&self.store);
        let stored = tokio::task::spawn_blocking(move || keep(&store, &messages, now));
        let stored = stored.await.map_err(Fault::internal)?;
        match stored {
            Ok(new) => {
                tracing::info!(
                    notifications = notification.len(),
                    new,
                    "a message was stored"
                );
                Ok(true)
            }
            // The org sends the message again.
            Err(error) => {
                tracing::error!(%error, "a message was not stored");
                Ok(false)
            }
        }
    }
}

/// Stores the notifications of a message in one transaction, and records the result. Only one message is
/// stored at a time, so the notifications stay in order.
fn keep(store: &Mutex<ListenerStore>, messages: &[Message], now: Timestamp) -> Result<u64, Error> {
    let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
    let (store, source) = store.current(now)?;
    let rows = messages.iter().map(Message::row);
    let stored = store.store_messages(source, rows);
    let problem = stored.as_ref().err().map(Error::text);
    let advice = stored.as_ref().err().and_then(Error::advice);
    let noted = store.attempted(MESSAGES, problem.as_deref(), advice, now);
    match (stored, noted) {
        (Ok(stored), Ok(())) => Ok(stored.new),
        (Ok(stored), Err(error)) => {
            tracing::warn!(%error, "the status of the messages was not stored");
            Ok(stored.new)
        }
        (Err(error), _) => Err(error),
    }
}
