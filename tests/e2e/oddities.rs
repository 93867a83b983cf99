//! Unusual responses that a client must accept.

use saponify::salesforce::Id;
use saponify::{Presence, Record};
use saponify_sandbox::Quirks;

use crate::support::{Tenant, all, one, start};
use crate::tenant::{Account, Contact, Name, Task};

async fn odd(change: fn(&mut Quirks)) -> Tenant {
    let tenant = start().await;
    let mut quirks = Quirks::default();
    change(&mut quirks);
    tenant.sandbox.set_quirks(quirks);
    tenant
}

#[tokio::test]
async fn a_field_newer_than_the_wsdl_is_kept() {
    let tenant = odd(|quirks| quirks.unknown_elements = true).await;
    let rows: Vec<Account> = all(&tenant.soap, "SELECT Id, Name FROM Account LIMIT 3").await;
    for row in rows {
        assert!(row.name().is_some());
        let record: Record = row.into();
        assert!(record.text("Brand_New_Field__c").is_some(), "{record:?}");
    }
}

#[tokio::test]
async fn written_nulls_differ_from_what_was_not_selected() {
    let tenant = odd(|quirks| quirks.write_nil = true).await;
    let globex: Account = one(
        &tenant.soap,
        "SELECT Id, Name, AnnualRevenue FROM Account WHERE Legacy_Id__c = 'LEG-2'",
    )
    .await;
    assert_eq!(globex.presence(Account::ANNUAL_REVENUE), Presence::Null);
    assert_eq!(globex.annual_revenue(), None);
    assert_eq!(globex.presence(Account::RATING), Presence::Absent);
}

#[tokio::test]
async fn values_newer_than_the_wsdl_stay_what_they_are() {
    let tenant = odd(|quirks| quirks.unknown_enum_values = true).await;
    let described = tenant
        .soap
        .describe_s_object("Account")
        .await
        .unwrap()
        .unwrap();
    let unknown = |text: &str| {
        crate::tenant::FieldType::KNOWN
            .iter()
            .all(|t| t.as_str() != text)
    };
    let new: Vec<_> = described
        .fields
        .iter()
        .filter(|f| unknown(f.r#type.as_str()))
        .collect();
    assert!(!new.is_empty());
    let saved = tenant
        .soap
        .create(&[Contact::new().with_first_name("Only")])
        .await
        .unwrap();
    let code = &saved[0].errors[0].status_code;
    assert!(
        crate::tenant::StatusCode::KNOWN
            .iter()
            .all(|known| known != code),
        "{code}"
    );
    let error = tenant.soap.query("SELECT").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "BRAND_NEW_EXCEPTION_CODE");
}

#[tokio::test]
async fn polymorphic_parents_may_be_of_their_own_type() {
    let tenant = odd(|quirks| quirks.concrete_parents = true).await;
    let tasks: Vec<Task> = all(
        &tenant.soap,
        "SELECT What.Name FROM Task WHERE What.Type = 'Account'",
    )
    .await;
    assert!(!tasks.is_empty());
    for task in tasks {
        let what = task.what().unwrap();
        assert!(what.cast::<Account>().unwrap().name().is_some() && !what.is::<Name>());
    }
}

#[tokio::test]
async fn results_may_name_their_type() {
    let tenant = odd(|quirks| {
        quirks.typed_results = true;
        quirks.shuffle = true;
        quirks.unknown_elements = true;
        quirks.write_nil = true;
    })
    .await;
    let found = tenant
        .soap
        .query("SELECT Id, Name FROM Account LIMIT 5")
        .await
        .unwrap();
    assert!(found.done);
    assert_eq!((found.size, found.records.len()), (5, 5));
    let ids: Vec<Id> = found
        .records
        .iter()
        .map(|r| r.cast::<Account>().unwrap().id().unwrap())
        .collect();
    let rows = tenant
        .soap
        .retrieve("Id,Name", "Account", &ids)
        .await
        .unwrap();
    assert!(rows.iter().all(Option::is_some));
    let nested: Account = one(
        &tenant.soap,
        "SELECT Id, BillingAddress, (SELECT Id FROM Contacts) FROM Account WHERE Legacy_Id__c = 'LEG-1'",
    )
    .await;
    assert_eq!(
        nested.billing_address().unwrap().city.as_deref(),
        Some("Zürich")
    );
    assert!(nested.contacts().result().unwrap().size > 0);
}
