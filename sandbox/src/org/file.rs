//! Parses the TOML of an org description.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::app::App;
use super::check::check;
use super::field::{Field, Kind, label};
use super::login::{Limits, LoginMode, User};
use super::scale::link;
use super::{ApiVersion, Object, Org, Package, Row};
use crate::error::Error;
use crate::id::Prefix;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    organization: Organization,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    package: Vec<PackageFile>,
    #[serde(default)]
    user: Vec<Spanned<UserFile>>,
    #[serde(default)]
    app: Vec<Spanned<App>>,
    #[serde(default)]
    object: BTreeMap<Spanned<String>, ObjectFile>,
    /// WSDLs of other APIs.
    #[serde(default)]
    wsdl: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Organization {
    name: String,
    id: Spanned<String>,
    #[serde(default = "edition")]
    edition: String,
    #[serde(default)]
    sandbox: bool,
    #[serde(default = "language")]
    language: String,
    #[serde(default = "language")]
    locale: String,
    #[serde(default = "currency")]
    currency: String,
    #[serde(default = "time_zone")]
    time_zone: String,
    api_version: Spanned<String>,
    /// The date in the comment of the WSDL. It is fixed, so that the WSDL is the same in every run.
    generated: toml::value::Datetime,
    /// The `0DF…` id of the chosen package versions.
    package_set: Option<Spanned<String>>,
    #[serde(default = "yes")]
    soap_login: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageFile {
    name: String,
    version: String,
    namespace: String,
    /// The older versions that can be chosen, too.
    #[serde(default)]
    older: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UserFile {
    username: String,
    password: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    first_name: String,
    last_name: String,
    email: Option<String>,
    profile: Option<String>,
    #[serde(default)]
    login: LoginMode,
    #[serde(default)]
    api_only: bool,
    #[serde(default = "yes")]
    modify_all_data: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectFile {
    prefix: Option<Spanned<String>>,
    label: Option<String>,
    plural: Option<String>,
    /// The system fields that the object has: `deleted`, `created`, `modified`, `stamp`.
    #[serde(default = "system")]
    system: Spanned<String>,
    #[serde(default = "yes")]
    writable: bool,
    /// Whether aggregate functions and GROUP BY are allowed.
    #[serde(default = "yes")]
    aggregates: bool,
    /// The field of the duplicate rule. A new row is a duplicate if another row has the same value in this
    /// field.
    duplicate_rule: Option<Spanned<String>>,
    #[serde(default)]
    rows: Rows,
    #[serde(default)]
    fields: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Elements that only the WSDL has, with their types: `UserRecordAccess = "ens:UserRecordAccess"`.
    #[serde(default)]
    elements: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    row: Vec<Spanned<BTreeMap<String, toml::Value>>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    generate: u64,
}

fn edition() -> String {
    "Developer Edition".to_owned()
}

fn language() -> String {
    "en_US".to_owned()
}

fn currency() -> String {
    "USD".to_owned()
}

fn time_zone() -> String {
    "GMT".to_owned()
}

fn system() -> Spanned<String> {
    Spanned::new(0..0, "deleted created modified stamp".to_owned())
}

fn yes() -> bool {
    true
}

/// Converts offsets in the text to line numbers.
struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn at<T>(&self, spanned: &Spanned<T>) -> usize {
        let end = spanned.span().start.min(self.0.len());
        self.0.as_bytes()[..end]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1
    }
}

pub(super) fn read(text: &str) -> Result<Org, Error> {
    let file: File = toml::from_str(text).map_err(|error| Error::toml(&error))?;
    let lines = Lines(text);
    let organization = file.organization;

    let id = organization.id.as_ref();
    if id.len() != 15 || !id.starts_with("00D") || !id.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Error::org(
            lines.at(&organization.id),
            "the id must have 15 characters and begin with 00D",
        ));
    }
    let instance = [id.as_bytes()[3], id.as_bytes()[4]];
    let api_version = ApiVersion::parse(organization.api_version.as_ref()).ok_or_else(|| {
        Error::org(
            lines.at(&organization.api_version),
            "the API version must look like \"64.0\"",
        )
    })?;
    if let Some(set) = &organization.package_set
        && (set.as_ref().len() != 15 || !set.as_ref().starts_with("0DF"))
    {
        return Err(Error::org(
            lines.at(set),
            "the package set must have 15 characters and begin with 0DF",
        ));
    }

    let mut objects = BTreeMap::new();
    let mut places = BTreeMap::new();
    let taken: Vec<_> = (file.object.values())
        .filter_map(|object| Prefix::parse(object.prefix.as_ref()?.as_ref()))
        .collect();
    let mut free = (0..)
        .map(Prefix::custom)
        .filter(|prefix| !taken.contains(prefix));
    for (name, object) in file.object {
        places.insert(name.as_ref().clone(), lines.at(&name));
        objects.insert(
            name.as_ref().clone(),
            read_object(&mut free, &name, object, &lines)?,
        );
    }
    link(&mut objects);

    let usernames: Vec<_> = (file.user.iter())
        .map(|user| user.as_ref().username.clone())
        .collect();
    let mut apps: Vec<App> = Vec::new();
    for app in file.app {
        let line = lines.at(&app);
        let app = app.into_inner();
        let problem = match apps.iter().find(|other| other.key == app.key) {
            Some(other) => Some(format!("`{}` has the same key", other.name)),
            None => app.problem(&usernames),
        };
        if let Some(problem) = problem {
            return Err(Error::org(line, format!("app `{}`: {problem}", app.name)));
        }
        apps.push(app);
    }

    let org = Org {
        name: organization.name,
        id: organization.id.into_inner(),
        instance,
        edition: organization.edition,
        is_sandbox: organization.sandbox,
        language: organization.language,
        locale: organization.locale,
        currency: organization.currency,
        time_zone: organization.time_zone,
        api_version,
        generated: organization.generated.to_string(),
        package_set: organization.package_set.map(Spanned::into_inner),
        packages: file.package.into_iter().map(Package::from).collect(),
        other_wsdls: file.wsdl,
        limits: file.limits,
        soap_login: organization.soap_login,
        activity: None,
        users: file
            .user
            .into_iter()
            .map(|user| User::from(user.into_inner()))
            .collect(),
        apps,
        objects,
    };
    check(&org, &places)?;
    Ok(org)
}

fn read_object(
    free: &mut dyn Iterator<Item = Prefix>,
    name: &Spanned<String>,
    file: ObjectFile,
    lines: &Lines<'_>,
) -> Result<Object, Error> {
    let prefix = match &file.prefix {
        Some(text) => Prefix::parse(text.as_ref()).ok_or_else(|| {
            Error::org(
                lines.at(text),
                "a key prefix must have three letters or digits",
            )
        })?,
        None => (free.next())
            .ok_or_else(|| Error::org(lines.at(name), "there are no key prefixes left"))?,
    };
    let mut object = Object::bare(name.as_ref(), prefix);
    for word in file.system.as_ref().split_whitespace() {
        if !object.add_system(word) {
            let message = format!("`{word}` is not one of deleted, created, modified, stamp");
            return Err(Error::org(lines.at(&file.system), message));
        }
    }
    if let Some(label) = file.label {
        object.plural = format!("{label}s");
        object.label = label;
    }
    if let Some(plural) = file.plural {
        object.plural = plural;
    }
    object.writable = file.writable;
    object.aggregates = file.aggregates;
    object.generate = file.rows.generate;
    for (field, notation) in &file.fields {
        let parsed = Field::parse(field.as_ref(), notation.as_ref())
            .map_err(|message| Error::org(lines.at(notation), message))?;
        if object.fields.contains_key(field.as_ref()) {
            let message = format!("the server adds the field `{}` itself", field.as_ref());
            return Err(Error::org(lines.at(field), message));
        }
        object.insert(parsed);
    }
    for (element, kind) in &file.elements {
        if !is_type(kind.as_ref()) {
            let message = format!(
                "`{}` is not a type of the WSDL such as tns:QueryResult",
                kind.as_ref()
            );
            return Err(Error::org(lines.at(kind), message));
        }
        let (element, kind) = (element.as_ref().clone(), kind.as_ref().clone());
        object.elements.insert(element, kind);
    }
    if let Some(rule) = file.duplicate_rule {
        if !object.fields.contains_key(rule.as_ref()) {
            let message = format!("`{}` has no field `{}`", object.name, rule.as_ref());
            return Err(Error::org(lines.at(&rule), message));
        }
        object.duplicate_rule = Some(rule.into_inner());
    }
    for row in file.row {
        let line = lines.at(&row);
        let mut values = row.into_inner();
        let key = values
            .remove("key")
            .and_then(|key| key.as_str().map(str::to_owned));
        if let Some(unknown) = values
            .keys()
            .find(|field| !object.fields.contains_key(*field))
        {
            return Err(Error::org(
                line,
                format!("`{}` has no field `{unknown}`", object.name),
            ));
        }
        object.rows.push(Row { line, key, values });
    }
    Ok(object)
}

/// Whether a text names a type of the WSDL, with one of its prefixes, and with `*` if the element may
/// occur more than once.
fn is_type(text: &str) -> bool {
    let text = text.strip_suffix('*').unwrap_or(text);
    text.split_once(':').is_some_and(|(prefix, name)| {
        ["ens", "tns", "xsd"].contains(&prefix) && super::check::is_name(name)
    })
}

impl Object {
    /// Makes an object with the fields that every custom object has.
    pub(super) fn new(name: &str, prefix: Prefix) -> Self {
        let mut object = Self::bare(name, prefix);
        for word in ["deleted", "created", "modified", "stamp"] {
            object.add_system(word);
        }
        object.insert(Field {
            length: 80,
            ..Field::new("Name", Kind::String)
        });
        object
    }

    fn bare(name: &str, prefix: Prefix) -> Self {
        let label = label(name);
        let mut object = Self {
            name: name.to_owned(),
            plural: format!("{label}s"),
            label,
            prefix,
            writable: true,
            aggregates: true,
            duplicate_rule: None,
            fields: BTreeMap::new(),
            children: BTreeMap::new(),
            elements: BTreeMap::new(),
            generate: 0,
            rows: Vec::new(),
        };
        object.insert(Field::new("Id", Kind::Id));
        object
    }

    fn add_system(&mut self, word: &str) -> bool {
        let datetime = |name: &str| Field::new(name, Kind::DateTime).read_only();
        match word {
            "deleted" => self.insert(Field::new("IsDeleted", Kind::Boolean).read_only()),
            "created" => {
                self.insert(datetime("CreatedDate"));
                self.insert(Field::system_reference("CreatedById", "CreatedBy"));
            }
            "modified" => {
                self.insert(datetime("LastModifiedDate"));
                self.insert(Field::system_reference(
                    "LastModifiedById",
                    "LastModifiedBy",
                ));
            }
            "stamp" => self.insert(datetime("SystemModstamp")),
            _ => return false,
        }
        true
    }

    /// Adds a field and, if it is a compound, its components.
    pub(super) fn insert(&mut self, field: Field) {
        if field.kind.is_compound() {
            for (component, _) in field.components() {
                self.fields.insert(component.name.clone(), component);
            }
        }
        self.fields.insert(field.name.clone(), field);
    }
}

impl From<PackageFile> for Package {
    fn from(file: PackageFile) -> Self {
        let mut versions = vec![file.version.clone()];
        versions.extend(file.older);
        Self {
            name: file.name,
            version: file.version,
            namespace: file.namespace,
            versions,
        }
    }
}

impl From<UserFile> for User {
    fn from(file: UserFile) -> Self {
        Self {
            email: file.email.unwrap_or_else(|| file.username.clone()),
            username: file.username,
            password: file.password,
            token: file.token,
            first_name: file.first_name,
            last_name: file.last_name,
            profile: file.profile,
            login: file.login,
            api_only: file.api_only,
            modify_all_data: file.modify_all_data,
        }
    }
}
