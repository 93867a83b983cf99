//! Objects in S3, Google Cloud Storage, Azure or a folder: Parquet or NDJSON, by connection, source and day.
//!
//! An object is named by the store, the places of its rows in the order of storing, and a digest of their names; and a
//! repeated batch has the same rows. So a repeated object takes the place of the first one, and never that of other
//! rows, which a store that was restored from a copy may have in the same places.

mod columns;
mod connect;
mod parquet;
mod schema;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use ring::digest::{Context, SHA256};

use self::schema::Node;
use super::config::{SinkConfig, short};
use super::{Accepted, Batch, Begun, Failure, Limits, Row, Sink, Start};
use crate::connector::error::Error;
use crate::connector::ocsf::Mapping;
use crate::connector::private::create_folder;
use crate::connector::vault::Secrets;

/// The format of the objects.
enum Format {
    Ndjson,
    Parquet(Node),
}

/// A sink that writes objects.
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    address: String,
    prefix: Path,
    /// The folder of the objects, if they are on this machine.
    folder: Option<PathBuf>,
    connection: String,
    format: Format,
    rows: u64,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Objects {
    pub(super) fn open(
        config: &SinkConfig,
        secrets: &Secrets,
        connection: &str,
    ) -> Result<Self, Error> {
        let (store, prefix) = connect::connect(config, secrets)?;
        let format = match (config.word("format"), config.word("form")) {
            ("ndjson", _) => Format::Ndjson,
            (_, "ocsf") => Format::Parquet(schema::of_events(&Mapping::built_in()?)),
            _ => Format::Parquet(schema::of_rows()),
        };
        Ok(Self {
            store,
            address: config.address().to_owned(),
            prefix,
            folder: connect::folder_of(config),
            connection: connection.to_owned(),
            format,
            rows: config.count("batch-rows").unwrap_or(50_000),
        })
    }

    /// Where the rows of a batch are written that have a source and a day.
    fn path(&self, batch: &Batch, source: &str, day: &str, rows: &[&Row]) -> Path {
        let end = match self.format {
            Format::Ndjson => "ndjson",
            Format::Parquet(_) => "parquet",
        };
        let owner = batch.owner.get(..16).unwrap_or(&batch.owner);
        let mut names = Context::new(&SHA256);
        for row in rows {
            names.update(row.id.as_bytes());
            names.update(b"\n");
        }
        let (first, last, rows) = (batch.after + 1, batch.last, short(names));
        let name = format!("{owner}-{first:012}-{last:012}-{rows}.{end}");
        self.prefix
            .clone()
            .join(format!("connection={}", self.connection))
            .join(format!("source={source}"))
            .join(format!("day={day}"))
            .join(name)
    }

    fn bytes(&self, rows: &[&Row]) -> Result<Vec<u8>, Failure> {
        match &self.format {
            Format::Ndjson => {
                let mut bytes = Vec::new();
                for row in rows {
                    bytes.extend(&row.json);
                    bytes.push(b'\n');
                }
                Ok(bytes)
            }
            Format::Parquet(schema) => {
                parquet::write(schema, rows.iter().copied()).map_err(|error| {
                    Failure::new("the rows cannot be written as Parquet").because(error)
                })
            }
        }
    }

    async fn put(&self, path: &Path, bytes: Vec<u8>) -> Result<(), Failure> {
        let file = self
            .folder
            .as_ref()
            .map(|folder| folder.join(path.as_ref()));
        if let Some(parent) = file.as_ref().and_then(|file| file.parent()) {
            // The store would make a folder that everybody can read.
            create_folder(parent).map_err(|error| Error::io("create the folder", parent, error))?;
        }
        let put = self.store.put(path, PutPayload::from(bytes)).await;
        put.map_err(|error| self.failed(error))?;
        #[cfg(unix)]
        if let Some(file) = &file {
            let only_ours = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(file, only_ours)
                .map_err(|error| Error::io("restrict the rights of", file, error))?;
        }
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<Accepted, Failure> {
        let mut parts: BTreeMap<(&str, String), Vec<&Row>> = BTreeMap::new();
        for row in &batch.rows {
            let part = (row.source.as_ref(), day(row.time));
            parts.entry(part).or_default().push(row);
        }
        for ((source, day), rows) in parts {
            let bytes = self.bytes(&rows)?;
            self.put(&self.path(batch, source, &day, &rows), bytes)
                .await?;
        }
        Ok(Accepted::default())
    }

    fn failed(&self, error: object_store::Error) -> Failure {
        use object_store::Error as Cause;
        let address = &self.address;
        let (message, help) = match &error {
            Cause::NotFound { .. } => (
                format!("{address} does not exist"),
                "create the bucket or container, or check its name",
            ),
            Cause::PermissionDenied { .. } | Cause::Unauthenticated { .. } => (
                format!("{address} refuses access"),
                "check the secrets of the sink, and the permission to write there",
            ),
            _ => (
                format!("{address} cannot be written"),
                "check that the service can be reached, and check the settings of the sink",
            ),
        };
        Failure::new(message).help(help).because(error)
    }
}

impl Sink for Objects {
    fn limits(&self) -> Limits {
        Limits {
            rows: self.rows,
            bytes: 16 << 20,
            same: true,
        }
    }

    fn begin<'a>(&'a mut self, _start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        std::future::ready(Ok(Begun::default())).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        self.write(batch).boxed()
    }

    /// Writes an empty object, which replaces that of the previous test. Readers of tables ignore names
    /// that begin with an underscore.
    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        async {
            let path = self.prefix.clone().join("_saponify_test");
            self.put(&path, Vec::new()).await?;
            Ok(format!("{} can be written", self.address))
        }
        .boxed()
    }
}

/// The UTC day of a row, or `unknown`.
fn day(time: Option<Timestamp>) -> String {
    match time {
        Some(time) => time.to_zoned(TimeZone::UTC).date().to_string(),
        None => "unknown".to_owned(),
    }
}
