//! A comparison as JSON.

use saponify_codegen::diff::{Diff, Impact};
use serde_json::{Value, json};

/// The comparison, with all changes in order.
pub(super) fn of(diff: &Diff) -> String {
    let count = |impact| diff.of(impact).count();
    let text = |text: &str| match text.is_empty() {
        true => Value::Null,
        false => Value::from(text),
    };
    let changes: Vec<Value> = diff
        .changes
        .iter()
        .map(|change| {
            json!({
                "item": change.item.words(),
                "kind": change.kind.id(),
                "owner": text(&change.owner),
                "name": change.name,
                "old": text(&change.old),
                "new": text(&change.new),
                "rust": change.rust.word(),
                "data": change.data.word(),
                "reason": text(&change.reason),
            })
        })
        .collect();
    let document = json!({
        "old": diff.old,
        "new": diff.new,
        "impact": diff.impact().word(),
        "breaking": count(Impact::Breaking),
        "additive": count(Impact::Additive),
        "neutral": count(Impact::Neutral),
        "changes": changes,
    });
    format!("{document:#}\n")
}
