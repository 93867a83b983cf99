//! Hazard: commands in the book that do not work any more.
//!
//! The blocks of a page that are fenced as `sh` run in their order in bash, in a folder of their own, with the program
//! that was just built. What they change of the machine is a list of files below. Servers of a block go on in the
//! background until the page ends. A block that cannot run here is in [`NOT_RUN`], with the reason.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::pages::{Block, Page, guide, root};

/// Blocks that do not run, by the page and a text of the block, with the reason.
const NOT_RUN: &[(&str, &str, &str)] = &[
    (
        "README.md",
        "cargo run -- demo",
        "compiles the repository; `tests/cli/demo.rs` runs the demo",
    ),
    (
        "README.md",
        "cargo install",
        "compiles the program; the section states how long that takes",
    ),
    (
        "guide/connector.md",
        "head -c 32 /dev/urandom",
        "makes a user and a unit; `tests/cli/connector/service.rs` runs it",
    ),
    (
        "guide/connector.md",
        "docker run",
        "needs an engine for containers; `tests/cli/connector/service.rs` runs its commands",
    ),
    (
        "guide/connector.md",
        "--client-ca",
        "needs Salesforce's certificates; `tests/connector/listen` runs the listener",
    ),
    (
        "guide/connector.md",
        "acme.my.salesforce.com --user sync@acme.example\n",
        "logs in to an org",
    ),
    (
        "guide/connector-scale.md",
        "postgres://",
        "needs a server; `tests/cli/connector` runs with one of its own",
    ),
    (
        "guide/connector-scale.md",
        "connector run --key-from",
        "works in the home of the block before",
    ),
    (
        "guide/connector-sinks.md",
        "splunk.example",
        "delivers to a Splunk; `tests/connector/sinks` has one",
    ),
    (
        "guide/connector-sinks.md",
        "nats.example",
        "delivers to NATS; `tests/connector/sinks` has one",
    ),
    (
        "guide/connector-sinks.md",
        "kafka-1.example",
        "delivers to Kafka; `tests/connector/sinks` has one",
    ),
    (
        "guide/connector-sinks.md",
        "s3://",
        "delivers to S3; `tests/connector/sinks` has one",
    ),
    (
        "guide/console.md",
        "--tls-cert chain.pem",
        "needs a certificate for a name; `tests/console/tls.rs` makes one",
    ),
    (
        "guide/fetch.md",
        "acme.my.salesforce.com",
        "logs in to an org; `tests/cli/fetch` logs in to the sandbox",
    ),
    (
        "guide/fetch.md",
        "--from acme metadata",
        "fetches WSDLs that the demo tenant does not have; `tests/cli/fetch` fetches each kind",
    ),
    (
        "guide/fetch.md",
        "$SF_URL",
        "logs in to an org; `tests/cli/fetch` logs in to the sandbox",
    ),
    ("guide/oauth.md", "3MVG9…", "logs in to an org"),
    (
        "guide/program.md",
        "SF_CERTIFICATE",
        "compiles a project; `tests/cli/init/compiled.rs` compiles and tests it",
    ),
    (
        "guide/program.md",
        "~/.bashrc",
        "changes the settings of a shell; `tests/cli` tests the completion",
    ),
    (
        "guide/sandbox.md",
        "truth.tsv | diff",
        "compares what was collected for hours; `tests/connector` compares with the truth",
    ),
    (
        "guide/sandbox.md",
        "$SESSION",
        "needs a session of a program; `sandbox/tests` downloads files",
    ),
];

/// Files that readers have, by the page on which they have them.
fn prepare(folder: &Path) {
    let demo = root().join("tenants/demo");
    let copy = |from: &str, to: &str| {
        let to = folder.join(to);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder is made");
        std::fs::copy(demo.join(from), to).expect("a file is copied");
    };
    for wsdl in [
        "enterprise.wsdl",
        "wsdl/enterprise.wsdl",
        "old.wsdl",
        "new.wsdl",
        "wsdl/europe.wsdl",
        "wsdl/america.wsdl",
    ] {
        copy("enterprise.wsdl", wsdl);
    }
    copy("org.toml", "org.toml");
}

/// The commands around those of a page. A server goes to the background, and the next command waits until it says
/// that it is ready. Building is left out, because the program was built.
const FUNCTIONS: &str = r#"
set -euo pipefail
saponify() {
    case "${1-} ${2-}" in
    "sandbox serve" | "connector serve" | "connector run" | "connector listen")
        command saponify "$@" > server.log 2>&1 &
        local server=$!
        for _ in $(seq 3000); do
            if [ -s server.log ]; then sleep 0.5; kill -0 $server; return; fi
            kill -0 $server
            sleep 0.1
        done
        return 1
        ;;
    esac
    command saponify "$@"
}
cargo() { [ "$1" = build ]; }
man() { test -s "$HOME/.local/share/man/man1/$1.1"; }
trap 'jobs -p | xargs -r kill 2> /dev/null || true' EXIT
"#;

/// A port that is free, and so is the next one.
fn free_port() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = first.local_addr().expect("an address").port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return port;
        }
    }
}

/// Runs commands as one script of bash, and gives what they print.
fn run(page: &str, script: &str, folder: &TempDir) -> String {
    let port = free_port();
    let here = folder.path().display().to_string();
    let script = script
        .replace("8443", &port.to_string())
        .replace("8444", &(port + 1).to_string())
        // The pages run at the same time, and the console has a fixed port by default.
        .replace(
            "saponify connector serve",
            "saponify connector serve --listen 127.0.0.1:0",
        )
        .replace("/tmp/", &format!("{here}/"));
    let programs = Path::new(env!("CARGO_BIN_EXE_saponify"))
        .parent()
        .expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut bash = Command::new("bash")
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("HOME", folder.path())
        .env("NO_COLOR", "1")
        .env_remove("XDG_DATA_HOME")
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash");
    let mut input = bash.stdin.take().expect("standard input");
    input.write_all(FUNCTIONS.as_bytes()).expect("bash reads");
    input.write_all(script.as_bytes()).expect("bash reads");
    drop(input);
    let output = bash.wait_with_output().expect("bash ends");
    let texts =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let log = std::fs::read_to_string(folder.path().join("server.log")).unwrap_or_default();
    assert!(
        output.status.success(),
        "{page}: {}\n{script}\n{}\n{}\n{log}",
        output.status,
        texts[0],
        texts[1]
    );
    texts.concat()
}

fn is_run(page: &Page, block: &Block<'_>) -> bool {
    let listed = NOT_RUN
        .iter()
        .any(|(path, text, _)| *path == page.path && block.text.contains(text));
    block.language == "sh" && !listed
}

/// The blocks of a page that run, as one script.
fn script(page: &Page) -> String {
    page.blocks()
        .iter()
        .filter(|block| is_run(page, block))
        .map(|block| format!("{}\n", block.text))
        .collect()
}

/// Runs a page after some commands that give its readers what the page supposes.
fn try_page(path: &str, before: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    prepare(folder.path());
    let page = Page::read(path);
    let script = script(&page);
    assert!(!script.is_empty(), "{path} has no commands that run");
    run(path, &format!("{before}\n{script}"), &folder)
}

/// Pages whose commands run, and what their readers have done before.
macro_rules! tried {
    ($($name:ident: $page:literal, $before:expr;)*) => {
        const TRIED: &[&str] = &[$($page),*];

        $(
            #[test]
            fn $name() {
                try_page($page, $before);
            }
        )*
    };
}

tried! {
    the_commands_of_the_readme_run: "README.md", "";
    objects_can_be_looked_at_and_chosen: "guide/choosing.md", "";
    the_connector_can_be_tried_without_an_org: "guide/connector.md", "";
    the_console_starts: "guide/console.md", "export SAPONIFY_HOME=$PWD/home SAPONIFY_KEY=any-passphrase";
    a_file_of_drift_is_explained: "guide/drift.md", DRIFT;
    a_project_has_the_files_of_the_page: "guide/layout.md", "";
    the_commands_of_the_program_run: "guide/program.md", "";
    generating_checking_and_comparing_run: "guide/regenerating.md", REPOSITORY;
    an_org_with_activity_is_served: "guide/sandbox.md", "";
    a_tenant_for_tests_is_served: "guide/testing.md", "";
    the_versions_of_a_wsdl_are_compared: "guide/upgrading.md", REPOSITORY;
}

/// A repository with a `saponify.toml` that has two tenants.
const REPOSITORY: &str = r#"
git init --quiet --initial-branch main
cat > saponify.toml <<'TOML'
input = "wsdl/enterprise.wsdl"
[tenants.europe]
input = "wsdl/europe.wsdl"
[tenants.america]
input = "wsdl/america.wsdl"
TOML
git config user.email reader@acme.example && git config user.name Reader
git add --all && git commit --quiet --message "The tenant"
git update-ref refs/remotes/origin/main HEAD
"#;

/// What a service has written about the responses to a client without drift.
const DRIFT: &str = r#"
echo 'input = "enterprise.wsdl"' > saponify.toml
echo '{"service": "SforceService.Soap", "api_version": "64.0", "counts": {}, "differences": []}' > drift.json
"#;

#[test]
fn every_block_of_commands_runs_or_says_why_not() {
    let mut pages = guide();
    pages.push(Page::read("README.md"));
    for page in &pages {
        let is_tried = TRIED.contains(&page.path.as_str());
        for block in page.blocks() {
            let at = format!("{}:{}", page.path, block.line);
            assert!(
                !is_run(page, &block) || is_tried,
                "{at}: nothing runs these commands; add the page to TRIED, or the block with the reason to NOT_RUN, in \
                 tests/book/commands.rs"
            );
        }
    }
    for (path, text, _) in NOT_RUN {
        let page = pages.iter().find(|page| page.path == *path);
        let blocks = page.map(Page::blocks).unwrap_or_default();
        let is_there = blocks
            .iter()
            .any(|block| block.language == "sh" && block.text.contains(text));
        assert!(is_there, "{path} has no block with {text:?} any more");
    }
}
