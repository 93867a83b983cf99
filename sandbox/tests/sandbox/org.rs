//! Invalid org descriptions, and their errors.

use saponify_sandbox::{ApiVersion, Org, Sandbox, Scale};

const HEAD: &str = "[organization]\nname = \"A\"\nid = \"00D5e0000000001\"\napi_version = \"64.0\"\ngenerated = 2026-01-01T00:00:00Z\n[object.User]\nprefix = \"005\"\nfields = { LastName = \"string(80) required\" }\n";

#[test]
fn errors_name_the_line_of_the_mistake() {
    for (tail, line, what) in [
        (
            "[object.A__c.fields]\nB__c = \"strin(4)\"",
            10,
            "`strin` is not a kind",
        ),
        (
            "[object.A__c.fields]\nB__c = \"string(x)\"",
            10,
            "`x` is not a number",
        ),
        (
            "[object.A__c.fields]\nB__c = \"string requird\"",
            10,
            "`requird` is not a known mark",
        ),
        (
            "[object.A__c.fields]\nB__c = \"reference\"",
            10,
            "its target is missing",
        ),
        (
            "[object.A__c.fields]\nCreatedDate = \"datetime\"",
            10,
            "adds the field `CreatedDate` itself",
        ),
        (
            "[object.A__c]\nprefix = \"0\"",
            10,
            "three letters or digits",
        ),
        (
            "[object.A__c]\nprefix = \"005\"",
            6,
            "has the same prefix 005",
        ),
        ("[object.A__c]\nsystem = \"all\"", 10, "is not one of"),
        (
            "[object.A__c.fields]\nB__c = \"reference(C__c)\"",
            9,
            "the org has no such object",
        ),
        (
            "[object.A__c.fields]\nB = \"string\"\nb = \"string\"",
            9,
            "a field and of a field",
        ),
        (
            "[object.A__c.fields]\nB = \"reference(User) relationship=a-b\"",
            9,
            "a relationship cannot have the name",
        ),
        (
            "[object.'A b'.fields]\nB = \"string\"",
            9,
            "an object cannot have this name",
        ),
        (
            "[object.A__c.fields]\nB = \"reference(User) children=X\"\nC = \"reference(User) children=X\"",
            9,
            "are both `X` of User",
        ),
        (
            "[object.A__c]\n[[object.A__c.row]]\nNope = 1",
            10,
            "has no field `Nope`",
        ),
        (
            "[[app]]\nname = \"A\"\nkey = \"k\"\nscopes = [\"everything\"]",
            9,
            "app `A`: `everything` is not a scope",
        ),
        (
            "[[app]]\nname = \"A\"\nkey = \"k\"\nrun_as = \"nobody@x.example\"",
            9,
            "app `A`: the org has no user `nobody@x.example`",
        ),
        (
            "[[app]]\nname = \"A\"\nkey = \"k\"\n[[app]]\nname = \"B\"\nkey = \"k\"",
            12,
            "app `B`: `A` has the same key",
        ),
        (
            "[[app]]\nname = \"A\"\nkey = \"k\"\ncertificate = \"none\"",
            9,
            "must be an RSA certificate or public key in PEM",
        ),
    ] {
        let error = Org::parse(&format!("{HEAD}{tail}\n")).unwrap_err();
        assert!(error.to_string().contains(what), "{tail}: {error}");
        assert_eq!(error.line(), Some(line), "{tail}: {error}");
    }
    let error = Org::parse(&format!("{HEAD}colour = 'red'\n")).unwrap_err();
    assert!(
        error.to_string().contains("line 9") && error.to_string().contains("colour"),
        "{error}"
    );
}

#[tokio::test]
async fn a_row_with_an_invalid_value_is_refused_at_the_start() {
    for (value, what) in [
        ("'many'", "is malformed"),
        ("12345678901234567", "is malformed"),
    ] {
        let text =
            format!("{HEAD}[object.A__c.fields]\nN = \"int\"\n[[object.A__c.row]]\nN = {value}\n");
        let error = Sandbox::builder(Org::parse(&text).unwrap())
            .start()
            .await
            .unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(error.line(), Some(11));
    }
}

#[test]
fn objects_without_a_prefix_get_free_ones() {
    let text = format!("{HEAD}[object.A__c]\n[object.B__c]\nprefix = \"a00\"\n[object.C__c]\n");
    let org = Org::parse(&text).unwrap();
    assert_eq!(
        org.object_names().collect::<Vec<_>>(),
        ["A__c", "B__c", "C__c", "User"]
    );
}

#[tokio::test]
async fn a_database_file_keeps_its_rows_and_belongs_to_one_org() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.sqlite");
    let org = || {
        Org::parse(&format!(
            "{HEAD}[object.A__c]\nrows = {{ generate = 10 }}\n"
        ))
        .unwrap()
    };
    for _ in 0..2 {
        Sandbox::builder(org())
            .database(&path)
            .start()
            .await
            .unwrap()
            .shutdown()
            .await;
    }
    let error = Sandbox::builder(org().with_rows("A__c", 11))
        .database(&path)
        .start()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("another org description"),
        "{error}"
    );
}

#[test]
fn synthetic_objects_are_the_same_in_every_run() {
    let org = Org::parse(HEAD).unwrap();
    let scale = Scale::new(40, 60);
    let wsdl = org.enterprise_wsdl(ApiVersion(64), scale);
    assert_eq!(wsdl, org.enterprise_wsdl(ApiVersion(64), scale));
    assert!(wsdl.contains("<complexType name=\"Ledger_0000__c\">"));
    assert!(wsdl.matches("type=\"tns:QueryResult\"/>").count() > 40 * 60 / 16);
}
