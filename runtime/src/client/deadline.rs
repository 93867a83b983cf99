//! The deadline of a call.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};

use crate::limits::WorkDeadline;

/// The time by which a call must end. It is `None` if there is no async runtime that can wait for
/// that time. The transport alone then limits how long a call takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// The deadline after this time. A time that is too long for the clock means that there is no
    /// deadline.
    pub(crate) fn after(time: Duration) -> Self {
        let can_wait = Handle::try_current().is_ok();
        Self(Instant::now().checked_add(time).filter(|_| can_wait))
    }

    /// No deadline.
    pub(crate) const NEVER: Self = Self(None);

    /// The same deadline for work that never waits, such as decoding.
    pub(crate) fn for_work(self) -> WorkDeadline {
        WorkDeadline(self.0)
    }

    /// The time that is left.
    pub(crate) fn left(self) -> Duration {
        self.0.map_or(Duration::MAX, |at| {
            at.saturating_duration_since(Instant::now())
        })
    }

    /// The output of a future, or `None` if the deadline passes first.
    pub(crate) async fn bound<T>(self, future: impl Future<Output = T>) -> Option<T> {
        match self.0 {
            Some(at) => timeout_at(at, future).await.ok(),
            None => Some(future.await),
        }
    }

    /// Waits. Returns false if there is no async runtime to wait with.
    pub(crate) async fn pause(self, pause: Duration) -> bool {
        if self.0.is_none() && Handle::try_current().is_err() {
            return pause.is_zero();
        }
        sleep(pause).await;
        true
    }
}
