//! `saponify demo`.

use std::path::PathBuf;

use assert_cmd::Command;
use saponify_sandbox::{Mode, Org, Quirks, Sandbox};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{complaint, printed, saponify};

const ORG: &str = include_str!("../../tenants/demo/org.toml");
const PASSWORD: &str = "battery-staple";

/// A tenant that runs in the process of the test.
struct Tenant {
    sandbox: Sandbox,
    certificate: PathBuf,
    _folder: TempDir,
    runtime: Runtime,
}

impl Tenant {
    fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let org = Org::parse(ORG)
            .unwrap()
            .with_rows("Account", 300)
            .with_rows("Contact", 20);
        let sandbox = runtime.block_on(Sandbox::builder(org).start()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let certificate = folder.path().join("authority.pem");
        std::fs::write(&certificate, sandbox.certificate_pem()).unwrap();
        Self {
            sandbox,
            certificate,
            _folder: folder,
            runtime,
        }
    }

    /// The demo with all settings that a successful login needs.
    fn demo(&self) -> Command {
        let mut command = to(&self.sandbox.login_url());
        let instance = self.sandbox.instance_url();
        command.arg("--certificate").arg(&self.certificate);
        command.args(["--allow-host", instance.trim_start_matches("https://")]);
        command
    }
}

fn to(endpoint: &str) -> Command {
    let arguments = [
        "demo",
        "--endpoint",
        endpoint,
        "--user",
        "integration@acme.example",
    ];
    let mut command = saponify(arguments);
    command.env("SAPONIFY_PASSWORD", PASSWORD);
    command
}

fn fails(command: &mut Command, parts: &[&str]) {
    let said = complaint(command);
    for part in parts {
        assert!(said.contains(part), "no {part} in {said}");
    }
    for secret in [PASSWORD, "no-such-password", "00D5e000000AcMe!"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn the_demo_shows_all_of_it_without_any_preparation() {
    let said = printed(saponify(["demo"]));
    let sections = [
        "A local tenant",
        "Login",
        "Streaming query",
        "Create, update, delete",
        "A row that fails",
        "A fault, typed",
        "API usage",
        "The compliance connector",
        "connected to Acme Instruments",
        "more events of yesterday",
    ];
    let at: Vec<_> = sections
        .map(|title| {
            said.find(title)
                .unwrap_or_else(|| panic!("{title}: {said}"))
        })
        .into();
    assert!(at.is_sorted(), "{said}");
    assert!(
        said.contains("MALFORMED_QUERY") && said.contains("REQUIRED_FIELD_MISSING"),
        "{said}"
    );
    assert!(
        !said.contains(PASSWORD) && !said.contains('!') && !said.contains('\u{1b}'),
        "{said}"
    );
}

#[test]
fn another_tenant_is_only_read() {
    let tenant = Tenant::start();
    let said = printed(tenant.demo());
    assert!(
        said.contains("302 accounts") && said.contains("API usage"),
        "{said}"
    );
    let stats = tenant.sandbox.stats();
    assert_eq!(
        (stats.logins, stats.calls("create"), stats.calls("delete")),
        (1, 0, 0)
    );
    let few = printed({
        let mut demo = tenant.demo();
        demo.args(["--rows", "7"]);
        demo
    });
    assert!(few.contains("7 accounts"), "{few}");
}

#[test]
fn unusual_responses_are_accepted() {
    let tenant = Tenant::start();
    let mut quirks = Quirks::default();
    quirks.shuffle = true;
    quirks.unknown_elements = true;
    quirks.write_nil = true;
    tenant.sandbox.set_quirks(quirks);
    assert!(printed(tenant.demo()).contains("302 accounts"));
}

#[test]
fn a_wrong_password_and_a_wrong_address_give_different_errors() {
    let tenant = Tenant::start();
    fails(
        tenant.demo().env("SAPONIFY_PASSWORD", "no-such-password"),
        &["INVALID_LOGIN", "help: check user name, password"],
    );
    assert_eq!(tenant.sandbox.stats().logins, 0);
    fails(
        tenant.demo().env_remove("SAPONIFY_PASSWORD"),
        &["SAPONIFY_PASSWORD"],
    );
}

#[test]
fn an_unreachable_address_is_explained() {
    let tenant = Tenant::start();
    let url = tenant.sandbox.login_url();
    let Tenant {
        sandbox, runtime, ..
    } = tenant;
    runtime.block_on(sandbox.shutdown());
    fails(
        &mut to(&url),
        &["login: ", "localhost", "help: check the address"],
    );
    fails(
        &mut to("https://no-such-host.invalid"),
        &["no-such-host.invalid", "help: check the address"],
    );
}

#[test]
fn addresses_that_cannot_be_used_are_refused() {
    let tenant = Tenant::start();
    let plain = tenant.sandbox.login_url().replace("https://", "http://");
    for (address, part) in [
        (plain.as_str(), "https"),
        ("http://login.salesforce.com", "https"),
        ("login.salesforce.com", "https://"),
        (
            "https://user:no-such-password@login.salesforce.com",
            "user name",
        ),
        ("", "https://"),
    ] {
        fails(&mut to(address), &[part]);
    }
    assert_eq!(tenant.sandbox.stats().connections, 0);
}

#[test]
fn a_page_in_place_of_an_answer_is_recognised() {
    let tenant = Tenant::start();
    tenant.sandbox.set_mode(Mode::Html200);
    fails(
        &mut tenant.demo(),
        &["SOAP", "HTTP 200", "help: check the address"],
    );
    tenant.sandbox.set_mode(Mode::Html503);
    fails(&mut tenant.demo(), &["HTTP 503", "help: "]);
}

#[test]
fn a_certificate_that_is_not_trusted_is_explained() {
    let tenant = Tenant::start();
    let mut untrusting = to(&tenant.sandbox.login_url());
    fails(
        &mut untrusting,
        &[
            "certificate",
            "help: trust its certificate with --certificate",
        ],
    );
    assert_eq!(tenant.sandbox.stats().requests, 0);
    fails(
        untrusting.args(["--certificate", "none.pem"]),
        &["none.pem"],
    );
}

#[test]
fn a_foreign_host_is_not_given_the_session() {
    let tenant = Tenant::start();
    let mut command = to(&tenant.sandbox.login_url());
    command.arg("--certificate").arg(&tenant.certificate);
    fails(&mut command, &["help: allow the host with --allow-host"]);
    assert_eq!(tenant.sandbox.stats().requests, 1);
}

#[test]
fn a_failure_in_the_middle_ends_the_demo() {
    let tenant = Tenant::start();
    // The login succeeds, and the query fails.
    tenant.sandbox.push_mode(Mode::Normal);
    tenant.sandbox.push_mode(Mode::Truncate);
    fails(&mut tenant.demo(), &["query: ", "help: try again later"]);
    tenant.sandbox.push_mode(Mode::Normal);
    tenant.sandbox.push_mode(Mode::DailyLimit);
    let said = complaint(&mut tenant.demo());
    assert!(said.contains("REQUEST_LIMIT_EXCEEDED"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure_and_no_panic() {
    use std::process::{Command, Stdio};

    let run = |arguments: &[&str], out: Stdio, err: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saponify"));
        command.args(arguments).stdout(out).stderr(err);
        command.spawn().unwrap().wait_with_output().unwrap()
    };
    let full = || {
        Stdio::from(
            std::fs::File::options()
                .write(true)
                .open("/dev/full")
                .unwrap(),
        )
    };
    for arguments in [
        &["demo", "--rows", "10"][..],
        &["sandbox", "wsdl"],
        &["connector", "--home", "/nowhere", "list", "--help"],
    ] {
        // Nowhere is left to say it, so only the code says it.
        let output = run(arguments, full(), full());
        assert_ne!(output.status.code(), Some(101), "{arguments:?}");
    }
    let output = run(&["demo", "--rows", "10"], full(), Stdio::piped());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot write to standard output"), "{said}");
    // A reader that has seen enough, as `head -1` has.
    let mut command = Command::new(env!("CARGO_BIN_EXE_saponify"));
    command
        .args(["demo", "--rows", "10"])
        .stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}
