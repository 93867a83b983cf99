//! What changes between two describes of the same WSDL, by kind of change.

use std::error::Error;
use std::path::Path;

use saponify_codegen::Config;
use saponify_codegen::describe::{Child, Describe, Field, Object, Value};
use saponify_codegen::diff::{ChangeKind, Diff, Impact, Item};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const NEUTRAL: Impact = Impact::Neutral;
const ADDITIVE: Impact = Impact::Additive;
const BREAKING: Impact = Impact::Breaking;

/// The describe of the object Account with these changes of its fields Industry and Name.
fn described(change: impl Fn(&mut Object)) -> Describe {
    let mut industry = Field::default();
    industry.label = "Industry".to_owned();
    industry.ty = "picklist".to_owned();
    industry.filterable = true;
    for name in ["Banking", "Media"] {
        let mut value = Value::default();
        value.value = name.to_owned();
        industry.values.push(value);
    }
    let mut name = Field::default();
    name.label = "Account Name".to_owned();
    name.ty = "string".to_owned();
    name.length = 255;
    let mut account = Object::default();
    account.label = "Account".to_owned();
    account.fields.insert("Industry".to_owned(), industry);
    account.fields.insert("Name".to_owned(), name);
    account
        .children
        .insert("Contacts".to_owned(), Child::new("Contact", "AccountId"));
    change(&mut account);
    let mut describe = Describe::new("64.0");
    describe.objects.insert("Account".to_owned(), account);
    describe
}

fn compared(old: &Describe, new: &Describe) -> Result<Diff> {
    let dir = tempfile::tempdir()?;
    let wsdl = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let place = |name: &str| dir.path().join(name);
    for (name, describe) in [("old.wsdl", old), ("new.wsdl", new)] {
        std::fs::copy(&wsdl, place(name))?;
        std::fs::write(Describe::path_for(&place(name)), describe.to_json())?;
    }
    Ok(Config::new().diff(place("old.wsdl"), place("new.wsdl"))?)
}

/// Changes the field Industry.
fn industry(change: impl Fn(&mut Field)) -> impl Fn(&mut Object) {
    move |object| {
        if let Some(field) = object.fields.get_mut("Industry") {
            change(field);
        }
    }
}

/// Changes the field Name.
fn name(change: impl Fn(&mut Field)) -> impl Fn(&mut Object) {
    move |object| {
        if let Some(field) = object.fields.get_mut("Name") {
            change(field);
        }
    }
}

/// Compares what an old and a new function make of the describe. Expects one change.
fn check(
    old: impl Fn(&mut Object),
    new: impl Fn(&mut Object),
    (item, kind, path): (Item, ChangeKind, &str),
    (before, after): (&str, &str),
    data: Impact,
) -> Result {
    let diff = compared(&described(old), &described(new))?;
    let [change] = diff.changes.as_slice() else {
        return Err(format!("expected one change, found\n{diff}").into());
    };
    assert_eq!(
        (change.item, change.kind, change.path().as_str()),
        (item, kind, path)
    );
    assert_eq!(
        (change.old.as_str(), change.new.as_str()),
        (before, after),
        "{diff}"
    );
    // Proxies do not check any of this.
    assert_eq!((change.rust, change.data), (NEUTRAL, data), "{diff}");
    Ok(())
}

fn same(_: &mut Object) {}

#[test]
fn the_same_describe_is_no_difference() -> Result {
    assert!(compared(&described(same), &described(same))?.is_empty());
    Ok(())
}

#[test]
fn words_for_users_are_neutral() -> Result {
    let (field, object) = (Item::Field, Item::Object);
    let label = (field, ChangeKind::LabelChanged, "Account.Industry");
    check(
        same,
        industry(|field| field.label = "Branch".to_owned()),
        label,
        ("Industry", "Branch"),
        NEUTRAL,
    )?;
    let help = (field, ChangeKind::HelpChanged, "Account.Industry");
    check(
        same,
        industry(|field| field.help = "Ask.".to_owned()),
        help,
        ("", "Ask."),
        NEUTRAL,
    )?;
    let label = (object, ChangeKind::LabelChanged, "Account");
    check(
        same,
        |object| object.label = "Client".to_owned(),
        label,
        ("Account", "Client"),
        NEUTRAL,
    )
}

#[test]
fn a_shorter_field_breaks_data_and_a_longer_one_does_not() -> Result {
    let length = (Item::Field, ChangeKind::LengthChanged, "Account.Name");
    let short = || name(|field| field.length = 80);
    check(
        same,
        short(),
        length,
        ("255 characters", "80 characters"),
        BREAKING,
    )?;
    check(
        short(),
        same,
        length,
        ("80 characters", "255 characters"),
        ADDITIVE,
    )?;
    let number = |precision, scale| {
        name(move |field| {
            field.ty = "currency".to_owned();
            (field.length, field.precision, field.scale) = (0, precision, scale);
        })
    };
    let words = (
        "16 digits before the point and 2 after it",
        "14 digits before the point and 4 after it",
    );
    // One of both grows, and the other shrinks.
    check(number(18, 2), number(18, 4), length, words, BREAKING)
}

#[test]
fn values_of_picklists_are_judged_by_whether_others_are_accepted() -> Result {
    let value = |kind, path| (Item::PicklistValue, kind, path);
    let fewer = |restricted| {
        industry(move |field| {
            field.restricted = restricted;
            field.values.truncate(1);
        })
    };
    let all = |restricted| industry(move |field| field.restricted = restricted);
    let gone = value(ChangeKind::Removed, "Account.Industry.Media");
    check(all(true), fewer(true), gone, ("", ""), BREAKING)?;
    check(all(false), fewer(false), gone, ("", ""), NEUTRAL)?;
    let new = value(ChangeKind::Added, "Account.Industry.Media");
    check(fewer(true), all(true), new, ("", ""), ADDITIVE)?;
    let inactive = || {
        industry(|field| {
            field.restricted = true;
            field.values[1].inactive = true;
        })
    };
    let changed = value(ChangeKind::PropertyChanged, "Account.Industry.Media");
    check(
        all(true),
        inactive(),
        changed,
        ("active", "inactive"),
        BREAKING,
    )?;
    let any = (Item::Field, ChangeKind::FacetsChanged, "Account.Industry");
    check(
        all(false),
        all(true),
        any,
        ("any value", "only the listed values"),
        BREAKING,
    )?;
    check(
        all(true),
        all(false),
        any,
        ("only the listed values", "any value"),
        ADDITIVE,
    )
}

#[test]
fn what_queries_and_upserts_need_breaks_data() -> Result {
    let property = (Item::Field, ChangeKind::PropertyChanged, "Account.Industry");
    let hidden = || industry(|field| field.filterable = false);
    check(
        same,
        hidden(),
        property,
        ("can be filtered by", "cannot be filtered by"),
        BREAKING,
    )?;
    check(
        hidden(),
        same,
        property,
        ("cannot be filtered by", "can be filtered by"),
        ADDITIVE,
    )?;
    let unique = || industry(|field| field.unique = true);
    check(same, unique(), property, ("not unique", "unique"), BREAKING)?;
    let external = || industry(|field| field.external_id = true);
    check(
        external(),
        same,
        property,
        ("external id", "no external id"),
        BREAKING,
    )
}

#[test]
fn a_difference_without_a_name_is_still_one() -> Result {
    // Only the order of the values differs.
    let other = industry(|field| field.values.reverse());
    let kind = (
        Item::Field,
        ChangeKind::DocumentationChanged,
        "Account.Industry",
    );
    check(same, other, kind, ("", ""), NEUTRAL)
}

#[test]
fn one_describe_alone_is_no_difference() -> Result {
    let dir = tempfile::tempdir()?;
    let wsdl = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let (old, new) = (dir.path().join("old.wsdl"), dir.path().join("new.wsdl"));
    std::fs::copy(&wsdl, &old)?;
    std::fs::copy(&wsdl, &new)?;
    std::fs::write(Describe::path_for(&new), described(same).to_json())?;
    assert!(Config::new().diff(&old, &new)?.is_empty());
    Ok(())
}
