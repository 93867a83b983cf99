//! The rules of names, as a table: what stands in one scope of a WSDL, and what it is called.
//!
//! `src/names/mod.rs` states the rules; that other names may come and go is in its own tests.

use std::collections::BTreeMap;
use std::error::Error;

use saponify_codegen::Config;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Sort of name, names of one scope, and their identifiers.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

const TABLE: &[Row] = &[
    // Words.
    (
        "field",
        &["Name", "AnnualRevenue"],
        &["name", "annual_revenue"],
    ),
    (
        "field",
        &["CRMUserURLs", "sObjectType", "HTMLParser"],
        &["crm_user_urls", "s_object_type", "html_parser"],
    ),
    (
        "field",
        &["Legacy_Id__c", "Parent__r", "pse__PreBilledAmount__c"],
        &["legacy_id__c", "parent__r", "pse__pre_billed_amount__c"],
    ),
    (
        "field",
        &["NumberOfEmployees2", "Line1Text"],
        &["number_of_employees2", "line1_text"],
    ),
    // Keywords of all editions.
    (
        "field",
        &["abstract", "as", "async", "await", "become", "box"],
        &[
            "r#abstract",
            "r#as",
            "r#async",
            "r#await",
            "r#become",
            "r#box",
        ],
    ),
    (
        "field",
        &["break", "const", "continue", "do", "dyn", "else"],
        &[
            "r#break",
            "r#const",
            "r#continue",
            "r#do",
            "r#dyn",
            "r#else",
        ],
    ),
    (
        "field",
        &["enum", "false", "final", "fn", "for", "gen"],
        &["r#enum", "r#false", "r#final", "r#fn", "r#for", "r#gen"],
    ),
    (
        "field",
        &["if", "impl", "in", "let", "loop", "macro"],
        &["r#if", "r#impl", "r#in", "r#let", "r#loop", "r#macro"],
    ),
    (
        "field",
        &["match", "mod", "move", "mut", "override", "priv"],
        &[
            "r#match",
            "r#mod",
            "r#move",
            "r#mut",
            "r#override",
            "r#priv",
        ],
    ),
    (
        "field",
        &["pub", "ref", "return", "static", "struct", "trait"],
        &[
            "r#pub", "r#ref", "r#return", "r#static", "r#struct", "r#trait",
        ],
    ),
    (
        "field",
        &["true", "try", "type", "typeof", "unsafe", "unsized"],
        &[
            "r#true",
            "r#try",
            "r#type",
            "r#typeof",
            "r#unsafe",
            "r#unsized",
        ],
    ),
    (
        "field",
        &["use", "virtual", "where", "while", "yield"],
        &["r#use", "r#virtual", "r#where", "r#while", "r#yield"],
    ),
    (
        "field",
        &["self", "super", "crate", "extern", "_"],
        &["self_", "super_", "crate_", "extern_", "__"],
    ),
    (
        "field",
        &["Self", "Type", "union", "auto", "safe", "raw"],
        &["self_", "r#type", "union", "auto", "safe", "raw"],
    ),
    ("type", &["Self", "self"], &["Self_", "self_"]),
    (
        "value",
        &["self", "Self", "crate"],
        &["self_", "Self_", "Crate"],
    ),
    (
        "operation",
        &["type", "self", "await"],
        &["r#type", "self_", "r#await"],
    ),
    // What generated code has a use for.
    ("field", &["derived"], &["derived_"]),
    (
        "key",
        &["Get", "Set", "New", "Clone", "With", "TABLE"],
        &["get_", "set_", "new_", "clone_", "with_", "table"],
    ),
    ("value", &["Other", "KNOWN"], &["Other_", "Known"]),
    (
        "operation",
        &["client", "builder", "clone"],
        &["client_", "builder_", "clone_"],
    ),
    // The prelude and the primitive types may be names of types.
    (
        "type",
        &["Option", "String", "Vec", "Result", "Box", "Error"],
        &["Option", "String", "Vec", "Result", "Box", "Error"],
    ),
    (
        "type",
        &["Some", "None", "Ok", "Err", "Default", "Clone"],
        &["Some", "None", "Ok", "Err", "Default", "Clone"],
    ),
    (
        "type",
        &["i32", "bool", "str", "u8", "f64"],
        &["I32", "Bool", "Str", "U8", "F64"],
    ),
    ("type", &["bool", "Bool"], &["bool_", "Bool"]),
    (
        "value",
        &["Some", "None", "Ok", "Err"],
        &["Some", "None", "Ok", "Err"],
    ),
    // Digits, signs, and letters of other scripts.
    (
        "field",
        &["_3Field", "a-b", "c.d"],
        &["_3_field", "a_b", "c_d"],
    ),
    (
        "value",
        &["1.0", "10", "-1", "3DSecure"],
        &["X1_0", "X10", "Minus1", "X3DSecure"],
    ),
    (
        "value",
        &["", ">=", "??", "a b"],
        &["Empty", "GreaterOrEqual", "Symbol", "AB"],
    ),
    ("value", &["??", "!!"], &["u3fu3f", "u21u21"]),
    (
        "field",
        &["Größe", "Сумма", "名前", "Straße"],
        &["größe", "сумма", "名前", "straße"],
    ),
    // Letters that only look like Latin ones, and those that a letter is made of.
    ("field", &["аСо", "e\u{301}a"], &["u430u421u43e", "eu301a"]),
    ("type", &["größe", "été"], &["Größe", "Été"]),
    // Alike but for case, for words, for signs: each as it is written.
    (
        "field",
        &["SuddenHearingLoss__c", "Sudden_hearing_loss__c"],
        &["suddenhearingloss__c", "sudden_hearing_loss__c"],
    ),
    (
        "key",
        &["SuddenHearingLoss__c", "Sudden_hearing_loss__c"],
        &["suddenhearingloss__c", "sudden_hearing_loss__c"],
    ),
    ("field", &["foo", "Foo", "FOO"], &["foo", "Foo", "FOO"]),
    (
        "field",
        &["fooBar", "FooBar", "foo_bar", "foo-bar"],
        &["fooBar", "FooBar", "foo_bar", "foou2dbar"],
    ),
    (
        "field",
        &["type", "Type", "TYPE"],
        &["r#type", "Type", "TYPE"],
    ),
    ("type", &["location", "Location"], &["location", "Location"]),
    ("type", &["a-b", "a.b", "a_b"], &["au2db", "au2eb", "a_b"]),
    ("value", &["abc", "ABC", "Abc"], &["abc", "ABC", "Abc"]),
    ("value", &["a b", "a-b", "A_B"], &["au20b", "au2db", "A_B"]),
    (
        "operation",
        &["getItem", "GetItem", "get_item"],
        &["getItem", "GetItem", "get_item"],
    ),
    // An ordinal is a name like any other.
    (
        "field",
        &["foo", "foo_2", "Foo2"],
        &["foo", "foo_2", "foo2"],
    ),
];

/// A WSDL with the names of a row in a scope of their sort.
fn wsdl(sort: &str, names: &[&str]) -> String {
    let each = |make: &dyn Fn(&str) -> String| names.iter().map(|n| make(n)).collect::<String>();
    let escaped = |name: &str| name.replace('&', "&amp;").replace('<', "&lt;");
    let element = |name: &str| format!("<xsd:element name='{name}' type='xsd:int' minOccurs='0'/>");
    let types = match sort {
        "field" => format!(
            "<xsd:complexType name='Scope'><xsd:sequence>{}</xsd:sequence></xsd:complexType>",
            each(&element)
        ),
        "key" => format!(
            "<xsd:complexType name='sObject'/><xsd:complexType name='Scope'><xsd:complexContent>\
             <xsd:extension base='t:sObject'><xsd:sequence>{}</xsd:sequence></xsd:extension>\
             </xsd:complexContent></xsd:complexType>",
            each(&element)
        ),
        "type" => each(&|name| format!("<xsd:complexType name='{name}'/>")),
        "value" => format!(
            "<xsd:simpleType name='Scope'><xsd:restriction base='xsd:string'>{}</xsd:restriction>\
             </xsd:simpleType><xsd:complexType name='Holder'><xsd:sequence>\
             <xsd:element name='scope' type='t:Scope'/></xsd:sequence></xsd:complexType>",
            each(&|value| format!("<xsd:enumeration value='{}'/>", escaped(value)))
        ),
        _ => "<xsd:element name='in'/>".to_owned(),
    };
    let operations = match sort {
        "operation" => names.to_vec(),
        _ => Vec::new(),
    };
    let list =
        |make: &dyn Fn(&str) -> String| operations.iter().map(|n| make(n)).collect::<String>();
    let declared = list(&|n| format!("<operation name='{n}'><input message='t:In'/></operation>"));
    let bound = list(&|n| {
        format!(
            "<operation name='{n}'><s:operation soapAction=''/><input><s:body use='literal'/></input></operation>"
        )
    });
    format!(
        "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/' targetNamespace='urn:scope' \
         xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:t='urn:scope' \
         xmlns:xsd='http://www.w3.org/2001/XMLSchema'>\
         <types><xsd:schema targetNamespace='urn:scope'>{types}</xsd:schema></types>\
         <message name='In'/><portType name='Port'>{declared}</portType>\
         <binding name='B' type='t:Port'><s:binding style='rpc'/>{bound}</binding></definitions>"
    )
}

/// Identifiers by the name on the wire, as the plan of the output prints them.
fn identifiers(sort: &str, wsdl: &str, config: Config) -> Result<BTreeMap<String, String>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("scope.wsdl");
    std::fs::write(&path, wsdl)?;
    let config = match sort {
        "key" => config.open_bases(["sObject"]).input(&path),
        _ => config.input(&path),
    };
    let plan = config.dump_plan()?;
    let mut found = BTreeMap::new();
    let mut section = "";
    for line in plan.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let indent = line.len() - line.trim_start().len();
        if indent < 4 {
            section = words.first().copied().unwrap_or_default();
        }
        let wanted = match sort {
            "type" => indent == 2 && section == "struct",
            "operation" => indent == 2 && line.contains(" (") && line.contains(" = "),
            _ => indent == 4 && line.contains(" = "),
        };
        let Some((left, right)) = line.split_once(" = ").filter(|_| wanted) else {
            continue;
        };
        let ident = left.split_whitespace().last().ok_or("no identifier")?;
        let wire = right.strip_prefix('"').ok_or(right)?;
        let wire = wire
            .split("\": ")
            .next()
            .and_then(|w| w.split("\" (").next());
        let wire = wire.ok_or(right)?.trim_end_matches('"');
        found.insert(wire.to_owned(), ident.to_owned());
    }
    // What is printed also parses.
    for file in config.run()?.files() {
        syn::parse_file(file.text()).map_err(|e| format!("{}: {e}", file.path()))?;
    }
    Ok(found)
}

#[test]
fn the_table() -> Result<()> {
    for (sort, wire, rust) in TABLE {
        assert_eq!(wire.len(), rust.len(), "{wire:?}");
        let expected: BTreeMap<String, String> = wire
            .iter()
            .zip(*rust)
            .map(|(wire, rust)| {
                (
                    format!("{wire:?}").trim_matches('"').to_owned(),
                    (*rust).to_owned(),
                )
            })
            .collect();
        let mut backward = wire.to_vec();
        backward.reverse();
        for names in [wire.to_vec(), backward] {
            let mut found = identifiers(sort, &wsdl(sort, &names), Config::new())?;
            found.retain(|wire, _| expected.contains_key(wire));
            assert_eq!(found, expected, "{sort} {names:?}");
        }
    }
    Ok(())
}

#[test]
fn a_name_of_five_hundred_characters() -> Result<()> {
    let long = "LongName".repeat(63)[..500].to_owned();
    let found = identifiers("field", &wsdl("field", &[&long]), Config::new())?;
    assert_eq!(found[&long].replace('_', ""), long.to_lowercase());
    let found = identifiers("type", &wsdl("type", &[&long]), Config::new())?;
    assert_eq!(found[&long], long);
    Ok(())
}

#[test]
fn options_come_first() -> Result<()> {
    let one =
        |sort: &str, names: &[&str], config: Config| identifiers(sort, &wsdl(sort, names), config);
    let fields = ["Kind", "Type"];
    let found = one(
        "field",
        &fields,
        Config::new().rename_field("Scope.Type", "kind"),
    )?;
    assert_eq!((&*found["Type"], &*found["Kind"]), ("kind", "Kind"));
    let found = one("key", &fields, Config::new().rename_field("*.Type", "kind"))?;
    assert_eq!((&*found["Type"], &*found["Kind"]), ("kind", "Kind"));
    let found = one(
        "type",
        &["order", "Other"],
        Config::new().rename_type("order", "Purchase"),
    )?;
    assert_eq!(found["order"], "Purchase");
    let values = ["UNABLE_TO_LOCK_ROW", "1.0"];
    let config = Config::new()
        .rename_value("Scope.UNABLE_TO_LOCK_ROW", "Locked")
        .rename_value("Scope.1.0", "First");
    let found = one("value", &values, config)?;
    assert_eq!(
        (&*found[values[0]], &*found[values[1]]),
        ("Locked", "First")
    );
    let found = one(
        "operation",
        &["query"],
        Config::new().rename_operation("query", "ask"),
    )?;
    assert_eq!(found["query"], "ask");
    let config = Config::new().rename_module("urn:scope", "shop");
    let files = config.generate(wsdl("type", &["A"]).as_bytes())?;
    assert!(files.files().iter().any(|file| file.path() == "shop.rs"));
    Ok(())
}

#[test]
fn options_that_cannot_be_are_errors() {
    let error = |sort: &str, names: &[&str], config: Config| {
        let error = config.generate(wsdl(sort, names).as_bytes()).unwrap_err();
        error.to_string()
    };
    let two = Config::new()
        .rename_field("Scope.a", "same")
        .rename_field("Scope.b", "same");
    assert!(error("field", &["a", "b"], two).contains("already in use"));
    let two = Config::new()
        .rename_type("a", "Same")
        .rename_type("b", "Same");
    assert!(error("type", &["a", "b"], two).contains("already in use"));
    let two = Config::new()
        .rename_operation("a", "same")
        .rename_operation("b", "same");
    assert!(error("operation", &["a", "b"], two).contains("already in use"));
    let gone = Config::new().rename_value("Scope.GONE", "Gone");
    assert!(error("value", &["HERE"], gone).contains("; there is `Scope.HERE`"));
    let whole = Config::new().rename_value("GONE", "Gone");
    assert!(error("value", &["HERE"], whole).contains("values are named Type.VALUE"));
    let keyword = Config::new().rename_value("Scope.HERE", "self");
    assert!(error("value", &["HERE"], keyword).contains("is not a Rust identifier"));
}
