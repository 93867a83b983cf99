//! The headers that a client or a call adds to a request.

use std::fmt;
use std::sync::Arc;

use super::Session;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::schema::{Operation, Type};
use crate::soap::request::Header;
use crate::value::{GeneratedStruct, Struct};
use crate::ws::RawHeader;

/// A header that the WSDL binds to the operation `O`. Generated code implements this trait, so a
/// header that an operation does not accept does not compile.
#[diagnostic::on_unimplemented(
    message = "the WSDL does not bind the header `{Self}` to the operation `{O}`",
    label = "not a header of this operation",
    note = "the type of the operation lists the headers that it accepts: see the implementors of \
            `HeaderOf<{O}>`"
)]
pub trait HeaderOf<O>: GeneratedStruct + Send + Sync {}

/// A header that the WSDL binds to at least one operation of the service `S`. Generated code
/// implements this trait, so a header that no operation accepts does not compile.
#[diagnostic::on_unimplemented(
    message = "the WSDL binds the header `{Self}` to no operation of `{S}`",
    label = "not a header of requests to this service",
    note = "headers of requests implement `HeaderFor<{S}>`; those of responses are read by \
            `Reply::header`"
)]
pub trait HeaderFor<S>: GeneratedStruct + Send + Sync {}

/// The headers to send, at most one of each type. An operation carries those that its binding
/// declares.
#[derive(Clone, Default)]
pub(crate) struct Headers {
    typed: Vec<(&'static Type, Content)>,
    /// The headers that the WSDL does not declare. Every operation carries them.
    raw: Vec<Arc<dyn RawHeader>>,
}

/// What is sent as the header of a type.
#[derive(Clone)]
enum Content {
    /// A value of a generated type. It is written when it is sent, so a value that cannot be
    /// written as XML is an error of the call and not of the client.
    Value(Arc<dyn Struct + Send + Sync>),
    /// The only field of the header, such as the batch size.
    Number(i64),
    /// Nothing, not even the header of the session.
    Nothing,
}

impl Headers {
    pub(crate) fn set<H: GeneratedStruct + Send + Sync>(&mut self, header: H) {
        self.put(H::static_table(), Content::Value(Arc::new(header)));
    }

    pub(crate) fn set_number(&mut self, table: &'static Type, number: i64) {
        self.put(table, Content::Number(number));
    }

    pub(crate) fn leave_out(&mut self, table: &'static Type) {
        self.put(table, Content::Nothing);
    }

    fn put(&mut self, table: &'static Type, content: Content) {
        self.typed.retain(|(other, _)| *other != table);
        self.typed.push((table, content));
    }

    pub(crate) fn add_raw(&mut self, header: impl RawHeader) {
        self.raw.push(Arc::new(header));
    }

    pub(crate) fn raw(&self) -> &[Arc<dyn RawHeader>] {
        &self.raw
    }

    /// Writes the headers of a request. A header that was given replaces the header of the session.
    pub(crate) fn write(
        &self,
        operation: &Operation,
        session: &Session,
        session_header: Option<&'static Type>,
    ) -> Result<Vec<Header>, Error> {
        let mut written = Vec::new();
        if let (Some(table), Some(id)) = (session_header, &session.id)
            && operation.headers.contains(&table)
            && self.typed.iter().all(|(other, _)| *other != table)
        {
            written.push(Header::text(table, id.expose())?);
        }
        for (table, content) in &self.typed {
            if !operation.headers.contains(table) {
                continue;
            }
            match content {
                Content::Value(value) => written.push(Header::new(&**value)?),
                Content::Number(number) => written.push(Header::integer(table, *number)?),
                Content::Nothing => {}
            }
        }
        Ok(written)
    }
}

/// Refuses headers with a session or a password if the endpoint has no TLS and is not this machine.
pub(crate) fn check_without_tls(
    endpoint: &Endpoint,
    written: &[Header],
    raw: &[String],
) -> Result<(), Error> {
    if endpoint.is_https() || endpoint.is_loopback() {
        return Ok(());
    }
    let is_secret = |xml: &str| {
        let lower = xml.to_ascii_lowercase();
        lower.contains("sessionid")
            || lower.contains("password") && !lower.contains("#passworddigest")
    };
    let written = written.iter().map(Header::as_str);
    if written.chain(raw.iter().map(String::as_str)).any(is_secret) {
        return Err(Error::usage(
            "a header holds a session or a password, which is not sent over plain http; use an https \
             address, or `UsernameToken::digest`",
        ));
    }
    Ok(())
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Prints only names, because a header may contain a session id.
        let names = self.typed.iter().map(|(table, _)| table.name);
        f.debug_list().entries(names).finish()
    }
}
