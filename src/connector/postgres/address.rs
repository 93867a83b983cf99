//! The address of a database: `postgres://user@host:port/database`.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{passfile, tls};
use crate::connector::error::{Error, Kind};

/// The longest time for establishing a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// After about this time, a server that has vanished without closing the connection is noticed.
const SILENCE: Duration = Duration::from_secs(20);

/// The address of a database, and how to connect to it.
#[derive(Clone)]
pub(in crate::connector) struct Address {
    pub(super) config: Config,
    /// `None` if the connection does not leave this machine.
    pub(super) tls: Option<MakeRustlsConnect>,
    shown: String,
    has_password: bool,
}

impl Address {
    /// Parses an address. What it does not specify is taken from the user of this process and from the
    /// usual sources of passwords.
    ///
    /// A connection to another machine is always encrypted, and the server must have a certificate for its
    /// name. Weaker values of `sslmode` are treated as `verify-full`, and `disable` is an error.
    pub(in crate::connector) fn parse(text: &str) -> Result<Self, Error> {
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        // The client cannot check certificates, so the options of TLS are handled here.
        let (of_tls, rest): (Vec<&str>, Vec<&str>) = query
            .split('&')
            .partition(|option| option.starts_with("ssl"));
        let (mut mode, mut roots) = (None, None);
        for (name, value) in form_urlencoded::parse(of_tls.join("&").as_bytes()) {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(PathBuf::from(&*value)),
                _ => {
                    return Err(
                        unreadable().help("the only options of TLS are sslmode and sslrootcert")
                    );
                }
            }
        }
        // The error of the client may quote the address, so it is not used.
        let plain = format!("{base}?{}", rest.join("&"));
        let plain = plain.trim_end_matches('?');
        let mut config: Config = plain.parse().map_err(|_| unreadable())?;
        // The client would connect to this address whatever the host is, but the host decides whether the database is on
        // another machine.
        if !config.get_hostaddrs().is_empty() {
            return Err(unreadable()
                .help("write the address of the server as its host, and leave out hostaddr"));
        }
        if config.get_hosts().is_empty() {
            default_host(&mut config);
        }
        let local = config.get_hosts().iter().all(is_local);
        let wants_tls = mode.as_deref().is_some_and(|mode| mode != "disable");
        let tls = match (mode.as_deref(), local) {
            (Some("disable"), false) => return Err(unencrypted()),
            (
                None
                | Some("disable" | "allow" | "prefer" | "require" | "verify-ca" | "verify-full"),
                _,
            ) => (!local || wants_tls)
                .then(|| tls::connector(roots.as_deref()))
                .transpose()?,
            _ => {
                return Err(unreadable().help(
                    "set sslmode to verify-full, or to disable for a server on this machine",
                ));
            }
        };
        let has_password = config.get_password().is_some();
        let shown = shown(&config);
        if !has_password {
            add_password(&mut config);
        }
        config
            .ssl_mode(match tls {
                Some(_) => SslMode::Require,
                None => SslMode::Disable,
            })
            .connect_timeout(CONNECT)
            .keepalives_idle(SILENCE / 2)
            .keepalives_interval(SILENCE / 4)
            .keepalives_retries(2)
            .tcp_user_timeout(SILENCE)
            .application_name("saponify");
        Ok(Self {
            config,
            tls,
            shown,
            has_password,
        })
    }

    /// Whether the address contained a password.
    pub(in crate::connector) fn has_password(&self) -> bool {
        self.has_password
    }
}

/// The address without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

fn default_host(config: &mut Config) {
    #[cfg(unix)]
    let socket = format!(".s.PGSQL.{}", config.get_ports().first().unwrap_or(&5432));
    #[cfg(unix)]
    for folder in ["/var/run/postgresql", "/tmp"] {
        if std::path::Path::new(folder).join(&socket).exists() {
            config.host_path(folder);
            return;
        }
    }
    config.host("localhost");
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .trim_matches(['[', ']'])
                    .parse::<IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

fn shown(config: &Config) -> String {
    let hosts: Vec<String> = config.get_hosts().iter().map(name).collect();
    let user = match config.get_user() {
        Some(user) => format!("{user}@"),
        None => String::new(),
    };
    let port = match config.get_ports().first() {
        Some(port) => format!(":{port}"),
        None => String::new(),
    };
    let database = config.get_dbname().unwrap_or_default();
    format!("postgres://{user}{}{port}/{database}", hosts.join(","))
}

/// Reads the password from `PGPASSWORD` or the password file, as `libpq` does. With several hosts, it is not read,
/// because the client would send the password of one host to all of them.
fn add_password(config: &mut Config) {
    if config.get_hosts().len() > 1 {
        return;
    }
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        // The password file calls a socket `localhost`.
        _ => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let user = config.get_user().unwrap_or_default().to_owned();
    let database = config.get_dbname().unwrap_or(&user).to_owned();
    if let Some(password) = passfile::find(&host, port, &database, &user) {
        config.password(password.as_str());
    }
}

fn unreadable() -> Error {
    Error::new(
        Kind::Usage,
        "the address of the database cannot be read",
    )
    .help("write postgres://USER@HOST:PORT/DATABASE, or postgres:///DATABASE?host=/run/postgresql for a socket")
}

fn unencrypted() -> Error {
    Error::new(
        Kind::Usage,
        "a connection to a database on another machine must be encrypted",
    )
    .help(
        "omit sslmode; sslrootcert=FILE in the address names the certificate of your own authority",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_on_this_machine_may_be_reached_without_tls() {
        for (text, tls) in [
            ("postgres://ada@127.0.0.1/audit", false),
            ("postgres://ada@[::1]:5433/audit", false),
            ("postgresql://ada@localhost/audit?sslmode=disable", false),
            ("postgres:///audit?host=/run/postgresql", false),
            ("postgres://ada@localhost/audit?sslmode=verify-full", true),
            ("postgres://ada@db.example/audit", true),
            ("postgres://ada@db.example/audit?sslmode=prefer", true),
            ("postgres://ada@localhost,db.example/audit", true),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.tls.is_some(), tls, "{text}");
        }
        for text in [
            "postgres://ada@db.example/audit?sslmode=disable",
            "postgres://ada@db.example/audit?sslmode=maybe",
            "postgres://ada@db.example/audit?sslrootcert=/no/such/file",
            "postgres://ada@db.example:none/audit",
            "postgres://ada@localhost/audit?hostaddr=10.0.0.5",
            "postgres:///audit?hostaddr=10.0.0.5",
        ] {
            let error = Address::parse(text).unwrap_err();
            assert!(
                error.is_usage() && error.advice().is_some(),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        for text in [
            "postgres://ada:c4nary@db.example/audit",
            "postgres://ada@db.example/audit?password=c4nary",
        ] {
            let address = Address::parse(text).unwrap();
            assert!(address.has_password());
            assert_eq!(address.to_string(), "postgres://ada@db.example:5432/audit");
            assert!(!format!("{address:?}").contains("c4nary"));
        }
        let error = Address::parse("postgres://ada:c4nary@db.example:x/audit").unwrap_err();
        assert!(!format!("{error:?} {}", error.text()).contains("c4nary"));
    }
}
