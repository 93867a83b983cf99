//! Activates connections, which means creating them, and deactivates them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use saponify::Secret;

use super::org::{Consent, Identity, KeepToken, Org};
use super::settings::{Login, Settings, secret};
use crate::connector::error::{Error, Kind};
use crate::connector::home::{Home, Lock, Place};
use crate::connector::private::create_folder;
use crate::connector::store::Store;
use crate::connector::vault::{Secrets, Vault};

/// A connection that is to be created.
#[derive(Debug, Clone)]
pub struct Activation {
    /// The name of the connection.
    pub name: String,
    /// The settings of the connection.
    pub settings: Settings,
    /// The secrets of the login, by the names in [`secret`](super::settings::secret).
    pub secrets: Secrets,
    /// How far back logins and the setup audit trail are collected.
    pub since: SignedDuration,
}

/// A connection that was activated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    /// The name of the connection.
    pub name: String,
    /// The user and the org of the login.
    pub identity: Identity,
    /// The first instant from which logins and the setup audit trail are collected.
    pub begins: Timestamp,
    /// Whether this was a deactivated connection, whose data is kept and continued.
    pub resumed: bool,
}

/// Logs in, asks the org which user that is, and then stores the connection and its secrets.
///
/// The name of a deactivated connection can be activated again if it belongs to the same org. Its data is
/// kept, and the collection continues where it ended.
///
/// # Errors
///
/// The name is taken, the login is refused, or something cannot be stored. In these cases, nothing of the
/// connection is stored. stored then.
pub async fn activate(
    home: &Home,
    vault: &Vault,
    activation: Activation,
) -> Result<Activated, Error> {
    activate_by(home, vault, activation, None).await
}

/// Activates a connection as [`activate`] does. If a person has to consent, `consent` says how; without it,
/// a browser is opened on this machine.
///
/// # Errors
///
/// The errors of [`activate`].
pub async fn activate_by(
    home: &Home,
    vault: &Vault,
    activation: Activation,
    consent: Option<Consent>,
) -> Result<Activated, Error> {
    if let Some(folder) = &activation.settings.ndjson {
        check_folder(Path::new(folder))?;
    }
    // A taken name must be reported before a person is asked to consent.
    let target = Target::of(home, &activation.name)?;
    match validate(activation, consent).await {
        Ok(validated) => target.keep(vault, validated),
        Err(error) => {
            target.give_up();
            Err(error)
        }
    }
}

/// Checks that rows can be written to a folder, so that the first delivery does not fail.
fn check_folder(folder: &Path) -> Result<(), Error> {
    create_folder(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(drop)
        .map_err(|error| Error::io("write to the folder", folder, error))
}

/// Deactivates a connection: removes its secrets, and also its data if `erase` is set.
///
/// # Errors
///
/// There is no such connection, another process works on it, or something cannot be removed.
pub fn deactivate(home: &Home, vault: &Vault, name: &str, erase: bool) -> Result<(), Error> {
    let place = home.connection(name)?;
    let lock = place.lock_in_turn()?;
    vault.forget(name)?;
    if erase {
        return place.erase(lock);
    }
    let mut store = place.store(&lock)?;
    let mut settings = Settings::from_map(&store.settings()?)?;
    settings.deactivated = true;
    store.configure(&settings.to_map(), Timestamp::now())
}

/// Returns the settings of a connection.
///
/// # Errors
///
/// There is no such connection, or its store cannot be read.
pub fn settings_of(home: &Home, name: &str) -> Result<Settings, Error> {
    Settings::from_map(&home.connection(name)?.settings()?)
}

/// Logs in to a connection without locking it, for callers that store nothing.
///
/// If each login replaces the refresh token, the connection is locked during the login.
///
/// # Errors
///
/// There is no such connection, it is deactivated, its secrets are missing, the login fails, or the lock is
/// needed and held by another process.
pub async fn connect(home: &Home, vault: &Vault, name: &str) -> Result<Org, Error> {
    let settings = settings_of(home, name)?;
    settings.check_active(name)?;
    let held = hold_secrets(home, name, &settings)?;
    let own = held.as_ref().map(|lock| vault.under(lock));
    let vault = own.as_ref().unwrap_or(vault);
    let secrets = vault.recall(name)?;
    Org::connect(&settings, &secrets, keep_token(vault, name, &secrets)).await
}

/// Locks the connection during a login that may replace the refresh token. Without the lock, another
/// process would continue with the old token, which is no longer valid.
pub(crate) fn hold_secrets(
    home: &Home,
    name: &str,
    settings: &Settings,
) -> Result<Option<Lock>, Error> {
    match settings.login {
        Login::Web { .. } => home.connection(name)?.lock().map(Some),
        _ => Ok(None),
    }
}

struct Validated {
    activation: Activation,
    identity: Identity,
}

/// Logs in, and asks the org which user that is.
async fn validate(
    mut activation: Activation,
    consent: Option<Consent>,
) -> Result<Validated, Error> {
    let (keep, token) = token_slot();
    let (settings, secrets) = (&activation.settings, &activation.secrets);
    let login = Org::connect_by(settings, secrets, keep, consent).await;
    let mut org = login.map_err(not_activated)?;
    let identity = org.identify().await.map_err(not_activated)?;
    for object in activation.settings.chosen_objects() {
        org.wanted_object(object).await?;
    }
    if let Some(token) = token.lock().unwrap_or_else(PoisonError::into_inner).take() {
        activation
            .secrets
            .insert(secret::REFRESH_TOKEN, token.expose().into());
    } else if matches!(activation.settings.login, Login::Web { .. }) {
        return Err(Error::new(
            Kind::Service,
            "the consent was given, but the org gave no refresh token, so the connector could not log in \
             again",
        )
        .help("add the scope refresh_token to the app, in Setup"));
    }
    let settings = &mut activation.settings;
    settings.organization.clone_from(&identity.organization);
    settings.username.clone_from(&identity.username);
    let name = &identity.organization_name;
    settings.organization_name.clone_from(name);
    Ok(Validated {
        activation,
        identity,
    })
}

/// Replaces the advice for a login that failed: during an activation, there is no connection yet.
fn not_activated(error: Error) -> Error {
    let code = error.cause().and_then(saponify::Error::fault);
    let help = match code.map_or("", |fault| fault.code()) {
        "INVALID_LOGIN" | "INVALID_SESSION_ID" => {
            "nothing is stored; give valid credentials, or look for the reason under Login History in Setup"
        }
        "API_DISABLED_FOR_ORG" => {
            "nothing is stored; give the user \"API Enabled\" in a permission set or profile"
        }
        "INSUFFICIENT_ACCESS" | "INSUFFICIENT_ACCESS_OR_READONLY" => {
            "nothing is stored; give the user the permission that the message names"
        }
        _ if error
            .cause()
            .is_some_and(saponify::Error::is_password_expired) =>
        {
            "nothing is stored; let the user set a new password first"
        }
        _ => return error,
    };
    error.help(help)
}

/// Stores each new refresh token with the other secrets of the connection.
pub(crate) fn keep_token(vault: &Vault, name: &str, secrets: &Secrets) -> KeepToken {
    let (vault, name, secrets) = (vault.clone(), name.to_owned(), secrets.clone());
    Arc::new(move |token: &Secret| {
        let mut secrets = secrets.clone();
        secrets.insert(secret::REFRESH_TOKEN, token.expose().into());
        if let Err(error) = vault.keep(&name, &secrets) {
            tracing::error!(
                connection = name,
                problem = error.text(),
                "the new refresh token cannot be stored"
            );
        }
    })
}

/// Makes a slot that holds the refresh token until the connection is stored.
fn token_slot() -> (KeepToken, Arc<Mutex<Option<Secret>>>) {
    let slot = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&slot);
    let keep = move |token: &Secret| {
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    };
    (Arc::new(keep), slot)
}

/// The place in which a connection will be stored.
enum Target {
    New(Place, Lock),
    Deactivated(Place, Lock),
}

impl Target {
    fn of(home: &Home, name: &str) -> Result<Self, Error> {
        if home.connections()?.iter().any(|known| known == name) {
            let place = home.connection(name)?;
            let settings = settings_of(home, name)?;
            if settings.deactivated {
                let lock = place.lock()?;
                return Ok(Self::Deactivated(place, lock));
            }
        }
        let (place, lock) = home.create(name)?;
        Ok(Self::New(place, lock))
    }

    fn keep(self, vault: &Vault, validated: Validated) -> Result<Activated, Error> {
        match self {
            Self::New(place, lock) => match fill(&place, &lock, vault, &validated) {
                Ok(activated) => {
                    place.publish(lock)?;
                    Ok(activated)
                }
                Err(error) => {
                    Self::New(place, lock).give_up();
                    Err(error)
                }
            },
            Self::Deactivated(place, lock) => resume(&place, &lock, vault, validated),
        }
    }

    /// Removes the draft. If that fails, the next activation of the same name removes it.
    fn give_up(self) {
        if let Self::New(place, lock) = self {
            let _ = place.erase(lock);
        }
    }
}

fn fill(
    place: &Place,
    lock: &Lock,
    vault: &Vault,
    validated: &Validated,
) -> Result<Activated, Error> {
    let Validated {
        activation,
        identity,
    } = validated;
    let mut store = place.store(lock)?;
    let begins = begin(&mut store, activation.since, identity.server_time)?;
    store.configure(&activation.settings.to_map(), Timestamp::now())?;
    vault.keep_in(place, &activation.secrets)?;
    Ok(Activated {
        name: activation.name.clone(),
        identity: identity.clone(),
        begins,
        resumed: false,
    })
}

fn resume(
    place: &Place,
    lock: &Lock,
    vault: &Vault,
    validated: Validated,
) -> Result<Activated, Error> {
    let Validated {
        activation,
        identity,
    } = validated;
    let mut store = place.store(lock)?;
    let before = Settings::from_map(&store.settings()?)?;
    if before.organization != identity.organization {
        let message = format!(
            "the data of {} belongs to the org {}, and this login is to the org {}",
            activation.name, before.organization, identity.organization
        );
        return Err(Error::new(Kind::Usage, message)
            .help("choose another name, or remove that data with `deactivate --erase`"));
    }
    vault.keep(&activation.name, &activation.secrets)?;
    store.configure(&activation.settings.to_map(), Timestamp::now())?;
    let begins = begin(&mut store, activation.since, identity.server_time)?;
    Ok(Activated {
        name: activation.name,
        identity,
        begins,
        resumed: true,
    })
}

/// How far back event log files are collected. An org that keeps them for one day serves only those.
const FILES_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Stores the instant at which each source begins. A source that has begun before is left as it is.
fn begin(store: &mut Store, since: SignedDuration, now: Timestamp) -> Result<Timestamp, Error> {
    let back = |length| now.checked_sub(length).unwrap_or(now);
    let logins = store.source("logins", back(since))?;
    store.source("audit", back(since))?;
    store.source("files", back(FILES_BACK.min(since)))?;
    store.source("changes", now)?;
    Ok(logins.begins)
}
