//! How many cursors are open at a time, those of child rows included.
//!
//! The service counts as it is used: a cursor is open from the request that opens it, or for child
//! rows from the first request for more of them, until the answer that says that it is done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use saponify::Error;
use saponify::transport::testing::{Answer, Recorded, Scripted};
use saponify::{Record, Session};

use crate::shape::{Account, Soap};
use crate::support::{ENDPOINT, envelope};

/// Batches of each query, and of the child rows of each of its rows.
const BATCHES: usize = 3;
const CHILD_BATCHES: usize = 3;
const ROWS: usize = 2;

#[derive(Clone, Debug, Default)]
struct Service(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    cursors: BTreeSet<String>,
    most: usize,
    queries: usize,
}

impl Service {
    fn soap(&self, cursors: Option<usize>) -> Soap {
        let service = self.clone();
        let script = Scripted::new().otherwise(move |request| service.answer(request));
        let mut builder = Soap::builder()
            .transport(script)
            .deadline(Duration::from_secs(5));
        if let Some(cursors) = cursors {
            builder = builder.max_cursors(cursors);
        }
        builder
            .session(Session::new(ENDPOINT, "session").unwrap())
            .unwrap()
    }

    fn most(&self) -> usize {
        self.0.lock().unwrap().most
    }

    fn answer(&self, request: &Recorded) -> Answer {
        let mut open = self.0.lock().unwrap();
        let operation = request.operation();
        let text = |name: &str| {
            let (_, rest) = request.body().split_once(&format!("{name}>"))?;
            Some(rest.split_once('<')?.0.to_owned())
        };
        // A locator is the name of the cursor and the number of its next batch.
        let (cursor, batch) = match text("queryLocator") {
            Some(locator) => {
                let (cursor, batch) = locator.rsplit_once('-').unwrap();
                (cursor.to_owned(), batch.parse().unwrap())
            }
            None => {
                open.queries += 1;
                (format!("q{}", open.queries), 0)
            }
        };
        open.cursors.insert(cursor.clone());
        open.most = open.most.max(open.cursors.len());
        let is_child = cursor.contains('.');
        let batches = if is_child { CHILD_BATCHES } else { BATCHES };
        let more = (batch + 1 < batches).then(|| format!("{cursor}-{}", batch + 1));
        if more.is_none() {
            open.cursors.remove(&cursor);
        }
        let rows: String = (0..ROWS)
            .map(|n| {
                let name = format!("{cursor}/{batch}/{n}");
                let children = match is_child {
                    true => String::new(),
                    false => children(&format!("{cursor}.{batch}.{n}")),
                };
                format!(
                    "<records xsi:type='sf:Account'>{children}<sf:Name>{name}</sf:Name></records>"
                )
            })
            .collect();
        let size = batches * ROWS;
        let result = result(&rows, more.as_deref(), size);
        envelope(&format!(
            "<{operation}Response><result>{result}</result></{operation}Response>"
        ))
        .into()
    }
}

/// The first batch of child rows, which arrives with the parent.
fn children(cursor: &str) -> String {
    let row = format!("<records xsi:type='sf:Account'><sf:Name>{cursor}</sf:Name></records>");
    let rows = row.repeat(ROWS);
    let result = result(&rows, Some(&format!("{cursor}-1")), CHILD_BATCHES * ROWS);
    format!("<sf:Contacts xsi:type='QueryResult'>{result}</sf:Contacts>")
}

fn result(rows: &str, more: Option<&str>, size: usize) -> String {
    let done = more.is_none();
    let locator = more.unwrap_or_default();
    format!("<done>{done}</done><queryLocator>{locator}</queryLocator>{rows}<size>{size}</size>")
}

const QUERY: &str = "SELECT Name, (SELECT Name FROM Contacts) FROM Account";

/// Reads a query with all child rows of its rows, and returns how many of both there are.
async fn family(soap: Soap) -> Result<(usize, usize), Error> {
    let (mut parents, mut kids) = (0, 0);
    let mut rows = soap.records::<Account>(QUERY);
    while let Some(row) = rows.try_next().await? {
        parents += 1;
        let mut children = soap.children::<Record>(row.contacts());
        while children.try_next().await?.is_some() {
            kids += 1;
            // Others come in between.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    Ok((parents, kids))
}

const ALL: (usize, usize) = (BATCHES * ROWS, BATCHES * ROWS * CHILD_BATCHES * ROWS);

#[tokio::test(start_paused = true)]
async fn the_child_rows_of_many_queries_at_once_keep_to_the_limit() {
    for (cursors, most) in [(None, 8), (Some(2), 2), (Some(3), 2), (Some(5), 5)] {
        let service = Service::default();
        let soap = service.soap(cursors);
        let families = (0..12).map(|_| tokio::spawn(family(soap.clone())));
        for family in families.collect::<Vec<_>>() {
            assert_eq!(family.await.unwrap().unwrap(), ALL, "{cursors:?}");
        }
        assert!(service.most() <= cursors.unwrap_or(8), "{}", service.most());
        // The limit is used, too.
        assert!(service.most() >= most.min(4), "{}", service.most());
    }
}

#[tokio::test(start_paused = true)]
async fn parents_that_wait_for_their_child_rows_do_not_wait_for_ever() {
    // Each consumer holds its parent before any reads a child.
    let service = Service::default();
    let soap = service.soap(None);
    let barrier = Arc::new(tokio::sync::Barrier::new(4));
    let tasks = (0..4).map(|_| {
        let (soap, barrier) = (soap.clone(), Arc::clone(&barrier));
        tokio::spawn(async move {
            let mut rows = soap.records::<Account>(QUERY);
            let row = rows.try_next().await?.unwrap();
            barrier.wait().await;
            let mut children = soap.children::<Record>(row.contacts());
            let mut kids = 0;
            while children.try_next().await?.is_some() {
                kids += 1;
            }
            Ok::<_, Error>(kids)
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().unwrap(), CHILD_BATCHES * ROWS);
    }
    assert!(service.most() <= 8, "{}", service.most());
}

#[tokio::test(start_paused = true)]
async fn child_rows_of_rows_that_were_collected_count_as_well() {
    let service = Service::default();
    let soap = service.soap(Some(2));
    let mut rows = soap.records::<Account>(QUERY);
    let mut parents = Vec::new();
    for _ in 0..ROWS {
        parents.push(rows.try_next().await.unwrap().unwrap());
    }
    drop(rows);
    // Only the child rows that arrived with the parents: no cursor is used.
    let mut streams = Vec::new();
    for parent in parents.iter().cycle().take(4) {
        let mut stream = soap.children::<Record>(parent.contacts());
        for _ in 0..ROWS {
            assert!(stream.try_next().await.unwrap().is_some());
        }
        streams.push(stream);
    }
    // Two get a cursor, and the third is told why it gets none.
    let mut streams = streams.into_iter();
    let mut first = streams.next().unwrap();
    let mut second = streams.next().unwrap();
    assert!(first.try_next().await.unwrap().is_some());
    assert!(second.try_next().await.unwrap().is_some());
    let error = streams.next().unwrap().try_next().await.unwrap_err();
    assert!(
        error.is_timeout() && error.to_string().contains("max_cursors"),
        "{error}"
    );
    assert_eq!(error.rows_delivered(), Some(ROWS as u64));
    // A stream that is dropped makes room.
    drop(first);
    let mut fourth = streams.next().unwrap();
    assert!(fourth.try_next().await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_query_that_needs_more_cursors_than_there_are_is_refused() {
    let service = Service::default();
    let soap = service.soap(Some(1));
    let error = soap.records::<Account>(QUERY).try_next().await.unwrap_err();
    assert!(
        error.is_usage() && error.to_string().contains("2 cursors"),
        "{error}"
    );
    // A semi-join needs one.
    let query = "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact)";
    let mut rows = soap.records::<Account>(query);
    while rows.try_next().await.unwrap().is_some() {}
    assert_eq!(service.most(), 1);
}
