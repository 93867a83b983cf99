//! Describes, retrieves and small calls.

use jiff::{SignedDuration, Timestamp};
use saponify::salesforce::Id;
use saponify::{AnyValue, Record};

use crate::support::{USER, all, start, start_with};
use crate::tenant::{
    Account, Contact, FieldType, Invoice__c, LimitInfoHeader, LocaleOptions, SoapType,
};

#[tokio::test]
async fn the_description_of_an_object_agrees_with_its_type() {
    let tenant = start().await;
    let invoice = tenant
        .soap
        .describe_s_object("Invoice__c")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (invoice.name.as_str(), invoice.key_prefix.as_deref()),
        ("Invoice__c", Some("a00"))
    );
    assert!(invoice.custom && invoice.createable && invoice.queryable);
    let table = Record::from(Invoice__c::new()).table();
    for field in &invoice.fields {
        assert!(
            table.find(&field.name).is_some(),
            "{} is not in the WSDL",
            field.name
        );
        assert_ne!(field.r#type.as_str(), "", "{}", field.name);
        assert_ne!(field.soap_type.as_str(), "", "{}", field.name);
    }
    let field = |name: &str| {
        invoice
            .fields
            .iter()
            .find(|field| field.name == name)
            .unwrap()
    };
    assert_eq!(field("Id").soap_type, SoapType::TnsId);
    assert_eq!(field("Amount__c").r#type, FieldType::Currency);
    assert_eq!(field("Account__c").reference_to, ["Account"]);
    assert!(
        field("Status__c")
            .picklist_values
            .iter()
            .any(|value| value.value == "Paid")
    );
    let lines = invoice.child_relationships.iter();
    assert!(
        lines
            .filter(|child| child.relationship_name.as_deref() == Some("Lines__r"))
            .count()
            == 1
    );
    let default: Option<&AnyValue> = field("Status__c").default_value.as_ref();
    assert!(default.is_none_or(|value| value.as_str().is_some() || value.is_nil()));
}

#[tokio::test]
async fn several_descriptions_come_in_the_order_asked_for() {
    let tenant = start().await;
    let names = ["Contact", "Account", "Task"];
    let described = tenant.soap.describe_s_objects(&names).await.unwrap();
    assert_eq!(
        described
            .iter()
            .map(|object| object.as_ref().unwrap().name.as_str())
            .collect::<Vec<_>>(),
        names
    );
    let german = LocaleOptions {
        language: Some("de".into()),
        localize_errors: Some(false),
    };
    assert_eq!(
        tenant
            .soap
            .describe_s_objects(&names)
            .with(german)
            .await
            .unwrap()
            .len(),
        3
    );
    let error = tenant.soap.describe_s_object("Nope").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_TYPE");
    assert_eq!(
        error.fault().unwrap().detail_type(),
        Some("InvalidSObjectFault")
    );
}

#[tokio::test]
async fn the_list_of_objects_is_whole() {
    let tenant = start().await;
    let global = tenant.soap.describe_global().await.unwrap();
    assert_eq!(
        global.sobjects.len(),
        tenant.sandbox.org().object_names().count()
    );
    assert_eq!(global.encoding.as_deref(), Some("UTF-8"));
    assert!(
        global
            .sobjects
            .iter()
            .any(|object| object.name == "Whitelisted_Zipcodes__c")
    );
}

#[tokio::test]
async fn retrieve_keeps_a_slot_for_each_id() {
    let tenant = start().await;
    let rows: Vec<Account> = all(&tenant.soap, "SELECT Id, Name FROM Account LIMIT 2").await;
    let [first, second] = [&rows[0], &rows[1]].map(|row| row.id().unwrap());
    let nobody: Id = "0015e00000zzzzz".parse().unwrap();
    let ids = [second, nobody, first];
    let found = tenant
        .soap
        .retrieve("Id, Name", "Account", ids)
        .await
        .unwrap();
    let found: Vec<Option<Account>> = found
        .iter()
        .map(|slot| slot.as_ref().map(|row| row.cast().unwrap()))
        .collect();
    assert_eq!(found.len(), 3);
    assert!(found[1].is_none());
    let name = |row: &Option<Account>| row.as_ref().and_then(|row| row.name().map(str::to_owned));
    assert_eq!(name(&found[0]).as_deref(), rows[1].name());
    assert_eq!(name(&found[2]).as_deref(), rows[0].name());
    let error = tenant
        .soap
        .retrieve("Nope", "Account", ids)
        .await
        .unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_FIELD");
}

#[tokio::test]
async fn the_caller_learns_who_it_is_and_what_time_it_is() {
    let tenant = start().await;
    let me = tenant.soap.get_user_info().await.unwrap();
    assert_eq!(
        (me.user_name.as_str(), me.organization_name.as_str()),
        (USER.0, "Acme Instruments")
    );
    let session = tenant.soap.client().session();
    assert_eq!(session.user_id(), Some(me.user_id));
    assert_eq!(session.organization_id(), Some(me.organization_id));
    assert!(me.role_id.is_none() && me.currency_symbol.is_some());
    let first = tenant.soap.get_server_timestamp().await.unwrap().timestamp;
    let second = tenant.soap.get_server_timestamp().await.unwrap().timestamp;
    assert!(Timestamp::UNIX_EPOCH < first && first <= second);
}

#[tokio::test]
async fn changes_are_listed_by_time() {
    let tenant = start().await;
    let now = tenant.soap.get_server_timestamp().await.unwrap().timestamp;
    let saved = tenant
        .soap
        .create(&[Contact::new().with_last_name("Fresh")])
        .await
        .unwrap();
    let id = saved[0].id.unwrap();
    let (from, to) = (
        now - SignedDuration::from_hours(1),
        now + SignedDuration::from_hours(1),
    );
    let updated = tenant.soap.get_updated("Contact", from, to).await.unwrap();
    assert!(updated.ids.contains(&id), "{updated:?}");
    tenant.soap.delete([id]).await.unwrap();
    let deleted = tenant.soap.get_deleted("Contact", from, to).await.unwrap();
    assert!(
        deleted.deleted_records.iter().any(|row| row.id == id),
        "{deleted:?}"
    );
}

#[tokio::test]
async fn usage_of_the_day_is_known_after_each_call() {
    let tenant = start().await;
    let client = tenant.soap.client().clone();
    // The response to login does not report the usage.
    assert!(client.limit_info().is_none());
    tenant.sandbox.set_daily_limit(100, 15_000);
    let reply = tenant.soap.get_server_timestamp().reply().await.unwrap();
    let header: LimitInfoHeader = reply.header().unwrap().unwrap();
    assert_eq!(
        (header.limit_info[0].current, header.limit_info[0].limit),
        (101, 15_000)
    );
    let usage = client.limit_info().unwrap();
    assert_eq!((usage.current, usage.limit), (101, 15_000));
    // Streams report the usage, too.
    all::<Account>(&tenant.soap, "SELECT Id FROM Account LIMIT 1").await;
    assert_eq!(client.limit_info().unwrap().current, 102);
}

#[tokio::test]
async fn calls_beyond_the_daily_limit_fail() {
    let tenant = start().await;
    tenant.sandbox.set_daily_limit(14_999, 15_000);
    tenant.soap.get_server_timestamp().await.unwrap();
    let error = tenant.soap.get_server_timestamp().await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "REQUEST_LIMIT_EXCEEDED");
    // The limit lasts for hours, so a retry does not help. (It does after too many calls at once.)
    assert!(!error.is_transient());
}

#[tokio::test]
async fn passwords_change_and_sessions_end() {
    let tenant = start_with(crate::support::org()).await;
    let error = tenant
        .soap
        .change_own_password("not it", "brand-new-one")
        .await
        .unwrap_err();
    assert_eq!(
        error.fault().unwrap().detail_type(),
        Some("InvalidOldPasswordFault")
    );
    let error = tenant
        .soap
        .change_own_password(USER.1, "short")
        .await
        .unwrap_err();
    assert_eq!(
        error.fault().unwrap().detail_type(),
        Some("InvalidNewPasswordFault")
    );
    tenant
        .soap
        .change_own_password(USER.1, "brand-new-one")
        .await
        .unwrap();
    let me = tenant.soap.client().session().user_id().unwrap();
    tenant
        .soap
        .set_password(me, "even-newer-one")
        .await
        .unwrap();
    let reset = tenant.soap.reset_password(me).await.unwrap();
    assert!(!reset.password.is_empty());
    let ended = tenant
        .soap
        .invalidate_sessions(&["nobody's"])
        .await
        .unwrap();
    assert!(!ended[0].success);
}
