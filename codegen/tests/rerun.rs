//! When cargo runs a build script again: if an input changes, and never without one.
#![cfg(feature = "toml")]

use std::path::Path;
use std::process::Command;

use saponify_codegen::Config;

/// What the build script does. It is not a test: the build script of the package below runs it.
#[test]
#[ignore = "the build script of another test runs this"]
fn as_build_script() {
    // Cargo sets the variable for build scripts.
    if std::env::var_os("OUT_DIR").is_some() {
        Config::from_file("saponify.toml")
            .unwrap()
            .compile()
            .unwrap();
    }
}

const WSDL: &str = r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="urn:shop"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:shop">
 <types><schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shop">
  <include schemaLocation="goods.xsd"/>
 </schema></types>
 <message name="In"><part name="p" element="s:Find"/></message>
 <portType name="Shop"><operation name="find"><input message="s:In"/></operation></portType>
 <binding name="B" type="s:Shop">
  <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
  <operation name="find"><input><soap:body use="literal"/></input></operation>
 </binding>
 <service name="S"><port name="P" binding="s:B"><soap:address location="https://a.example/"/></port></service>
</definitions>"#;

const XSD: &str = r#"<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:shop">
 <element name="Find" type="string"/></schema>"#;

/// The build script: it runs [`as_build_script`], passes its output on to cargo, and notes that it ran.
const BUILD: &str = r#"fn main() {
    let root = std::path::PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let runs = root.join("runs");
    let before = std::fs::read_to_string(&runs).unwrap_or_default();
    std::fs::write(&runs, before + "x").unwrap();
    let output = std::process::Command::new(PROGRAM)
        .args(["as_build_script", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    print!("{}", String::from_utf8(output.stdout).unwrap());
}
"#;

/// Builds the package, and returns how often its build script ran so far.
fn build(root: &Path) -> usize {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(root)
        .env("CARGO_TARGET_DIR", root.join("target"))
        .env_remove("OUT_DIR")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    std::fs::read(root.join("runs")).unwrap().len()
}

#[test]
fn only_inputs_make_the_build_script_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let write = |name: &str, text: &str| std::fs::write(root.join(name), text).unwrap();
    std::fs::create_dir(root.join("src")).unwrap();
    let manifest =
        "[package]\nname = \"shop\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n";
    write("Cargo.toml", manifest);
    write("src/lib.rs", "");
    let program = std::env::current_exe().unwrap();
    let program = format!("{:?}", program.to_str().unwrap());
    write("build.rs", &BUILD.replace("PROGRAM", &program));
    write(
        "saponify.toml",
        "input = 'shop.wsdl'\nout-dir = 'src/shop'\n",
    );
    write("shop.wsdl", WSDL);
    write("goods.xsd", XSD);
    write("notes.txt", "a");

    assert_eq!(build(root), 1);
    assert_eq!(build(root), 1, "nothing changed");
    // The options of the program say where to write; a build script writes to `$OUT_DIR`.
    assert!(!root.join("src/shop").exists());
    for other in ["notes.txt", "src/lib.rs", "src/other.rs", "other.wsdl"] {
        write(other, "// b");
        assert_eq!(build(root), 1, "{other}");
    }
    let mut runs = 1;
    for (input, text) in [
        ("shop.wsdl", WSDL.replace("a.example", "b.example")),
        ("goods.xsd", XSD.replace("string", "int")),
        (
            "saponify.toml",
            "input = 'shop.wsdl'\ndocs = false\n".to_owned(),
        ),
    ] {
        write(input, &text);
        runs += 1;
        assert_eq!(build(root), runs, "{input}");
        assert_eq!(build(root), runs, "after {input}");
    }
}
