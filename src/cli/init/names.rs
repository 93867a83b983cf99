//! Names of crates that can work.

use std::path::Path;

use saponify_codegen::Config;

use crate::cli::Failure;

/// Crates that the project has or that every crate sees.
const TAKEN: [&str; 10] = [
    "alloc",
    "core",
    "proc_macro",
    "saponify",
    "saponify_codegen",
    "saponify_sandbox",
    "serde",
    "std",
    "test",
    "tokio",
];

/// The name of the crate of the proxies: what was given, or the name of the WSDL's file.
pub(super) fn of_crate(given: Option<&str>, wsdl: &str) -> Result<String, Failure> {
    let config = Config::new().input(wsdl);
    let name = match given {
        Some(name) => config.module(name).module_name()?,
        None => config.module_name()?,
    };
    check(&name, "every project has a crate of this name")?;
    match name.is_ascii() {
        true => Ok(name),
        false => Err(unusable(&name, "cargo takes letters without accents only")),
    }
}

/// Refuses a name that another crate of the project has.
pub(super) fn distinct(name: &str, other: Option<&str>) -> Result<(), Failure> {
    match other.is_some_and(|other| other.replace('-', "_") == name) {
        true => Err(unusable(name, "the package itself has this name")),
        false => Ok(()),
    }
}

fn check(name: &str, why: &str) -> Result<(), Failure> {
    match TAKEN.contains(&name) {
        true => Err(unusable(name, why)),
        false => Ok(()),
    }
}

fn unusable(name: &str, why: &str) -> Failure {
    Failure::usage(format!("the crate cannot have the name {name}: {why}"))
        .hint("choose another one with --name; nothing was written")
}

/// The name of the program's package: that of its folder, as far as cargo allows it.
pub(super) fn of_program(folder: &Path, proxies: &str) -> String {
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    let name: String = folder
        .chars()
        .map(|c| match c.is_ascii_alphanumeric() {
            true => c.to_ascii_lowercase(),
            false => '-',
        })
        .collect();
    let name = name.trim_matches('-');
    let module = name.replace('-', "_");
    // A keyword is no name of a crate, and gets another one as a module.
    let is_plain = Config::new().module(&module).module_name().ok().as_deref() == Some(&*module);
    match is_plain && !TAKEN.contains(&&*module) && module != proxies {
        true => name.to_owned(),
        false if proxies == "app" => "program".to_owned(),
        false => "app".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_crates_have_one_name() {
        for (folder, proxies, expected) in [
            ("/x/Acme CRM", "enterprise", "acme-crm"),
            ("/x/enterprise", "enterprise", "app"),
            ("/x/app", "app", "program"),
            ("/x/fn", "enterprise", "app"),
            ("/x/tokio", "enterprise", "app"),
            ("/x/1a", "enterprise", "app"),
            ("/", "enterprise", "app"),
        ] {
            assert_eq!(of_program(Path::new(folder), proxies), expected);
        }
        for name in ["tokio", "core", "saponify"] {
            assert!(of_crate(Some(name), "a.wsdl").is_err(), "{name}");
            assert!(of_crate(None, &format!("{name}.wsdl")).is_err(), "{name}");
        }
        assert!(of_crate(Some("größe"), "a.wsdl").is_err());
        assert!(of_crate(None, "größe.wsdl").unwrap().is_ascii());
        assert!(distinct("a_b", Some("a-b")).is_err());
    }
}
