//! How a connection is set up.

use std::collections::BTreeMap;

use crate::connector::error::{Error, Kind};
use crate::connector::sources::files::Choice;

/// The names of secrets in the vault.
pub mod secret {
    /// The password of the user.
    pub const PASSWORD: &str = "password";
    /// The security token of the user.
    pub const TOKEN: &str = "security token";
    /// The consumer secret of an app.
    pub const CLIENT_SECRET: &str = "client secret";
    /// The private key of an app's certificate, in PEM.
    pub const PRIVATE_KEY: &str = "private key";
    /// The refresh token that a consent in the browser gave.
    pub const REFRESH_TOKEN: &str = "refresh token";
    /// A session id or access token from elsewhere.
    pub const SESSION: &str = "session id";
}

/// How a connection logs in. The secrets that belong to it are in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// By user name, password and security token, with the SOAP operation `login`.
    Password {
        /// The user name.
        user: String,
    },
    /// By the key and secret of an app, as the app's *Run As* user.
    ClientCredentials {
        /// The consumer key.
        client_id: String,
    },
    /// By a signed assertion, as a user who was admitted to the app.
    Jwt {
        /// The consumer key.
        client_id: String,
        /// The user name.
        user: String,
    },
    /// By the consent of a person in the browser; afterwards by a refresh token.
    Web {
        /// The consumer key.
        client_id: String,
        /// The Callback URL of the app that takes the consent, on this machine.
        redirect: String,
        /// What is asked for, separated by spaces.
        scopes: String,
    },
    /// By a session id or access token from elsewhere, which cannot be renewed.
    Session,
}

impl Login {
    /// The name of the way to log in.
    #[must_use]
    pub fn method(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::ClientCredentials { .. } => "client-credentials",
            Self::Jwt { .. } => "jwt",
            Self::Web { .. } => "web",
            Self::Session => "session",
        }
    }
}

/// How the content of event log files is fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transfer {
    /// By SOAP, and by REST if SOAP refuses the size.
    #[default]
    Auto,
    /// By SOAP only.
    Soap,
    /// By REST only.
    Rest,
}

/// How a connection is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where it logs in: the My Domain address of the org, or a login host.
    pub endpoint: String,
    /// How it logs in.
    pub login: Login,
    /// A certificate, in PEM, that is trusted besides those of the operating system.
    pub certificate: Option<String>,
    /// Hosts of other domains that a login may name as the endpoint.
    pub allow_hosts: Vec<String>,
    /// Whether hourly or daily event log files are taken.
    pub interval: Choice,
    /// How the content of files is fetched.
    pub transfer: Transfer,
    /// The objects whose changes are collected.
    pub objects: Vec<String>,
    /// The folder of the sink for NDJSON files, if there is one.
    pub ndjson: Option<String>,
    /// Whether that sink writes OCSF events instead of rows.
    pub ocsf: bool,
    /// The Id of the org, once it is known.
    pub organization: String,
    /// The name of the org, once it is known.
    pub organization_name: String,
    /// The name of the user who logs in, once it is known.
    pub username: String,
    /// Whether the connection has been deactivated. Its data stays.
    pub deactivated: bool,
}

/// Objects whose changes are collected unless others are given.
pub const OBJECTS: [&str; 2] = ["User", "PermissionSetAssignment"];

impl Settings {
    /// The settings of a new connection. The endpoint may be written in any usual way: without
    /// `https://`, with a slash at its end, or as the address of the Lightning pages.
    #[must_use]
    pub fn new(endpoint: &str, login: Login) -> Self {
        Self {
            endpoint: normal(endpoint),
            login,
            certificate: None,
            allow_hosts: Vec::new(),
            interval: Choice::Auto,
            transfer: Transfer::Auto,
            objects: OBJECTS.map(str::to_owned).to_vec(),
            ndjson: None,
            ocsf: false,
            organization: String::new(),
            organization_name: String::new(),
            username: String::new(),
            deactivated: false,
        }
    }

    /// The objects whose changes are collected that the user has named. Those of the default are in every org,
    /// and a user who may not read them yet gets a line of the test.
    pub(super) fn chosen_objects(&self) -> impl Iterator<Item = &String> {
        let is_default = |object: &&String| OBJECTS.contains(&object.as_str());
        self.objects
            .iter()
            .filter(move |object| !is_default(object))
    }

    /// Fails if the connection of this name has been deactivated.
    ///
    /// # Errors
    ///
    /// It has been.
    pub fn check_active(&self, name: &str) -> Result<(), Error> {
        match self.deactivated {
            false => Ok(()),
            true => Err(
                Error::new(Kind::Usage, format!("the connection {name} is deactivated"))
                    .help("`saponify connector activate` with the same name goes on with its data"),
            ),
        }
    }

    /// The settings as the store keeps them.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                map.insert(name.to_owned(), value.to_owned());
            }
        };
        put("endpoint", &self.endpoint);
        put("login", self.login.method());
        match &self.login {
            Login::Password { user } => put("user", user),
            Login::ClientCredentials { client_id } => put("client-id", client_id),
            Login::Jwt { client_id, user } => {
                put("client-id", client_id);
                put("user", user);
            }
            Login::Web {
                client_id,
                redirect,
                scopes,
            } => {
                put("client-id", client_id);
                put("redirect", redirect);
                put("scopes", scopes);
            }
            Login::Session => {}
        }
        put("certificate", self.certificate.as_deref().unwrap_or(""));
        put("allow-hosts", &self.allow_hosts.join(" "));
        put("interval", name_of(&INTERVALS, self.interval));
        put("transfer", name_of(&TRANSFERS, self.transfer));
        put("objects", &self.objects.join(" "));
        put("ndjson", self.ndjson.as_deref().unwrap_or(""));
        put("ocsf", if self.ocsf { "yes" } else { "" });
        put("organization", &self.organization);
        put("organization-name", &self.organization_name);
        put("username", &self.username);
        put("deactivated", if self.deactivated { "yes" } else { "" });
        map
    }

    /// The settings from what the store keeps.
    ///
    /// # Errors
    ///
    /// A setting is missing or has a value that this program does not know.
    pub fn from_map(map: &BTreeMap<String, String>) -> Result<Self, Error> {
        let text = |name: &str| map.get(name).cloned().unwrap_or_default();
        let need = |name: &str| map.get(name).cloned().ok_or_else(|| unusable(name));
        let list = |name: &str| -> Vec<String> {
            text(name).split_whitespace().map(str::to_owned).collect()
        };
        let is_set = |name: &str| map.contains_key(name);
        let login = match need("login")?.as_str() {
            "password" => Login::Password {
                user: need("user")?,
            },
            "client-credentials" => Login::ClientCredentials {
                client_id: need("client-id")?,
            },
            "jwt" => Login::Jwt {
                client_id: need("client-id")?,
                user: need("user")?,
            },
            "web" => Login::Web {
                client_id: need("client-id")?,
                redirect: need("redirect")?,
                scopes: need("scopes")?,
            },
            "session" => Login::Session,
            _ => return Err(unusable("login")),
        };
        Ok(Self {
            endpoint: need("endpoint")?,
            login,
            certificate: map.get("certificate").cloned(),
            allow_hosts: list("allow-hosts"),
            interval: value_of(&INTERVALS, &text("interval"))
                .ok_or_else(|| unusable("interval"))?,
            transfer: value_of(&TRANSFERS, &text("transfer"))
                .ok_or_else(|| unusable("transfer"))?,
            objects: list("objects"),
            ndjson: map.get("ndjson").cloned(),
            ocsf: is_set("ocsf"),
            organization: text("organization"),
            organization_name: text("organization-name"),
            username: text("username"),
            deactivated: is_set("deactivated"),
        })
    }
}

const INTERVALS: [(&str, Choice); 3] = [
    ("auto", Choice::Auto),
    ("hourly", Choice::Hourly),
    ("daily", Choice::Daily),
];

const TRANSFERS: [(&str, Transfer); 3] = [
    ("auto", Transfer::Auto),
    ("soap", Transfer::Soap),
    ("rest", Transfer::Rest),
];

/// Reads `auto`, `hourly` or `daily`.
///
/// # Errors
///
/// It is none of these.
pub fn interval(text: &str) -> Result<Choice, Error> {
    value_of(&INTERVALS, text)
        .ok_or_else(|| not_one_of("an interval", text).help("use auto, hourly or daily"))
}

/// Reads `auto`, `soap` or `rest`.
///
/// # Errors
///
/// It is none of these.
pub fn transfer(text: &str) -> Result<Transfer, Error> {
    value_of(&TRANSFERS, text)
        .ok_or_else(|| not_one_of("a way to fetch files", text).help("use auto, soap or rest"))
}

fn not_one_of(what: &str, text: &str) -> Error {
    Error::new(
        Kind::Usage,
        format!("`{}` is not {what}", text.escape_debug()),
    )
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    let found = names.iter().find(|(_, known)| *known == value);
    found.map_or("", |(name, _)| name)
}

fn value_of<T: Copy>(names: &[(&'static str, T)], text: &str) -> Option<T> {
    let found = names.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value)
}

fn unusable(setting: &str) -> Error {
    let message = format!("the connection has no usable setting `{setting}`");
    Error::new(Kind::Store, message).help("deactivate the connection and activate it again")
}

/// An address as people write it. What is wrong with it otherwise is said when it is used.
fn normal(endpoint: &str) -> String {
    let endpoint = endpoint.trim();
    let scheme = endpoint.contains("://");
    let with_scheme = match scheme {
        true => endpoint.to_owned(),
        false => format!("https://{endpoint}"),
    };
    // The Lightning pages are at another host than the API.
    let host_end = with_scheme
        .get(8..)
        .and_then(|rest| rest.find('/'))
        .map_or(with_scheme.len(), |at| at + 8);
    let (host, path) = with_scheme.split_at(host_end);
    match host.strip_suffix(".lightning.force.com") {
        Some(domain) => format!("{domain}.my.salesforce.com"),
        None if path == "/" => host.to_owned(),
        None => with_scheme,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_be_written_in_any_usual_way() {
        for (given, meant) in [
            ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
            (
                " https://acme.my.salesforce.com/ ",
                "https://acme.my.salesforce.com",
            ),
            (
                "https://acme.lightning.force.com/lightning/setup/x",
                "https://acme.my.salesforce.com",
            ),
            (
                "https://h/services/Soap/c/64.0",
                "https://h/services/Soap/c/64.0",
            ),
            ("http://plain.example/", "http://plain.example"),
            ("", "https://"),
        ] {
            assert_eq!(normal(given), meant);
        }
    }
}
