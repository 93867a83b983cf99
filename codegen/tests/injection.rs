//! Text of a WSDL stays text: whatever stands in any string of it, the output has the same items.

use std::error::Error;

use syn::visit::{self, Visit};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A WSDL with a marker in each place that holds free text.
const TEMPLATE: &str = r#"<?xml version="1.0"?>
<!--
@comment@ API Version 1.0
Generated on @comment@.

Package Versions:
@comment@ (Version: 1.0, Namespace: x)
-->
<definitions name="Template" targetNamespace="urn:template:@uri@"
    xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:template:@uri@"
    xmlns:ens="urn:sobject.template.soap.sforce.com">
  <documentation>@text@</documentation>
  <types>
    <xsd:schema elementFormDefault="qualified" targetNamespace="urn:sobject.template.soap.sforce.com">
      <xsd:complexType name="sObject"><xsd:sequence><xsd:element name="Id" type="xsd:string"/></xsd:sequence></xsd:complexType>
      <xsd:complexType name="Thing">
        <xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation>
        <xsd:complexContent><xsd:extension base="ens:sObject"><xsd:sequence>
          <xsd:element name="Name" type="xsd:string"><xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation></xsd:element>
        </xsd:sequence></xsd:extension></xsd:complexContent>
      </xsd:complexType>
    </xsd:schema>
    <xsd:schema elementFormDefault="qualified" targetNamespace="urn:template:@uri@">
      <xsd:annotation><xsd:documentation>@text@</xsd:documentation><xsd:appinfo>@text@</xsd:appinfo></xsd:annotation>
      <xsd:import namespace="urn:sobject.template.soap.sforce.com"/>
      <xsd:import namespace="http://www.w3.org/2005/05/xmlmime" schemaLocation="https://@attribute@"/>
      <xsd:complexType name="Wild">
        <xsd:sequence><xsd:any namespace="urn:any:@uri@" processContents="skip"/></xsd:sequence>
        <xsd:attribute name="kind"><xsd:simpleType><xsd:restriction base="xsd:string">
          <xsd:pattern value="@attribute@"/><xsd:enumeration value="@attribute@"/><xsd:enumeration value="plain"/>
        </xsd:restriction></xsd:simpleType></xsd:attribute>
      </xsd:complexType>
      <xsd:element name="unused"><xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation>
        <xsd:complexType><xsd:sequence><xsd:element name="wild" type="t:Wild"/></xsd:sequence></xsd:complexType>
        <xsd:key name="k"><xsd:selector xpath="@attribute@"/><xsd:field xpath="@attribute@"/></xsd:key>
      </xsd:element>
      <xsd:simpleType name="Choice">
        <xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation>
        <xsd:restriction base="xsd:string">
          <xsd:pattern value="@attribute@"/>
          <xsd:enumeration value="@attribute@"><xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation></xsd:enumeration>
          <xsd:enumeration value="plain"/>
        </xsd:restriction>
      </xsd:simpleType>
      <xsd:complexType name="Plain">
        <xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation>
        <xsd:sequence>
          <xsd:element name="choice" type="t:Choice" default="@attribute@"/>
          <xsd:element name="fixed" type="xsd:string" fixed="@attribute@"/>
        </xsd:sequence>
        <xsd:attribute name="a" type="xsd:string" default="@attribute@"><xsd:annotation><xsd:documentation>@text@</xsd:documentation></xsd:annotation></xsd:attribute>
      </xsd:complexType>
      <xsd:element name="call"><xsd:complexType><xsd:sequence><xsd:element name="thing" type="ens:Thing"/></xsd:sequence></xsd:complexType></xsd:element>
      <xsd:element name="callResponse"><xsd:complexType><xsd:sequence><xsd:element name="result" type="t:Plain"/></xsd:sequence></xsd:complexType></xsd:element>
    </xsd:schema>
  </types>
  <message name="In"><part name="parameters" element="t:call"/></message>
  <message name="Question"><documentation>@text@</documentation><part name="wild" type="t:Wild"><documentation>@text@</documentation></part></message>
  <message name="Out"><part name="parameters" element="t:callResponse"/></message>
  <portType name="Port"><documentation>@text@</documentation><operation name="call"><documentation>@text@</documentation><input message="t:In"/><output message="t:Out"/></operation></portType>
  <binding name="B" type="t:Port">
    <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="call"><soap:operation soapAction="@action@"/><input><soap:body use="literal"/></input><output><soap:body use="literal"/></output></operation>
  </binding>
  <portType name="Asked"><operation name="ask"><input message="t:Question"/></operation></portType>
  <binding name="C" type="t:Asked"><documentation>@text@</documentation>
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="ask"><soap:operation soapAction="@action@"/><input><soap:body use="literal" namespace="urn:body:@uri@" encodingStyle="@attribute@"/></input></operation>
  </binding>
  <service name="S"><documentation>@text@</documentation><port name="P" binding="t:B"><documentation>@text@</documentation><soap:address location="https://example.com/@attribute@"/></port></service>
</definitions>"#;

const MARKERS: &[&str] = &["comment", "uri", "text", "attribute", "action"];

const PAYLOADS: &[&str] = &[
    "\"); fn pwned() {} //",
    "\"#); fn pwned() {} //",
    "*/ fn pwned() {} /*",
    "\\\"; fn pwned() {} //",
    "\nfn pwned() {}\n",
    "\r\nfn pwned() {}\r\n",
    "\rfn pwned() {}",
    "\u{2028}fn pwned() {}",
    "\u{85}fn pwned() {}",
    "'; fn pwned() {} //",
    "}} fn pwned() {} mod x {{",
    "{0} {} {pwned} %s ${pwned} $(pwned)",
    "```\npwned()\n```",
    "~~~\npwned()\n~~~",
    "    pwned();\n\n    pwned();",
    "\tpwned();",
    "<script>pwned()</script> <!-- pwned -->",
    "[pwned](pwned) [pwned] [`pwned`] ![pwned](pwned)",
    "cargo:rustc-env=PWNED=1\ncargo::rustc-cfg=pwned",
    "\u{202e}\u{2066}pwned\u{2069}\u{202c}",
    "\u{feff}\u{200b}\u{ad}pwned",
    "#![feature(pwned)] #[path = \"/etc/passwd\"] mod pwned;",
    "//! pwned\n/// pwned\n/** pwned */",
    "\\u{202e} \\n \\x41 \\",
    "r#\"pwned\"#",
    "concat!(include_str!(\"/etc/passwd\"))",
];

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\r' | '\t' => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The template with harmless text everywhere, or with a payload at one sort of place.
fn wsdl(marker: &str, payload: &str) -> String {
    let mut text = TEMPLATE.to_owned();
    for other in MARKERS {
        let value = match *other == marker {
            true if marker == "comment" => payload.replace("--", "- -"),
            true => escape(payload),
            false => "harmless".to_owned(),
        };
        text = text.replace(&format!("@{other}@"), &value);
    }
    text
}

/// Counts what a file defines, and looks at every identifier and every line of documentation.
#[derive(Debug, Default, PartialEq, Eq)]
struct Census {
    items: Vec<String>,
    idents: usize,
    pwned: usize,
}

impl<'ast> Visit<'ast> for Census {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.items.push(match item {
            syn::Item::Macro(item) => {
                let path: Vec<_> = item
                    .mac
                    .path
                    .segments
                    .iter()
                    .map(|s| s.ident.to_string())
                    .collect();
                format!("macro {}", path.join("::"))
            }
            syn::Item::Fn(item) => format!("fn {}", item.sig.ident),
            syn::Item::Static(item) => format!("static {}", item.ident),
            syn::Item::Struct(item) => format!("struct {}", item.ident),
            syn::Item::Mod(item) => format!("mod {}", item.ident),
            syn::Item::Impl(item) => format!("impl of {} items", item.items.len()),
            syn::Item::Const(_) => "const".to_owned(),
            syn::Item::Use(_) => "use".to_owned(),
            _ => "other".to_owned(),
        });
        visit::visit_item(self, item);
    }

    fn visit_ident(&mut self, ident: &'ast proc_macro2::Ident) {
        self.ident(ident);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
        visit::visit_macro(self, mac);
    }
}

impl Census {
    fn ident(&mut self, ident: &proc_macro2::Ident) {
        // Documentation has as many attributes as lines.
        self.idents += usize::from(ident != "doc");
        self.pwned += usize::from(ident == "pwned");
    }

    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(ident) => self.ident(&ident),
                proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                _ => {}
            }
        }
    }
}

fn census(wsdl: &str) -> Result<Census> {
    let output = saponify_codegen::generate(wsdl.as_bytes())?;
    for note in output.notes() {
        assert!(!note.contains(char::is_control), "{note:?}");
        assert!(
            !note.contains(['\u{202e}', '\u{2066}', '\u{2028}']),
            "{note:?}"
        );
    }
    let mut census = Census::default();
    for file in output.files() {
        for line in file.text().lines() {
            if let Some(doc) = line.trim_start().strip_prefix("///") {
                assert!(!doc.starts_with("     "), "a code block: {line:?}");
                let fence = ["```", "~~~"]
                    .iter()
                    .any(|f| doc.trim_start().starts_with(f));
                assert!(!fence, "a fence: {line:?}");
            }
            let hidden =
                |c: char| c.is_control() || ('\u{2000}'..='\u{206f}').contains(&c) && c != '…';
            assert!(!line.contains(hidden), "a hidden character: {line:?}");
        }
        assert!(!file.text().contains('\r'));
        let file = syn::parse_file(file.text()).map_err(|e| format!("{}: {e}", file.path()))?;
        census.visit_file(&file);
    }
    Ok(census)
}

#[test]
fn no_string_becomes_an_item() -> Result<()> {
    let expected = census(&wsdl("", ""))?;
    assert!(expected.items.len() > 20);
    let mut refused = Vec::new();
    for marker in MARKERS {
        for payload in PAYLOADS {
            let found = match census(&wsdl(marker, payload)) {
                Ok(found) => found,
                Err(error) if error.is::<saponify_codegen::Error>() => {
                    refused.push((marker, payload));
                    continue;
                }
                Err(error) => return Err(format!("{marker} {payload:?}: {error}").into()),
            };
            assert_eq!(
                found.items.len(),
                expected.items.len(),
                "{marker} {payload:?}"
            );
            // A namespace gives its module another name; all else keeps its own.
            if *marker != "uri" {
                assert_eq!(found.pwned, 0, "{marker} {payload:?}");
                assert_eq!(found.items, expected.items, "{marker} {payload:?}");
                assert_eq!(found.idents, expected.idents, "{marker} {payload:?}");
            }
        }
    }
    // What the reader refuses is refused for a reason: line ends in an action, a second comment.
    let total = MARKERS.len() * PAYLOADS.len();
    assert!(
        refused.len() < total / 4,
        "{} of {total} refused: {refused:#?}",
        refused.len()
    );
    Ok(())
}

#[test]
fn names_are_names_of_xml() {
    for name in ["a b", "fn main() {}", "a;b", "1a", "a\"b", "", "a:b", "a`b"] {
        let wsdl = wsdl("", "").replace("name=\"Thing\"", &format!("name=\"{}\"", escape(name)));
        assert!(
            saponify_codegen::generate(wsdl.as_bytes()).is_err(),
            "{name:?}"
        );
    }
}

/// The name of the input stands in a comment at the head of the output.
#[cfg(unix)]
#[test]
fn the_name_of_a_file_is_text_too() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for name in ["a\nfn pwned() {}\n.wsdl", "\"; fn pwned() {} \u{202e}.wsdl"] {
        let path = folder.path().join(name);
        std::fs::write(&path, wsdl("", ""))?;
        let config = saponify_codegen::Config::new().input(&path).module("m");
        for file in config.run()?.files() {
            let parsed = syn::parse_file(file.text())?;
            let mut census = Census::default();
            census.visit_file(&parsed);
            assert_eq!(census.pwned, 0, "{name:?}");
            assert!(!file.text().contains('\u{202e}'));
        }
    }
    Ok(())
}
