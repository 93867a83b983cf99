//! The CPU time of a bare prepared insert of the rows of a connector's store.
//!
//! usage: insert STORE SOURCE FOLDER
//!
//! The rows of a source are read in the order in which they were stored, and inserted into a table with one
//! unique key in a new database in FOLDER, 2,000 in a transaction. The values of a row are one text, a JSON array.
//! Reading alone is measured first and subtracted. It prints the seconds. `benches/connector/year.py` compares them
//! with the connector.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::{Connection, params};
use saponify_cli::connector::store::Store;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, source, folder] = arguments.as_slice() else {
        return Err("usage: insert STORE SOURCE FOLDER".into());
    };
    let store = Store::open_to_read(Path::new(store))?;
    let before = cpu()?;
    let mut read = 0;
    each(&store, source, |_, payload, key| {
        read += payload.len() + key.len();
        Ok(())
    })?;
    let reading = cpu()? - before;
    let path = Path::new(folder).join("bare.db");
    let before = cpu()?;
    insert(&store, source, &path)?;
    let both = cpu()? - before;
    for end in ["", "-wal", "-shm"] {
        let mut file = path.clone().into_os_string();
        file.push(end);
        // SQLite itself removes the last two.
        let _ = std::fs::remove_file(file);
    }
    println!("{:.2}", both - reading);
    Ok(())
}

fn insert(store: &Store, source: &str, path: &Path) -> Result<(), Error> {
    let bare = Connection::open(path)?;
    bare.pragma_update(None, "journal_mode", "wal")?;
    bare.pragma_update(None, "synchronous", "normal")?;
    bare.pragma_update(None, "cache_size", -16_384)?;
    bare.execute_batch(
        "CREATE TABLE bare (id TEXT PRIMARY KEY, time INTEGER, payload TEXT) STRICT; BEGIN",
    )?;
    let mut add = bare.prepare("INSERT INTO bare VALUES (?1, ?2, ?3)")?;
    let mut rows = 0_u64;
    each(store, source, |time, payload, key| {
        add.execute(params![key, time, payload])?;
        rows += 1;
        if rows.is_multiple_of(2_000) {
            bare.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(())
    })?;
    bare.execute_batch("COMMIT")?;
    Ok(())
}

fn each(
    store: &Store,
    source: &str,
    mut take: impl FnMut(Option<i64>, &str, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut payload = Vec::new();
    store.stored_after(0, |event| {
        if event.source() == source {
            let values: Vec<_> = event.fields().map(|(_, value)| value).collect();
            payload.clear();
            serde_json::to_writer(&mut payload, &values)?;
            let time = event.time().map(|time| time.as_millisecond());
            take(time, str::from_utf8(&payload)?, event.key())?;
        }
        Ok::<_, Error>(ControlFlow::Continue(()))
    })
}

/// CPU seconds of this process so far.
fn cpu() -> Result<f64, Error> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    // The kernel counts in hundredths of a second.
    Ok((ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0)
}
