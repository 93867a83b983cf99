//! Generated code from the point of view of its user.

use saponify::Presence;
use saponify_goldens::{names, select, shapes, tenant};
use tenant::{Account, AccountHistory, Attachment, DuplicateError, Error, StatusCode};

#[test]
fn views_read_and_write_by_key_and_by_method() {
    let account = Account::new()
        .with_name("Acme")
        .with_annual_revenue(1e6)
        .with_type("Customer");
    assert_eq!(account.name(), Some("Acme"));
    assert_eq!(account.get(Account::ANNUAL_REVENUE), Some(1e6));
    assert_eq!(account.r#type(), Some("Customer"));
    assert_eq!(account.quiet_hours__c(), None);
    assert_eq!(Account::QUIETHOURS__C.name(), "QuietHours__c");
    assert_eq!(Account::QUIET_HOURS__C.name(), "Quiet_hours__c");
    assert_eq!(Account::GAR__BEDSPLANTED__C.name(), "gar__BedsPlanted__c");

    let parent = Account::new().with_parent(account.clone());
    assert_eq!(parent.parent().and_then(Account::name), Some("Acme"));
    let address = tenant::types::Address {
        city: Some("Bern".to_owned()),
        ..Default::default()
    };
    let located = Account::new().with_billing_address(address);
    assert_eq!(
        located.billing_address().and_then(|a| a.city.as_deref()),
        Some("Bern")
    );

    let mut history = AccountHistory::new();
    history
        .set(AccountHistory::FIELD, "Name")
        .set_null(AccountHistory::ACCOUNT);
    assert_eq!(history.field(), Some("Name"));
    assert_eq!(history.account(), None);
}

#[test]
fn setters_take_what_a_program_has() {
    let row = Account::new()
        .with_name(format!("Acme {}", 7))
        .with_type(Some("Customer"))
        .with_legacy_id__c(None::<String>)
        .with_annual_revenue(5)
        .with_number_of_employees(Some(12))
        .with_owner_id(None::<saponify::generated::Id>);
    assert_eq!(row.name(), Some("Acme 7"));
    assert_eq!(row.r#type(), Some("Customer"));
    assert_eq!(row.annual_revenue(), Some(5.0));
    assert_eq!(row.number_of_employees(), Some(12));
    assert_eq!(row.presence(Account::LEGACY_ID__C), Presence::Null);
    assert_eq!(row.presence(Account::OWNER_ID), Presence::Null);
    assert_eq!(row.presence(Account::PARENT), Presence::Absent);

    for body in [
        Attachment::new().with_body(vec![1, 2]),
        Attachment::new().with_body(b"\x01\x02"),
        Attachment::new().with_body(&[1, 2][..]),
        Attachment::new().with_body(Some(vec![1, 2])),
    ] {
        assert_eq!(body.body(), Some(vec![1, 2]));
    }
}

#[test]
fn derived_values_stand_for_their_base() {
    let duplicate = DuplicateError {
        message: "twice".to_owned(),
        status_code: StatusCode::AlreadyWatered,
        rule: "one is enough".to_owned(),
        ..DuplicateError::default()
    };
    let base = Error::from(duplicate);
    assert_eq!(base.message, "twice");
    assert_eq!(base.status_code.as_str(), "ALREADY_WATERED");
    assert_eq!(StatusCode::from("NEW_ONE").as_str(), "NEW_ONE");
    assert_eq!(StatusCode::Other_.as_str(), "Other");
}

#[test]
fn names_that_clash_with_methods_and_keywords_work() {
    let view = names::sobjects::Methods::new()
        .with_get("x")
        .with_with_name("y")
        .with_name_("z");
    assert_eq!(
        (view.get_(), view.with_name(), view.name()),
        (Some("x"), Some("y"), Some("z"))
    );
    let words = names::Keywords {
        r#type: 1,
        self_: 2,
        r#gen: 3,
        ..Default::default()
    };
    assert_eq!(words.r#type + words.self_ + words.r#gen, 6);
    assert_eq!(names::Values::Empty.as_str(), "");
    let boxed = names::Box {
        inner: Some(Box::default()),
    };
    assert!(boxed.inner.is_some());
}

#[test]
fn options_choose_and_rename() {
    let customer = select::Customer::new().with(select::Customer::KIND, "Prospect");
    assert_eq!(customer.get(select::Customer::KIND), Some("Prospect"));
    let saved = select::types::SaveResult {
        saved: true,
        ..Default::default()
    };
    assert!(saved.saved);
    // A parent whose type is not generated is an untyped record.
    let owner = saponify::Record::new(&select::tables::S_OBJECT);
    assert!(
        select::Customer::new()
            .with(select::Customer::OWNER, owner)
            .get(select::Customer::OWNER)
            .is_some()
    );
}

#[test]
fn required_recursion_has_an_end() {
    let endless = shapes::shop::Endless::default();
    assert!(endless.again.is_none());
    let node = shapes::shop::Node {
        left: Some(Box::default()),
        owner: Some(Box::default()),
        ..Default::default()
    };
    assert!(node.left.is_some());
}

#[test]
fn a_list_of_ids_is_read_written_and_nulled() {
    let ids: Vec<saponify::salesforce::Id> = ["001D000000IRFma", "0015e000001AAAA"]
        .map(|id| id.parse().unwrap())
        .to_vec();
    let mut row = tenant::Attachment::new();
    row.set(tenant::Attachment::WHO_IDS, &ids);
    assert_eq!(row.who_ids(), Some(ids.clone()));
    row.set(tenant::Attachment::WHO_IDS, &ids[..1]);
    assert_eq!(
        row.get(tenant::Attachment::WHO_IDS),
        Some(ids[..1].to_vec())
    );
    let written = |row: &tenant::Attachment| {
        let records = vec![row.as_record().clone()];
        let result = tenant::QueryResult {
            records,
            ..Default::default()
        };
        saponify::probe::encode(&result).unwrap()
    };
    row.set(tenant::Attachment::WHO_IDS, &ids);
    let text = written(&row);
    assert!(text.contains("WhoIds>001D000000IRFmaIAH</"), "{text}");
    assert!(text.contains("WhoIds>0015e000001AAAAAA4</"), "{text}");
    row.set_null(tenant::Attachment::WHO_IDS);
    let text = written(&row);
    assert!(text.contains("fieldsToNull>WhoIds</"), "{text}");
    assert!(!text.contains("WhoIds xsi:nil"), "{text}");
    assert_eq!(
        row.presence(tenant::Attachment::WHO_IDS),
        saponify::Presence::Null
    );
    assert_eq!(row.who_ids(), None);
}

#[test]
fn generated_types_go_to_json_and_back() {
    let text = r#"{"errors":[{"attributes":{"type":"DuplicateError"},"message":"twice","statusCode":"DUPLICATES_DETECTED","duplicateResult":"r"},{"message":"m","statusCode":"LATER"}],"id":"001D000000IRFmaIAH","success":false}"#;
    let saved: select::SaveResult = serde_json::from_str(text).unwrap();
    assert!(!saved.saved && saved.errors.len() == 2);
    let duplicate = saved.errors[0]
        .derived
        .downcast_ref::<select::DuplicateError>();
    assert_eq!(duplicate.unwrap().message, "twice");
    assert!(saved.errors[1].derived.is_none());
    let written = serde_json::to_value(&saved).unwrap();
    assert_eq!(written["errors"][0]["attributes"]["type"], "DuplicateError");
    assert_eq!(
        serde_json::from_value::<select::SaveResult>(written).unwrap(),
        saved
    );

    let customer = select::Customer::new().with(select::Customer::NAME, "Acme");
    let written = serde_json::to_string(&customer).unwrap();
    assert_eq!(
        written,
        r#"{"attributes":{"type":"Account"},"Name":"Acme"}"#
    );
    assert_eq!(
        serde_json::from_str::<select::Customer>(&written).unwrap(),
        customer
    );
    let code: select::StatusCode = serde_json::from_str("\"LATER\"").unwrap();
    assert_eq!(code.as_str(), "LATER");
}
