//! Real event log files, from a folder that is not part of the repository: `SAPONIFY_ELF=DIR`.

use std::path::Path;

use saponify_cli::connector::csv::CsvReader;

use super::csv::oracle;

#[test]
fn real_files_are_read() {
    let Some(folder) = std::env::var_os("SAPONIFY_ELF") else {
        eprintln!("skipped: set SAPONIFY_ELF to a folder of event log files");
        return;
    };
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            check(&path);
            files += 1;
        }
    }
    assert!(files > 0, "no CSV file in {}", folder.display());
}

/// All rows are read, and csv-core finds the same values in them.
fn check(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let mut reader = CsvReader::new(bytes.as_slice()).unwrap();
    let mut rows = Vec::new();
    while reader
        .next_row()
        .unwrap_or_else(|flaw| panic!("{}: {flaw}", path.display()))
    {
        let row = reader
            .record()
            .iter()
            .map(|value| value.as_bytes().to_vec());
        rows.push(row.collect::<Vec<_>>());
    }
    let summary = reader.summary();
    eprintln!(
        "{}: {} rows, {} columns",
        path.display(),
        summary.rows,
        reader.columns().len()
    );
    assert!(rows == oracle(&bytes)[1..], "{}", path.display());
}
