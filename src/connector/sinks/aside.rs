//! Writes refused rows to a file beside the store, for example a row that is larger than a destination
//! allows. This way, they are not lost and do not block the rows after them.

use std::io::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::Refused;
use super::batch::{Batch, Row};
use crate::connector::error::Error;
use crate::connector::private::{create_folder, to_write};

/// Appends rows to a file with one JSON object per line: `id`, `reason` and `row`. If a batch is repeated
/// after a crash, its refused rows are in the file twice.
pub(super) fn add(path: &Path, batch: &Batch, refused: &[Refused]) -> Result<(), Error> {
    let fail = |error| Error::io("write", path, error);
    if let Some(folder) = path.parent() {
        create_folder(folder).map_err(|error| Error::io("create the folder", folder, error))?;
    }
    let mut lines = Vec::new();
    for refused in refused {
        if let Some(row) = batch.rows.get(refused.at) {
            lines.extend(line(row, &refused.reason));
        }
    }
    let mut file = to_write()
        .write(false)
        .append(true)
        .open(path)
        .map_err(fail)?;
    file.write_all(&lines)
        .and_then(|()| file.sync_data())
        .map_err(fail)
}

fn line(row: &Row, reason: &str) -> Vec<u8> {
    let content: Option<Value> = serde_json::from_slice(&row.json).ok();
    let mut line = json!({ "id": row.id, "reason": reason, "row": content })
        .to_string()
        .into_bytes();
    line.push(b'\n');
    line
}
