//! A client for what is neither SOAP nor a form of OAuth.

use std::time::Duration;

use reqwest::redirect::Policy;
use saponify::transport::client_config;

use super::error::{Error, Kind};

/// A client that verifies certificates as the rest of the program does.
///
/// # Errors
///
/// A certificate cannot be read.
pub fn client(certificate: Option<&[u8]>, timeout: Duration) -> Result<reqwest::Client, Error> {
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(Kind::Usage, "the certificates are not usable").because(error)
    };
    let roots: Vec<&[u8]> = certificate.into_iter().collect();
    let tls = client_config(&roots).map_err(|error| unusable(Box::new(error)))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .http1_only()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(timeout.min(Duration::from_secs(10)))
        .timeout(timeout)
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("saponify/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| unusable(Box::new(error)))
}
