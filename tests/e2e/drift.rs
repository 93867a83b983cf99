//! Drift: what a client notices of a service that is newer than its proxies, or that does not follow
//! its WSDL.

use saponify::transport::testing::Scripted;
use saponify::{Difference, DifferenceKind as Kind, Drift, Retry, Session};
use saponify_sandbox::Quirks;

use crate::support::{Tenant, all, start};
use crate::tenant::{Account, Contact, Soap, Task};

/// What was found, as `kind object.name`.
fn found(drift: &Drift) -> Vec<String> {
    let shown = |difference: &Difference| {
        format!(
            "{} {}.{}",
            difference.kind, difference.object, difference.name
        )
    };
    drift.differences().iter().map(shown).collect()
}

async fn odd(change: fn(&mut Quirks)) -> Tenant {
    let tenant = start().await;
    let mut quirks = Quirks::default();
    change(&mut quirks);
    tenant.sandbox.set_quirks(quirks);
    tenant
}

/// A client of a service that answers each call with this result of a query.
fn scripted(version: &str, rows: &str) -> Soap {
    let endpoint = format!("https://tenant.example/services/Soap/c/{version}");
    let body = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body><queryResponse><result>\
         <done>true</done><queryLocator xsi:nil='true'/>{rows}<size>1</size></result>\
         </queryResponse></e:Body></e:Envelope>"
    );
    Soap::builder()
        .transport(Scripted::new().answer_with(200, "text/xml", body))
        .retry(Retry::none())
        .session(Session::new(&endpoint, "00D!x").unwrap())
        .unwrap()
}

#[tokio::test]
async fn what_the_wsdl_describes_is_no_drift() {
    let tenant = start().await;
    let soap = &tenant.soap;
    for soql in [
        "SELECT Id, Name, Owner.Name, (SELECT Id, LastName FROM Contacts) FROM Account",
        "SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry",
        "SELECT COUNT() FROM Contact",
    ] {
        // No type is named, so each row is read as the base of all objects.
        soap.query(soql).await.unwrap();
    }
    let _: Vec<Task> = all(soap, "SELECT Id, Who.Name, What.Name FROM Task").await;
    soap.describe_s_object("Account").await.unwrap();
    soap.create(&[Contact::new()]).await.unwrap();
    soap.query("SELECT").await.unwrap_err();
    let drift = soap.client().drift();
    assert!(drift.is_empty(), "{drift}: {:?}", found(&drift));
    assert_eq!(drift.service, "SforceService.Soap");
    assert_eq!(drift.api_version, "64.0");
}

#[tokio::test]
async fn a_new_field_is_counted_for_each_row_and_named_once() {
    let tenant = odd(|quirks| quirks.unknown_elements = true).await;
    let rows: Vec<Account> = all(&tenant.soap, "SELECT Id, Name FROM Account LIMIT 3").await;
    let drift = tenant.soap.client().drift();
    let found = drift
        .differences()
        .iter()
        .find(|found| found.kind == Kind::UnknownField)
        .unwrap();
    assert_eq!(found.object, "Account");
    assert_eq!(found.name, "Brand_New_Field__c");
    assert_eq!(found.operation, "query");
    assert_eq!(found.count, rows.len() as u64);
    assert_eq!(drift.unlisted(), 0);
}

#[tokio::test]
async fn new_values_of_enumerations_are_named_and_fields_of_rows_are_not_shown() {
    let tenant = odd(|quirks| quirks.unknown_enum_values = true).await;
    let contact = Contact::new().with_first_name("Only");
    let saved = tenant.soap.create(&[contact]).await.unwrap();
    let code = saved[0].errors[0].status_code.as_str();
    let drift = tenant.soap.client().drift();
    assert_eq!(found(&drift), ["unknown_value Error.statusCode"]);
    assert_eq!(drift.differences()[0].value, code);
    assert_eq!(Drift::from_json(&drift.to_json()).unwrap(), drift);
}

#[tokio::test]
async fn a_type_of_no_proxy_is_drift_and_a_type_that_is_not_linked_is_none() {
    let rows = "<records xsi:type='sf:Rocket__c'><sf:Id>a00000000000001AAA</sf:Id>\
                <sf:Thrust__c>7</sf:Thrust__c></records>\
                <records xsi:type='sf:Invoice__c'><sf:Id>a00000000000001AAA</sf:Id>\
                <sf:Amount__c>7</sf:Amount__c></records>";
    let soap = scripted("64.0", rows);
    soap.query("SELECT Id FROM Rocket__c").await.unwrap();
    let drift = soap.client().drift();
    assert_eq!(found(&drift), ["unknown_type sObject.Rocket__c"]);
    assert_eq!(drift.unknown_types, 1);
}

#[tokio::test]
async fn calls_at_another_api_version_are_drift() {
    let soap = scripted("60.0", "");
    soap.query("SELECT Id FROM Account").await.unwrap();
    soap.query("SELECT Id FROM Account").await.unwrap_err();
    let drift = soap.client().drift();
    assert_eq!(found(&drift), ["other_version .60.0"]);
    assert_eq!(drift.other_versions, 2);
}
