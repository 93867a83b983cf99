//! The ways to log in, and the ways from there to the WSDL.

use super::{ORG, Tenant, ends};
use crate::support::{printed, repository, saponify};

fn demo_wsdl() -> String {
    std::fs::read_to_string(repository("tenants/demo/enterprise.wsdl")).unwrap()
}

/// Whether a file is the WSDL of the demo tenant. The sandbox writes its own address into it.
fn is_demo(text: &str) -> bool {
    let first = |text: &str| text.split("<service").next().unwrap_or_default().to_owned();
    first(text) == first(&demo_wsdl())
}

#[test]
fn every_way_to_log_in_reaches_the_wsdl() {
    let tenant = Tenant::start();
    let session = tenant.session();
    let (login, instance) = (tenant.by_password(), tenant.at_instance());
    for (file, options) in [
        ("password.wsdl", login.clone()),
        (
            "token.wsdl",
            format!(
                "{} --token-from env:TOKEN",
                login.replace("integration@", "admin@")
            ),
        ),
        (
            "app.wsdl",
            format!(
                "{instance} --client-id 3MVG9.acme.nightly-sync --client-secret-from env:SECRET"
            ),
        ),
        (
            "key.wsdl",
            format!(
                "{instance} --client-id 3MVG9.acme.signed-sync --user integration@acme.example --key-file key.pem"
            ),
        ),
        (
            "session.wsdl",
            format!("{instance} --session-from env:SESSION"),
        ),
    ] {
        let mut command = tenant.command(&format!("-vvv --out {file} {options}"));
        command.env("SESSION", &session);
        command.env("TOKEN", "T0kenT0kenT0kenT0kenT0ke");
        if file == "token.wsdl" {
            command.env("PW", "correct-horse");
        }
        let (out, _) = ends(command, 0);
        assert!(
            out.contains(&format!("{file}: written (API 64.0, 26 objects")),
            "{out}"
        );
        assert!(is_demo(&tenant.read(file)), "{file}");
        assert!(!tenant.read(file).contains("!AQ"), "{file}");
    }
    // A session that the pages take needs no bridge.
    assert_eq!(tenant.requests("frontdoor"), 0);
    assert_eq!(tenant.requests("singleaccess"), 0);
}

#[test]
fn a_connection_of_the_connector_is_enough() {
    let tenant = Tenant::start();
    let home = tenant.path("home").display().to_string();
    let mut activate = saponify(["connector", "activate", "acme", "--home", &home]);
    activate
        .args(["--key-from", "env:KEY"])
        .args(tenant.by_password().split_whitespace())
        .current_dir(tenant.path(""))
        .env("KEY", "any passphrase")
        .env("PW", "battery-staple");
    printed(activate);
    let mut command = tenant.command(&format!("--from acme --home {home} --key-from env:KEY"));
    command.env("KEY", "any passphrase");
    ends(command, 0);
    assert!(is_demo(&tenant.read("enterprise.wsdl")));
    // An unknown one is a mistake of the command line.
    let mut command = tenant.command(&format!("--from other --home {home} --key-from env:KEY"));
    command.env("KEY", "any passphrase");
    let (_, err) = ends(command, 2);
    assert!(err.contains("other"), "{err}");
}

#[test]
fn a_session_that_the_pages_do_not_take_is_bridged() {
    let tenant = Tenant::of(ORG, |quirks| quirks.bridged_pages = true);
    tenant.fetch("-v --out a.wsdl", 0);
    assert!(is_demo(&tenant.read("a.wsdl")));
    assert_eq!(tenant.requests("frontdoor"), 1);
    assert_eq!(tenant.requests("singleaccess"), 0);

    // Where frontdoor.jsp does not take it, either, there is a link that works once.
    tenant
        .sandbox
        .inject("status_404@frontdoor:times=1".parse().unwrap());
    let app = "--client-id 3MVG9.acme.nightly-sync --client-secret-from env:SECRET";
    let words = format!("-vv --out b.wsdl {} {app}", tenant.at_instance());
    let (_, err) = ends(tenant.command(&words), 0);
    assert!(is_demo(&tenant.read("b.wsdl")));
    assert_eq!(tenant.requests("singleaccess"), 1);
    assert!(!err.contains("otp="), "{err}");
}

#[test]
fn versions_of_packages_are_chosen() {
    for asks in [false, true] {
        let tenant = Tenant::of(ORG, |quirks| quirks.asks_package_versions = asks);
        // What is not chosen is what the org suggests.
        tenant.fetch("", 0);
        let wsdl = tenant.read("enterprise.wsdl");
        assert!(wsdl.contains("(Version: 3.14, Namespace: nwt)"), "{asks}");
        let (out, err) = tenant.fetch("--package nwt=3.0", 0);
        let wsdl = tenant.read("enterprise.wsdl");
        assert!(wsdl.contains("(Version: 3.0, Namespace: nwt)"), "{asks}");
        assert!(wsdl.contains("(Version: 1.2, Namespace: fkit)"), "{asks}");
        assert!(out.contains("Northwind Tools: 3.14 -> 3.0"), "{out}");
        assert!(!err.contains("warning"), "{err}");
        let (_, err) = tenant.fetch("--package nwt=9.9", 1);
        assert!(
            err.contains("Version") || err.contains("no version"),
            "{err}"
        );
        let (_, err) = tenant.fetch("--package other=1.0", 0);
        assert!(err.contains("does not name the package other"), "{err}");
    }
}

#[test]
fn each_api_has_its_own_wsdl_and_file() {
    let org =
        ["metadata", "tooling", "apex", "partner"]
            .iter()
            .fold(ORG.to_owned(), |org, name| {
                let class = ORG.split("'''").nth(1).unwrap();
                let text = class.replace("InvoiceService", &format!("Of{name}"));
                org.replace("[wsdl]\n", &format!("[wsdl]\n{name} = '''{text}'''\n"))
            });
    let tenant = Tenant::of(&org, |_| {});
    for name in ["metadata", "tooling", "apex", "partner"] {
        tenant.fetch(name, 0);
        assert!(
            tenant
                .read(&format!("{name}.wsdl"))
                .contains(&format!("Of{name}"))
        );
    }
    let (out, err) = tenant.fetch("--class InvoiceService", 0);
    assert!(
        out.contains("InvoiceService.wsdl: written (1 operation,"),
        "{out}"
    );
    assert!(err.contains("saponify init InvoiceService.wsdl"), "{err}");
    let (_, err) = tenant.fetch("--class Missing", 1);
    assert!(err.contains("Apex class Missing"), "{err}");
    let (_, err) = tenant.fetch("--class ../enterprise", 2);
    assert!(err.contains("no name of an Apex class"), "{err}");
    let (_, err) = tenant.fetch("metadata --package nwt=3.0", 2);
    assert!(err.contains("--package"), "{err}");
}
