//! A session with the server: its statements, their parameters and their results.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::Address;
use crate::connector::error::Kind;
use crate::connector::fault::Fault;

/// The largest number of prepared statements of a session. The store has about a hundred.
const STATEMENTS: usize = 300;

/// A session that has been idle for longer is tested before it is used.
const REST: Duration = Duration::from_secs(5);

/// How long the start of a session may take. The timeout of the client covers only the connection to the port.
const OPENING: Duration = Duration::from_secs(10);

/// How long a statement may take. No statement of the connector takes nearly as long. Without this limit, a server
/// that accepts statements and does not respond would block its callers forever.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a statement waits for a lock. It is shorter than [`PATIENCE`], so that the server reports the error.
const LOCKED: Duration = Duration::from_secs(60);

/// A parameter of a statement. It owns its value, because the statement runs on another thread.
#[derive(Debug, Clone)]
pub(in crate::connector) enum Parameter {
    Integer(Option<i64>),
    Text(Option<String>),
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    ManyBytes(Vec<Option<Vec<u8>>>),
}

/// A value in a row of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) enum ResultValue {
    Null,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Parameter {
    /// Makes a text parameter. PostgreSQL does not store the character U+0000, so it is replaced by the
    /// symbol U+2400. Only a column name in a damaged file can contain it.
    pub(in crate::connector) fn text(text: &str) -> Self {
        Self::Text(Some(storable(text)))
    }

    fn kind(&self) -> Type {
        match self {
            Self::Integer(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Integers(_) => Type::INT8_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
            Self::ManyBytes(_) => Type::BYTEA_ARRAY,
        }
    }

    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Integer(value) => value,
            Self::Text(value) => value,
            Self::Integers(values) => values,
            Self::Texts(values) => values,
            Self::ManyBytes(values) => values,
        }
    }
}

/// Replaces the characters that PostgreSQL cannot store.
pub(in crate::connector) fn storable(text: &str) -> String {
    text.replace('\0', "\u{2400}")
}

impl From<i64> for Parameter {
    fn from(value: i64) -> Self {
        Self::Integer(Some(value))
    }
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// A session with the server.
pub(in crate::connector) struct Session {
    client: Client,
    /// The schema of the search path.
    schema: String,
    statements: HashMap<String, Statement>,
    used: Instant,
    /// Whether the server did not respond in time. It is unknown whether the statement was executed, so the session
    /// must not be used again.
    is_lost: AtomicBool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens a session. The server ends a session whose transaction is idle for longer than `idle`, so that
    /// a paused process blocks no other process. A confirmed commit is on the disk of the server even if the
    /// database is set to confirm earlier, because an outbound message is acknowledged after the commit.
    pub(super) async fn open(address: &Address, idle: Duration) -> Result<Self, Fault> {
        let opened = tokio::time::timeout(OPENING, Self::connect(address, idle)).await;
        opened.unwrap_or_else(|_| Err(silent(OPENING)))
    }

    async fn connect(address: &Address, idle: Duration) -> Result<Self, Fault> {
        let client = match &address.tls {
            Some(tls) => {
                let (client, connection) = address.config.connect(tls.clone()).await?;
                drive(connection);
                client
            }
            None => {
                let (client, connection) = address.config.connect(NoTls).await?;
                drive(connection);
                client
            }
        };
        let settings = format!(
            "SET idle_in_transaction_session_timeout = {}; SET search_path TO pg_catalog; \
             SET client_min_messages = warning; SET default_transaction_isolation = 'read committed'; \
             SET statement_timeout = 0; SET lock_timeout = {}; SET jit = off; \
             SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off'",
            idle.as_millis(),
            LOCKED.as_millis()
        );
        client.batch_execute(&settings).await?;
        Ok(Self {
            client,
            schema: String::new(),
            statements: HashMap::new(),
            used: Instant::now(),
            is_lost: AtomicBool::new(false),
        })
    }

    /// Whether the server has ended the session, or has not responded in time.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.is_lost.load(Ordering::Relaxed)
    }

    /// Waits for the response of the server, for at most [`PATIENCE`].
    async fn answer<T>(
        &self,
        asked: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Fault> {
        if self.is_lost.load(Ordering::Relaxed) {
            return Err(silent(PATIENCE));
        }
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => Ok(answer?),
            Err(_) => {
                self.is_lost.store(true, Ordering::Relaxed);
                Err(silent(PATIENCE))
            }
        }
    }

    /// Tests the session. A stopped server is noticed without a message, but a network that has dropped the
    /// connection only when something is sent.
    pub(super) async fn is_alive(&self) -> bool {
        !self.is_closed() && (self.used.elapsed() < REST || self.run("").await.is_ok())
    }

    /// Records when the session was last used.
    pub(super) fn rest(&mut self) {
        self.used = Instant::now();
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// Sets the search path to a schema. It must not be called within a transaction.
    pub(in crate::connector) async fn enter(&mut self, schema: &str) -> Result<(), Fault> {
        if self.schema != schema {
            // The program makes the name itself, so it needs no quotes.
            let enter = format!("SET search_path TO {schema}, pg_catalog");
            self.answer(self.client.batch_execute(&enter)).await?;
            schema.clone_into(&mut self.schema);
        }
        Ok(())
    }

    /// Runs statements without parameters.
    pub(in crate::connector) async fn run(&self, sql: &str) -> Result<(), Fault> {
        self.answer(self.client.batch_execute(sql)).await
    }

    /// Runs a statement and returns its rows.
    pub(in crate::connector) async fn query(
        &mut self,
        sql: &str,
        values: &[Parameter],
    ) -> Result<Vec<Vec<ResultValue>>, Fault> {
        let statement = self.statement(sql, values).await?;
        let values: Vec<_> = values.iter().map(Parameter::as_sql).collect();
        let rows = self.answer(self.client.query(&statement, &values)).await?;
        rows.iter().map(values_of).collect()
    }

    /// Runs a statement and returns the number of changed rows.
    pub(in crate::connector) async fn execute(
        &mut self,
        sql: &str,
        values: &[Parameter],
    ) -> Result<u64, Fault> {
        let statement = self.statement(sql, values).await?;
        let values: Vec<_> = values.iter().map(Parameter::as_sql).collect();
        self.answer(self.client.execute(&statement, &values)).await
    }

    async fn statement(&mut self, sql: &str, values: &[Parameter]) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let types: Vec<Type> = values.iter().map(Parameter::kind).collect();
        let text = sql.replace('?', "$");
        let statement = self
            .answer(self.client.prepare_typed(&text, &types))
            .await?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// The error of a server that accepts statements and does not respond.
fn silent(time: Duration) -> Fault {
    let message = format!("the database did not respond for {} s", time.as_secs());
    Fault::new(Kind::Away, message).help(super::failure::AWAY)
}

/// Drives the connection of a session until it ends.
fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static) {
    tokio::spawn(async move {
        // The caller that uses the session gets the same error.
        let _ = connection.await;
    });
}

fn values_of(row: &Row) -> Result<Vec<ResultValue>, Fault> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| {
            let integer =
                |value: Option<i64>| value.map_or(ResultValue::Null, ResultValue::Integer);
            Ok(match *column.type_() {
                Type::INT8 => integer(row.try_get(at)?),
                Type::INT4 => integer(row.try_get::<_, Option<i32>>(at)?.map(i64::from)),
                Type::BOOL => integer(row.try_get::<_, Option<bool>>(at)?.map(i64::from)),
                Type::TEXT => row
                    .try_get::<_, Option<String>>(at)?
                    .map_or(ResultValue::Null, ResultValue::Text),
                Type::BYTEA => row
                    .try_get::<_, Option<Vec<u8>>>(at)?
                    .map_or(ResultValue::Null, ResultValue::Bytes),
                ref other => {
                    let message = format!("the column {} has the type {other}", column.name());
                    return Err(Fault::new(Kind::Store, message));
                }
            })
        })
        .collect()
}
