//! Generates the proxies of the demo tenant and of a service that is not Salesforce, and turns the
//! code of the guide into documentation tests.
//!
//! A page shows the body of an async function, in which `soap` is a client that is logged in. This
//! script adds the function and the setup around it, so that readers of the Markdown do not see
//! them. Examples in the documentation of other crates that need generated code are marked `ignore`
//! there. They become tests in the same way.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The pages.
const GUIDE: &str = "../../guide";

/// Crates whose documentation has examples that need generated code.
const SOURCES: [&str; 2] = ["../../runtime/src", "../../codegen/src"];

/// What is read as pages besides those of the guide.
const READMES: [&str; 5] = [
    "../../README.md",
    "../../codegen/README.md",
    "../../runtime/README.md",
    "../../sandbox/README.md",
    "../../wsdl/README.md",
];

const USE: &str = "# use saponify_guide::{enterprise, library, styles};\n";
const BEFORE: &str = "\
# async fn example(
#     soap: saponify_guide::enterprise::Soap,
#     sandbox: saponify_guide::Sandbox,
# ) -> saponify_guide::Result {
";
const AFTER: &str = "\
# Ok(())
# }
# fn main() {
#     saponify_guide::run(example)
# }
";

fn main() -> Result<(), Box<dyn Error>> {
    saponify_codegen::Config::new()
        .input("../../tenants/demo/enterprise.wsdl")
        .serde(true)
        .warnings(false)
        .compile()?;
    saponify_codegen::Config::new()
        .input("../../codegen/tests/fixtures/styles/input.wsdl")
        .module("styles")
        .warnings(false)
        .compile()?;
    saponify_codegen::Config::new()
        .input("../../codegen/tests/fixtures/server/input.wsdl")
        .module("library")
        .server(true)
        .compile()?;
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut modules = String::new();
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={GUIDE}");
    let mut pages = files(Path::new(GUIDE), "md")?;
    for readme in READMES {
        println!("cargo:rerun-if-changed={readme}");
        pages.push(PathBuf::from(readme));
    }
    for path in pages {
        let page = runnable(&fs::read_to_string(&path)?, Kind::Page);
        module(&mut modules, &out, &path, &page)?;
    }
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
        for path in files(Path::new(source), "rs")? {
            let tests = runnable(&documentation(&fs::read_to_string(&path)?), Kind::Source);
            if !tests.is_empty() {
                module(&mut modules, &out, &path, &tests)?;
            }
        }
    }
    fs::write(out.join("pages.rs"), modules)?;
    Ok(())
}

/// All files with this extension in a folder and its subfolders, sorted.
fn files(dir: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files(&path, extension)?);
        } else if path.extension().is_some_and(|of| of == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds a module whose documentation is the page.
fn module(modules: &mut String, out: &Path, path: &Path, page: &str) -> Result<(), Box<dyn Error>> {
    let name: String = path
        .strip_prefix("../..")?
        .with_extension("")
        .to_string_lossy()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect();
    fs::write(out.join(format!("{name}.md")), page)?;
    writeln!(
        modules,
        "#[doc = include_str!(concat!(env!(\"OUT_DIR\"), \"/{name}.md\"))]\npub mod {name} {{}}"
    )?;
    Ok(())
}

/// The kind of text that is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// A page of the guide. All of it is documentation.
    Page,
    /// The documentation of another crate. Only its examples are used.
    Source,
}

/// The page with each block of Rust turned into a program.
fn runnable(page: &str, kind: Kind) -> String {
    let language = match kind {
        Kind::Page => "rust",
        Kind::Source => "ignore",
    };
    let mut out = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let attributes = line
            .strip_prefix("```")
            .and_then(|rest| rest.strip_prefix(language));
        let Some(attributes) = attributes else {
            if kind == Kind::Page {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        };
        let code: String = lines
            .by_ref()
            .take_while(|line| *line != "```")
            .flat_map(|line| [line, "\n"])
            .collect();
        let declares = code.contains("include_proxies!");
        let (before, after) = match code.contains("fn main()") {
            true => ("", ""),
            false => (BEFORE, AFTER),
        };
        let used = if declares { "" } else { USE };
        out.push_str(&format!(
            "```rust{attributes}\n{used}{before}{code}{after}```\n"
        ));
    }
    out
}

/// All documentation comments of a source file, in order.
fn documentation(source: &str) -> String {
    let lines = source.lines().map(str::trim_start);
    let text = lines.filter_map(|line| {
        line.strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"))
            .map(|text| text.strip_prefix(' ').unwrap_or(text))
    });
    text.flat_map(|line| [line, "\n"]).collect()
}
