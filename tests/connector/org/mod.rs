//! The connector against an org: the sandbox, in the process of the test, over TLS.

mod activation;
mod completeness;
mod faults;
mod logins;
mod pauses;
mod prerequisites;
mod unattended;
mod visibility;

use std::collections::BTreeSet;
use std::path::PathBuf;

use age::secrecy::ExposeSecret as _;
use jiff::SignedDuration;
use saponify_cli::connector::Error;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Activation, Login, Settings, activate};
use saponify_cli::connector::home::Home;
use saponify_cli::connector::progress::{Stop, Watch};
use saponify_cli::connector::store::{EventQuery, Store};
use saponify_cli::connector::sync::{Collector, RoundOutcome, Source};
use saponify_cli::connector::vault::{Secrets, Vault};
use saponify_sandbox::{Activity, Org, Sandbox};
use tempfile::TempDir;

use crate::engine::empty_home;
use crate::store::events;

const ORG: &str = include_str!("../../../tenants/demo/org.toml");

/// The user of the demo org with the permissions that the connector needs.
pub(crate) const USER: (&str, &str) = ("integration@acme.example", "battery-staple");

/// An org, and a home for connections to it.
pub(crate) struct Tenant {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
    pub(crate) vault: Vault,
    folder: TempDir,
}

/// The demo org with few rows.
pub(crate) fn org() -> Org {
    let objects = ["User", "Account", "Contact", "Opportunity", "Task", "Case"];
    let few = |org: Org, object| org.with_rows(object, 20);
    objects.into_iter().fold(Org::parse(ORG).unwrap(), few)
}

pub(crate) async fn start(org: Org) -> Tenant {
    let folder = TempDir::new().unwrap();
    let key = age::x25519::Identity::generate().to_string();
    let home = empty_home(&folder.path().join("home"));
    Tenant {
        sandbox: Sandbox::builder(org).start().await.unwrap(),
        vault: Vault::of(&home, Some(key.expose_secret().into())).unwrap(),
        home,
        folder,
    }
}

pub(crate) async fn busy(activity: Activity) -> Tenant {
    start(org().with_activity(activity)).await
}

impl Tenant {
    /// A path in the folder of the tenant. If the home is a folder, its path is `home`.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Settings with which the connector reaches the sandbox.
    pub(crate) fn settings(&self, endpoint: &str, login: Login) -> Settings {
        let mut settings = Settings::new(endpoint, login);
        settings.certificate = Some(self.sandbox.certificate_pem().to_owned());
        let instance = self.sandbox.instance_url();
        settings.allow_hosts = vec![instance.trim_start_matches("https://").to_owned()];
        settings
    }

    /// A connection by user name and password.
    pub(crate) fn by_password(&self, name: &str) -> Activation {
        let login = Login::Password {
            user: USER.0.to_owned(),
        };
        let mut secrets = Secrets::default();
        secrets.insert(secret::PASSWORD, USER.1.into());
        Activation {
            name: name.to_owned(),
            settings: self.settings(&self.sandbox.login_url(), login),
            secrets,
            since: SignedDuration::from_hours(60 * 24),
        }
    }

    pub(crate) async fn activate(&self, activation: Activation) -> Result<(), Error> {
        activate(&self.home, &self.vault, activation)
            .await
            .map(drop)
    }

    pub(crate) async fn open(&self, name: &str) -> Result<Collector, Error> {
        Collector::open(&self.home, &self.vault, name, &Stop::default()).await
    }

    /// Collects all sources.
    pub(crate) async fn sync(&self, name: &str) -> RoundOutcome {
        let mut collector = self.open(name).await.unwrap();
        collector.round(&Source::ALL, &mut Watch::silent()).await
    }

    pub(crate) fn store(&self, name: &str) -> Store {
        self.home.connection(name).unwrap().store_to_read().unwrap()
    }

    /// `source<TAB>key` of all stored events.
    pub(crate) fn stored(&self, name: &str) -> BTreeSet<String> {
        events(&self.store(name), &EventQuery::default())
            .iter()
            .map(|event| format!("{}\t{}", event.source(), event.key()))
            .collect()
    }

    /// `source<TAB>key` of all events that a perfect connector stores.
    pub(crate) fn truth(&self) -> BTreeSet<String> {
        let mut text = Vec::new();
        self.sandbox.write_truth(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let line = |line: &str| {
            let parts: Vec<&str> = line.split('\t').collect();
            format!("{}\t{}", parts[0], parts[2])
        };
        text.lines().map(line).collect()
    }

    /// The paths of all files in the home folder.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut open = vec![self.path("home")];
        let mut files = Vec::new();
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(&next).into_iter().flatten() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => files.push(path.display().to_string()),
                }
            }
        }
        files
    }
}

/// The figures of all sources of an outcome without failures.
pub(crate) fn succeeded(outcome: &RoundOutcome) {
    assert!(outcome.failure().is_none(), "{}", outcome.to_json());
}
