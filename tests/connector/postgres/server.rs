//! A PostgreSQL server of the test in a temporary folder, from the programs of the system.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// Prints why a test of PostgreSQL was not run.
pub(crate) const NOT_RUN: &str = "not run: PostgreSQL is not installed";

/// A server. It is stopped when the value is dropped.
pub(crate) struct Server {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Server {
    /// Starts a server that trusts every client of its socket, or returns `None` if PostgreSQL is not
    /// installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("trust")
    }

    /// Starts a server with a method of authentication for its user. The password is `s3cret`.
    pub(crate) fn start_with(method: &str) -> Option<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("saponify-pg-").tempdir();
        let server = Self {
            programs,
            folder: folder.unwrap(),
            port: free_port(),
        };
        let path = server.folder.path();
        std::fs::write(path.join("password"), "s3cret").unwrap();
        if is_root() {
            let owned = Command::new("chown")
                .arg("-R")
                .arg("postgres")
                .arg(path)
                .status();
            assert!(owned.unwrap().success());
        }
        let data = path.join("data");
        let made = server
            .run("initdb")
            .args([
                "-U",
                "saponify",
                "-A",
                method,
                "-N",
                "--locale=C.UTF-8",
                "-E",
                "UTF8",
                "--pwfile",
            ])
            .arg(path.join("password"))
            .arg("-D")
            .arg(&data)
            .output();
        succeeded("initdb", made);
        let settings = format!(
            "unix_socket_directories = '{}'\nlisten_addresses = '127.0.0.1'\nport = {}\nfsync = off\n\
             max_connections = 100\n",
            path.display(),
            server.port
        );
        let mut own = std::fs::read_to_string(data.join("postgresql.conf")).unwrap();
        own.push_str(&settings);
        std::fs::write(data.join("postgresql.conf"), own).unwrap();
        server.control(&["start"]);
        Some(server)
    }

    /// A new, empty database, by the address of the socket.
    pub(crate) fn database(&self) -> String {
        self.named(&self.create())
    }

    /// A new, empty database, by the address of the port.
    pub(crate) fn database_by_port(&self) -> String {
        let name = self.create();
        format!("postgres://saponify@127.0.0.1:{}/{name}", self.port)
    }

    fn create(&self) -> String {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("home_{}_{number}", std::process::id());
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    fn named(&self, name: &str) -> String {
        let folder = self.folder.path().display();
        format!(
            "postgres://saponify@/{name}?host={folder}&port={}",
            self.port
        )
    }

    /// Runs SQL in a database, and returns the output, which has a line per row.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output = self
            .run("psql")
            .env("PGPASSWORD", "s3cret")
            .args([
                "-X",
                "-q",
                "-t",
                "-A",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "saponify",
            ])
            .args(["-p", &self.port.to_string(), "-d", database, "-c", sql])
            .arg("-h")
            .arg(self.folder.path())
            .output();
        succeeded(sql, output)
    }

    /// Makes the server use TLS with a certificate and its key, both in PEM.
    pub(crate) fn encrypt(&self, certificate: &str, key: &str) {
        let data = self.folder.path().join("data");
        std::fs::write(data.join("server.crt"), certificate).unwrap();
        std::fs::write(data.join("server.key"), key).unwrap();
        let settings = std::fs::read_to_string(data.join("postgresql.conf")).unwrap();
        std::fs::write(data.join("postgresql.conf"), settings + "ssl = on\n").unwrap();
        // The server refuses a key that other users may read.
        let key = data.join("server.key");
        let owned = Command::new("chmod").arg("0600").arg(&key).status();
        assert!(owned.unwrap().success());
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(&key).status();
            assert!(owned.unwrap().success());
        }
        self.restart("fast");
    }

    /// Stops the server, either as a crash would or cleanly, and starts it again.
    pub(crate) fn restart(&self, mode: &str) {
        self.control(&["stop", "-m", mode]);
        self.control(&["start"]);
    }

    /// Stops the server cleanly.
    pub(crate) fn stop(&self) {
        self.control(&["stop", "-m", "fast"]);
    }

    /// Starts the server that was stopped.
    pub(crate) fn resume(&self) {
        self.control(&["start"]);
    }

    fn control(&self, words: &[&str]) {
        let data = self.folder.path().join("data");
        let mut command = self.run("pg_ctl");
        command.args(words).arg("-w").arg("-D").arg(&data);
        command.arg("-l").arg(data.join("log"));
        // The server would keep a pipe open.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        assert!(command.status().unwrap().success(), "pg_ctl {words:?}");
    }

    /// Runs a program of PostgreSQL. The server refuses to run as root.
    fn run(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = match is_root() {
            false => Command::new(path),
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
                command.arg(path);
                command
            }
        };
        command.current_dir("/").env("LC_ALL", "C.UTF-8");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let mut command = self.run("pg_ctl");
        command.args(["stop", "-m", "immediate", "-D"]).arg(data);
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// The folder of the newest installed programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|bin| bin.join("initdb").is_file()).max()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[track_caller]
fn succeeded(what: &str, output: std::io::Result<Output>) -> String {
    let output = output.unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {error}");
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

/// The name of the database of an address.
pub(crate) fn name_of(address: &str) -> &str {
    let path = address.split('?').next().unwrap_or(address);
    Path::new(path).file_name().unwrap().to_str().unwrap()
}
