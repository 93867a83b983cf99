//! Copies the expected output of the generator without the lints that it allows, and generates more
//! modules that are compiled only.
//!
//! Generated code allows some lints, because it cannot know which of them the user's crate turns on.
//! Here it must compile without a warning all the same, so that "no warnings" is a fact and not the
//! effect of an attribute.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use saponify_codegen::Config;

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
    Ok(())
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
