//! Fields by wire names, refused rows as one error, and small conveniences of public types.
#![forbid(unsafe_code)]

#[path = "shape/mod.rs"]
#[allow(dead_code, unreachable_pub, unused_imports)]
mod shape;

use std::collections::HashSet;

use saponify::salesforce::{Id, RowResults as _};
use saponify::{Binary, Endpoint, Error, Fault, Presence, View as _};
use shape::Account;
use shape::types::{Error as RowError, SaveResult, StatusCode};

#[test]
fn records_are_read_by_name_or_by_key() {
    let record = Account::new().with_name("Acme").into_record();
    assert_eq!(record.get("Name"), Some("Acme"));
    assert_eq!(record.get(Account::NAME), Some("Acme"));
    assert_eq!(record.get("Industry"), None);
}

#[test]
fn fields_are_set_by_name_whether_the_table_knows_them_or_not() {
    let id: Id = "001D000000IRFmaIAH".parse().unwrap();
    let mut account = Account::new();
    account.set_by_name("Name", format!("Acme {}", 1)).unwrap();
    account.set_by_name("AnnualRevenue", 1.5).unwrap();
    account.set_by_name("Type", None::<&str>).unwrap();
    account
        .set_by_name("Legacy_Id__c", "A-17")
        .and_then(|account| account.set_by_name("Sites__c", 12))
        .and_then(|account| account.set_by_name("Parent__c", Some(id)))
        .unwrap();
    assert_eq!(account.get(Account::NAME), Some("Acme 1"));
    assert_eq!(account.get(Account::ANNUAL_REVENUE), Some(1.5));
    assert_eq!(account.presence(Account::TYPE), Presence::Null);
    let record = account.as_record();
    assert_eq!(record.get("Legacy_Id__c"), Some("A-17"));
    assert_eq!(record.get("Sites__c"), Some("12"));
    assert_eq!(record.get("Parent__c"), Some(id.as_str()));
}

#[test]
fn a_value_that_does_not_fit_is_refused_without_being_shown() {
    let mut account = Account::new();
    let error = account.set_by_name("AnnualRevenue", "canary").unwrap_err();
    assert!(
        error.is_usage() && error.path() == "AnnualRevenue",
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert!(Error::from(error).is_usage());
    assert!(account.set_by_name("no name", 1).is_err());
}

fn saved(reason: Option<StatusCode>) -> SaveResult {
    let errors = reason.map(|status_code| RowError {
        fields: vec!["Name".to_owned()],
        message: "canary".to_owned(),
        status_code,
        ..RowError::default()
    });
    SaveResult {
        success: errors.is_none(),
        errors: errors.into_iter().collect(),
        id: None,
    }
}

#[test]
fn refused_rows_are_one_error_that_names_rows_and_reasons() {
    assert_eq!(vec![saved(None); 2].all_ok().unwrap().len(), 2);
    let mut results = vec![saved(None); 10];
    results[3] = saved(Some(StatusCode::AlreadyWatered));
    let error = results.clone().all_ok().unwrap_err();
    let expected = "the service refused 1 of 10 rows: row 3: ALREADY_WATERED (Name)";
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.refused().map(|(n, _)| n).collect::<Vec<_>>(), [3]);
    assert!(!format!("{error:?}").contains("canary"));
    let error = Error::from(error);
    assert!(error.is_refused() && !error.maybe_applied(), "{error:?}");
    assert_eq!(error.to_string(), expected);

    results.fill(saved(Some(StatusCode::BedNotFound)));
    let error = results.all_ok().unwrap_err();
    let text = error.to_string();
    assert!(
        text.ends_with("row 4: BED_NOT_FOUND (Name); and 5 more"),
        "{text}"
    );
    assert_eq!(error.into_results().len(), 10);
}

#[test]
fn keys_are_equal_if_they_name_the_same_field() {
    let keys = HashSet::from([Account::NAME, Account::TYPE, Account::NAME]);
    assert_eq!(keys.len(), 2);
    assert_ne!(Account::NAME, Account::TYPE);
}

#[test]
fn standard_traits() {
    fn is_error<E: std::error::Error>() {}
    is_error::<Fault>();
    let endpoint: Endpoint = "https://soap.example/a".parse().unwrap();
    assert_eq!(endpoint.path(), "/a");
    assert!("http://soap.example/".parse::<Endpoint>().is_err());
    assert_eq!(Binary::from(&b"ab"[..]).as_ref(), b"ab");
}
