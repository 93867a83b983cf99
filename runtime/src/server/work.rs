//! Work that takes long, and does not wait.

use super::Fault;

/// A message of more bytes than this is read, written or compressed by a thread for such work. It takes
/// about a tenth of a millisecond, in which the thread can do nothing else: neither serve other
/// connections nor notice that the time is over.
pub(super) const LONG: usize = 64 << 10;

/// Runs work on a thread that may be blocked.
pub(super) async fn off_the_executor<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Fault::internal(error.to_string()))
}
