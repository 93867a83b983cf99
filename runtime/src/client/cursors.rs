//! Limits how many cursors of queries are open at a time.
//!
//! A query with a sub-query holds one cursor, and its consumer reads the cursors of child rows while
//! it waits. If cursors were taken one by one, queries could hold all of them while each consumer
//! waits for one more. So such a query also reserves one cursor for each level of its sub-queries
//! before it starts, and a consumer that reads one child stream of a level at a time never waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Queue, Notify};

/// The cursors of a client and its clones.
#[derive(Debug)]
pub(crate) struct Cursors {
    most: usize,
    open: Mutex<Open>,
    /// A cursor was given back.
    freed: Notify,
    /// Queries start in the order in which they asked, so that one with sub-queries, which needs
    /// several cursors, is not overtaken for ever.
    queue: Queue<()>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Open {
    queries: usize,
    /// What the open queries have reserved for child rows.
    reserved: usize,
    children: usize,
}

impl Open {
    /// The cursors that are open or reserved.
    fn taken(self) -> usize {
        self.queries + self.children.max(self.reserved)
    }

    fn and(self, what: Cursor) -> Self {
        match what {
            Cursor::Query { levels } => Self {
                queries: self.queries + 1,
                reserved: self.reserved + levels,
                ..self
            },
            Cursor::Children => Self {
                children: self.children + 1,
                ..self
            },
        }
    }

    fn without(self, what: Cursor) -> Self {
        match what {
            Cursor::Query { levels } => Self {
                queries: self.queries - 1,
                reserved: self.reserved - levels,
                ..self
            },
            Cursor::Children => Self {
                children: self.children - 1,
                ..self
            },
        }
    }
}

/// What needs a cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// A query whose sub-queries have this many levels.
    Query { levels: usize },
    /// The further rows of a sub-query.
    Children,
}

impl Cursor {
    /// How many cursors must be there for it.
    pub(crate) fn needs(self) -> usize {
        match self {
            Self::Query { levels } => 1 + levels,
            Self::Children => 1,
        }
    }
}

/// A cursor that may be open. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct CursorPermit {
    cursors: Arc<Cursors>,
    what: Cursor,
}

impl Cursors {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            open: Mutex::default(),
            freed: Notify::new(),
            queue: Queue::new(()),
        }
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// Waits until another cursor may be opened. `what` must not need more cursors than there are.
    pub(crate) async fn acquire(self: &Arc<Self>, what: Cursor) -> CursorPermit {
        if what == Cursor::Children {
            return self.wait(what).await;
        }
        let turn = self.queue.lock().await;
        let permit = self.wait(what).await;
        drop(turn);
        permit
    }

    async fn wait(self: &Arc<Self>, what: Cursor) -> CursorPermit {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // From here on, a cursor that is given back wakes this wait.
            freed.as_mut().enable();
            if self.take(what) {
                return CursorPermit {
                    cursors: Arc::clone(self),
                    what,
                };
            }
            freed.await;
        }
    }

    fn take(&self, what: Cursor) -> bool {
        let mut open = self.open();
        let then = open.and(what);
        let fits = then.taken() <= self.most;
        if fits {
            *open = then;
        }
        fits
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for CursorPermit {
    fn drop(&mut self) {
        {
            let mut open = self.cursors.open();
            *open = open.without(self.what);
        }
        self.cursors.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PLAIN: Cursor = Cursor::Query { levels: 0 };
    const PARENT: Cursor = Cursor::Query { levels: 1 };

    async fn now(cursors: &Arc<Cursors>, what: Cursor) -> Option<CursorPermit> {
        let wait = cursors.acquire(what);
        tokio::time::timeout(Duration::from_millis(1), wait)
            .await
            .ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_parent_reserves_a_cursor_for_its_child_rows() {
        let cursors = Arc::new(Cursors::new(8));
        let mut parents = Vec::new();
        for _ in 0..4 {
            parents.push(now(&cursors, PARENT).await.unwrap());
        }
        assert!(now(&cursors, PLAIN).await.is_none());
        let mut children = Vec::new();
        for _ in 0..4 {
            children.push(now(&cursors, Cursor::Children).await.unwrap());
        }
        assert!(now(&cursors, Cursor::Children).await.is_none());
        // The cursor of a child stays taken when the query that reserved it is over.
        parents.pop();
        let another = now(&cursors, Cursor::Children).await.unwrap();
        assert!(now(&cursors, PLAIN).await.is_none());
        drop(another);
        children.pop();
        assert!(now(&cursors, PARENT).await.is_some());
        drop((parents, children));
        assert_eq!(cursors.open().taken(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_query_that_needs_two_is_not_overtaken() {
        let cursors = Arc::new(Cursors::new(2));
        let first = now(&cursors, PLAIN).await.unwrap();
        let parent = tokio::spawn({
            let cursors = Arc::clone(&cursors);
            async move { drop(cursors.acquire(PARENT).await) }
        });
        tokio::task::yield_now().await;
        // One is free, but it is the parent's turn.
        assert!(now(&cursors, PLAIN).await.is_none());
        drop(first);
        parent.await.unwrap();
        assert!(now(&cursors, PLAIN).await.is_some());
    }
}
