//! The Enterprise WSDL, and that the committed one is up to date.

use std::path::Path;

use saponify_sandbox::{ApiVersion, Org, Scale};

#[test]
fn demo_wsdl_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo");
    let org = Org::load(folder.join("org.toml")).unwrap();
    let written = org.enterprise_wsdl(ApiVersion(64), Scale::NONE);
    let path = folder.join("enterprise.wsdl");
    if std::env::var_os("SAPONIFY_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == written,
        "run the test with SAPONIFY_BLESS=1 and look at the difference"
    );
}

fn demo(version: u16) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/org.toml");
    Org::load(path)
        .unwrap()
        .enterprise_wsdl(ApiVersion(version), Scale::NONE)
}

#[test]
fn older_versions_lack_later_definitions() {
    let operations = |wsdl: &str| wsdl.matches("<soap:operation soapAction=\"\"/>").count();
    assert_eq!(operations(&demo(64)), 63);
    assert_eq!(operations(&demo(44)), 63);
    for (version, gone) in [
        (43, "describeDataCategoryMappings"),
        (41, "deleteByExample"),
        (33, "describeNouns"),
    ] {
        assert!(!demo(version).contains(gone), "{version}");
        assert!(demo(version + 1).contains(gone), "{version}");
    }
    assert_eq!(operations(&demo(31)), 47);
    assert!(!demo(28).contains("LimitInfo") && demo(29).contains("LimitInfoHeader"));
    assert!(!demo(46).contains("CurrencyConversionHeader"));
    assert!(demo(45).contains("name=\"What\" nillable=\"true\" minOccurs=\"0\" type=\"ens:Name\""));
    assert!(
        demo(46).contains("name=\"What\" nillable=\"true\" minOccurs=\"0\" type=\"ens:sObject\"")
    );
    assert!(
        !demo(64).contains("PermissionsUseAnyApiAuth")
            && demo(67).contains("PermissionsUseAnyApiAuth")
    );
}

#[test]
fn the_schemas_are_in_the_order_of_salesforce() {
    let wsdl = demo(64);
    let place = |text: &str| wsdl.find(text).unwrap_or_else(|| panic!("{text}"));
    let schemas = ["sobject.enterprise", "enterprise", "fault.enterprise"]
        .map(|name| place(&format!("targetNamespace=\"urn:{name}.soap.sforce.com\"")));
    assert!(schemas[0] < schemas[2]);
    assert!(!wsdl.contains("schemaLocation"));
    assert!(wsdl.contains("<soap:address location=\"https://login.salesforce.com/services/Soap/c/64.0/0DF5e0000004Fxy\"/>"));
    assert!(place("name=\"Account\">") < place("name=\"AccountHistory\">"));
    assert!(wsdl.contains("Generated on 2026-01-15 06:00:00 +0000."));
    // This header is declared although no operation uses it.
    assert_eq!(wsdl.matches("part=\"CurrencyConversionHeader\"").count(), 0);
    assert!(wsdl.contains("element=\"tns:CurrencyConversionHeader\""));
}

#[test]
fn demo_outbound_wsdl_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo");
    let org = Org::load(folder.join("org.toml")).unwrap();
    let written = org.outbound_wsdl(None).unwrap();
    let path = folder.join("outbound.wsdl");
    if std::env::var_os("SAPONIFY_BLESS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == written,
        "run the test with SAPONIFY_BLESS=1 and look at the difference"
    );
}

#[test]
fn an_outbound_wsdl_has_the_chosen_fields() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo");
    let org = Org::load(folder.join("org.toml")).unwrap();
    let about = Some(("Account", &["Name", "AnnualRevenue", "Id"][..]));
    let wsdl = org.outbound_wsdl(about).unwrap();
    assert!(
        wsdl.contains("<complexType name=\"AccountNotification\">"),
        "{wsdl}"
    );
    assert!(wsdl.contains("<element name=\"sObject\" type=\"ens:Account\"/>"));
    let revenue = wsdl
        .find("name=\"AnnualRevenue\" nillable=\"true\"")
        .unwrap();
    assert!(revenue < wsdl.find("name=\"Name\" nillable=\"true\"").unwrap());
    assert!(!wsdl.contains("\"Phone\""));
    let unknown = Some(("Account", &["Nope"][..]));
    assert!(
        org.outbound_wsdl(unknown)
            .unwrap_err()
            .to_string()
            .contains("no field Nope")
    );
    assert!(org.outbound_wsdl(Some(("Nope", &[]))).is_err());
}
