//! The sources of rows: an iterator, a stream, or the stream of a query.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::error::Error;
use crate::lexical::Id;
use crate::value::Value;
use crate::view::View;

/// A row of a bulk call: a view, a [`Record`](crate::Record) of any type, or an [`Id`].
pub trait Row: Send {
    /// The row as an argument.
    #[doc(hidden)]
    fn value(&self) -> Value<'_>;

    /// Whether another row has the same object type, as far as this can be determined.
    #[doc(hidden)]
    fn same_type(&self, other: &Self) -> bool;
}

impl<V: View> Row for V {
    fn value(&self) -> Value<'_> {
        Value::Record(self.as_record())
    }

    fn same_type(&self, other: &Self) -> bool {
        let (this, other) = (self.as_record(), other.as_record());
        // Rows of the Partner WSDL all have one type and name their object in a field.
        this.type_name() == other.type_name()
            && this.type_namespace() == other.type_namespace()
            && this.text("type") == other.text("type")
    }
}

impl Row for Id {
    fn value(&self) -> Value<'_> {
        Value::Id(*self)
    }

    fn same_type(&self, other: &Self) -> bool {
        self.key_prefix() == other.key_prefix()
    }
}

/// A source of rows: any iterator, any stream, and any stream whose items are results, such as
/// [`Records`](crate::salesforce::Records).
///
/// `M` distinguishes these three and is inferred. Clones of records share their content, so
/// `records.iter().cloned()` is cheap.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a source of rows",
    note = "use an iterator or a stream of views, of `Record`s or of ids (by value; \
            `.iter().cloned()` is cheap), or a stream of `Result`s of these whose error \
            `converts to `saponify::Error`; the source must be `Send``"
)]
pub trait Source<M> {
    /// The type of the rows.
    type Row: Row;

    /// The rows one by one.
    #[doc(hidden)]
    fn into_rows<'s>(self) -> Rows<'s, Self::Row>
    where
        Self: 's;
}

/// Rows, which are taken when they are needed.
pub struct Rows<'s, R>(Pin<Box<dyn Stream<Item = Result<R, Error>> + Send + 's>>);

impl<R> Rows<'_, R> {
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        self.0.as_mut().poll_next(cx)
    }
}

impl<R> fmt::Debug for Rows<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}

/// Marks a [`Source`] that is an iterator.
#[derive(Debug)]
pub enum IteratorSource {}

/// Marks a [`Source`] that is a stream.
#[derive(Debug)]
pub enum StreamSource {}

/// Marks a [`Source`] that is a stream of results, such as the rows of a query.
#[derive(Debug)]
pub enum RecordsSource {}

impl<I> Source<IteratorSource> for I
where
    I: IntoIterator<Item: Row, IntoIter: Send>,
{
    type Row = I::Item;

    fn into_rows<'s>(self) -> Rows<'s, I::Item>
    where
        Self: 's,
    {
        Rows(Box::pin(Iter(self.into_iter())))
    }
}

impl<S> Source<StreamSource> for S
where
    S: Stream<Item: Row> + Send,
{
    type Row = S::Item;

    fn into_rows<'s>(self) -> Rows<'s, S::Item>
    where
        Self: 's,
    {
        Rows(Box::pin(Infallible(Box::pin(self))))
    }
}

impl<S, R, E> Source<RecordsSource> for S
where
    S: Stream<Item = Result<R, E>> + Send,
    R: Row,
    E: Into<Error>,
{
    type Row = R;

    fn into_rows<'s>(self) -> Rows<'s, R>
    where
        Self: 's,
    {
        Rows(Box::pin(Fallible(Box::pin(self))))
    }
}

struct Iter<I>(I);

// The iterator is never pinned, because its items are moved out.
impl<I> Unpin for Iter<I> {}

impl<I: Iterator> Stream for Iter<I> {
    type Item = Result<I::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}

struct Fallible<S>(Pin<Box<S>>);

impl<S, R, E> Stream for Fallible<S>
where
    S: Stream<Item = Result<R, E>>,
    E: Into<Error>,
{
    type Item = Result<R, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let row = self.0.as_mut().poll_next(cx);
        row.map_err(E::into)
    }
}

struct Infallible<S>(Pin<Box<S>>);

impl<S: Stream> Stream for Infallible<S> {
    type Item = Result<S::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx).map(|row| row.map(Ok))
    }
}
