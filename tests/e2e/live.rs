//! Against a real organization, by hand: CONTRIBUTING.md says how. Nothing is written there.

use std::env::var;

use saponify::auth::{ClientCredentials, GivenSession};
use saponify::salesforce::Credentials;
use saponify::{Error, Record};

use crate::tenant::Soap;

/// A client, by whichever credentials the environment has.
async fn connect() -> Result<Soap, Error> {
    let url = var("SAPONIFY_LIVE_URL").expect("SAPONIFY_LIVE_URL: the My Domain address");
    let builder = Soap::builder();
    if let Ok(token) = var("SAPONIFY_LIVE_TOKEN") {
        let given = GivenSession::new(url, token);
        return builder.authenticator(given).connect().await;
    }
    if let (Ok(key), Ok(secret)) = (var("SAPONIFY_LIVE_KEY"), var("SAPONIFY_LIVE_SECRET")) {
        let client = ClientCredentials::new(url, key, secret);
        return builder.authenticator(client).connect().await;
    }
    let user = var("SAPONIFY_LIVE_USER").expect(
        "SAPONIFY_LIVE_TOKEN, or SAPONIFY_LIVE_KEY and SAPONIFY_LIVE_SECRET, or SAPONIFY_LIVE_USER \
         and SAPONIFY_LIVE_PASSWORD",
    );
    let password = var("SAPONIFY_LIVE_PASSWORD").expect("SAPONIFY_LIVE_PASSWORD, with the token");
    builder.login(&url, Credentials::new(user, password)).await
}

#[tokio::test]
#[ignore = "needs an organization, see CONTRIBUTING.md"]
async fn a_real_organization_answers() {
    let soap = connect().await.unwrap();
    let user = soap.get_user_info().await.unwrap();
    assert!(!user.organization_id.as_str().is_empty());
    soap.get_server_timestamp().await.unwrap();
    let usage = soap.limit_info().expect("the service reports its limits");
    assert!(usage.limit > 0);
    assert!(!soap.describe_global().await.unwrap().sobjects.is_empty());

    let mut users = soap
        .records::<Record>("SELECT Id, Name FROM User")
        .batch_size(200);
    let mut count = 0_u64;
    while let Some(user) = users.try_next().await.unwrap() {
        assert!(user.text("Id").is_some());
        count += 1;
    }
    assert_eq!(users.size(), Some(count));

    let error = soap.query("SELECT Nmae FROM User").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_FIELD");
    // What is forgiven in answers of the real service is news.
    assert!(
        soap.client().drift().is_empty(),
        "{}",
        soap.client().drift()
    );
}
