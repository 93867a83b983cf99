//! Hazard: a killed or paused worker whose connections are no longer collected, or two workers with the
//! same connection.
//!
//! `benches/connector/workers.py` does the same with 200 connections and restarts of the server.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret as _;
use saponify_sandbox::{Activity, Org, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::server::{NOT_RUN, Server, name_of};

const ORG: &str = include_str!("../../../tenants/demo/org.toml");
pub(super) const LEASE: Duration = Duration::from_secs(3);

/// An org, and a home in a database.
pub(super) struct Shared {
    server: Server,
    address: String,
    pub(super) sandbox: Sandbox,
    folder: TempDir,
    _runtime: Runtime,
}

/// Ends a worker that a test has not ended.
pub(super) struct Worker(pub(super) Child);

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Shared {
    pub(super) fn start() -> Option<Self> {
        let activity = Activity::days(2).logins(400).audit(50).files(4);
        Self::with(activity.file_size(10_000))
    }

    pub(super) fn with(activity: Activity) -> Option<Self> {
        let Some(server) = Server::start() else {
            eprintln!("{NOT_RUN}");
            return None;
        };
        let runtime = Runtime::new().unwrap();
        let org = Org::parse(ORG).unwrap().with_rows("User", 20);
        let org = org.with_activity(activity);
        let sandbox = runtime.block_on(Sandbox::builder(org).start()).unwrap();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("ca.pem"), sandbox.certificate_pem()).unwrap();
        let key = age::x25519::Identity::generate().to_string();
        std::fs::write(folder.path().join("key"), key.expose_secret()).unwrap();
        Some(Self {
            address: server.database(),
            server,
            sandbox,
            folder,
            _runtime: runtime,
        })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saponify"));
        command
            .arg("connector")
            .args(words.split_whitespace())
            .args([
                "--key-from",
                &format!("file:{}", self.path("key").display()),
            ])
            .args(["--home", &self.address, "--local"])
            .arg(self.path("local"))
            .env("PW", "battery-staple")
            .env_remove("NOTIFY_SOCKET");
        command
    }

    #[track_caller]
    pub(super) fn done(&self, words: &str, code: i32) -> (String, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(words).output().unwrap();
        let (out, err) = (
            String::from_utf8(stdout).unwrap(),
            String::from_utf8(stderr).unwrap(),
        );
        assert_eq!(status.code(), Some(code), "{words}\n{out}\n{err}");
        (out, err)
    }

    pub(super) fn activate(&self, name: &str) {
        let instance = self.sandbox.instance_url();
        self.done(
            &format!(
                "activate {name} --endpoint {} --user integration@acme.example --password-from env:PW \
                 --allow-host {} --certificate {}",
                self.sandbox.login_url(),
                instance.trim_start_matches("https://"),
                self.path("ca.pem").display(),
            ),
            0,
        );
    }

    pub(super) fn worker(&self) -> Worker {
        let mut command = self.command("run --every 1s --files-every 2s --lease 3s");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Worker(command.spawn().unwrap())
    }

    /// The process that works on a connection, by the word of `status`.
    pub(super) fn holder(&self, name: &str) -> Option<u32> {
        let (out, _) = self.done(&format!("status {name} --json"), 0);
        let status: serde_json::Value = serde_json::from_str(&out).unwrap();
        let worker = status["worker"]["worker"].as_str()?;
        let (_, number) = worker.split_once("(process ")?;
        number.trim_end_matches(')').parse().ok()
    }

    /// Waits until a condition holds, and returns the time that it took. It panics if the condition never
    /// holds.
    #[track_caller]
    pub(super) fn until(&self, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(90), "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
        began.elapsed()
    }

    fn sql(&self, sql: &str) -> String {
        self.server.sql(name_of(&self.address), sql)
    }

    pub(super) fn stored(&self, name: &str) -> Vec<String> {
        let (out, _) = self.done(&format!("events {name} --format ndjson"), 0);
        let line = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = |field: &str| event[field].as_str().unwrap().to_owned();
            format!("{}\t{}", text("source"), text("key"))
        };
        out.lines().map(line).collect()
    }

    /// Each event of the org must be stored once in each connection.
    #[track_caller]
    pub(super) fn agrees_with_the_truth(&self, names: &[&str]) {
        let mut text = Vec::new();
        self.sandbox.write_truth(&mut text).unwrap();
        let truth: BTreeSet<String> = String::from_utf8(text)
            .unwrap()
            .lines()
            .map(|line| {
                let parts: Vec<&str> = line.split('\t').collect();
                format!("{}\t{}", parts[0], parts[2])
            })
            .collect();
        for name in names {
            let stored = self.stored(name);
            let distinct: BTreeSet<String> = stored.iter().cloned().collect();
            assert_eq!(
                distinct.len(),
                stored.len(),
                "{name}: an event is stored twice"
            );
            let lost: Vec<_> = truth.difference(&distinct).take(3).collect();
            let invented: Vec<_> = distinct.difference(&truth).take(3).collect();
            assert!(
                lost.is_empty() && invented.is_empty(),
                "{name}: {lost:?} {invented:?}"
            );
        }
    }
}

pub(super) fn signal(worker: &Worker, name: &str) {
    let id = worker.0.id().to_string();
    assert!(
        Command::new("kill")
            .args([name, &id])
            .status()
            .unwrap()
            .success()
    );
}

/// The lines of a worker that has ended.
fn said(worker: &mut Worker) -> String {
    let error = worker.0.stderr.take().unwrap();
    let lines = BufReader::new(error).lines();
    lines.map(|line| line.unwrap() + "\n").collect()
}

#[test]
fn workers_share_connections_and_take_over_those_of_a_killed_one() {
    let Some(shared) = Shared::start() else {
        return;
    };
    let names = ["c1", "c2", "c3", "c4"];
    let first = shared.worker();
    // Connections are included when they are added.
    for name in names {
        shared.activate(name);
    }
    let holders = || -> Vec<Option<u32>> { names.iter().map(|name| shared.holder(name)).collect() };
    shared.until("the only worker has all", || {
        holders().iter().all(|holder| *holder == Some(first.0.id()))
    });
    let (out, _) = shared.done("status c1", 0);
    assert!(
        out.contains(&format!("(process {}) since 20", first.0.id())),
        "{out}"
    );
    let (_, err) = shared.done("sync c1", 4);
    assert!(err.contains(&format!("process {}", first.0.id())), "{err}");

    let second = shared.worker();
    let of = |worker: &Worker| {
        let id = Some(worker.0.id());
        holders().into_iter().filter(|holder| *holder == id).count()
    };
    shared.until("each has half", || of(&first) == 2 && of(&second) == 2);

    let killed = second.0.id();
    signal(&second, "-KILL");
    // The time is measured by the database, whose clock determines the leases.
    let took = shared.until("the other takes all over", || of(&first) == 4);
    eprintln!(
        "taken over {:.1} s after the kill, with a lease of {LEASE:?}",
        took.as_secs_f64()
    );
    assert_ne!(killed, first.0.id());

    // A worker that ends releases everything at once.
    signal(&first, "-TERM");
    let mut first = first;
    assert!(first.0.wait().unwrap().success());
    assert_eq!(
        shared.sql("SELECT count(*) FROM saponify.connection WHERE holder IS NOT NULL"),
        "0"
    );
    assert_eq!(
        shared.sql("SELECT count(*) FROM saponify.worker WHERE until > clock_timestamp()"),
        "0"
    );
    for hours in [3, 30, 80, 0] {
        shared.done("sync", 0);
        shared.sandbox.advance(Duration::from_secs(hours * 3_600));
    }
    shared.agrees_with_the_truth(&names);
}

#[test]
fn a_worker_that_was_paused_past_its_lease_stops_and_states_the_reason() {
    let Some(shared) = Shared::start() else {
        return;
    };
    shared.activate("acme");
    let mut paused = shared.worker();
    shared.until("it is at work", || {
        shared.holder("acme") == Some(paused.0.id())
    });
    signal(&paused, "-STOP");
    let other = shared.worker();
    shared.until("the other takes it over", || {
        shared.holder("acme") == Some(other.0.id())
    });
    signal(&paused, "-CONT");
    // It finds out by itself, even without writing anything.
    std::thread::sleep(2 * LEASE);
    signal(&paused, "-TERM");
    paused.0.wait().unwrap();
    let said = said(&mut paused);
    assert!(said.contains("acme") && said.contains("paused"), "{said}");
    drop(other);
    shared.until("the lease of the killed one runs out", || {
        shared.command("sync").output().unwrap().status.success()
    });
    for hours in [30, 80, 0] {
        shared.done("sync", 0);
        shared.sandbox.advance(Duration::from_secs(hours * 3_600));
    }
    shared.agrees_with_the_truth(&["acme"]);
}

#[test]
fn workers_continue_after_a_restart_of_the_server() {
    let Some(shared) = Shared::start() else {
        return;
    };
    shared.activate("acme");
    let mut worker = shared.worker();
    shared.until("it is at work", || {
        shared.holder("acme") == Some(worker.0.id())
    });
    for mode in ["fast", "immediate"] {
        shared.server.restart(mode);
        shared.sandbox.advance(Duration::from_secs(3 * 3_600));
        let rows = || shared.stored("acme").len();
        let before = rows();
        shared.until("it collects again", || rows() > before);
    }
    signal(&worker, "-TERM");
    worker.0.wait().unwrap();
    for hours in [30, 80, 0] {
        shared.done("sync", 0);
        shared.sandbox.advance(Duration::from_secs(hours * 3_600));
    }
    shared.agrees_with_the_truth(&["acme"]);
}

#[test]
fn every_command_works_with_a_home_in_a_database() {
    let Some(shared) = Shared::start() else {
        return;
    };
    shared.activate("acme");
    let (out, _) = shared.done("list", 0);
    assert!(out.contains("acme") && out.contains("active"), "{out}");
    let (out, _) = shared.done("show acme", 0);
    assert!(
        out.contains("endpoint") && !out.contains("battery"),
        "{out}"
    );
    shared.done("test acme", 0);
    shared.done("sync acme", 0);
    let (out, _) = shared.done("report acme", 0);
    assert!(out.contains("logins"), "{out}");
    assert!(!shared.stored("acme").is_empty());
    // The secrets are in the database, but encrypted.
    let secret = shared.sql("SELECT age FROM saponify.secret WHERE name = 'acme'");
    assert!(
        secret.len() > 100 && !secret.contains("battery"),
        "{secret}"
    );
    // A worker releases a connection that somebody wants to deactivate.
    let worker = shared.worker();
    shared.until("it is at work", || {
        shared.holder("acme") == Some(worker.0.id())
    });
    shared.done("deactivate acme", 0);
    assert_eq!(shared.sql("SELECT count(*) FROM saponify.secret"), "0");
    let (out, _) = shared.done("list", 0);
    assert!(out.contains("deactivated"), "{out}");
    // After it is activated again, it is collected again, with its data.
    shared.activate("acme");
    shared.until("it is at work again", || {
        shared.holder("acme") == Some(worker.0.id())
    });
    shared.done("deactivate acme --erase", 0);
    assert_eq!(shared.sql("SELECT count(*) FROM saponify.connection"), "0");
    let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'saponify\\_%'";
    assert_eq!(shared.sql(schemas), "0");
}
