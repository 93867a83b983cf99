//! An org that was made from a WSDL alone (`saponify sandbox org`): the proxies of that WSDL work with it.

use std::process::Command;

use saponify::jiff::SignedDuration;
use saponify::salesforce::Credentials;
use saponify_sandbox::{Org, Sandbox};

use crate::support::{WSDL, all, https, login};
use crate::tenant::{Account, Contact, Soap};

/// The org of the demo tenant's WSDL, and a client that is logged in to it.
async fn start() -> (Sandbox, Soap) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("org.toml");
    let made = Command::new(env!("CARGO_BIN_EXE_saponify"))
        .args(["sandbox", "org", "--rows", "7", "--from", WSDL, "--out"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let sandbox = Sandbox::builder(Org::load(&file).unwrap())
        .start()
        .await
        .unwrap();
    let credentials = Credentials::new("admin@tenant.example", "correct-horse");
    let soap = login(&sandbox, https(&sandbox), credentials).await.unwrap();
    (sandbox, soap)
}

#[tokio::test]
async fn every_object_is_described_and_has_rows_of_all_its_fields() {
    let (_sandbox, soap) = start().await;
    let objects = soap.describe_global().await.unwrap().sobjects;
    assert!(objects.len() > 20);
    for object in objects {
        let name = object.name;
        let described = soap.describe_s_object(&name).await.unwrap().unwrap();
        let fields: Vec<&str> = described.fields.iter().map(|f| f.name.as_str()).collect();
        let soql = format!("SELECT {} FROM {name} LIMIT 3", fields.join(", "));
        let found = soap.query(&soql).await;
        let rows = found.unwrap_or_else(|error| panic!("{soql}: {error}")).size;
        assert!(rows > 0, "{name}");
    }
    // The WSDL of this org is that of the proxies.
    let drift = soap.client().drift();
    assert!(drift.is_empty(), "{drift}: {:?}", drift.differences());
}

#[tokio::test]
async fn relationships_are_derived_from_names() {
    let (_sandbox, soap) = start().await;
    let soql = "SELECT Id, Account.Name, Owner.Name FROM Contact WHERE AccountId != null";
    let contacts: Vec<Contact> = all(&soap, soql).await;
    assert!(!contacts.is_empty());
    for contact in &contacts {
        assert!(contact.account().unwrap().name().is_some());
    }
    let soql = "SELECT Id, (SELECT Id FROM Contacts) FROM Account";
    let accounts: Vec<Account> = all(&soap, soql).await;
    let children = accounts.iter().filter_map(|row| {
        let rows = row.contacts();
        rows.result().map(|rows| rows.size)
    });
    assert_eq!(
        children.sum::<i32>(),
        i32::try_from(contacts.len()).unwrap()
    );
}

#[tokio::test]
async fn rows_are_saved_and_changes_are_listed() {
    let (_sandbox, soap) = start().await;
    let new = Account::new().with_name("Own");
    let saved = soap.create(&[new]).await.unwrap().remove(0);
    assert!(saved.success, "{:?}", saved.errors);
    let id = saved.id.unwrap();
    let now = soap.get_server_timestamp().await.unwrap().timestamp;
    let hour = SignedDuration::from_hours(1);
    let (from, to) = (now - hour, now + hour);
    let updated = soap.get_updated("Account", from, to).await.unwrap();
    assert!(updated.ids.contains(&id), "{updated:?}");
}
