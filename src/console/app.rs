//! The state that all pages share.

use std::sync::Arc;

use super::jobs::Jobs;
use super::options::failed;
use super::security::Guard;
use crate::connector::Error;
use crate::connector::home::Home;
use crate::connector::vault::Vault;

pub(super) struct App {
    pub(super) home: Home,
    pub(super) vault: Vault,
    pub(super) guard: Arc<Guard>,
    pub(super) jobs: Arc<Jobs>,
}

/// Runs work that may read from the disk on a thread on which blocking is allowed.
pub(super) async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(failed("the page could not be created")))
}
