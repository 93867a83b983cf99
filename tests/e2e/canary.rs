//! Secrets are never shown: not in `Debug`, not in errors, not in traces.

use std::fmt::Debug;
use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use saponify::salesforce::Credentials;
use saponify::{Error, Https, Retry, Secret, Session, WireLog};
use saponify_sandbox::{Detail, FaultName, Injection, Mode, Org, Quirks, Sandbox};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{ORG, https, impatient, instance};
use crate::tenant::{Account, Contact, SessionHeader, Soap};

const USER: &str = "admin@acme.example";
const PASSWORD: &str = "canary&horse";
const TOKEN: &str = "cAnAryT0ken";

/// Everything shown so far: traces, and values that the test adds.
#[derive(Clone, Debug, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl Shown {
    fn value(&self, value: &dyn Debug) {
        let text = format!("{value:?}\n{value:#?}\n");
        self.0.lock().unwrap().extend_from_slice(text.as_bytes());
    }

    fn error(&self, error: &Error) {
        self.value(error);
        // A program that expects no error panics with it.
        let result: Result<(), Error> = std::hint::black_box(Err(error.clone()));
        let expected = || result.expect("no error");
        std::panic::catch_unwind(AssertUnwindSafe(expected)).unwrap_err();
        let mut source: Option<&dyn std::error::Error> = Some(error);
        while let Some(cause) = source {
            let text = format!("{cause}\n{cause:?}\n{cause:#?}\n");
            self.0.lock().unwrap().extend_from_slice(text.as_bytes());
            source = cause.source();
        }
    }

    /// Shows the messages of a client.
    fn wire_log(&self) -> WireLog {
        let shown = self.clone();
        WireLog::new(move |message| shown.line(&message.to_string()))
    }

    fn line(&self, text: &str) {
        let mut shown = self.0.lock().unwrap();
        shown.extend_from_slice(text.as_bytes());
        shown.push(b'\n');
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Shown {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn org() -> Org {
    let text = ORG
        .replace("correct-horse", PASSWORD)
        .replace("T0kenT0kenT0kenT0kenT0ke", TOKEN);
    Org::parse(&text).unwrap()
}

fn credentials() -> Credentials {
    Credentials::new(USER, PASSWORD).security_token(TOKEN)
}

/// The forms in which a secret could be shown.
fn forms(secret: &str) -> Vec<String> {
    let xml = secret.replace('&', "&amp;");
    let debug = format!("{secret:?}");
    let percent = secret.replace('&', "%26").replace('!', "%21");
    let base64 = base64::engine::general_purpose::STANDARD_NO_PAD.encode(secret);
    let url_safe = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(secret);
    let bytes = format!("{:?}", secret.as_bytes());
    vec![
        secret.to_owned(),
        xml,
        debug.trim_matches('"').to_owned(),
        percent,
        base64,
        url_safe,
        bytes.trim_matches(['[', ']']).to_owned(),
    ]
}

#[test]
fn no_secret_is_shown_anywhere() {
    // The test runs in a process of its own, because other tests in the same process would hide
    // traces.
    const ALONE: &str = "SAPONIFY_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return alone();
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "canary::no_secret_is_shown_anywhere",
            "--nocapture",
        ])
        .env(ALONE, "1")
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains("1 passed"),
        "{out}\n{err}"
    );
}

fn alone() {
    let shown = Shown::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(shown.clone())
        .finish();
    // The runtime has one thread, so that the subscriber of this thread receives all traces.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let _hears = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let panics = shown.clone();
    std::panic::set_hook(Box::new(move |panic| panics.line(&panic.to_string())));
    let session = runtime.block_on(everything(&shown));
    drop(std::panic::take_hook());

    let text = shown.text();
    // All that is looked at is there.
    for part in [
        "soap{operation=\"query\"",
        "call is over",
        "Credentials",
        "panicked at",
        "response to login from",
    ] {
        assert!(text.contains(part), "{part} is missing");
    }
    for (what, secret) in [
        ("password", PASSWORD),
        ("security token", TOKEN),
        ("session id", session.as_str()),
        // The part after the organization's id.
        ("session id", session.split_once('!').unwrap().1),
    ] {
        for form in forms(secret) {
            if let Some(at) = text.find(&form) {
                let from = text[..at].rfind('\n').map_or(0, |line| line + 1);
                let to = text[at..].find('\n').map_or(text.len(), |line| at + line);
                panic!("the {what} is shown: {}", &text[from..to]);
            }
        }
    }
}

/// Shows every public value, of calls that succeed and of calls that fail. Returns the session id,
/// which must not be shown.
async fn everything(shown: &Shown) -> String {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    shown.value(&credentials());
    shown.value(&Secret::from(PASSWORD));
    let builder = Soap::builder()
        .transport(https(&sandbox))
        .allow_host(instance(&sandbox))
        .wire_log(shown.wire_log())
        .retry(Retry::none().renew(false));
    shown.value(&builder);
    let soap = builder
        .login(&sandbox.login_url(), credentials())
        .await
        .unwrap();
    for value in [&soap as &dyn Debug, soap.client(), &soap.client().session()] {
        shown.value(value);
    }

    let call = soap.login_request(USER, &format!("{PASSWORD}{TOKEN}"));
    shown.value(&call);
    let login = call.reply().await.unwrap();
    shown.value(&login);
    let result = login.into_value();
    shown.value(&result);
    let id = result.session_id.clone().unwrap();
    shown.value(&Session::new(result.server_url.as_ref().unwrap(), id.as_str()).unwrap());
    shown.value(&SessionHeader {
        session_id: id.clone(),
    });

    good_day(&soap, shown).await;
    by_transport(&sandbox, shown, &id).await;
    bad_day(&sandbox, &soap, shown, &id).await;
    refused(&sandbox, shown).await;
    id
}

async fn good_day(soap: &Soap, shown: &Shown) {
    let created = soap
        .create(&[Account::new().with_name("Acme")])
        .reply()
        .await
        .unwrap();
    shown.value(&created);
    let mut rows = soap
        .records::<Account>("SELECT Id, Name, Owner.Name FROM Account")
        .batch_size(200);
    shown.value(&rows);
    for _ in 0..250 {
        rows.try_next().await.unwrap();
    }
    shown.value(&rows);
    shown.value(&soap.query("SELECT Id FROM Contact LIMIT 3").await.unwrap());
    shown.value(&soap.get_user_info().await.unwrap());
    shown.value(&soap.describe_s_object("User").await.unwrap());
}

/// Calls whose transport adds a password and a key.
async fn by_transport(sandbox: &Sandbox, shown: &Shown, id: &str) {
    let builder = Https::builder()
        .no_proxy()
        .extra_root_certificate(sandbox.certificate_pem())
        // Three bytes before the password, so that its Base64 is part of that of both.
        .basic_auth("us", PASSWORD)
        .header("x-api-key", TOKEN);
    shown.value(&builder);
    let https = builder.build().unwrap();
    shown.value(&https);
    let endpoint = format!("{}/services/Soap/c/64.0", sandbox.instance_url());
    let soap = Soap::builder()
        .transport(https)
        .retry(Retry::none())
        .wire_log(shown.wire_log())
        .session(Session::new(&endpoint, id).unwrap())
        .unwrap();
    shown.value(&soap.get_server_timestamp().await.unwrap());
    sandbox.push_mode(Mode::Truncate);
    shown.error(&soap.get_user_info().await.unwrap_err());
}

async fn bad_day(sandbox: &Sandbox, soap: &Soap, shown: &Shown, id: &str) {
    let modes = [
        Mode::Html503,
        Mode::Html200,
        Mode::Status(500),
        Mode::Refuse,
        Mode::Swallow,
        Mode::Truncate,
        Mode::SessionLost,
        Mode::DailyLimit,
        // A service that repeats the request in its message.
        Mode::Fault {
            code: "INVALID_SESSION_ID".into(),
            message: "not good".into(),
        },
    ];
    for mode in modes {
        for detail in [Detail::Typed, Detail::Absent] {
            let mut quirks = Quirks::default();
            quirks.fault_detail = detail;
            sandbox.set_quirks(quirks);
            sandbox.push_mode(mode.clone());
            let row = [Contact::new().with_last_name("Once")];
            shown.error(&soap.create(&row).await.unwrap_err());
            sandbox.push_mode(mode.clone());
            let mut rows = soap.records::<Account>("SELECT Id FROM Account");
            // A truncated response gives some rows before the error.
            let error = loop {
                if let Err(error) = rows.try_next().await {
                    break error;
                }
            };
            shown.error(&error);
            shown.value(&rows);
        }
    }
    every_fault(sandbox, id, shown).await;
    let failed = [
        soap.query("SELECT nonsense").await.unwrap_err(),
        soap.invalidate_sessions(&[format!("{id}\u{0}")])
            .await
            .unwrap_err(),
        soap.set_password(
            soap.client().session().user_id().unwrap(),
            &format!("{PASSWORD}\u{1}"),
        )
        .await
        .unwrap_err(),
        soap.change_own_password(PASSWORD, "short")
            .await
            .unwrap_err(),
    ];
    failed.iter().for_each(|error| shown.error(error));
    shown.value(&soap.invalidate_sessions(&[id]));
    shown.value(&soap.change_own_password(PASSWORD, TOKEN));
    soap.logout().await.unwrap();
    shown.error(&soap.get_user_info().await.unwrap_err());
}

/// Every way in which an answer can be wrong, for a call and for a stream.
async fn every_fault(sandbox: &Sandbox, id: &str, shown: &Shown) {
    for fault in FaultName::all() {
        if matches!(fault.mode, Mode::SessionStorm | Mode::MaxCursors(_)) {
            continue;
        }
        sandbox.inject(Injection::new(fault.mode.clone()));
        let endpoint = format!("{}/services/Soap/c/64.0", sandbox.instance_url());
        let soap = Soap::builder()
            .transport(impatient(sandbox))
            .retry(Retry::none())
            .wire_log(shown.wire_log())
            .session(Session::new(&endpoint, id).unwrap())
            .unwrap();
        let created = soap
            .create(&[Account::new().with_name("Once")])
            .reply()
            .await;
        match created {
            Ok(reply) => shown.value(&reply),
            Err(error) => shown.error(&error),
        }
        let mut rows = soap
            .records::<Account>("SELECT Id FROM Account")
            .batch_size(200);
        loop {
            match rows.try_next().await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    shown.error(&error);
                    break;
                }
            }
        }
        shown.value(&rows);
        let url = sandbox.login_url();
        let login = Soap::builder()
            .transport(impatient(sandbox))
            .retry(Retry::none())
            .wire_log(shown.wire_log())
            .login(&url, credentials());
        match login.await {
            Ok(soap) => shown.value(&soap),
            Err(error) => shown.error(&error),
        }
        sandbox.clear_injections();
    }
}

async fn refused(sandbox: &Sandbox, shown: &Shown) {
    let login = async |builder: saponify::Builder<Soap>, endpoint: &str, credentials| {
        shown.error(&builder.login(endpoint, credentials).await.unwrap_err());
    };
    let trusting = || Soap::builder().transport(https(sandbox));
    let (url, plain) = (
        sandbox.login_url(),
        sandbox.login_url().replace("https", "http"),
    );
    // A foreign host, a wrong password, a retired version, plain http, an HTML page, and a user
    // name in the address.
    login(trusting(), &url, credentials()).await;
    login(
        trusting(),
        &url,
        Credentials::new(USER, PASSWORD).security_token(""),
    )
    .await;
    login(
        trusting(),
        &url,
        Credentials::new(USER, format!("{PASSWORD}\u{0}")),
    )
    .await;
    login(
        trusting(),
        &format!("{url}/services/Soap/c/65.0"),
        credentials(),
    )
    .await;
    login(trusting(), &plain, credentials()).await;
    login(
        trusting(),
        &format!("https://user:{TOKEN}@localhost/"),
        credentials(),
    )
    .await;
    sandbox.push_mode(Mode::Html200);
    login(trusting(), &url, credentials()).await;
    sandbox.push_mode(Mode::Truncate);
    login(trusting(), &url, credentials()).await;
    let untrusting = Soap::builder().transport(Https::builder().no_proxy().build().unwrap());
    login(untrusting, &url, credentials()).await;
    let through = Https::builder()
        .proxy(format!("http://user:{PASSWORD}@127.0.0.1:1/"))
        .build();
    match through {
        Ok(https) => {
            shown.value(&https);
            login(Soap::builder().transport(https), &url, credentials()).await;
        }
        Err(error) => shown.error(&error.into()),
    }
}
