//! Real WSDLs: what is generated from them compiles without a warning.
//!
//! The files are not part of the project. `SAPONIFY_CORPUS` names the directory that has them in
//! `enterprise` and `salesforce`; without it, the tests say so and pass. Building takes minutes:
//!
//! ```text
//! SAPONIFY_CORPUS=/path/to/wsdl cargo test -p saponify-codegen --test corpus -- --ignored --nocapture
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use saponify_codegen::Config;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// WSDLs of the corpus below these directories, sorted; none if there is no corpus.
fn corpus(directories: &[&str]) -> Result<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("SAPONIFY_CORPUS").map(PathBuf::from) else {
        eprintln!("SAPONIFY_CORPUS is not set: nothing was tested");
        return Ok(Vec::new());
    };
    let mut pending: Vec<PathBuf> = directories.iter().map(|dir| root.join(dir)).collect();
    let mut files = Vec::new();
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).map_err(|e| format!("{}: {e}", dir.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                pending.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "wsdl")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

#[test]
fn everything_that_can_be_read_can_be_generated() -> Result<()> {
    for path in corpus(&["enterprise", "salesforce", "other"])? {
        let output = match Config::new().input(&path).run() {
            Ok(output) => output,
            // Imports of files that are not there, or not well-formed: the reader's business.
            Err(error) if error.is_wsdl() => continue,
            Err(error) => return Err(format!("{}: {error:?}", path.display()).into()),
        };
        for file in output.files() {
            syn::parse_file(file.text())
                .map_err(|e| format!("{}: {}: {e}", path.display(), file.path()))?;
        }
    }
    Ok(())
}

/// A crate that has the generated code twice, included as by a build script and as a module, and
/// depends on the runtime of this checkout.
fn write_crate(dir: &Path, edition: &str, proxies: &Path) -> Result<()> {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    fs::create_dir_all(dir.join("src"))?;
    fs::write(
        dir.join("Cargo.toml"),
        format!(
            "[package]\nname = \"corpus-{edition}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n\
             [dependencies]\nsaponify = {{ path = {runtime:?} }}\n\n[workspace]\n"
        ),
    )?;
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    if lock.exists() {
        fs::copy(lock, dir.join("Cargo.lock"))?;
    }
    let module = proxies.join("mod.rs");
    fs::write(
        dir.join("src/lib.rs"),
        format!(
            "//! Proxies of a real service.\n\
             #![deny(warnings, missing_docs)]\n#![forbid(unsafe_code)]\n\n\
             /// Included.\npub mod included {{\n    include!({module:?});\n}}\n"
        ),
    )?;
    Ok(())
}

fn cargo(dir: &Path, target: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", target)
        .output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(text.into_owned().into()),
    }
}

#[test]
#[ignore = "compiles for minutes"]
fn enterprise_wsdls_compile_without_a_warning() -> Result<()> {
    let mut files = corpus(&["enterprise"])?;
    files.extend(corpus(&["salesforce"])?);
    let work = tempfile::tempdir()?;
    let target = work.path().join("target");
    for path in files {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Ok(output) = Config::new().input(&path).run() else {
            eprintln!("{name}: not read");
            continue;
        };
        let proxies = work.path().join(&name);
        output.write_to(&proxies)?;
        for edition in ["2021", "2024"] {
            let dir = work.path().join(format!("crate-{edition}"));
            write_crate(&dir, edition, &proxies)?;
            cargo(&dir, &target, &["check", "-q"]).map_err(|e| format!("{name}: {e}"))?;
        }
        if name.contains("v64") {
            cargo(
                &work.path().join("crate-2024"),
                &target,
                &["build", "-q", "--release"],
            )?;
        }
        eprintln!("{name}: compiles");
    }
    Ok(())
}
