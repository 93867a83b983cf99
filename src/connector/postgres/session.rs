//! A session with the server: its statements and their values.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, NoTls, Row, Statement};

use super::Address;
use crate::connector::error::Kind;
use crate::connector::fault::Fault;

/// A session keeps so many prepared statements at most. The store has about a hundred.
const STATEMENTS: usize = 300;

/// A session that was not used for so long is asked whether it still works.
const REST: Duration = Duration::from_secs(5);

/// How long a server may take to let somebody in. The client itself bounds only the time until the port answers.
const OPENING: Duration = Duration::from_secs(10);

/// How long a statement may take. No statement of the connector takes nearly as long, and a server that accepts
/// statements and does not answer would otherwise hold up its callers for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// How long a statement waits for a lock that somebody else has. It is shorter than [`PATIENCE`], so that the server
/// says what happened.
const LOCKED: Duration = Duration::from_secs(60);

/// A value of a statement, which belongs to it while it is on its way.
#[derive(Debug, Clone)]
pub(in crate::connector) enum Parameter {
    Integer(Option<i64>),
    Text(Option<String>),
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
}

/// A value of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) enum Answer {
    Null,
    Integer(i64),
    Text(String),
}

impl Parameter {
    /// A text. PostgreSQL does not store the character U+0000, which only a name in a damaged file can have; its
    /// symbol takes its place.
    pub(in crate::connector) fn text(text: &str) -> Self {
        Self::Text(Some(storable(text)))
    }

    fn kind(&self) -> Type {
        match self {
            Self::Integer(_) => Type::INT8,
            Self::Text(_) => Type::TEXT,
            Self::Integers(_) => Type::INT8_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
        }
    }

    fn as_sql(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Integer(value) => value,
            Self::Text(value) => value,
            Self::Integers(values) => values,
            Self::Texts(values) => values,
        }
    }
}

/// A text as PostgreSQL can store it.
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

/// A session.
pub(in crate::connector) struct Session {
    client: Client,
    /// The schema in which names are looked up.
    schema: String,
    statements: HashMap<String, Statement>,
    used: Instant,
    /// Whether the server did not answer in time. What it does with the statement is not known, so the session must
    /// not be used again.
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
    /// Opens a session. A transaction in which nothing happens for so long as `idle` is undone by the server, so
    /// that a process that was paused holds up nobody. A commit that was confirmed is on the disk of the server, also
    /// if its database is set to confirm earlier: an outbound message is acknowledged after it.
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

    /// Whether the server has ended the session, or did not answer in time.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.is_lost.load(Ordering::Relaxed)
    }

    /// Waits for what the server says, but not for ever.
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

    /// Whether the session still works. A server that was stopped is noticed at once; a network that forgot the
    /// session only when something is sent.
    pub(super) async fn is_alive(&self) -> bool {
        !self.is_closed() && (self.used.elapsed() < REST || self.run("").await.is_ok())
    }

    /// Notes that nobody uses the session for a while.
    pub(super) fn rest(&mut self) {
        self.used = Instant::now();
    }

    pub(super) fn schema(&self) -> &str {
        &self.schema
    }

    /// Looks names up in a schema from now on. It must not be called within a transaction.
    pub(in crate::connector) async fn enter(&mut self, schema: &str) -> Result<(), Fault> {
        if self.schema != schema {
            // The name is our own and needs no quotes.
            let enter = format!("SET search_path TO {schema}, pg_catalog");
            self.answer(self.client.batch_execute(&enter)).await?;
            schema.clone_into(&mut self.schema);
        }
        Ok(())
    }

    /// Runs statements without values.
    pub(in crate::connector) async fn run(&self, sql: &str) -> Result<(), Fault> {
        self.answer(self.client.batch_execute(sql)).await
    }

    /// Reads rows.
    pub(in crate::connector) async fn query(
        &mut self,
        sql: &str,
        values: &[Parameter],
    ) -> Result<Vec<Vec<Answer>>, Fault> {
        let statement = self.statement(sql, values).await?;
        let values: Vec<_> = values.iter().map(Parameter::as_sql).collect();
        let rows = self.answer(self.client.query(&statement, &values)).await?;
        rows.iter().map(answers).collect()
    }

    /// Runs a statement, and returns how many rows it changed.
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

/// The error of a server that accepts what is sent and does not answer.
fn silent(time: Duration) -> Fault {
    let message = format!("the database did not answer for {} s", time.as_secs());
    Fault::new(Kind::Away, message).help(super::failure::AWAY)
}

/// Moves the bytes of a session until it ends.
fn drive(connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static) {
    tokio::spawn(async move {
        // Whoever uses the session gets the error, too.
        let _ = connection.await;
    });
}

fn answers(row: &Row) -> Result<Vec<Answer>, Fault> {
    let columns = row.columns().iter().enumerate();
    columns
        .map(|(at, column)| {
            let integer = |value: Option<i64>| value.map_or(Answer::Null, Answer::Integer);
            Ok(match *column.type_() {
                Type::INT8 => integer(row.try_get(at)?),
                Type::INT4 => integer(row.try_get::<_, Option<i32>>(at)?.map(i64::from)),
                Type::BOOL => integer(row.try_get::<_, Option<bool>>(at)?.map(i64::from)),
                Type::TEXT => row
                    .try_get::<_, Option<String>>(at)?
                    .map_or(Answer::Null, Answer::Text),
                ref other => {
                    let message = format!("the column {} has the type {other}", column.name());
                    return Err(Fault::new(Kind::Store, message));
                }
            })
        })
        .collect()
}
