//! Every way to log in activates a connection that can log in again later.

use jiff::SignedDuration;
use saponify_cli::connector::connection::settings::secret;
use saponify_cli::connector::connection::{Activation, Login, connect};
use saponify_cli::connector::vault::Secrets;

use super::{USER, org, start};

const KEY: &str = include_str!("../../../tenants/demo/jwt.key.pem");

#[tokio::test]
async fn an_app_or_a_session_logs_in_as_a_user_does() {
    let tenant = start(org()).await;
    let login_host = tenant.sandbox.login_url();
    let my_domain = tenant.sandbox.instance_url();
    let session = {
        let activation = tenant.by_password("first");
        tenant.activate(activation).await.unwrap();
        let org = connect(&tenant.home, &tenant.vault, "first").await.unwrap();
        let page = org.browser_page("/home").unwrap();
        let html = page.html().expose();
        let (_, after) = html.split_once("name=\"sid\" value=\"").unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    for (name, endpoint, login, secret_name, value) in [
        (
            "app",
            &my_domain,
            Login::ClientCredentials {
                client_id: "3MVG9.acme.nightly-sync".to_owned(),
            },
            secret::CLIENT_SECRET,
            "nightly-sync-secret",
        ),
        (
            "signed",
            &login_host,
            Login::Jwt {
                client_id: "3MVG9.acme.signed-sync".to_owned(),
                user: USER.0.to_owned(),
            },
            secret::PRIVATE_KEY,
            KEY,
        ),
        (
            "given",
            &my_domain,
            Login::Session,
            secret::SESSION,
            &session,
        ),
    ] {
        let mut secrets = Secrets::default();
        secrets.insert(secret_name, value.into());
        let activation = Activation {
            name: name.to_owned(),
            settings: tenant.settings(endpoint, login),
            secrets,
            since: SignedDuration::from_hours(1),
        };
        let activated = tenant.activate(activation).await;
        activated.unwrap_or_else(|error| panic!("{name}: {}", error.text()));
        let mut org = connect(&tenant.home, &tenant.vault, name).await.unwrap();
        assert_eq!(org.identify().await.unwrap().username, USER.0, "{name}");
    }
}

#[tokio::test]
async fn a_lost_session_is_renewed_within_a_round() {
    let tenant = start(org()).await;
    tenant.activate(tenant.by_password("acme")).await.unwrap();
    let mut collector = tenant.open("acme").await.unwrap();
    tenant.sandbox.expire_sessions();
    let all = saponify_cli::connector::sync::Source::ALL;
    let mut watch = saponify_cli::connector::progress::Watch::silent();
    let outcome = collector.round(&all, &mut watch).await;
    super::succeeded(&outcome);
}
