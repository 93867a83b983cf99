//! Reads windows page by page, without doing it: the caller asks the service and says what came.

use std::collections::VecDeque;
use std::fmt;

use jiff::Timestamp;

use super::span::Span;

/// What to ask the service for next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A new query for the rows of a span, ordered by (time, Id), after the position if there is one.
    Rows {
        /// The window.
        span: Span,
        /// The last row that is stored already.
        after: Option<Position>,
    },
    /// The next batch of the query that is running.
    More {
        /// The window.
        span: Span,
    },
}

/// A row's place in the order (time, Id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The row's time.
    pub time: Timestamp,
    /// The row's Id.
    pub key: String,
}

/// What the collection must know about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// The row's time; rows without a time are not part of a window.
    pub time: Option<Timestamp>,
    /// The row's Id.
    pub key: String,
}

/// A batch of rows, as the service sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The rows in the order in which they came.
    pub rows: Vec<Fact>,
    /// How many rows the query matched, where the service says so.
    pub size: Option<u64>,
    /// Whether the query has no more rows.
    pub last: bool,
}

/// A window that has been read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// The window. It may be shorter than planned, because windows are halved.
    pub span: Span,
    /// Rows that the service announced, if it did.
    pub expected: Option<u64>,
    /// Rows that came.
    pub received: u64,
}

/// The service sent a row that the query did not ask for, or in another order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disorder {
    span: Span,
    what: &'static str,
}

impl fmt::Display for Disorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the answer for the window {} has {}",
            self.span, self.what
        )
    }
}

impl std::error::Error for Disorder {}

/// A window is too large for the service and too small to be halved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSmall {
    /// The window.
    pub span: Span,
}

impl fmt::Display for TooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the window {} is too large for the service, and one second is the least",
            self.span
        )
    }
}

impl std::error::Error for TooSmall {}

/// Windows that are being read, in their order.
///
/// Ask the service for what [`next`](Self::next) says, then report what happened by
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
    /// The query is running and has more rows.
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
    /// The windows of a plan.
    #[must_use]
    pub fn new(windows: Vec<Span>) -> Self {
        let mut queue = VecDeque::from(windows);
        let current = queue.pop_front().map(Open::new);
        Self { current, queue }
    }

    /// Goes on with a window that an earlier run left open, before the windows of a plan.
    ///
    /// `expected` and `received` are what had been announced and had come.
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

    /// What to ask for next; `None` when all windows are closed.
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

    /// Takes a batch of rows. Returns the window if this was its end.
    ///
    /// Store the rows and the new [`position`](Self::position) or the closed window in one
    /// transaction, before asking for more.
    ///
    /// # Errors
    ///
    /// The rows are not those of the window, or not in order. None of them must be stored: the
    /// service did not do what was asked, so nothing can be said about completeness.
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
        // A query that resumes after a position counts only the rows after it.
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
        // The service ended early: ask again for what is left, unless nothing came of it.
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

    /// The last row that came of the window that is being read.
    #[must_use]
    pub fn position(&self) -> Option<&Position> {
        self.current.as_ref()?.after.as_ref()
    }

    /// The cursor of the running query is gone. The next ask is a new query after the position.
    pub fn cursor_lost(&mut self) {
        if let Some(open) = self.current.as_mut() {
            open.running = false;
        }
    }

    /// The query took too long or was too large. The window is halved, and its second half is read
    /// after it. Returns the window as it is now.
    ///
    /// # Errors
    ///
    /// The window cannot be halved.
    pub fn too_large(&mut self) -> Result<Option<Span>, TooSmall> {
        let Some(open) = self.current.as_mut() else {
            return Ok(None);
        };
        let whole = open.span;
        // What is stored need not be asked for again, except rows that share the last time.
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
        // What was announced was for the whole window.
        open.expected = None;
        self.queue.push_front(second);
        Ok(Some(first))
    }
}
