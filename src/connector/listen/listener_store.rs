//! The store for the messages of a connection while the listener runs.
//!
//! The connection may be deactivated, or removed and activated again, while the listener runs. A message that was
//! written into the files of a removed connection must not be acknowledged. The listener therefore checks before each
//! message that its open store still belongs to the connection.

use jiff::Timestamp;

use crate::connector::connection::Settings;
use crate::connector::error::{Error, Kind};
use crate::connector::home::Home;
use crate::connector::store::{MESSAGES, SourceId, Store};

/// The store of a connection, which is opened again if it was replaced.
pub(super) struct ListenerStore {
    /// The home and the name of the connection, or `None` if the caller gave the store.
    connection: Option<(Home, String)>,
    open: Option<Open>,
}

struct Open {
    store: Store,
    source: SourceId,
    /// The identity of this store. A later store with the same name has another one.
    identity: String,
    organization: String,
}

impl ListenerStore {
    /// Uses a store that stays the same.
    pub(super) fn of(store: Store) -> Result<Self, Error> {
        let open = Open::of(store, String::new(), String::new(), Timestamp::now())?;
        Ok(Self {
            connection: None,
            open: Some(open),
        })
    }

    /// Opens the store of a connection. Also returns the id of its organization.
    pub(super) fn of_connection(home: &Home, name: &str) -> Result<(Self, String), Error> {
        let open = opened(home, name, Timestamp::now())?;
        let organization = open.organization.clone();
        let current = Self {
            connection: Some((home.clone(), name.to_owned())),
            open: Some(open),
        };
        Ok((current, organization))
    }

    /// Returns the current store of the connection, and opens it again if it was replaced.
    pub(super) fn current(&mut self, now: Timestamp) -> Result<(&mut Store, SourceId), Error> {
        if let Some((home, name)) = &self.connection {
            let identity = home.connection(name)?.identity()?;
            match &self.open {
                Some(open) if open.identity == identity => {
                    Settings::from_map(&open.store.settings()?)?.check_active(name)?;
                }
                before => {
                    let organization = before.as_ref().map(|open| open.organization.clone());
                    let open = opened(home, name, now)?;
                    if organization.is_some_and(|before| before != open.organization) {
                        let message =
                            format!("the connection {name} now belongs to another organization");
                        return Err(
                            Error::new(Kind::Usage, message).help("start the listener again")
                        );
                    }
                    self.open = Some(open);
                }
            }
        }
        let open = self.open.as_mut();
        let open = open.ok_or_else(|| Error::new(Kind::Store, "the store is not open"))?;
        Ok((&mut open.store, open.source))
    }
}

impl Open {
    fn of(
        mut store: Store,
        identity: String,
        organization: String,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let source = store.source(MESSAGES, now)?.id;
        Ok(Self {
            store,
            source,
            identity,
            organization,
        })
    }
}

fn opened(home: &Home, name: &str, now: Timestamp) -> Result<Open, Error> {
    let place = home.connection(name)?;
    let settings = Settings::from_map(&place.settings()?)?;
    settings.check_active(name)?;
    // If the store is replaced in between, the next check finds another identity.
    let identity = place.identity()?;
    Open::of(place.store_beside()?, identity, settings.organization, now)
}
