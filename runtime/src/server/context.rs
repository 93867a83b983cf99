//! What a handler can see of a request besides its arguments, and what it can add to the response.

use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::{Mutex, PoisonError};

use super::Fault;
use super::work::{LONG, off_the_executor};
use crate::client::{HeaderOf, OperationType};
use crate::codec::{Attachment, Attachments};
use crate::error::Error;
use crate::record::{Element, Record};
use crate::schema::SoapVersion;
use crate::soap::find_header;
use crate::soap::response::Unwritten;
use crate::value::{GeneratedStruct, Struct};

/// A header that the WSDL binds to the response of the operation `O`. Generated code implements this
/// trait, so a header that the response does not have does not compile.
#[diagnostic::on_unimplemented(
    message = "the WSDL does not bind the header `{Self}` to the response of `{O}`",
    label = "not a header of this response"
)]
pub trait OutputHeaderOf<O>: GeneratedStruct + Send + Sync {}

/// A request for the operation `O`, without its arguments: headers, attachments, and what HTTP says.
///
/// `Debug` shows the name of the operation only.
pub struct Context<O> {
    pub(super) soap: SoapVersion,
    pub(super) http: http::request::Parts,
    pub(super) headers: Vec<Record>,
    pub(super) other_headers: Vec<Element>,
    pub(super) attachments: Attachments,
    output_headers: Mutex<Vec<Box<dyn Struct + Send + Sync>>>,
    operation: PhantomData<fn() -> O>,
}

impl<O: OperationType> Context<O> {
    pub(super) fn new(
        soap: SoapVersion,
        http: http::request::Parts,
        headers: Vec<Record>,
        other_headers: Vec<Element>,
        attachments: Attachments,
    ) -> Self {
        Self {
            soap,
            http,
            headers,
            other_headers,
            attachments,
            output_headers: Mutex::default(),
            operation: PhantomData,
        }
    }

    /// The version of SOAP in which the request is written. The response is in the same version.
    #[must_use]
    pub fn soap(&self) -> SoapVersion {
        self.soap
    }

    /// The head of the HTTP request: its headers, its address, and the extensions that the web
    /// framework added, such as the address of the peer.
    #[must_use]
    pub fn http(&self) -> &http::request::Parts {
        &self.http
    }

    /// A SOAP header of the request, if the request has it.
    ///
    /// # Errors
    ///
    /// Returns a fault for the sender if a value of the header cannot be read.
    pub fn header<H: HeaderOf<O>>(&self) -> Result<Option<H>, Fault> {
        find_header(&self.headers)
            .map_err(|error| Fault::sender(format!("a header cannot be read: {error}")))
    }

    /// The headers that the WSDL does not declare and that the server
    /// [understands](super::Server::understands).
    #[must_use]
    pub fn other_headers(&self) -> &[Element] {
        &self.other_headers
    }

    /// The part of a multipart request that a `cid:` URL names. The target of an `xop:Include` is
    /// already the value of its field.
    #[must_use]
    pub fn attachment(&self, url: &str) -> Option<&Attachment> {
        self.attachments.get(url)
    }

    /// Adds a SOAP header to the response.
    pub fn add_header<H: OutputHeaderOf<O>>(&self, header: H) {
        let mut headers = self
            .output_headers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        headers.push(Box::new(header));
    }

    /// Writes the response. For generated code.
    #[doc(hidden)]
    pub async fn finish<F: Into<Fault>>(
        self,
        result: Result<O::Output, F>,
    ) -> Result<String, Fault> {
        let value = result.map_err(Into::into)?;
        let headers = self
            .output_headers
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let unwritten = Unwritten::new(O::operation(), self.soap, value, headers);
        let written = match unwritten.write(LONG) {
            // How long a response is turns out while it is written.
            Ok(None) => off_the_executor(move || unwritten.write(usize::MAX)).await?,
            written => written,
        };
        let envelope = written.map_err(|error| Fault::internal(Error::from(error)))?;
        envelope.ok_or_else(|| Fault::internal("a response is longer than memory"))
    }
}

/// The result of a method that a handler does not implement, whatever the arguments are. For generated
/// code.
pub fn not_implemented<O: OperationType, F: From<Fault>, A>(
    _: &Context<O>,
    _: A,
) -> Ready<Result<O::Output, F>> {
    let name = O::operation().name;
    ready(Err(Fault::receiver(format!(
        "this server does not implement the operation {name}"
    ))
    .into()))
}

impl<O: OperationType> fmt::Debug for Context<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Context({})", O::operation().name)
    }
}
