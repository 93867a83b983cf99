//! Every limit: a document at the limit is read, and one above it is refused with the name and value of the
//! limit.

use saponify_wsdl::{Error, ErrorKind, Limits, Reader};

fn wsdl(body: &str) -> String {
    format!("<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\">{body}</definitions>")
}

/// A document with elements of another namespace, whose content is arbitrary.
fn unknown(body: &str) -> String {
    format!("<w:definitions xmlns:w=\"http://schemas.xmlsoap.org/wsdl/\">{body}</w:definitions>")
}

fn schema(body: &str) -> String {
    wsdl(&format!(
        "<types><xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" xmlns:t=\"urn:t\" \
         targetNamespace=\"urn:t\">{body}</xsd:schema></types>"
    ))
}

fn read(set: impl Fn(&mut Limits), document: &str) -> Result<(), Error> {
    let mut limits = Limits::default();
    set(&mut limits);
    Reader::new()
        .limits(limits)
        .read(document.as_bytes())
        .map(|_| ())
}

/// `document(n)` uses exactly `n` of what `set` limits.
fn check(
    name: &'static str,
    figure: u64,
    set: impl Fn(&mut Limits, u64),
    document: impl Fn(usize) -> String,
) {
    let limit = |limits: &mut Limits| set(limits, figure);
    let count = figure as usize;
    if let Err(error) = read(limit, &document(count)) {
        panic!("{name} at the limit: {error}");
    }
    let error = read(limit, &document(count + 1)).expect_err(name);
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(error.is_limit());
    assert_eq!(error.limit(), Some((name, figure)), "{error}");
    assert!(
        error.to_string().contains(&format!("`{name}` of {figure}")),
        "{error}"
    );
}

#[test]
fn file_size() {
    let empty = wsdl("").len();
    check(
        "file_size",
        500,
        |limits, n| limits.file_size = n,
        |n| wsdl(&" ".repeat(n - empty)),
    );
}

#[test]
fn total_size() {
    let empty = wsdl("").len();
    check(
        "total_size",
        500,
        |limits, n| limits.total_size = n,
        |n| wsdl(&" ".repeat(n - empty)),
    );
}

#[test]
fn total_size_of_copies() {
    let copies = |long: &str, uses: usize| {
        let group = format!(
            "<xsd:group name='G'><xsd:sequence><xsd:element name='e' default='{long}'/>\
             </xsd:sequence></xsd:group><xsd:attributeGroup name='A'>\
             <xsd:attribute name='a' default='{long}'/></xsd:attributeGroup>"
        );
        let one = |i| {
            format!(
                "<xsd:complexType name='T{i}'><xsd:group ref='t:G'/>\
                 <xsd:attributeGroup ref='t:A'/></xsd:complexType>"
            )
        };
        schema(&(group + &(0..uses).map(one).collect::<String>()))
    };
    let limit = |limits: &mut Limits| limits.total_size = 40_000;
    assert!(read(limit, &copies(&"x".repeat(1_000), 15)).is_ok());
    let error = read(limit, &copies(&"x".repeat(1_000), 25)).unwrap_err();
    assert_eq!(error.limit(), Some(("total_size", 40_000)));
    // The paths of anonymous types repeat the enclosing names.
    let name = "n".repeat(1_000);
    let inner = |i| format!("<xsd:element name='e{i}'><xsd:complexType/></xsd:element>");
    let paths = |count: usize| {
        let inner: String = (0..count).map(inner).collect();
        schema(&format!(
            "<xsd:complexType name='{name}'><xsd:sequence>{inner}</xsd:sequence></xsd:complexType>"
        ))
    };
    assert!(read(limit, &paths(35)).is_ok());
    let error = read(limit, &paths(45)).unwrap_err();
    assert_eq!(error.limit(), Some(("total_size", 40_000)));
}

#[test]
fn depth() {
    let nest = |n: usize| unknown(&format!("{}{}", "<x>".repeat(n - 1), "</x>".repeat(n - 1)));
    check("depth", 10, |limits, n| limits.depth = n, nest);
    check("depth", 100, |limits, n| limits.depth = n, nest);
}

#[test]
fn elements() {
    // Two of them are the root and its declaration.
    let set = |limits: &mut Limits, n| limits.elements = n;
    check("elements", 50, set, |n| unknown(&"<x/>".repeat(n - 2)));
    check("elements", 50, set, |n| {
        let attributes: String = (3..n).map(|i| format!(" a{i}=''")).collect();
        unknown(&format!("<x{attributes}/>"))
    });
}

#[test]
fn attributes() {
    let numbered = |n: usize| (0..n).map(|i| format!(" a{i}='v'")).collect::<String>();
    for figure in [3, 9, 512] {
        check(
            "attributes",
            figure,
            |limits, n| limits.attributes = n,
            |n| unknown(&format!("<x{}/>", numbered(n))),
        );
    }
}

#[test]
fn attribute_length() {
    check(
        "attribute_length",
        64,
        |limits, n| limits.attribute_length = n,
        |n| unknown(&format!("<x a='{}'/>", "v".repeat(n))),
    );
}

#[test]
fn namespace_bindings() {
    // One of them is that of the root.
    let numbered = |n: usize| {
        (1..n)
            .map(|i| format!(" xmlns:p{i}='urn:{i}'"))
            .collect::<String>()
    };
    check(
        "namespace_bindings",
        20,
        |limits, n| limits.namespace_bindings = n,
        |n| unknown(&format!("<x{}/><x{}/>", numbered(n), numbered(n))),
    );
    check(
        "namespace_bindings",
        5,
        |limits, n| limits.namespace_bindings = n,
        |n| {
            let open: String = (1..n).map(|_| "<x xmlns='urn:x'>").collect();
            unknown(&(open + &"</x>".repeat(n - 1)))
        },
    );
}

#[test]
fn name_length() {
    check(
        "name_length",
        100,
        |limits, n| limits.name_length = n,
        |n| unknown(&format!("<{}/>", "x".repeat(n))),
    );
    check(
        "name_length",
        100,
        |limits, n| limits.name_length = n,
        |n| unknown(&format!("<x {}='v'/>", "x".repeat(n))),
    );
    check(
        "name_length",
        100,
        |limits, n| limits.name_length = n,
        |n| wsdl(&format!("<message name='{}'/>", "x".repeat(n))),
    );
    check(
        "name_length",
        100,
        |limits, n| limits.name_length = n,
        |n| {
            let name = "x".repeat(n - 2);
            schema(&format!(
                "<xsd:complexType name='{name}'/><xsd:element name='e' type='t:{name}'/>"
            ))
        },
    );
}

#[test]
fn text_length() {
    check(
        "text_length",
        100,
        |limits, n| limits.text_length = n,
        |n| wsdl(&format!("<documentation>{}</documentation>", "x".repeat(n))),
    );
    check(
        "text_length",
        100,
        |limits, n| limits.text_length = n,
        |n| {
            let parts = "&amp;".repeat(n - 10) + "<!-- x -->";
            wsdl(&format!(
                "<documentation>{parts}<![CDATA[0123456789]]></documentation>"
            ))
        },
    );
}

#[test]
fn types() {
    check(
        "types",
        20,
        |limits, n| limits.types = n,
        |n| {
            let types = (0..n).map(|i| format!("<xsd:complexType name='T{i}'/>"));
            schema(&types.collect::<String>())
        },
    );
    // Anonymous types count too.
    check(
        "types",
        20,
        |limits, n| limits.types = n,
        |n| {
            let types = (0..n)
                .map(|i| format!("<xsd:element name='e{i}'><xsd:complexType/></xsd:element>"));
            schema(&types.collect::<String>())
        },
    );
}

#[test]
fn particles() {
    check(
        "particles",
        20,
        |limits, n| limits.particles = n,
        |n| {
            let members = "<xsd:any/>".repeat(n - 1);
            schema(&format!(
                "<xsd:group name='G'><xsd:sequence>{members}</xsd:sequence></xsd:group>"
            ))
        },
    );
    check(
        "particles",
        20,
        |limits, n| limits.particles = n,
        |n| {
            let members: String = (0..n)
                .map(|i| format!("<xsd:attribute name='a{i}'/>"))
                .collect();
            schema(&format!(
                "<xsd:complexType name='T'>{members}</xsd:complexType>"
            ))
        },
    );
    // Three particles in the group, and three in each of the others.
    let group = "<xsd:group name='G'><xsd:sequence><xsd:any/><xsd:any/></xsd:sequence></xsd:group>";
    let uses = |n: usize| {
        let one =
            |i| format!("<xsd:complexType name='T{i}'><xsd:group ref='t:G'/></xsd:complexType>");
        schema(&(group.to_string() + &(0..n).map(one).collect::<String>()))
    };
    let limit = |limits: &mut Limits| limits.particles = 33;
    assert!(read(limit, &uses(10)).is_ok());
    let error = read(limit, &uses(11)).unwrap_err();
    assert_eq!(error.limit(), Some(("particles", 33)));
}

#[test]
fn nesting() {
    check(
        "nesting",
        7,
        |limits, n| limits.nesting = n,
        |n| {
            let (open, close) = ("<xsd:choice>".repeat(n), "</xsd:choice>".repeat(n));
            schema(&format!(
                "<xsd:complexType name='T'>{open}{close}</xsd:complexType>"
            ))
        },
    );
    // The same holds for groups that refer to each other, whichever of them is resolved first.
    let group = |i: usize, inner: &str| {
        format!("<xsd:group name='G{i}'><xsd:sequence>{inner}</xsd:sequence></xsd:group>")
    };
    let groups = |n: usize| -> Vec<String> {
        let refer = |i: usize| format!("<xsd:group ref='t:G{}'/>", i + 1);
        let refer = |i: usize| if i + 1 == n { String::new() } else { refer(i) };
        (0..n).map(|i| group(i, &refer(i))).collect()
    };
    check(
        "nesting",
        7,
        |limits, n| limits.nesting = n,
        |n| schema(&groups(n).concat()),
    );
    check(
        "nesting",
        7,
        |limits, n| limits.nesting = n,
        |n| {
            let reversed: Vec<String> = groups(n).into_iter().rev().collect();
            schema(&reversed.concat())
        },
    );
    check(
        "nesting",
        7,
        |limits, n| limits.nesting = n,
        |n| {
            let refer = |i: usize| match i + 1 == n {
                true => String::new(),
                false => format!("<xsd:attributeGroup ref='t:G{}'/>", i + 1),
            };
            let group = |i| {
                format!(
                    "<xsd:attributeGroup name='G{i}'>{}</xsd:attributeGroup>",
                    refer(i)
                )
            };
            schema(&(0..n).map(group).collect::<String>())
        },
    );
}

#[test]
fn overloads() {
    check(
        "overloads",
        5,
        |limits, n| limits.overloads = n,
        |n| {
            let operation = "<operation name='o'><input message='m'/></operation>".repeat(n);
            wsdl(&format!(
                "<message name='m'/><portType name='P'>{operation}</portType>"
            ))
        },
    );
}

#[test]
fn files() {
    let many = |n: usize| {
        let mut reader = Reader::new();
        let mut limits = Limits::default();
        limits.files = 3;
        reader.limits(limits);
        let mut imports = String::new();
        for index in 1..n {
            let location = format!("https://x/{index}.xsd");
            imports +=
                &format!("<xsd:import namespace='urn:{index}' schemaLocation='{location}'/>");
            let text = format!(
                "<schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:{index}'/>"
            );
            reader.provide(location, text);
        }
        reader.read(schema(&imports).as_bytes())
    };
    assert_eq!(many(3).unwrap().files.len(), 2);
    assert_eq!(many(4).unwrap_err().limit(), Some(("files", 3)));
}
