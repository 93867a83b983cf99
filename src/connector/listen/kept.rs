//! The store of the connection that keeps the messages, for as long as the listener runs.
//!
//! The connection may be deactivated, or removed and activated again, while the listener runs. A message must not be
//! acknowledged after it was written into the files of a connection that is gone, so the listener looks before each
//! message whether the store that it has is still that of the connection.

use jiff::Timestamp;

use crate::connector::connection::Settings;
use crate::connector::error::{Error, Kind};
use crate::connector::home::Home;
use crate::connector::store::{MESSAGES, SourceId, Store};

/// The store of a connection.
pub(super) struct Kept {
    /// Where the connection is; nothing if the store is that of the caller.
    connection: Option<(Home, String)>,
    open: Option<Open>,
}

struct Open {
    store: Store,
    source: SourceId,
    /// What tells this store from a later one of the same name.
    identity: String,
    organization: String,
}

impl Kept {
    /// A store that is always the one.
    pub(super) fn of(store: Store) -> Result<Self, Error> {
        let open = Open::of(store, String::new(), String::new(), Timestamp::now())?;
        Ok(Self {
            connection: None,
            open: Some(open),
        })
    }

    /// The store of a connection, and the id of its organization.
    pub(super) fn of_connection(home: &Home, name: &str) -> Result<(Self, String), Error> {
        let open = opened(home, name, Timestamp::now())?;
        let organization = open.organization.clone();
        let kept = Self {
            connection: Some((home.clone(), name.to_owned())),
            open: Some(open),
        };
        Ok((kept, organization))
    }

    /// The store as the connection has it now.
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
                            format!("the connection {name} is now one to another organization");
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
    // If it is replaced in between, the next look finds another identity.
    let identity = place.identity()?;
    Open::of(place.store_beside()?, identity, settings.organization, now)
}
