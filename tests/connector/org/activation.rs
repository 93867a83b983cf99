//! Hazard: a stored connection that does not work, an incomplete connection, or a secret in plain text.

use saponify_cli::connector::connection::{connect, deactivate, settings_of};
use saponify_cli::connector::status::Status;
use saponify_sandbox::{LoginMode, Mode};

use super::{Tenant, USER, org, start};

/// A refused activation, and all of its messages.
async fn refused(tenant: &Tenant) -> String {
    let error = tenant
        .activate(tenant.by_password("acme"))
        .await
        .unwrap_err();
    let said = format!("{} {:?} {error:?}", error.text(), error.advice());
    assert_eq!(error.exit_code(), 1, "{said}");
    assert!(!said.contains(USER.1), "{said}");
    assert!(tenant.home.connections().unwrap().is_empty());
    assert!(tenant.files().is_empty(), "{:?}", tenant.files());
    said
}

#[tokio::test]
async fn a_connection_is_stored_after_the_login_succeeds() {
    let tenant = start(org()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let status = Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap();
    assert_eq!(status.organization, "Acme Instruments");
    assert_eq!(status.user, USER.0);
    assert!(!status.running && !status.deactivated && !status.has_problem());
    let sources: Vec<&str> = status
        .sources
        .iter()
        .map(|source| source.source.as_str())
        .collect();
    assert_eq!(sources, ["audit", "changes", "files", "logins"]);
    let bytes: Vec<u8> = tenant
        .files()
        .iter()
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(
        !bytes
            .windows(USER.1.len())
            .any(|bytes| bytes == USER.1.as_bytes())
    );

    let error = tenant
        .activate(tenant.by_password("ACME"))
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error:?}");
    tenant.activate(tenant.by_password("second")).await.unwrap();
    assert_eq!(tenant.home.connections().unwrap(), ["acme", "second"]);
}

#[tokio::test]
async fn a_refused_login_stores_nothing_and_states_the_reason() {
    let tenant = start(org()).await;
    for (mode, part) in [
        (LoginMode::Locked, "INVALID_LOGIN"),
        (LoginMode::Lockout, "unlock the user"),
        (LoginMode::RestrictedIp, "login ranges"),
        (LoginMode::ApiDisabled, "API Enabled"),
        (LoginMode::SoapLoginDisabled, "Enable SOAP API login()"),
        (LoginMode::NoApiAuth, "Use Any API Auth"),
        (LoginMode::Expired, "password has expired"),
    ] {
        tenant.sandbox.set_login_mode(USER.0, mode);
        let said = refused(&tenant).await;
        assert!(said.contains(part), "{mode}: no {part} in {said}");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_stores_nothing() {
    let tenant = start(org()).await;
    let mut activation = tenant.by_password("acme");
    let file = tenant.path("file");
    std::fs::write(&file, "").unwrap();
    activation.settings.ndjson = Some(file.join("events").display().to_string());
    let error = tenant.activate(activation).await.unwrap_err();
    assert!(
        error.text().contains("cannot write to the folder"),
        "{error:?}"
    );
    assert!(tenant.home.connections().unwrap().is_empty());
}

#[tokio::test]
async fn an_address_that_is_not_an_org_stores_nothing_and_states_the_reason() {
    let tenant = start(org()).await;
    for (mode, part) in [
        (Mode::Html200, "does not respond with SOAP"),
        (Mode::Html503, "HTTP 503"),
    ] {
        tenant.sandbox.set_mode(mode);
        let said = refused(&tenant).await;
        assert!(said.contains(part), "no {part} in {said}");
    }
    tenant.sandbox.set_mode(Mode::Normal);
    // The login succeeds, but the org does not say which user it is.
    tenant
        .sandbox
        .inject("status_502@getUserInfo".parse().unwrap());
    assert!(refused(&tenant).await.contains("which user is logged in"));
    tenant.sandbox.clear_injections();

    let mut foreign = tenant.by_password("acme");
    foreign.settings.allow_hosts.clear();
    let error = tenant.activate(foreign).await.unwrap_err();
    assert!(
        error.advice().unwrap().contains("--allow-host"),
        "{error:?}"
    );
    let mut untrusting = tenant.by_password("acme");
    untrusting.settings.certificate = None;
    let error = tenant.activate(untrusting).await.unwrap_err();
    assert!(
        error.advice().unwrap().contains("--certificate"),
        "{error:?}"
    );
    let mut nowhere = tenant.by_password("acme");
    nowhere.settings.endpoint = "https://no-such-host.invalid".to_owned();
    let error = tenant.activate(nowhere).await.unwrap_err();
    assert!(error.text().contains("no-such-host.invalid"), "{error:?}");
    assert!(tenant.files().is_empty(), "{:?}", tenant.files());
}

#[tokio::test]
async fn deactivation_removes_the_secrets_and_activation_continues_with_the_data() {
    let tenant = start(org()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let begins = tenant.store("acme").sources().unwrap();
    deactivate(&tenant.home, &tenant.vault, "acme", false).unwrap();
    assert!(!tenant.files().iter().any(|file| file.contains("secrets")));
    assert!(settings_of(&tenant.home, "acme").unwrap().deactivated);
    for error in [
        tenant.open("acme").await.unwrap_err(),
        connect(&tenant.home, &tenant.vault, "acme")
            .await
            .unwrap_err(),
    ] {
        assert!(
            error.is_usage() && error.to_string().contains("deactivated"),
            "{error:?}"
        );
    }

    // A refused login leaves the connection unchanged.
    tenant.sandbox.set_login_mode(USER.0, LoginMode::Locked);
    tenant
        .activate(tenant.by_password("acme"))
        .await
        .unwrap_err();
    assert!(settings_of(&tenant.home, "acme").unwrap().deactivated);
    tenant.sandbox.set_login_mode(USER.0, LoginMode::Ok);
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    assert!(!settings_of(&tenant.home, "acme").unwrap().deactivated);
    assert_eq!(tenant.store("acme").sources().unwrap(), begins);
    tenant.open("acme").await.unwrap();

    let changes = tenant.store("acme").configuration_changes().unwrap();
    let deactivated: Vec<_> = changes
        .iter()
        .filter(|change| change.setting == "deactivated")
        .map(|change| change.new.as_deref())
        .collect();
    assert_eq!(deactivated, [Some("yes"), None]);
    let certificate = changes
        .iter()
        .find(|change| change.setting == "certificate");
    let recorded = certificate.unwrap().new.as_deref().unwrap();
    assert!(recorded.starts_with("sha256:"), "{recorded}");

    deactivate(&tenant.home, &tenant.vault, "acme", true).unwrap();
    assert!(tenant.files().is_empty(), "{:?}", tenant.files());
}

#[tokio::test]
async fn a_connection_in_use_is_not_deactivated() {
    let tenant = start(org()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let collector = tenant.open("acme").await.unwrap();
    for error in [
        deactivate(&tenant.home, &tenant.vault, "acme", true).unwrap_err(),
        tenant.open("acme").await.unwrap_err(),
    ] {
        assert_eq!(error.exit_code(), 4, "{error:?}");
    }
    let status = Status::of(&tenant.home, "acme", jiff::Timestamp::now()).unwrap();
    assert!(status.running);
    drop(collector);
    tenant.open("acme").await.unwrap();
}
