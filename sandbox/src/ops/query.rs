//! `query`, `queryAll` and `queryMore`.

use std::sync::Arc;

use rusqlite::params_from_iter;

use super::access;
use super::call::Call;
use crate::fault::Fault;
use crate::faults::{Mode, PagingFlaw};
use crate::org::Kind;
use crate::rows::write::write_value;
use crate::rows::{Prepared, Run, count, cursor, query_result};
use crate::soql::plan::{Group, Output, Plan};
use crate::soql::{self};
use crate::tenant::Caller;
use crate::xml::response::{LimitInfo, Out, close_envelope, end, open_envelope};

/// The largest number of rows in the result of a grouped query.
const MAX_GROUPS: usize = 2_000;

pub(super) fn query(
    call: &Call<'_>,
    caller: Caller,
    limit: Option<LimitInfo>,
    all: bool,
) -> Result<Out, Fault> {
    if call.mode == &Mode::Paging(PagingFlaw::EmptyNotDone) {
        return Ok(nothing_yet(
            call,
            if all { "queryAll" } else { "query" },
            limit,
        ));
    }
    let text = call.body.text_of("queryString");
    let mut tree = soql::parse(text)?;
    access::restrict(call.state, caller, call.version, text, &mut tree)?;
    let plan = soql::plan::query(&call.state.org, text, &tree, call.version, all)?;
    let mut rows = Out::new();
    let (locator, total) = match &plan.output {
        Output::Count => {
            let connection = call.state.store.lock();
            (None, count(&connection, &plan, &plan.values)?)
        }
        Output::Groups(groups) => (None, grouped(call, &plan, groups, &mut rows)?),
        Output::Rows(_) => plain(call, caller, plan, &mut rows)?,
    };
    Ok(finish(
        call,
        if all { "queryAll" } else { "query" },
        limit,
        locator.as_deref(),
        &rows,
        total,
    ))
}

pub(super) fn query_more(
    call: &Call<'_>,
    caller: Caller,
    limit: Option<LimitInfo>,
) -> Result<Out, Fault> {
    if call.mode == &Mode::Paging(PagingFlaw::EmptyNotDone) {
        return Ok(nothing_yet(call, "queryMore", limit));
    }
    let locator = call.body.text_of("queryLocator").trim();
    let found = call
        .state
        .cursors
        .find(&call.state.org, caller.user, locator)?;
    let Ok(mut cursor) = found.lock() else {
        return Err(Fault::internal("the lock of a cursor is poisoned"));
    };
    let cursor = &mut *cursor;
    let connection = call.state.store.lock();
    let query = cursor.query.clone();
    let run = run(call, caller, &connection, &query.plan);
    let repeats = call.mode == &Mode::Paging(PagingFlaw::RepeatedLocator);
    let place = cursor.at.clone();
    let mut rows = Out::new();
    let remaining = cursor.total.saturating_sub(cursor.given).max(1);
    let page = run.next(&query, cursor.parent, &mut cursor.at, remaining, &mut rows)?;
    if repeats && page.more {
        cursor.at = place;
        drop(connection);
        call.state.count_rows(page.rows + page.inside);
        let total = cursor.total;
        return Ok(finish(
            call,
            "queryMore",
            limit,
            Some(locator),
            &rows,
            total,
        ));
    }
    cursor.given += page.rows;
    let more = page.more && cursor.given < cursor.total;
    let (given, total) = (cursor.given, cursor.total);
    drop(connection);
    call.state.count_rows(page.rows + page.inside);
    let next = if more {
        Some(cursor::renamed(locator, given))
    } else {
        call.state.cursors.close(locator);
        None
    };
    Ok(finish(
        call,
        "queryMore",
        limit,
        next.as_deref(),
        &rows,
        total,
    ))
}

/// Prepares a run with the batch size that the caller requests, within the limits.
fn run<'a>(
    call: &'a Call<'_>,
    caller: Caller,
    connection: &'a rusqlite::Connection,
    plan: &Plan,
) -> Run<'a> {
    let limits = &call.state.org.limits;
    let asked = call.header("QueryOptions").map(|header| {
        header
            .text_of("batchSize")
            .trim()
            .parse()
            .unwrap_or(limits.max_batch)
    });
    let size = asked
        .unwrap_or(limits.max_batch)
        .clamp(limits.min_batch.min(limits.max_batch), limits.max_batch);
    let most = [limits.batch_rows, call.quirks.batch_rows];
    let size = most.into_iter().flatten().fold(size, u32::min).max(1);
    let batch = match () {
        () if plan.has_bytes => 1,
        // Salesforce sends rows with two custom long text fields in small batches.
        () if plan.long_texts >= 2 => u64::from(size.min(200)),
        () => u64::from(size),
    };
    Run {
        source: call.state.source(),
        connection,
        user: caller.user,
        batch,
        quirks: &call.quirks,
    }
}

fn plain(
    call: &Call<'_>,
    caller: Caller,
    plan: Plan,
    rows: &mut Out,
) -> Result<(Option<String>, u64), Fault> {
    let query = Prepared::new(&call.state.org, plan, &call.quirks).map(Arc::new);
    let query = query.ok_or_else(|| Fault::internal("the plan has no rows"))?;
    let connection = call.state.store.lock();
    query.index(&call.state.store, &connection)?;
    let run = run(call, caller, &connection, &query.plan);
    let (page, start) = run.first(&query, None, rows)?;
    let total = start.as_ref().map_or(page.rows, |start| start.total);
    let state = call.state;
    let locator =
        start.map(|start| (state.cursors).open(&state.org, &connection, caller.user, start));
    drop(connection);
    call.state.count_rows(page.rows + page.inside);
    Ok((locator, total))
}

fn grouped(call: &Call<'_>, plan: &Plan, groups: &[Group], out: &mut Out) -> Result<u64, Fault> {
    let Plan {
        columns,
        from,
        filter,
        group,
        order,
        limit,
        offset,
        ..
    } = plan;
    let order = if order.is_empty() {
        String::new()
    } else {
        format!(" ORDER BY {order}")
    };
    let most = limit.unwrap_or(u64::MAX).min(MAX_GROUPS as u64 + 1);
    let sql = format!(
        "SELECT {} FROM {from} WHERE {filter}{group}{order} LIMIT {most} OFFSET {offset}",
        columns.join(", ")
    );
    let connection = call.state.store.lock();
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&plan.values))?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        if count > MAX_GROUPS {
            let what = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch";
            return Err(Fault::unexpected("EXCEEDED_ID_LIMIT", what));
        }
        out.extend_from_slice(b"<records xsi:type=\"sf:AggregateResult\">");
        for (i, group) in groups.iter().enumerate() {
            let value = row.get_ref(i)?;
            let Group { name, kind, prefix } = group;
            if matches!(value, rusqlite::types::ValueRef::Null) {
                if call.quirks.write_nil {
                    out.extend_from_slice(format!("<sf:{name} xsi:nil=\"true\"/>").as_bytes());
                }
                continue;
            }
            let soap_type = match kind {
                Kind::Id | Kind::Reference => "ID",
                kind => kind.soap_type(),
            };
            let soap_type = soap_type.strip_prefix("tns:").unwrap_or(soap_type);
            out.extend_from_slice(format!("<sf:{name} xsi:type=\"{soap_type}\">").as_bytes());
            write_value(value, *kind, *prefix, call.state.org.instance, out);
            end(&format!("sf:{name}"), out);
        }
        out.extend_from_slice(b"</records>");
    }
    call.state.count_rows(count as u64);
    Ok(count as u64)
}

/// Writes a result that is not done, has no rows, and has a new locator.
fn nothing_yet(call: &Call<'_>, operation: &str, limit: Option<LimitInfo>) -> Out {
    let given = call.state.live().stats.requests;
    let locator = format!("{}-{given}", call.state.cursors.made_up(&call.state.org));
    finish(call, operation, limit, Some(&locator), &[], 1_000)
}

/// Writes the envelope around a query result.
fn finish(
    call: &Call<'_>,
    operation: &str,
    limit: Option<LimitInfo>,
    locator: Option<&str>,
    rows: &[u8],
    total: u64,
) -> Out {
    let mut out = Out::with_capacity(rows.len() + 1_024);
    open_envelope(limit, &mut out);
    let kind = if call.quirks.typed_results {
        " xsi:type=\"QueryResult\""
    } else {
        ""
    };
    out.extend_from_slice(format!("<{operation}Response><result{kind}>").as_bytes());
    query_result(locator, rows, total, &mut out);
    out.extend_from_slice(format!("</result></{operation}Response>").as_bytes());
    close_envelope(&mut out);
    out
}
