//! Streams of rows against a service whose cursors and answers cannot be relied on.

use saponify::salesforce::Credentials;
use saponify::{Error, View as _};
use saponify_sandbox::{FaultName, Injection, Sandbox};

use crate::support::{USER, https, instance, org};
use crate::tenant::{Account, Contact, Soap};

const QUERY: &str = "SELECT Id, Name FROM Account";

async fn start() -> (Sandbox, Soap) {
    let sandbox = Sandbox::builder(org().with_rows("Account", 1_000))
        .start()
        .await
        .unwrap();
    let soap = Soap::builder()
        .transport(https(&sandbox))
        .allow_host(instance(&sandbox))
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await
        .unwrap();
    (sandbox, soap)
}

async fn drain(mut rows: saponify::salesforce::Records<Account>) -> (Vec<String>, Option<Error>) {
    let mut ids = Vec::new();
    loop {
        match rows.try_next().await {
            Ok(Some(row)) => ids.push(row.as_record().text("Id").unwrap_or_default().to_owned()),
            Ok(None) => return (ids, None),
            Err(error) => return (ids, Some(error)),
        }
    }
}

fn fault(text: &str) -> Injection {
    text.parse().unwrap()
}

#[tokio::test]
async fn no_answer_that_does_not_add_up_ends_a_stream_well() {
    let (sandbox, soap) = start().await;
    for name in FaultName::all() {
        if !matches!(name.mode, saponify_sandbox::Mode::Paging(_)) {
            continue;
        }
        sandbox.inject(Injection::new(name.mode));
        let (ids, error) = drain(soap.records(QUERY).batch_size(200)).await;
        sandbox.clear_injections();
        let error = error.unwrap_or_else(|| panic!("{} ended well", name.name));
        assert!(error.is_incomplete(), "{}: {error}", name.name);
        assert_eq!(error.rows_delivered(), Some(ids.len() as u64));
        assert!(ids.len() < 1_200, "{}: {} rows", name.name, ids.len());
    }
}

#[tokio::test]
async fn a_dead_cursor_says_how_far_the_query_came() {
    let (sandbox, soap) = start().await;
    sandbox.inject(fault("dead_locators:after=1:times=1"));
    let (ids, error) = drain(soap.records(QUERY).batch_size(200)).await;
    let error = error.unwrap();
    assert_eq!(error.fault().unwrap().code(), "INVALID_QUERY_LOCATOR");
    assert_eq!(error.rows_delivered(), Some(400));
    let last = error
        .last_row()
        .and_then(|row| row.text("Id").map(str::to_owned));
    assert_eq!(last.as_ref(), ids.last());
}

#[tokio::test]
async fn with_a_key_the_stream_goes_on_and_gives_every_row_once() {
    let (sandbox, soap) = start().await;
    let (mut expected, _) = drain(soap.records(QUERY)).await;
    expected.sort();
    for faults in [
        "dead_locators:after=1:times=1",
        "dead_locators:every=2:times=3",
        "no_response@queryMore:after=1:times=1",
        "reset_mid_body@queryMore:times=1",
        "close_mid_body@queryMore:after=2:times=1",
        "truncated_xml@queryMore:times=1",
        "repeated_locator:after=1:times=1",
    ] {
        sandbox.inject(fault(faults));
        let rows = soap
            .records::<Account>(QUERY)
            .batch_size(200)
            .resume_by(Account::ID);
        let (mut ids, error) = drain(rows).await;
        sandbox.clear_injections();
        assert!(error.is_none(), "{faults}: {error:?}");
        ids.sort();
        assert_eq!(ids, expected, "{faults}");
        // By a field that several rows may share.
        sandbox.inject(fault(faults));
        let query = "SELECT Id, Industry FROM Account";
        let rows = soap
            .records::<Account>(query)
            .batch_size(200)
            .resume_by(Account::INDUSTRY);
        let (mut ids, error) = drain(rows).await;
        sandbox.clear_injections();
        assert!(error.is_none(), "{faults}: {error:?}");
        ids.sort();
        assert_eq!(ids, expected, "{faults}");
    }
}

#[tokio::test]
async fn a_locator_whose_answer_is_lost_is_not_used_again() {
    let (sandbox, soap) = start().await;
    sandbox.inject(fault("no_response@queryMore"));
    let (ids, error) = drain(soap.records(QUERY).batch_size(200)).await;
    let error = error.unwrap();
    assert!(error.is_transport(), "{error}");
    assert_eq!((ids.len(), error.rows_delivered()), (200, Some(200)));
    assert_eq!(sandbox.stats().received["queryMore"], 1);
}

#[tokio::test]
async fn eight_cursors_are_open_at_most() {
    let (sandbox, soap) = start().await;
    let expected = drain(soap.records(QUERY)).await.0.len();
    // The service ends the oldest cursor when a ninth is opened.
    sandbox.inject(Injection::new(saponify_sandbox::Mode::MaxCursors(8)));
    let streams = (0..32).map(|_| {
        let rows = soap.records::<Account>(QUERY).batch_size(200);
        tokio::spawn(drain(rows))
    });
    for stream in streams.collect::<Vec<_>>() {
        let (ids, error) = stream.await.unwrap();
        assert!(error.is_none(), "{error:?}");
        assert_eq!(ids.len(), expected);
    }
}

/// Families of a parent and its child rows, each with a cursor of its own.
const FAMILIES: usize = 6;
const KIDS: usize = 7;

async fn families(soap: Soap) -> Result<(usize, usize), Error> {
    let query = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Family'";
    let mut rows = soap.records::<Account>(query).batch_size(2);
    let (mut parents, mut kids) = (0, 0);
    while let Some(row) = rows.try_next().await? {
        parents += 1;
        let contacts = row.contacts().result();
        assert!(contacts.is_some_and(|contacts| !contacts.done));
        let mut children = soap.children::<Contact>(row.contacts()).batch_size(2);
        while children.try_next().await?.is_some() {
            kids += 1;
        }
    }
    Ok((parents, kids))
}

#[tokio::test]
async fn cursors_of_child_rows_keep_to_the_limit() {
    let mut org = org();
    org.limits_mut().min_batch = 2;
    let sandbox = Sandbox::builder(org).start().await.unwrap();
    let soap = Soap::builder()
        .transport(https(&sandbox))
        .allow_host(instance(&sandbox))
        .login(&sandbox.login_url(), Credentials::new(USER.0, USER.1))
        .await
        .unwrap();
    for n in 0..FAMILIES {
        let key = format!("FAM-{n}");
        let parent = Account::new().with_name("Family");
        let parent = parent.with(Account::LEGACY_ID__C, key.as_str());
        assert!(soap.create(&[parent]).await.unwrap()[0].success);
        let parent = Account::new().with(Account::LEGACY_ID__C, key.as_str());
        let kid = Contact::new().with_account(parent).with_last_name("Kid");
        let saved = soap.create(vec![kid; KIDS]).await.unwrap();
        assert!(saved.iter().all(|saved| saved.success), "{saved:?}");
    }
    // A batch of two parents opens two cursors of child rows, so four queries at once have twelve.
    // The service ends the oldest one when there is another, so that five queries would fail.
    sandbox.inject(Injection::new(saponify_sandbox::Mode::MaxCursors(12)));
    let streams = (0..12).map(|_| tokio::spawn(families(soap.clone())));
    for stream in streams.collect::<Vec<_>>() {
        let came = stream.await.unwrap().unwrap();
        assert_eq!(came, (FAMILIES, FAMILIES * KIDS));
    }
}
