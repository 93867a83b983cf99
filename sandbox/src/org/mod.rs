//! The org description: the objects, fields, users, apps and rows of a tenant.
//!
//! It is written by hand as one TOML file. The WSDL and the server are derived from it.

mod activity;
mod app;
mod check;
mod field;
mod file;
mod login;
pub(crate) mod public_key;
mod scale;

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::id::{Id, Prefix, long_form};
pub use activity::{Activity, Visibility};
pub use app::{App, GrantType};
pub use field::{Field, Kind};
pub use login::{Limits, LoginMode, User};
pub use scale::Scale;

/// A tenant, from which the WSDL and the server are derived.
#[derive(Clone, Debug)]
pub struct Org {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) instance: [u8; 2],
    pub(crate) edition: String,
    pub(crate) is_sandbox: bool,
    pub(crate) language: String,
    pub(crate) locale: String,
    pub(crate) currency: String,
    pub(crate) time_zone: String,
    pub(crate) api_version: ApiVersion,
    pub(crate) generated: String,
    pub(crate) package_set: Option<String>,
    pub(crate) packages: Vec<Package>,
    /// WSDLs of other APIs, by the end of their path: `metadata`, `class/InvoiceService`.
    pub(crate) other_wsdls: BTreeMap<String, String>,
    pub(crate) limits: Limits,
    pub(crate) soap_login: bool,
    /// The generated logins, audit trail and event log files, if there are any.
    pub(crate) activity: Option<Activity>,
    pub(crate) users: Vec<User>,
    pub(crate) apps: Vec<App>,
    /// The objects by name, in ASCII order.
    pub(crate) objects: BTreeMap<String, Object>,
}

/// An installed managed package, which the comment of the WSDL lists.
#[derive(Clone, Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) namespace: String,
    /// The versions that can be chosen, including the installed one.
    pub(crate) versions: Vec<String>,
}

/// An object (table) of the org.
#[derive(Clone, Debug)]
pub struct Object {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) plural: String,
    pub(crate) prefix: Prefix,
    pub(crate) writable: bool,
    pub(crate) aggregates: bool,
    /// The field that the duplicate rule compares.
    pub(crate) duplicate_rule: Option<String>,
    /// The fields by name, in ASCII order, including `Id`.
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) children: BTreeMap<String, Child>,
    /// Elements of the WSDL that the server knows nothing about, and their types.
    pub(crate) elements: BTreeMap<String, String>,
    pub(crate) generate: u64,
    pub(crate) rows: Vec<Row>,
}

/// The child side of a reference, such as `Contacts` of `Account`.
#[derive(Clone, Debug)]
pub(crate) struct Child {
    pub(crate) object: String,
    pub(crate) field: String,
}

/// A row that the description lists.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) key: Option<String>,
    pub(crate) values: BTreeMap<String, toml::Value>,
}

/// A version of the API, such as 64.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(pub u16);

impl ApiVersion {
    /// Parses `64.0` or `64`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let major = text.strip_suffix(".0").unwrap_or(text);
        major
            .parse()
            .ok()
            .filter(|n| (7..1000).contains(n))
            .map(Self)
    }
}

impl std::fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.0", self.0)
    }
}

impl std::str::FromStr for ApiVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
            .ok_or_else(|| Error::other(format!("`{text}` is not an API version such as 64.0")))
    }
}

impl Org {
    /// Parses an org description.
    ///
    /// # Errors
    /// Fails if the text is not TOML or contradicts itself. The error names the line.
    pub fn parse(text: &str) -> Result<Self, Error> {
        file::read(text)
    }

    /// Reads an org description from a file.
    ///
    /// # Errors
    /// Fails as [`Org::parse`] does, and if the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
        Self::parse(&text)
    }

    /// The name of the organisation.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the API that the description names.
    #[must_use]
    pub fn api_version(&self) -> ApiVersion {
        self.api_version
    }

    /// The 18-character id of the organisation.
    #[must_use]
    pub fn id(&self) -> String {
        long_form(&self.id)
    }

    /// The names of the objects, sorted.
    pub fn object_names(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(String::as_str)
    }

    /// The users of the description, with their login modes.
    #[must_use]
    pub fn users(&self) -> &[User] {
        &self.users
    }

    /// The connected apps of the description.
    #[must_use]
    pub fn apps(&self) -> &[App] {
        &self.apps
    }

    /// The connected apps, which a test can change or add to.
    pub fn apps_mut(&mut self) -> &mut Vec<App> {
        &mut self.apps
    }

    /// Adds synthetic objects, so that a tenant has a realistic size.
    #[must_use]
    pub fn scaled(mut self, scale: Scale) -> Self {
        scale.grow(&mut self);
        self
    }

    /// Sets the number of synthetic rows of an object. Unknown objects are ignored.
    #[must_use]
    pub fn with_rows(mut self, object: &str, rows: u64) -> Self {
        if let Some(object) = self.objects.get_mut(object) {
            object.generate = rows;
        }
        self
    }

    /// Sets the edition, such as `Professional Edition`, which is the value of
    /// `Organization.OrganizationType`.
    #[must_use]
    pub fn with_edition(mut self, edition: &str) -> Self {
        edition.clone_into(&mut self.edition);
        self
    }

    /// The limits, which a test can lower.
    pub fn limits_mut(&mut self) -> &mut Limits {
        &mut self.limits
    }

    /// The number of rows of an object that the description lists, including the users.
    pub(crate) fn listed_rows(&self, object: &Object) -> usize {
        object.rows.len()
            + match object.name.as_str() {
                "User" => self.users.len(),
                "Organization" => 1,
                _ => 0,
            }
    }

    /// The number of rows of an object at the start.
    pub(crate) fn rows_of(&self, name: &str) -> u64 {
        (self.objects.get(name)).map_or(0, |object| {
            self.listed_rows(object) as u64 + object.generate
        })
    }

    /// Finds an object. Case is ignored, as in SOQL.
    pub(crate) fn object(&self, name: &str) -> Option<&Object> {
        self.objects.get(name).or_else(|| {
            self.objects
                .values()
                .find(|object| object.name.eq_ignore_ascii_case(name))
        })
    }

    pub(crate) fn object_of(&self, prefix: Prefix) -> Option<&Object> {
        self.objects.values().find(|object| object.prefix == prefix)
    }

    /// The id of a user of the description. These users are the first rows of `User`.
    pub(crate) fn user_id(&self, number: usize) -> String {
        match self.objects.get("User") {
            Some(object) => self.id_text(Id::new(object.prefix, number as i64 + 1)),
            None => String::new(),
        }
    }

    pub(crate) fn parse_id(&self, text: &str) -> Option<Id> {
        Id::parse(text, self.instance)
    }

    pub(crate) fn id_text(&self, id: Id) -> String {
        id.to_text(self.instance)
    }

    /// The last part of the service addresses: the package set, if the org has one.
    pub(crate) fn address_tail(&self) -> String {
        match &self.package_set {
            Some(set) => format!("/{set}"),
            None => String::new(),
        }
    }
}

impl Object {
    /// Finds a field. Case is ignored.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        (self.fields.get(name)).or_else(|| {
            self.fields
                .values()
                .find(|field| field.name.eq_ignore_ascii_case(name))
        })
    }

    /// Finds the reference field of a parent relationship.
    pub(crate) fn relationship(&self, name: &str) -> Option<&Field> {
        self.fields.values().find(|field| {
            field
                .relationship
                .as_deref()
                .is_some_and(|r| r.eq_ignore_ascii_case(name))
        })
    }

    pub(crate) fn child(&self, name: &str) -> Option<(&str, &Child)> {
        (self.children.iter())
            .find(|(relationship, _)| relationship.eq_ignore_ascii_case(name))
            .map(|(relationship, child)| (relationship.as_str(), child))
    }

    pub(crate) fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// The field with the name of a row: `Name`, or else `Subject`, `CaseNumber` or `Title`.
    pub(crate) fn name_field(&self) -> Option<&Field> {
        ["Name", "Subject", "CaseNumber", "Title"]
            .iter()
            .find_map(|name| self.fields.get(*name))
    }
}
