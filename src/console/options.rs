//! How the console is served, and how it fails.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::connector::home::Home;
use crate::connector::vault::{SecretString, Vault};
use crate::connector::{Error, Kind};

/// How the console is served.
#[derive(Debug)]
pub struct Options {
    /// The folder of the connections.
    pub home: Home,
    /// The secrets of the connections.
    pub vault: Vault,
    /// Where it listens. An address that other machines reach needs `tls` and `password`.
    pub listen: SocketAddr,
    /// The names by which browsers reach it, besides the address.
    pub names: Vec<String>,
    /// The files of the certificate chain and of its private key, in PEM.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// The password, or its argon2 hash. Without one, a link lets in.
    pub password: Option<SecretString>,
    /// What `GET /metrics` must present as a bearer token. Without it, only this machine may ask.
    pub metrics_token: Option<SecretString>,
}

/// A failure of the console itself.
pub(super) fn failed(message: &str) -> Error {
    Error::new(Kind::Io, message)
}

/// A wrong use of the console.
pub(super) fn wrong_use(message: &str, help: &str) -> Error {
    Error::new(Kind::Usage, message).help(help)
}
