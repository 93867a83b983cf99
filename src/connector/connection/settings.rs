//! The settings of a connection.

use std::collections::BTreeMap;

use crate::connector::error::{Error, Kind};
use crate::connector::sources::files::Choice;

/// The names of the secrets of a login in the vault.
pub mod secret {
    /// The password of the user.
    pub const PASSWORD: &str = "password";
    /// The security token of the user.
    pub const TOKEN: &str = "security token";
    /// The consumer secret of an app.
    pub const CLIENT_SECRET: &str = "client secret";
    /// The private key, in PEM, that belongs to the certificate of an app.
    pub const PRIVATE_KEY: &str = "private key";
    /// The refresh token that the consent in a browser gave.
    pub const REFRESH_TOKEN: &str = "refresh token";
    /// A session id or access token that another program obtained.
    pub const SESSION: &str = "session id";
}

/// The way in which a connection logs in. Its secrets are in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// By user name, password and security token, with the SOAP operation `login`.
    Password {
        /// The user name.
        user: String,
    },
    /// By the consumer key and consumer secret of an app, as the *Run As* user of the app.
    ClientCredentials {
        /// The consumer key.
        client_id: String,
    },
    /// By a signed assertion (RFC 7523), as a user whom the app admits.
    Jwt {
        /// The consumer key.
        client_id: String,
        /// The user name.
        user: String,
    },
    /// By the consent of a person in a browser, and afterwards by a refresh token.
    Web {
        /// The consumer key.
        client_id: String,
        /// The callback URL of the app on this machine, to which the browser is redirected.
        redirect: String,
        /// The requested OAuth scopes, separated by spaces.
        scopes: String,
    },
    /// By a session id or access token that another program obtained. It cannot be renewed.
    Session,
}

impl Login {
    /// The name of this way in the settings and on the command line.
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

/// The settings of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address of the login: the My Domain address of the org, or a login host.
    pub endpoint: String,
    /// The way in which the connection logs in.
    pub login: Login,
    /// A certificate, in PEM, that is trusted in addition to those of the operating system.
    pub certificate: Option<String>,
    /// Hosts of other domains that the response to a login may name as the endpoint.
    pub allow_hosts: Vec<String>,
    /// Whether hourly or daily event log files are collected.
    pub interval: Choice,
    /// How the content of files is fetched.
    pub transfer: Transfer,
    /// The objects whose changes are collected.
    pub objects: Vec<String>,
    /// The folder of the sink for NDJSON files, if there is one.
    pub ndjson: Option<String>,
    /// Whether that sink writes OCSF events instead of rows.
    pub ocsf: bool,
    /// The Id of the org, or an empty string before the first login.
    pub organization: String,
    /// The name of the org, or an empty string before the first login.
    pub organization_name: String,
    /// The user name, or an empty string before the first login.
    pub username: String,
    /// Whether the connection has been deactivated. A deactivated connection keeps its data.
    pub deactivated: bool,
}

/// The objects whose changes are collected by default.
pub const OBJECTS: [&str; 2] = ["User", "PermissionSetAssignment"];

impl Settings {
    /// Makes the settings of a new connection. The endpoint may be written without `https://`, with a slash
    /// at its end, or as the address of the Lightning pages.
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

    /// The objects in the settings that are not among the defaults. Every org has the defaults, and if the
    /// user may not read them, the test reports it.
    pub(super) fn chosen_objects(&self) -> impl Iterator<Item = &String> {
        let is_default = |object: &&String| OBJECTS.contains(&object.as_str());
        self.objects
            .iter()
            .filter(move |object| !is_default(object))
    }

    /// Checks that the connection has not been deactivated. `name` is its name.
    ///
    /// # Errors
    ///
    /// The connection has been deactivated.
    pub fn check_active(&self, name: &str) -> Result<(), Error> {
        match self.deactivated {
            false => Ok(()),
            true => Err(
                Error::new(Kind::Usage, format!("the connection {name} is deactivated"))
                    .help("run `saponify connector activate` with the same name to continue with its data"),
            ),
        }
    }

    /// The settings as names and values, which the store keeps.
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

    /// Reads the settings from the names and values that the store keeps.
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
/// The text is none of these.
pub fn interval(text: &str) -> Result<Choice, Error> {
    value_of(&INTERVALS, text)
        .ok_or_else(|| not_one_of("an interval", text).help("use auto, hourly or daily"))
}

/// Reads `auto`, `soap` or `rest`.
///
/// # Errors
///
/// The text is none of these.
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
    let message = format!("the setting `{setting}` of the connection is missing or invalid");
    Error::new(Kind::Store, message).help("deactivate the connection and activate it again")
}

/// Normalizes an address as people write it. Any other mistake in it is reported when the address is used.
fn normal(endpoint: &str) -> String {
    let endpoint = endpoint.trim();
    let scheme = endpoint.contains("://");
    let with_scheme = match scheme {
        true => endpoint.to_owned(),
        false => format!("https://{endpoint}"),
    };
    // The Lightning pages are on another host than the API.
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
