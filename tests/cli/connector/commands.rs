//! The output and the exit code of each command.

use std::time::Duration;

use saponify_sandbox::{Activity, Mode};

use super::{Tenant, ends, is_empty};

fn activity() -> Activity {
    Activity::days(3)
        .logins(200)
        .audit(60)
        .files(6)
        .file_size(4_000)
}

#[test]
fn a_new_user_gets_to_the_events_of_a_day() {
    let tenant = Tenant::start(activity());
    let (out, _) = ends(tenant.activate("acme"), 0);
    assert!(
        out.contains("Validation succeeded") && out.contains("Acme Instruments"),
        "{out}"
    );
    let (out, _) = ends(tenant.command("list"), 0);
    assert!(out.contains("acme") && out.contains("active"), "{out}");
    let (out, _) = ends(tenant.command("show acme"), 0);
    assert!(
        out.contains("login              password") && out.contains("objects"),
        "{out}"
    );
    let (out, _) = ends(tenant.command("test acme"), 0);
    assert!(
        out.contains('\u{2714}') && !out.contains('\u{2718}'),
        "{out}"
    );

    let (out, _) = ends(tenant.command("sync"), 0);
    assert!(
        out.contains("logins") && out.contains("new events"),
        "{out}"
    );
    tenant.sandbox.advance(Duration::from_secs(600));
    let (out, _) = ends(tenant.command("sync acme --json --source logins,audit"), 0);
    let done: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(done["ok"], true, "{out}");
    assert!(done["sources"]["files"].is_null(), "{out}");

    let (out, _) = ends(tenant.command("status"), 0);
    assert!(out.contains("logins   until"), "{out}");
    let (out, _) = ends(tenant.command("status --json"), 0);
    let status: serde_json::Value = serde_json::from_str(&out).unwrap();
    let logins = &status["sources"][3];
    assert_eq!(
        (&logins["source"], &logins["rows"]),
        (&"logins".into(), &200.into()),
        "{out}"
    );

    let (out, _) = ends(tenant.command("events --source logins --format ndjson"), 0);
    assert_eq!(out.lines().count(), 200);
    let event: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert!(event["record"]["User.Username"].is_string(), "{event}");
    let (out, _) = ends(tenant.command("events acme --since 24h --source audit"), 0);
    assert!(out.starts_with("TIME"), "{out}");
    let (out, _) = ends(
        tenant.command("events --where Status=Success --format csv"),
        0,
    );
    assert!(out.lines().count() > 2, "{out}");

    let page = tenant.path("report.html");
    let mut report = tenant.command("report acme --format html");
    report.arg("--out").arg(&page);
    ends(report, 0);
    assert!(std::fs::read_to_string(page).unwrap().contains("<html"));
    let (out, _) = ends(tenant.command("report acme --from 2d"), 0);
    assert!(out.contains("logins"), "{out}");
    // The last day is included.
    let (out, _) = ends(
        tenant.command("report acme --from yesterday --to yesterday"),
        0,
    );
    let yesterday = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    let yesterday = yesterday.strftime("%Y-%m-%d").to_string();
    assert!(
        out.starts_with(&format!("acme: {yesterday} to {yesterday}, ")),
        "{out}"
    );

    let (out, _) = ends(tenant.command("deactivate acme"), 0);
    assert!(out.contains("data is kept"), "{out}");
    let (_, err) = ends(tenant.command("sync acme"), 2);
    assert!(err.contains("deactivated"), "{err}");
    ends(tenant.command("deactivate acme --erase"), 0);
    assert!(is_empty(&tenant.path("home")));
}

#[test]
fn exit_codes_distinguish_failures() {
    let tenant = Tenant::start(activity());
    let mut wrong = tenant.activate("acme");
    wrong.env("PW", "no-such-password");
    let (_, err) = ends(wrong, 1);
    assert!(
        err.contains("INVALID_LOGIN") && err.contains("help:"),
        "{err}"
    );
    assert!(is_empty(&tenant.path("home")));

    for words in [
        "sync",
        "sync nobody",
        "show nobody",
        "test nobody",
        "events",
        "report nobody",
        "activate acme",
        "activate ../x --endpoint https://localhost --session-from env:PW",
        "activate acme --endpoint h --client-id x",
        "activate acme --endpoint h --user u --password-from secret",
        "activate acme --endpoint h --user u --password-from env:NO_SUCH_VARIABLE",
        "sync --source nothing",
        "nonsense",
    ] {
        let (_, err) = ends(tenant.command(words), 2);
        assert!(err.contains("error: "), "{words}: {err}");
    }

    ends(tenant.activate("acme"), 0);
    let (_, err) = ends(tenant.activate("acme"), 2);
    assert!(err.contains("there is already a connection acme"), "{err}");
    tenant.sandbox.set_daily_limit(14_000, 15_000);
    let (out, _) = ends(tenant.command("test acme"), 3);
    assert!(out.contains('\u{2718}'), "{out}");
    let (out, _) = ends(tenant.command("test acme --json"), 3);
    let tested: serde_json::Value = serde_json::from_str(&out).unwrap();
    let lines = tested["lines"].as_array().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line["id"] == "calls" && line["standing"] == "failed")
    );
    tenant.sandbox.set_daily_limit(0, 15_000);

    tenant.sandbox.set_mode(Mode::Html200);
    let (_, err) = ends(tenant.command("sync acme"), 1);
    assert!(err.contains("does not respond with SOAP"), "{err}");
}

#[test]
fn a_page_is_opened_without_the_session_in_the_address() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let words = "open acme --print --path /lightning/setup/x";
    let mut open = tenant.piped(words).spawn().unwrap();
    let mut address = String::new();
    let mut output = std::io::BufReader::new(open.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut address).unwrap();
    assert!(address.starts_with("http://localhost:"), "{address}");
    assert!(!address.contains("00D"), "{address}");
    let rest = address.trim().trim_start_matches("http://");
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut page = String::new();
    std::io::Read::read_to_string(&mut stream, &mut page).unwrap();
    assert!(
        page.contains("/secur/frontdoor.jsp") && page.contains("/lightning/setup/x"),
        "{page}"
    );
    assert!(open.wait().unwrap().success());
}

#[test]
fn a_shell_completes_the_names_of_connections_sinks_and_sources() {
    let tenant = Tenant::start(activity());
    for name in ["acme", "acorn", "beta"] {
        ends(tenant.activate(name), 0);
    }
    let folder = format!("folder={}", tenant.path("out").display());
    ends(
        tenant.command(&format!("sink add archive ndjson {folder}")),
        0,
    );
    let home = tenant.path("home").display().to_string();
    let complete = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        let mut command = crate::support::saponify(["--", "saponify", "connector"]);
        command
            .args(["--home", &home])
            .args(&words)
            .env("SAPONIFY_COMPLETE", "bash")
            .env("_CLAP_COMPLETE_INDEX", (words.len() + 3).to_string())
            .env("_CLAP_COMPLETE_COMP_TYPE", "9")
            .env("_CLAP_IFS", "\n");
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap().replace('\n', " ")
    };
    for command in ["show", "sync beta", "status", "sink deliver", "test", "run"] {
        assert_eq!(
            complete(&format!("{command} ac")),
            "acme acorn",
            "{command}"
        );
    }
    assert_eq!(complete("sync --source a"), "audit");
    assert_eq!(complete("sync --source logins,f"), "logins,files");
    assert_eq!(complete("events --source m"), "messages");
    assert_eq!(complete("sink show a"), "archive");
    assert_eq!(complete("sync --sink a"), "archive");
    assert_eq!(complete("sink add new we"), "webhook");
    // The name of a new connection is not one of those that exist.
    assert_eq!(complete("activate ac"), "");
}
