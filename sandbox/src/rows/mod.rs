//! Reads the rows of a query plan page by page, including the rows of sub-queries.

pub(crate) mod cursor;
pub(crate) mod write;

use std::sync::Arc;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, ToSql, params_from_iter};

use crate::fault::Fault;
use crate::id::{Id, Prefix};
use crate::org::Org;
use crate::quirks::Quirks;
use crate::soql::plan::{Output, Plan};
use crate::store::Store;
use crate::xml::response::{Out, end};
use cursor::{Cursors, Place, Start};
use write::{Nested, Writer};

/// What is needed to read rows: the org, and the open cursors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) org: &'a Org,
    pub(crate) cursors: &'a Cursors,
}

/// A plan that is ready to run, with its tags prepared.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) plan: Plan,
    writer: Writer,
    children: Vec<Arc<Prepared>>,
    prefix: Prefix,
}

/// The result of reading one page.
pub(crate) struct Page {
    pub(crate) rows: u64,
    pub(crate) inside: u64,
    pub(crate) more: bool,
    /// The serial number of the last row, or its position in a snapshot.
    last: i64,
}

impl Prepared {
    pub(crate) fn new(org: &Org, mut plan: Plan, quirks: &Quirks) -> Option<Self> {
        let Output::Rows(shape) = &plan.output else {
            return None;
        };
        let writer = Writer::new(shape, quirks);
        let prefix = org.objects.get(&plan.object)?.prefix;
        let children = std::mem::take(&mut plan.children);
        let children = children
            .into_iter()
            .map(|plan| Self::new(org, plan, quirks).map(Arc::new))
            .collect::<Option<_>>()?;
        Some(Self {
            plan,
            writer,
            children,
            prefix,
        })
    }

    /// Creates the indexes that sub-queries need.
    pub(crate) fn index(&self, store: &Store, connection: &Connection) -> rusqlite::Result<()> {
        for child in &self.children {
            if let Some(field) = &child.plan.parent_field {
                store.index(connection, &child.plan.object, field)?;
            }
            child.index(store, connection)?;
        }
        Ok(())
    }

    fn first_page(&self) -> String {
        let Plan {
            columns,
            from,
            filter,
            root,
            order,
            ..
        } = &self.plan;
        let parent = self.plan.parent_condition();
        let order = if order.is_empty() {
            String::new()
        } else {
            format!("{order}, ")
        };
        format!(
            "SELECT {} FROM {from} WHERE {parent}{filter} ORDER BY {order}{root}.\"Id\" LIMIT ? OFFSET ?",
            columns.join(", ")
        )
    }

    fn page_after(&self, place: &Place) -> String {
        let Plan {
            columns,
            from,
            filter,
            root,
            ..
        } = &self.plan;
        let columns = columns.join(", ");
        let parent = self.plan.parent_condition();
        match place {
            Place::After(_) => format!(
                "SELECT {columns} FROM {from} WHERE {parent}{filter} AND {root}.\"Id\" > ? ORDER BY {root}.\"Id\" LIMIT ?"
            ),
            Place::Snapshot { table, .. } => format!(
                "SELECT {columns}, q.position FROM temp.\"{table}\" AS q CROSS JOIN {from} WHERE {root}.\"Id\" = q.id AND q.position > ? ORDER BY q.position LIMIT ?"
            ),
        }
    }

    fn values(&self, parent: Option<i64>) -> Vec<Value> {
        parent
            .map(Value::Integer)
            .into_iter()
            .chain(self.plan.values.iter().cloned())
            .collect()
    }
}

/// Reads pages of queries for a user.
pub(crate) struct Run<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) connection: &'a Connection,
    /// The number of the calling user.
    pub(crate) user: usize,
    pub(crate) batch: u64,
    pub(crate) quirks: &'a Quirks,
}

impl Run<'_> {
    /// Writes the first page of a query. If there are more rows, returns the values for a cursor.
    pub(crate) fn first(
        &self,
        query: &Arc<Prepared>,
        parent: Option<i64>,
        out: &mut Out,
    ) -> Result<(Page, Option<Start>), Fault> {
        let plan = &query.plan;
        let limit = plan.limit.unwrap_or(u64::MAX);
        let mut values = query.values(parent);
        values.push(Value::Integer(limit.min(self.batch + 1) as i64));
        values.push(Value::Integer(plan.offset as i64));
        let page = self.page(query, &query.first_page(), &values, false, out)?;
        if !page.more {
            return Ok((page, None));
        }
        let total = self.count(query, parent)?;
        let at = if plan.is_by_id() {
            Place::After(page.last)
        } else {
            self.snapshot(query, parent, page.rows)?
        };
        let start = Start {
            query: query.clone(),
            parent,
            at,
            total,
            given: page.rows,
        };
        Ok((page, Some(start)))
    }

    /// Writes the page after `place`.
    pub(crate) fn next(
        &self,
        query: &Arc<Prepared>,
        parent: Option<i64>,
        place: &mut Place,
        remaining: u64,
        out: &mut Out,
    ) -> Result<Page, Fault> {
        let limit = Value::Integer(remaining.min(self.batch + 1) as i64);
        let sql = query.page_after(place);
        let page = match place {
            Place::After(last) => {
                let mut values = query.values(parent);
                values.extend([Value::Integer(*last), limit]);
                let page = self.page(query, &sql, &values, false, out)?;
                *last = page.last.max(*last);
                page
            }
            Place::Snapshot { position, .. } => {
                let values = [Value::Integer(*position), limit];
                let page = self.page(query, &sql, &values, true, out)?;
                *position = page.last.max(*position);
                page
            }
        };
        if !page.more
            && let Place::Snapshot { table, .. } = place
        {
            self.connection
                .execute_batch(&format!("DROP TABLE IF EXISTS temp.\"{table}\""))?;
        }
        Ok(page)
    }

    fn page(
        &self,
        query: &Arc<Prepared>,
        sql: &str,
        values: &[Value],
        positions: bool,
        out: &mut Out,
    ) -> Result<Page, Fault> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params_from_iter(
            values.iter().map(|value| value as &dyn ToSql),
        ))?;
        let mut page = Page {
            rows: 0,
            inside: 0,
            more: false,
            last: 0,
        };
        let instance = self.source.org.instance;
        let mut inner = Inner {
            run: self,
            query,
            failure: None,
        };
        while let Some(row) = rows.next()? {
            if page.rows > 0 && page.rows + page.inside >= self.batch {
                page.more = true;
                break;
            }
            out.extend_from_slice(b"<records");
            out.extend_from_slice(query.writer.kind.as_bytes());
            out.push(b'>');
            page.inside += query.writer.write(row, instance, &mut inner, out)?;
            out.extend_from_slice(b"</records>");
            page.rows += 1;
            page.last = row.get(if positions {
                query.plan.columns.len()
            } else {
                0
            })?;
        }
        match inner.failure.take() {
            Some(fault) => Err(fault),
            None => Ok(page),
        }
    }

    /// Counts all rows of a query.
    pub(crate) fn count(&self, query: &Prepared, parent: Option<i64>) -> Result<u64, Fault> {
        count(self.connection, &query.plan, &query.values(parent))
    }

    /// Stores the ids of all rows in the order of the query, so that later pages are consistent with this
    /// one.
    fn snapshot(&self, query: &Prepared, parent: Option<i64>, given: u64) -> Result<Place, Fault> {
        let Plan {
            from,
            filter,
            root,
            order,
            limit,
            offset,
            ..
        } = &query.plan;
        let table = format!("snapshot_{}", self.source.cursors.next_serial());
        let condition = query.plan.parent_condition();
        self.connection.execute_batch(&format!(
            "CREATE TEMP TABLE \"{table}\" (position INTEGER PRIMARY KEY, id INTEGER)"
        ))?;
        let sql = format!(
            "INSERT INTO temp.\"{table}\" (id) SELECT {root}.\"Id\" FROM {from} WHERE {condition}{filter} ORDER BY {order}, {root}.\"Id\" LIMIT {} OFFSET {offset}",
            limit.map_or(-1, |limit| limit as i64)
        );
        self.connection
            .execute(&sql, params_from_iter(query.values(parent)))?;
        Ok(Place::Snapshot {
            table,
            position: given as i64,
        })
    }
}

/// Writes `done`, the locator, the rows and `size`.
pub(crate) fn query_result(locator: Option<&str>, rows: &[u8], total: u64, out: &mut Out) {
    match locator {
        Some(locator) => {
            out.extend_from_slice(
                format!("<done>false</done><queryLocator>{locator}</queryLocator>").as_bytes(),
            );
        }
        None => out.extend_from_slice(b"<done>true</done><queryLocator xsi:nil=\"true\"/>"),
    }
    out.extend_from_slice(rows);
    out.extend_from_slice(format!("<size>{total}</size>").as_bytes());
}

/// Counts the rows of a plan, up to its limit.
pub(crate) fn count(connection: &Connection, plan: &Plan, values: &[Value]) -> Result<u64, Fault> {
    let Plan {
        from,
        filter,
        limit,
        offset,
        ..
    } = plan;
    let parent = plan.parent_condition();
    let sql = match (limit, offset) {
        (None, 0) => format!("SELECT count(*) FROM {from} WHERE {parent}{filter}"),
        (limit, offset) => format!(
            "SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {parent}{filter} LIMIT {} OFFSET {offset})",
            limit.map_or(-1, |limit| limit as i64)
        ),
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let count: i64 = statement.query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(count as u64)
}

/// Runs the sub-queries of the current row.
struct Inner<'r, 'a> {
    run: &'r Run<'a>,
    query: &'r Arc<Prepared>,
    failure: Option<Fault>,
}

impl Nested for Inner<'_, '_> {
    fn children(
        &mut self,
        name: &str,
        plan: usize,
        row: &Row<'_>,
        out: &mut Out,
    ) -> rusqlite::Result<u64> {
        let child = &self.query.children[plan];
        let parent = Id::new(self.query.prefix, row.get(0)?).pack();
        let mut rows = Out::new();
        let (page, start) = match self.run.first(child, Some(parent), &mut rows) {
            Ok(page) => page,
            Err(fault) => {
                self.failure.get_or_insert(fault);
                return Ok(0);
            }
        };
        if page.rows == 0 {
            if self.run.quirks.write_nil {
                out.extend_from_slice(format!("<sf:{name} xsi:nil=\"true\"/>").as_bytes());
            }
            return Ok(0);
        }
        let total = start.as_ref().map_or(page.rows, |start| start.total);
        let Run {
            source,
            connection,
            user,
            ..
        } = *self.run;
        let locator = start.map(|start| source.cursors.open(source.org, connection, user, start));
        out.extend_from_slice(format!("<sf:{name} xsi:type=\"QueryResult\">").as_bytes());
        query_result(locator.as_deref(), &rows, total, out);
        end(&format!("sf:{name}"), out);
        Ok(page.rows + page.inside)
    }
}

impl Prepared {
    /// Writes one row as `result`. Returns `false` if there is no such row.
    pub(crate) fn write_one(
        &self,
        org: &Org,
        connection: &Connection,
        id: Id,
        out: &mut Out,
    ) -> Result<bool, Fault> {
        if id.prefix != self.prefix {
            return Ok(false);
        }
        let Plan {
            columns,
            from,
            filter,
            root,
            ..
        } = &self.plan;
        let sql = format!(
            "SELECT {} FROM {from} WHERE {filter} AND {root}.\"Id\" = ?",
            columns.join(", ")
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut values = self.values(None);
        values.push(Value::Integer(id.serial));
        let mut rows = statement.query(params_from_iter(values))?;
        let Some(row) = rows.next()? else {
            return Ok(false);
        };
        out.extend_from_slice(format!("<result{}>", self.writer.kind).as_bytes());
        self.writer.write(row, org.instance, &mut Childless, out)?;
        out.extend_from_slice(b"</result>");
        Ok(true)
    }
}

impl Prepared {
    /// Writes each row as an element of this name, without the rows of sub-queries.
    pub(crate) fn write_each(
        &self,
        org: &Org,
        connection: &Connection,
        element: &str,
    ) -> Result<Vec<Out>, Fault> {
        let mut values = self.values(None);
        let limit = self.plan.limit.map_or(-1, |limit| limit as i64);
        values.push(Value::Integer(limit));
        values.push(Value::Integer(self.plan.offset as i64));
        let mut statement = connection.prepare_cached(&self.first_page())?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut written = Vec::new();
        while let Some(row) = rows.next()? {
            let mut out = format!("<{element}{}>", self.writer.kind).into_bytes();
            self.writer
                .write(row, org.instance, &mut Childless, &mut out)?;
            end(element, &mut out);
            written.push(out);
        }
        Ok(written)
    }
}

/// The sub-queries of rows that have none.
struct Childless;

impl Nested for Childless {
    fn children(&mut self, _: &str, _: usize, _: &Row<'_>, _: &mut Out) -> rusqlite::Result<u64> {
        Ok(0)
    }
}
