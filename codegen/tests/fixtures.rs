//! One directory per case below `fixtures`: `input.wsdl` (that of `tenant` if there is none), options
//! in `saponify.toml`, and the files or the error expected of them.
//!
//! `SAPONIFY_BLESS=1 cargo test` writes what is generated instead of comparing. The files in the
//! `expected` directories are modules of the crate in `tests/goldens`, so they compile, too.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saponify_codegen::{Config, Output};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn cases() -> Result<Vec<PathBuf>> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(fixtures())? {
        cases.push(entry?.path());
    }
    cases.sort();
    Ok(cases)
}

fn blessing() -> bool {
    std::env::var_os("SAPONIFY_BLESS").is_some_and(|value| value == "1")
}

fn generate(case: &Path) -> std::result::Result<Output, saponify_codegen::Error> {
    let mut input = case.join("input.wsdl");
    if !input.exists() {
        input = fixtures().join("tenant/input.wsdl");
    }
    let options = fs::read_to_string(case.join("saponify.toml")).unwrap_or_default();
    Config::from_toml(&options)?.input(input).run()
}

/// The error with its causes, without where the project lies.
fn report(error: &saponify_codegen::Error) -> String {
    let here = fixtures();
    let text = format!("{error:?}\n");
    text.replace(&*here.to_string_lossy(), "fixtures")
        .replace('\\', "/")
}

#[test]
fn output_is_as_expected() -> Result<()> {
    let mut failures = Vec::new();
    for case in cases()? {
        let name = case
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let expected = case.join("expected");
        let expected_error = case.join("expected.err");
        match generate(&case) {
            Ok(_) if name.starts_with("error_") => failures.push(format!("{name}: no error")),
            Ok(output) if blessing() => output.write_to(&expected)?,
            Ok(output) => {
                let differences = output.differences(&expected)?;
                failures.extend(differences.iter().map(|d| format!("{name}: {d}")));
            }
            Err(error) if blessing() && name.starts_with("error_") => {
                fs::write(expected_error, report(&error))?;
            }
            Err(error) => {
                let expected = fs::read_to_string(expected_error).unwrap_or_default();
                let found = report(&error);
                if found != expected {
                    failures.push(format!("{name}: expected\n{expected}found\n{found}"));
                }
            }
        }
    }
    let list = failures.join("\n");
    assert!(
        failures.is_empty(),
        "{list}\n(SAPONIFY_BLESS=1 takes over what is generated)"
    );
    Ok(())
}

#[test]
fn notes_are_as_expected() -> Result<()> {
    let notes = |case: &str| generate(&fixtures().join(case)).map(|output| output.notes().to_vec());
    let tenant = notes("tenant")?;
    assert_eq!(tenant.len(), 2, "{tenant:?}");
    assert!(tenant[0].contains("`Account.QuietHours__c` is `quiethours__c`"));
    let styles = notes("styles")?.join("\n");
    assert!(
        styles.contains("`late` is left out: it has no input"),
        "{styles}"
    );
    let rpc = notes("rpc")?.join("\n");
    assert!(rpc.contains("port `Backup` is left out"), "{rpc}");
    let missing = notes("missing")?.join("\n");
    for expected in [
        "input.wsdl:14:25: the type `java:Object` of `java:java.lang` is not defined",
        "input.wsdl:15:25: the type `java:String` is read as xsd:string as asked",
        "input.wsdl:16:25: the type `tns:OddDate` is read as xsd:string as asked",
        "the fault `lost` is left out: the message `lost` refers to an element that is not defined",
        "the operation `close` is left out: the message `tns:nowhere`",
    ] {
        assert!(missing.contains(expected), "{expected}: {missing}");
    }
    Ok(())
}

#[test]
fn output_parses_and_is_laid_out_as_by_rustfmt() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let mut formatted = Command::new("rustfmt");
    formatted.args(["--check", "--edition", "2024"]);
    for case in cases()? {
        let Ok(output) = generate(&case) else {
            continue;
        };
        for file in output.files() {
            syn::parse_file(file.text()).map_err(|e| format!("{}: {e}", file.path()))?;
            let long = file.text().lines().find(|line| line.chars().count() > 100);
            // Literals are as long as they are, and a field of a view or table is one line.
            let is_data =
                |line: &&str| line.contains('"') || line.ends_with(';') || line.ends_with('\\');
            assert_eq!(long.filter(|line| !is_data(line)), None, "{}", file.path());
        }
        let target = directory.path().join(case.file_name().unwrap_or_default());
        output.write_to(&target)?;
        formatted.arg(target.join("mod.rs"));
    }
    if Command::new("rustfmt").arg("--version").output().is_err() {
        eprintln!("rustfmt is not installed: the layout was not checked");
        return Ok(());
    }
    let check = formatted.output()?;
    assert!(
        check.status.success(),
        "{}",
        String::from_utf8_lossy(&check.stdout)
    );
    Ok(())
}

/// rustdoc is told to be silent about generated code, so it would not tell.
#[test]
fn links_in_documentation_resolve() -> Result<()> {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tenants/demo/enterprise.wsdl");
    let mut outputs = vec![Config::new().input(demo).run()?];
    for case in cases()? {
        outputs.extend(generate(&case).ok());
    }
    let mut links = 0;
    for output in outputs {
        let files = output.files();
        let pages = files
            .iter()
            .filter(|file| ["service.rs", "operations.rs"].contains(&file.path()));
        for link in pages.flat_map(|file| file.text().split("](").skip(1)) {
            let target = link.split_once(')').ok_or("an open link")?.0;
            let found = match target.split("::").collect::<Vec<_>>().as_slice() {
                ["g", "Bulk" | "Error"] => true,
                ["super", module, name] => files.iter().any(|file| {
                    file.path().split(['.', '/']).next() == Some(module)
                        && file.text().contains(&format!("pub struct {name} {{"))
                }),
                _ => false,
            };
            assert!(found, "{target}");
            links += 1;
        }
    }
    assert!(links > 900, "{links}");
    Ok(())
}

#[test]
fn the_same_bytes_give_the_same_output() -> Result<()> {
    for case in cases()? {
        let Ok(first) = generate(&case) else { continue };
        for _ in 0..3 {
            assert!(generate(&case)? == first, "{}", case.display());
        }
    }
    Ok(())
}

#[test]
fn order_of_declarations_does_not_matter_for_names() -> Result<()> {
    let text = fs::read_to_string(fixtures().join("names/input.wsdl"))?;
    let fields = ["foo-bar", "foo_bar", "fooBar", "FooBar", "foo_bar_2"];
    let line = |name: &str| format!("<xsd:element name=\"{name}\" type=\"xsd:int\"/>\n");
    let forward: String = fields.iter().map(|name| line(name)).collect();
    let backward: String = fields.iter().rev().map(|name| line(name)).collect();
    let start = text
        .find("<xsd:element name=\"foo-bar\"")
        .ok_or("no such field")?;
    let end = text
        .find("<xsd:element name=\"derived\"")
        .ok_or("no such field")?;
    let names = |middle: &str| -> Result<Vec<String>> {
        let wsdl = [&text[..start], middle, &text[end..]].concat();
        let output = saponify_codegen::generate(wsdl.as_bytes())?;
        let types = output.files().iter().find(|file| file.path() == "traps.rs");
        let types = types.ok_or("no module")?.text();
        let mut pairs: Vec<String> = Vec::new();
        let lines: Vec<&str> = types.lines().collect();
        for pair in lines.windows(2) {
            if fields
                .iter()
                .any(|name| pair[0].contains(&format!("`{name}`")))
            {
                pairs.push(format!("{} {}", pair[0].trim(), pair[1].trim()));
            }
        }
        pairs.sort();
        Ok(pairs)
    };
    let expected = names(&forward)?;
    assert_eq!(
        expected.len(),
        6,
        "five elements and the attribute: {expected:#?}"
    );
    assert_eq!(names(&backward)?, expected);
    Ok(())
}
