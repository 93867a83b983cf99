//! The org as the sources ask it.

use std::collections::HashMap;

use jiff::Timestamp;
use saponify::Record;

use super::failure::query_failed;
use super::org::Org;
use super::org_proxies::QueryResult;
use crate::connector::sources::{Batch, Failure, Service};

/// Ids of one query. The text of a query is limited, and so is the number of rows of a batch.
const IDS: usize = 200;

/// Records that are remembered, so that they are not looked up for each batch.
const KNOWN: usize = 50_000;

impl Service for Org {
    async fn server_time(&mut self) -> Result<Timestamp, Failure> {
        self.allow()?;
        self.forget_daily();
        Ok(self.time().await?)
    }

    async fn query(&mut self, query: &str) -> Result<Batch, Failure> {
        self.allow()?;
        self.cursor = None;
        query.clone_into(&mut self.query);
        let answer = self.soap.query(query).await;
        self.take(answer)
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        self.allow()?;
        // A cursor is used once: if the answer is lost, so is the cursor.
        let Some(cursor) = self.cursor.take() else {
            return Err(Failure::CursorLost);
        };
        let answer = self.soap.query_more(&cursor).await;
        self.take(answer)
    }

    async fn count(&mut self, query: &str) -> Result<u64, Failure> {
        self.allow()?;
        let answer = self.soap.query(query).await;
        match answer {
            Ok(answer) => Ok(u64::try_from(answer.size).unwrap_or_default()),
            Err(error) => Err(query_failed(query, error)),
        }
    }

    async fn look_up(
        &mut self,
        object: &str,
        fields: &[&str],
        ids: &[String],
    ) -> Result<HashMap<String, Vec<Option<String>>>, Failure> {
        let key = |id: &String| (object.to_owned(), id.clone());
        let unknown: Vec<&String> = ids
            .iter()
            .filter(|id| is_id(id) && !self.known.contains_key(&key(id)))
            .collect();
        for ids in unknown.chunks(IDS) {
            let list: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
            let query = format!(
                "SELECT Id, {} FROM {object} WHERE Id IN ({})",
                fields.join(", "),
                list.join(", ")
            );
            let mut batch = self.query(&query).await?;
            loop {
                for row in batch.rows {
                    let mut values = row.into_iter();
                    if let Some(Some(id)) = values.next() {
                        self.remember(key(&id), values.collect());
                    }
                }
                if batch.last {
                    break;
                }
                batch = self.more().await?;
            }
            // What is not there now need not be asked for again.
            for id in ids {
                if !self.known.contains_key(&key(id)) {
                    self.remember(key(id), vec![None; fields.len()]);
                }
            }
        }
        let found = ids
            .iter()
            .filter_map(|id| Some((id.clone(), self.known.get(&key(id))?.clone())));
        Ok(found.collect())
    }
}

impl Org {
    fn take(&mut self, answer: Result<QueryResult, saponify::Error>) -> Result<Batch, Failure> {
        let answer = answer.map_err(|error| query_failed(&self.query, error))?;
        self.cursor = match answer.done {
            true => None,
            false => answer.query_locator,
        };
        let fields = fields_of(&self.query);
        let rows = answer.records.iter().map(|record| values(record, &fields));
        Ok(Batch {
            rows: rows.collect(),
            size: u64::try_from(answer.size).ok(),
            last: answer.done,
        })
    }

    fn remember(&mut self, key: (String, String), values: Vec<Option<String>>) {
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(key, values);
    }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The fields that a query selects.
fn fields_of(query: &str) -> Vec<&str> {
    let selected = query.strip_prefix("SELECT ").unwrap_or_default();
    let selected = selected
        .split_once(" FROM ")
        .map_or("", |(fields, _)| fields);
    selected.split(", ").collect()
}

/// The values of a row, in the order of the fields. A field of another record is reached by its path.
pub(super) fn values(record: &Record, fields: &[&str]) -> Vec<Option<String>> {
    let value = |field: &&str| value(record, field).map(str::to_owned);
    fields.iter().map(value).collect()
}

fn value<'a>(record: &'a Record, path: &str) -> Option<&'a str> {
    match path.split_once('.') {
        None => record.text(path),
        Some((relationship, rest)) => {
            let parent = record.field(relationship)?.as_record()?;
            value(parent, rest)
        }
    }
}
