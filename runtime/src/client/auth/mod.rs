//! How a client gets its sessions: the interface, and what an authenticator may use.
//!
//! The authenticators themselves belong to the service that they log in to: see
//! [`crate::salesforce`].

mod context;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

pub use context::{AuthContext, FormAnswer};

use super::Session;
use crate::error::Error;

/// The future that opens a session.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<Session, Error>> + Send + 'a>>;

/// Opens sessions: once when the client connects, and again when a session is lost.
///
/// The client sees to it that one session is opened at a time, for all its callers together, that
/// failures are followed by growing pauses, and that an authenticator whose credentials were refused
/// is never asked again. An implementation tries once and reports what came of it. Whether an error
/// is a refusal is told by [`Error::is_transient`]: everything that is not transient counts as one.
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
    /// [`Error::login`] and its neighbours make errors.
    fn open<'a>(&'a self, context: &'a AuthContext) -> Opening<'a>;

    /// Whether another session can be had when the first one is lost. If not, the fault of the
    /// lost session is what the caller gets.
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
