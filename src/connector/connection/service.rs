//! The org as the sources ask it.

use std::collections::HashMap;

use jiff::Timestamp;
use saponify::Record;

use super::failure::{failed, query_failed};
use super::org::Org;
use super::org_proxies::QueryResult;
use crate::connector::sources::{Batch, Failure, Service};

/// Ids of one query. The text of a query is limited, and so is the number of rows of a batch.
const IDS: usize = 200;

/// The object of which the service may show the user only its own rows, and the permissions that show all.
const LIMITED: &str = "LoginHistory";
const LIFTED_BY: [&str; 2] = ["PermissionsMonitorLoginHistory", "PermissionsManageUsers"];

type Values = Vec<Option<String>>;

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

    /// LoginHistory answers without a permission, too, but only with the rows of the user.
    async fn sees_all(&mut self, object: &str) -> Result<bool, Failure> {
        if object != LIMITED {
            return Ok(true);
        }
        let user = self.user_id().await?;
        let others = format!("SELECT Id FROM {LIMITED} WHERE UserId != '{user}' LIMIT 1");
        if !self.all_rows(&others).await?.is_empty() {
            return Ok(true);
        }
        // Perhaps nobody else has ever logged in.
        for permission in LIFTED_BY {
            let granted = format!(
                "SELECT PermissionSet.{permission} FROM PermissionSetAssignment WHERE AssigneeId = '{user}'"
            );
            match self.all_rows(&granted).await {
                Ok(rows) => {
                    let is_true = |row: &Values| row.iter().flatten().any(|value| value == "true");
                    if rows.iter().any(is_true) {
                        return Ok(true);
                    }
                }
                // The org does not have this permission.
                Err(Failure::Field(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }

    async fn look_up(
        &mut self,
        object: &str,
        fields: &[&str],
        ids: &[String],
    ) -> Result<HashMap<String, Vec<Option<String>>>, Failure> {
        let (mut found, unknown) = self.known.split(object, ids.iter().filter(|id| is_id(id)));
        for ids in unknown.chunks(IDS) {
            let list: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
            let query = format!(
                "SELECT Id, {} FROM {object} WHERE Id IN ({})",
                fields.join(", "),
                list.join(", ")
            );
            let mut looked_up: HashMap<String, Values> = HashMap::new();
            for row in self.all_rows(&query).await? {
                let mut values = row.into_iter();
                if let Some(Some(id)) = values.next() {
                    looked_up.insert(id, values.collect());
                }
            }
            // What is not there now need not be asked for again.
            for id in ids {
                let values = looked_up
                    .remove(*id)
                    .unwrap_or_else(|| vec![None; fields.len()]);
                self.known.remember(object, id, values.clone());
                found.insert((*id).clone(), values);
            }
        }
        Ok(found)
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

    /// All rows of a query. The query that the sources are reading keeps its cursor.
    async fn all_rows(&mut self, query: &str) -> Result<Vec<Values>, Failure> {
        let fields = fields_of(query);
        self.allow()?;
        let mut answer = self.soap.query(query).await;
        let mut rows = Vec::new();
        loop {
            let batch = answer.map_err(|error| query_failed(query, error))?;
            rows.extend(batch.records.iter().map(|record| values(record, &fields)));
            let Some(cursor) = batch.query_locator.filter(|_| !batch.done) else {
                return Ok(rows);
            };
            self.allow()?;
            answer = self.soap.query_more(&cursor).await;
        }
    }

    /// The Id of the user of the connection.
    async fn user_id(&mut self) -> Result<String, Failure> {
        if let Some(id) = self.soap.client().session().user_id() {
            return Ok(id.to_string());
        }
        self.allow()?;
        let answer = self.soap.get_user_info().await;
        let answer = answer.map_err(|error| failed("cannot ask the org for the user", error))?;
        Ok(answer.user_id.to_string())
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
