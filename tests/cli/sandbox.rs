//! `saponify sandbox`.

use crate::support::{complaint, printed, repository, saponify};

/// What a command prints, whatever its exit code.
fn printed_of(command: &mut assert_cmd::Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn the_wsdl_in_the_repository_is_the_one_that_is_printed() {
    let committed = std::fs::read_to_string(repository("tenants/demo/enterprise.wsdl")).unwrap();
    assert!(
        printed(saponify(["sandbox", "wsdl"])) == committed,
        "run `saponify sandbox wsdl`"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("enterprise.wsdl");
    let mut command = saponify(["sandbox", "wsdl", "--out"]);
    command.arg(&file).arg(repository("tenants/demo/org.toml"));
    printed(command);
    assert!(std::fs::read_to_string(&file).unwrap() == committed);
}

#[test]
fn another_version_and_more_objects_make_another_wsdl() {
    let older = printed(saponify(["sandbox", "wsdl", "--api-version", "40.0"]));
    assert!(older.contains("Version 40.0") && !older.contains("ForwardedForIp"));
    let more = printed(saponify([
        "sandbox",
        "wsdl",
        "--objects",
        "3",
        "--fields-per-object",
        "7",
    ]));
    let objects = |wsdl: &str| wsdl.matches("base=\"ens:sObject\"").count();
    let plain = printed(saponify(["sandbox", "wsdl"]));
    assert_eq!(objects(&more), objects(&plain) + 3);
}

#[test]
fn a_description_that_is_wrong_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.toml");
    for (text, part) in [
        ("[organization\n", "line 1"),
        ("", "organization"),
        ("[organization]\nname = 5\n", "name"),
    ] {
        std::fs::write(&file, text).unwrap();
        let said = complaint(saponify(["sandbox", "wsdl"]).arg(&file));
        assert!(said.contains(part), "no {part} in {said}");
    }
    let said = complaint(saponify(["sandbox", "wsdl"]).arg(folder.path().join("none.toml")));
    assert!(said.contains("none.toml"), "{said}");
    // A WSDL is made into an org by an option.
    let wsdl = repository("tenants/demo/enterprise.wsdl");
    let said = complaint(saponify(["sandbox", "serve"]).arg(&wsdl));
    assert!(
        said.contains("is not an org description, but XML"),
        "{said}"
    );
    assert!(
        said.contains(&format!("--from {}", wsdl.display())),
        "{said}"
    );
}

#[cfg(unix)]
#[test]
fn the_tenant_serves_until_it_is_interrupted() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("authority.pem");
    let mut server = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "serve", "--rows", "Account=12", "--certificate"])
        .arg(&certificate)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    let lines: Vec<String> = output
        .lines()
        .map(|line| line.unwrap())
        .take_while(|line| !line.contains("Ctrl-C"))
        .collect();
    let address = |name: &str| {
        let line = lines.iter().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1))
            .unwrap_or_else(|| panic!("{lines:?}"))
    };
    let mut demo = saponify([
        "demo",
        "--user",
        "integration@acme.example",
        "--certificate",
    ]);
    demo.arg(&certificate)
        .env("SAPONIFY_PASSWORD", "battery-staple")
        .args(["--endpoint", address("login")])
        .args([
            "--allow-host",
            address("instance").trim_start_matches("https://"),
        ]);
    assert!(printed(demo).contains("14 accounts"));

    let interrupt = ["-INT", &server.id().to_string()].map(str::to_owned);
    assert!(
        Command::new("kill")
            .args(interrupt)
            .status()
            .unwrap()
            .success()
    );
    assert!(server.wait().unwrap().success());
}

/// An org that was made from a WSDL has exactly the objects of that WSDL, also if nothing is known of a
/// relationship.
#[test]
fn an_org_from_a_wsdl_has_that_wsdl() {
    let folder = tempfile::tempdir().unwrap();
    let demo = std::fs::read_to_string(repository("tenants/demo/enterprise.wsdl")).unwrap();
    let object = "<complexType name=\"Rocket__c\">\n<complexContent>\n<extension \
        base=\"ens:sObject\">\n<sequence>\n\
        <element name=\"Account__c\" nillable=\"true\" minOccurs=\"0\" type=\"tns:ID\"/>\n\
        <element name=\"Account__r\" nillable=\"true\" minOccurs=\"0\" type=\"ens:Account\"/>\n\
        <element name=\"Base_City__s\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:string\"/>\n\
        <element name=\"Base__c\" nillable=\"true\" minOccurs=\"0\" type=\"tns:address\"/>\n\
        <element name=\"Engine__r\" nillable=\"true\" minOccurs=\"0\" type=\"ens:Account\"/>\n\
        <element name=\"Ids\" nillable=\"true\" minOccurs=\"0\" maxOccurs=\"unbounded\" type=\"tns:ID\"/>\n\
        <element name=\"Names\" nillable=\"true\" minOccurs=\"0\" type=\"tns:StringList\"/>\n\
        <element name=\"Unheard_Of__r\" nillable=\"true\" minOccurs=\"0\" type=\"tns:QueryResult\"/>\n\
        </sequence>\n</extension>\n</complexContent>\n</complexType>\n";
    let before = "<complexType name=\"AggregateResult\">";
    let wider = demo.replacen(before, &format!("{object}{before}"), 1);
    assert!(wider.len() > demo.len());
    for (name, text) in [("demo", &demo), ("wider", &wider)] {
        let file = |end: &str| folder.path().join(format!("{name}{end}"));
        let (wsdl, org, again) = (file(".wsdl"), file(".toml"), file("-again.wsdl"));
        std::fs::write(&wsdl, text).unwrap();
        let mut command = saponify(["sandbox", "org", "--from"]);
        command.arg(&wsdl).arg("--out").arg(&org);
        let said = printed(command);
        assert!(said.contains("5 rows of each object"), "{said}");
        let mut command = saponify(["sandbox", "wsdl", "--out"]);
        command.arg(&again).arg("--org").arg(&org);
        printed(command);
        let mut command = saponify(["diff"]);
        let difference = printed_of(command.arg(&wsdl).arg(&again));
        assert!(difference.contains("no difference"), "{name}: {difference}");
        // The same WSDL gives the same org.
        let mut command = saponify(["sandbox", "org", "--from"]);
        command.arg(&wsdl);
        assert_eq!(printed(command), std::fs::read_to_string(&org).unwrap());
    }
}

#[test]
fn a_wsdl_without_objects_gives_no_org() {
    let partner = repository("codegen/tests/fixtures/styles/input.wsdl");
    let said = complaint(saponify(["sandbox", "org", "--from"]).arg(partner));
    assert!(said.contains("has no objects"), "{said}");
    assert!(said.contains("Enterprise WSDL"), "{said}");
}

/// The proxies of the demo tenant meet an org that was made from their WSDL alone.
#[cfg(unix)]
#[test]
fn a_tenant_is_served_from_its_wsdl() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("authority.pem");
    let mut server = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "serve", "--from"])
        .arg(repository("tenants/demo/enterprise.wsdl"))
        .arg("--certificate")
        .arg(&certificate)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    let lines = output.lines().map(|line| line.unwrap());
    let said: Vec<String> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    let said = said.join("\n");
    for part in [
        "admin@tenant.example         correct-horse",
        "3MVG9.tenant.nightly-sync nightly-sync-secret",
        "let soap = Soap::builder()",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    let command = said
        .lines()
        .find(|line| line.contains("SAPONIFY_PASSWORD="))
        .unwrap()
        .replace(
            " saponify ",
            concat!(" ", env!("CARGO_BIN_EXE_saponify"), " "),
        );
    let shown = Command::new("sh").args(["-c", &command]).output().unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(shown.contains("5 accounts"), "{shown}");
}

#[cfg(unix)]
#[test]
fn serve_introduces_itself_and_says_what_it_did() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::process::{Command, Stdio};

    let mut server = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "serve", "--rows", "Account=12", "--stats"])
        .args([
            "--fault",
            "html_503@token:times=1",
            "--fault",
            "status_502@login",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    let mut said = String::new();
    while !said.contains("Ctrl-C") {
        assert!(output.read_line(&mut said).unwrap() > 0, "{said}");
    }
    for part in [
        "integration@acme.example     battery-staple\n",
        "admin@acme.example           correct-horse T0kenT0kenT0kenT0kenT0ke\n",
        "(restricted_ip)",
        "3MVG9.acme.nightly-sync nightly-sync-secret",
        "/sandbox/stats",
    ] {
        assert!(said.contains(part), "no {part} in {said}");
    }

    // The command that is there to be pasted meets the fault that was asked for.
    let command = said
        .lines()
        .find(|line| line.contains("SAPONIFY_PASSWORD="))
        .unwrap();
    let program = env!("CARGO_BIN_EXE_saponify");
    let command = command.replace("saponify demo", &format!("'{program}' demo"));
    let demo = Command::new("sh").args(["-c", &command]).output().unwrap();
    let complaint = String::from_utf8_lossy(&demo.stderr);
    assert!(
        !demo.status.success() && complaint.contains("502"),
        "{complaint}"
    );

    let id = server.id().to_string();
    let interrupt = Command::new("kill").args(["-INT", &id]).status();
    assert!(interrupt.unwrap().success() && server.wait().unwrap().success());
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    // The client repeats a login whose answer was a gateway's page.
    assert!(
        rest.contains("Stopped after 3 requests: 0 logins"),
        "{rest}"
    );
}

#[test]
fn the_names_of_faults_are_in_the_help() {
    let help = printed(saponify(["sandbox", "serve", "--help"]));
    // Lines are broken where they end on a terminal.
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    for name in saponify_sandbox::FaultName::all() {
        let line = format!(" {} {}", name.name, name.help);
        assert!(help.contains(&line), "{line}");
    }
    let short = printed(saponify(["sandbox", "serve", "-h"]));
    assert!(short.contains("--fault") && !short.contains("gzip_bomb"));
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for arguments in [
        &["sandbox", "serve", "--rows", "Account"][..],
        &["sandbox", "serve", "--rows", "Account=many"],
        &["sandbox", "serve", "--port", "70000"],
        &["sandbox", "serve", "--fault", "html_5O3"],
        &["sandbox", "serve", "--fault", "html_503:often=3"],
        &["sandbox", "wsdl", "--api-version", "new"],
        &["sandbox"],
        &[],
    ] {
        let output = saponify(arguments).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains("--help") && !err.contains("panicked"), "{err}");
    }
    let said = complaint(&mut saponify(["sandbox", "serve", "--rows", "Acount=3"]));
    assert!(said.contains("Acount"), "{said}");
}

#[cfg(unix)]
#[test]
fn activity_is_served_and_its_truth_is_written() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let truth = folder.path().join("truth.tsv");
    let mut server = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "serve", "--activity", "20d", "--logins", "50"])
        .args(["--audit", "20", "--files", "12", "--hourly", "--late"])
        .args(["--file-size", "4K", "--edition", "unlimited"])
        .args(["--hide", "EventLogFile.Interval", "--api-calls", "90/100"])
        .arg("--truth")
        .arg(&truth)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    let lines: Vec<String> = output
        .lines()
        .map(|line| line.unwrap())
        .take_while(|line| !line.contains("Ctrl-C"))
        .collect();
    server.kill().unwrap();
    server.wait().unwrap();
    let written = std::fs::read_to_string(&truth).unwrap();
    let of = |source: &str| {
        written
            .lines()
            .filter(|line| line.starts_with(source))
            .count()
    };
    assert_eq!((of("logins\t"), of("audit\t")), (50, 20));
    assert!(of("files\t") > 12 && of("changes\t") == 12);
    let count = written.lines().count();
    let says = |part: &str| lines.iter().any(|line| line.contains(part));
    assert!(says("activity 50 logins, 20 audit rows, "), "{lines:?}");
    assert!(says(&format!("({count} rows)")), "{lines:?}");
}

#[test]
fn options_of_the_activity_are_checked() {
    let usage = |arguments: &[&str]| {
        let arguments = ["sandbox", "serve"].iter().chain(arguments);
        let output = saponify(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(usage(&["--activity", "60"]).contains("60d"));
    assert!(usage(&["--logins", "5"]).contains("--activity"));
    assert!(usage(&["--activity", "9d", "--file-size", "big"]).contains("64K"));
    assert!(usage(&["--api-calls", "5"]).contains("USED/LIMIT"));
    assert!(usage(&["--activity", "9d", "--hourly", "--daily"]).contains("cannot be used with"));
    for (hidden, part) in [
        ("ReadMinds", "permission `ReadMinds`"),
        ("User.Age", "field `User.Age`"),
    ] {
        let said = complaint(&mut saponify(["sandbox", "serve", "--hide", hidden]));
        assert!(said.contains(part), "{said}");
    }
    let mut kept = saponify([
        "sandbox",
        "serve",
        "--activity",
        "9d",
        "--database",
        "none.db",
    ]);
    assert!(complaint(&mut kept).contains("depend on the clock"));
}

#[cfg(unix)]
#[test]
fn a_certificate_that_nobody_asked_for_goes_with_the_tenant() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "serve", "--rows", "Account=1"])
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("Ctrl-C") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0);
    }
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files(), 1);
    let id = server.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    assert_eq!(files(), 0);
}
