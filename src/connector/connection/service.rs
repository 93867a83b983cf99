//! The org as the sources ask it.

use std::collections::HashMap;

use jiff::Timestamp;
use saponify::Call;
use saponify::generated::OperationType;

use super::failure::{failed, query_failed};
use super::org::Org;
use super::org_proxies::{LoginGeo, LoginHistory, QueryResult, SetupAuditTrail, User};
use super::selection::Selection;
use crate::connector::sources::{Batch, Failure, Rows, Service};

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
        let mut answer = by_table(self.soap.query(query), self.decodes_by_table).await;
        if self.must_decode_untyped(&answer) {
            answer = self.soap.query(query).await;
        }
        self.take(answer)
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        self.allow()?;
        // A cursor is used once: if the answer is lost, so is the cursor.
        let Some(cursor) = self.cursor.take() else {
            return Err(Failure::CursorLost);
        };
        let answer = by_table(self.soap.query_more(&cursor), self.decodes_by_table).await;
        if self.must_decode_untyped(&answer) {
            return Err(Failure::CursorLost);
        }
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
    /// Whether a response has a value that does not fit the WSDL. The rows are wanted nevertheless, so no
    /// further response is decoded by the tables.
    fn must_decode_untyped(&mut self, answer: &Result<QueryResult, saponify::Error>) -> bool {
        let refused = matches!(answer, Err(error) if error.is_decode());
        let must = refused && self.decodes_by_table;
        if must {
            self.decodes_by_table = false;
        }
        must
    }

    fn take(&mut self, answer: Result<QueryResult, saponify::Error>) -> Result<Batch, Failure> {
        let answer = answer.map_err(|error| query_failed(&self.query, error))?;
        self.cursor = match answer.done {
            true => None,
            false => answer.query_locator,
        };
        let mut selection = Selection::of_query(&self.query);
        let mut rows = Rows::default();
        for record in &answer.records {
            selection.add_to(&mut rows, record);
        }
        Ok(Batch {
            rows,
            size: u64::try_from(answer.size).ok(),
            last: answer.done,
        })
    }

    /// All rows of a query. The query that the sources are reading keeps its cursor.
    async fn all_rows(&mut self, query: &str) -> Result<Vec<Values>, Failure> {
        let mut selection = Selection::of_query(query);
        self.allow()?;
        let mut answer = self.soap.query(query).await;
        let mut rows = Vec::new();
        loop {
            let batch = answer.map_err(|error| query_failed(query, error))?;
            rows.extend(batch.records.iter().map(|record| selection.owned(record)));
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

/// Lets a call decode the rows that are many by the tables of their types, which is several times as fast.
fn by_table<O: OperationType>(call: Call<O>, is_wanted: bool) -> Call<O> {
    match is_wanted {
        true => call
            .decode_as::<LoginHistory>()
            .decode_as::<LoginGeo>()
            .decode_as::<SetupAuditTrail>()
            .decode_as::<User>(),
        false => call,
    }
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
