//! The requests that are sent: namespaces, order, types, and validity.

use saponify::{AnyValue, Record};

use crate::support::{one, peer, start, validator};
use crate::tenant::{Account, Contact, Invoice__c};

#[tokio::test]
async fn rows_name_their_type_and_keep_the_order_of_the_schema() {
    let tenant = start().await;
    let mut account = Account::new();
    account.set(Account::WEBSITE, "https://acme.example/?a=1&b=2");
    account.set(Account::NAME, "Order");
    account.set(Account::ANNUAL_REVENUE, 1e10);
    account.set_null(Account::RATING);
    account.set_null(Account::PHONE);
    tenant.soap.create(&[account]).await.unwrap();
    let body = tenant.requests.bodies("create").remove(0);
    let at = |text: &str| {
        body.find(text)
            .unwrap_or_else(|| panic!("no {text} in {body}"))
    };
    let order = [
        "fieldsToNull>",
        ":Id ",
        ":AnnualRevenue>",
        ":Name>",
        ":Website>",
    ]
    .map(at);
    assert!(order.is_sorted(), "{body}");
    assert!(body.contains("xsi:type=\"ens:Account\""), "{body}");
    assert!(body.contains("https://acme.example/?a=1&amp;b=2"), "{body}");
    assert_eq!(body.matches("fieldsToNull>").count(), 4, "{body}");
}

#[tokio::test]
async fn the_session_goes_in_the_header_and_login_has_none() {
    let tenant = start().await;
    tenant.soap.get_user_info().await.unwrap();
    let requests = tenant.requests.sent();
    assert!(!requests[0].body.contains("Header"), "{}", requests[0].body);
    assert_eq!(requests[1].body.matches("sessionId>").count(), 2);
}

#[tokio::test]
async fn rows_with_children_and_compounds_can_be_sent() {
    let tenant = start().await;
    let query = "SELECT Id, Name, BillingAddress, Owner.Name, (SELECT Id, LastName FROM Contacts) \
                 FROM Account WHERE Legacy_Id__c = 'LEG-1'";
    let account: Account = one(&tenant.soap, query).await;
    // The service refuses these fields, but the request must be valid by the schema.
    let _ = tenant.soap.update(&[account]).await;
    let body = tenant.requests.bodies("update").remove(0);
    assert!(
        body.contains("Hafenstraße 7\nHof 2") && body.contains("O'Connor"),
        "{body}"
    );
}

#[tokio::test]
async fn text_arrives_as_it_was() {
    let tenant = start().await;
    for text in [
        "  two  spaces  ",
        "a\r\nb\tc",
        "<![CDATA[x]]>",
        "&amp;",
        "\u{85}\u{2028}",
        "🦀",
    ] {
        let invoice = Invoice__c::new().with(Invoice__c::NOTES__C, text);
        tenant.soap.create(&[invoice]).await.unwrap();
    }
}

#[test]
fn the_validators_refuse_invalid_requests() {
    if !peer::present("lxml and xmlschema") {
        return;
    }
    assert!(validator::check("<a/>").is_err());
    let valid = "<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'><Body>\
        <t:create xmlns:t='urn:enterprise.soap.sforce.com' xmlns:e='urn:sobject.enterprise.soap.sforce.com' \
        xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><t:sObjects i:type='e:Account'>\
        <e:Id i:nil='true'/><e:Name>a</e:Name><e:Site>b</e:Site></t:sObjects></t:create></Body></Envelope>";
    assert_eq!(validator::check(valid), Ok(()));
    for (from, to) in [
        // An unknown field, another order, a wrong namespace, no Id, no type, an invalid value.
        ("<e:Name>a</e:Name>", "<e:Nome>a</e:Nome>"),
        (
            "<e:Name>a</e:Name><e:Site>b</e:Site>",
            "<e:Site>b</e:Site><e:Name>a</e:Name>",
        ),
        ("<e:Name>a</e:Name>", "<t:Name>a</t:Name>"),
        ("<e:Id i:nil='true'/>", ""),
        (" i:type='e:Account'", ""),
        (
            "<e:Site>b</e:Site>",
            "<e:SystemModstamp>today</e:SystemModstamp>",
        ),
        ("<Body>", "<Header/><Header/><Body>"),
        ("<t:create xmlns", "stray<t:create xmlns"),
    ] {
        let wrong = valid.replace(from, to);
        assert_ne!(wrong, valid, "{from}");
        assert!(validator::check(&wrong).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn values_of_any_type_and_unknown_types_can_be_sent() {
    let tenant = start().await;
    let mut history = crate::tenant::AccountHistory::new();
    history.set(
        crate::tenant::AccountHistory::NEW_VALUE,
        AnyValue::text("new"),
    );
    let _ = tenant.soap.create(&[history]).await;
    let contact: Record = Contact::new().with_last_name("Plain").into();
    assert!(tenant.soap.create(&[contact]).await.unwrap()[0].success);
}
