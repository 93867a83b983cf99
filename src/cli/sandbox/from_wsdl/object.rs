//! An object of the org.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use saponify_codegen::catalog::{Content, Field, Type};

use super::children::Unknown;
use super::references::{Reference, References};
use super::{Objects, is_name, kinds, string};

/// The fields that each word of `system` stands for, with their types. A relationship has the type of
/// its object.
const SYSTEM: [(&str, &[(&str, &str)]); 4] = [
    ("deleted", &[("IsDeleted", "boolean")]),
    (
        "created",
        &[
            ("CreatedDate", "dateTime"),
            ("CreatedById", "ID"),
            ("CreatedBy", "User"),
        ],
    ),
    (
        "modified",
        &[
            ("LastModifiedDate", "dateTime"),
            ("LastModifiedById", "ID"),
            ("LastModifiedBy", "User"),
        ],
    ),
    ("stamp", &[("SystemModstamp", "dateTime")]),
];

/// The components of a compound: the end of their names, and their types.
const LOCATION: &[(&str, &str)] = &[("Latitude", "double"), ("Longitude", "double")];
const ADDRESS: &[(&str, &str)] = &[
    ("Latitude", "double"),
    ("Longitude", "double"),
    ("City", "string"),
    ("Country", "string"),
    ("GeocodeAccuracy", "string"),
    ("PostalCode", "string"),
    ("State", "string"),
    ("Street", "string"),
];

/// The object whose rows give permissions.
pub(super) const PROFILE: &str = "Profile";

/// What the description says about an object.
pub(super) struct Described<'c> {
    name: &'c str,
    system: Vec<&'static str>,
    /// The notation of each field.
    pub(super) fields: BTreeMap<&'c str, String>,
    /// Elements that only the WSDL has, and their types.
    pub(super) elements: BTreeMap<&'c str, String>,
}

impl<'c> Described<'c> {
    pub(super) fn new(
        name: &'c str,
        ty: &'c Type,
        objects: &Objects<'c>,
        references: &References<'c>,
        unknown: &Unknown<'c>,
    ) -> Self {
        let has = |field: &str, type_name: &str| {
            let mut fields = ty.fields.iter();
            fields.any(|known| known.name == field && *known.type_name == *type_name)
        };
        let mut done: BTreeSet<String> = ["Id", "fieldsToNull"].map(str::to_owned).into();
        let mut described = Self {
            name,
            system: Vec::new(),
            fields: BTreeMap::new(),
            elements: BTreeMap::new(),
        };
        // A system field with a child relationship is described like any other.
        let is_plain = |field: &str| {
            let mut all = references.of_object(name).iter();
            all.all(|reference| reference.field != field || reference.children.is_none())
        };
        for (word, fields) in SYSTEM {
            let is_there = fields
                .iter()
                .all(|(field, type_name)| has(field, type_name) && is_plain(field));
            if is_there && (fields.len() == 1 || objects.contains_key("User")) {
                described.system.push(word);
                done.extend(fields.iter().map(|(field, _)| (*field).to_owned()));
            }
        }
        for field in &ty.fields {
            let parts = match &*field.type_name {
                "address" => ADDRESS,
                "location" => LOCATION,
                _ => continue,
            };
            let parts: Vec<(String, &str)> = parts
                .iter()
                .map(|(part, type_name)| (component(&field.name, part), *type_name))
                .collect();
            if parts.iter().all(|(part, type_name)| has(part, type_name)) {
                done.extend(parts.into_iter().map(|(part, _)| part));
            } else {
                done.insert(field.name.clone());
                described.element(field, "tns");
            }
        }
        for reference in references.of_object(name) {
            let notation = reference_notation(references, reference);
            if !done.contains(reference.field) {
                described.fields.insert(reference.field, notation);
            }
            done.insert(reference.field.to_owned());
            done.extend(reference.relationship.map(str::to_owned));
        }
        for field in ty.fields.iter().filter(|field| is_name(&field.name)) {
            if done.contains(&field.name) {
                continue;
            }
            match &field.content {
                Content::Children if !unknown.contains(&(name, &field.name)) => {}
                Content::Children => {
                    let kind = "tns:QueryResult".to_owned();
                    described.elements.insert(&field.name, kind);
                }
                Content::Parent(_) => described.element(field, "ens"),
                Content::Type(_) if ["address", "location"].contains(&&*field.type_name) => {
                    described
                        .fields
                        .insert(&field.name, field.type_name.to_string());
                }
                _ => match kinds::notation(name, field) {
                    Some(notation) => {
                        let notation = read_only(&field.name, notation);
                        described.fields.insert(&field.name, notation);
                    }
                    None => {
                        let is_builtin = matches!(field.content, Content::Simple(_) | Content::Any);
                        described.element(field, if is_builtin { "xsd" } else { "tns" });
                    }
                },
            }
        }
        described
    }

    fn element(&mut self, field: &'c Field, prefix: &str) {
        if is_name(&field.type_name) {
            let repeated = if field.repeated { "*" } else { "" };
            let kind = format!("{prefix}:{}{repeated}", field.type_name);
            self.elements.insert(&field.name, kind);
        }
    }

    /// Writes the tables of the object.
    pub(super) fn write(&self, out: &mut String, rows: u64) {
        if !is_name(self.name) {
            return;
        }
        let _ = writeln!(out, "\n[object.{}]", self.name);
        if let Some(prefix) = kinds::prefix(self.name) {
            let _ = writeln!(out, "prefix = {}", string(prefix));
        }
        if self.system.len() < SYSTEM.len() {
            let _ = writeln!(out, "system = {}", string(&self.system.join(" ")));
        }
        // The server adds a row for each user, and one for the organization.
        if rows > 0 && !["User", "Organization"].contains(&self.name) {
            let _ = writeln!(out, "rows = {{ generate = {rows} }}");
        }
        for (title, lines) in [("fields", &self.fields), ("elements", &self.elements)] {
            if lines.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n[object.{}.{title}]", self.name);
            for (name, text) in lines {
                let _ = writeln!(out, "{name} = {}", string(text));
            }
        }
        if self.name == PROFILE {
            self.write_profile(out);
        }
    }

    /// Writes the profile of the users, with all permissions. Without it they would not see what needs
    /// one, such as event log files.
    fn write_profile(&self, out: &mut String) {
        let _ = writeln!(out, "\n[[object.{PROFILE}.row]]\nkey = \"admins\"");
        for (name, notation) in &self.fields {
            let is_permission = name.starts_with("Permissions") && notation.starts_with("boolean");
            match *name {
                "Name" => {
                    let _ = writeln!(out, "Name = \"System Administrator\"");
                }
                name if is_permission => {
                    let _ = writeln!(out, "{name} = true");
                }
                _ => {}
            }
        }
    }
}

fn reference_notation(references: &References<'_>, reference: &Reference<'_>) -> String {
    let targets = references.targets(reference);
    if targets.is_empty() {
        return "reference(-)".to_owned();
    }
    let mut text = format!("reference({})", targets.join(","));
    if let Some(relationship) = reference.relationship {
        let _ = write!(text, " relationship={relationship}");
    }
    if let Some((children, _)) = &reference.children {
        let _ = write!(text, " children={children}");
    }
    read_only(reference.field, text)
}

/// Fields that only the server sets.
fn read_only(name: &str, notation: String) -> String {
    let is_system = SYSTEM.iter().any(|(_, fields)| {
        let mut fields = fields.iter();
        fields.any(|(field, _)| *field == name)
    });
    match is_system && !notation.contains("readonly") {
        true => format!("{notation} readonly"),
        false => notation,
    }
}

/// The name of a component of a compound.
fn component(compound: &str, part: &str) -> String {
    match compound.strip_suffix("__c") {
        Some(stem) => format!("{stem}__{part}__s"),
        None => {
            let stem = compound.strip_suffix("Address").unwrap_or(compound);
            format!("{stem}{part}")
        }
    }
}
