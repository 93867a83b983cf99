//! WSDLs that are valid and beyond all reason are refused, quickly.

use std::time::{Duration, Instant};

/// A WSDL with one schema.
fn wsdl(types: &str) -> String {
    format!(
        "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\" targetNamespace=\"urn:x\" \
         xmlns:x=\"urn:x\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><types>\
         <xsd:schema targetNamespace=\"urn:x\">{types}</xsd:schema></types></definitions>"
    )
}

fn heir(number: usize, base: usize) -> String {
    format!(
        "<xsd:complexType name=\"T{number}\"><xsd:complexContent><xsd:extension base=\"x:T{base}\">\
         <xsd:sequence><xsd:element name=\"f{number}\" type=\"xsd:int\"/></xsd:sequence>\
         </xsd:extension></xsd:complexContent></xsd:complexType>"
    )
}

const ROOT: &str = "<xsd:complexType name=\"T0\"><xsd:sequence><xsd:element name=\"f0\" \
                    type=\"xsd:int\"/></xsd:sequence></xsd:complexType>";

#[test]
fn deep_derivation() {
    let chain: String = (1..2_000).map(|n| heir(n, n - 1)).collect();
    let started = Instant::now();
    let error = saponify_codegen::generate(wsdl(&format!("{ROOT}{chain}")).as_bytes()).unwrap_err();
    assert!(error.is_unsupported() || error.is_wsdl(), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(60));

    let chain: String = (1..200).map(|n| heir(n, n - 1)).collect();
    assert!(saponify_codegen::generate(wsdl(&format!("{ROOT}{chain}")).as_bytes()).is_ok());
}

#[test]
fn fields_that_multiply() {
    let fields: String = (0..3_000)
        .map(|n| format!("<xsd:element name=\"g{n}\" type=\"xsd:int\"/>"))
        .collect();
    let wide = ROOT.replace("<xsd:sequence>", &format!("<xsd:sequence>{fields}"));
    let heirs: String = (1..1_000).map(|n| heir(n, 0)).collect();
    let error = saponify_codegen::generate(wsdl(&format!("{wide}{heirs}")).as_bytes()).unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
}

#[test]
fn a_type_as_wide_as_a_table_can_be() {
    let fields: String = (0..70_000)
        .map(|n| format!("<xsd:element name=\"g{n}\" type=\"xsd:int\"/>"))
        .collect();
    let wide = ROOT.replace("<xsd:sequence>", &format!("<xsd:sequence>{fields}"));
    let error = saponify_codegen::generate(wsdl(&wide).as_bytes()).unwrap_err();
    assert!(error.is_unsupported(), "{error:?}");
    assert!(error.to_string().contains("65,534"), "{error}");
}

#[test]
fn names_that_all_collide() {
    // `a.b`, `a-b` and so on in every combination are one identifier.
    let fields: String = (0..4_096_u32)
        .map(|n| {
            let name: String = (0..12)
                .map(|bit| if n >> bit & 1 == 1 { "a." } else { "a-" })
                .collect();
            format!("<xsd:element name=\"{name}z\" type=\"xsd:int\"/>")
        })
        .collect();
    let wide = ROOT.replace("<xsd:sequence>", &format!("<xsd:sequence>{fields}"));
    let started = Instant::now();
    assert!(saponify_codegen::generate(wsdl(&wide).as_bytes()).is_ok());
    assert!(started.elapsed() < Duration::from_secs(60));
}
