//! What changes between two WSDLs, by kind of change. Each test changes the WSDL of the demo tenant in
//! one place.

use std::error::Error;
use std::path::Path;

use saponify_codegen::Config;
use saponify_codegen::diff::{Change, ChangeKind, Diff, Impact, Item, compare};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const NEUTRAL: Impact = Impact::Neutral;
const ADDITIVE: Impact = Impact::Additive;
const BREAKING: Impact = Impact::Breaking;

fn tenant() -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    Ok(std::fs::read_to_string(path)?)
}

/// The comparison of the tenant with itself after a replacement.
fn after(from: &str, to: &str) -> Result<Diff> {
    after_all(&[(from, to)])
}

fn after_all(replacements: &[(&str, &str)]) -> Result<Diff> {
    let old = tenant()?;
    let mut new = old.clone();
    for (from, to) in replacements {
        assert!(new.contains(from), "{from}");
        new = new.replacen(from, to, 1);
    }
    let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
    Ok(compare(&catalog(&old)?, &catalog(&new)?))
}

/// The only change, as what, how, path, old and new.
fn only(diff: &Diff) -> (Item, ChangeKind, String, &str, &str) {
    let [change] = diff.changes.as_slice() else {
        panic!("{diff}");
    };
    (
        change.item,
        change.kind,
        change.path(),
        &change.old,
        &change.new,
    )
}

fn impacts(diff: &Diff) -> Vec<(Impact, Impact)> {
    let impact = |change: &Change| (change.rust, change.data);
    diff.changes.iter().map(impact).collect()
}

const FAX: &str = "<element name=\"Fax\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:string\"/>";
const EMPLOYEES: &str =
    "<element name=\"NumberOfEmployees\" nillable=\"true\" minOccurs=\"0\" type=\"xsd:int\"/>";

#[test]
fn nothing_differs_from_itself() -> Result {
    let diff = after("<definitions", "<definitions")?;
    assert!(diff.is_empty(), "{diff}");
    assert_eq!(diff.impact(), NEUTRAL);
    assert!(diff.to_string().contains("no difference"));
    Ok(())
}

#[test]
fn a_field_comes_and_goes() -> Result {
    let diff = after(FAX, &FAX.replace("Fax", "Fax2__c"))?;
    let paths: Vec<_> = diff.changes.iter().map(|c| (c.path(), c.kind)).collect();
    assert_eq!(
        paths,
        [
            ("Account.Fax".to_owned(), ChangeKind::Removed),
            ("Account.Fax2__c".to_owned(), ChangeKind::Added)
        ]
    );
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING), (ADDITIVE, ADDITIVE)]);
    assert!(diff.changes[0].reason.contains("`FAX`"), "{diff}");
    Ok(())
}

#[test]
fn a_type_that_other_texts_belong_to_breaks_code_and_data() -> Result {
    let diff = after(EMPLOYEES, &EMPLOYEES.replace("xsd:int", "xsd:double"))?;
    let path = "Account.NumberOfEmployees".to_owned();
    assert_eq!(
        only(&diff),
        (Item::Field, ChangeKind::TypeChanged, path, "int", "double")
    );
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING)]);
    let reason = &diff.changes[0].reason;
    assert!(
        reason.contains("`Option<f64>`") && reason.contains("`Option<i32>`"),
        "{reason}"
    );
    Ok(())
}

/// Both are text in Rust, and an enumeration reads any text. Only what is written may be refused.
#[test]
fn text_that_becomes_an_enumeration_breaks_data_alone() -> Result {
    let diff = after(FAX, &FAX.replace("xsd:string", "tns:StatusCode"))?;
    assert_eq!(impacts(&diff), [(NEUTRAL, BREAKING)], "{diff}");
    Ok(())
}

#[test]
fn nil_that_is_not_allowed_any_more_breaks_data_alone() -> Result {
    let strict = FAX.replace(" nillable=\"true\"", "");
    let diff = after(FAX, &strict)?;
    let (_, kind, _, old, new) = only(&diff);
    assert_eq!(
        (kind, old, new),
        (ChangeKind::NillableChanged, "nillable", "not nillable")
    );
    assert_eq!(impacts(&diff), [(NEUTRAL, BREAKING)]);
    Ok(())
}

#[test]
fn nil_in_a_response_breaks_what_required_a_value() -> Result {
    let success = "<element name=\"success\" type=\"xsd:boolean\"/>\n                </sequence>\n            </complexType>\n\n            <complexType name=\"RenderEmailTemplateError\">";
    let diff = after(
        success,
        &success.replace("boolean\"", "boolean\" nillable=\"true\""),
    )?;
    let (_, kind, path, ..) = only(&diff);
    assert_eq!(
        (kind, &*path),
        (ChangeKind::NillableChanged, "SaveResult.success")
    );
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING)]);
    Ok(())
}

#[test]
fn a_parent_of_another_object() -> Result {
    let parent =
        "<element name=\"MasterRecord\" nillable=\"true\" minOccurs=\"0\" type=\"ens:Account\"/>";
    let diff = after(parent, &parent.replace("ens:Account", "ens:User"))?;
    let (item, kind, _, old, new) = only(&diff);
    assert_eq!(
        (item, kind, old, new),
        (
            Item::ParentRelationship,
            ChangeKind::TypeChanged,
            "Account",
            "User"
        )
    );
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING)]);
    Ok(())
}

#[test]
fn a_child_relationship_that_goes() -> Result {
    let children =
        "<element name=\"Cases\" nillable=\"true\" minOccurs=\"0\" type=\"tns:QueryResult\"/>";
    let diff = after(children, "")?;
    let (item, kind, path, ..) = only(&diff);
    assert_eq!(
        (item, kind, &*path),
        (
            Item::ChildRelationship,
            ChangeKind::Removed,
            "Account.Cases"
        )
    );
    Ok(())
}

#[test]
fn an_object_that_goes_takes_what_refers_to_it_along() -> Result {
    let old = tenant()?;
    let objects = |names: &[&str]| Config::new().exclude_objects(names.to_vec());
    let new = objects(&["Account"]).catalog_of(old.as_bytes())?;
    let diff = compare(&Config::new().catalog_of(old.as_bytes())?, &new);
    let gone = diff.of(BREAKING).find(|change| change.item == Item::Object);
    let gone = gone.ok_or("no object is gone")?;
    assert_eq!((&*gone.name, gone.kind), ("Account", ChangeKind::Removed));
    // The fields that held an account hold an untyped record.
    let parent = diff
        .changes
        .iter()
        .find(|change| change.path() == "Contact.Account");
    let parent = parent.ok_or("Contact.Account does not differ")?;
    assert_eq!(parent.rust, BREAKING);
    assert!(
        parent.reason.contains("sobjects::Account"),
        "{}",
        parent.reason
    );
    // The other way round, all of it is new.
    let back = compare(&new, &Config::new().catalog_of(old.as_bytes())?);
    assert!(back.changes.iter().any(|change| {
        (change.item, change.kind, &*change.name) == (Item::Object, ChangeKind::Added, "Account")
    }));
    Ok(())
}

#[test]
fn values_of_enumerations() -> Result {
    let value = "<enumeration value=\"ALREADY_APPLIED\"/>";
    let diff = after(value, "<enumeration value=\"BRAND_NEW\"/>")?;
    let found: Vec<_> = diff.changes.iter().map(|c| (c.path(), c.kind)).collect();
    assert_eq!(
        found,
        [
            ("StatusCode.ALREADY_APPLIED".to_owned(), ChangeKind::Removed),
            ("StatusCode.BRAND_NEW".to_owned(), ChangeKind::Added)
        ]
    );
    // Only responses contain status codes, so nothing that a program writes is refused.
    assert_eq!(impacts(&diff), [(BREAKING, NEUTRAL), (ADDITIVE, ADDITIVE)]);
    Ok(())
}

#[test]
fn a_field_of_a_header_or_a_result_breaks_struct_literals() -> Result {
    let header = "<element name=\"allOrNone\" type=\"xsd:boolean\"/>";
    let more = "<element name=\"other\" type=\"xsd:boolean\" minOccurs=\"0\"/>";
    let diff = after(header, &[header, more].concat())?;
    assert_eq!(only(&diff).2, "AllOrNoneHeader.other");
    assert_eq!(impacts(&diff), [(BREAKING, ADDITIVE)]);
    let diff = after(
        header,
        &[header, &more.replace(" minOccurs=\"0\"", "")].concat(),
    )?;
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING)]);

    let result = "<complexType name=\"SaveResult\">\n                <sequence>";
    let diff = after(result, &[result, more].concat())?;
    // Servers and tests make results.
    assert_eq!(only(&diff).2, "SaveResult.other");
    assert_eq!(impacts(&diff), [(BREAKING, ADDITIVE)]);
    Ok(())
}

#[test]
fn arguments_that_come_change_and_trade_places() -> Result {
    let ids =
        "<element name=\"delete\">\n                <complexType>\n                    <sequence>";
    let more = "<element name=\"reason\" type=\"xsd:string\"/>";
    let diff = after(ids, &[ids, more].concat())?;
    let (item, kind, path, ..) = only(&diff);
    assert_eq!(
        (item, kind, &*path),
        (Item::Argument, ChangeKind::Added, "delete.reason")
    );
    assert_eq!(impacts(&diff), [(BREAKING, BREAKING)]);

    let login = "<element name=\"username\" type=\"xsd:string\"/>\n                        <element name=\"password\" type=\"xsd:string\"/>";
    let swapped = login
        .replace("username", "x")
        .replace("password", "username")
        .replace("\"x\"", "\"password\"");
    // With its arguments in another order, this is not Salesforce's login any more, so the name of its
    // method is free.
    let diff = after(login, &swapped)?;
    let kinds: Vec<_> = diff.changes.iter().map(|change| change.kind).collect();
    assert_eq!(
        kinds,
        [ChangeKind::RustNameChanged, ChangeKind::OrderChanged]
    );
    assert_eq!(impacts(&diff), [(BREAKING, NEUTRAL), (BREAKING, BREAKING)]);
    Ok(())
}

#[test]
fn an_operation_that_goes_and_one_that_acts_differently() -> Result {
    let old = tenant()?;
    let all = Config::new().catalog_of(old.as_bytes())?;
    let fewer = Config::new()
        .exclude_operations(["delete"])
        .catalog_of(old.as_bytes())?;
    let diff = compare(&all, &fewer);
    let gone = diff
        .changes
        .iter()
        .find(|change| change.item == Item::Operation);
    let gone = gone.ok_or("no operation is gone")?;
    assert_eq!(
        (&*gone.name, gone.rust, gone.data),
        ("delete", BREAKING, BREAKING)
    );
    assert_eq!(gone.old, "(ids) -> Vec<types::DeleteResult>");

    let bound = "<operation name=\"delete\">\n            <soap:operation soapAction=\"\"/>";
    let diff = after(
        bound,
        &bound.replace("soapAction=\"\"", "soapAction=\"urn:delete\""),
    )?;
    assert_eq!(only(&diff).1, ChangeKind::ValueChanged);
    assert_eq!(impacts(&diff), [(NEUTRAL, BREAKING)]);
    Ok(())
}

/// A header belongs to many operations, so one line says which of them lost it.
#[test]
fn a_header_is_one_change_of_all_its_operations() -> Result {
    let header =
        "<soap:header use=\"literal\" message=\"tns:Header\" part=\"UserTerritoryDeleteHeader\"/>";
    let old = tenant()?;
    assert!(old.matches(header).count() > 1);
    let new = old.replace(header, "");
    let catalog = |text: &str| Config::new().catalog_of(text.as_bytes());
    let diff = compare(&catalog(&old)?, &catalog(&new)?);
    let headers: Vec<_> = diff
        .changes
        .iter()
        .filter(|change| change.item == Item::Header)
        .collect();
    let [header] = headers.as_slice() else {
        panic!("{diff}");
    };
    assert_eq!(header.name, "UserTerritoryDeleteHeader");
    assert!(header.old == "of delete, deleteByExample", "{}", header.old);
    assert_eq!((header.rust, header.data), (BREAKING, BREAKING));
    Ok(())
}

#[test]
fn versions_and_packages_are_told_and_break_nothing() -> Result {
    let diff = after_all(&[
        ("API Version 64.0", "API Version 65.0"),
        (
            "Version: 3.14, Namespace: nwt",
            "Version: 3.15, Namespace: nwt",
        ),
        ("Field Kit (Version: 1.2, Namespace: fkit)\n", ""),
    ])?;
    let found: Vec<_> = diff
        .changes
        .iter()
        .map(|c| (c.item, &*c.old, &*c.new))
        .collect();
    assert_eq!(
        found,
        [
            (Item::ApiVersion, "64.0", "65.0"),
            (Item::Package, "1.2", ""),
            (Item::Package, "3.14", "3.15")
        ]
    );
    assert_eq!(diff.impact(), NEUTRAL);
    Ok(())
}

/// Two names that would be the same identifier get other spellings, so a new field can rename an old one.
#[test]
fn a_name_that_changes_in_rust_alone_breaks_code_alone() -> Result {
    let other = [FAX, &FAX.replace("Fax", "fax")].concat();
    let diff = after(FAX, &other)?;
    let renamed = diff
        .changes
        .iter()
        .find(|change| change.kind == ChangeKind::RustNameChanged);
    let renamed = renamed.ok_or("nothing is renamed")?;
    assert_eq!(renamed.path(), "Account.Fax");
    assert_eq!((renamed.rust, renamed.data), (BREAKING, NEUTRAL));
    Ok(())
}

#[test]
fn an_option_may_name_what_only_one_of_the_two_has() -> Result {
    let folder = tempfile::tempdir()?;
    let write = |name: &str, text: &str| -> Result<std::path::PathBuf> {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    };
    let old = write("old.wsdl", &tenant()?)?;
    let new = write("new.wsdl", &tenant()?.replacen(FAX, "", 1))?;
    let fax = Config::new().include_fields(["Account.Fax", "Account.Name"]);
    for (old, new, kind) in [
        (&old, &new, ChangeKind::Removed),
        (&new, &old, ChangeKind::Added),
    ] {
        let diff = fax.diff(old, new)?;
        let (_, found, path, ..) = only(&diff);
        assert_eq!((found, &*path), (kind, "Account.Fax"));
    }
    let error = Config::new()
        .include_fields(["Account.Faxx"])
        .diff(&old, &new);
    let error = error.err().ok_or("a name that neither has is accepted")?;
    assert!(error.is_selection(), "{error}");
    assert!(error.to_string().contains("Account.Fax"), "{error}");
    Ok(())
}

#[test]
fn text_and_markdown_show_every_breaking_change() -> Result {
    let diff = after_all(&[
        (FAX, ""),
        (EMPLOYEES, &EMPLOYEES.replace("xsd:int", "xsd:double")),
    ])?;
    let text = diff.to_string();
    assert!(text.contains("Breaking: 2\n  Account\n"), "{text}");
    assert!(
        text.contains("    - field Fax: string (breaks code and data)\n"),
        "{text}"
    );
    assert!(
        text.contains("    ~ field NumberOfEmployees: int -> double"),
        "{text}"
    );
    let markdown = diff.markdown();
    assert!(
        markdown.contains("**2 breaking**, 0 additive, 0 neutral."),
        "{markdown}"
    );
    assert!(
        markdown.contains("| field `Account.Fax` | is gone: `string` | breaking | breaking |"),
        "{markdown}"
    );
    Ok(())
}

/// Names of a WSDL may be hostile. They may not write lines or cells of their own.
#[test]
fn text_of_a_wsdl_stays_in_its_place() -> Result {
    let doc = "API Version 64.0\n";
    let diff = after(
        doc,
        "API Version 64.0\n\nPackage Versions:\nA | B `x` \u{202e}evil (Version: 1, Namespace: n)\n\n",
    )?;
    let markdown = diff.markdown();
    assert!(
        !markdown.contains('\u{202e}') && !diff.to_string().contains('\u{202e}'),
        "{markdown}"
    );
    assert!(!markdown.contains("`x`"), "{markdown}");
    Ok(())
}
