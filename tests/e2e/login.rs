//! Logins that succeed, and logins that are refused.

use saponify::auth::Login;
use saponify::salesforce::Credentials;
use saponify::transport::testing::Scripted;
use saponify::{Recovery, Session};
use saponify_sandbox::{LoginMode, Sandbox};

use crate::support::{USER, https, instance, login, org, start};
use crate::tenant::{ApiFault, LoginFault, Soap};

const ADMIN: (&str, &str, &str) = (
    "admin@acme.example",
    "correct-horse",
    "T0kenT0kenT0kenT0kenT0ke",
);

#[tokio::test]
async fn the_endpoint_switches_to_the_one_that_login_names() {
    let tenant = start().await;
    let session = tenant.soap.client().session();
    let endpoint = session.endpoint().to_string();
    assert!(
        endpoint.starts_with(&tenant.sandbox.instance_url()),
        "{endpoint}"
    );
    assert_eq!(
        endpoint,
        tenant.soap.get_server_timestamp_url(&tenant.requests).await
    );
    assert!(session.user_id().is_some() && session.organization_id().is_some());
    assert_eq!(session.seconds_valid(), Some(7_200));
    let login = &tenant.requests.sent()[0];
    assert!(
        login.url.starts_with(&tenant.sandbox.login_url()),
        "{}",
        login.url
    );
    assert!(!login.body.contains("Header>"), "{}", login.body);
}

impl Soap {
    /// The address of the last request of a call.
    async fn get_server_timestamp_url(
        &self,
        requests: &crate::support::recorder::Recorder,
    ) -> String {
        self.get_server_timestamp().await.unwrap();
        requests.sent().last().unwrap().url.clone()
    }
}

#[tokio::test]
async fn the_security_token_follows_the_password() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let credentials = Credentials::new(ADMIN.0, ADMIN.1).security_token(ADMIN.2);
    let soap = login(&sandbox, https(&sandbox), credentials).await.unwrap();
    assert_eq!(soap.get_user_info().await.unwrap().user_name, ADMIN.0);
}

#[tokio::test]
async fn refused_credentials_are_explained() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    for (user, password, code) in [
        (USER.0, "wrong", "INVALID_LOGIN"),
        (USER.0, "", "INVALID_LOGIN"),
        ("nobody@acme.example", "wrong", "INVALID_LOGIN"),
        (ADMIN.0, ADMIN.1, "LOGIN_MUST_USE_SECURITY_TOKEN"),
        ("locked@acme.example", "locked", "INVALID_LOGIN"),
        ("lockout@acme.example", "lockout", "PASSWORD_LOCKOUT"),
        (
            "abroad@acme.example",
            "abroad",
            "LOGIN_DURING_RESTRICTED_DOMAIN",
        ),
        (
            "nightshift@acme.example",
            "nightshift",
            "LOGIN_DURING_RESTRICTED_TIME",
        ),
        (
            "newphone@acme.example",
            "newphone",
            "LOGIN_CHALLENGE_ISSUED",
        ),
        ("noapi@acme.example", "noapi", "API_DISABLED_FOR_ORG"),
        ("nosoap@acme.example", "nosoap", "INVALID_OPERATION"),
        (
            "nopermission@acme.example",
            "nopermission",
            "INSUFFICIENT_ACCESS",
        ),
    ] {
        let credentials = Credentials::new(user, password);
        let error = login(&sandbox, https(&sandbox), credentials)
            .await
            .unwrap_err();
        let fault = error.fault().unwrap_or_else(|| panic!("{user}: {error}"));
        assert_eq!(fault.code(), code, "{user}");
        assert_eq!(error.operation(), Some("login"));
        assert!(
            !error.is_transient() && !error.maybe_applied(),
            "{user}: {error}"
        );
        // Another attempt may lock the user.
        assert_eq!(error.recovery(), Recovery::GiveUp, "{user}");
        let any: ApiFault = fault.detail().unwrap().unwrap();
        assert_eq!(any.exception_code.as_str(), code);
        if fault.detail_type() == Some("LoginFault") {
            assert!(fault.detail::<LoginFault>().unwrap().is_some());
        }
    }
    assert_eq!(sandbox.stats().logins, 0);
}

#[tokio::test]
async fn an_expired_password_is_no_login() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let credentials = Credentials::new("expired@acme.example", "last-year");
    let error = login(&sandbox, https(&sandbox), credentials)
        .await
        .unwrap_err();
    assert!(error.is_login() && error.fault().is_none(), "{error}");
    assert!(error.to_string().contains("expired"), "{error}");
    assert_eq!(error.recovery(), Recovery::GiveUp);
}

#[tokio::test]
async fn a_login_is_not_repeated_because_there_is_no_session() {
    let fault = |code: &str| {
        format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>\
             <faultcode>{code}</faultcode><faultstring>why</faultstring></e:Fault></e:Body>\
             </e:Envelope>"
        )
    };
    for (code, recovery) in [
        ("INVALID_SESSION_ID", Recovery::GiveUp),
        ("ORG_NOT_OWNED_BY_INSTANCE", Recovery::GiveUp),
        ("SERVER_UNAVAILABLE", Recovery::Retry),
    ] {
        let service = Scripted::new().answer_with(500, "text/xml", fault(code));
        let attempt = Soap::builder()
            .transport(service)
            .retry(saponify::Retry::none())
            .login("https://tenant.example", Credentials::new(USER.0, USER.1))
            .await;
        assert_eq!(attempt.unwrap_err().recovery(), recovery, "{code}");
    }
}

#[tokio::test]
async fn a_session_does_not_go_to_a_host_that_nobody_allowed() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let attempt = Soap::builder()
        .transport(https(&sandbox))
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await;
    let error = attempt.unwrap_err();
    assert!(error.is_foreign_endpoint(), "{error}");
    // The error names the host to allow, and the sandbox received only the login.
    assert!(error.to_string().contains(&instance(&sandbox)), "{error}");
    assert_eq!(sandbox.stats().requests, 1);
}

#[tokio::test]
async fn the_org_can_lock_everybody_out() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let attempt = async || {
        let error = login(&sandbox, https(&sandbox), Credentials::new(USER.0, USER.1)).await;
        error.unwrap_err().fault().unwrap().code().to_owned()
    };
    sandbox.set_login_mode(USER.0, LoginMode::OrgLocked);
    assert_eq!(attempt().await, "ORG_LOCKED");
    sandbox.set_soap_login(false);
    assert_eq!(attempt().await, "INVALID_OPERATION");
}

#[tokio::test]
async fn a_version_without_login_is_named() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let endpoint = format!("{}/services/Soap/c/65.0", sandbox.login_url());
    let attempt = Soap::builder()
        .transport(https(&sandbox))
        .authenticator(Login::new(&endpoint, Credentials::new(USER.0, USER.1)).at_64(false))
        .connect()
        .await;
    assert_eq!(
        attempt.unwrap_err().fault().unwrap().code(),
        "UNSUPPORTED_API_VERSION"
    );
}

#[tokio::test]
async fn a_session_from_another_source_works() {
    let tenant = start().await;
    let login = tenant.soap.login_request(USER.0, USER.1).await;
    // The instance also serves login. The login host serves nothing else.
    let login = login.unwrap();
    let session = Session::new(&login.server_url.unwrap(), login.session_id.unwrap()).unwrap();
    let soap = Soap::builder()
        .transport(https(&tenant.sandbox))
        .session(session)
        .unwrap();
    assert_eq!(soap.get_user_info().await.unwrap().user_name, USER.0);

    let wrong = Session::new(&tenant.sandbox.instance_url(), "00D!nonsense");
    let wrong = Soap::builder()
        .transport(https(&tenant.sandbox))
        .session(wrong.unwrap());
    let error = wrong.unwrap().get_user_info().await.unwrap_err();
    assert!(!error.maybe_applied(), "{error}");
}

#[tokio::test]
async fn a_session_ends_with_logout_for_all_that_share_it() {
    let tenant = start().await;
    let other = tenant.soap.clone();
    tenant.soap.logout().await.unwrap();
    for soap in [&tenant.soap, &other] {
        let error = soap.get_server_timestamp().await.unwrap_err();
        assert!(error.is_session_expired(), "{error}");
        assert_eq!(error.fault().unwrap().code(), "INVALID_SESSION_ID");
    }
    let mut rows = other.records::<crate::tenant::Account>("SELECT Id FROM Account");
    assert!(rows.try_next().await.unwrap_err().is_session_expired());
    assert_eq!(tenant.sandbox.open_sessions(), 0);
}

#[tokio::test]
async fn sessions_that_the_org_ends_are_lost() {
    let tenant = start().await;
    tenant.sandbox.expire_sessions();
    let lost = tenant
        .soap
        .query("SELECT Id FROM Account")
        .await
        .unwrap_err();
    assert!(lost.is_session_expired() && !lost.is_transient(), "{lost}");
}
