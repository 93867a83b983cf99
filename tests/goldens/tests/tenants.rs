//! Two tenants in one crate that share the types which are equal in both. `build.rs` says how they differ.

use std::any::TypeId;

use saponify::salesforce::Id;
use saponify::transport::testing::Scripted;
use saponify::{DifferenceKind, Retry, Session};
use saponify_goldens::{all, america, america_all, common, europe, europe_all};

/// What a program with two tenants wants to write once.
fn failed(results: &[common::SaveResult]) -> Vec<&str> {
    let errors = results.iter().flat_map(|result| &result.errors);
    errors.map(|error| error.message.as_str()).collect()
}

fn refused(message: &str) -> common::SaveResult {
    common::SaveResult {
        errors: vec![common::Error {
            message: message.to_owned(),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn session() -> Session {
    Session::new("https://tenant.example/services/Soap/c/64.0", "00D!x").unwrap()
}

#[tokio::test]
async fn one_function_takes_what_both_tenants_return() {
    let script = Scripted::new().returns::<europe::operations::Create>(vec![refused("in Europe")]);
    let soap = europe::Soap::builder()
        .transport(script)
        .session(session())
        .unwrap();
    let header = common::AllOrNoneHeader { all_or_none: true };
    let accounts = [europe::Account::new().with_name("A")];
    let europe = soap.create(&accounts).with(header.clone()).await.unwrap();

    let script =
        Scripted::new().returns::<america::operations::Create>(vec![refused("in America")]);
    let soap = america::Soap::builder()
        .transport(script)
        .session(session())
        .unwrap();
    let accounts = [america::Account::new().with_name("A")];
    let america = soap.create(&accounts).with(header).await.unwrap();

    assert_eq!(failed(&europe), ["in Europe"]);
    assert_eq!(failed(&america), ["in America"]);
}

#[test]
fn types_are_one_if_all_that_they_refer_to_is_equal() {
    fn are_one<A: 'static, B: 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    assert!(are_one::<europe::SaveResult, america::SaveResult>());
    assert!(are_one::<europe::StatusCode, common::StatusCode>());
    assert!(are_one::<
        europe::DescribeSObjectResult,
        common::DescribeSObjectResult,
    >());
    // They differ.
    assert!(!are_one::<
        europe::EmptyRecycleBinResult,
        america::EmptyRecycleBinResult,
    >());
    // Objects are shared only if that is asked for.
    assert!(!are_one::<europe::Account, america::Account>());
    assert!(are_one::<europe_all::Account, america_all::Account>());
    assert!(are_one::<europe_all::Account, all::Account>());
    assert!(!are_one::<europe_all::Invoice__c, america_all::Invoice__c>());
}

/// Which types a tenant has is known for each tenant, though the result of a query is shared.
#[tokio::test]
async fn a_type_that_only_the_other_tenant_has_is_drift() {
    let answer = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns='urn:enterprise.soap.sforce.com' xmlns:sf='urn:sobject.enterprise.soap.sforce.com' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body><queryResponse><result>\
         <done>true</done><queryLocator xsi:nil='true'/>\
         <records xsi:type='sf:Rocket__c'><sf:Id>a00000000000001AAA</sf:Id></records>\
         <records xsi:type='sf:User'><sf:Id>005000000000001AAA</sf:Id></records>\
         <size>2</size></result></queryResponse></e:Body></e:Envelope>";
    let script = Scripted::new().answer_with(200, "text/xml", answer);
    let builder = europe::Soap::builder()
        .transport(script)
        .retry(Retry::none());
    let soap = builder.session(session()).unwrap();
    let result: common::QueryResult = soap.query("SELECT Id FROM Rocket__c").await.unwrap();
    assert_eq!(result.size, 2);
    let drift = soap.client().drift();
    let found: Vec<_> = drift
        .differences()
        .iter()
        .map(|found| (found.kind, found.name.as_str()))
        .collect();
    assert_eq!(found, [(DifferenceKind::UnknownType, "Rocket__c")]);
}

#[test]
fn a_shared_object_goes_from_one_tenant_to_the_other() {
    let id: Id = "001000000000001AAA".parse().unwrap();
    let here = europe_all::Account::new().with_id(id).with_name("A");
    let there: america_all::Account = here;
    assert_eq!(there.name(), Some("A"));
    let json = serde_json::to_value(&there).unwrap();
    assert_eq!(json["Name"], "A");
}
