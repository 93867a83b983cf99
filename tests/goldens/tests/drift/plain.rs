//! Plain http to devices of a private network.

use saponify::ws::UsernameToken;
use saponify::{Error, Retry};
use saponify_goldens::depot::Depot;
use saponify_goldens::tenant::Soap;

use super::{fetched, item_without, service};

const CAMERA: &str = "http://192.168.1.5:8080/onvif/device_service";

#[tokio::test]
async fn it_must_be_permitted_and_is_for_services_without_sessions() {
    let body = fetched(&item_without(""));
    let error = Depot::builder().anonymous(Some(CAMERA)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("allow_plain_http_to_private_addresses"),
        "{error}"
    );
    let error = Depot::builder().allow_plain_http_on_loopback();
    assert!(error.anonymous(Some(CAMERA)).is_err());

    let service = service(&body);
    let builder = Depot::builder().allow_plain_http_to_private_addresses();
    let builder = builder.transport(service.clone()).retry(Retry::none());
    let soap = builder.anonymous(Some(CAMERA)).unwrap();
    soap.fetch(None).await.unwrap();
    assert_eq!(service.requests()[0].endpoint().to_string(), CAMERA);
    let builder = Depot::builder().allow_plain_http_to_private_addresses();
    assert!(builder.anonymous(Some("http://example.com/")).is_err());

    // Salesforce has sessions, whoever pretends to be it.
    let builder = Soap::builder().allow_plain_http_to_private_addresses();
    assert!(builder.anonymous(Some(CAMERA)).is_err());
    assert!(saponify::Session::new(CAMERA, "00D!x").is_err());
}

#[tokio::test]
async fn no_password_goes_over_it() {
    let call = async |header: UsernameToken| -> Result<(), Error> {
        let builder = Depot::builder().allow_plain_http_to_private_addresses();
        let builder = builder.transport(service(&fetched(&item_without(""))));
        let soap = builder.raw_header(header).anonymous(Some(CAMERA))?;
        soap.fetch(None).await.map(drop)
    };
    let token = UsernameToken::new("admin", "canary");
    let error = call(token.clone()).await.unwrap_err();
    assert!(error.is_usage() && !error.maybe_applied(), "{error}");
    assert!(!error.to_string().contains("canary"));
    call(token.digest()).await.unwrap();
}
