//! Malicious documents: they are refused or read, on a small stack and without a panic.

use std::fmt::Write;
use std::thread;

use saponify_wsdl::{Error, ErrorKind, Limits, Model, Reader};

const STACK: usize = 256 << 10;

/// Reads on a thread with a small stack, and drops the result there.
fn read(document: String) -> Result<usize, Error> {
    read_with(Limits::default(), document)
}

fn read_with(limits: Limits, document: String) -> Result<usize, Error> {
    let body = move || {
        let result = Reader::new().limits(limits).read(document.as_bytes());
        result.map(|model: Model| {
            let copy = model.clone();
            assert!(copy == model);
            assert!(!model.to_string().is_empty());
            model.types.len()
        })
    };
    let thread = thread::Builder::new().stack_size(STACK);
    thread.spawn(body).unwrap().join().unwrap()
}

fn wsdl(body: &str) -> String {
    format!("<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\">{body}</definitions>")
}

fn schema(body: &str) -> String {
    wsdl(&format!(
        "<types><xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:t=\"urn:t\" \
         targetNamespace=\"urn:t\">{body}</xsd:schema></types>"
    ))
}

#[test]
fn elements_ten_thousand_deep() {
    for depth in [10_000, 1_000_000] {
        let document = wsdl(&("<x>".repeat(depth) + &"</x>".repeat(depth)));
        assert_eq!(read(document).unwrap_err().limit(), Some(("depth", 100)));
        let error = read("<x>".repeat(depth)).unwrap_err();
        assert_eq!(error.limit(), Some(("depth", 100)));
    }
}

#[test]
fn anonymous_types_as_deep_as_allowed() {
    let level = "<xsd:element name='e'><xsd:complexType><xsd:sequence>";
    let end = "</xsd:sequence></xsd:complexType></xsd:element>";
    let types = |levels| schema(&(level.repeat(levels) + &end.repeat(levels)));
    assert_eq!(read(types(21)).unwrap(), 21);
    assert_eq!(read(types(22)).unwrap_err().limit(), Some(("nesting", 64)));
    assert_eq!(
        read(types(20_000)).unwrap_err().limit(),
        Some(("depth", 100))
    );
}

#[test]
fn simple_types_as_deep_as_allowed() {
    let level = "<xsd:simpleType><xsd:restriction>";
    let end = "</xsd:restriction></xsd:simpleType>";
    let document = |levels| {
        schema(&format!(
            "<xsd:element name='e'>{}<xsd:simpleType><xsd:list itemType='xsd:int'/></xsd:simpleType>\
             {}</xsd:element>",
            level.repeat(levels),
            end.repeat(levels)
        ))
    };
    assert!(read(document(47)).is_ok());
    assert_eq!(
        read(document(48)).unwrap_err().limit(),
        Some(("depth", 100))
    );
}

#[test]
fn sequences_as_deep_as_allowed() {
    let nested = |levels| {
        let (open, close) = (
            "<xsd:sequence>".repeat(levels),
            "</xsd:sequence>".repeat(levels),
        );
        schema(&format!(
            "<xsd:complexType name='T'>{open}<xsd:any/>{close}</xsd:complexType>"
        ))
    };
    assert!(read(nested(63)).is_ok());
    assert_eq!(read(nested(64)).unwrap_err().limit(), Some(("nesting", 64)));
    assert_eq!(read(nested(96)).unwrap_err().limit(), Some(("depth", 100)));
}

#[test]
fn documents_as_deep_as_allowed_can_be_printed_raw() {
    let (open, close) = ("<xsd:choice>".repeat(95), "</xsd:choice>".repeat(95));
    let sequences = schema(&format!(
        "<xsd:complexType name='T'>{open}{close}</xsd:complexType>"
    ));
    let level = "<xsd:element name='e'><xsd:complexType><xsd:sequence>";
    let end = "</xsd:sequence></xsd:complexType></xsd:element>";
    let types = schema(&(level.repeat(32) + &end.repeat(32)));
    for document in [sequences, types] {
        let body = move || {
            saponify_wsdl::dump_raw(document.as_bytes())
                .unwrap()
                .lines()
                .count()
        };
        let thread = thread::Builder::new().stack_size(STACK).spawn(body);
        assert!(thread.unwrap().join().unwrap() > 90);
    }
}

#[test]
fn groups_as_deep_as_allowed() {
    let chain = |count: usize, forwards: bool| {
        let mut groups: Vec<String> = (0..count)
            .map(|i| {
                let inner = match i + 1 == count {
                    true => "<xsd:any/>".to_string(),
                    false => format!("<xsd:group ref='t:G{}'/>", i + 1),
                };
                format!("<xsd:group name='G{i}'><xsd:sequence>{inner}</xsd:sequence></xsd:group>")
            })
            .collect();
        if !forwards {
            groups.reverse();
        }
        schema(&groups.concat())
    };
    for forwards in [true, false] {
        assert_eq!(read(chain(63, forwards)).unwrap(), 0);
        let error = read(chain(2_000, forwards)).unwrap_err();
        assert_eq!(error.limit(), Some(("nesting", 64)));
    }
}

#[test]
fn extension_chain_of_two_thousand() {
    for forwards in [true, false] {
        let mut types: Vec<String> = (1..2_000)
            .map(|i| {
                format!(
                    "<xsd:complexType name='T{i}'><xsd:complexContent>\
                     <xsd:extension base='t:T{}'/></xsd:complexContent></xsd:complexType>",
                    i - 1
                )
            })
            .collect();
        types.push("<xsd:complexType name='T0'/>".to_string());
        if !forwards {
            types.reverse();
        }
        assert_eq!(read(schema(&types.concat())).unwrap(), 2_000);
    }
}

#[test]
fn substitution_chain_of_two_thousand() {
    let mut elements = "<xsd:element name='e0' type='xsd:int'/>".to_string();
    for i in 1..2_000 {
        let head = i - 1;
        write!(
            elements,
            "<xsd:element name='e{i}' substitutionGroup='t:e{head}'/>"
        )
        .unwrap();
    }
    let model = saponify_wsdl::read(schema(&elements).as_bytes()).unwrap();
    let int = model.elements[0].type_id;
    assert!(model.elements.iter().all(|element| element.type_id == int));
}

#[test]
fn a_hundred_thousand_attributes() {
    let attributes: String = (0..100_000).map(|i| format!(" a{i}=''")).collect();
    let error = read(wsdl(&format!("<x{attributes}/>"))).unwrap_err();
    assert_eq!(error.limit(), Some(("attributes", 512)));
}

#[test]
fn a_hundred_thousand_namespaces() {
    let declarations: String = (0..100_000)
        .map(|i| format!(" xmlns:a{i}='u{i}'"))
        .collect();
    let error = read(wsdl(&format!("<x{declarations}/>"))).unwrap_err();
    assert!(error.is_limit());
}

#[test]
fn a_name_of_a_megabyte() {
    let error = read(wsdl(&format!("<{}/>", "x".repeat(1 << 20)))).unwrap_err();
    assert_eq!(error.limit(), Some(("name_length", 1024)));
    assert!(error.to_string().len() < 500);
}

#[test]
fn entities_of_a_dtd() {
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 'ha'>");
    for i in 1..30 {
        let before = i - 1;
        write!(laughs, "<!ENTITY a{i} '&a{before};&a{before};&a{before};'>").unwrap();
    }
    laughs.push_str("]><definitions>&a29;</definitions>");
    assert!(read(laughs).unwrap_err().is_dtd());
    let external = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>";
    let error = read(external.to_string()).unwrap_err();
    assert!(error.is_dtd() && !format!("{error:?}").contains("root:"));
}

#[test]
fn unbounded_occurrences_need_no_resources() {
    let model = saponify_wsdl::read(
        schema(
            "<xsd:complexType name='T'><xsd:sequence minOccurs='4294967296' maxOccurs='18446744073709551616'>\
             <xsd:any maxOccurs='2147483647'/></xsd:sequence></xsd:complexType>",
        )
        .as_bytes(),
    );
    assert!(model.is_ok());
}

#[test]
fn hostile_patterns_are_kept_but_not_compiled() {
    let pattern = "(a+)+".repeat(1_000);
    let document = schema(&format!(
        "<xsd:simpleType name='T'><xsd:restriction base='xsd:string'>\
         <xsd:pattern value='{pattern}'/></xsd:restriction></xsd:simpleType>"
    ));
    assert!(read(document).is_ok());
}

#[test]
fn errors_quote_little_and_no_control_characters() {
    for hostile in [
        "\u{202e}",
        "\u{2028}",
        "&#10;cargo:rustc-env=A=B&#10;",
        "&#x85;",
        "x y",
    ] {
        let long = hostile.repeat(2_000);
        for document in [
            wsdl(&format!("<message name='{long}'/>")),
            schema(&format!("<xsd:element name='e' type='{long}'/>")),
            schema(&format!("<xsd:element name='e' nillable='{long}'/>")),
            schema(&format!(
                "<xsd:import namespace='u' schemaLocation='{long}'/>"
            )),
            wsdl(&format!(
                "<types><schema xmlns='{long}'/></types><x/><oops/>"
            )),
            format!("<root xmlns='{long}'/>"),
        ] {
            let error = read(document).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(text.len() < 4_000, "{}", text.len());
                let bad = |c: char| c.is_control() || "\u{202e}\u{2028}\u{85}".contains(c);
                // All further lines belong to the excerpt, and each of them begins with its margin.
                let mut lines = text.split('\n');
                assert!(
                    !lines.next().is_some_and(|line| line.contains(bad)),
                    "{text:?}"
                );
                for line in lines {
                    let is_margin = |c: char| c == ' ' || c.is_ascii_digit();
                    assert!(
                        line.trim_start_matches(is_margin).starts_with('|'),
                        "{line:?}"
                    );
                    assert!(!line.contains(bad), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn bytes_read_no_file() {
    let document = schema("<xsd:import namespace='urn:x' schemaLocation='Cargo.toml'/>");
    let error = read(document).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ImportRefused);
    assert!(error.to_string().contains("`Cargo.toml`"));
}

#[test]
fn the_error_is_one_pointer_and_crosses_threads() {
    fn check<T: Send + Sync + 'static>() -> usize {
        size_of::<T>()
    }
    assert_eq!(check::<Error>(), size_of::<usize>());
    check::<Model>();
    check::<Reader>();
}
