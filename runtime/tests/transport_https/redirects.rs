//! Redirects are errors: the credentials are in the body, which a redirect would pass on.

use saponify::transport::Https;

use crate::support::*;

fn redirect(status: u16, target: &str) -> Vec<Act> {
    answer(
        &format!("{status} X"),
        &format!("Location: {target}\r\n"),
        "",
    )
}

#[tokio::test]
async fn none_is_followed() {
    let thief = Server::with(None, |_, _| ok("<answer/>")).await;
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        let target = format!(
            "http://user-canary@127.0.0.1:{}/canary?canary",
            thief.address.port()
        );
        let server = Server::always(redirect(status, &target)).await;
        let error = error(&https(), &server).await;
        assert!(
            error.is_protocol() && error.maybe_applied() == (status == 303),
            "{status}: {error:?}"
        );
        assert_eq!(error.status().unwrap(), status);
        assert!(error.to_string().contains("127.0.0.1"), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(thief.connections(), 0);
}

#[tokio::test]
async fn odd_targets_are_not_repeated() {
    for target in [
        "",
        "/canary",
        "//canary@",
        "\u{1b}]0;canary\u{7}",
        "javascript:canary",
        "h\u{e9}",
    ] {
        let server = Server::always(redirect(302, target)).await;
        let error = error(&https(), &server).await;
        assert!(!error.to_string().chars().any(char::is_control), "{error}");
    }
    let server = Server::always(answer("302 X", "", "")).await;
    assert!(error(&https(), &server).await.is_protocol());
}

#[tokio::test]
async fn a_foreign_client_cannot_pass_the_body_on() {
    let thief = Server::with(None, |_, _| ok("<answer/>")).await;
    let target = format!("http://127.0.0.1:{}/", thief.address.port());
    for status in [301, 302, 303, 307, 308] {
        let redirecting = redirect(status, &target);
        let server = Server::with(None, move |_, _| redirecting.clone()).await;
        // As it comes, reqwest follows up to ten redirects.
        let https = Https::builder().client(foreign_client()).build().unwrap();
        let error = error(&https, &server).await;
        assert!(error.is_protocol(), "{status}: {error:?}");
    }
    for received in thief.requests() {
        assert!(
            !received.head.starts_with("POST") && received.body.is_empty(),
            "{received:?}"
        );
    }
}
