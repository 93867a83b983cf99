//! Drift as a file, which a service writes and `saponify inspect --drift` reads.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Difference, DifferenceKind, Drift};

impl Drift {
    /// The drift as JSON text, for a file. `saponify inspect --drift FILE` reads it and says what
    /// to do. It contains names of the schema only.
    ///
    /// ```
    /// # fn write(client: &saponify::Client) -> std::io::Result<()> {
    /// std::fs::write("drift.json", client.drift().to_json())
    /// # }
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let counts = DifferenceKind::ALL.iter().copied();
        let counts = counts.filter(|kind| self.count(*kind) > 0);
        let counts = counts.map(|kind| (kind.name().to_owned(), self.count(kind).into()));
        let differences = self.differences.iter().map(|difference| {
            json!({
                "kind": difference.kind.name(),
                "object": difference.object,
                "name": difference.name,
                "value": difference.value,
                "operation": difference.operation,
                "count": difference.count,
            })
        });
        let file = json!({
            "service": self.service,
            "api_version": self.api_version,
            "counts": counts.collect::<Map<String, Value>>(),
            "differences": differences.collect::<Vec<_>>(),
        });
        format!("{file:#}\n")
    }

    /// Reads what [`to_json`](Self::to_json) wrote. Kinds of a newer version of this library are
    /// left out.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not JSON, or not of this form. The error names the member
    /// that is wrong.
    pub fn from_json(text: &str) -> Result<Self, DriftFileError> {
        let file: Value = serde_json::from_str(text)
            .map_err(|error| DriftFileError(format!("the file is not JSON: {error}")))?;
        let counted = file.get("counts").and_then(Value::as_object);
        let counted = counted.ok_or_else(|| missing("counts", "an object"))?;
        let mut counts = [0; super::KINDS];
        for (count, kind) in counts.iter_mut().zip(DifferenceKind::ALL) {
            if let Some(value) = counted.get(kind.name()) {
                *count = value
                    .as_u64()
                    .ok_or_else(|| missing(kind.name(), "a number"))?;
            }
        }
        let listed = file.get("differences").and_then(Value::as_array);
        let listed = listed.ok_or_else(|| missing("differences", "a list"))?;
        let mut differences = Vec::new();
        for entry in listed {
            differences.extend(difference(entry)?);
        }
        Ok(Self {
            service: text_of(&file, "service")?,
            api_version: text_of(&file, "api_version")?,
            differences,
            ..Self::from_counts(counts)
        })
    }
}

fn difference(entry: &Value) -> Result<Option<Difference>, DriftFileError> {
    let name = text_of(entry, "kind")?;
    let mut kinds = DifferenceKind::ALL.iter();
    let Some(kind) = kinds.find(|kind| kind.name() == name) else {
        return Ok(None);
    };
    Ok(Some(Difference {
        kind: *kind,
        object: text_of(entry, "object")?,
        name: text_of(entry, "name")?,
        value: text_of(entry, "value")?,
        operation: text_of(entry, "operation")?,
        count: entry
            .get("count")
            .and_then(Value::as_u64)
            .ok_or_else(|| missing("count", "a number"))?,
    }))
}

fn text_of(object: &Value, member: &str) -> Result<String, DriftFileError> {
    let text = object.get(member).and_then(Value::as_str);
    text.map(str::to_owned)
        .ok_or_else(|| missing(member, "a text"))
}

fn missing(member: &str, expected: &str) -> DriftFileError {
    DriftFileError(format!(
        "expected a file that Drift::to_json wrote, in which `{member}` is {expected}"
    ))
}

/// A text that is not a file of [`Drift`].
#[derive(Debug)]
pub struct DriftFileError(String);

impl fmt::Display for DriftFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DriftFileError {}
