//! Receives the redirect at the end of a login in the browser (RFC 6749, section 4.1.2; RFC 8252,
//! section 7.3).

use std::time::Duration;

use super::form::decoded;
use super::loopback::{BrowserRequest, Loopback, Page, notice};
use super::pkce::same;
use crate::secret::Secret;

/// The content of the redirect.
#[derive(Debug)]
pub(crate) enum Redirected {
    /// The authorization code.
    Code(Secret),
    /// The user or the service refused the login: the values of `error` and `error_description`.
    Denied(String, String),
}

/// Waits for the redirect to `path` with this `state`. Returns `None` if it does not arrive in
/// time.
///
/// Requests with another state, or without one, are answered and otherwise ignored. Any program on
/// this machine can send them, so they must not end the login.
pub(crate) async fn wait(
    listener: Loopback,
    path: String,
    state: Secret,
    time: Duration,
) -> Option<Redirected> {
    let answer = move |asked: BrowserRequest| read(&asked, &path, &state);
    tokio::time::timeout(time, listener.serve(answer))
        .await
        .ok()
}

fn read(asked: &BrowserRequest, path: &str, state: &Secret) -> (Page, Option<Redirected>) {
    let (asked_path, query) = asked.target.split_once('?').unwrap_or((&asked.target, ""));
    if asked_path != path {
        return (notice("404 Not Found", "There is nothing here."), None);
    }
    if asked.method != "GET" {
        return (
            notice(
                "405 Method Not Allowed",
                "This address only takes a redirect.",
            ),
            None,
        );
    }
    let foreign = || {
        let sentence = "This redirect does not belong to the login that is waiting. Start the \
                        login again from the program.";
        (notice("400 Bad Request", sentence), None)
    };
    match parse(query, state) {
        Some(Redirected::Code(code)) => {
            let sentence = "The program has its access now. You can close this window.";
            (notice("200 OK", sentence), Some(Redirected::Code(code)))
        }
        Some(denied) => {
            let sentence =
                "The login was refused. The program says why; you can close this window.";
            (notice("200 OK", sentence), Some(denied))
        }
        None => foreign(),
    }
}

/// The content of a redirect, by the query of its address. Returns `None` if the redirect does not belong to
/// the login with this state.
pub(crate) fn parse(query: &str, state: &Secret) -> Option<Redirected> {
    let fields = decoded(query)?;
    let field = |name: &str| {
        let mut found = fields.iter().filter(|(other, _)| other == name);
        // A field that occurs twice is ignored.
        found.next().filter(|_| found.next().is_none())
    };
    let text = |name: &str| field(name).map(|(_, value)| value.expose().to_owned());
    let (_, given) = field("state")?;
    if !same(given.expose(), state.expose()) {
        return None;
    }
    if let Some(error) = text("error") {
        let description = text("error_description").unwrap_or_default();
        return Some(Redirected::Denied(error, description));
    }
    let (_, code) = field("code")?;
    (!code.is_empty()).then(|| Redirected::Code(code.clone()))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    async fn ask(port: u16, target: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    async fn waiting() -> (u16, tokio::task::JoinHandle<Option<Redirected>>) {
        let listener = Loopback::bind(0).await.unwrap();
        let port = listener.port();
        let state = Secret::from("the-state");
        let time = Duration::from_secs(30);
        let wait = wait(listener, "/back".to_owned(), state, time);
        (port, tokio::spawn(wait))
    }

    #[tokio::test]
    async fn only_the_right_redirect_ends_the_wait() {
        let (port, login) = waiting().await;
        for (target, status) in [
            ("/favicon.ico", "404"),
            ("/back", "400"),
            ("/back?code=x", "400"),
            ("/back?code=x&state=", "400"),
            ("/back?code=x&state=other", "400"),
            ("/back?code=x&state=the-state&state=the-state", "400"),
            ("/back?code=&state=the-state", "400"),
            ("/back?code=%zz&state=the-state", "400"),
            ("/back?state=the-state", "400"),
        ] {
            let answer = ask(port, target).await;
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{target}: {answer}"
            );
            assert!(!answer.contains("the-state"), "{answer}");
        }
        let answer = ask(port, "/back?code=a%2Bb.c&state=the-state").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.contains("no-store") && !answer.contains("a+b"),
            "{answer}"
        );
        match login.await.unwrap() {
            Some(Redirected::Code(code)) => assert_eq!(code.expose(), "a+b.c"),
            other => panic!("{other:?}"),
        }
        // The listener serves one login and is closed now.
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    }

    #[tokio::test]
    async fn a_refusal_ends_the_wait() {
        let (port, login) = waiting().await;
        let target = "/back?error=access_denied&error_description=end-user+denied&state=the-state";
        ask(port, target).await;
        match login.await.unwrap() {
            Some(Redirected::Denied(error, description)) => {
                assert_eq!(
                    (&*error, &*description),
                    ("access_denied", "end-user denied")
                );
            }
            other => panic!("{other:?}"),
        }
    }

    /// Browsers open connections in advance, and some requests are malformed.
    #[tokio::test]
    async fn idle_and_broken_connections_do_not_hold_up_the_redirect() {
        let (port, login) = waiting().await;
        let mut idle = Vec::new();
        for _ in 0..5 {
            idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
        }
        let mut broken = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        broken
            .write_all(b"\x16\x03\x01 hello\r\n\r\n")
            .await
            .unwrap();
        let mut long = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let _ = long.write_all(&vec![b'a'; 20_000]).await;
        ask(port, "/back?code=c&state=the-state").await;
        assert!(matches!(login.await.unwrap(), Some(Redirected::Code(_))));
    }

    #[tokio::test]
    async fn the_wait_has_an_end() {
        let listener = Loopback::bind(0).await.unwrap();
        let state = Secret::from("the-state");
        let time = Duration::from_millis(1);
        let waited = wait(listener, "/back".to_owned(), state, time).await;
        assert!(waited.is_none());
    }
}
