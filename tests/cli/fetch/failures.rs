//! What is not a WSDL never replaces one.

use super::{ORG, Tenant, ends};
use crate::support::tree;

/// The org with another line in the table of the integration user.
fn with_user(line: &str) -> String {
    let user = "username = \"integration@acme.example\"\n";
    assert!(ORG.contains(user));
    ORG.replace(user, &format!("{user}{line}\n"))
}

/// A fetch that fails, changes no file and leaves none behind.
#[track_caller]
fn fails(tenant: &Tenant, words: &str) -> String {
    tenant.write("enterprise.wsdl", "what was there\n");
    let before = tree(&tenant.path(""));
    let (out, err) = ends(tenant.command(words), 1);
    assert_eq!(out, "");
    assert_eq!(tree(&tenant.path("")), before, "{err}");
    err
}

#[test]
fn a_wrong_password_says_what_to_do() {
    let tenant = Tenant::start();
    tenant.write("wrong", "correct-battery\n");
    let words = tenant.by_password().replace("env:PW", "file:wrong");
    let err = fails(&tenant, &words);
    assert!(
        err.contains("INVALID_LOGIN") && err.contains("Login History"),
        "{err}"
    );
    assert!(
        !err.contains("correct-battery") && !err.contains("activate"),
        "{err}"
    );
}

#[test]
fn a_login_page_with_status_200_is_no_wsdl() {
    // The session of this app may use the API and sees no page.
    let org = ORG.replacen(
        "scopes = [\"api\", \"web\", \"id\"]",
        "scopes = [\"api\", \"id\"]",
        1,
    );
    let tenant = Tenant::of(&org, |_| {});
    let app = "--client-id 3MVG9.acme.nightly-sync --client-secret-from env:SECRET";
    let err = fails(&tenant, &format!("{} {app}", tenant.at_instance()));
    assert!(
        err.contains("with the session of the login: the org shows its login page"),
        "{err}"
    );
    assert!(
        err.contains("over frontdoor.jsp: the org shows its login page"),
        "{err}"
    );
    assert!(err.contains("over singleaccess:"), "{err}");
    assert!(err.contains("scope web"), "{err}");
}

#[test]
fn a_user_who_may_not_see_it_is_told_what_is_missing() {
    let tenant = Tenant::of(&with_user("api_only = true"), |_| {});
    let err = fails(&tenant, &tenant.by_password());
    assert!(
        err.contains("new password") && err.contains("API Only User"),
        "{err}"
    );
    let tenant = Tenant::of(&with_user("modify_all_data = false"), |_| {});
    let err = fails(&tenant, &tenant.by_password());
    assert!(err.contains("Modify All Data"), "{err}");
}

#[test]
fn what_is_not_a_wsdl_replaces_nothing() {
    for text in [
        "<a/>",
        "<?xml version='1.0'?><definitions",
        "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><types>",
    ] {
        let org = ORG.replace("[wsdl]\n", &format!("[wsdl]\nmetadata = \"{text}\"\n"));
        let tenant = Tenant::of(&org, |_| {});
        let words = format!("metadata --out enterprise.wsdl {}", tenant.by_password());
        let err = fails(&tenant, &words);
        assert!(err.contains("is not the metadata WSDL"), "{text}: {err}");
    }
    let tenant = Tenant::start();
    for fault in [
        "no_response@wsdl",
        "status_503@wsdl",
        "html_503@wsdl",
        "close_mid_body@wsdl",
    ] {
        tenant.sandbox.clear_injections();
        tenant.sandbox.inject(fault.parse().unwrap());
        fails(&tenant, &tenant.by_password());
    }
}

#[test]
fn the_session_goes_to_no_other_host() {
    let tenant = Tenant::start();
    for (fault, said) in [
        ("redirect_302@wsdl", "--allow-host"),
        ("redirect_http@wsdl", "without https"),
    ] {
        tenant.sandbox.clear_injections();
        tenant.sandbox.inject(fault.parse().unwrap());
        let err = fails(&tenant, &tenant.by_password());
        assert!(err.contains(said), "{err}");
    }
    // Where the pages send strangers elsewhere, a session of the pages still gets in.
    tenant.sandbox.clear_injections();
    let before = tenant.requests("frontdoor");
    let twice = "redirect_302@wsdl:times=2";
    tenant.sandbox.inject(twice.parse().unwrap());
    tenant.fetch("--out bridged.wsdl", 0);
    assert_eq!(tenant.requests("frontdoor"), before + 1);
}

#[test]
fn a_file_is_left_alone_if_only_the_time_is_another() {
    let tenant = Tenant::start();
    tenant.fetch("", 0);
    let text = tenant.read("enterprise.wsdl");
    let older = text.replace("Generated on 2026-01-15", "Generated on 2025-01-15");
    assert_ne!(text, older);
    tenant.write("enterprise.wsdl", &older);
    let (out, _) = tenant.fetch("", 0);
    assert!(out.contains("unchanged"), "{out}");
    assert_eq!(tenant.read("enterprise.wsdl"), older);
    // The file that saponify.toml names is the one.
    tenant.write("saponify.toml", "input = 'deep/tenant.wsdl'\n");
    std::fs::create_dir(tenant.path("deep")).unwrap();
    let without = text.replace("name=\"Industry\"", "name=\"Branch\"");
    tenant.write("deep/tenant.wsdl", &without);
    let (out, _) = tenant.fetch("", 0);
    assert!(
        out.contains("replaced") && out.contains("- field Branch"),
        "{out}"
    );
    assert_eq!(tenant.read("deep/tenant.wsdl"), text);
    // The folder has what it had.
    let files: Vec<_> = tree(&tenant.path("deep")).into_keys().collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn nobody_is_asked_for_what_cannot_be_used() {
    let tenant = Tenant::start();
    for words in [
        "",
        "--from acme --endpoint https://localhost:1",
        "--from acme --user x",
        "--endpoint https://localhost:1 --user a --password-from battery",
        "enterprise --class A --from acme",
    ] {
        ends(tenant.command(words), 2);
    }
    let (_, err) = ends(
        tenant.command("--endpoint http://localhost:1 --user a --password-from env:PW"),
        1,
    );
    assert!(err.contains("https"), "{err}");
}
