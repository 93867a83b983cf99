//! Copies the expected output of the generator without the lints that it allows, and generates more
//! modules that are compiled only.
//!
//! Generated code allows some lints, because it cannot know which of them the user's crate turns on.
//! Here it must compile without a warning all the same, so that "no warnings" is a fact and not the
//! effect of an attribute.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use saponify_codegen::{Config, compile_all};

/// The attributes that stay: names are those of XML, several modules may define the same name, and an
/// option leaves the documentation out.
const KEPT: [&str; 3] = [
    "#[allow(nonstandard_style)]",
    "#[allow(ambiguous_glob_reexports, unreachable_pub, unused_imports)]",
    "#[allow(missing_docs)]",
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let fixtures = Path::new("../../codegen/tests/fixtures");
    println!("cargo:rerun-if-changed={}", fixtures.display());
    for entry in fs::read_dir(fixtures)? {
        let case = entry?.path();
        let expected = case.join("expected");
        if expected.is_dir() {
            copy(&expected, &out.join(case.file_name().unwrap_or_default()))?;
        }
    }
    println!("cargo:rerun-if-changed=wsdl");
    for entry in fs::read_dir("wsdl")? {
        let path = entry?.path();
        let target = out.join(path.file_stem().unwrap_or_default());
        let config = Config::new().input(&path).serde(true).nillable(["remark"]);
        for file in config.run()?.files() {
            let target = target.join(file.path());
            fs::create_dir_all(target.parent().unwrap_or(&out))?;
            fs::write(target, without_lints(file.text()))?;
        }
    }
    tenants(&out)?;
    let output = Config::new().server(true).generate(wide().as_bytes())?;
    for file in output.files() {
        let target = out.join("wide").join(file.path());
        fs::create_dir_all(target.parent().unwrap_or(&out))?;
        fs::write(target, without_lints(file.text()))?;
    }
    Ok(())
}

/// Two tenants that share types: that of the sandbox, and one that differs in a result and in a field.
fn tenants(out: &Path) -> Result<(), Box<dyn Error>> {
    let wsdl = "../../tenants/demo/enterprise.wsdl";
    println!("cargo:rerun-if-changed={wsdl}");
    let europe = fs::read_to_string(wsdl)?;
    let result = "<complexType name=\"EmptyRecycleBinResult\">\n                <sequence>\n";
    let more = "<element name=\"expires\" type=\"xsd:date\" minOccurs=\"0\"/>\n";
    let america = europe.replace(result, &[result, more].concat());
    // The last object that has such a field is Invoice__c.
    let (before, after) = america
        .rsplit_once("Legacy_Id__c")
        .ok_or("no Legacy_Id__c")?;
    let america = [before, "Former_Id__c", after].concat();
    for (objects, shared) in [(false, "common"), (true, "all")] {
        let mut tenants = Vec::new();
        for (name, text) in [("europe", &europe), ("america", &america)] {
            let name = [name, if objects { "_all" } else { "" }].concat();
            let input = out.join(format!("{name}.wsdl"));
            fs::write(&input, text)?;
            let config = Config::new().input(input).module(name).share(shared);
            let config = config.include_objects(["Account", "Contact", "Invoice__c", "User"]);
            tenants.push(config.share_objects(objects).serde(true).warnings(false));
        }
        for module in compile_all(&tenants)? {
            let target = out.join(module.name());
            for file in module.output().files() {
                fs::write(target.join(file.path()), without_lints(file.text()))?;
            }
        }
    }
    Ok(())
}

/// A WSDL with an operation that has more arguments than the compiler lets types be nested.
fn wide() -> String {
    let element = |n: usize| format!("<element name='a{n}' type='int'/>\n");
    let elements: String = (1..=200).map(element).collect();
    format!(
        "<w:definitions xmlns:w='http://schemas.xmlsoap.org/wsdl/' xmlns:t='urn:wide'
           xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' targetNamespace='urn:wide'>
         <w:types><schema xmlns='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:wide'>
           <element name='sum'><complexType><sequence>{elements}</sequence></complexType></element>
           <element name='sumResponse'><complexType><sequence>
             <element name='result' type='int'/>
           </sequence></complexType></element>
         </schema></w:types>
         <w:message name='in'><w:part name='p' element='t:sum'/></w:message>
         <w:message name='out'><w:part name='p' element='t:sumResponse'/></w:message>
         <w:portType name='Wide'><w:operation name='sum'>
           <w:input message='t:in'/><w:output message='t:out'/>
         </w:operation></w:portType>
         <w:binding name='B' type='t:Wide'>
           <s:binding transport='http://schemas.xmlsoap.org/soap/http'/>
           <w:operation name='sum'><s:operation soapAction=''/>
             <w:input><s:body use='literal'/></w:input>
             <w:output><s:body use='literal'/></w:output>
           </w:operation></w:binding>
         <w:service name='S'>
           <w:port name='P' binding='t:B'><s:address location='https://wide.example/'/></w:port>
           <w:port name='PSecure' binding='t:B'>
             <s:address location='https://secure.wide.example/'/>
           </w:port>
         </w:service></w:definitions>"
    )
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::write(target, without_lints(&fs::read_to_string(&path)?))?;
        }
    }
    Ok(())
}

/// The text of a file without the attributes that allow lints.
fn without_lints(text: &str) -> String {
    let is_kept = |line: &&str| !line.starts_with("#[allow(") || KEPT.contains(line);
    let lines: Vec<&str> = text.lines().filter(is_kept).collect();
    lines.join("\n") + "\n"
}
