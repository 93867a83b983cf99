//! Hazard: a message that is hard to understand, or that recommends something impossible.

use saponify_sandbox::{Activity, LoginMode};

use super::{PASSWORD, Tenant, USER, ends};

fn activity() -> Activity {
    Activity::days(2)
        .logins(50)
        .audit(10)
        .files(2)
        .file_size(2_000)
}

/// Words that belong to the library and not to the user.
const FOREIGN: [&str; 9] = [
    "extra_root_certificate",
    "allow_host(",
    "ClientCredentials",
    "JwtBearer",
    "Credentials::",
    "Builder::",
    ".; ",
    "is none",
    "1 gaps",
];

#[track_caller]
fn says(err: &str, parts: &[&str]) {
    for part in parts {
        assert!(err.contains(part), "no {part:?} in\n{err}");
    }
    for word in FOREIGN {
        assert!(!err.contains(word), "{word:?} in\n{err}");
    }
}

#[test]
fn each_wrong_use_is_reported_with_the_allowed_values() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    for (words, parts) in [
        (
            "events --format xml",
            &["`xml` is not a format", "table, ndjson, csv or ocsf"][..],
        ),
        (
            "events --source login",
            &["login", "logins, audit, files, changes"],
        ),
        (
            "sync --source login",
            &["login", "logins, audit, files and changes"],
        ),
        (
            "test acme --profile most",
            &["`most` is not a profile", "least or microsoft"],
        ),
        ("events --where Status", &["COLUMN=VALUE"]),
        (
            "events --since banana",
            &["`banana` is not a point in time", "2026-01-31"],
        ),
        (
            "events --since today --until yesterday",
            &["--until", "--since"],
        ),
        ("run --every banana", &["`banana` is not a duration", "60d"]),
        (
            "activate b --endpoint h --user u --password-from secret",
            &["env:VAR", "file:PATH"],
        ),
        (
            "activate b --endpoint h --user u --password-from env:PW --since banana",
            &["`banana` is not a duration", "60d"],
        ),
        (
            "activate b --endpoint h --user u --password-from env:PW --interval x",
            &["`x` is not an interval", "hourly"],
        ),
        (
            "activate b --endpoint h --user u --password-from env:PW --transfer x",
            &["`x` is not a way to fetch files", "rest"],
        ),
        (
            "activate a/b --endpoint h --user u --password-from env:PW",
            &["`a/b` cannot be the name", "letters"],
        ),
    ] {
        let (_, err) = ends(tenant.command(words), 2);
        says(&err, parts);
        assert!(!err.contains("secret\n"), "{err}");
    }
    // If nothing is found, a message says so beside an empty table.
    ends(tenant.command("sync acme --source logins,audit"), 0);
    let (out, err) = ends(tenant.command("events --where Status=Nope"), 0);
    assert!(
        out.starts_with("TIME") && err.contains("No event matches"),
        "{out}{err}"
    );
}

#[test]
fn the_advice_after_a_refused_activation_needs_no_connection() {
    let tenant = Tenant::start(activity());
    let refused = |mode: LoginMode, parts: &[&str]| {
        tenant.sandbox.set_login_mode(USER, mode);
        let (_, err) = ends(tenant.activate("acme"), 1);
        says(&err, parts);
        for impossible in ["deactivate the connection", "connector test"] {
            assert!(!err.contains(impossible), "{mode}: {err}");
        }
    };
    refused(
        LoginMode::Locked,
        &["INVALID_LOGIN", "security token", "nothing is stored"],
    );
    refused(LoginMode::Expired, &["has expired", "set a new password"]);
    refused(LoginMode::ApiDisabled, &["API Enabled"]);
    refused(
        LoginMode::SoapLoginDisabled,
        &["--client-id with --client-secret-from"],
    );
    tenant.sandbox.set_login_mode(USER, LoginMode::Ok);

    let login = tenant.sandbox.login_url();
    let instance = tenant.sandbox.instance_url();
    let ca = tenant.path("ca.pem").display().to_string();
    let by_password =
        format!("activate acme --endpoint {login} --user {USER} --password-from env:PW");
    let (_, err) = ends(tenant.command(&by_password), 1);
    says(&err, &["--certificate"]);
    let (_, err) = ends(
        tenant.command(&format!("{by_password} --certificate {ca}")),
        1,
    );
    says(&err, &["--allow-host"]);
    let plain = login.replace("https://", "http://");
    let (_, err) = ends(
        tenant.command(&format!(
            "activate acme --endpoint {plain} --user {USER} --password-from env:PW"
        )),
        1,
    );
    says(&err, &["use https"]);
    let mut bogus = tenant.command(&format!(
        "activate acme --endpoint {instance} --session-from env:SID --certificate {ca}"
    ));
    bogus.env("SID", "00D000000000001!bogus");
    let (_, err) = ends(bogus, 1);
    says(&err, &["does not accept the session"]);
    assert!(!err.contains("login succeeded"), "{err}");

    // A user without a security token may enter an empty one.
    let mut empty = tenant.activate("acme");
    empty.args(["--token-from", "env:EMPTY"]).env("EMPTY", "");
    ends(empty, 0);
}

#[test]
fn an_app_logs_in_at_the_my_domain_address_of_a_local_org() {
    let tenant = Tenant::start(activity());
    let ca = tenant.path("ca.pem").display().to_string();
    let activate = |name: &str, endpoint: &str| {
        let mut command = tenant.command(&format!(
            "activate {name} --endpoint {endpoint} --client-id 3MVG9.acme.nightly-sync \
             --client-secret-from env:SECRET --certificate {ca}"
        ));
        command.env("SECRET", "nightly-sync-secret");
        command
    };
    let (_, err) = ends(activate("app", &tenant.sandbox.login_url()), 1);
    says(&err, &["My Domain"]);
    let (out, _) = ends(activate("app", &tenant.sandbox.instance_url()), 0);
    assert!(out.contains(USER) && !out.contains(PASSWORD), "{out}");
    ends(tenant.command("sync app --source audit"), 0);
}

#[test]
fn everything_can_be_read_at_sixty_columns() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    tenant.sandbox.inject("html_200@retrieve".parse().unwrap());
    for (words, code) in [
        ("--help", 0),
        ("activate --help", 0),
        ("sync", 1),
        ("status", 0),
        ("list", 0),
        ("test acme", 0),
        ("events", 0),
    ] {
        let mut command = tenant.command(words);
        command.env("COLUMNS", "60");
        let (out, err) = ends(command, code);
        for line in out.lines().chain(err.lines()) {
            // A single word, such as a path, is not broken, and neither is the usage line.
            let is_word = !line.trim().contains(' ') || line.starts_with("Usage:");
            assert!(is_word || line.chars().count() <= 60, "{words}: {line:?}");
        }
        if words == "status" {
            let problem = "files that could not be fetched";
            let joined = out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(joined.contains(problem), "{out}");
        }
    }
}

#[test]
fn a_column_that_no_row_has_is_no_empty_table() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    // Nothing is known about columns before anything is stored.
    ends(tenant.command("events --where Statsu=Success"), 0);
    ends(tenant.command("sync acme"), 0);
    for (words, parts) in [
        (
            "events --where Statsu=Success",
            &[
                "no row has a column `Statsu`; did you mean `Status`?",
                "--format ndjson",
            ][..],
        ),
        (
            "events --source audit --where SourceIp=1.2.3.4 --format csv",
            &["no row of audit has a column `SourceIp`"],
        ),
        (
            "events --source files --where Application=x",
            &["no row of files has a column `Application`"],
        ),
    ] {
        let (out, err) = ends(tenant.command(words), 2);
        assert_eq!(out, "", "{words}");
        says(&err, parts);
    }
    let (out, _) = ends(
        tenant.command("events --source logins --where sourceip=1.2.3.4 --format ndjson"),
        0,
    );
    assert_eq!(out, "");
}

#[test]
fn each_step_says_what_it_asked_for() {
    let tenant = Tenant::start(activity());
    let mut activate = tenant.activate("acme");
    activate.args(["--object", "User,Account", "--object", "Contact"]);
    ends(activate, 0);
    let (out, _) = ends(tenant.command("show acme"), 0);
    assert!(out.contains("User Account Contact"), "{out}");
    tenant.sandbox.advance(std::time::Duration::from_secs(600));
    let (_, err) = ends(tenant.command("sync acme -v"), 0);
    says(
        &err,
        &[
            "received rows source=\"logins\" from=2",
            "received rows source=\"audit\"",
            "listed files source=\"files\"",
            "stored a file source=\"files\"",
            "received changes source=\"changes\" object=\"Contact\"",
            "collected a source connection=\"acme\" source=\"logins\" calls=",
            "rows=",
        ],
    );
    let (_, err) = ends(tenant.command("sync acme"), 0);
    assert_eq!(err, "");
}

#[test]
fn a_source_that_found_nothing_says_when_it_asked() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let (out, _) = ends(tenant.command("status"), 0);
    assert!(out.contains("changes  not collected yet"), "{out}");
    ends(tenant.command("sync acme"), 0);
    let (out, _) = ends(tenant.command("status"), 0);
    let line = out.lines().find(|line| line.contains("changes")).unwrap();
    assert!(
        line.contains("asked 2") && line.contains("0 events, nothing new since 2"),
        "{out}"
    );
}

#[cfg(feature = "listen")]
#[test]
fn a_missing_file_is_named_as_missing() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let ca = tenant.path("ca.pem").display().to_string();
    for (files, parts) in [
        (
            format!("--tls-cert /none.pem --tls-key {ca}"),
            [
                "there is no file /none.pem with the certificate",
                "--tls-cert",
            ],
        ),
        (
            format!("--tls-cert {ca} --tls-key /none.key"),
            [
                "there is no file /none.key with the private key",
                "--tls-key",
            ],
        ),
        (
            format!("--tls-cert {ca} --tls-key {ca}"),
            ["contains no valid private key", "--tls-key"],
        ),
    ] {
        let (_, err) = ends(tenant.command(&format!("listen acme {files}")), 2);
        says(&err, &parts);
    }
}
