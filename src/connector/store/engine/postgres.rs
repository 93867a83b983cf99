//! The store of a connection in a schema of PostgreSQL.
//!
//! A query takes a session for one statement. A transaction has its own session until it is committed, and
//! its last statement checks the fence of the lease.

use std::cell::{Cell as Counter, RefCell};
use std::sync::Arc;
use std::time::Instant;

use super::row::Cell;
use super::{Change, Engine, Fault, NewBlock, NewEvent, Row, Session, Value};
use crate::connector::error::{Error, Kind};
use crate::connector::postgres::{
    Fence, Known, Parameter, Pool, ResultValue, Session as Connected, Taken, Work, lock_making,
    storable, wait,
};

/// One script per version, in order. Each migrates from the previous version.
const MIGRATIONS: &[&str] = &[
    include_str!("../schema/postgres/1.sql"),
    include_str!("../schema/postgres/2.sql"),
];

/// The limits of rows that are sent in one statement: their number, and their bytes.
const BATCH: usize = 1_000;
const BATCH_BYTES: usize = 4 << 20;

/// The store of one connection in a database with many.
#[derive(Debug)]
pub(in crate::connector) struct Postgres {
    pool: Arc<Pool>,
    name: String,
    connection: i64,
    access: Access,
}

/// Which changes of the store are allowed.
#[derive(Debug)]
pub(in crate::connector) enum Access {
    /// None.
    Read,
    /// All, while the lease is held.
    Leased(Fence),
    /// Short changes without the lease.
    Beside,
}

impl Postgres {
    /// Opens a store of the current version.
    pub(in crate::connector) fn open(
        pool: &Arc<Pool>,
        known: &Known,
        access: Access,
    ) -> Result<Self, Error> {
        let store = Self::of(pool, known, access);
        let current = MIGRATIONS.len() as i64;
        match known.version {
            version if version == current => Ok(store),
            version if version > current => {
                let message = format!(
                    "the store {} is of version {version}; this program knows versions up to {current}",
                    store.place()
                );
                Err(Error::new(Kind::Newer, message).help("use the newer program that wrote it"))
            }
            version => {
                let message = format!("the store {} is of version {version}", store.place());
                Err(Error::new(Kind::Store, message).help(format!(
                    "run `saponify connector sync`, which migrates it to version {current}"
                )))
            }
        }
    }

    /// Opens a store for writing. Creates its tables if they do not exist, and migrates it to the current
    /// version.
    pub(in crate::connector) fn open_to_write(
        pool: &Arc<Pool>,
        mut known: Known,
        fence: Fence,
    ) -> Result<Self, Error> {
        if known.version < MIGRATIONS.len() as i64 {
            migrate(pool, known.id, fence.clone())?;
            known.version = MIGRATIONS.len() as i64;
        }
        Self::open(pool, &known, Access::Leased(fence))
    }

    /// Opens a store of any version, to read what all versions have in common.
    pub(in crate::connector) fn open_any(pool: &Arc<Pool>, known: &Known) -> Self {
        Self::of(pool, known, Access::Read)
    }

    fn of(pool: &Arc<Pool>, known: &Known, access: Access) -> Self {
        Self {
            pool: Arc::clone(pool),
            name: known.name.clone(),
            connection: known.id,
            access,
        }
    }
}

/// Migrates a store to the current version in one transaction.
fn migrate(pool: &Arc<Pool>, connection: i64, fence: Fence) -> Result<(), Error> {
    let schema = Known::schema(connection);
    pool.with(
        &schema.clone(),
        "create the tables of the store",
        move |session| {
            Box::pin(async move {
                session.run("BEGIN").await?;
                lock_making(session).await?;
                let find = "SELECT version FROM saponify.connection WHERE id = ?1";
                let found = session.query(find, &[connection.into()]).await?;
                let version = match found.first().and_then(|row| row.first()) {
                    Some(ResultValue::Integer(version)) => {
                        usize::try_from(*version).unwrap_or(usize::MAX)
                    }
                    _ => return Err(Fault::new(Kind::Store, "the connection no longer exists")),
                };
                session
                    .run(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
                    .await?;
                for script in MIGRATIONS.iter().skip(version) {
                    session.run(script).await?;
                }
                let note =
                    "UPDATE saponify.connection SET version = ?2 WHERE id = ?1 AND version < ?2";
                let now = [connection.into(), (MIGRATIONS.len() as i64).into()];
                session.execute(note, &now).await?;
                fence.check(session).await?;
                session.run("COMMIT").await
            })
        },
    )
}

impl Session for Postgres {
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        let (pool, sql, values) = (Arc::clone(&self.pool), sql.to_owned(), owned(values));
        let schema = Known::schema(self.connection);
        wait(async move {
            let mut taken = pool.take(&schema).await?;
            let found = taken.session().query(&sql, &values).await;
            pool.give_back(taken);
            found.map(rows)
        })?
    }
}

impl Engine for Postgres {
    fn change(&mut self) -> Result<Box<dyn Change + '_>, Fault> {
        let fence = match &self.access {
            Access::Read => {
                return Err(Fault::new(
                    Kind::ReadOnly,
                    "the store was opened only for reading",
                ));
            }
            Access::Leased(fence) => Some(fence.clone()),
            Access::Beside => None,
        };
        if let Some(fence) = &fence {
            fence.check_early()?;
        }
        let (pool, schema) = (Arc::clone(&self.pool), Known::schema(self.connection));
        let taken = wait(async move {
            let mut taken = pool.take(&schema).await?;
            taken.session().run("BEGIN").await?;
            Ok::<_, Fault>(taken)
        })??;
        Ok(Box::new(Transaction {
            pool: Arc::clone(&self.pool),
            taken: RefCell::new(Some(taken)),
            fence,
            connection: self.connection,
            began: Instant::now(),
            events: RefCell::default(),
            added: Counter::new(0),
            locked: Counter::new(false),
        }))
    }

    fn verify(&self) -> Result<(), Error> {
        // PostgreSQL has separate programs that check its files while it runs.
        Ok(())
    }

    fn limit_pages(&self, _pages: i64) -> Result<(), Fault> {
        Err(Fault::new(Kind::Usage, "the store is not in a file"))
    }

    fn place(&self) -> String {
        format!("{}, connection {}", self.pool.address(), self.name)
    }

    /// Sessions commit synchronously.
    fn wait_for_disk(&mut self) -> Result<(), Fault> {
        Ok(())
    }

    fn lease(&self) -> Option<i64> {
        match &self.access {
            Access::Leased(fence) => Some(fence.token()),
            Access::Read | Access::Beside => None,
        }
    }
}

/// A transaction. It is rolled back if it is dropped.
struct Transaction {
    pool: Arc<Pool>,
    /// The session, which is moved to the thread of the client while a statement runs.
    taken: RefCell<Option<Taken>>,
    fence: Option<Fence>,
    connection: i64,
    began: Instant,
    events: RefCell<Batch>,
    added: Counter<u64>,
    /// Whether this transaction has the lock for adding rows.
    locked: Counter<bool>,
}

/// Rows that have not been sent yet, by column.
#[derive(Default)]
struct Batch {
    sources: Vec<Option<i64>>,
    times: Vec<Option<i64>>,
    keys: Vec<Option<String>>,
    revisions: Vec<Option<i64>>,
    numbers: Vec<Option<i64>>,
    shapes: Vec<Option<i64>>,
    payloads: Vec<Option<String>>,
    blocks: Blocks,
    bytes: usize,
}

/// Blocks that have not been sent yet, by column.
#[derive(Default)]
struct Blocks {
    revisions: Vec<Option<i64>>,
    firsts: Vec<Option<i64>>,
    rows: Vec<Option<i64>>,
    contents: Vec<Option<Vec<u8>>>,
}

impl Batch {
    fn is_full(&self) -> bool {
        self.sources.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

impl Transaction {
    /// Runs work in the session of the transaction.
    fn with<T: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&'a mut Connected) -> Work<'a, T> + Send + 'static,
    ) -> Result<T, Fault> {
        let taken = self.taken.borrow_mut().take();
        let mut taken =
            taken.ok_or_else(|| Fault::new(Kind::Store, "the transaction has ended"))?;
        let (taken, result) = wait(async move {
            let result = work(taken.session()).await;
            (taken, result)
        })?;
        *self.taken.borrow_mut() = Some(taken);
        result.map_err(|fault| self.explained(fault))
    }

    /// Explains a closed connection: the server ends a session whose transaction is idle for too long, and
    /// this process only sees that the connection is closed.
    fn explained(&self, fault: Fault) -> Fault {
        let may_be_paused = self.fence.is_some() && self.began.elapsed() >= self.pool.idle();
        match fault.is_away() && may_be_paused {
            false => fault,
            true => fault.instead(
                Kind::Lost,
                "the transaction was rolled back, because this process was paused for longer than its lease, or the \
                 database server was stopped",
            ),
        }
    }

    fn send(&self) -> Result<(), Fault> {
        let batch = self.events.take();
        if !batch.blocks.firsts.is_empty() {
            let values = [
                Parameter::Integers(batch.blocks.revisions),
                Parameter::Integers(batch.blocks.firsts),
                Parameter::Integers(batch.blocks.rows),
                Parameter::ManyBytes(batch.blocks.contents),
            ];
            let add = "INSERT INTO block (revision, first, rows, content)
                SELECT * FROM unnest(?1, ?2, ?3, ?4)";
            self.with(move |session| Box::pin(async move { session.execute(add, &values).await }))?;
        }
        if batch.sources.is_empty() {
            return Ok(());
        }
        let values = [
            Parameter::Integers(batch.sources),
            Parameter::Integers(batch.times),
            Parameter::Texts(batch.keys),
            Parameter::Integers(batch.revisions),
            Parameter::Integers(batch.numbers),
            Parameter::Integers(batch.shapes),
            Parameter::Texts(batch.payloads),
        ];
        let connection = self.connection;
        let is_first = !self.locked.replace(true);
        let added = self.with(move |session| {
            Box::pin(async move {
                if is_first {
                    lock_events(session, connection).await?;
                }
                let add = "INSERT INTO event (source, time, key, revision, number, shape, payload)
                    SELECT * FROM unnest(?1, ?2, ?3, ?4, ?5, ?6, ?7)
                    ON CONFLICT (source, key) WHERE key IS NOT NULL DO NOTHING";
                session.execute(add, &values).await
            })
        })?;
        self.added.set(self.added.get() + added);
        Ok(())
    }
}

impl Session for Transaction {
    fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Fault> {
        let (sql, values) = (sql.to_owned(), owned(values));
        let found =
            self.with(|session| Box::pin(async move { session.query(&sql, &values).await }));
        found.map(rows)
    }
}

impl Change for Transaction {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
        let (sql, values) = (sql.to_owned(), owned(values));
        self.with(|session| Box::pin(async move { session.execute(&sql, &values).await }))
    }

    fn add_event(&self, event: NewEvent<'_>) -> Result<(), Fault> {
        let is_full = {
            let batch = &mut *self.events.borrow_mut();
            batch.sources.push(Some(event.source));
            batch.times.push(event.time);
            batch.keys.push(Some(storable(event.key)));
            batch.revisions.push(None);
            batch.numbers.push(None);
            batch.shapes.push(Some(event.shape));
            batch.payloads.push(Some(event.payload.to_owned()));
            batch.bytes += event.payload.len();
            batch.is_full()
        };
        match is_full {
            true => self.send(),
            false => Ok(()),
        }
    }

    fn add_block(&self, block: NewBlock<'_>) -> Result<(), Fault> {
        let is_full = {
            let batch = &mut *self.events.borrow_mut();
            batch.blocks.revisions.push(Some(block.revision));
            batch.blocks.firsts.push(Some(block.first));
            batch.blocks.rows.push(Some(block.times.len() as i64));
            batch.blocks.contents.push(Some(block.content.to_owned()));
            batch.bytes += block.content.len();
            for (number, time) in (block.first..).zip(block.times) {
                batch.sources.push(Some(block.source));
                batch.times.push(*time);
                batch.keys.push(None);
                batch.revisions.push(Some(block.revision));
                batch.numbers.push(Some(number));
                batch.shapes.push(Some(block.shape));
                batch.payloads.push(Some(String::new()));
            }
            batch.is_full()
        };
        match is_full {
            true => self.send(),
            false => Ok(()),
        }
    }

    fn added_events(&self) -> Result<u64, Fault> {
        self.send()?;
        Ok(self.added.take())
    }

    fn note_deactivated(&self, deactivated: bool) -> Result<(), Fault> {
        let sql = "UPDATE saponify.connection SET deactivated = (?2 <> 0) WHERE id = ?1";
        let values = [self.connection.into(), i64::from(deactivated).into()];
        self.with(move |session| {
            Box::pin(async move { session.execute(sql, &values).await.map(drop) })
        })
    }

    fn commit(self: Box<Self>) -> Result<(), Fault> {
        self.send()?;
        let fence = self.fence.clone();
        self.with(|session| {
            Box::pin(async move {
                if let Some(fence) = fence {
                    fence.check(session).await?;
                }
                session.run("COMMIT").await
            })
        })?;
        if let Some(taken) = self.taken.borrow_mut().take() {
            self.pool.give_back(taken);
        }
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let Some(mut taken) = self.taken.borrow_mut().take() else {
            return;
        };
        let pool = Arc::clone(&self.pool);
        // A session that does not accept the rollback is closed, which rolls the transaction back, too.
        let _ = wait(async move {
            if taken.session().run("ROLLBACK").await.is_ok() {
                pool.give_back(taken);
            }
        });
    }
}

/// Ensures that one transaction at a time adds rows to a store. Sinks read rows by sequence number, so no
/// transaction may commit lower numbers than those that a sink has already read.
async fn lock_events(session: &mut Connected, connection: i64) -> Result<(), Fault> {
    // A lock with two 32-bit keys never conflicts with one with a 64-bit key, which protects the creation
    // of tables.
    let lock = "SELECT 1 FROM pg_advisory_xact_lock(1163284302, CAST(?1 % 2147483647 AS integer))";
    session.query(lock, &[connection.into()]).await.map(drop)
}

fn owned(values: &[Value<'_>]) -> Vec<Parameter> {
    let parameter = |value: &Value<'_>| match *value {
        Value::Integer(value) => Parameter::Integer(value),
        Value::Text(text) => Parameter::Text(text.map(storable)),
    };
    values.iter().map(parameter).collect()
}

fn rows(found: Vec<Vec<ResultValue>>) -> Vec<Row> {
    let cell = |answer| match answer {
        ResultValue::Null => Cell::Null,
        ResultValue::Integer(value) => Cell::Integer(value),
        ResultValue::Text(text) => Cell::Text(text),
        ResultValue::Bytes(bytes) => Cell::Bytes(bytes),
    };
    let row = |row: Vec<ResultValue>| Row::new(row.into_iter().map(cell).collect());
    found.into_iter().map(row).collect()
}
