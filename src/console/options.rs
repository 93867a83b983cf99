//! The options and the errors of the console.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::connector::home::Home;
use crate::connector::vault::{SecretString, Vault};
use crate::connector::{Error, Kind};

/// The options of the console.
#[derive(Debug)]
pub struct ConsoleOptions {
    /// The home of the connections.
    pub home: Home,
    /// The vault with the secrets of the connections.
    pub vault: Vault,
    /// The address on which the console accepts connections. If other machines can reach it, `tls` and
    /// `password` are required.
    pub listen: SocketAddr,
    /// The host names of the console in browsers, in addition to the address.
    pub names: Vec<String>,
    /// The files of the certificate chain and of its private key, in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The password, or its argon2 hash. Without a password, a link logs in.
    pub password: Option<SecretString>,
    /// The bearer token that `GET /metrics` requires. Without it, only requests from this machine are
    /// allowed.
    pub metrics_token: Option<SecretString>,
}

/// Makes an error of the console itself.
pub(super) fn failed(message: &str) -> Error {
    Error::new(Kind::Io, message)
}

/// Makes an error of wrong usage.
pub(super) fn wrong_use(message: &str, help: &str) -> Error {
    Error::new(Kind::Usage, message).help(help)
}
