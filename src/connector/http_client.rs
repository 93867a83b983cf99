//! The HTTP client of the sinks and of downloads. SOAP and OAuth have clients of their own.

use std::time::Duration;

use reqwest::redirect::Policy;
use saponify::transport::client_config;

use super::error::{Error, Kind};

/// Makes a client that verifies certificates in the same way as the rest of the program. `certificate` is in PEM
/// and is trusted in addition to those of the system.
///
/// # Errors
///
/// The certificates are not valid PEM.
pub fn client(certificate: Option<&[u8]>, timeout: Duration) -> Result<reqwest::Client, Error> {
    let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(Kind::Usage, "the certificates are invalid").because(error)
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
