//! The CPU time of a bare prepared insert of the rows of a connector's store.
//!
//! usage: insert STORE SOURCE FOLDER
//!
//! The rows of a source are read in the order in which they were stored, and inserted into a table with one
//! unique key in a new database in FOLDER, 2,000 in a transaction. Reading alone is measured first and
//! subtracted. It prints the seconds. `benches/connector/year.py` compares them with the connector.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

type Error = Box<dyn std::error::Error>;

const ROWS: &str = "
    SELECT time, payload, coalesce(key, sf_id || '/' || revision.number || '/' || event.number)
    FROM event JOIN source ON source.id = event.source
    LEFT JOIN revision ON revision.id = event.revision LEFT JOIN file ON file.id = revision.file
    WHERE source.name = ?1 ORDER BY seq";

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, source, folder] = arguments.as_slice() else {
        return Err("usage: insert STORE SOURCE FOLDER".into());
    };
    let store = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
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

fn insert(store: &Connection, source: &str, path: &Path) -> Result<(), Error> {
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
    store: &Connection,
    source: &str,
    mut take: impl FnMut(Option<i64>, &str, &str) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut find = store.prepare(ROWS)?;
    let mut rows = find.query([source])?;
    while let Some(row) = rows.next()? {
        let text = |at| row.get_ref(at).and_then(|value| Ok(value.as_str()?));
        take(row.get(0)?, text(1)?, text(2)?)?;
    }
    Ok(())
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
