//! The pages. Each module contains the handlers of its page.

pub(super) mod add;
pub(super) mod connection;
pub(super) mod connectors;
pub(super) mod event;
pub(super) mod events;
mod layout;
pub(super) mod link;
pub(super) mod login;
pub(super) mod notice;
mod panel;
pub(super) mod test_api;
