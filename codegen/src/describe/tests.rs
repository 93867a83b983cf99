use super::*;
use crate::Config;

const WSDL: &str = r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" targetNamespace="urn:enterprise.soap.sforce.com"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:e="urn:enterprise.soap.sforce.com"
    xmlns:s="urn:sobject.enterprise.soap.sforce.com"><types>
  <schema xmlns="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
      targetNamespace="urn:sobject.enterprise.soap.sforce.com">
    <complexType name="sObject"><sequence>
      <element name="fieldsToNull" type="string" nillable="true" minOccurs="0" maxOccurs="unbounded"/>
      <element name="Id" type="string" nillable="true"/>
    </sequence></complexType>
    <complexType name="Account"><complexContent><extension base="s:sObject"><sequence>
      <element name="Rating" nillable="true" minOccurs="0" type="string"/>
      <element name="Plain" nillable="true" minOccurs="0" type="string"/>
    </sequence></extension></complexContent></complexType>
  </schema>
  <schema xmlns="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
      targetNamespace="urn:enterprise.soap.sforce.com">
    <import namespace="urn:sobject.enterprise.soap.sforce.com"/>
    <element name="find"><complexType><sequence/></complexType></element>
    <element name="findResponse"><complexType><sequence><element name="result" type="s:Account"/></sequence></complexType></element>
  </schema></types>
  <message name="find"><part element="e:find" name="parameters"/></message>
  <message name="found"><part element="e:findResponse" name="parameters"/></message>
  <portType name="Soap"><operation name="find"><input message="e:find"/><output message="e:found"/></operation></portType>
  <binding name="SoapBinding" type="e:Soap"><soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="find"><soap:operation soapAction=""/><input><soap:body use="literal"/></input>
      <output><soap:body use="literal"/></output></operation></binding>
  <service name="S"><port binding="e:SoapBinding" name="Soap"><soap:address location="https://localhost/"/></port></service>
</definitions>"#;

fn describe() -> Describe {
    let value = |value: &str, inactive| Value {
        value: value.to_owned(),
        label: String::new(),
        inactive,
    };
    let rating = Field {
        label: "Rating".to_owned(),
        ty: "picklist".to_owned(),
        length: 255,
        values: vec![value("Hot", false), value("*/ Cold", true)],
        help: "How `warm` it is.".to_owned(),
        filterable: true,
        ..Field::default()
    };
    let mut describe = Describe::new("64.0");
    let account = Object {
        label: "Account".to_owned(),
        key_prefix: "001".to_owned(),
        fields: [("Rating".to_owned(), rating)].into(),
        ..Object::default()
    };
    describe.objects.insert("Account".to_owned(), account);
    describe
}

#[test]
fn what_is_written_is_read_again() {
    let describe = describe();
    let text = describe.to_json();
    assert_eq!(serde_json::from_str::<Describe>(&text).unwrap(), describe);
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(!text.contains("sortable"), "{text}");
}

#[test]
fn it_becomes_documentation_of_the_generated_code() {
    let folder = tempfile::tempdir().unwrap();
    let wsdl = folder.path().join("a.wsdl");
    std::fs::write(&wsdl, WSDL).unwrap();
    let generated = |wsdl: &Path| {
        let output = Config::new().input(wsdl).run().unwrap();
        let text = output.files().iter().map(|file| file.text().to_owned());
        (text.collect::<String>(), output.inputs().len())
    };
    let (plain, inputs) = generated(&wsdl);
    assert_eq!(inputs, 1);
    std::fs::write(folder.path().join("a.describe.json"), describe().to_json()).unwrap();
    let (text, inputs) = generated(&wsdl);
    // A build script runs again if the describe changes.
    assert_eq!(inputs, 2);
    for said in [
        "Label: Account. Ids begin with 001.",
        "Label: Rating. Picklist. It cannot be sorted by.",
        "Values: Hot,",
        "(inactive).",
        "Help: How",
    ] {
        assert!(text.contains(said), "{said} in\n{text}");
        assert!(!plain.contains(said), "{said}");
    }
    // What users have written ends no comment.
    for file in Config::new().input(&wsdl).run().unwrap().files() {
        assert!(syn::parse_file(file.text()).is_ok(), "{}", file.path());
    }
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let wsdl = folder.path().join("a.wsdl");
    std::fs::write(&wsdl, WSDL).unwrap();
    for text in [
        "{",
        "[]",
        "{\"version\":2,\"apiVersion\":\"\",\"objects\":{}}",
    ] {
        std::fs::write(folder.path().join("a.describe.json"), text).unwrap();
        let error = Config::new().input(&wsdl).run().unwrap_err().to_string();
        assert!(error.contains("a.describe.json"), "{error}");
        assert!(error.contains("saponify fetch --describe"), "{error}");
    }
}
