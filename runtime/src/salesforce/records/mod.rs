//! The rows of a query as a stream.

mod batch;
mod progress;
mod read;
mod resume;
mod sub_queries;

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use self::batch::{Batch, Opened};
use self::progress::Progress;
use self::resume::{Ordered, Resumption};
use super::soql::QueryText;
use crate::client::Client;
use crate::client::cursors::CursorPermit;
use crate::client::task::Task;
use crate::error::Error;
use crate::record::Record;
use crate::schema::ANY_RECORD;
use crate::schema::{Operation, Type};
use crate::soap::find_header;
use crate::value::{GeneratedStruct, Struct, Value};
use crate::view::{Key, SubqueryResult, View};

/// A header that the WSDL binds to the operation `query`. Generated code implements this trait, so
/// a header that queries do not accept does not compile.
#[diagnostic::on_unimplemented(
    message = "the WSDL does not bind the header `{Self}` to the operation `query`",
    label = "not a header of queries"
)]
pub trait HeaderOfRecords: GeneratedStruct + Send + Sync {}

/// The rows of a query over all its batches, as they arrive.
///
/// A row is returned as soon as its last byte has arrived, while the rest of the response is still
/// being received. The next batch is requested while this one is read. Memory contains about one
/// row and what the network buffers.
///
/// This is a [`Stream`]. The method [`try_next`](Records::try_next) needs no other crate. If the
/// stream ends without an error, it has returned every row of the query, because a response that
/// contradicts earlier ones is an error ([`Error::is_incomplete`]). The stream ends after an error.
///
/// **When something fails.** A lost session is renewed, and a query that fails before its first row
/// is repeated. A query locator, however, is used only once, because the service may have advanced
/// its cursor although the response did not arrive. The error then says how far the query came
/// ([`Error::rows_delivered`], [`Error::last_row`]). With [`resume_by`](Records::resume_by), the
/// stream continues by itself.
#[must_use = "a stream does nothing until it is polled"]
pub struct Records<V> {
    client: Client,
    soql: String,
    /// The reason why the query cannot be sent.
    problem: Option<Error>,
    options: Options,
    state: ReadState,
    progress: Progress,
    /// The number of rows returned so far, including the rows before a query was resumed.
    delivered: u64,
    last: Option<Record>,
    resumption: Option<Resumption>,
    /// Held while the stream may have an open cursor.
    permit: Option<CursorPermit>,
    /// The headers of the current response, or of the last one.
    headers: Vec<Record>,
    view: PhantomData<fn() -> V>,
}

#[derive(Clone, Debug)]
struct Options {
    deleted: bool,
    batch_size: Option<u32>,
    known: Vec<&'static Type>,
    ahead: bool,
    /// How many levels of sub-queries the query has.
    levels: usize,
}

enum ReadState {
    Fresh,
    /// Rows that arrived within another row, and what follows them.
    Given(std::vec::IntoIter<Record>, GivenEnd),
    Opening(Opening),
    Reading(Box<Batch>),
    Over,
}

/// The fields besides the rows of a result that arrived within another row.
#[derive(Debug, Default)]
struct GivenEnd {
    done: bool,
    locator: Option<String>,
}

/// A request whose response has not begun.
struct Opening {
    operation: &'static Operation,
    request: Task<Opened>,
}

impl Client {
    /// The rows of a query over all its batches. The query is a text or a
    /// [`Soql`](crate::salesforce::soql::Soql).
    pub fn records<V: View>(&self, soql: impl QueryText<V>) -> Records<V> {
        Records::new(self.clone(), soql)
    }

    /// The rows of a sub-query, such as `account.contacts()`. The first rows are those that arrived
    /// with their parent, and the others are requested with the sub-query's own locator.
    ///
    /// Read these rows before the stream of the parents requests its next batch, because the
    /// service closes the cursors of child rows when it returns more parents. Read or drop one
    /// stream of child rows before the next one: each counts as one of the client's cursors
    /// ([`Builder::max_cursors`](crate::Builder::max_cursors)) from its first request to its last
    /// row, and a stream that gets no cursor waits until the deadline of the call.
    ///
    /// ```ignore
    /// use enterprise::{Account, Contact};
    ///
    /// let soql = "SELECT Id, (SELECT LastName FROM Contacts) FROM Account";
    /// let mut accounts = soap.records::<Account>(soql);
    /// while let Some(account) = accounts.try_next().await? {
    ///     let mut contacts = soap.children::<Contact>(account.contacts());
    ///     while let Some(contact) = contacts.try_next().await? {
    ///         println!("{:?}", contact.last_name());
    ///     }
    /// }
    /// ```
    pub fn children<V: View>(&self, rows: impl SubqueryResult) -> Records<V> {
        Records::children(self.clone(), rows.as_struct())
    }
}

impl<V: View> Records<V> {
    pub(crate) fn new(client: Client, query: impl QueryText<V>) -> Self {
        let (soql, problem) = match query.into_text() {
            Ok(soql) => (soql, None),
            Err(error) => (String::new(), Some(error)),
        };
        let known = if *V::static_table() == ANY_RECORD {
            Vec::new()
        } else {
            vec![V::static_table()]
        };
        // A request for more rows closes the cursors of sub-queries, so the child rows must be read
        // first.
        let levels = sub_queries::levels(&soql);
        let ahead = levels == 0;
        Self {
            client,
            soql,
            problem,
            options: Options {
                deleted: false,
                batch_size: None,
                known,
                ahead,
                levels,
            },
            state: ReadState::Fresh,
            progress: Progress::default(),
            delivered: 0,
            last: None,
            resumption: None,
            permit: None,
            headers: Vec::new(),
            view: PhantomData,
        }
    }

    /// The rows of a sub-query: those that arrived with their parent, and then the others.
    pub(crate) fn children(client: Client, result: Option<&dyn Struct>) -> Self {
        let mut this = Self::new(client, "");
        // The first rows do not show whether later rows have child rows of their own, whose cursors
        // a request for more rows would close.
        this.options.ahead = false;
        let Some(result) = result else {
            this.state = ReadState::Over;
            return this;
        };
        let table = result.table();
        let value = |name, n| match table.find(name) {
            Some(field) => result.value(field, n),
            None => Value::Absent,
        };
        let rows = (0..).map_while(|n| match value("records", n) {
            Value::Record(row) => Some(row.clone()),
            _ => None,
        });
        let rows: Vec<Record> = rows.collect();
        let end = GivenEnd {
            done: matches!(value("done", 0), Value::Boolean(true)),
            locator: match value("queryLocator", 0) {
                Value::Text(locator) => Some(locator.to_owned()),
                _ => None,
            },
        };
        this.progress = Progress::given(match value("size", 0) {
            Value::Integer(size) => Some(size),
            _ => None,
        });
        this.state = ReadState::Given(rows.into_iter(), end);
        this
    }

    /// Adds a header to every call of the query. It replaces a header of the same type that the
    /// client has.
    ///
    /// ```ignore
    /// use enterprise::{Account, PackageVersion, PackageVersionHeader};
    ///
    /// let package_versions = vec![PackageVersion { namespace: "gar".into(), ..Default::default() }];
    /// let header = PackageVersionHeader { package_versions };
    /// let mut accounts = soap.records::<Account>("SELECT Id FROM Account").with(header);
    /// accounts.try_next().await?;
    /// ```
    pub fn with<H: HeaderOfRecords>(mut self, header: H) -> Self {
        self.client = self.client.with(header);
        self
    }

    /// Omits a header of the client from every call of the query.
    pub fn without<H: HeaderOfRecords>(mut self) -> Self {
        self.client = self.client.without::<H>();
        self
    }

    /// Includes deleted and archived rows (`queryAll`).
    pub fn include_deleted(mut self) -> Self {
        self.options.deleted = true;
        self
    }

    /// Proposes a number of rows for each batch, from 200 to 2,000. The service may choose another
    /// number.
    pub fn batch_size(mut self, rows: u32) -> Self {
        self.options.batch_size = Some(rows);
        self
    }

    /// Decodes nested records of this type, such as polymorphic parents, with the table of the
    /// type.
    pub fn decode_as<N: View>(mut self) -> Self {
        self.options.known.push(N::static_table());
        self
    }

    /// Returns the rows in the order of a field, and continues by itself after the last row if the
    /// cursor is lost: a new query requests the rows from there on, and rows that were already
    /// returned are left out. This is repeated as often as it makes progress.
    ///
    /// The query must select the field, and the field must be sortable and filterable, such as
    /// `Id`, `CreatedDate` or `LoginTime`. If several rows can have the same value, the query must
    /// select `Id`, too. The query must have no `ORDER BY`, `LIMIT`, `OFFSET` or `GROUP BY` of its
    /// own; otherwise the stream fails with a usage error.
    ///
    /// If others change the field of a row in the meantime, the row may be returned twice or not at
    /// all. If the field never changes and no rows are deleted, every row is returned once.
    ///
    /// ```ignore
    /// use enterprise::Account;
    ///
    /// let mut accounts = soap.records("SELECT Id, Name FROM Account").resume_by(Account::ID);
    /// while let Some(account) = accounts.try_next().await? {
    ///     println!("{:?}", account.name());
    /// }
    /// ```
    pub fn resume_by<T: ?Sized>(mut self, key: Key<V, T>) -> Self {
        if self.problem.is_some() {
            return self;
        }
        match Ordered::new(&self.soql, key.name()) {
            Ok(ordered) => {
                self.soql = ordered.text(None);
                self.resumption = Some(Resumption::new(ordered, key.name()));
            }
            Err(problem) => {
                let message = format!("resume_by: the query cannot be ordered because {problem}");
                self.problem = Some(Error::usage(message));
            }
        }
        self
    }

    /// The total number of rows of the query. The first response states it at its end; before that
    /// it is `None`.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.progress.announced()
    }

    /// A header of the response that contained the last row, if the response had this header.
    ///
    /// # Errors
    ///
    /// Returns an error if the header arrived but cannot be read.
    pub fn header<H: GeneratedStruct>(&self) -> Result<Option<H>, Error> {
        Ok(find_header(&self.headers)?)
    }

    /// The next row, or `None` after the last row.
    ///
    /// ```ignore
    /// use enterprise::Account;
    ///
    /// let mut accounts = soap.records::<Account>("SELECT Id, Name FROM Account");
    /// while let Some(account) = accounts.try_next().await? {
    ///     println!("{:?}", account.name());
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`]. Rows that were returned before an error are complete.
    #[doc(alias = "next")]
    pub async fn try_next(&mut self) -> Result<Option<V>, Error> {
        poll_fn(|cx| self.poll_row(cx)).await
    }

    /// All rows of the query, in a collection such as a [`Vec`]. The collection is in memory as a
    /// whole. Use [`try_next`](Records::try_next) for results of unknown size.
    ///
    /// ```ignore
    /// use enterprise::Account;
    ///
    /// let accounts: Vec<Account> = soap.records("SELECT Id FROM Account LIMIT 9").collect().await?;
    /// println!("{} accounts", accounts.len());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the error of the first row that is an error. The rows before it are lost.
    pub async fn collect<C: Default + Extend<V>>(mut self) -> Result<C, Error> {
        let mut rows = C::default();
        while let Some(row) = self.try_next().await? {
            rows.extend([row]);
        }
        Ok(rows)
    }
}

impl<V: View> Stream for Records<V> {
    type Item = Result<V, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(cx).map(Result::transpose)
    }
}

impl<V> fmt::Debug for Records<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("delivered", &self.delivered)
            .finish_non_exhaustive()
    }
}
