//! `search`: the subset of SOSL of the form `FIND {words} IN ALL FIELDS RETURNING Account(Id, Name)`.

use std::sync::Arc;

use rusqlite::types::Value;

use super::call::Call;
use crate::fault::Fault;
use crate::id::Id;
use crate::org::Object;
use crate::rows::Prepared;
use crate::soql;
use crate::xml::response::{LimitInfo, Out, close_envelope, open_envelope};

const MAX_ROWS: i64 = 2_000;

pub(super) fn search(call: &Call<'_>, limit: Option<LimitInfo>) -> Result<Out, Fault> {
    let text = call.body.text_of("searchString");
    let malformed = |what: &str| {
        Fault::query(
            "MALFORMED_SEARCH",
            what,
            soql::Position { row: 1, column: 1 },
        )
    };
    let upper = text.to_ascii_uppercase();
    let term = (text
        .split_once('{')
        .and_then(|(_, rest)| rest.split_once('}'))
        .map(|(term, _)| term.trim()))
    .filter(|_| upper.trim_start().starts_with("FIND"))
    .ok_or_else(|| malformed("a search looks like FIND {words} RETURNING Account(Id)"))?;
    if term.replace(['*', '?'], "").chars().count() < 2 {
        return Err(malformed("search term must be longer than one character"));
    }
    let returning = upper.find(" RETURNING ").map_or("", |at| &text[at + 11..]);
    let pattern = format!(
        "%{}%",
        term.replace('%', "\\%")
            .replace('_', "\\_")
            .replace('*', "%")
            .replace('?', "_")
    );

    let mut out = Out::new();
    open_envelope(limit, &mut out);
    out.extend_from_slice(b"<searchResponse><result><queryId>local</queryId>");
    for (object, fields) in targets(call, returning)? {
        let query = format!("SELECT {fields} FROM {}", object.name);
        let tree = soql::parse(&query)?;
        let plan = soql::plan::query(&call.state.org, &query, &tree, call.version, false)?;
        let Some(prepared) = Prepared::new(&call.state.org, plan, &call.quirks).map(Arc::new)
        else {
            continue;
        };
        find(call, object, &prepared, &pattern, &mut out)?;
    }
    out.extend_from_slice(b"</result></searchResponse>");
    close_envelope(&mut out);
    Ok(out)
}

/// Parses the objects and field lists after `RETURNING`.
fn targets<'a>(call: &'a Call<'_>, text: &str) -> Result<Vec<(&'a Object, String)>, Fault> {
    let org = &call.state.org;
    let mut targets = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(['(', ',']).unwrap_or(rest.len());
        let name = rest[..end].split_whitespace().next().unwrap_or("");
        let object = org.object(name).ok_or_else(|| {
            Fault::new(
                "InvalidSObjectFault",
                "INVALID_TYPE",
                format!("sObject type '{name}' is not supported."),
            )
        })?;
        rest = &rest[end..];
        let mut fields = "Id".to_owned();
        if let Some(inner) = rest.strip_prefix('(') {
            let close = inner.find(')').unwrap_or(inner.len());
            let list = &inner[..close];
            let clause = [" WHERE ", " ORDER BY ", " LIMIT "];
            let cut = clause
                .iter()
                .filter_map(|word| list.to_ascii_uppercase().find(word))
                .min()
                .unwrap_or(list.len());
            fields = list[..cut].trim().to_owned();
            rest = inner.get(close + 1..).unwrap_or("");
        }
        targets.push((object, fields));
        rest = rest.trim_start().trim_start_matches(',').trim_start();
    }
    if targets.is_empty() {
        for name in ["Account", "Contact", "Opportunity"] {
            targets.extend(
                org.objects
                    .get(name)
                    .map(|object| (object, "Id".to_owned())),
            );
        }
    }
    Ok(targets)
}

fn find(
    call: &Call<'_>,
    object: &Object,
    query: &Prepared,
    pattern: &str,
    out: &mut Out,
) -> Result<(), Fault> {
    let texts: Vec<_> = (object.fields.values())
        .filter(|field| field.kind.is_text() && field.length <= 255)
        .map(|field| format!("\"{}\" LIKE ?1 ESCAPE '\\'", field.name))
        .collect();
    if texts.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "SELECT \"Id\" FROM \"{}\" WHERE \"IsDeleted\" = 0 AND ({}) LIMIT {MAX_ROWS}",
        object.name,
        texts.join(" OR ")
    );
    let connection = call.state.store.lock();
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([Value::Text(pattern.to_owned())])?;
    while let Some(row) = rows.next()? {
        let mut record = Out::new();
        if query.write_one(
            &call.state.org,
            &connection,
            Id::new(object.prefix, row.get(0)?),
            &mut record,
        )? {
            let record = String::from_utf8_lossy(&record).replacen("<result", "<record", 1);
            let record = record
                .strip_suffix("</result>")
                .unwrap_or(&record)
                .to_owned()
                + "</record>";
            out.extend_from_slice(format!("<searchRecords>{record}</searchRecords>").as_bytes());
        }
    }
    Ok(())
}
