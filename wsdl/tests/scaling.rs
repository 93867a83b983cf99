//! The time of reading grows in proportion to the document, whichever construct it has many of. The times
//! are printed and not asserted: `cargo test --release -p saponify-wsdl --test scaling -- --ignored
//! --nocapture`

use std::fmt::Write;
use std::time::Instant;

use saponify_wsdl::{Limits, Reader};

fn wsdl(body: &str) -> String {
    format!("<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\">{body}</definitions>")
}

fn schema(body: &str) -> String {
    wsdl(&format!(
        "<types><xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:t=\"urn:t\" \
         targetNamespace=\"urn:t\">{body}</xsd:schema></types>"
    ))
}

fn repeat(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

#[test]
#[ignore = "a measurement, not a check"]
fn twice_the_document_takes_twice_the_time() {
    type Shape = (&'static str, usize, fn(usize) -> String);
    let shapes: &[Shape] = &[
        ("types in a chain", 40_000, |n| {
            schema(&repeat(n, |i| {
                let base = if i == 0 {
                    "xsd:anyType".to_string()
                } else {
                    format!("t:T{}", i - 1)
                };
                format!(
                    "<xsd:complexType name='T{i}'><xsd:complexContent><xsd:extension base='{base}'/>\
                     </xsd:complexContent></xsd:complexType>"
                )
            }))
        }),
        ("types in a chain, bases last", 40_000, |n| {
            schema(&repeat(n, |i| {
                let base = if i + 1 == n {
                    "xsd:anyType".to_string()
                } else {
                    format!("t:T{}", i + 1)
                };
                format!(
                    "<xsd:complexType name='T{i}'><xsd:complexContent><xsd:extension base='{base}'/>\
                     </xsd:complexContent></xsd:complexType>"
                )
            }))
        }),
        ("enumerations of QNames", 200_000, |n| {
            let values = repeat(n, |i| format!("<xsd:enumeration value='t:V{i}'/>"));
            schema(&format!(
                "<xsd:simpleType name='T'><xsd:restriction base='xsd:QName'>{values}\
                 </xsd:restriction></xsd:simpleType>"
            ))
        }),
        ("fields of one type, on one line", 200_000, |n| {
            let fields = repeat(n, |i| format!("<xsd:element name='f{i}' type='xsd:int'/>"));
            schema(&format!(
                "<xsd:complexType name='T'><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>"
            ))
        }),
        ("anonymous types", 60_000, |n| {
            schema(&repeat(n, |i| {
                format!("<xsd:element name='e{i}'><xsd:complexType/></xsd:element>")
            }))
        }),
        ("members of a union", 60_000, |n| {
            let types = repeat(n, |i| {
                format!(
                    "<xsd:simpleType name='M{i}'><xsd:restriction base='xsd:int'/></xsd:simpleType>"
                )
            });
            let inner = repeat(n / 2, |_| {
                "<xsd:simpleType><xsd:restriction base='xsd:int'/></xsd:simpleType>".to_string()
            });
            schema(&format!(
                "{types}<xsd:simpleType name='U'><xsd:union>{inner}</xsd:union></xsd:simpleType>"
            ))
        }),
        ("substitutions", 60_000, |n| {
            schema(&repeat(n, |i| match i {
                0 => "<xsd:element name='e0' type='xsd:int'/>".to_string(),
                _ => format!(
                    "<xsd:element name='e{i}' substitutionGroup='t:e{}'/>",
                    i - 1
                ),
            }))
        }),
        ("operations, bound", 40_000, |n| {
            let operations = repeat(n, |i| {
                format!(
                    "<operation name='o{i}'><input message='m'/><fault name='f' message='m'/></operation>"
                )
            });
            let bound = repeat(n, |i| {
                format!("<operation name='o{i}'><fault name='f'/></operation>")
            });
            wsdl(&format!(
                "<message name='m'/><portType name='P'>{operations}</portType>\
                 <binding name='B' type='P'>{bound}</binding>"
            ))
        }),
        ("faults of one operation", 60_000, |n| {
            let faults = repeat(n, |i| format!("<fault name='f{i}' message='m'/>"));
            wsdl(&format!(
                "<message name='m'/><portType name='P'><operation name='o'><input message='m'/>\
                 {faults}</operation></portType><binding name='B' type='P'>\
                 <operation name='o'>{faults}</operation></binding>"
            ))
        }),
        ("parts and headers of one message", 60_000, |n| {
            let parts = repeat(n, |i| {
                format!(
                    "<part name='p{i}' type='x:int' xmlns:x='http://www.w3.org/2001/XMLSchema'/>"
                )
            });
            let headers = repeat(n, |i| format!("<s:header message='m' part='p{i}'/>"));
            wsdl(&format!(
                "<message name='m'>{parts}</message><portType name='P'><operation name='o'>\
                 <input message='m'/></operation></portType><binding name='B' type='P'>\
                 <operation name='o'><input xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/'>{headers}\
                 </input></operation></binding>"
            ))
        }),
        ("schemas and imports", 20_000, |n| {
            let schemas = repeat(n, |i| {
                format!(
                    "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:{i}'>\
                     <s:import namespace='urn:{}'/><s:element name='e' xmlns:p='urn:{}' type='p:T'/>\
                     <s:complexType name='T'/></s:schema>",
                    i / 2,
                    n - i - 1
                )
            });
            wsdl(&format!("<types>{schemas}</types>"))
        }),
        (
            "prefixes of one schema that are not imported",
            30_000,
            |n| {
                let schemas = repeat(n, |i| {
                    format!(
                        "<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:{i}'>\
                     <s:complexType name='T'/></s:schema>"
                    )
                });
                let imports = repeat(n, |i| format!("<s:import namespace='urn:no{i}'/>"));
                let uses = repeat(n, |i| {
                    format!("<s:element name='e{i}' xmlns:p='urn:{i}' type='p:T'/>")
                });
                wsdl(&format!(
                    "<types>{schemas}<s:schema xmlns:s='http://www.w3.org/2001/XMLSchema' \
                 targetNamespace='urn:t'>{imports}{uses}</s:schema></types>"
                ))
            },
        ),
        ("attributes, 500 each", 400, |n| {
            let attributes = repeat(500, |i| format!(" attribute{i}='v'"));
            wsdl(&format!(
                "<documentation>{}</documentation>",
                repeat(n, |_| format!("<x{attributes}/>"))
            ))
        }),
        ("elements below 250 prefixes", 300_000, |n| {
            let prefixes = repeat(250, |i| format!(" xmlns:p{i}='urn:{i}'"));
            wsdl(&format!(
                "<documentation{prefixes}>{}</documentation>",
                "<x/>".repeat(n)
            ))
        }),
        ("character references", 100_000, |n| {
            wsdl(&repeat(n / 100, |_| {
                format!("<documentation>{}</documentation>", "&#65;".repeat(100))
            }))
        }),
        ("lines of documentation", 200_000, |n| {
            let text = repeat(n / 1_000, |_| {
                format!(
                    "<documentation>{}</documentation>",
                    "\n    line".repeat(1_000)
                )
            });
            wsdl(&text)
        }),
    ];
    let mut limits = Limits::default();
    limits.types = 1_000_000;
    let mut reader = Reader::new();
    reader.limits(limits);
    let mut table = String::new();
    for (name, count, document) in shapes {
        let time = |count: usize| {
            let text = document(count);
            let mut best = f64::MAX;
            for _ in 0..3 {
                let start = Instant::now();
                let result = reader.read(text.as_bytes());
                best = best.min(start.elapsed().as_secs_f64());
                if let Err(error) = result {
                    panic!("{name}: {error}");
                }
            }
            (best * 1e3, text.len() as f64 / 1e6)
        };
        let (once, megabytes) = time(*count);
        let (twice, _) = time(count * 2);
        writeln!(
            table,
            "{name:46} {megabytes:5.1} MB {once:8.1} ms, twice that {:.2} times",
            twice / once
        )
        .unwrap();
    }
    eprint!("{table}");
}
