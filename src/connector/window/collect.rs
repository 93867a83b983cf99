//! A state machine that reads windows page by page. The caller queries the service and reports the results.

use std::collections::VecDeque;
use std::fmt;

use jiff::Timestamp;

use super::span::Span;

/// The next request to the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A new query for the rows of a span, ordered by (time, Id), after the position if given.
    Rows {
        /// The window.
        span: Span,
        /// The last row that is already stored.
        after: Option<Position>,
    },
    /// The next batch of the current query.
    More {
        /// The window.
        span: Span,
    },
}

/// The position of a row in the order (time, Id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The time of the row.
    pub time: Timestamp,
    /// The Id of the row.
    pub key: String,
}

/// The properties of a row that the state machine needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The time of the row. A row without a time is not part of a window.
    pub time: Option<Timestamp>,
    /// The Id of the row.
    pub key: String,
}

/// A batch of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows in the order of their arrival.
    pub rows: Vec<Fact>,
    /// The number of rows that the query matched, if the service states it.
    pub size: Option<u64>,
    /// Whether the query has no more rows.
    pub last: bool,
}

/// A window that has been read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The window. It may be shorter than planned, because large windows are halved.
    pub span: Span,
    /// The number of rows that the service stated, if it did.
    pub expected: Option<u64>,
    /// Rows that were received.
    pub received: u64,
}

/// The service sent a row that the query does not match, or sent rows in another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disorder {
    span: Span,
    what: &'static str,
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the response for the window {} has {}",
            self.span, self.what
        )
    }
}

impl std::error::Error for Disorder {}

/// A window is too large for the service, but too short to be halved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSmall {
    /// The window.
    pub span: Span,
}

impl fmt::Display for TooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the window {} is too large for the service, but windows cannot be shorter than a second",
            self.span
        )
    }
}

impl std::error::Error for TooSmall {}

/// The windows that are being read, in order.
///
/// The caller sends the request that [`next`](Self::next) returns, and reports the result to
/// [`page`](Self::page), [`cursor_lost`](Self::cursor_lost) or [`too_large`](Self::too_large).
#[derive(Debug, Clone)]
pub struct Collection {
    current: Option<Open>,
    queue: VecDeque<Span>,
}

#[derive(Debug, Clone)]
struct Open {
    span: Span,
    after: Option<Position>,
    /// Whether the query is running and has more rows.
    running: bool,
    expected: Option<u64>,
    received: u64,
}

impl Open {
    fn new(span: Span) -> Self {
        Self {
            span,
            after: None,
            running: false,
            expected: None,
            received: 0,
        }
    }
}

impl Collection {
    /// Makes a collection of planned windows.
    #[must_use]
    pub fn new(windows: Vec<Span>) -> Self {
        let mut queue = VecDeque::from(windows);
        let current = queue.pop_front().map(Open::new);
        Self { current, queue }
    }

    /// Makes a collection that continues a window of an earlier run before the planned windows.
    ///
    /// `expected` is the number of rows that the service stated, and `received` the number of rows so far.
    #[must_use]
    pub fn resume(
        span: Span,
        after: Option<Position>,
        expected: Option<u64>,
        received: u64,
        windows: Vec<Span>,
    ) -> Self {
        Self {
            current: Some(Open {
                after,
                expected,
                received,
                ..Open::new(span)
            }),
            queue: windows.into(),
        }
    }

    /// The next request, or `None` when all windows are complete.
    #[must_use]
    pub fn next(&self) -> Option<Ask> {
        let open = self.current.as_ref()?;
        let span = open.span;
        Some(match open.running {
            true => Ask::More { span },
            false => Ask::Rows {
                span,
                after: open.after.clone(),
            },
        })
    }

    /// Takes a batch of rows. Returns the window if the batch completed it.
    ///
    /// The caller must store the rows and the new [`position`](Self::position) or the completed window in
    /// one transaction, before the next request.
    ///
    /// # Errors
    ///
    /// The rows do not belong to the window, or are not in order. None of them may be stored, because the
    /// service did not do what was requested, so nothing is known about completeness.
    pub fn page(&mut self, page: &Page) -> Result<Option<Closed>, Disorder> {
        let Some(open) = self.current.as_mut() else {
            return Ok(None);
        };
        let span = open.span;
        let disorder = |what| Disorder { span, what };
        let mut last = open.after.as_ref().map(|position| position.time);
        for row in &page.rows {
            let time = row.time.ok_or(disorder("a row without a time"))?;
            if !span.contains(time) {
                return Err(disorder("a row of another time"));
            }
            if last.is_some_and(|last| time < last) {
                return Err(disorder("rows that are not ordered by time"));
            }
            last = Some(time);
        }
        // The size of a query that resumes after a position excludes the rows before it.
        if !open.running
            && let Some(size) = page.size
        {
            open.expected = Some(open.received + size);
        }
        open.received += page.rows.len() as u64;
        if let Some(Fact {
            time: Some(time),
            key,
        }) = page.rows.last()
        {
            open.after = Some(Position {
                time: *time,
                key: key.clone(),
            });
        }
        open.running = !page.last;
        if !page.last {
            return Ok(None);
        }
        // The service ended early. The rest is queried again, unless the query made no progress.
        if open
            .expected
            .is_some_and(|expected| open.received < expected)
            && !page.rows.is_empty()
        {
            open.running = false;
            return Ok(None);
        }
        let closed = Closed {
            span,
            expected: open.expected,
            received: open.received,
        };
        self.current = self.queue.pop_front().map(Open::new);
        Ok(Some(closed))
    }

    /// The last row that was received in the current window.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        self.current.as_ref()?.after.as_ref()
    }

    /// Reports that the cursor is lost. The next request is a new query after the position.
    pub fn cursor_lost(&mut self) {
        if let Some(open) = self.current.as_mut() {
            open.running = false;
        }
    }

    /// Reports that the query took too long or its result was too large. The window is halved, and its
    /// second half is read afterwards. Returns the shortened window.
    ///
    /// # Errors
    ///
    /// The window cannot be halved.
    pub fn too_large(&mut self) -> Result<Option<Span>, TooSmall> {
        let Some(open) = self.current.as_mut() else {
            return Ok(None);
        };
        let whole = open.span;
        // Stored rows need not be queried again, except rows with the same time as the last one.
        let start = open
            .after
            .as_ref()
            .map_or(whole.start(), |position| position.time);
        let rest = Span::new(start, whole.end()).ok_or(TooSmall { span: whole })?;
        let middle = rest.middle().ok_or(TooSmall { span: rest })?;
        let first = Span::new(whole.start(), middle).ok_or(TooSmall { span: rest })?;
        let second = Span::new(middle, whole.end()).ok_or(TooSmall { span: rest })?;
        open.span = first;
        open.running = false;
        // The stated number of rows was for the whole window.
        open.expected = None;
        self.queue.push_front(second);
        Ok(Some(first))
    }
}
