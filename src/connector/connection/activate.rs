//! Makes connections and ends them.

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

/// A connection to be made.
#[derive(Debug, Clone)]
pub struct Activation {
    /// Its name.
    pub name: String,
    /// How it is set up.
    pub settings: Settings,
    /// Its secrets, by the names in [`secret`](super::settings::secret).
    pub secrets: Secrets,
    /// How far back logins and the setup audit trail are wanted.
    pub since: SignedDuration,
}

/// A connection that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activated {
    /// Its name.
    pub name: String,
    /// Who logs in, and where.
    pub identity: Identity,
    /// The first instant that is wanted of logins and the setup audit trail.
    pub begins: Timestamp,
    /// Whether a deactivated connection goes on with its data.
    pub resumed: bool,
}

/// Logs in, asks who that is, and only then keeps the connection and its secrets.
///
/// The name of a deactivated connection can be activated again if it is of the same org; its data stays
/// and is gone on with.
///
/// # Errors
///
/// The name is taken, the login is refused, or something cannot be stored. Nothing of the connection is
/// stored then.
pub async fn activate(
    home: &Home,
    vault: &Vault,
    activation: Activation,
) -> Result<Activated, Error> {
    activate_by(home, vault, activation, None).await
}

/// Makes a connection as [`activate`] does. A person who has to consent does it by `consent`, or else with a
/// browser on this machine.
///
/// # Errors
///
/// As of [`activate`].
pub async fn activate_by(
    home: &Home,
    vault: &Vault,
    activation: Activation,
    consent: Option<Consent>,
) -> Result<Activated, Error> {
    if let Some(folder) = &activation.settings.ndjson {
        check_folder(Path::new(folder))?;
    }
    // Before anybody is asked to consent: is the name free?
    let target = Target::of(home, &activation.name)?;
    match validate(activation, consent).await {
        Ok(validated) => target.keep(vault, validated),
        Err(error) => {
            target.give_up();
            Err(error)
        }
    }
}

/// Checks that rows can be written to a folder. Otherwise, only the first delivery would find out.
fn check_folder(folder: &Path) -> Result<(), Error> {
    create_folder(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(drop)
        .map_err(|error| Error::io("write to the folder", folder, error))
}

/// Ends a connection: its secrets are removed. Its data stays unless `erase`.
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

/// How a connection is set up.
///
/// # Errors
///
/// There is no such connection, or its store cannot be read.
pub fn settings_of(home: &Home, name: &str) -> Result<Settings, Error> {
    Settings::from_map(&home.connection(name)?.settings()?)
}

/// Logs in to a connection without taking it, for what stores nothing.
///
/// # Errors
///
/// There is no such connection, it is deactivated, its secrets are not there, or the login fails. If each login
/// replaces the secret of the next one, another process that works on the connection is an error, too.
pub async fn connect(home: &Home, vault: &Vault, name: &str) -> Result<Org, Error> {
    let settings = settings_of(home, name)?;
    settings.check_active(name)?;
    let held = hold_secrets(home, name, &settings)?;
    let own = held.as_ref().map(|lock| vault.under(lock));
    let vault = own.as_ref().unwrap_or(vault);
    let secrets = vault.recall(name)?;
    Org::connect(&settings, &secrets, keep_token(vault, name, &secrets)).await
}

/// Holds the connection for the time of a login that may replace the refresh token: another process would go
/// on with the token that it has read, which is then not valid any more.
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

/// Logs in and asks who that is.
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

/// Says what to do about a login that an activation tried: there is no connection yet.
fn not_activated(error: Error) -> Error {
    let code = error.cause().and_then(saponify::Error::fault);
    let help = match code.map_or("", |fault| fault.code()) {
        "INVALID_LOGIN" | "INVALID_SESSION_ID" => {
            "nothing is stored; give valid credentials, or look into Login History in Setup for the reason"
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

/// Keeps each new refresh token with the other secrets.
pub(crate) fn keep_token(vault: &Vault, name: &str, secrets: &Secrets) -> KeepToken {
    let (vault, name, secrets) = (vault.clone(), name.to_owned(), secrets.clone());
    Arc::new(move |token: &Secret| {
        let mut secrets = secrets.clone();
        secrets.insert(secret::REFRESH_TOKEN, token.expose().into());
        if let Err(error) = vault.keep(&name, &secrets) {
            tracing::error!(
                connection = name,
                problem = error.text(),
                "the new refresh token cannot be kept"
            );
        }
    })
}

/// Where a refresh token is put until the connection is stored.
fn token_slot() -> (KeepToken, Arc<Mutex<Option<Secret>>>) {
    let slot = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&slot);
    let keep = move |token: &Secret| {
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
    };
    (Arc::new(keep), slot)
}

/// Where a connection will be stored.
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

    /// Removes the draft. If that fails, the next activation of this name clears it.
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
            "the data of {} is of the org {}, and this is the org {}",
            activation.name, before.organization, identity.organization
        );
        return Err(Error::new(Kind::Usage, message)
            .help("choose another name, or remove that data by `deactivate --erase`"));
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

/// How far back event log files are wanted. An org that keeps them for a day serves those of a day.
const FILES_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Notes where each source begins. What is noted already stays.
fn begin(store: &mut Store, since: SignedDuration, now: Timestamp) -> Result<Timestamp, Error> {
    let back = |length| now.checked_sub(length).unwrap_or(now);
    let logins = store.source("logins", back(since))?;
    store.source("audit", back(since))?;
    store.source("files", back(FILES_BACK.min(since)))?;
    store.source("changes", now)?;
    Ok(logins.begins)
}
