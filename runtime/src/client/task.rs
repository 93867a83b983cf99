//! Requests that continue while the caller does something else.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::{Error, ErrorKind};
use crate::transport::error::Sent;

pub(crate) type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A request in flight. Dropping it cancels the request.
pub(crate) enum Task<T> {
    /// In the task of the caller. It continues only while it is polled.
    Inline(Boxed<Result<T, Error>>),
    /// In a separate task.
    Spawned(Abort<T>),
}

/// Aborts its task when it is dropped.
pub(crate) struct Abort<T>(JoinHandle<Result<T, Error>>);

impl<T: Send + 'static> Task<T> {
    /// Starts the request in a separate task, or in the task of the caller if there is no async
    /// runtime.
    pub(crate) fn spawn(request: Boxed<Result<T, Error>>) -> Self {
        match Handle::try_current() {
            Ok(runtime) => Self::Spawned(Abort(runtime.spawn(request))),
            Err(_) => Self::Inline(request),
        }
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<T, Error>> {
        match self {
            Self::Inline(request) => request.as_mut().poll(cx),
            Self::Spawned(task) => Pin::new(&mut task.0).poll(cx).map(|joined| {
                joined.unwrap_or_else(|error| {
                    let what = "the task that made the request was aborted";
                    Err(Error::new(ErrorKind::Transport, what)
                        .with_sent(Sent::Maybe)
                        .with_source(error))
                })
            }),
        }
    }
}

impl<T> Drop for Abort<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs a future in a separate task, or returns it if there is no async runtime.
pub(crate) fn spawn_apart(task: Boxed<()>) -> Option<Boxed<()>> {
    match Handle::try_current() {
        Ok(runtime) => {
            runtime.spawn(task);
            None
        }
        Err(_) => Some(task),
    }
}
