//! TLS of the listener, and the certificates of its clients.

use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use saponify_cli::connector::listen::{Listener, Options};
use saponify_cli::connector::progress::Stop;
use tempfile::TempDir;

use super::{connected, listen, message, plain};

/// An authority, and the certificates that it has signed.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    /// The certificate of a name and its key, in PEM.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// The options of a listener with a certificate for this machine.
fn encrypted(options: Options, folder: &TempDir, authority: &Authority) -> Options {
    let (certificate, key) = authority.sign("localhost");
    let files = (
        file(folder, "server.pem", &certificate),
        file(folder, "server.key", &key),
    );
    Options {
        tls: Some(files),
        plain: false,
        ..options
    }
}

#[tokio::test]
async fn messages_arrive_over_tls() {
    let tenant = connected().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new();
    let running = listen(encrypted(plain(&tenant.home), &folder, &authority)).await;
    assert!(running.address.starts_with("https://"));
    let sent = message("SELECT Id FROM Account LIMIT 2", &running.address);
    let trusted = sent.clone().trust(&authority.pem);
    assert_eq!(
        tenant
            .sandbox
            .send_outbound(&trusted)
            .await
            .unwrap()
            .acknowledged,
        2
    );
    // The port accepts only TLS.
    let plain = message(
        "SELECT Id FROM Account LIMIT 2",
        &running.address.replace("https", "http"),
    );
    let delivery = tenant.sandbox.send_outbound(&plain).await.unwrap();
    assert_eq!((delivery.acknowledged, delivery.status), (0, None));
    running.end().await;
}

#[tokio::test]
async fn a_client_needs_the_right_certificate() {
    let tenant = connected().await;
    let folder = TempDir::new().unwrap();
    let (ours, theirs, stranger) = (Authority::new(), Authority::new(), Authority::new());
    let options = Options {
        client_ca: Some(file(&folder, "clients.pem", &theirs.pem)),
        client_name: Some("proxy.salesforce.com".to_owned()),
        ..encrypted(plain(&tenant.home), &folder, &ours)
    };
    let running = listen(options).await;
    let sent = message("SELECT Id FROM Account LIMIT 2", &running.address).trust(&ours.pem);
    let by = |(certificate, key): (String, String)| sent.clone().identity(certificate, key);
    for (who, refused) in [
        ("nobody", sent.clone()),
        ("a stranger", by(stranger.sign("proxy.salesforce.com"))),
        ("another name", by(theirs.sign("proxy.example.com"))),
    ] {
        let delivery = tenant.sandbox.send_outbound(&refused).await.unwrap();
        assert_eq!((delivery.acknowledged, delivery.status), (0, None), "{who}");
    }
    let admitted = by(theirs.sign("proxy.salesforce.com"));
    assert_eq!(
        tenant
            .sandbox
            .send_outbound(&admitted)
            .await
            .unwrap()
            .acknowledged,
        2
    );
    running.end().await;
    assert_eq!(super::messages(&tenant.store("acme")).len(), 2);
}

#[tokio::test]
async fn wrong_options_are_reported_before_the_address_is_bound() {
    let tenant = connected().await;
    let folder = TempDir::new().unwrap();
    let authority = Authority::new();
    let nothing = file(&folder, "nothing.pem", "no certificate");
    let tls = encrypted(plain(&tenant.home), &folder, &authority).tls;
    let own = tls.clone().unwrap();
    let anywhere = "0.0.0.0:0".parse().unwrap();
    let options = || plain(&tenant.home);
    let with = |chain: &Path, key: &Path| Some((chain.to_owned(), key.to_owned()));
    for (options, expected) in [
        (
            Options {
                plain: false,
                ..options()
            },
            "the listener needs TLS",
        ),
        (
            Options {
                listen: anywhere,
                ..options()
            },
            "the listener needs TLS",
        ),
        (
            Options {
                client_ca: Some(nothing.clone()),
                ..options()
            },
            "client certificates cannot be checked without TLS",
        ),
        (
            Options {
                tls: with(&nothing, &own.1),
                ..options()
            },
            "contains no valid certificate",
        ),
        (
            Options {
                tls: with(&own.0, &nothing),
                ..options()
            },
            "contains no valid private key",
        ),
        (
            Options {
                tls: tls.clone(),
                client_ca: Some(nothing.clone()),
                ..options()
            },
            "nothing.pem contains no valid certificate",
        ),
        (
            Options {
                tls: tls.clone(),
                client_name: Some("proxy.salesforce.com".to_owned()),
                ..options()
            },
            "--client-name needs client certificates",
        ),
    ] {
        let error = Listener::bind(options, Stop::default()).await.unwrap_err();
        assert!(error.is_usage(), "{error:?}");
        assert!(error.text().contains(expected), "{}", error.text());
        assert!(error.advice().is_some(), "{}", error.text());
    }
    let unknown = Options {
        connection: "none".to_owned(),
        ..options()
    };
    assert!(Listener::bind(unknown, Stop::default()).await.is_err());
}
