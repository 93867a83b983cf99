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

/// Generates on a thread with little stack.
fn on_a_small_stack(wsdl: String) -> Result<usize, saponify_codegen::Error> {
    let body = move || {
        let output = saponify_codegen::generate(wsdl.as_bytes())?;
        Ok(output.files().iter().map(|file| file.text().len()).sum())
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    thread.spawn(body).unwrap().join().unwrap()
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

#[test]
fn bases_at_the_limit_and_beyond() {
    let chain = |bases: usize| {
        let heirs: String = (1..=bases).map(|n| heir(n, n - 1)).collect();
        on_a_small_stack(wsdl(&format!("{ROOT}{heirs}")))
    };
    assert!(chain(256).is_ok());
    let error = chain(257).unwrap_err();
    assert!(error.to_string().contains("more than 256 bases"), "{error}");
}

#[test]
fn members_at_the_limit_and_beyond() {
    let fields = |count: usize| {
        let fields: String = (0..count)
            .map(|n| format!("<xsd:element name=\"f{n}\" type=\"xsd:int\"/>"))
            .collect();
        saponify_codegen::generate(
            wsdl(&format!(
                "<xsd:complexType name=\"T\"><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>"
            ))
            .as_bytes(),
        )
    };
    assert!(fields(65_534).is_ok());
    assert!(fields(65_535).unwrap_err().is_unsupported());
}

/// Nothing that a WSDL nests, or strings together, makes the generator recurse without end.
#[test]
fn what_nests_needs_little_stack() {
    // Anonymous types, as deep as the reader takes them.
    let level = "<xsd:element name='e'><xsd:complexType><xsd:sequence>";
    let end = "</xsd:sequence></xsd:complexType></xsd:element>";
    assert!(on_a_small_stack(wsdl(&(level.repeat(21) + &end.repeat(21)))).is_ok());
    // Groups within groups.
    let groups = "<xsd:sequence>".repeat(60) + &"</xsd:sequence>".repeat(60);
    let nested = format!("<xsd:complexType name='T'>{groups}</xsd:complexType>");
    assert!(on_a_small_stack(wsdl(&nested)).is_ok());
    // A ring of types that all need the next one.
    let ring: String = (0..5_000)
        .map(|n| {
            let next = (n + 1) % 5_000;
            format!(
                "<xsd:complexType name='R{n}'><xsd:sequence>\
                 <xsd:element name='next' type='x:R{next}'/></xsd:sequence></xsd:complexType>"
            )
        })
        .collect();
    assert!(on_a_small_stack(wsdl(&ring)).is_ok());
    // Lists of lists, and unions of unions.
    let simple: String = (1..2_000)
        .map(|n| {
            let base = n - 1;
            format!(
                "<xsd:simpleType name='S{n}'><xsd:union memberTypes='x:S{base} xsd:int'/>\
                 </xsd:simpleType>"
            )
        })
        .collect();
    let root = "<xsd:simpleType name='S0'><xsd:restriction base='xsd:string'/></xsd:simpleType>\
                <xsd:complexType name='H'><xsd:sequence><xsd:element name='s' type='x:S1999'/>\
                </xsd:sequence></xsd:complexType>";
    assert!(on_a_small_stack(wsdl(&format!("{root}{simple}"))).is_ok());
}

/// Work grows with the document: twice the text is not four times the output, whatever there is
/// much of. Time is measured, not asserted: `--ignored --nocapture`, in release.
#[test]
#[ignore = "a measurement, not a check"]
fn twice_the_document_takes_twice_the_time() {
    type Shape = (&'static str, usize, fn(usize) -> String);
    let shapes: &[Shape] = &[
        ("fields", 30_000, |n| {
            let fields: String = (0..n)
                .map(|n| format!("<xsd:element name='Some_Field{n}' type='xsd:int'/>"))
                .collect();
            format!(
                "<xsd:complexType name='T'><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>"
            )
        }),
        ("fields that are alike", 30_000, |n| {
            let fields: String = (0..n)
                .map(|n| {
                    format!(
                        "<xsd:element name='some{}Field{}' type='xsd:int'/>",
                        ["-", ".", "_"][n % 3],
                        n / 3
                    )
                })
                .collect();
            format!(
                "<xsd:complexType name='T'><xsd:sequence>{fields}</xsd:sequence></xsd:complexType>"
            )
        }),
        ("types", 20_000, |n| {
            (0..n)
                .map(|n| format!("<xsd:complexType name='T{n}'/>"))
                .collect()
        }),
        ("values", 60_000, |n| {
            let values: String = (0..n)
                .map(|n| format!("<xsd:enumeration value='V-{n}'/>"))
                .collect();
            format!(
                "<xsd:simpleType name='V'><xsd:restriction base='xsd:string'>{values}</xsd:restriction></xsd:simpleType><xsd:complexType name='H'><xsd:sequence><xsd:element name='v' type='x:V'/></xsd:sequence></xsd:complexType>"
            )
        }),
        ("elements with types of their own", 20_000, |n| {
            (0..n)
                .map(|n| format!("<xsd:element name='e{n}'><xsd:complexType/></xsd:element>"))
                .collect()
        }),
        ("patterns", 20_000, |n| {
            let values = "<xsd:pattern value='(a+)+$'/>".repeat(n);
            format!(
                "<xsd:simpleType name='V'><xsd:restriction base='xsd:string'>{values}</xsd:restriction></xsd:simpleType>"
            )
        }),
    ];
    for (what, count, shape) in shapes {
        let time = |count: usize| {
            let wsdl = wsdl(&shape(count));
            let started = Instant::now();
            let output =
                saponify_codegen::generate(wsdl.as_bytes()).map(|output| output.files().len());
            assert!(output.is_ok(), "{what}: {output:?}");
            started.elapsed().as_secs_f64()
        };
        let (one, two) = (time(*count), time(count * 2));
        println!(
            "{what}: {one:.3} s, twice as many {two:.3} s, {:.1} times",
            two / one
        );
    }
}
