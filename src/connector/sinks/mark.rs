//! What the store keeps for a sink beside its cursor.

use serde::{Deserialize, Serialize};

use super::owner;

/// What the store keeps for a sink beside its cursor, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// A name of the store that no other store has. It is made with the first delivery, and tells rows of
    /// this store from those of an earlier one with the same connection.
    pub(super) owner: String,
    /// The last row of the batch that is being delivered, if a repeated batch must be the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<i64>,
    /// What the set-up of the sink was when that batch was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) set_up: Option<String>,
    /// Rows that were set aside, because the destination will never take them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) aside: u64,
    /// What the sink keeps, in its own form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) own: Option<String>,
}

// serde gives a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Mark {
    /// The mark of a sink that is new.
    pub(super) fn new() -> Self {
        Self {
            owner: owner::new_owner(),
            batch: None,
            set_up: None,
            aside: 0,
            own: None,
        }
    }

    /// Reads what the store keeps. Version 0.1.0 kept `number:bytes:owner` for the files of the sink `ndjson`.
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
        // Texts and numbers are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}
