//! All sessions end while 64 streams are under way.

use std::collections::HashSet;

use saponify::salesforce::Credentials;
use saponify::{Error, View as _};
use saponify_sandbox::{Injection, LoginMode, Mode, Sandbox};

use crate::support::{USER, https, instance, org};
use crate::tenant::{Account, Soap};

async fn connect(sandbox: &Sandbox) -> Soap {
    Soap::builder()
        .transport(https(sandbox))
        .allow_host(instance(sandbox))
        .max_cursors(64)
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_streams_survive_the_end_of_all_sessions_with_two_logins() {
    const CALLERS: usize = 64;
    const ROWS: u64 = 1_000;
    let org = org().with_rows("Account", ROWS);
    let sandbox = Sandbox::builder(org).start().await.unwrap();
    let soap = connect(&sandbox).await;
    let expected = crate::support::count(&soap, "Account").await as usize;
    let storm = Injection::new(Mode::SessionStorm)
        .after_rows(20_000)
        .times(1);
    sandbox.inject(storm);
    let streams = (0..CALLERS).map(|_| {
        let soap = soap.clone();
        tokio::spawn(async move {
            let mut rows = soap
                .records::<Account>("SELECT Id, Name FROM Account")
                .batch_size(200);
            let mut ids = HashSet::new();
            let mut came = 0;
            while let Some(row) = rows.try_next().await? {
                came += 1;
                ids.insert(row.as_record().text("Id").unwrap_or_default().to_owned());
            }
            Ok::<_, Error>((came, ids.len()))
        })
    });
    for stream in streams.collect::<Vec<_>>() {
        let (came, different) = stream.await.unwrap().unwrap();
        assert_eq!((came, different), (expected, expected));
    }
    assert_eq!(sandbox.stats().logins, 2);
    assert_eq!(sandbox.stats().refused_logins, 0);
}

#[tokio::test]
async fn a_password_that_is_refused_is_presented_once() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let soap = connect(&sandbox).await;
    soap.get_server_timestamp().await.unwrap();
    sandbox.set_login_mode(USER.0, LoginMode::Locked);
    sandbox.expire_sessions();
    for _ in 0..5 {
        let error = soap.get_server_timestamp().await.unwrap_err();
        assert_eq!(error.fault().unwrap().code(), "INVALID_LOGIN");
        assert_eq!(error.operation(), Some("login"));
        assert!(error.to_string().contains("not presented again"), "{error}");
    }
    let stats = sandbox.stats();
    assert_eq!((stats.logins, stats.refused_logins), (1, 1));
}

#[tokio::test]
async fn an_unsafe_call_is_repeated_once_with_a_new_session() {
    let sandbox = Sandbox::builder(org()).start().await.unwrap();
    let soap = connect(&sandbox).await;
    let before = crate::support::count(&soap, "Account").await;
    sandbox.expire_sessions();
    let saved = soap
        .create(&[Account::new().with_name("Once")])
        .await
        .unwrap();
    assert!(saved[0].success);
    assert_eq!(crate::support::count(&soap, "Account").await, before + 1);
    assert_eq!(sandbox.stats().logins, 2);
    // A service that takes no session at all.
    sandbox.inject(Injection::new(Mode::SessionLost));
    let error = soap
        .create(&[Account::new().with_name("Never")])
        .await
        .unwrap_err();
    assert!(error.is_session_expired(), "{error}");
    assert_eq!(sandbox.stats().logins, 3);
}
