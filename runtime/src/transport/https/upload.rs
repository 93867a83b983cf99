//! The body of a request, and how much of it was sent.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use http_body::{Frame, SizeHint};
use tokio::time::Instant;

/// The number of bytes that are given to the connection at a time. Progress is visible in these
/// steps.
const PIECE: usize = 64 * 1024;

/// A request body of known length that reports its progress.
///
/// It cannot be cloned, so the HTTP client cannot send it twice.
pub(super) struct Upload {
    rest: Bytes,
    progress: Arc<Progress>,
}

/// The state that is shared between the connection, which reads the body, and the caller, who
/// waits.
pub(super) struct Progress(Mutex<State>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// No byte of the request was given to a connection.
    Waiting,
    /// Some of it was given to a connection, most recently at this time.
    Sending(Instant),
    /// All of it was given to a connection at this time.
    Sent(Instant),
}

struct State {
    stage: Stage,
    waker: Option<Waker>,
}

impl Upload {
    pub(super) fn new(body: Bytes) -> (Self, Arc<Progress>) {
        // An empty body is never read, so it counts as sent from the start.
        let stage = if body.is_empty() {
            Stage::Sent(Instant::now())
        } else {
            Stage::Waiting
        };
        let progress = Arc::new(Progress(Mutex::new(State { stage, waker: None })));
        (
            Self {
                rest: body,
                progress: Arc::clone(&progress),
            },
            progress,
        )
    }
}

impl Progress {
    pub(super) fn stage(&self) -> Stage {
        self.lock().stage
    }

    /// Whether no byte was sent. The head of a request is written together with the first piece of
    /// the body.
    pub(super) fn nothing_sent(&self) -> bool {
        self.stage() == Stage::Waiting
    }

    /// Like [`stage`](Self::stage), and wakes the task when the stage changes.
    pub(super) fn watch(&self, context: &Context<'_>) -> Stage {
        let mut state = self.lock();
        state.waker = Some(context.waker().clone());
        state.stage
    }

    fn advance(&self, stage: Stage) {
        let mut state = self.lock();
        state.stage = stage;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if !self.rest.has_remaining() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        let now = Instant::now();
        self.progress.advance(match self.rest.is_empty() {
            true => Stage::Sent(now),
            false => Stage::Sending(now),
        });
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
