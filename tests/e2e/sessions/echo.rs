//! A service, or something before it, repeats what it was sent: nothing of it is in an error.

use saponify::auth::{ClientCredentials, RefreshToken};
use saponify::salesforce::Credentials;
use saponify::ws::UsernameToken;
use saponify::{Error, Retry, Session};
use saponify_sandbox::{FaultName, Injection, Mode, Sandbox};

use crate::support::{https, instance, org};
use crate::tenant::{Account, Soap};

/// Each secret has this in every form: no case, escaping or encoding takes it away.
const CANARY: &str = "cAnAry77c0debead";

/// Everything that an error shows.
fn shown(error: &Error) -> String {
    let mut all = format!("{error}\n{error:?}\n{error:#?}\n{:?}\n", error.fault());
    if let Some(fault) = error.fault() {
        all += &format!("{fault}\n{}\n{}\n", fault.message(), fault.soap_message());
        all += &format!("{:?} {:?}\n", fault.actor(), fault.code());
        for detail in fault.detail_records() {
            all += &format!("{detail:?}\n{}\n", serde_json::to_string(detail).unwrap());
        }
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        all += &format!("{cause}\n{cause:?}\n");
        source = cause.source();
    }
    all
}

fn check(what: &str, error: &Error) {
    let text = shown(error);
    let text = text.to_ascii_lowercase();
    let canary = CANARY.to_ascii_lowercase();
    // Neither the whole nor a long piece of it, whatever is between the letters.
    let letters: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    for piece in [&canary[..], &canary[..12], &canary[4..]] {
        assert!(!letters.contains(piece), "{what}: {text}");
    }
    assert!(text.len() < 60_000, "{what}: {} bytes", text.len());
}

fn echoes() -> Vec<FaultName> {
    let is_echo = |fault: &FaultName| matches!(fault.mode, Mode::Echo(_));
    let echoes: Vec<_> = FaultName::all().into_iter().filter(is_echo).collect();
    assert!(echoes.len() >= 8);
    echoes
}

fn builder(sandbox: &Sandbox) -> saponify::Builder<Soap> {
    Soap::builder()
        .transport(https(sandbox))
        .allow_host(instance(sandbox))
        .retry(Retry::none().renew(false))
}

#[tokio::test]
async fn what_a_call_sent_does_not_come_back() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let session = format!("00D000000000001!AQ.<&\"{CANARY}");
    let endpoint = format!("{}/services/Soap/c/64.0", sandbox.instance_url());
    let session = Session::new(&endpoint, session).unwrap();
    let soap = builder(&sandbox)
        .raw_header(UsernameToken::new("user", format!("wsse&{CANARY}")))
        .session(session)
        .unwrap();
    for fault in echoes() {
        sandbox.inject(Injection::new(fault.mode));
        let name = fault.name;
        check(
            name,
            &soap.query("SELECT Id FROM Account").await.unwrap_err(),
        );
        let row = [Account::new().with_name("Acme")];
        check(name, &soap.create(&row).await.unwrap_err());
        let user = "005000000000001".parse().unwrap();
        let password = format!("pass word>{CANARY}");
        check(name, &soap.set_password(user, &password).await.unwrap_err());
        let mut rows = soap.records::<Account>("SELECT Id FROM Account");
        check(name, &rows.try_next().await.unwrap_err());
        let mut saved = soap.create_all(row.clone());
        let failure = saved.next().await.unwrap().result.unwrap_err();
        let text = format!("{failure} {failure:?}").to_ascii_lowercase();
        assert!(
            !text.contains(&CANARY.to_ascii_lowercase()),
            "{name}: {text}"
        );
        sandbox.clear_injections();
    }
}

#[tokio::test]
async fn what_a_login_sent_does_not_come_back() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    for fault in echoes() {
        sandbox.inject(Injection::new(fault.mode));
        let name = fault.name;
        let url = sandbox.login_url();
        let credentials = Credentials::new("user@acme.example", format!("p&<'\"{CANARY}"))
            .security_token(format!("t0ken{CANARY}"));
        let error = builder(&sandbox).login(&url, credentials).await;
        check(name, &error.unwrap_err());

        let client = ClientCredentials::new(&url, "consumer key", format!("secret&+{CANARY}"));
        let error = builder(&sandbox).authenticator(client).connect().await;
        check(name, &error.unwrap_err());

        let refresh = RefreshToken::new(&url, "consumer key", format!("5Aep861.{CANARY}"))
            .client_secret(format!("{CANARY}!"));
        let error = builder(&sandbox).authenticator(refresh).connect().await;
        check(name, &error.unwrap_err());
        sandbox.clear_injections();
    }
}
