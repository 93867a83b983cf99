//! `saponify connector`, against an org in the process of the test.

mod commands;
#[cfg(unix)]
mod disk;
#[cfg(target_os = "linux")]
mod interrupts;
mod kills;
#[cfg(feature = "listen")]
mod listen;
mod messages;
#[cfg(unix)]
mod running;
#[cfg(target_os = "linux")]
mod service;
mod sinks;
mod unattended;
mod web;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use assert_cmd::Command;
use saponify_sandbox::{Activity, Org, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::saponify;

const ORG: &str = include_str!("../../../tenants/demo/org.toml");
pub(super) const USER: &str = "integration@acme.example";
pub(super) const PASSWORD: &str = "battery-staple";

/// An org, and a folder for connections to it.
pub(super) struct Tenant {
    pub(super) sandbox: Sandbox,
    folder: TempDir,
    pub(super) runtime: Runtime,
}

impl Tenant {
    pub(super) fn start(activity: Activity) -> Self {
        let runtime = Runtime::new().unwrap();
        let org = Org::parse(ORG).unwrap().with_rows("User", 20);
        let org = org.with_rows("Account", 20).with_activity(activity);
        let sandbox = runtime.block_on(Sandbox::builder(org).start()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), sandbox.certificate_pem()).unwrap();
        Self {
            sandbox,
            folder,
            runtime,
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Sets the environment of every command.
    fn prepare<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let identity = self.path("key");
        if !identity.exists() {
            // Deriving a key from a passphrase takes about a second, but a key is used as it is.
            let key = age::x25519::Identity::generate().to_string();
            std::fs::write(&identity, age::secrecy::ExposeSecret::expose_secret(&key)).unwrap();
        }
        let source = format!("file:{}", identity.display());
        command
            .args(["--key-from", &source])
            .arg("--home")
            .arg(self.path("home"));
        command.env("PW", PASSWORD).env_remove("NOTIFY_SOCKET")
    }

    /// A command of the connector whose output is read while it runs.
    pub(super) fn piped(&self, words: &str) -> std::process::Command {
        let key = format!("file:{}", self.path("key").display());
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_saponify"));
        command.arg("connector").args(words.split_whitespace());
        command
            .args(["--key-from", &key])
            .arg("--home")
            .arg(self.path("home"));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A command of the connector, given as words.
    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = saponify(["connector"]);
        command.args(words.split_whitespace());
        self.prepare(&mut command);
        command
    }

    pub(super) fn activate(&self, name: &str) -> Command {
        let instance = self.sandbox.instance_url();
        let mut command = self.command(&format!(
            "activate {name} --endpoint {} --user {USER} --password-from env:PW --allow-host {}",
            self.sandbox.login_url(),
            instance.trim_start_matches("https://"),
        ));
        command.arg("--certificate").arg(self.path("ca.pem"));
        command
    }
}

/// The output of a command that must end with an exit code: standard output and standard error.
#[track_caller]
pub(super) fn ends(mut command: Command, code: i32) -> (String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (out, err) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    assert_eq!(status.code(), Some(code), "{out}\n{err}");
    for secret in [PASSWORD, "AGE-SECRET-KEY"] {
        assert!(
            !out.contains(secret) && !err.contains(secret),
            "{out}\n{err}"
        );
    }
    assert!(!err.contains("panicked"), "{err}");
    (out, err)
}

/// Whether a folder contains no file.
pub(super) fn is_empty(folder: &Path) -> bool {
    crate::support::tree(folder).is_empty()
}
