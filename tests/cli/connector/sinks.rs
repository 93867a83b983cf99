//! Hazard: a secret of a sink in a file or in an output, and a sink that was not meant.

use saponify_sandbox::Activity;

use super::{Tenant, ends};

const SECRET: &str = "precious-token";

fn activity() -> Activity {
    Activity::days(2)
        .logins(50)
        .audit(10)
        .files(2)
        .file_size(2_000)
}

/// The number of lines in the files of a folder.
fn lines(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap();
    let texts = entries.filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok());
    texts
        .map(|text| text.lines().filter(|line| line.starts_with('{')).count())
        .sum()
}

#[test]
fn a_sink_is_added_tested_used_and_removed() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let folder = tenant.path("out");
    let mut add = tenant.command("sink add archive ndjson form=ocsf");
    add.arg(format!("folder={}", folder.display()));
    let (out, _) = ends(add, 0);
    assert!(out.contains("sink test archive"), "{out}");
    let (out, _) = ends(tenant.command("sink test archive"), 0);
    assert!(out.starts_with("ok: the folder"), "{out}");
    let (out, _) = ends(tenant.command("sync acme"), 0);
    assert!(out.contains("sink archive: "), "{out}");
    let count = lines(&folder.join("acme"));
    assert!(count > 30, "{count}");
    let (out, _) = ends(tenant.command("sink show archive"), 0);
    assert!(
        out.contains(&format!("acme: {count} delivered, 0 waiting")),
        "{out}"
    );
    let (out, _) = ends(tenant.command("sink list --json"), 0);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&json["sink"], &json["kind"]),
        (&"archive".into(), &"ndjson".into())
    );
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(
        out.contains(&format!(
            "sink archive: {count} events delivered, 0 waiting"
        )),
        "{out}"
    );
    // A change keeps what was set before.
    ends(tenant.command("sink set archive every=1h"), 0);
    let (out, _) = ends(tenant.command("sink show archive"), 0);
    assert!(
        out.contains("form         ocsf") && out.contains("every        1h"),
        "{out}"
    );
    // This is a sink for a single command.
    let once = tenant.path("once");
    let mut deliver = tenant.command("sink deliver acme");
    deliver
        .arg("--sink")
        .arg(format!("ndjson:{}", once.display()));
    ends(deliver, 0);
    assert_eq!(lines(&once.join("acme")), count);
    // Its place stays, and is not that of a sink which somebody waits for.
    let (out, _) = ends(tenant.command("status acme"), 0);
    let place = format!("sink ndjson:{} (not set up): ", once.display());
    assert!(out.contains(&place), "{out}");
    let mut remove = tenant.command("sink remove");
    remove.arg(format!("ndjson:{}", once.display()));
    ends(remove, 0);
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(!out.contains("ndjson:"), "{out}");

    ends(tenant.command("sink remove archive --keep-place"), 0);
    let (out, _) = ends(tenant.command("sink list"), 0);
    assert_eq!(out, "");
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(out.contains("sink archive (not set up)"), "{out}");
    ends(tenant.command("sink remove archive"), 0);
    let (out, _) = ends(tenant.command("status acme"), 0);
    assert!(!out.contains("sink archive"), "{out}");
    assert_eq!(
        lines(&folder.join("acme")),
        count,
        "what was delivered stays"
    );
}

#[test]
fn a_secret_is_only_in_the_vault() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let server = "https://127.0.0.1:9";
    let mut add = tenant.command("sink add hook webhook --secret token=env:HOOK");
    add.arg(format!("url={server}")).env("HOOK", SECRET);
    ends(add, 0);
    let (out, _) = ends(tenant.command("sink show hook"), 0);
    assert!(out.contains("secrets      token (in the vault)"), "{out}");
    let (out, err) = ends(tenant.command("sink test hook"), 1);
    assert!(err.contains("no connection to 127.0.0.1:9"), "{err}");
    assert!(!out.contains(SECRET) && !err.contains(SECRET));
    let (_, err) = ends(tenant.command("sync acme --source audit"), 1);
    assert!(
        err.contains("acme, sink hook: error: no connection"),
        "{err}"
    );
    for (path, content) in crate::support::tree(&tenant.path("home")) {
        let shown = String::from_utf8_lossy(&content).into_owned();
        assert!(!shown.contains(SECRET), "{path:?}");
    }
    // A vault that cannot be opened is reported as such.
    let toml = std::fs::read_to_string(tenant.path("home").join("sinks.toml")).unwrap();
    assert!(toml.contains("secrets = [\"token\"]"), "{toml}");
    std::fs::remove_dir_all(tenant.path("home").join(".sinks")).unwrap();
    let (_, err) = ends(tenant.command("sink test hook"), 1);
    assert!(
        err.contains("the secrets of the sink hook cannot be read"),
        "{err}"
    );
}

#[test]
fn a_vault_that_cannot_be_read_loses_no_secret() {
    let tenant = Tenant::start(activity());
    let mut add = tenant.command("sink add hook webhook url=https://127.0.0.1:9");
    add.args([
        "--secret",
        "token=env:HOOK",
        "--secret",
        "signing-secret=env:HOOK",
    ]);
    ends(
        {
            add.env("HOOK", SECRET);
            add
        },
        0,
    );
    let file = tenant.path("home").join(".sinks/hook/secrets.age");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, "damaged").unwrap();
    let set = |secrets: &[&str]| {
        let mut set = tenant.command("sink set hook");
        for secret in secrets {
            set.arg("--secret").arg(format!("{secret}=env:HOOK"));
        }
        set.env("HOOK", SECRET);
        set
    };
    let (_, err) = ends(set(&["token"]), 1);
    assert!(
        err.contains("secrets of the sink hook cannot be read"),
        "{err}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), b"damaged");
    // Nobody needs the old ones if all are given.
    ends(set(&["token", "signing-secret"]), 0);
    std::fs::write(&file, whole).unwrap();
    ends(set(&["token"]), 0);
}

#[test]
fn a_sink_whose_secrets_cannot_be_removed_does_not_begin_anew() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    let mut add = tenant.command("sink add hook webhook url=https://127.0.0.1:9/secret-path");
    add.args(["--secret", "token=env:HOOK"]).env("HOOK", SECRET);
    ends(add, 0);
    let (out, _) = ends(tenant.command("sink list"), 0);
    assert!(
        out.contains("https://127.0.0.1:9/…") && !out.contains("secret-path"),
        "{out}"
    );
    // A folder stands where the file should be.
    let file = tenant.path("home").join(".sinks/hook/secrets.age");
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let (_, err) = ends(tenant.command("sink remove hook"), 1);
    assert!(err.contains("is removed, but not its secrets"), "{err}");
    let (out, _) = ends(tenant.command("sink list"), 0);
    assert_eq!(out, "");
}

#[test]
fn errors_state_what_to_do() {
    let tenant = Tenant::start(activity());
    for (words, code, parts) in [
        (
            "sink add a nothing",
            2,
            &["no kind of sink `nothing`", "webhook"][..],
        ),
        (
            "sink add a webhok url=https://h",
            2,
            &["did you mean `webhook`?"],
        ),
        ("sink add a webhook", 2, &["`url` is missing"]),
        (
            "sink add a webhook urll=https://h",
            2,
            &["did you mean `url`?"],
        ),
        (
            "sink add a webhook url=https://h token=x",
            2,
            &["--secret token=SRC"],
        ),
        (
            "sink add a webhook url=https://u:precious-token@h",
            2,
            &["contains credentials"],
        ),
        (
            "sink add a webhook url=http://receiver.example/",
            2,
            &["not encrypted"],
        ),
        ("sink add a webhook url", 2, &["KEY=VALUE"]),
        (
            "sink add a webhook url=https://h --secret precious-token",
            2,
            &["NAME=SRC"],
        ),
        (
            "sink add a webhook url=https://h --secret token=precious-token",
            2,
            &["env:VAR"],
        ),
        (
            "sink add a splunk-hec url=https://h",
            2,
            &["secret `token` is missing"],
        ),
        ("sink set nothing every=1h", 2, &["no sink `nothing`"]),
        ("sink test nothing", 2, &["no sink `nothing`"]),
        ("sink remove nothing", 2, &["no sink `nothing`"]),
    ] {
        let (out, err) = ends(tenant.command(words), code);
        for part in parts {
            assert!(err.contains(part), "{words}: {err}");
        }
        assert!(
            !err.contains(SECRET) && !out.contains(SECRET),
            "{words}: {err}"
        );
    }
    let (out, _) = ends(tenant.command("sink kinds"), 0);
    for part in [
        "ndjson: ",
        "webhook: ",
        "splunk-hec: ",
        "nats: ",
        "kafka: ",
        "object-store: ",
    ] {
        assert!(out.contains(part), "{out}");
    }
}

#[test]
fn the_version_lists_the_engines() {
    let (out, _) = ends(crate::support::saponify(["--version"]), 0);
    let said = |start: &str| {
        let line = out.lines().find_map(|line| line.strip_prefix(start));
        line.unwrap_or_default().split(", ").collect::<Vec<_>>()
    };
    for (feature, is_built) in [
        ("console", cfg!(feature = "console")),
        ("nats", cfg!(feature = "nats")),
        ("kafka", cfg!(feature = "kafka")),
        ("object-store", cfg!(feature = "object-store")),
    ] {
        assert_eq!(said("features: ").contains(&feature), is_built, "{out}");
        assert_eq!(
            said("built without: ").contains(&feature),
            !is_built,
            "{out}"
        );
    }
}

#[test]
fn a_sink_is_for_connections_that_exist() {
    let tenant = Tenant::start(activity());
    ends(tenant.activate("acme"), 0);
    ends(tenant.activate("beta"), 0);
    let folder = tenant.path("out").display().to_string();
    let add = format!("sink add archive ndjson folder={folder} connections");
    let (_, err) = ends(tenant.command(&format!("{add}=beta,acne")), 2);
    assert!(
        err.contains("there is no connection `acne`; did you mean `acme`?")
            && err.contains("the connections are: acme, beta"),
        "{err}"
    );
    let (out, _) = ends(tenant.command("sink list"), 0);
    assert_eq!(out, "", "nothing is added");
    ends(tenant.command(&format!("{add}=beta,acme")), 0);
    let (_, err) = ends(tenant.command("sink set archive connections=acne"), 2);
    assert!(err.contains("did you mean `acme`?"), "{err}");
    // A connection that was erased since then does not keep the sink from being changed.
    ends(tenant.command("deactivate beta --erase"), 0);
    ends(tenant.command("sink set archive every=1h"), 0);
    let (_, err) = ends(tenant.command("sync acne"), 2);
    assert!(err.contains("did you mean `acme`?"), "{err}");
}
