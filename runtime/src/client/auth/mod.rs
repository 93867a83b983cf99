//! How a client gets its sessions: the trait [`Authenticator`], and what an authenticator may use.
//!
//! The authenticators themselves belong to the service that they log in to: see
//! [`crate::salesforce`].

mod context;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use context::{AuthContext, FormResponse};

use super::Session;
use crate::error::Error;

/// The future that opens a session.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<Session, Error>> + Send + 'a>>;

/// Opens sessions: one when the client connects, and another whenever a session is lost.
///
/// The client opens one session at a time, which all its callers share. After a failure it waits,
/// longer each time. It never calls an authenticator again whose credentials were refused. An
/// implementation therefore tries once and returns the result. [`Error::is_transient`] decides
/// whether an error is a refusal: every error that is not transient is one.
///
/// ```
/// use saponify::auth::{AuthContext, Authenticator, Opening};
/// use saponify::{Error, Session};
///
/// /// Takes the access token that another program keeps fresh in a file.
/// #[derive(Debug)]
/// struct TokenFile {
///     instance_url: String,
///     path: std::path::PathBuf,
/// }
///
/// impl Authenticator for TokenFile {
///     fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
///         Box::pin(async move {
///             let token = std::fs::read_to_string(&self.path).map_err(Error::login)?;
///             Ok(Session::at(context.endpoint(&self.instance_url)?, token.trim()))
///         })
///     }
/// }
/// ```
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Opens a session.
    ///
    /// # Errors
    ///
    /// Use [`Error::login`] or [`Error::unavailable`] to make an error.
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a>;

    /// Whether a new session can be opened if a session is lost. If not, the caller gets the fault
    /// of the lost session.
    fn can_renew(&self) -> bool {
        true
    }
}

impl<A: Authenticator + ?Sized> Authenticator for Arc<A> {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        (**self).open(context)
    }

    fn can_renew(&self) -> bool {
        (**self).can_renew()
    }
}

impl<A: Authenticator + ?Sized> Authenticator for Box<A> {
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a> {
        (**self).open(context)
    }

    fn can_renew(&self) -> bool {
        (**self).can_renew()
    }
}
