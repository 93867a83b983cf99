//! The selection of calls for a fault, and its counters.

use saponify_sandbox::{FaultName, Injection, Mode, Sandbox};

use super::{CREATE, NOW};
use crate::oauth::client::{Client, SYNC};
use crate::support::{demo, start, trusting};

#[tokio::test]
async fn a_fault_is_injected_only_into_its_operation() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    tenant
        .sandbox
        .inject("no_response@create:times=1".parse().unwrap());
    assert_eq!(session.call("", NOW).await.status, 200);
    assert!(session.try_call("", CREATE).await.is_err());
    assert_eq!(session.call("", CREATE).await.status, 200);
    let stats = tenant.sandbox.stats();
    assert_eq!((stats.calls("create"), stats.received["create"]), (2, 2));

    tenant
        .sandbox
        .inject("no_response_not_applied@create".parse().unwrap());
    assert!(session.try_call("", CREATE).await.is_err());
    let stats = tenant.sandbox.stats();
    assert_eq!((stats.calls("create"), stats.received["create"]), (2, 3));
    tenant.sandbox.clear_injections();
    assert_eq!(session.call("", CREATE).await.status, 200);
}

#[tokio::test]
async fn a_fault_is_injected_into_an_oauth_endpoint_by_its_name() {
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    tenant
        .sandbox
        .inject("html_503@token:times=1".parse().unwrap());
    let form = [SYNC[0], SYNC[1], ("grant_type", "client_credentials")];
    let page = client.token(&form).await;
    assert!(page.status == 503 && page.text.contains("Down for Maintenance"));
    assert_eq!(tenant.sandbox.stats().tokens, 0);
    assert_eq!(client.token(&form).await.status, 200);
    assert_eq!(tenant.sandbox.stats().received["token"], 2);
    // These endpoints never send a SOAP fault.
    tenant.sandbox.set_mode(Mode::DailyLimit);
    assert_eq!(client.token(&form).await.status, 200);
}

#[tokio::test]
async fn every_name_can_be_injected() {
    let tenant = start(demo()).await;
    let session = tenant.session().await;
    let endless = [
        "hang_headers",
        "hang_body",
        "slow_headers",
        "slow_body",
        "oversize",
    ];
    let endless = [
        &endless[..],
        &["lying_length", "upload_not_read", "endless_continue"],
    ]
    .concat();
    let large = [
        "long_text",
        "long_name",
        "huge_headers",
        "gzip_empty_members",
    ];
    for known in FaultName::all() {
        if endless.contains(&known.name) || large.contains(&known.name) {
            continue;
        }
        tenant.sandbox.clear_injections();
        let injection: Injection = known.name.parse().unwrap();
        tenant.sandbox.inject(injection);
        // The server must survive every fault.
        let _ = session.try_call("", CREATE).await;
    }
    tenant.sandbox.clear_injections();
    let session = tenant.session().await;
    assert_eq!(session.call("", NOW).await.status, 200);
}

#[tokio::test]
async fn counters_are_served_if_enabled() {
    let sandbox = Sandbox::builder(demo())
        .stats_page(true)
        .inject("fault_500@create".parse().unwrap())
        .start()
        .await
        .unwrap();
    let tenant = trusting(sandbox);
    let session = tenant.session().await;
    session.call("", CREATE).await;
    let mut client = Client::new(&tenant);
    for host in [tenant.sandbox.login_url(), tenant.sandbox.instance_url()] {
        let stats = client.get(&format!("{host}/sandbox/stats")).await.json();
        assert_eq!(stats["logins"], 1);
        assert_eq!(stats["received"]["create"], 1);
        assert_eq!(stats["operations"].get("create"), None);
    }
    let tenant = start(demo()).await;
    let mut client = Client::new(&tenant);
    let url = client.instance("/sandbox/stats");
    assert_eq!(client.get(&url).await.status, 404);
}
