//! Hazard: a damaged file that is read as if it were undamaged, or an undamaged one that is refused.

use std::io::Read;

use proptest::prelude::*;
use saponify_cli::connector::csv::{CsvReader, CsvSummary, Flaw};

/// Returns the bytes in pieces of one size, as a socket might.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.1.min(buffer.len()).min(self.0.len());
        let (head, rest) = self.0.split_at(size);
        buffer[..size].copy_from_slice(head);
        self.0 = rest;
        Ok(size)
    }
}

struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    summary: CsvSummary,
}

fn read_in(text: &[u8], piece: usize) -> Result<Table, Flaw> {
    let mut reader = CsvReader::new(Pieces(text, piece))?;
    let mut rows = Vec::new();
    while reader.next_row()? {
        rows.push(reader.record().iter().map(str::to_owned).collect());
    }
    Ok(Table {
        columns: reader.columns().to_vec(),
        rows,
        summary: reader.summary().clone(),
    })
}

fn read(text: &str) -> Result<Table, Flaw> {
    read_in(text.as_bytes(), 1_000)
}

fn complaint(text: &str) -> String {
    let texts = [1, 2, 3, 1_000].map(|piece| match read_in(text.as_bytes(), piece) {
        Ok(table) => panic!("{:?} was read from {text:?}", table.rows),
        Err(flaw) => flaw.to_string(),
    });
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    texts[0].clone()
}

#[test]
fn a_cut_file_is_refused() {
    assert_eq!(
        complaint("\"A\",\"B\"\n\"1\",\"2"),
        "it ends in the middle of row 1"
    );
    assert_eq!(
        complaint("\"A\",\"B\"\n\"1\",\"2\"\n\"3\""),
        "row 2 has 1 values, but the header has 2"
    );
    assert_eq!(
        complaint("\"A\",\"B\"\n\"1\","),
        "it ends in the middle of row 1"
    );
}

#[test]
fn a_misplaced_quote_is_refused() {
    let whole = "\"A\",\"B\"\n";
    assert_eq!(
        complaint(&format!("{whole}\"a\"b\",\"2\"\n")),
        "a quote is in an invalid position, in row 1 at byte 11"
    );
    assert_eq!(
        complaint(&format!("{whole}a\"b,2\n")),
        "a quote is in an invalid position, in row 1 at byte 9"
    );
    assert!(complaint(&format!("{whole}\"a\" ,2\n")).starts_with("a quote"));
}

#[test]
fn a_row_of_another_width_is_refused() {
    assert_eq!(
        complaint("\"A\",\"B\"\n\"1\",\"2\",\"3\"\n"),
        "row 1 has 3 values, but the header has 2"
    );
    assert_eq!(
        complaint("A,B\n1,2\n3\n"),
        "row 2 has 1 values, but the header has 2"
    );
}

#[test]
fn quotes_and_line_breaks_within_values_are_kept() {
    let table = read("\"A\",\"B\"\r\n\"\"\"x\"\"\",\"line\r\nline\n\"\r\n\"\"\"\"\"\",\"\0,\"\r\n")
        .unwrap();
    assert_eq!(table.rows, [["\"x\"", "line\r\nline\n"], ["\"\"", "\0,"]]);
    assert_eq!(table.summary.rows, 2);
}

#[test]
fn a_repeated_header_is_not_a_row() {
    let table = read("\"A\",\"B\"\n\"1\",\"2\"\n\"A\",\"B\"\n\"3\",\"4\"\n").unwrap();
    assert_eq!(table.rows, [["1", "2"], ["3", "4"]]);
    assert_eq!((table.summary.rows, table.summary.repeated_headers), (2, 1));
    assert!(complaint("\"A\",\"B\"\n\"A\",\"B\"\n\"A\"\n").starts_with("row 2 has 1 values"));
}

#[test]
fn two_names_in_a_cell_are_two_columns_if_the_rows_have_two() {
    let glued = "\"EVENT_TYPE\",\"API_VERSION,USER_INITIATED_LOGOUT\"\n";
    let table = read(&format!(
        "{glued}{glued}\"Logout\",\"9998.0\",\"0\"\n{glued}"
    ))
    .unwrap();
    assert_eq!(
        table.columns,
        ["EVENT_TYPE", "API_VERSION", "USER_INITIATED_LOGOUT"]
    );
    assert_eq!(table.rows, [["Logout", "9998.0", "0"]]);
    assert_eq!(
        (table.summary.glued_columns, table.summary.repeated_headers),
        (1, 2)
    );
    let table = read(&format!("{glued}\"Logout\",\"9998.0\"\n")).unwrap();
    assert_eq!(
        table.columns,
        ["EVENT_TYPE", "API_VERSION,USER_INITIATED_LOGOUT"]
    );
}

#[test]
fn a_repeated_name_gets_a_number() {
    assert_eq!(
        read("A,B,A,A_2\n1,2,3,4\n").unwrap().columns,
        ["A", "B", "A_2", "A_2_2"]
    );
}

#[test]
fn empty_files_have_no_rows() {
    for text in ["", "\n\r\n", "\u{feff}", "\"A\",\"B\"", "\"A\",\"B\"\n\n"] {
        assert!(read(text).unwrap().rows.is_empty(), "{text:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    for piece in [1, 2, 3, 4, 100] {
        let table = read_in("\u{feff}\"A\",\"B\"\n1,2\n".as_bytes(), piece).unwrap();
        assert_eq!(table.columns, ["A", "B"]);
    }
}

#[test]
fn bytes_that_are_not_utf8_affect_only_their_value() {
    let table = read_in(b"A,B\n\xff\xfe,ok\n1,2\n", 100).unwrap();
    assert_eq!(table.rows, [["\u{fffd}\u{fffd}", "ok"], ["1", "2"]]);
    assert_eq!(table.summary.not_utf8, 1);
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_memory() {
    let mut endless = b"A,B\n1,\"".as_slice().chain(std::io::repeat(b'x'));
    let mut reader = CsvReader::new(&mut endless).unwrap();
    assert!(matches!(
        reader.next_row().unwrap_err(),
        Flaw::Long { row: 1 }
    ));
}

#[test]
fn empty_lines_are_no_part_of_a_row_and_do_not_fill_memory() {
    let text = format!("A,B\n{}1,2\n", "\n".repeat(17 << 20));
    let mut reader = CsvReader::new(text.as_bytes()).unwrap();
    assert!(reader.next_row().unwrap());
    assert_eq!(reader.raw().len(), (17 << 20) + 4);
    assert_eq!(reader.record().iter().collect::<Vec<_>>(), ["1", "2"]);
    assert!(!reader.next_row().unwrap());

    let mut endless = b"A,B\n".as_slice().chain(std::io::repeat(b'\n'));
    let mut reader = CsvReader::new(&mut endless).unwrap();
    let flaw = reader.next_row().unwrap_err();
    assert!(matches!(flaw, Flaw::Between { row: 1 }), "{flaw}");
}

#[test]
fn a_row_that_is_too_long_is_refused_however_it_arrives() {
    let text = format!("A,B\n1,{}\n", "x".repeat((16 << 20) + 1));
    for piece in [1 << 12, 1 << 25] {
        let mut reader = CsvReader::new(Pieces(text.as_bytes(), piece)).unwrap();
        let flaw = reader.next_row().unwrap_err();
        assert!(matches!(flaw, Flaw::Long { row: 1 }), "{flaw}");
    }
}

#[test]
fn rows_of_commas_do_not_fill_memory() {
    let mut commas = std::io::repeat(b',').take(200 << 20);
    let flaw = CsvReader::new(&mut commas).unwrap_err();
    assert!(matches!(flaw, Flaw::Wide { row: 0 }), "{flaw}");
    let read = (200 << 20) - commas.limit();
    assert!(read < 1 << 20, "{read} bytes were read");

    let mut row = b"A,B\n".as_slice().chain(std::io::repeat(b','));
    let mut reader = CsvReader::new(&mut row).unwrap();
    let flaw = reader.next_row().unwrap_err();
    assert!(matches!(flaw, Flaw::Wide { row: 1 }), "{flaw}");
    assert!(flaw.to_string().contains("4096 values"), "{flaw}");
}

#[test]
fn a_row_can_have_thousands_of_values() {
    let line = vec!["A"; 4_096].join(",");
    let table = read(&format!("{line}\n{}\n", line.replace('A', "1"))).unwrap();
    assert_eq!((table.columns.len(), table.rows.len()), (4_096, 1));
    assert_eq!(table.columns[4_095], "A_4096");
}

/// Writes a value as Salesforce does, or without quotes if that is possible.
fn written(value: &str, quoted: bool) -> String {
    match quoted || value.is_empty() || value.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", value.replace('"', "\"\"")),
        false => value.to_owned(),
    }
}

/// The values that csv-core reads.
pub(crate) fn oracle(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
    // A line break at the end avoids a second call for the last row.
    let text = &[text, b"\n"].concat();
    let mut reader = csv_core::Reader::new();
    let (mut output, mut ends) = (vec![0; text.len() + 16], vec![0; text.len() + 16]);
    let mut rows = Vec::new();
    let mut rest = text.as_slice();
    loop {
        let (result, used, _, count) = reader.read_record(rest, &mut output, &mut ends);
        rest = &rest[used..];
        match result {
            csv_core::ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends[..count].iter().copied());
                let row = starts
                    .zip(&ends[..count])
                    .map(|(start, &end)| output[start..end].to_vec());
                rows.push(row.collect());
            }
            csv_core::ReadRecordResult::End => return rows,
            csv_core::ReadRecordResult::InputEmpty => {}
            other => panic!("{other:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read(
        rows in proptest::collection::vec(
            proptest::collection::vec(("[a-z\",\n\r \0é]{0,6}", any::<bool>()), 3),
            1..12,
        ),
        crlf in any::<bool>(),
        last in any::<bool>(),
        piece in 1_usize..40,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let mut text = format!("\"K1\",\"K2\",\"K3\"{end}");
        for row in &rows {
            let row: Vec<String> = row.iter().map(|(value, quoted)| written(value, *quoted)).collect();
            text += &row.join(",");
            text += end;
        }
        if last {
            text.truncate(text.len() - end.len());
        }
        let table = read_in(text.as_bytes(), piece).unwrap();
        let expected: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|(value, _)| value.clone()).collect()).collect();
        prop_assert_eq!(table.rows, expected);
    }

    /// Whatever this reader accepts, csv-core reads the same values. This reader may refuse more.
    #[test]
    fn what_is_accepted_is_what_csv_core_reads(
        text in "[ab\",\n\r]{0,24}",
        piece in 1_usize..8,
    ) {
        let text = format!("K1,K2\n{text}");
        if let Ok(table) = read_in(text.as_bytes(), piece) {
            let rows = table.rows.iter().map(|row| row.iter().map(|v| v.clone().into_bytes()).collect());
            let rows: Vec<Vec<Vec<u8>>> = rows.collect();
            prop_assert_eq!(rows, oracle(text.as_bytes())[1..].to_vec());
        }
    }

    /// A file that is cut anywhere is refused, unless it is cut at the end of a row. In that case, only the
    /// length reveals it.
    #[test]
    fn a_cut_is_refused_unless_it_is_between_rows(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z\",\n]{0,5}", 3), 1..6),
        at in 0.0_f64..1.0,
    ) {
        let mut text = "\"K1\",\"K2\",\"K3\"\n".to_owned();
        let mut ends = vec![text.len()];
        for row in &rows {
            let row: Vec<String> = row.iter().map(|value| written(value, true)).collect();
            text += &row.join(",");
            ends.push(text.len());
            text += "\n";
            ends.push(text.len());
        }
        let first = ends[0];
        let cut = first + ((text.len() - first) as f64 * at) as usize;
        let read = read_in(&text.as_bytes()[..cut], 100);
        // If a value that ends in a doubled quote is cut between the two, it reads as a shorter value.
        let between = ends.contains(&cut);
        if read.is_ok() && !between {
            prop_assert!(text.as_bytes()[cut - 1] == b'"' && text.as_bytes()[cut] == b'"');
        }
        prop_assert!(read.is_ok() || !between);
    }
}
