//! Runs the asynchronous client for synchronous callers.

use std::future::Future;
use std::sync::OnceLock;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};

use crate::connector::error::Kind;
use crate::connector::fault::Fault;
use crate::connector::waiting::blocking;

/// The tokio runtime of the client. It is never dropped, because a store may be open until the program
/// ends.
fn runtime() -> Result<&'static Handle, Fault> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("saponify-postgres")
            .enable_all()
            .build()
            .ok()
    });
    runtime
        .as_ref()
        .map(Runtime::handle)
        .ok_or_else(|| Fault::new(Kind::Io, "the thread for PostgreSQL cannot be started"))
}

/// Starts work without waiting for it.
pub(super) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> Result<(), Fault> {
    runtime()?.spawn(work);
    Ok(())
}

/// Runs work on the thread of the client, and waits for its result.
pub(in crate::connector) fn wait<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, Fault> {
    let (done, result) = sync_channel(1);
    spawn(async move {
        // There is no receiver if the caller has panicked.
        let _ = done.send(work.await);
    })?;
    blocking(|| result.recv()).map_err(|_| broken())
}

/// Runs work, and waits at most this long for its result. After that, the work continues.
pub(super) fn wait_for<T: Send + 'static>(
    most: Duration,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Option<T>, Fault> {
    let (done, result) = sync_channel(1);
    spawn(async move {
        let _ = done.send(work.await);
    })?;
    match blocking(|| result.recv_timeout(most)) {
        Ok(result) => Ok(Some(result)),
        Err(RecvTimeoutError::Timeout) => Ok(None),
        Err(RecvTimeoutError::Disconnected) => Err(broken()),
    }
}

fn broken() -> Fault {
    Fault::new(Kind::Store, "the client of PostgreSQL has stopped")
}
