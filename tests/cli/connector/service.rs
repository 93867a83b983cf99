//! Hazard: a service that its manager considers dead, and instructions in the guide that do not work.

use std::io::{BufRead as _, BufReader};
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use saponify_sandbox::Activity;

use super::{Tenant, ends};

const GUIDE: &str = include_str!("../../../guide/connector.md");

/// The first block of the guide in a language.
fn block(language: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

fn setting<'a>(unit: &'a str, name: &str) -> &'a str {
    let line = unit.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in\n{unit}"))
}

fn activated() -> Tenant {
    let activity = Activity::days(2).logins(40).audit(10).files(2);
    let tenant = Tenant::start(activity.file_size(2_000));
    ends(tenant.activate("acme"), 0);
    tenant
}

/// The words of the guide as a command that can be run here.
fn command<'a>(tenant: &Tenant, words: impl IntoIterator<Item = &'a str>, key: &str) -> Command {
    let mut words = words.into_iter();
    let program = words.next().unwrap();
    assert!(program.ends_with("saponify"), "{program}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_saponify"));
    let here = tenant.path("key").display().to_string();
    command.args(words.map(|word| word.replace(key, &here)));
    command.env("SAPONIFY_HOME", tenant.path("home"));
    command.env_remove("NOTIFY_SOCKET").stdout(Stdio::piped());
    command
}

/// Ends a process as service managers do.
fn terminate(mut child: Child) {
    let id = child.id().to_string();
    let killed = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(killed.success() && child.wait().unwrap().success());
}

#[test]
fn systemd_is_told_when_the_service_is_ready_and_when_it_stops() {
    let tenant = activated();
    let path = tenant.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    // A missing message must not make the test wait forever.
    socket
        .set_read_timeout(Some(Duration::from_secs(120)))
        .unwrap();
    let hear = || {
        let mut message = [0; 4_096];
        let length = socket.recv(&mut message).expect("a message to systemd");
        String::from_utf8_lossy(&message[..length]).into_owned()
    };
    let unit = block("ini");
    assert_eq!(setting(unit, "Type="), "notify");
    let words = setting(unit, "ExecStart=").split_whitespace();
    let child = command(&tenant, words, "/etc/saponify/key")
        .env("NOTIFY_SOCKET", &path)
        .spawn()
        .unwrap();
    assert_eq!(hear(), "READY=1");
    assert_eq!(hear(), "STATUS=acme: up to date");
    terminate(child);
    let mut last = hear();
    while last.starts_with("STATUS=") {
        last = hear();
    }
    assert_eq!(last, "STOPPING=1");
}

#[test]
fn systemd_accepts_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saponify.service");
    let program = env!("CARGO_BIN_EXE_saponify");
    let unit = block("ini").replace("/usr/local/bin/saponify", program);
    std::fs::write(&path, unit).unwrap();
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&path)
        .output();
    let Ok(verified) = verified else {
        eprintln!("skipped: there is no systemd-analyze");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success(), "{said}");
    assert!(!said.contains("saponify.service"), "{said}");
}

/// There is no container here, but its command is run with the folder of its user and a key in a file.
#[test]
fn the_command_of_the_container_runs_until_it_is_stopped() {
    let tenant = activated();
    let recipe = block("dockerfile");
    let words =
        |name: &str| -> Vec<String> { serde_json::from_str(setting(recipe, name)).unwrap() };
    let all = [words("ENTRYPOINT "), words("CMD ")].concat();
    let all = all.iter().map(String::as_str);
    let mut child = command(&tenant, all, "/run/secrets/saponify-key")
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("changes") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    terminate(child);
}
