//! The registry: connections, their secrets, and the documents of a home.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use jiff::Timestamp;

use super::lease::{HeldLeases, Lease};
use super::pool::{REGISTRY, STORES};
use super::{Address, Parameter, Pool, ResultValue, Session};
use crate::connector::error::{Error, Kind};
use crate::connector::fault::Fault;

/// The version of the tables that this program knows.
const VERSION: i64 = 1;

/// The advisory lock that a program takes before it creates tables ("saponify" as a number).
pub(in crate::connector) const MAKING: i64 = 0x7361_706f_6e69_6679;

/// The schema of the registry. Statements always name it.
const SCHEMA: &str = "saponify";

/// The columns of [`Known`].
const KNOWN: &str = "SELECT id, name, version, deactivated, holder,
        CAST(extract(epoch FROM since) * 1000 AS bigint),
        CAST(extract(epoch FROM until) * 1000 AS bigint), coalesce(until > clock_timestamp(), false),
        coalesce(asked > clock_timestamp(), false)
    FROM saponify.connection";

/// The connections of a database.
#[derive(Debug)]
pub(in crate::connector) struct Registry {
    pub(super) pool: Arc<Pool>,
    /// The sessions for the leases, the workers and the list of connections, which must not wait for the stores.
    pub(super) own: Arc<Pool>,
    /// How long a lease lasts without renewal.
    pub(super) lease: Duration,
    /// The leases of this process.
    pub(super) held: Mutex<HeldLeases>,
    local: Option<PathBuf>,
    id: OnceLock<String>,
}

/// A connection in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) struct Known {
    pub(in crate::connector) id: i64,
    pub(in crate::connector) name: String,
    /// The version of the tables of its store.
    pub(in crate::connector) version: i64,
    pub(in crate::connector) deactivated: bool,
    /// Whether workers are asked to leave it alone.
    pub(in crate::connector) is_asked_for: bool,
    /// The process that has its lease.
    pub(in crate::connector) holder: Option<Holder>,
}

/// The process that has a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) struct Holder {
    pub(in crate::connector) name: String,
    /// When it took the lease, by the clock of the database server.
    pub(in crate::connector) since: Timestamp,
    /// When the lease ends without renewal.
    pub(in crate::connector) until: Timestamp,
}

impl Known {
    /// The schema of the store of a connection.
    pub(in crate::connector) fn schema(id: i64) -> String {
        format!("saponify_{id}")
    }
}

impl Registry {
    /// Makes the registry of a database without connecting to it. `local` is the folder of this machine for
    /// files that are not in the database.
    pub(in crate::connector) fn new(
        address: Address,
        lease: Duration,
        local: Option<PathBuf>,
    ) -> Arc<Self> {
        Arc::new(Self {
            own: Pool::new(address.clone(), lease, REGISTRY),
            pool: Pool::new(address, lease, STORES),
            lease,
            held: Mutex::default(),
            local,
            id: OnceLock::new(),
        })
    }

    /// The pool of sessions.
    pub(in crate::connector) fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The folder of this machine for files that belong to a connection.
    pub(in crate::connector) fn folder(&self, id: i64) -> Result<PathBuf, Error> {
        let local = self.local.as_ref().ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "the folder for files that are being fetched is not known",
            )
            .help("give a folder by --local")
        })?;
        Ok(local.join(self.identity()?).join(id.to_string()))
    }

    /// The folders of this machine for connections that are no longer there.
    pub(in crate::connector) fn left_over(&self) -> Result<Vec<PathBuf>, Error> {
        let Some(local) = &self.local else {
            return Ok(Vec::new());
        };
        let folder = local.join(self.identity()?);
        // The folders come first: a connection that is made meanwhile is in the list.
        let Ok(entries) = std::fs::read_dir(&folder) else {
            return Ok(Vec::new());
        };
        let found: Vec<i64> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        let find = "SELECT id FROM saponify.connection";
        let known = self.query("list the connections", find, Vec::new(), |row| {
            row.integer(0)
        })?;
        let gone = found.into_iter().filter(|id| !known.contains(id));
        Ok(gone.map(|id| folder.join(id.to_string())).collect())
    }

    /// The connections without drafts, ordered by name.
    pub(in crate::connector) fn connections(&self) -> Result<Vec<Known>, Error> {
        self.ready()?;
        let sql = format!("{KNOWN} WHERE name NOT LIKE '.%' ORDER BY name");
        self.query("list the connections", &sql, Vec::new(), known)
    }

    /// The connection with this name.
    pub(in crate::connector) fn find(&self, name: &str) -> Result<Option<Known>, Error> {
        self.ready()?;
        let sql = format!("{KNOWN} WHERE name = ?1");
        let found = self.query("find the connection", &sql, vec![name.into()], known)?;
        Ok(found.into_iter().next())
    }

    /// Creates a draft of a connection. It replaces an earlier draft that is not leased.
    pub(in crate::connector) fn create(
        self: &Arc<Self>,
        draft: &str,
    ) -> Result<(i64, Lease), Error> {
        self.ready()?;
        let (name, holder) = (draft.to_owned(), super::lease::process());
        let lease = self.lease.as_millis() as i64;
        let made = self
            .pool
            .with(SCHEMA, "make a connection", move |session| {
                Box::pin(async move {
                    session.run("BEGIN").await?;
                    lock_making(session).await?;
                    let find = "SELECT id, coalesce(until > clock_timestamp(), false)
                            FROM saponify.connection WHERE name = ?1 FOR UPDATE";
                    for row in session.query(find, &[(&*name).into()]).await? {
                        let row = Fields(row);
                        if row.integer(1)? != 0 {
                            session.run("ROLLBACK").await?;
                            return Ok(None);
                        }
                        remove(session, row.integer(0)?).await?;
                    }
                    let add = "INSERT INTO saponify.connection (name, token, holder, since, until)
                    VALUES (?1, 1, ?2, clock_timestamp(),
                            clock_timestamp() + ?3 * INTERVAL '1 millisecond')
                    RETURNING id";
                    let values = [(&*name).into(), (&*holder).into(), lease.into()];
                    let rows = session.query(add, &values).await?;
                    session.run("COMMIT").await?;
                    rows.into_iter()
                        .next()
                        .map(|row| Fields(row).integer(0))
                        .transpose()
                })
            })?;
        let id = made.ok_or_else(|| {
            Error::new(
                Kind::Locked,
                "another process is activating a connection with this name",
            )
            .help("wait until it ends, or choose another name")
        })?;
        Ok((id, Lease::begin(self, id, 1)?))
    }

    /// Gives a draft and its secrets the name of the connection.
    pub(in crate::connector) fn publish(
        &self,
        lease: &Lease,
        draft: &str,
        name: &str,
    ) -> Result<(), Error> {
        let (fence, draft, name) = (lease.fence(), draft.to_owned(), name.to_owned());
        self.pool
            .with(SCHEMA, "name the connection", move |session| {
                Box::pin(async move {
                    session.run("BEGIN").await?;
                    let rename = "UPDATE saponify.connection SET name = ?2 WHERE id = ?1";
                    let values = [fence.connection().into(), (&*name).into()];
                    session.execute(rename, &values).await?;
                    let replaced = "DELETE FROM saponify.secret WHERE name = ?1";
                    session.execute(replaced, &[(&*name).into()]).await?;
                    let secret = "UPDATE saponify.secret SET name = ?2 WHERE name = ?1";
                    session
                        .execute(secret, &[(&*draft).into(), (&*name).into()])
                        .await?;
                    fence.check(session).await?;
                    session.run("COMMIT").await
                })
            })
    }

    /// Removes a connection with its store and its secrets.
    pub(in crate::connector) fn erase(&self, lease: &Lease, name: &str) -> Result<(), Error> {
        let (fence, name) = (lease.fence(), name.to_owned());
        self.pool
            .with(SCHEMA, "remove the connection", move |session| {
                Box::pin(async move {
                    session.run("BEGIN").await?;
                    fence.check(session).await?;
                    remove(session, fence.connection()).await?;
                    let secret = "DELETE FROM saponify.secret WHERE name = ?1";
                    session.execute(secret, &[(&*name).into()]).await?;
                    session.run("COMMIT").await
                })
            })
    }

    /// Asks workers to leave a connection alone for this time.
    pub(in crate::connector) fn ask_for(&self, id: i64, time: Duration) -> Result<(), Error> {
        let sql = "UPDATE saponify.connection
                   SET asked = clock_timestamp() + ?2 * INTERVAL '1 millisecond' WHERE id = ?1";
        let time = time.as_millis() as i64;
        self.execute("ask for the connection", sql, vec![id.into(), time.into()])
    }

    /// Stores an encrypted secret and replaces an earlier one. If `lease` is the token of a lease of the connection,
    /// the secret is stored only while that lease is valid, because a process that was paused must not replace a newer
    /// secret.
    pub(in crate::connector) fn keep_secret(
        &self,
        name: &str,
        age: &str,
        lease: Option<i64>,
    ) -> Result<(), Error> {
        self.ready()?;
        let sql = "WITH held AS (
                       SELECT id FROM saponify.connection
                       WHERE name = ?1 AND token = ?3 AND until > clock_timestamp() FOR UPDATE)
                   INSERT INTO saponify.secret (name, age)
                   SELECT ?1, ?2 WHERE ?3 IS NULL OR EXISTS (SELECT id FROM held)
                   ON CONFLICT (name) DO UPDATE SET age = ?2
                   RETURNING 1";
        let values = vec![name.into(), age.into(), Parameter::Integer(lease)];
        let kept = self.query("keep the secrets", sql, values, |_| Ok(()))?;
        match kept.is_empty() {
            false => Ok(()),
            true => Err(
                Error::new(Kind::Lost, "the lease of the connection has expired")
                    .help("another process works on the connection and stores its own secrets"),
            ),
        }
    }

    /// Returns an encrypted secret.
    pub(in crate::connector) fn secret(&self, name: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT age FROM saponify.secret WHERE name = ?1";
        self.text("read the secrets", sql, name)
    }

    /// Removes a secret if it exists.
    pub(in crate::connector) fn forget_secret(&self, name: &str) -> Result<(), Error> {
        let sql = "DELETE FROM saponify.secret WHERE name = ?1";
        self.execute("remove the secrets", sql, vec![name.into()])
    }

    /// Returns the content of a document.
    pub(in crate::connector) fn document(&self, name: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT content FROM saponify.document WHERE name = ?1";
        self.text("read the configuration", sql, name)
    }

    /// Replaces the content of a document.
    pub(in crate::connector) fn write_document(
        &self,
        name: &str,
        content: &str,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO saponify.document (name, content) VALUES (?1, ?2)
                   ON CONFLICT (name) DO UPDATE SET content = ?2";
        self.execute(
            "write the configuration",
            sql,
            vec![name.into(), content.into()],
        )
    }

    /// Replaces a text of the home, if it is still the one that is known. Returns whether it was.
    pub(in crate::connector) fn replace_document(
        &self,
        name: &str,
        known: Option<&str>,
        new: &str,
    ) -> Result<bool, Error> {
        self.ready()?;
        let sql = match known {
            Some(_) => {
                "UPDATE saponify.document SET content = ?2 WHERE name = ?1 AND content = ?3 RETURNING name"
            }
            None => {
                "INSERT INTO saponify.document (name, content) VALUES (?1, ?2)
                 ON CONFLICT (name) DO NOTHING RETURNING name"
            }
        };
        let mut values = vec![name.into(), new.into()];
        values.extend(known.map(Parameter::from));
        let replaced = self.query("write the configuration", sql, values, |row| row.text(0))?;
        Ok(!replaced.is_empty())
    }

    fn text(&self, action: &str, sql: &'static str, name: &str) -> Result<Option<String>, Error> {
        self.ready()?;
        let found = self.query(action, sql, vec![name.into()], |row| row.text(0))?;
        Ok(found.into_iter().next())
    }

    pub(super) fn query<T: Send + 'static>(
        &self,
        action: &str,
        sql: &str,
        values: Vec<Parameter>,
        read: fn(&Fields) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Error> {
        let sql = sql.to_owned();
        self.own.with(SCHEMA, action, move |session| {
            Box::pin(async move {
                let rows = session.query(&sql, &values).await?;
                rows.into_iter().map(|row| read(&Fields(row))).collect()
            })
        })
    }

    pub(super) fn execute(
        &self,
        action: &str,
        sql: &'static str,
        values: Vec<Parameter>,
    ) -> Result<(), Error> {
        self.ready()?;
        self.own.with(SCHEMA, action, move |session| {
            Box::pin(async move { session.execute(sql, &values).await.map(drop) })
        })
    }

    /// Creates the tables if they do not exist.
    pub(super) fn ready(&self) -> Result<(), Error> {
        self.identity().map(drop)
    }

    /// The unique id of this home.
    fn identity(&self) -> Result<&str, Error> {
        if let Some(id) = self.id.get() {
            return Ok(id);
        }
        let (version, id) = self.own.with(SCHEMA, "open the home", |session| {
            Box::pin(async move {
                check_encoding(session).await?;
                if let Some(found) = find_home(session).await? {
                    return Ok(found);
                }
                session.run("BEGIN").await?;
                lock_making(session).await?;
                if find_home(session).await?.is_none() {
                    session.run(include_str!("registry.sql")).await?;
                }
                session.run("COMMIT").await?;
                let made = find_home(session).await?;
                made.ok_or_else(|| Fault::new(Kind::Store, "the tables cannot be created"))
            })
        })?;
        if version > VERSION {
            let message = format!(
                "the home {} is of version {version}; this program knows versions up to {VERSION}",
                self.pool.address()
            );
            return Err(
                Error::new(Kind::Newer, message).help("use the newer program that created it")
            );
        }
        Ok(self.id.get_or_init(|| id))
    }
}

/// Waits until no other program creates tables, and keeps others from it until the transaction ends.
pub(in crate::connector) async fn lock_making(session: &mut Session) -> Result<(), Fault> {
    let lock = "SELECT 1 FROM pg_advisory_xact_lock(?1)";
    session.query(lock, &[MAKING.into()]).await.map(drop)
}

/// Checks the encoding of the database. The rows of an org contain characters of all languages.
async fn check_encoding(session: &mut Session) -> Result<(), Fault> {
    let find = "SELECT current_setting('server_encoding')";
    let found = session.query(find, &[]).await?.into_iter().next();
    match found.and_then(|row| Fields(row).optional(0)) {
        Some(encoding) if encoding != "UTF8" => {
            let message =
                format!("the encoding of the database is {encoding}, but the connector needs UTF8");
            let help = "make a database with `createdb -E UTF8 -T template0 NAME`";
            Err(Fault::new(Kind::Usage, message).help(help))
        }
        _ => Ok(()),
    }
}

/// The version and the id of the home, if its tables exist.
async fn find_home(session: &mut Session) -> Result<Option<(i64, String)>, Fault> {
    // A query of the catalogue also sees the tables that another program has just committed; `to_regclass`
    // may not.
    let there = "SELECT 1 FROM pg_tables WHERE schemaname = 'saponify' AND tablename = 'home'";
    if session.query(there, &[]).await?.is_empty() {
        return Ok(None);
    }
    let rows = session
        .query("SELECT version, id FROM saponify.home", &[])
        .await?;
    let home = rows.into_iter().next().map(|row| {
        let row = Fields(row);
        Ok((row.integer(0)?, row.text(1)?))
    });
    home.transpose()
}

/// Removes a connection and its store.
async fn remove(session: &mut Session, id: i64) -> Result<(), Fault> {
    let schema = format!("DROP SCHEMA IF EXISTS {} CASCADE", Known::schema(id));
    session.run(&schema).await?;
    let row = "DELETE FROM saponify.connection WHERE id = ?1";
    session.execute(row, &[id.into()]).await.map(drop)
}

fn known(row: &Fields) -> Result<Known, Fault> {
    let time = |at| {
        let millis = row.integer(at)?;
        Ok::<_, Fault>(Timestamp::from_millisecond(millis).unwrap_or_default())
    };
    let holder = match row.integer(7)? {
        0 => None,
        _ => Some(Holder {
            name: row.text(4)?,
            since: time(5)?,
            until: time(6)?,
        }),
    };
    Ok(Known {
        id: row.integer(0)?,
        name: row.text(1)?,
        version: row.integer(2)?,
        deactivated: row.integer(3)? != 0,
        is_asked_for: row.integer(8)? != 0,
        holder,
    })
}

/// The fields of a row.
pub(super) struct Fields(pub(super) Vec<ResultValue>);

impl Fields {
    pub(super) fn integer(&self, at: usize) -> Result<i64, Fault> {
        match self.0.get(at) {
            Some(ResultValue::Integer(value)) => Ok(*value),
            _ => Err(unexpected(at)),
        }
    }

    pub(super) fn text(&self, at: usize) -> Result<String, Fault> {
        match self.0.get(at) {
            Some(ResultValue::Text(text)) => Ok(text.clone()),
            _ => Err(unexpected(at)),
        }
    }

    pub(super) fn optional(&self, at: usize) -> Option<String> {
        self.text(at).ok()
    }
}

fn unexpected(at: usize) -> Fault {
    let message = format!("column {at} has a value of an unexpected type");
    Fault::new(Kind::Store, message)
}
