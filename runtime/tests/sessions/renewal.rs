//! A lost session is replaced once, for all who need it.

use std::time::Duration;

use saponify::auth::GivenSession;
use saponify::{Error, Retry};

use crate::shape::{Account, Soap};
use crate::support::{Service, fault};

#[tokio::test(start_paused = true)]
async fn a_lost_session_is_replaced_and_the_call_repeated_once() {
    let service = Service::empty();
    let soap = service.connect().await;
    soap.query("SELECT").await.unwrap();
    service.expire();
    // An unsafe operation, too: the service did not do it.
    let saved = soap.create(&[Account::new().with_name("a")]).await.unwrap();
    assert!(saved[0].success);
    assert_eq!(service.logins(), 2);
    assert_eq!(service.seen(), ["query SELECT", "create", "create"]);
    let shown = format!("{:?}", soap.client().session());
    assert!(!shown.contains("session-"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn none_of_the_retries_still_means_a_new_session() {
    let service = Service::empty();
    let soap = service
        .builder()
        .retry(Retry::none())
        .connect()
        .await
        .unwrap();
    soap.query("SELECT").await.unwrap();
    service.expire();
    soap.query("SELECT").await.unwrap();
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn sixty_four_callers_make_one_login() {
    let service = Service::empty();
    let soap = service.connect().await;
    soap.query("SELECT").await.unwrap();
    service.expire();
    let calls = (0..64).map(|_| {
        let soap = soap.clone();
        tokio::spawn(async move { soap.query("SELECT").await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_strands_nobody_and_costs_no_login() {
    let service = Service::empty();
    let soap = service.connect().await;
    soap.query("SELECT").await.unwrap();
    service.expire();
    let call = || {
        let soap = soap.clone();
        tokio::spawn(async move { soap.query("SELECT").await.map(drop) })
    };
    let (first, second) = (call(), call());
    tokio::time::sleep(Duration::from_millis(10)).await;
    // One of the two has begun the login.
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(service.logins(), 2);
    soap.query("SELECT").await.unwrap();
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_is_shared_and_tried_again_after_a_pause() {
    let service = Service::empty();
    let soap = service
        .builder()
        .retry(Retry::none())
        .connect()
        .await
        .unwrap();
    soap.query("SELECT").await.unwrap();
    service.expire();
    service.fail_login(Error::unavailable("down"));
    let calls = (0..16).map(|_| {
        let soap = soap.clone();
        tokio::spawn(async move { soap.query("SELECT").await.map(drop) })
    });
    for call in calls.collect::<Vec<_>>() {
        let error = call.await.unwrap().unwrap_err();
        assert!(error.is_transient() && !error.maybe_applied(), "{error}");
    }
    assert_eq!(service.logins(), 2);
    // Not yet.
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert_eq!(service.logins(), 2);
    tokio::time::sleep(Duration::from_secs(2)).await;
    soap.query("SELECT").await.unwrap();
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_a_renewal_that_fails_at_first() {
    let service = Service::empty();
    let soap = service.connect().await;
    soap.query("SELECT").await.unwrap();
    service.expire();
    service.fail_login(Error::unavailable("down"));
    soap.query("SELECT").await.unwrap();
    assert_eq!(service.logins(), 3);
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_presented_once() {
    let service = Service::empty();
    let soap = service.connect().await;
    soap.query("SELECT").await.unwrap();
    service.expire();
    service.fail_login(Error::login("wrong password"));
    for _ in 0..3 {
        let error = soap.query("SELECT").await.unwrap_err();
        assert!(error.is_login(), "{error}");
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    assert_eq!(service.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_login_is_not_repeated_when_it_is_refused() {
    let service = Service::empty();
    service.fail_login(Error::login("wrong password"));
    let error = service.builder().connect().await.map(drop).unwrap_err();
    assert!(error.is_login(), "{error}");
    assert_eq!(service.logins(), 1);
    // It is when the service is down.
    service.fail_login(Error::unavailable("down"));
    service.connect().await;
    assert_eq!(service.logins(), 3);
}

/// Sessions that are locked to another address, for instance.
#[tokio::test(start_paused = true)]
async fn sessions_that_are_never_taken_make_no_login_loop() {
    let service = Service::empty();
    let soap = service.connect().await;
    service.refuse_all();
    let mut errors = Vec::new();
    for _ in 0..50 {
        errors.push(soap.query("SELECT").await.unwrap_err());
    }
    // One for each pause that the calls waited for, and the pauses grow.
    assert!(service.logins() < 40, "{}", service.logins());
    assert!(errors[0].is_session_expired(), "{}", errors[0]);
    let told = errors
        .iter()
        .any(|error| error.to_string().contains("just issued"));
    assert!(told, "{:?}", errors.last());
}

#[tokio::test]
async fn a_given_session_ends_with_its_fault() {
    let service = Service::empty();
    let soap = Soap::builder()
        .transport(service.transport())
        .authenticator(GivenSession::new(
            "https://acme.my.salesforce.com",
            "session-7",
        ))
        .connect()
        .await
        .unwrap();
    let path = soap.client().session().endpoint().path().to_owned();
    assert_eq!(path, "/services/Soap/c/64.0/0DFx0000000Demo");
    let error = soap.query("SELECT").await.unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    assert_eq!(service.seen().len(), 1);
}

#[tokio::test]
async fn unusable_tokens_are_refused_before_anything_is_sent() {
    let service = Service::empty();
    for (token, expected) in [("", "empty"), ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "JWT")] {
        let given = GivenSession::new("https://acme.my.salesforce.com", token);
        let builder = Soap::builder().transport(service.transport());
        let error = builder.authenticator(given).connect().await.map(drop);
        let error = error.unwrap_err();
        assert!(
            error.is_login() && error.to_string().contains(expected),
            "{error}"
        );
        let session = saponify::Session::new(crate::support::ENDPOINT, token).unwrap();
        let builder = Soap::builder().transport(service.transport());
        let error = builder.session(session).map(drop).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert!(service.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_organization_that_moved_is_found_again() {
    let service = Service::empty();
    let soap = service.connect().await;
    service.instead(fault("ORG_NOT_OWNED_BY_INSTANCE", "moved"));
    soap.query("SELECT").await.unwrap();
    assert_eq!(service.logins(), 2);
}
