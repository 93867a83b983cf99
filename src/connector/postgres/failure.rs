//! Classifies errors of PostgreSQL, with advice for each kind.

use tokio_postgres::error::SqlState;

use crate::connector::error::Kind;
use crate::connector::fault::Fault;

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        let constraint = error.as_db_error().and_then(|error| error.constraint());
        let (kind, help) = match error.code() {
            _ if constraint == Some("connection_by_name") => (
                Kind::Usage,
                "another process has taken this name; choose another one",
            ),
            None => meaning_without_code(&error),
            Some(code) => meaning(code),
        };
        Self::new(kind, error).help(help)
    }
}

/// Classifies an error without a code: a lost connection, or a value that the client cannot convert.
fn meaning_without_code(error: &tokio_postgres::Error) -> (Kind, &'static str) {
    let mut source = std::error::Error::source(error);
    let mut is_connection = error.is_closed();
    while let Some(cause) = source {
        is_connection |= cause.is::<std::io::Error>();
        source = cause.source();
    }
    match is_connection {
        true => (Kind::Away, AWAY),
        false => (Kind::Store, ""),
    }
}

pub(super) const AWAY: &str = "check that the database server is running and can be reached; nothing is damaged, \
                               and the next round continues where this one stopped";

fn meaning(code: &SqlState) -> (Kind, &'static str) {
    match *code {
        SqlState::DISK_FULL => (
            Kind::Full,
            "free space on the disk of the database server; nothing is damaged, and the next run \
             continues where this one stopped",
        ),
        SqlState::READ_ONLY_SQL_TRANSACTION => (
            Kind::ReadOnly,
            "give the address of the primary server; a standby cannot be written",
        ),
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => (
            Kind::Refused,
            "check the user in the address and the password, which comes from $PGPASSWORD, ~/.pgpass or \
             the address in $SAPONIFY_HOME",
        ),
        SqlState::INVALID_CATALOG_NAME => (
            Kind::Refused,
            "create the database with `createdb`, or give the address of another one",
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => (
            Kind::Refused,
            "ask an administrator to run `GRANT CREATE ON DATABASE … TO …` for the user in the address",
        ),
        SqlState::TOO_MANY_CONNECTIONS => (
            Kind::Away,
            "raise max_connections of the database server; each worker opens up to eight connections",
        ),
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => (
            Kind::Lost,
            "this process was paused within a transaction, and the database has rolled it back",
        ),
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::DATABASE_DROPPED => (Kind::Away, AWAY),
        _ if code.code().starts_with("08") => (Kind::Away, AWAY),
        _ => (Kind::Store, ""),
    }
}
