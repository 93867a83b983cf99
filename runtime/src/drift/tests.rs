use super::*;

fn noted(add: impl Fn(&mut Noted)) -> Noted {
    let mut noted = Noted::default();
    add(&mut noted);
    noted
}

#[test]
fn what_was_read_twice_is_counted_once() {
    let mut noted = Noted::default();
    noted.add_name(DifferenceKind::UnknownField, "Account", "A__c");
    let mark = noted.mark();
    for _ in 0..3 {
        noted.add_name(DifferenceKind::UnknownField, "Account", "A__c");
        noted.add_name(DifferenceKind::UnknownField, "Account", "B__c");
        noted.rollback(mark);
    }
    noted.add_name(DifferenceKind::UnknownField, "Account", "A__c");
    let registry = Registry::default();
    registry.add(noted.take(), "query");
    let drift = registry.snapshot();
    assert!(noted.is_empty());
    assert_eq!(drift.unknown_fields, 2);
    assert_eq!(drift.differences().len(), 1);
    assert_eq!(drift.differences()[0].count, 2);
    assert_eq!(drift.unlisted(), 0);
}

#[test]
fn memory_is_bounded_and_every_difference_is_counted() {
    let registry = Registry::default();
    for unit in 0..20 {
        registry.add(
            noted(|noted| {
                for n in 0..300 {
                    let name = format!("Field{unit}x{n}__c").repeat(100);
                    noted.add_name(DifferenceKind::UnknownField, "Account", &name);
                }
            }),
            "query",
        );
    }
    let drift = registry.snapshot();
    assert_eq!(drift.unknown_fields, 6_000);
    assert_eq!(drift.differences().len(), Drift::MAX_DIFFERENCES);
    assert_eq!(drift.unlisted(), 5_000);
    assert!(drift.differences().iter().all(|d| d.name.len() <= 160));
}

#[test]
fn values_that_are_no_names_are_not_kept() {
    let registry = Registry::default();
    let texts = ["NEW_CODE", "a person's name", "Zoë", &"A".repeat(81)];
    registry.add(
        noted(|noted| {
            for text in texts {
                noted.add_value("Error", "statusCode", text);
            }
            noted.add_value("Login", "password", "hunter2");
        }),
        "create",
    );
    let drift = registry.snapshot();
    assert_eq!(drift.unknown_values, 5);
    let values: Vec<&str> = drift.differences().iter().map(|d| &*d.value).collect();
    assert_eq!(values, ["", "NEW_CODE", ""]);
    assert!(!drift.to_json().contains("hunter2"));
}

#[test]
fn a_file_holds_all_of_the_drift() {
    let registry = Registry::default();
    registry.add(
        noted(|noted| {
            noted.add(DifferenceKind::EmptyValue, "Account", "NumberOfEmployees");
            noted.add_value("Error", "statusCode", "NEW_CODE");
            noted.add_name(DifferenceKind::OtherVersion, "", "60.0");
        }),
        "query",
    );
    let drift = Drift {
        service: "SforceService.Soap".to_owned(),
        api_version: "64.0".to_owned(),
        ..registry.snapshot()
    };
    assert_eq!(Drift::from_json(&drift.to_json()).unwrap(), drift);
}

#[test]
fn a_wrong_file_is_an_error_that_says_what_is_expected() {
    for (text, expected) in [
        ("", "not JSON"),
        ("[]", "`counts` is an object"),
        (
            r#"{"counts":{"unknown_field":"3"}}"#,
            "`unknown_field` is a number",
        ),
        (r#"{"counts":{},"differences":[{}]}"#, "`kind` is a text"),
    ] {
        let error = Drift::from_json(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
    let newer = r#"{"service":"","api_version":"","counts":{"of_tomorrow":1},"differences":[
        {"kind":"of_tomorrow"}]}"#;
    assert!(Drift::from_json(newer).unwrap().is_empty());
}
