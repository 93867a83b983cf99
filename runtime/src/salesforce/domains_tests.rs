use super::*;
use crate::endpoint::check_allowed_host;

const LOGIN: &str = "https://login.salesforce.com/services/Soap/c/64.0";

fn verdict(login: &str, server: &str, allowed: &[&str]) -> Result<Endpoint, Error> {
    let allowed: Vec<String> = allowed.iter().map(|entry| (*entry).to_owned()).collect();
    Endpoint::parse_with(login, PlainHttp::ToLoopback)
        .unwrap()
        .for_session(server, &allowed)
}

#[track_caller]
fn accepted(login: &str, server: &str, allowed: &[&str]) {
    if let Err(error) = verdict(login, server, allowed) {
        panic!("{login} -> {server} with {allowed:?}: {error}");
    }
}

#[track_caller]
fn refused(login: &str, server: &str, allowed: &[&str]) {
    let error = verdict(login, server, allowed).expect_err(server);
    assert!(error.is_foreign_endpoint(), "{server}: {error:?}");
    assert!(!error.maybe_applied());
    assert!(!error.to_string().contains("canary"), "{error}");
}

#[test]
fn sessions_stay_within_the_family() {
    for server in [
        LOGIN,
        "https://LOGIN.SALESFORCE.COM/services/Soap/c/64.0",
        "https://acme.my.salesforce.com/services/Soap/c/64.0/00D000000000001",
        "https://ACME.My.Salesforce.Com:443/services/Soap/c/64.0/00D000000000001",
        "https://acme--dev.sandbox.my.salesforce.com/services/Soap/c/64.0",
        "https://na1.salesforce.com/services/Soap/c/64.0",
    ] {
        accepted(LOGIN, server, &[]);
    }
    for login in [
        "https://acme.my.salesforce.com/",
        "https://acme.my.site.com/shop/services/Soap/c/64.0",
        "https://acme.force.com/",
        "https://acme.cloudforce.com/",
        "https://acme.database.com/",
    ] {
        accepted(
            login,
            "https://acme.my.salesforce.com/services/Soap/c/64.0",
            &[],
        );
        accepted(login, login, &[]);
    }
    accepted(
        "https://a.my.salesforce.mil/",
        "https://b.my.salesforce.mil/",
        &[],
    );
}

#[test]
fn sessions_do_not_leave_it() {
    for server in [
        "https://evilsalesforce.com/",
        "https://salesforce.com.evil.example/",
        "https://login.salesforce.com.evil.example/",
        "https://salesforce.com@evil.example/",
        "https://login.salesforce.com:canary@evil.example/",
        "https://evil.example/login.salesforce.com",
        "https://evil.example?.salesforce.com",
        "https://evil.example#.salesforce.com",
        "https://evil.example\\.salesforce.com",
        "https://acme.my.salesforce.com./",
        "https://.salesforce.com/",
        "https://salesforce.com/",
        "https://xn--slesforce-hgg.com/",
        "https://acme.my.s\u{430}lesforce.com/",
        "https://acme.my.salesforce\u{3002}com.evil.example/",
        "https://192.0.2.1/",
        "https://[2001:db8::1]/",
        "https://127.0.0.1/",
        "https://localhost/",
        "http://acme.my.salesforce.com/",
        "ftp://acme.my.salesforce.com/",
        "//acme.my.salesforce.com/",
        "/services/Soap/c/64.0",
        "",
        "https://acme.my.salesforce.com:8443/",
        "https://acme.my.salesforce.com:80/",
        "https://acme.my.salesforce.mil/",
        "https://acme.my.site.com/",
        "https://acme.force.com/",
        "https://acme.my.salesforce.com/#canary",
        "https://acme.my.salesforce.com/\r\nX: canary",
    ] {
        refused(LOGIN, server, &[]);
    }
    // A login host outside of the domain families may only name itself.
    refused(
        "https://soap.example/",
        "https://acme.my.salesforce.com/",
        &[],
    );
    refused("https://soap.example/", "https://other.example/", &[]);
    refused(
        "https://evilsalesforce.com/",
        "https://acme.my.salesforce.com/",
        &[],
    );
    accepted(
        "https://soap.example:8443/a",
        "https://soap.example:8443/b",
        &[],
    );
    accepted("https://soap.example:8443/a", "https://soap.example/b", &[]);
    refused("https://soap.example/a", "https://soap.example:8443/b", &[]);
}

#[test]
fn loopback_needs_the_same_port_or_permission() {
    let login = "https://127.0.0.1:9001/login";
    accepted(login, "https://127.0.0.1:9001/soap", &[]);
    refused(login, "https://127.0.0.1:9002/soap", &[]);
    refused(login, "https://127.0.0.1/soap", &[]);
    refused(login, "https://localhost:9001/soap", &[]);
    refused(login, "http://127.0.0.1:9001/soap", &[]);
    accepted(login, "https://127.0.0.1:9002/soap", &["127.0.0.1:9002"]);
    refused(login, "https://127.0.0.1:9003/soap", &["127.0.0.1:9002"]);
    refused(login, "http://127.0.0.1:9002/soap", &["127.0.0.1:9002"]);

    let plain = "http://127.0.0.1:9001/login";
    accepted(plain, "http://127.0.0.1:9001/soap", &[]);
    refused(plain, "http://127.0.0.1:9002/soap", &[]);
    accepted(plain, "http://127.0.0.1:9002/soap", &["127.0.0.1:9002"]);
    refused(plain, "http://192.0.2.1:9002/soap", &["192.0.2.1:9002"]);
}

#[test]
fn configured_hosts() {
    let login = "https://soap.example/";
    accepted(login, "https://api.other.example/", &["api.other.example"]);
    accepted(login, "https://API.other.example/", &["Api.Other.Example"]);
    refused(
        login,
        "https://x.api.other.example/",
        &["api.other.example"],
    );
    refused(
        login,
        "https://api.other.example:8443/",
        &["api.other.example"],
    );
    accepted(
        login,
        "https://api.other.example:8443/",
        &["api.other.example:8443"],
    );
    refused(
        login,
        "https://api.other.example/",
        &["api.other.example:8443"],
    );
    accepted(
        login,
        "https://api.other.example/",
        &["api.other.example:443"],
    );
    for suffix in [".other.example", "*.other.example"] {
        accepted(login, "https://a.b.other.example/", &[suffix]);
        refused(login, "https://other.example/", &[suffix]);
        refused(login, "https://evilother.example/", &[suffix]);
        refused(login, "https://other.example.evil/", &[suffix]);
    }
    accepted(login, "https://192.0.2.1/", &["192.0.2.1"]);
    accepted(login, "https://[2001:db8::1]:99/", &["[2001:db8::1]:99"]);
}

#[test]
fn configured_hosts_that_cannot_be_read() {
    for entry in [
        "",
        ".",
        "*",
        ".com",
        "*.com",
        ".192.0.2.1",
        "https://h.example",
        "h.example/path",
        "a@b",
        "h.example.",
        "h example",
        "h.example:0",
        "h.example:port",
        "s\u{430}p.example",
        "a%2eb",
    ] {
        let error = check_allowed_host(entry).expect_err(entry);
        assert!(Error::from(error).is_usage(), "{entry}");
        assert!(
            verdict(LOGIN, "https://h.example/", &[entry])
                .unwrap_err()
                .is_usage()
        );
    }
    check_allowed_host(".example.com:8443").unwrap();
}
