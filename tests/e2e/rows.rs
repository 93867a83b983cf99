//! Writing rows: stored values, rows that are refused, and calls that fail.

use std::slice::from_ref;

use jiff::civil::{date, time};
use saponify::salesforce::{Credentials, Id};
use saponify::{Binary, Presence, Record};

use crate::support::{USER, count, https, login, one, start};
use crate::tenant::{
    Account, AllOrNoneHeader, AllowFieldTruncationHeader, Attachment, Contact, DuplicateError,
    DuplicateRuleHeader, Invoice__c, LocaleOptions, SaveResult,
};

fn codes(results: &[SaveResult]) -> Vec<&str> {
    let errors = results.iter().filter_map(|result| result.errors.first());
    errors.map(|error| error.status_code.as_str()).collect()
}

fn created(results: &[SaveResult]) -> Vec<Id> {
    assert!(results.iter().all(|result| result.success), "{results:?}");
    results.iter().filter_map(|result| result.id).collect()
}

#[tokio::test]
async fn values_come_back_as_they_were_written() {
    let tenant = start().await;
    let notes = "a & b <c> ]]> \"d\" 'e'\nf\tg\r\nh\ri 株式会社 🦀";
    let invoice = Invoice__c::new()
        .with(Invoice__c::AMOUNT__C, 1.5e3)
        .with(Invoice__c::APPROVED__C, true)
        .with(Invoice__c::BARCODE__C, -9_007_199_254_740_993_i64)
        .with(Invoice__c::CURRENCY_RATE__C, 0.1 + 0.2)
        .with(Invoice__c::DUE_DATE__C, date(2024, 2, 29))
        .with(Invoice__c::LEGACY_ID__C, "NEW-1")
        .with(Invoice__c::NOTES__C, notes)
        .with(
            Invoice__c::PAID_AT__C,
            "2026-01-01T01:00:00.25+01:00"
                .parse::<jiff::Timestamp>()
                .unwrap(),
        )
        .with(Invoice__c::PICKUP_TIME__C, time(23, 59, 59, 0))
        .with(Invoice__c::STATUS__C, "Sent");
    let id = created(&tenant.soap.create(from_ref(&invoice)).await.unwrap())[0];
    let stored: Invoice__c = one(
        &tenant.soap,
        &format!(
            "SELECT Amount__c, Approved__c, Barcode__c, Currency_Rate__c, Due_Date__c, Legacy_Id__c, \
             Notes__c, Paid_At__c, Pickup_Time__c, Status__c FROM Invoice__c WHERE Id = '{id}'"
        ),
    )
    .await;
    macro_rules! same {
        ($($key:ident),*) => {
            $(assert_eq!(stored.get(Invoice__c::$key), invoice.get(Invoice__c::$key), stringify!($key));)*
        };
    }
    same!(
        AMOUNT__C,
        APPROVED__C,
        BARCODE__C,
        DUE_DATE__C,
        LEGACY_ID__C,
        NOTES__C,
        PAID_AT__C
    );
    same!(PICKUP_TIME__C, STATUS__C, CURRENCY_RATE__C);
}

#[tokio::test]
async fn bytes_come_back_as_they_were_written() {
    let tenant = start().await;
    let bytes = Binary((0..=255).cycle().take(100_000).collect());
    let account: Account = one(
        &tenant.soap,
        "SELECT Id FROM Account WHERE Legacy_Id__c = 'LEG-1'",
    )
    .await;
    let attachment = Attachment::new()
        .with_name("all bytes")
        .with_parent_id(account.id().unwrap())
        .with(Attachment::BODY, &*bytes);
    let id = created(&tenant.soap.create(&[attachment]).await.unwrap())[0];
    let stored: Attachment = one(
        &tenant.soap,
        &format!("SELECT Body FROM Attachment WHERE Id = '{id}'"),
    )
    .await;
    assert!(stored.get(Attachment::BODY).unwrap() == bytes.0);
}

#[tokio::test]
async fn rows_of_several_types_go_in_one_call() {
    let tenant = start().await;
    let account: Record = Account::new()
        .with_name("Mixed")
        .with(Account::LEGACY_ID__C, "MIX")
        .into();
    let parent = Account::new().with(Account::LEGACY_ID__C, "MIX");
    let contact: Record = Contact::new()
        .with_last_name("Mixed")
        .with_account(parent)
        .into();
    let ids = created(&tenant.soap.create(&[account, contact]).await.unwrap());
    assert_eq!((ids[0].key_prefix(), ids[1].key_prefix()), ("001", "003"));
    let stored: Contact = one(
        &tenant.soap,
        "SELECT AccountId FROM Contact WHERE LastName = 'Mixed'",
    )
    .await;
    assert_eq!(stored.account_id(), Some(ids[0]));
}

#[tokio::test]
async fn each_row_has_its_own_outcome() {
    let tenant = start().await;
    let named = |name: &str| Contact::new().with_last_name(name);
    let rows = [
        named("Fine"),
        Contact::new().with_first_name("Only"),
        named(&"x".repeat(81)),
        named("Twin").with_email("jamie@acme.example"),
        named("Again").with(Contact::LEGACY_ID__C, "CON-1"),
        named("Too"),
    ];
    let saved = tenant.soap.create(&rows).await.unwrap();
    let outcome: Vec<bool> = saved.iter().map(|result| result.success).collect();
    assert_eq!(outcome, [true, false, false, false, false, true]);
    assert_eq!(
        codes(&saved),
        [
            "REQUIRED_FIELD_MISSING",
            "STRING_TOO_LONG",
            "DUPLICATES_DETECTED",
            "DUPLICATE_VALUE"
        ]
    );
    assert!(saved[1].id.is_none());
    assert_eq!(saved[1].errors[0].fields, ["LastName"]);
    assert!(!saved[1].errors[0].message.is_empty());
    // The derived type of the error is decoded without a setting.
    let duplicate = saved[3].errors[0]
        .derived
        .downcast_ref::<DuplicateError>()
        .unwrap();
    let found = &duplicate.duplicate_result.match_results[0].match_records[0].record;
    assert!(found.is::<Contact>(), "{found:?}");
    assert!(saved[1].errors[0].derived.is_none());
}

#[tokio::test]
async fn all_or_none_stores_none() {
    let tenant = start().await;
    let rows = [
        Contact::new().with_last_name("Good"),
        Contact::new().with_first_name("Bad"),
    ];
    let header = AllOrNoneHeader { all_or_none: true };
    let saved = tenant.soap.create(&rows).with(header).await.unwrap();
    assert_eq!(
        codes(&saved),
        [
            "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "REQUIRED_FIELD_MISSING"
        ]
    );
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName = 'Good'").await,
        0
    );
    // The header applied to that call only.
    let saved = tenant.soap.create(&rows).await.unwrap();
    assert!(saved[0].success && !saved[1].success);
}

#[tokio::test]
async fn headers_change_what_one_call_does() {
    let tenant = start().await;
    let long = Contact::new().with_last_name("x".repeat(81));
    let truncate = AllowFieldTruncationHeader {
        allow_field_truncation: true,
    };
    created(&tenant.soap.create(&[long]).with(truncate).await.unwrap());
    let twin = Contact::new()
        .with_last_name("Twin")
        .with_email("jamie@acme.example");
    let save = DuplicateRuleHeader {
        allow_save: true,
        include_record_details: false,
        run_as_current_user: true,
    };
    created(&tenant.soap.create(&[twin]).with(save).await.unwrap());
}

#[tokio::test]
async fn null_clears_and_absent_leaves_alone() {
    let tenant = start().await;
    let query = "SELECT Id, Email, Birthdate, FirstName FROM Contact WHERE Legacy_Id__c = 'CON-1'";
    let before: Contact = one(&tenant.soap, query).await;
    assert!(before.birthdate().is_some());
    let mut change = Contact::new()
        .with_id(before.id().unwrap())
        .with_first_name("Jo");
    change.set_null(Contact::BIRTHDATE);
    assert_eq!(change.presence(Contact::BIRTHDATE), Presence::Null);
    assert_eq!(change.presence(Contact::EMAIL), Presence::Absent);
    created(&tenant.soap.update(&[change]).await.unwrap());
    let after: Contact = one(&tenant.soap, query).await;
    assert_eq!((after.first_name(), after.birthdate()), (Some("Jo"), None));
    assert_eq!(after.email(), before.email());
    let body = tenant.requests.bodies("update").remove(0);
    assert!(body.contains("fieldsToNull>Birthdate<"), "{body}");
}

#[tokio::test]
async fn a_row_that_was_read_can_be_written_back() {
    let tenant = start().await;
    let query = "SELECT Id, Name, Rating FROM Account WHERE Legacy_Id__c = 'LEG-2'";
    let mut account: Account = one(&tenant.soap, query).await;
    account.set(Account::RATING, "Hot");
    created(&tenant.soap.update(&[account]).await.unwrap());
    let account: Account = one(&tenant.soap, query).await;
    assert_eq!(
        (account.name(), account.rating()),
        (Some("Globex 株式会社"), Some("Hot"))
    );
}

#[tokio::test]
async fn upsert_tells_what_it_created() {
    let tenant = start().await;
    let rows = ["First", "Second"].map(|name| {
        Account::new()
            .with_name(name)
            .with(Account::LEGACY_ID__C, "UP-1")
    });
    let key = Account::LEGACY_ID__C.name();
    let first = tenant.soap.upsert(key, &rows[..1]).await.unwrap();
    assert!(first[0].created && first[0].success, "{first:?}");
    let second = tenant.soap.upsert(key, &rows[1..]).await.unwrap();
    assert!(!second[0].created && second[0].success, "{second:?}");
    assert_eq!(first[0].id, second[0].id);
    let stored: Account = one(
        &tenant.soap,
        "SELECT Name FROM Account WHERE Legacy_Id__c = 'UP-1'",
    )
    .await;
    assert_eq!(stored.name(), Some("Second"));
    let error = tenant.soap.upsert("Name", &rows).await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_FIELD");
}

#[tokio::test]
async fn deleted_rows_are_restored_or_purged() {
    let tenant = start().await;
    let ids = created(
        &tenant
            .soap
            .create(&[Contact::new().with_last_name("Ghost")])
            .await
            .unwrap(),
    );
    assert!(tenant.soap.delete(&ids).await.unwrap()[0].success);
    let again = tenant.soap.delete(&ids).await.unwrap();
    assert_eq!(again[0].errors[0].status_code.as_str(), "ENTITY_IS_DELETED");
    assert!(tenant.soap.undelete(&ids).await.unwrap()[0].success);
    assert_eq!(
        count(&tenant.soap, "Contact WHERE LastName = 'Ghost'").await,
        1
    );
    let refused = tenant.soap.undelete(&ids).await.unwrap();
    assert!(!refused[0].success && !refused[0].errors.is_empty());
    tenant.soap.delete(&ids).await.unwrap();
    assert!(tenant.soap.empty_recycle_bin(&ids).await.unwrap()[0].success);
    assert!(!tenant.soap.undelete(&ids).await.unwrap()[0].success);
}

#[tokio::test]
async fn an_invalid_call_fails_as_a_whole() {
    let tenant = start().await;
    let many = vec![Contact::new().with_last_name("A"); 201];
    let error = tenant.soap.create(&many).await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "EXCEEDED_ID_LIMIT");
    // No schema declares this type, so this client has no validators.
    let credentials = Credentials::new(USER.0, USER.1);
    let soap = login(&tenant.sandbox, https(&tenant.sandbox), credentials)
        .await
        .unwrap();
    let table = Record::from(Account::new()).table();
    let unknown = Record::of_type(table, table.namespace(), "Nope");
    let error = soap.create(&[unknown]).await.unwrap_err();
    assert_eq!(error.fault().unwrap().code(), "INVALID_TYPE");
    // The service responded with a fault, so it is certain that nothing was applied.
    assert!(!error.maybe_applied());
    assert!(
        tenant
            .soap
            .create(&[] as &[Account])
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn text_that_xml_cannot_hold_is_not_sent() {
    let tenant = start().await;
    let soap = &tenant.soap;
    let asked = || tenant.sandbox.stats().calls("create") + tenant.sandbox.stats().calls("query");
    let before = asked();
    let good = [Contact::new().with_last_name("Good")];
    for bad in ["a\u{0}b", "a\u{b}b", "a\u{fffe}b", "a\u{1f}b"] {
        let row = Contact::new().with_last_name(bad);
        let parent = Account::new().with(Account::LEGACY_ID__C, bad);
        let below = Contact::new().with_account(parent);
        let mut newer: Record = Contact::new().into();
        newer.set_text("Brand_New__c", bad).unwrap();
        let options = LocaleOptions {
            language: Some(bad.into()),
            localize_errors: None,
        };
        for (error, at) in [
            (soap.create(&[row]).await.unwrap_err(), "sObjects/LastName"),
            (
                soap.create(&[below]).await.unwrap_err(),
                "sObjects/Account/Legacy_Id__c",
            ),
            (
                soap.create(&[newer]).await.unwrap_err(),
                "sObjects/Brand_New__c",
            ),
            (
                soap.create(&good).with(options).await.unwrap_err(),
                "LocaleOptions/language",
            ),
            (soap.query(bad).await.unwrap_err(), "queryString"),
            (
                soap.records::<Contact>(bad).try_next().await.unwrap_err(),
                "queryString",
            ),
        ] {
            assert!(error.is_encode() && !error.maybe_applied(), "{error}");
            assert_eq!(error.path(), at);
            assert!(!error.to_string().contains(bad), "{error}");
        }
    }
    assert_eq!(asked(), before);
}
