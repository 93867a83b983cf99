//! Prints rows: as a table for people, and as NDJSON, CSV or OCSF for programs.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::str::FromStr;

use super::error::{Error, Kind};
use super::ocsf::{Mapping, to_ocsf};
use super::similar::did_you_mean;
use super::sources::rows::Object;
use super::store::{Event, EventQuery, Filter, MESSAGES, Store};

/// The format in which rows are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// One line per row, with the columns of [`Summary`].
    #[default]
    Table,
    /// One JSON object per line, with `source`, `about`, `key`, `time` and `record`.
    Ndjson,
    /// CSV with a column for each name that occurs in any row.
    Csv,
    /// One OCSF event per line.
    Ocsf,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "table" => Ok(Self::Table),
            "ndjson" => Ok(Self::Ndjson),
            "csv" => Ok(Self::Csv),
            "ocsf" => Ok(Self::Ocsf),
            _ => {
                let message = format!("`{}` is not a format", text.escape_debug());
                Err(Error::new(Kind::Usage, message).help("use table, ndjson, csv or ocsf"))
            }
        }
    }
}

/// Checks that rows of the sources of a query have the columns that its filters name. In a store without rows of these
/// sources, no column is known, and none is wrong.
///
/// # Errors
///
/// No row has such a column, or the store cannot be read.
pub fn check_columns(store: &Store, query: &EventQuery) -> Result<(), Error> {
    if query.filters.is_empty() {
        return Ok(());
    }
    let objects = [Object::LOGINS, Object::AUDIT];
    let mut known = BTreeSet::new();
    for (about, columns) in store.all_columns()? {
        let is_of = |source: &str| match objects.iter().find(|object| object.name == about) {
            Some(object) => object.source == source,
            None => objects.iter().all(|object| object.source != source),
        };
        if query.source.as_deref().is_none_or(is_of) {
            known.extend(columns);
        }
    }
    let is_known = |filter: &&Filter| {
        let mut names = known.iter();
        names.any(|name| name.eq_ignore_ascii_case(&filter.column))
    };
    match query.filters.iter().find(|filter| !is_known(filter)) {
        Some(filter) if !known.is_empty() => {
            let rows = match &query.source {
                Some(source) => format!("row of {source}"),
                None => "row".to_owned(),
            };
            let column = filter.column.escape_debug();
            let similar = did_you_mean(&filter.column, known.iter().map(String::as_str));
            let message = format!("no {rows} has a column `{column}`{similar}");
            Err(Error::new(Kind::Usage, message).help("`events --format ndjson` shows the columns"))
        }
        _ => Ok(()),
    }
}

/// Prints the rows that a query finds, and returns their number.
///
/// # Errors
///
/// The store cannot be read, or the output cannot be written. If the reader of a pipe has closed it, the
/// [source](std::error::Error::source) of the error says so.
pub fn print(
    store: &Store,
    query: &EventQuery,
    format: Format,
    tenant: Option<&str>,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    match format {
        Format::Table => table(store, query, None, out),
        Format::Ndjson => each(store, query, |event| json(out, event)),
        Format::Ocsf => {
            let mapping = Mapping::built_in()?;
            each(store, query, |event| {
                json(out, &to_ocsf(&mapping, event, tenant))
            })
        }
        Format::Csv => csv(store, query, out),
    }
}

/// Prints a table that fits into a terminal of this many columns, and returns the number of its rows.
///
/// # Errors
///
/// The errors of [`print()`].
pub fn table(
    store: &Store,
    query: &EventQuery,
    columns: Option<usize>,
    out: &mut dyn Write,
) -> Result<u64, Error> {
    let widths = widths(columns);
    let header = ["TIME", "SOURCE", "WHAT", "WHO", "FROM", "DETAIL"];
    put(out, &line(header, &widths))?;
    each(store, query, |event| put(out, &row(event, &widths)))
}

/// The widths of the columns. On a narrow terminal, columns are narrower and the last ones are omitted.
fn widths(columns: Option<usize>) -> Vec<usize> {
    const WIDE: [usize; 6] = [20, 8, 24, 32, 18, usize::MAX];
    const NARROW: [usize; 5] = [20, 7, 14, 16, 15];
    let wide = WIDE.iter().take(5).map(|width| width + 1).sum::<usize>() + 16;
    let Some(columns) = columns.filter(|columns| *columns < wide) else {
        return WIDE.to_vec();
    };
    let mut left = columns;
    let mut widths = Vec::new();
    for width in NARROW {
        if left < width {
            break;
        }
        widths.push(width);
        left = left.saturating_sub(width + 1);
    }
    // The last column takes the remaining width.
    if widths.len() == NARROW.len() && left >= 8 {
        widths.push(left);
    }
    widths
}

fn each(
    store: &Store,
    query: &EventQuery,
    mut print: impl FnMut(&Event) -> Result<(), Error>,
) -> Result<u64, Error> {
    let mut count = 0;
    store.events::<Error>(query, |event| {
        count += 1;
        print(event).map(ControlFlow::Continue)
    })?;
    Ok(count)
}

fn put(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    out.write_all(text.as_bytes()).map_err(unwritable)
}

fn json(out: &mut dyn Write, value: &impl serde::Serialize) -> Result<(), Error> {
    serde_json::to_writer(&mut *out, value).map_err(|error| unwritable(error.into()))?;
    put(out, "\n")
}

fn unwritable(error: io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull => Kind::Full,
        _ => Kind::Io,
    };
    Error::new(kind, "the output cannot be written").because(error)
}

// For each column of the table, the names of the fields to look in. The first one that has a value is
// shown.
const WHAT: &[&str] = &["Action", "LoginType", "METHOD_NAME", "METHOD", "EVENT_TYPE"];
const WHO: &[&str] = &[
    "User.Username",
    "CreatedBy.Username",
    "USER_NAME",
    "UserId",
    "CreatedById",
    "USER_ID_DERIVED",
    "USER_ID",
];
const FROM: &[&str] = &["SourceIp", "SOURCE_IP", "CLIENT_IP"];
const STATUS: &[&str] = &["Status", "LOGIN_STATUS", "REQUEST_STATUS"];
const DETAIL: &[&str] = &[
    "Display",
    "Status",
    "LOGIN_STATUS",
    "URI",
    "URL",
    "ENTITY_NAME",
    "REQUEST_STATUS",
    "Name",
];

/// A summary of a row of any source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary<'a> {
    /// What happened: the action, the type of the login, or the event type of the file.
    pub what: Option<Cow<'a, str>>,
    /// The user who did it: a user name, or an Id.
    pub who: Option<&'a str>,
    /// The IP address of the client.
    pub from: Option<&'a str>,
    /// The result, such as the status of a login.
    pub status: Option<&'a str>,
    /// Further information.
    pub detail: Option<&'a str>,
}

/// Summarizes a row.
#[must_use]
pub fn summary(event: &Event) -> Summary<'_> {
    let first = |columns: &[&str]| {
        let values = columns.iter().filter_map(|column| event.value(column));
        values.into_iter().find(|value| !value.is_empty())
    };
    let change = event.value("ChangeType");
    Summary {
        what: match (event.source(), change) {
            ("files", _) => Some(event.about().into()),
            (MESSAGES, _) => Some(event.about().into()),
            ("changes", Some(change)) => Some(format!("{change} {}", event.about()).into()),
            _ => first(WHAT).map(Cow::Borrowed),
        },
        // The creator of a record is not the user who changed it, and a deletion does not state its user.
        who: match change {
            Some("created") => first(&["CreatedById"]),
            Some("updated") => first(&["LastModifiedById"]),
            Some(_) => None,
            None => first(WHO),
        },
        from: first(FROM),
        status: first(STATUS),
        detail: match change {
            Some("deleted") => first(&["Id"]),
            _ => first(DETAIL),
        },
    }
}

fn row(event: &Event, widths: &[usize]) -> String {
    let time = event.time().map_or("-".to_owned(), |time| {
        time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    });
    let summary = summary(event);
    let shown = |value: Option<&'_ str>| value.unwrap_or("-").to_owned();
    let cells = [
        &time,
        event.source(),
        &shown(summary.what.as_deref()),
        &shown(summary.who),
        &shown(summary.from),
        &shown(summary.detail),
    ];
    line(cells, widths)
}

/// A line of the table.
fn line(cells: [&str; 6], widths: &[usize]) -> String {
    let mut out = String::new();
    for (cell, &width) in cells.into_iter().zip(widths) {
        // Texts of the org must not contain control characters for the terminal.
        let cell: String = cell
            .trim()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let length = cell.chars().count();
        if length > width {
            out.extend(cell.chars().take(width - 1));
            out.push('\u{2026}');
        } else {
            out.push_str(&cell);
        }
        if width < usize::MAX {
            out.extend(std::iter::repeat_n(' ', width.saturating_sub(length) + 1));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Prints CSV. Rows of several sources have different columns, so a first pass collects the names.
///
/// A value that a spreadsheet would take for a formula gets a leading apostrophe, because anybody who tries
/// to log in chooses some of the values. The other formats contain the values unchanged.
fn csv(store: &Store, query: &EventQuery, out: &mut dyn Write) -> Result<u64, Error> {
    let (mut names, mut known) = (Vec::new(), BTreeSet::new());
    each(store, query, |event| {
        for (name, _) in event.fields() {
            if known.insert(name.to_owned()) {
                names.push(name.to_owned());
            }
        }
        Ok(())
    })?;
    let fixed = ["source", "about", "key", "time"];
    put(
        out,
        &csv_line(fixed.into_iter().chain(names.iter().map(String::as_str))),
    )?;
    each(store, query, |event| {
        let time = event
            .time()
            .map(|time| format!("{time:.3}"))
            .unwrap_or_default();
        let fixed = [event.source(), event.about(), event.key(), &time];
        let values = names
            .iter()
            .map(|name| event.value(name).unwrap_or_default());
        put(out, &csv_line(fixed.into_iter().chain(values)))
    })
}

fn csv_line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells
        .map(|cell| {
            let guard = if is_formula(cell) { "'" } else { "" };
            format!("\"{guard}{}\"", cell.replace('"', "\"\""))
        })
        .collect();
    cells.join(",") + "\r\n"
}

/// Whether a spreadsheet would evaluate a cell as a formula. A signed number is not a formula.
fn is_formula(cell: &str) -> bool {
    let begins_like_one = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    begins_like_one && cell.parse::<f64>().is_err()
}
