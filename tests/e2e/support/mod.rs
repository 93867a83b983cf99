//! A tenant for each test, and a client that is logged in to it.

pub(crate) mod peer;
pub(crate) mod recorder;
pub(crate) mod validator;

use std::time::Duration;

use saponify::salesforce::Credentials;
use saponify::{Error, Https, Retry, Transport};
use saponify_sandbox::{Org, Sandbox};

use crate::tenant::Soap;
use recorder::Recorder;

pub(crate) const ORG: &str = include_str!("../../../tenants/demo/org.toml");
pub(crate) const WSDL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tenants/demo/enterprise.wsdl");

/// A user that needs no security token.
pub(crate) const USER: (&str, &str) = ("integration@acme.example", "battery-staple");

/// A tenant, and a client that is logged in to it.
pub(crate) struct Tenant {
    pub(crate) sandbox: Sandbox,
    pub(crate) soap: Soap,
    pub(crate) requests: Recorder,
}

/// The demo tenant with few rows, so that each test can have one.
pub(crate) fn org() -> Org {
    let objects = [
        "User",
        "Account",
        "Contact",
        "Opportunity",
        "Task",
        "Case",
        "Invoice__c",
        "Invoice_Line__c",
        "LoginHistory",
        "SetupAuditTrail",
    ];
    objects
        .into_iter()
        .fold(Org::parse(ORG).unwrap(), |org, object| {
            org.with_rows(object, 120)
        })
}

pub(crate) async fn start() -> Tenant {
    start_with(org()).await
}

pub(crate) async fn start_with(org: Org) -> Tenant {
    let sandbox = Sandbox::builder(org).start().await.unwrap();
    let requests = Recorder::new(https(&sandbox));
    let credentials = Credentials::new(USER.0, USER.1);
    let soap = login(&sandbox, requests.clone(), credentials)
        .await
        .unwrap();
    Tenant {
        sandbox,
        soap,
        requests,
    }
}

/// Logs in at the sandbox's login host, with its instance host allowed. Nothing is repeated and no
/// session is replaced, so that tests see each failure.
pub(crate) async fn login(
    sandbox: &Sandbox,
    transport: impl Transport,
    credentials: Credentials,
) -> Result<Soap, Error> {
    Soap::builder()
        .transport(transport)
        .allow_host(instance(sandbox))
        .retry(Retry::none().renew(false))
        .login(&sandbox.login_url(), credentials)
        .await
}

/// The default transport, which trusts the certificate of the sandbox.
pub(crate) fn https(sandbox: &Sandbox) -> Https {
    Https::builder()
        .no_proxy()
        .extra_root_certificate(sandbox.certificate_pem())
        .build()
        .unwrap()
}

/// A transport that gives up early, trusting the sandbox.
pub(crate) fn impatient(sandbox: &Sandbox) -> Https {
    waiting(sandbox, Duration::from_millis(1_500))
}

/// A transport that waits so long for an answer, and that takes small answers only.
pub(crate) fn waiting(sandbox: &Sandbox, short: Duration) -> Https {
    Https::builder()
        .no_proxy()
        .extra_root_certificate(sandbox.certificate_pem())
        .max_body(4 * 1024 * 1024)
        .response_timeout(short)
        .idle_timeout(short)
        .total_timeout(6 * short)
        .minimum_throughput(1024, short, short)
        .build()
        .unwrap()
}

/// `host:port` of the instance.
pub(crate) fn instance(sandbox: &Sandbox) -> String {
    sandbox
        .instance_url()
        .trim_start_matches("https://")
        .to_owned()
}

/// All rows of a query.
pub(crate) async fn all<V: saponify::View>(soap: &Soap, soql: &str) -> Vec<V> {
    let mut stream = soap.records::<V>(soql);
    let mut rows = Vec::new();
    while let Some(row) = stream.try_next().await.unwrap() {
        rows.push(row);
    }
    rows
}

/// The only row of a query.
pub(crate) async fn one<V: saponify::View>(soap: &Soap, soql: &str) -> V {
    let mut rows = all(soap, soql).await;
    assert_eq!(rows.len(), 1, "{soql}");
    rows.remove(0)
}

/// The number of rows of a query.
pub(crate) async fn count(soap: &Soap, from: &str) -> i32 {
    soap.query(&format!("SELECT COUNT() FROM {from}"))
        .await
        .unwrap()
        .size
}
