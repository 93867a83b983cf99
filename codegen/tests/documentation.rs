//! What the documentation of generated code says, also if types have other names.

use std::error::Error;
use std::path::Path;

use saponify_codegen::{Config, Output, TypeKind};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

fn tenant() -> Config {
    let tenant = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tenant/input.wsdl");
    Config::new().input(tenant)
}

fn lines_with<'o>(output: &'o Output, text: &str) -> Vec<&'o str> {
    let files = output.files().iter();
    let lines = files.flat_map(|file| file.text().lines());
    lines.filter(|line| line.contains(text)).collect()
}

/// The rows of tables for a field.
fn rows_of<'o>(output: &'o Output, field: &str) -> Vec<&'o str> {
    let begin = format!("{field} ");
    let lines = lines_with(output, &begin).into_iter();
    lines.filter(|line| line.starts_with(&begin)).collect()
}

/// Child rows are told by the name of the type in the WSDL, not by its name in Rust.
#[test]
fn child_rows_are_documented_under_any_name_of_their_type() -> Result {
    let plain = tenant().run()?;
    let renamed = tenant().rename_type("QueryResult", "Batch").run()?;
    let expected = lines_with(&plain, "(child rows)");
    assert!(!expected.is_empty());
    assert_eq!(lines_with(&renamed, "(child rows)"), expected);
    // And they have no setter in either case.
    let setters = |output| lines_with(output, "pub fn with_contacts(").len();
    assert_eq!((setters(&plain), setters(&renamed)), (0, 0));
    Ok(())
}

#[test]
fn sensitive_fields_are_marked_in_structs_and_in_records() -> Result {
    let field = |name: &str, rest: &str| {
        format!("<xsd:element name='{name}' type='xsd:string' minOccurs='0'/>{rest}")
    };
    let fields = ["Iban__c", "mothersName"];
    let harmless = ["IbanKnown__c", "PublicKey"];
    let all: String = fields
        .iter()
        .chain(&harmless)
        .map(|name| field(name, ""))
        .collect();
    let wsdl = format!(
        "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' targetNamespace='urn:x' \
         xmlns:e='urn:sobject.x.soap.sforce.com' xmlns:xsd='http://www.w3.org/2001/XMLSchema'>\
         <types><xsd:schema targetNamespace='urn:sobject.x.soap.sforce.com'>\
         <xsd:complexType name='sObject'><xsd:sequence/></xsd:complexType>\
         <xsd:complexType name='Vault'><xsd:complexContent><xsd:extension base='e:sObject'>\
         <xsd:sequence>{all}</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>\
         <xsd:complexType name='Plain'><xsd:sequence>{all}</xsd:sequence></xsd:complexType>\
         </xsd:schema></types></definitions>"
    );
    let config = Config::new().sensitive(fields);
    let output = config.generate(wsdl.as_bytes())?;
    for name in fields {
        let lines = rows_of(&output, name);
        assert_eq!(lines.len(), 2, "a record and a struct: {lines:?}");
        assert!(lines.iter().all(|line| line.contains("SEC")), "{lines:?}");
    }
    for name in harmless {
        let lines = rows_of(&output, name);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|line| !line.contains("SEC")), "{lines:?}");
    }
    Ok(())
}

#[test]
fn generated_types_are_listed() -> Result {
    let output = tenant().run()?;
    let find = |name: &str| {
        let mut types = output.types().iter();
        types
            .find(|ty| ty.name() == name)
            .map(|ty| (ty.module(), ty.kind()))
    };
    assert_eq!(find("Account"), Some(("sobjects", TypeKind::View)));
    assert_eq!(find("SaveResult"), Some(("types", TypeKind::Struct)));
    assert_eq!(find("StatusCode"), Some(("types", TypeKind::Enum)));
    assert_eq!(find("Nothing"), None);
    Ok(())
}

/// Every stage can be printed, and none prints what a later one decides.
#[test]
fn every_stage_has_a_dump() -> Result {
    let config = tenant().rename_type("Account", "Customer");
    let selection = config.dump_selection()?;
    assert!(selection.contains("\"Account\"") && !selection.contains("Customer"));
    let names = config.dump_names()?;
    assert!(names.contains("type \"Customer\"") && names.contains("\"Account\""));
    assert!(config.dump_plan()?.contains("view Customer = \"Account\""));
    assert!(config.dump_raw()?.contains("Account") && config.dump_model()?.contains("Account"));
    Ok(())
}
