//! The console for other machines: TLS and a password.

use std::path::PathBuf;

use reqwest::StatusCode;

use super::support::{Client, Served};

fn certificate(folder: &std::path::Path) -> (String, PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (made.cert.pem(), chain, key)
}

#[tokio::test]
async fn a_password_over_tls_logs_in() {
    let folder = tempfile::tempdir().unwrap();
    let (pem, chain, key) = certificate(folder.path());
    let served = Served::with(|options| {
        options.listen = "0.0.0.0:0".parse().unwrap();
        options.names = vec!["localhost".to_owned()];
        options.tls = Some((chain.clone(), key.clone()));
        options.password = Some("an easy sentence".into());
    })
    .await
    .unwrap();
    let port = served.origin.rsplit(':').next().unwrap();
    let client = Client::new(&format!("https://localhost:{port}"), &[&pem]);
    let fields = [("password", "an easy sentence")];
    let response = client.post("/login", "/login", &fields).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{}", response.text);
    let cookie = response.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-") && cookie.contains("; Secure"),
        "{cookie}"
    );
    assert!(!response.header("strict-transport-security").is_empty());
    client
        .get("/")
        .await
        .shows(&["There is no connection yet."]);
    client
        .get("/add")
        .await
        .shows(&[&format!("https://localhost:{port}/OauthRedirect")]);
    // The console does not accept its address as a name, because it listens on all addresses.
    let request = client
        .request("GET", "/")
        .header("host", format!("0.0.0.0:{port}"));
    assert_eq!(
        client.send(request).await.status,
        StatusCode::MISDIRECTED_REQUEST
    );
}

#[tokio::test]
async fn files_without_a_certificate_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let (_, chain, key) = certificate(folder.path());
    let other = folder.path().join("other.pem");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&other, made.signing_key.serialize_pem()).unwrap();
    let none = folder.path().join("none.pem");
    for (chain, key, named) in [
        (&none, &key, "none.pem"),
        (&chain, &none, "none.pem"),
        (&key, &key, "key.pem"),
        (&chain, &other, "other.pem"),
    ] {
        let started = Served::with(|options| {
            options.tls = Some((chain.clone(), key.clone()));
        });
        let error = started.await.map(drop).unwrap_err();
        assert!(error.text().contains(named), "{error:?}");
        assert!(!error.text().contains("PRIVATE"), "{error:?}");
    }
}
