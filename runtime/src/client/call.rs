//! One call: it takes arguments and headers, and returns the typed result or an error.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use super::{Arg, Attempt, Client, HeaderOf, Headers, Reply, Terms, exchange};
use crate::error::Error;
use crate::schema::{Operation, Repeat, Type};
use crate::soap::request::RequestBody;
use crate::value::FieldValue;
use crate::view::View;
use crate::ws::RawHeader;

/// An operation as a type. Generated code implements this trait.
pub trait OperationType: Send + Sync + 'static {
    /// The result of a call.
    type Output: OperationOutput;
    /// The table of the operation.
    fn operation() -> &'static Operation;
}

/// The result of an operation: the value of the response's only field, the struct of all its
/// fields, or nothing.
pub trait OperationOutput:
    FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static
{
}

impl<T: FieldValue + Default + Clone + fmt::Debug + Send + Sync + 'static> OperationOutput for T {}

/// A call. It is made when it is awaited, and returns the result of the operation.
///
/// ```ignore
/// use enterprise::{Account, AllOrNoneHeader};
///
/// let accounts = [Account::new().with_name("Acme")];
/// let saved = soap.create(&accounts).with(AllOrNoneHeader { all_or_none: true }).await?;
/// assert!(saved[0].success);
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct Call<O> {
    client: Client,
    body: Result<RequestBody, Error>,
    headers: Headers,
    terms: Terms,
    /// Types of records in the response, in addition to the declared ones.
    known: Vec<&'static Type>,
    operation: PhantomData<O>,
}

impl<O: OperationType> Call<O> {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            body: Ok(RequestBody::new(O::operation(), client.soap())),
            headers: client.headers().clone(),
            terms: Terms::default(),
            known: Vec::new(),
            operation: PhantomData,
        }
    }

    /// A call whose arguments are already written.
    pub(crate) fn of(client: Client, body: RequestBody, headers: Headers) -> Self {
        Self {
            client,
            body: Ok(body),
            headers,
            terms: Terms::default(),
            known: Vec::new(),
            operation: PhantomData,
        }
    }

    /// Adds the next argument. For generated code.
    #[doc(hidden)]
    pub fn arg(mut self, argument: impl Arg) -> Self {
        if let Ok(body) = &mut self.body
            && let Err(error) = argument.write(body)
        {
            self.body = Err(error);
        }
        self
    }

    /// Adds a header to this call. It replaces a header of the same type that the call or the
    /// client has.
    pub fn with<H: HeaderOf<O>>(mut self, header: H) -> Self {
        self.headers.set(header);
        self
    }

    /// Omits a header that the client would add to this call.
    ///
    /// ```ignore
    /// use enterprise::{Account, AllOrNoneHeader};
    ///
    /// let strict = soap.with(AllOrNoneHeader { all_or_none: true });
    /// let drafts = [Account::new().with_name("Acme"), Account::new().with_name("Globex")];
    /// strict.create(&drafts).without::<AllOrNoneHeader>().await?;
    /// ```
    pub fn without<H: HeaderOf<O>>(mut self) -> Self {
        self.headers.leave_out(H::static_table());
        self
    }

    /// Decodes records of this type in the response with the table of the type. Without it, the
    /// records of a query have the table of all objects, and [`cast`](crate::Record::cast) converts
    /// each of them, which takes more time.
    ///
    /// ```ignore
    /// use enterprise::Account;
    ///
    /// let result = soap.query("SELECT Id, Name FROM Account LIMIT 2").decode_as::<Account>().await?;
    /// let first: Option<Account> = result.records.into_iter().next().map(|row| row.cast()).transpose()?;
    /// ```
    pub fn decode_as<V: View>(mut self) -> Self {
        self.known.push(V::static_table());
        self
    }

    /// Adds a header that the WSDL does not declare. It is written after the declared headers and
    /// the headers of the client. See [`ws`](crate::ws).
    pub fn raw_header(mut self, header: impl RawHeader) -> Self {
        self.headers.add_raw(header);
        self
    }

    /// Sets whether this call may be repeated if it fails. This overrides the table of the
    /// operation and the setting of the client. [`Retry`](crate::Retry) describes the consequences.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.terms.repeat = Some(repeat);
        self
    }

    /// Sets the maximum time of this call with all its attempts. This overrides the setting of the
    /// client.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.terms.deadline = Some(deadline);
        self
    }

    /// Makes the call and returns the result together with the headers of the response.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn reply(self) -> Result<Reply<O::Output>, Error> {
        let operation = O::operation();
        let body = self
            .body
            .map_err(|error| error.with_operation(operation.name))?;
        let client = &self.client;
        let settings = &client.shared().settings;
        let (body, headers, known) = (&body, &self.headers, &self.known);
        let attempt = |attempt: Attempt| async move {
            let reply = exchange(settings, &attempt, operation, body, headers, known).await;
            client.note(match &reply {
                Ok(reply) => &reply.headers,
                Err(error) => error.headers(),
            });
            reply
        };
        let reply = client.repeat(operation, self.terms, attempt).await;
        reply.map_err(|error| error.with_operation(operation.name))
    }
}

impl<O: OperationType> IntoFuture for Call<O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.reply().await.map(|reply| reply.value) })
    }
}

impl<O: OperationType> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The arguments are omitted, because they may contain passwords and personal data.
        write!(f, "Call({})", O::operation().name)
    }
}
