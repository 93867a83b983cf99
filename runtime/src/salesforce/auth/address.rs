//! The addresses of Salesforce's OAuth endpoints, made from the address that a user gives.

use crate::client::AuthContext;
use crate::endpoint::Endpoint;
use crate::error::Error;

/// The start of the part of an address that does not belong to the organization or its site.
const SERVICES: &str = "/services/";

/// The address of an OAuth endpoint, such as `token` or `revoke`.
///
/// `given` is a host (`https://acme.my.salesforce.com`), a site (`https://acme.my.site.com/shop`),
/// or any address below `/services/` of these, such as that of the SOAP endpoint.
pub(super) fn oauth(context: &AuthContext, given: &str, name: &str) -> Result<Endpoint, Error> {
    let given = context.address(given)?;
    Ok(below(&given, &format!("oauth2/{name}")))
}

/// The address of another service of the same organization or site.
pub(crate) fn below(endpoint: &Endpoint, service: &str) -> Endpoint {
    endpoint.with_path(&format!("{}{SERVICES}{service}", site(endpoint.path())))
}

/// The path of the site in a path, without a slash at the end. It is empty if there is no site.
pub(crate) fn site(path: &str) -> &str {
    let end = path.find(SERVICES).unwrap_or(path.len());
    path[..end].trim_end_matches('/')
}

/// The origin and the path of the site, which are the audience of an assertion.
pub(super) fn audience(endpoint: &Endpoint) -> String {
    let whole = endpoint.with_path(site(endpoint.path())).to_string();
    whole.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_stand_below_the_host_or_the_site() {
        for (given, token, of_site) in [
            (
                "https://acme.my.salesforce.com",
                "https://acme.my.salesforce.com/services/oauth2/token",
                "https://acme.my.salesforce.com",
            ),
            (
                "https://acme.my.site.com/shop/",
                "https://acme.my.site.com/shop/services/oauth2/token",
                "https://acme.my.site.com/shop",
            ),
            (
                "https://acme.my.salesforce.com/services/Soap/c/64.0/00D000000000001?x=y",
                "https://acme.my.salesforce.com/services/oauth2/token",
                "https://acme.my.salesforce.com",
            ),
            (
                "https://localhost:8443/",
                "https://localhost:8443/services/oauth2/token",
                "https://localhost:8443",
            ),
        ] {
            let endpoint = Endpoint::parse(given).unwrap();
            assert_eq!(below(&endpoint, "oauth2/token").to_string(), token);
            assert_eq!(audience(&endpoint), of_site);
        }
    }
}
