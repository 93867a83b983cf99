//! The queries that the sources send to the org.

use std::collections::HashMap;
use std::mem;

use jiff::Timestamp;
use saponify::Call;
use saponify::generated::OperationType;

use super::failure::{failed, query_failed};
use super::org::Org;
use super::org_proxies::{LoginGeo, LoginHistory, QueryResult, SetupAuditTrail, User};
use super::selection::Selection;
use crate::connector::sources::{Batch, Failure, Rows, Service, all_rows};

/// The number of Ids in one query. The length of a query is limited, and so is the number of rows of a
/// batch.
const IDS: usize = 200;

/// The object whose rows are limited to those of the user, unless the user has one of the permissions
/// below.
const LIMITED: &str = "LoginHistory";
const LIFTED_BY: [&str; 2] = ["PermissionsMonitorLoginHistory", "PermissionsManageUsers"];

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
        let mut response = by_table(self.soap.query(query), self.decodes_by_table).await;
        if self.must_decode_untyped(&response) {
            response = self.soap.query(query).await;
        }
        self.take(response)
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        self.allow()?;
        // A cursor can be used once. If its response is lost, the query must be sent again.
        let Some(cursor) = self.cursor.take() else {
            return Err(Failure::CursorLost);
        };
        let response = by_table(self.soap.query_more(&cursor), self.decodes_by_table).await;
        if self.must_decode_untyped(&response) {
            return Err(Failure::CursorLost);
        }
        self.take(response)
    }

    async fn count(&mut self, query: &str) -> Result<u64, Failure> {
        self.allow()?;
        let response = self.soap.query(query).await;
        match response {
            Ok(response) => Ok(u64::try_from(response.size).unwrap_or_default()),
            Err(error) => Err(query_failed(query, error)),
        }
    }

    /// A user without the permission can query LoginHistory, too, but gets only the rows of that user.
    async fn sees_all(&mut self, object: &str) -> Result<bool, Failure> {
        if object != LIMITED {
            return Ok(true);
        }
        let user = self.user_id().await?;
        let others = format!("SELECT Id FROM {LIMITED} WHERE UserId != '{user}' LIMIT 1");
        if !self.few_rows(&others).await?.is_empty() {
            return Ok(true);
        }
        // There may be no other user who has ever logged in, so the permissions decide.
        for permission in LIFTED_BY {
            let granted = format!(
                "SELECT PermissionSet.{permission} FROM PermissionSetAssignment WHERE AssigneeId = '{user}'"
            );
            match self.few_rows(&granted).await {
                Ok(rows) => {
                    if rows
                        .iter()
                        .any(|row| row.iter().any(|value| value == Some("true")))
                    {
                        return Ok(true);
                    }
                }
                // The org has no such permission.
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
            let mut looked_up: HashMap<String, Vec<Option<String>>> = HashMap::new();
            for row in self.few_rows(&query).await?.iter() {
                let mut values = row.to_vec().into_iter();
                if let Some(Some(id)) = values.next() {
                    looked_up.insert(id, values.collect());
                }
            }
            // Records that do not exist are cached, too, so that they are not queried again.
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
    /// Whether a response has a value that does not fit the WSDL. The rows are still wanted, so all later
    /// responses are decoded without the tables.
    fn must_decode_untyped(&mut self, response: &Result<QueryResult, saponify::Error>) -> bool {
        let refused = matches!(response, Err(error) if error.is_decode());
        let must = refused && self.decodes_by_table;
        if must {
            self.decodes_by_table = false;
        }
        must
    }

    fn take(&mut self, response: Result<QueryResult, saponify::Error>) -> Result<Batch, Failure> {
        let response = response.map_err(|error| query_failed(&self.query, error))?;
        self.cursor = match response.done {
            true => None,
            false => response.query_locator,
        };
        let mut selection = Selection::of_query(&self.query);
        let mut rows = Rows::default();
        for record in &response.records {
            selection.add_to(&mut rows, record);
        }
        Ok(Batch {
            rows,
            size: u64::try_from(response.size).ok(),
            last: response.done,
        })
    }

    /// All rows of a query with few rows, which are decoded without the tables. The query that the sources
    /// are reading keeps its cursor.
    async fn few_rows(&mut self, query: &str) -> Result<Rows, Failure> {
        let running = (mem::take(&mut self.query), self.cursor.take());
        let decodes_by_table = mem::replace(&mut self.decodes_by_table, false);
        let found = all_rows(self, query).await;
        (self.query, self.cursor) = running;
        self.decodes_by_table = decodes_by_table;
        Ok(found?.rows)
    }

    /// Returns the Id of the user who is logged in.
    async fn user_id(&mut self) -> Result<String, Failure> {
        if let Some(id) = self.soap.client().session().user_id() {
            return Ok(id.to_string());
        }
        self.allow()?;
        let response = self.soap.get_user_info().await;
        let response =
            response.map_err(|error| failed("cannot get the user from the org", error))?;
        Ok(response.user_id.to_string())
    }
}

/// Makes a call decode its rows by the tables of the proxies, which is several times as fast.
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
