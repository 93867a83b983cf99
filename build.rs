//! Generates the proxies that `saponify demo` uses, from the WSDL of the demo tenant or of another
//! tenant: `SAPONIFY_WSDL=path/to/enterprise.wsdl cargo run -- demo`.

use std::io;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo:rerun-if-env-changed=SAPONIFY_WSDL");
    let wsdl = std::env::var_os("SAPONIFY_WSDL").map(PathBuf::from);
    let wsdl = wsdl.unwrap_or_else(|| "tenants/demo/enterprise.wsdl".into());
    let config = saponify_codegen::Config::new().input(wsdl).module("tenant");
    if let Err(error) = config.compile() {
        // A panic would hide the message below a backtrace.
        eprintln!("error: {error:?}");
        std::process::exit(1);
    }
    if let Err(error) = list_types() {
        eprintln!("error: the generated types cannot be listed: {error}");
        std::process::exit(1);
    }
}

/// Writes a macro call that lists every generated struct and view, for the tests of all types.
fn list_types() -> io::Result<()> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let mut list = String::from("every_type! {\n");
    // Each module is a file. A large module also has a directory.
    for entry in std::fs::read_dir(out.join("tenant"))? {
        let path = entry?.path();
        if path.is_file() {
            list_file(&path, &path, &mut list)?;
        } else {
            for file in std::fs::read_dir(&path)? {
                list_file(&path, &file?.path(), &mut list)?;
            }
        }
    }
    list.push_str("}\n");
    std::fs::write(out.join("every_type.rs"), list)
}

fn list_file(module: &Path, file: &Path, list: &mut String) -> io::Result<()> {
    let module = module.file_stem().unwrap_or_default().to_string_lossy();
    let text = std::fs::read_to_string(file)?;
    let structs = ["g::structure!(", "g::derivable!("];
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (kind, name) = if let Some(rest) = structs.iter().find_map(|s| line.strip_prefix(s)) {
            // If there are many fields, the name is on the next line.
            let rest = if rest.is_empty() {
                lines.peek().copied().unwrap_or_default()
            } else {
                rest
            };
            ("structure", rest)
        } else if line.contains(", tables::") && line.starts_with("    ") {
            // The branches of a choice follow, and a view has none.
            let is_choice = line.ends_with('{');
            (if is_choice { "structure" } else { "view" }, line)
        } else {
            continue;
        };
        let name = name.trim().split(',').next().unwrap_or_default();
        list.push_str(&format!("    {kind} {module}::{name};\n"));
    }
    Ok(())
}
