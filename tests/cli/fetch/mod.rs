//! `saponify fetch`, against an org in the process of the test.

mod described;
mod failures;
mod ways;

use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use saponify_sandbox::{Org, Quirks, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::saponify;

pub(super) const ORG: &str = include_str!("../../../tenants/demo/org.toml");
const KEY: &str = include_str!("../../../tenants/demo/jwt.key.pem");

/// What may be in no output.
const SECRETS: [&str; 5] = [
    "battery-staple",
    "correct-horse",
    "nightly-sync-secret",
    "PRIVATE KEY",
    // The middle of every session id and of every access token that SOAP takes.
    "!AQ",
];

/// An org, and the folder into which its WSDL is fetched.
pub(super) struct Tenant {
    pub(super) sandbox: Sandbox,
    folder: TempDir,
    /// Runs the sandbox.
    runtime: Runtime,
}

impl Tenant {
    pub(super) fn start() -> Self {
        Self::of(ORG, |_| {})
    }

    pub(super) fn of(org: &str, change: impl FnOnce(&mut Quirks)) -> Self {
        let runtime = Runtime::new().unwrap();
        let mut quirks = Quirks::default();
        change(&mut quirks);
        let org = Org::parse(org).unwrap();
        let started = Sandbox::builder(org).quirks(quirks).start();
        let sandbox = runtime.block_on(started).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let tenant = Self {
            sandbox,
            folder,
            runtime,
        };
        tenant.write("ca.pem", tenant.sandbox.certificate_pem());
        tenant.write("key.pem", KEY);
        tenant
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `saponify fetch` with these words.
    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = saponify(["fetch"]);
        command
            .args(words.split_whitespace())
            .current_dir(self.folder.path())
            .env("PW", "battery-staple")
            .env("SECRET", "nightly-sync-secret")
            .env_remove("SAPONIFY_HOME");
        command
    }

    /// The options that say where to log in.
    pub(super) fn at_instance(&self) -> String {
        format!(
            "--endpoint {} --certificate ca.pem",
            self.sandbox.instance_url()
        )
    }

    /// The options of a login by password at the login host.
    pub(super) fn by_password(&self) -> String {
        format!(
            "--endpoint {} --certificate ca.pem --user integration@acme.example --password-from env:PW \
             --allow-host {}",
            self.sandbox.login_url(),
            self.sandbox.instance_url().trim_start_matches("https://")
        )
    }

    /// Fetches with the password.
    #[track_caller]
    pub(super) fn fetch(&self, words: &str, code: i32) -> (String, String) {
        ends(
            self.command(&format!("{words} {}", self.by_password())),
            code,
        )
    }

    /// How many requests for a page, or for a service of OAuth, have arrived.
    pub(super) fn requests(&self, name: &str) -> u64 {
        let stats = self.sandbox.stats();
        stats.received.get(name).copied().unwrap_or_default()
    }

    /// A session of the user, as a login gives it.
    pub(super) fn session(&self) -> String {
        use saponify_cli::connector::connection::{Login, Org, Settings, settings::secret};
        use saponify_cli::connector::vault::Secrets;
        let login = Login::ClientCredentials {
            client_id: "3MVG9.acme.nightly-sync".to_owned(),
        };
        let mut settings = Settings::new(&self.sandbox.instance_url(), login);
        settings.certificate = Some(self.sandbox.certificate_pem().to_owned());
        let mut secrets = Secrets::default();
        secrets.insert(secret::CLIENT_SECRET, "nightly-sync-secret".into());
        let connected = Org::connect(&settings, &secrets, std::sync::Arc::new(|_| {}));
        let org = self.runtime.block_on(connected).unwrap();
        let session = org.client().session();
        session.id().unwrap().expose().to_owned()
    }
}

/// The output of a run that must end with a code: standard output, and standard error. It contains no secret.
#[track_caller]
pub(super) fn ends(mut command: Command, code: i32) -> (String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(stdout), text(stderr));
    assert_eq!(status.code(), Some(code), "{out}\n{err}");
    for secret in SECRETS {
        let is_shown = out.contains(secret) || err.contains(secret);
        assert!(!is_shown, "{secret} in\n{out}\n{err}");
    }
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}
