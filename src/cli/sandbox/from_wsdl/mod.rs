//! Makes an org description from the Enterprise WSDL of a tenant.
//!
//! A WSDL has the objects, their fields with types, and the names of their relationships. It has
//! neither rows nor users, and it does not say which field refers to what: that is derived from names.
//! What cannot be derived stays an element that only the WSDL has, so that the WSDL of the org is that
//! of the tenant.

mod children;
mod kinds;
mod object;
mod references;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use saponify_codegen::Config;
use saponify_codegen::catalog::{Catalog, Type};

use super::super::failure::Failure;
use super::super::options::readable;
use object::Described;
use references::References;

/// The user, the password and the app of every org that is made from a WSDL.
const LOGINS: &str = r#"
[[user]]
username = "admin@tenant.example"
password = "correct-horse"
first_name = "Ada"
last_name = "Byron"
<profile>

[[user]]
username = "integration@tenant.example"
password = "battery-staple"
token = "T0kenT0kenT0kenT0kenT0ke"
last_name = "Integration"
<profile>

[[app]]
name = "Nightly Sync"
key = "3MVG9.tenant.nightly-sync"
secret = "nightly-sync-secret"
scopes = ["api", "web", "id"]
grants = ["client_credentials"]
run_as = "integration@tenant.example"
"#;

/// The time of the newest row if the WSDL does not say when it was written.
const GENERATED: &str = "2026-01-15T06:00:00Z";

/// An org description that was made from a WSDL.
pub(crate) struct FromWsdl {
    /// The text of the description.
    pub(crate) text: String,
    /// What was made, in a sentence.
    pub(crate) summary: String,
}

/// The objects of a WSDL by name, without those that every Enterprise WSDL has.
type Objects<'c> = BTreeMap<&'c str, &'c Type>;

/// Makes an org description in which each object has so many rows.
pub(crate) fn from_wsdl(wsdl: &std::path::Path, rows: u64) -> Result<FromWsdl, Failure> {
    readable(wsdl)?;
    let catalog = Config::new().input(wsdl).catalog()?;
    let builtin = ["sObject", "AggregateResult", "Name"];
    let objects: Objects<'_> = catalog
        .objects()
        .filter(|object| !builtin.contains(&object.name.as_str()))
        .map(|object| (object.name.as_str(), object))
        .collect();
    if objects.is_empty() {
        return Err(
            Failure::new(format!("{} has no objects", wsdl.display())).hint(
                "take the Enterprise WSDL of the tenant; other WSDLs do not describe its objects",
            ),
        );
    }
    let mut references = References::of(&objects);
    let unknown = children::assign(&objects, &mut references);
    let has_profiles = objects.contains_key(object::PROFILE)
        && objects
            .get("User")
            .is_some_and(|user| user.field("ProfileId").is_some());
    let mut text = head(&catalog, wsdl, has_profiles);
    let (mut fields, mut elements) = (0, 0);
    for (name, ty) in &objects {
        let described = Described::new(name, ty, &objects, &references, &unknown);
        fields += described.fields.len();
        elements += described.elements.len();
        described.write(&mut text, rows);
    }
    let summary = format!(
        "{} objects with {fields} fields, {rows} rows of each object; {elements} relationships and \
         other elements are in the WSDL only",
        objects.len()
    );
    Ok(FromWsdl { text, summary })
}

/// The org, its packages, users and apps.
fn head(catalog: &Catalog, wsdl: &std::path::Path, has_profiles: bool) -> String {
    let file = wsdl.file_name().unwrap_or_default().to_string_lossy();
    let file = file.replace(|c: char| c.is_control(), " ");
    let version = match catalog.api_version.as_str() {
        "" => "64.0",
        version => version,
    };
    let mut out = format!(
        "# An org with the objects of {file}. Users, rows and the values of picklists are made up, and\n\
         # which field refers to what was derived from the names. The description of the demo tenant\n\
         # explains the notation. Change what you know better.\n\n\
         [organization]\nname = \"Tenant of {}\"\nid = \"00D5e000000TnT1\"\napi_version = {}\n\
         generated = {}\n",
        string(&file).trim_matches(['"', '\'']),
        string(version),
        generated(&catalog.generated),
    );
    let services = catalog.services.iter();
    let mut sets = services.filter_map(|service| {
        let set = service.endpoint.rsplit('/').next()?;
        (set.len() == 15 && set.starts_with("0DF")).then_some(set)
    });
    if let Some(set) = sets.next() {
        let _ = writeln!(out, "package_set = {}", string(set));
    }
    for package in &catalog.packages {
        let _ = write!(
            out,
            "\n[[package]]\nname = {}\nversion = {}\nnamespace = {}\n",
            string(&package.name),
            string(&package.version),
            string(&package.namespace),
        );
    }
    let profile = if has_profiles {
        "profile = \"@admins\"\n"
    } else {
        ""
    };
    out.push_str(&LOGINS.replace("<profile>\n", profile));
    out
}

/// The time at which the WSDL was written, for TOML.
fn generated(text: &str) -> String {
    // The comment says `2026-01-15 06:00:00 +0000`, without a zone in some versions.
    let date_and_time: String = text.chars().take("2026-01-15 06:00:00".len()).collect();
    let time = date_and_time.replacen(' ', "T", 1);
    match time.parse::<jiff::civil::DateTime>() {
        Ok(time) if time.year() > 1970 => format!("{}Z", time.strftime("%Y-%m-%dT%H:%M:%S")),
        _ => GENERATED.to_owned(),
    }
}

/// A text as TOML writes it.
fn string(text: &str) -> String {
    toml_edit::Value::from(text).to_string().trim().to_owned()
}

/// Whether an org may have a name. Others are left out.
fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}
