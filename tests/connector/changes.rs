//! Hazard: changes of records that are missed after a long pause, that are reported twice, or that stop the
//! collection.
//!
//! A simulated org responds within the limits of Salesforce.

use std::collections::BTreeMap;

use jiff::Timestamp;
use saponify_cli::connector::Error;
use saponify_cli::connector::progress::Watch;
use saponify_cli::connector::sources::changes::{
    ChangeOptions, ChangeOutcome, ChangeService, Deleted, Described, Updated, Values, sync,
};
use saponify_cli::connector::sources::{Batch, Failure, Service};
use saponify_cli::connector::store::EventQuery;
use saponify_cli::connector::window::Span;

use crate::store::{DAY, Fixture, at, events, span};

/// An org with an object: Id -> (created, changed).
struct Org {
    now: i64,
    records: BTreeMap<&'static str, (i64, i64)>,
    /// Id -> when it was deleted.
    deleted: BTreeMap<&'static str, i64>,
    /// The time since which deletions are known, if the org has purged its list.
    purged: i64,
    /// The time until which the org knows all changes.
    covered: i64,
    /// The largest number of Ids in a response.
    most: usize,
    /// The number of cursors that are lost before one works.
    lost_cursors: usize,
    cursor: Vec<Values>,
}

impl Org {
    fn new(now: i64) -> Self {
        Self {
            now,
            records: BTreeMap::new(),
            deleted: BTreeMap::new(),
            purged: 0,
            covered: i64::MAX,
            most: 1_000,
            lost_cursors: 0,
            cursor: Vec::new(),
        }
    }

    /// Refuses the spans that Salesforce refuses.
    fn check(&self, span: Span, days: i64) -> Result<(), Failure> {
        let too_old = span.start() < at(self.now - days * DAY);
        let too_short = span.length().as_secs() <= 60;
        match too_old || too_short {
            true => Err(Failure::TooOld),
            false => Ok(()),
        }
    }

    fn covered(&self, span: Span) -> Timestamp {
        span.end().min(at(self.covered.min(self.now)))
    }

    fn few<T>(&self, found: Vec<T>) -> Result<Vec<T>, Failure> {
        match found.len() > self.most {
            true => Err(Failure::TooLarge),
            false => Ok(found),
        }
    }

    fn record(&self, id: &str) -> Option<Values> {
        let (created, changed) = self.records.get(id)?;
        let time = |second: &i64| Some(at(*second).to_string());
        Some(vec![Some(id.to_owned()), time(created), time(changed)])
    }
}

impl Service for Org {
    async fn server_time(&mut self) -> Result<Timestamp, Failure> {
        Ok(at(self.now))
    }

    async fn query(&mut self, query: &str) -> Result<Batch, Failure> {
        let times = query.split(' ').filter_map(|word| word.parse().ok());
        let [start, end]: [Timestamp; 2] = times.collect::<Vec<_>>().try_into().unwrap();
        let span = Span::new(start, end).unwrap();
        let found = self
            .records
            .iter()
            .filter(|(_, (_, changed))| span.contains(at(*changed)));
        let found = found.filter_map(|(id, _)| self.record(id)).collect();
        self.cursor = self.few(found)?;
        let rest = self.cursor.split_off(self.cursor.len().min(1));
        Ok(Batch {
            rows: std::mem::replace(&mut self.cursor, rest)
                .into_iter()
                .collect(),
            size: None,
            last: self.cursor.is_empty(),
        })
    }

    async fn more(&mut self) -> Result<Batch, Failure> {
        if self.lost_cursors > 0 {
            self.lost_cursors -= 1;
            return Err(Failure::CursorLost);
        }
        Ok(Batch {
            rows: std::mem::take(&mut self.cursor).into_iter().collect(),
            size: None,
            last: true,
        })
    }

    async fn count(&mut self, query: &str) -> Result<u64, Failure> {
        panic!("{query}")
    }
}

impl ChangeService for Org {
    async fn describe(&mut self, _: &str) -> Result<Described, Failure> {
        let fields = ["Id", "CreatedDate", "SystemModstamp"];
        Ok(Described {
            fields: fields.map(str::to_owned).to_vec(),
            replicateable: true,
        })
    }

    async fn updated(&mut self, _: &str, span: Span) -> Result<Updated, Failure> {
        self.check(span, 30)?;
        let found = self
            .records
            .iter()
            .filter(|(_, (_, changed))| span.contains(at(*changed)));
        Ok(Updated {
            ids: self.few(found.map(|(id, _)| (*id).to_owned()).collect())?,
            covered: self.covered(span),
        })
    }

    async fn deleted(&mut self, _: &str, span: Span) -> Result<Deleted, Failure> {
        self.check(span, 15)?;
        if span.start() < at(self.purged) {
            return Err(Failure::TooOld);
        }
        let found = self
            .deleted
            .iter()
            .filter(|(_, time)| span.contains(at(**time)));
        Ok(Deleted {
            records: self.few(
                found
                    .map(|(id, time)| ((*id).to_owned(), at(*time)))
                    .collect(),
            )?,
            earliest: at(self.purged.max(self.now - 15 * DAY)),
            covered: self.covered(span),
        })
    }

    async fn retrieve(
        &mut self,
        _: &str,
        _: &[String],
        ids: &[String],
    ) -> Result<Vec<Option<Values>>, Failure> {
        Ok(ids.iter().map(|id| self.record(id)).collect())
    }
}

const BEGINS: i64 = 100 * DAY;

fn run(fixture: &mut Fixture, org: &mut Org) -> Result<ChangeOutcome, Error> {
    let options = ChangeOptions {
        begins: at(BEGINS),
        objects: vec!["User".to_owned()],
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(sync(
        &mut fixture.store,
        org,
        &options,
        &mut Watch::silent(),
    ))
}

/// `Id change` of the stored rows, in the order of their times.
fn stored(fixture: &Fixture) -> Vec<String> {
    events(&fixture.store, &EventQuery::default())
        .iter()
        .map(|event| {
            let value = |column| event.value(column).unwrap().to_owned();
            format!("{} {}", value("Id"), value("ChangeType"))
        })
        .collect()
}

fn gaps(fixture: &Fixture) -> Vec<Span> {
    let gaps = fixture.store.gaps(span(0, 1_000 * DAY)).unwrap();
    gaps.iter().map(|gap| gap.span).collect()
}

fn watermark(fixture: &Fixture) -> Option<Timestamp> {
    fixture.store.sources().unwrap()[0].watermark
}

#[test]
fn after_a_pause_of_weeks_only_deletions_that_are_no_longer_known_are_lost() {
    for days in [14, 20, 45] {
        let mut fixture = Fixture::new();
        let mut org = Org::new(BEGINS + 3_600);
        run(&mut fixture, &mut org).unwrap();
        let reached = watermark(&fixture).unwrap();
        // One change is shortly after the last round, and one shortly before the next.
        let now = BEGINS + days * DAY;
        org.now = now;
        org.records.insert("005A", (0, BEGINS + 7_200));
        org.records.insert("005B", (0, now - 7_200));
        org.deleted.insert("005C", now - 7_000);
        run(&mut fixture, &mut org).unwrap();
        assert_eq!(
            stored(&fixture),
            ["005A updated", "005B updated", "005C deleted"],
            "{days}"
        );
        assert!(watermark(&fixture) > Some(at(now - 300)), "{days}");
        let gaps = gaps(&fixture);
        match days {
            14 => assert_eq!(gaps, []),
            _ => {
                assert_eq!(gaps.len(), 1, "{gaps:?}");
                assert_eq!(gaps[0].start(), reached);
                let known = now - 15 * DAY;
                assert!(span(known, known + 900).contains(gaps[0].end()), "{gaps:?}");
            }
        }
        // The gap is recorded once.
        org.now += 3_600;
        assert_eq!(run(&mut fixture, &mut org).unwrap().gaps, 0);
    }
}

#[test]
fn purged_deletions_are_a_gap_and_later_ones_are_stored() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(BEGINS + 3_600);
    run(&mut fixture, &mut org).unwrap();
    let reached = watermark(&fixture).unwrap();
    org.now = BEGINS + 2 * DAY;
    org.purged = BEGINS + DAY + 30;
    org.deleted.insert("005A", BEGINS + DAY + 7_200);
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture), ["005A deleted"]);
    let lost = Span::new(reached, at(BEGINS + DAY + 60)).unwrap();
    assert_eq!(gaps(&fixture), [lost]);
    org.now += 900;
    assert_eq!(run(&mut fixture, &mut org).unwrap().gaps, 0);

    // The whole list can be purged.
    org.now += DAY;
    org.purged = org.now;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(gaps(&fixture).len(), 2);
    assert!(watermark(&fixture) > Some(at(org.now - 300)));
}

#[test]
fn a_creation_is_reported_once() {
    let mut fixture = Fixture::new();
    let created = BEGINS + 3_000;
    let mut org = Org::new(BEGINS + 3_600);
    org.records.insert("005A", (created, created));
    // The first record existed before, and the second was changed before it was seen.
    org.records.insert("005B", (BEGINS - 60, created + 1));
    org.records.insert("005C", (created, created + 2));
    run(&mut fixture, &mut org).unwrap();
    // This change is within the overlap of the windows.
    org.records.insert("005A", (created, BEGINS + 3_700));
    org.now += 900;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        stored(&fixture),
        [
            "005A created",
            "005B updated",
            "005C created",
            "005A updated"
        ]
    );
}

#[test]
fn too_many_changes_are_queried_in_smaller_spans() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(BEGINS + 86_000);
    const IDS: [&str; 6] = ["005A", "005B", "005C", "005D", "005E", "005F"];
    for (id, n) in IDS.into_iter().zip(0..) {
        let time = BEGINS + 1_000 + n * 600;
        match n % 2 {
            0 => drop(org.records.insert(id, (0, time))),
            _ => drop(org.deleted.insert(id, time)),
        }
    }
    org.most = 1;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(
        stored(&fixture),
        [
            "005A updated",
            "005B deleted",
            "005C updated",
            "005D deleted",
            "005E updated",
            "005F deleted"
        ]
    );
    assert!(watermark(&fixture).is_some());

    // Too many changes in one minute are an error, and the watermark does not move.
    let reached = watermark(&fixture);
    org.most = 0;
    org.records.insert("005G", (0, org.now));
    org.now += 3_600;
    let error = run(&mut fixture, &mut org).unwrap_err();
    assert!(error.to_string().contains("in one minute"), "{error}");
    assert_eq!(watermark(&fixture), reached);
}

#[test]
fn an_org_that_lags_behind_leaves_no_windows_open() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(BEGINS + 3_600);
    run(&mut fixture, &mut org).unwrap();
    let reached = watermark(&fixture);
    org.covered = BEGINS;
    for _ in 0..5 {
        org.now += 900;
        run(&mut fixture, &mut org).unwrap();
    }
    assert_eq!(watermark(&fixture), reached);
    let source = fixture.store.sources().unwrap().remove(0);
    assert_eq!(fixture.store.left_open(source.id).unwrap(), None);
    org.covered = i64::MAX;
    run(&mut fixture, &mut org).unwrap();
    assert!(watermark(&fixture) > reached);
}

#[test]
fn a_lost_cursor_loses_no_changes() {
    let mut fixture = Fixture::new();
    let mut org = Org::new(BEGINS + 3_600);
    run(&mut fixture, &mut org).unwrap();
    org.now = BEGINS + 40 * DAY;
    for id in ["005A", "005B", "005C"] {
        org.records.insert(id, (0, BEGINS + DAY));
    }
    org.lost_cursors = 2;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture).len(), 3);
}

#[test]
fn a_span_of_a_minute_is_extended_by_the_minute_before() {
    // The window is split at midnight, so its first part is one minute long.
    let mut fixture = Fixture::new();
    let mut org = Org::new(BEGINS + DAY - 60 + 20 * 60 + 130);
    org.deleted.insert("005A", BEGINS + DAY - 30);
    run(&mut fixture, &mut org).unwrap();
    org.now += 15 * 60;
    run(&mut fixture, &mut org).unwrap();
    org.now += 15 * 60;
    run(&mut fixture, &mut org).unwrap();
    assert_eq!(stored(&fixture), ["005A deleted"]);
    assert_eq!(gaps(&fixture), []);
}
