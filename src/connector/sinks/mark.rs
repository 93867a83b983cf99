//! The state of a sink in the store, besides its cursor.

use serde::{Deserialize, Serialize};

use super::owner;

/// The state of a sink in the store, besides its cursor. It is stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// A unique id of the store. It is created before the first delivery, and distinguishes rows of this
    /// store from those of an earlier store of a connection with the same name.
    pub(super) owner: String,
    /// The last row of the batch that is being delivered, if a repeated batch must have the same rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<i64>,
    /// What the set-up of the sink was when that batch was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) set_up: Option<String>,
    /// Rows that were set aside, because the destination will never take them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) aside: u64,
    /// The state that the sink itself defines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<String>,
}

// serde requires a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Mark {
    /// Makes the state of a new sink.
    pub(super) fn new() -> Self {
        Self {
            owner: owner::new_owner(),
            batch: None,
            set_up: None,
            aside: 0,
            own: None,
        }
    }

    /// Parses what the store keeps. Version 0.1.0 kept `number:bytes:owner` for the files of the sink
    /// `ndjson`.
    pub(super) fn read(text: &str) -> Option<Self> {
        if let Ok(mark) = serde_json::from_str(text) {
            return Some(mark);
        }
        let (own, owner) = text.rsplit_once(':')?;
        Some(Self {
            owner: owner.to_owned(),
            own: Some(own.to_owned()),
            batch: None,
            set_up: None,
            aside: 0,
        })
    }

    pub(super) fn text(&self) -> String {
        // Texts and numbers can always be represented in JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}
