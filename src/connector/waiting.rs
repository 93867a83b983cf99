//! Blocking on a thread that may be a worker of tokio.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Blocks this thread. If it is a worker of tokio, another thread takes over its other tasks.
pub(in crate::connector) fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    let is_shared = Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    match is_shared {
        true => tokio::task::block_in_place(wait),
        false => wait(),
    }
}
