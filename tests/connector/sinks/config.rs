//! Hazard: a mistake in the file that has another effect than was meant, or a secret in it.

use saponify_cli::connector::home::Home;
use saponify_cli::connector::sinks::config::{
    KINDS, SOURCES, SinkConfig, Sinks, add, change, kind_of, one_off, remove,
};
use tempfile::TempDir;

/// The message of a refused text, with its advice.
fn refused(text: &str) -> String {
    let error = Sinks::parse(text).unwrap_err();
    assert!(error.is_usage());
    format!("{error}; {}", error.advice().unwrap_or_default())
}

#[test]
fn unknown_names_are_refused_with_a_suggestion() {
    let nats = "[sink.a]\nkind = \"nats\"\nurl = \"tls://h\"\n";
    for (text, parts) in [
        (
            "[sinks.a]\nkind = \"ndjson\"",
            &["no key `sinks`", "did you mean `sink`?"][..],
        ),
        (
            "[sink.a]\nkind = \"njson\"",
            &["no kind of sink `njson`", "did you mean `ndjson`?"],
        ),
        (
            "[sink.a]\nurl = \"https://h\"",
            &["has no `kind`", "webhook"],
        ),
        ("[sink.a]\nkind = \"ndjson\"", &["`folder` is missing"]),
        (
            &format!("{nats}sujbect = \"x\""),
            &["no key `sujbect`", "did you mean `subject`?"],
        ),
        (
            &format!("{nats}form = \"json\""),
            &["`json` is not one of row, ocsf"],
        ),
        (
            &format!("{nats}sources = [\"login\"]"),
            &["a list of these words: logins"],
        ),
        (&format!("{nats}replicas = 0"), &["whole number"]),
        (
            &format!("{nats}create-stream = \"yes\""),
            &["true or false"],
        ),
        (&format!("{nats}every = \"soon\""), &["a duration"]),
        (
            "[sink.a]\nkind = \"webhook\"\nurl = \"https://h\"\ntimeout = \"0s\"",
            &["a duration from 1s to 15m"],
        ),
        (
            &format!("{nats}every = 1.5"),
            &["the value of `every` is invalid"],
        ),
        (
            &format!("{nats}secrets = [\"pasword\"]"),
            &["no secret `pasword`", "`password`"],
        ),
        (
            "[sink.a]\nkind = \"splunk-hec\"\nurl = \"https://h\"",
            &["secret `token` is missing"],
        ),
        (
            "[sink.ndjson]\nkind = \"ndjson\"\nfolder = \"/x\"",
            &["cannot have the name ndjson"],
        ),
        (
            "[sink.\"../a\"]\nkind = \"ndjson\"\nfolder = \"/x\"",
            &["cannot be the name of a sink"],
        ),
        ("sink = 1", &["not a table"]),
        ("[sink.a]\nkind = \n", &["not valid TOML, near line 2"]),
    ] {
        let said = refused(text);
        for part in parts {
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_repeated() {
    for text in [
        "[sink.a]\nkind = \"webhook\"\nurl = \"https://h\"\ntoken = \"precious\"",
        "[sink.a]\nkind = \"webhook\"\nurl = \"https://user:precious@h/\"",
        "[sink.a]\nkind = \"nats\"\nurl = \"tls://h,tls://precious@i\"",
        "[sink.a]\nkind = \"object-store\"\nurl = \"s3://precious:precious@b\"",
        "[sink.a]\nkind = \"webhook\"\nurl = \"precious\"",
        "[sink.a]\nkind = \"webhook\"\ntoken = \"precious\nurl",
    ] {
        let said = refused(text);
        assert!(!said.contains("precious"), "{said}");
    }
    assert!(
        refused("[sink.a]\nkind = \"webhook\"\nurl = \"https://h\"\ntoken = \"x\"")
            .contains("--secret token=SRC")
    );
    let plain = refused("[sink.a]\nkind = \"webhook\"\nurl = \"http://receiver.example/\"");
    assert!(plain.contains("not encrypted"), "{plain}");
    Sinks::parse("[sink.a]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:8080/\"").unwrap();
}

#[test]
fn commands_keep_the_rest_of_the_file() {
    let folder = TempDir::new().unwrap();
    let home = Home::find(Some(folder.path().join("home")), |_| None).unwrap();
    let hand =
        "# Ours.\n[sink.archive]\nkind = \"ndjson\" # by hand\nfolder = \"/x\"\n\n# The end.\n";
    home.write_sinks_toml(hand).unwrap();
    let made = |folder: &str, every: &str| {
        let values = [
            ("folder", folder),
            ("every", every),
            ("connections", "acme,beta"),
        ];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
        SinkConfig::new("second", kind_of("ndjson").unwrap(), values, Vec::new()).unwrap()
    };
    add(&home, &made("/y", "1h")).unwrap();
    assert!(add(&home, &made("/y", "1h")).is_err());
    let text = home.sinks_toml().unwrap().unwrap();
    assert!(
        text.contains("kind = \"ndjson\" # by hand") && text.contains("[sink.second]"),
        "{text}"
    );
    let sinks = Sinks::of(&home).unwrap();
    let second = sinks.find("second").unwrap();
    assert_eq!(*second, made("/y", "1h"));
    assert!(second.is_for("beta") && !second.is_for("gamma"));
    change(&home, &made("/z", "2h")).unwrap();
    assert_eq!(
        *Sinks::of(&home).unwrap().find("second").unwrap(),
        made("/z", "2h")
    );
    remove(&home, "second").unwrap();
    assert_eq!(home.sinks_toml().unwrap().unwrap(), hand);
    assert!(
        remove(&home, "secnd")
            .unwrap_err()
            .to_string()
            .contains("no sink")
    );
}

#[test]
fn the_path_of_a_webhook_is_not_shown() {
    let text = "[sink.a]\nkind = \"webhook\"\nurl = \"https://h:8/precious?x,y\"";
    let sinks = Sinks::parse(text).unwrap();
    let sink = sinks.find("a").unwrap();
    // A comma is a part of it.
    assert_eq!(sink.address(), "https://h:8/precious?x,y");
    assert_eq!(sink.shown_address(), "https://h:8/…");
    assert!(sink.shown().all(|(_, value)| !value.contains("precious")));
}

#[test]
fn a_change_of_somebody_else_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let home = Home::find(Some(folder.path().join("home")), |_| None).unwrap();
    assert!(home.replace_sinks_toml(None, "# first\n").unwrap());
    assert!(!home.replace_sinks_toml(None, "# second\n").unwrap());
    assert!(
        !home
            .replace_sinks_toml(Some("# other\n"), "# third\n")
            .unwrap()
    );
    assert_eq!(home.sinks_toml().unwrap().as_deref(), Some("# first\n"));
    // Commands at the same time leave nothing out.
    std::thread::scope(|scope| {
        for n in 0..4 {
            let home = &home;
            scope.spawn(move || {
                let values = [("folder".to_owned(), format!("/{n}"))];
                let kind = kind_of("ndjson").unwrap();
                let made = SinkConfig::new(&format!("s{n}"), kind, values, Vec::new()).unwrap();
                while add(home, &made).is_err() {}
            });
        }
    });
    assert_eq!(Sinks::of(&home).unwrap().iter().count(), 4);
}

#[test]
fn a_sink_for_one_command_is_a_kind_and_an_address() {
    let sink = one_off("ndjson:/var/log/salesforce").unwrap().unwrap();
    assert_eq!(
        (sink.kind.name, sink.address()),
        ("ndjson", "/var/log/salesforce")
    );
    // The same relative path means another folder elsewhere.
    let relative = one_off("ndjson:out").unwrap().unwrap();
    let whole = std::path::absolute("out").unwrap().display().to_string();
    assert_eq!(relative.address(), whole);
    assert_eq!(relative.name, format!("ndjson:{whole}"));
    assert!(one_off("archive").is_none());
    assert!(one_off("webhok:https://h").unwrap().is_err());
    assert!(
        one_off("splunk-hec:https://h").unwrap().is_err(),
        "it needs a token"
    );
}

#[test]
fn a_kind_that_is_not_built_in_names_its_feature() {
    for kind in KINDS {
        let values = [(
            kind.address.to_owned(),
            match kind.name {
                "object-store" => "s3://b".to_owned(),
                "nats" => "tls://h".to_owned(),
                "kafka" => "h:9092".to_owned(),
                "ndjson" => "/x".to_owned(),
                _ => "https://h".to_owned(),
            },
        )];
        let secrets = kind.secrets.iter().filter(|secret| secret.is_needed);
        let secrets = secrets.map(|secret| secret.name.to_owned()).collect();
        let config = SinkConfig::new("a", kind, values, secrets).unwrap();
        match (kind.is_built, kind.feature) {
            (false, Some(feature)) => {
                let error = config.check_built().unwrap_err();
                assert!(error.to_string().contains(feature), "{error}");
                assert!(
                    error
                        .advice()
                        .unwrap()
                        .contains(&format!("--features {feature}"))
                );
            }
            _ => config.check_built().unwrap(),
        }
    }
}

/// The sinks have their own list of sources, because they are below the module with the sources.
#[test]
fn sinks_know_all_sources() {
    assert_eq!(SOURCES, saponify_cli::connector::sync::NAMES);
}
