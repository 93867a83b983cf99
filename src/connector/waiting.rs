//! Waiting for something on a thread that may be one of tokio's.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does something that may wait. If this thread is one of tokio's, another thread takes over its other tasks.
pub(in crate::connector) fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    let is_shared = Handle::try_current()
        .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    match is_shared {
        true => tokio::task::block_in_place(wait),
        false => wait(),
    }
}
