//! Hazard: rows that are late, share a time, have none, or are too many for one query.
//!
//! A simulated server has rows that become visible late. Its queries time out when they are large, its
//! cursors are lost, and the connector is killed at any point. Each row must be stored nevertheless.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use saponify_cli::connector::window::{
    Ask, Check, Collection, Fact, Page, Policy, Position, Span, Verdict, judge, plan,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn span(start: i64, end: i64) -> Span {
    Span::new(at(start), at(end)).unwrap()
}

const DAY: i64 = 86_400;

/// A row of the server: its time, and the delay after which it is visible.
#[derive(Debug, Clone)]
struct Row {
    second: i64,
    delay: i64,
}

struct Server {
    /// (time, key) -> the second from which the row is visible.
    rows: BTreeMap<(i64, String), i64>,
    now: i64,
    batch: usize,
    /// The largest number of rows of a query that does not time out.
    most: usize,
    /// The rows of the current query, which are fixed when the query starts.
    cursor: Vec<(i64, String)>,
}

impl Server {
    fn matching(&self, span: Span, after: Option<&Position>) -> Vec<(i64, String)> {
        let after = after.map(|position| (position.time.as_second(), position.key.clone()));
        self.rows
            .iter()
            .filter(|(_, visible)| **visible <= self.now)
            .map(|(row, _)| row.clone())
            .filter(|row| span.contains(at(row.0)))
            .filter(|row| after.as_ref().is_none_or(|after| row > after))
            .collect()
    }

    fn batch(&mut self, size: Option<u64>) -> Page {
        let rest = self.cursor.split_off(self.batch.min(self.cursor.len()));
        let rows = std::mem::replace(&mut self.cursor, rest);
        Page {
            rows: rows
                .into_iter()
                .map(|(second, key)| Fact {
                    time: Some(at(second)),
                    key,
                })
                .collect(),
            size,
            last: self.cursor.is_empty(),
        }
    }

    /// Returns `None` if the query took too long.
    fn answer(&mut self, ask: &Ask) -> Option<Page> {
        match ask {
            Ask::Rows { span, after } => {
                let rows = self.matching(*span, after.as_ref());
                let seconds: BTreeSet<i64> = rows.iter().map(|row| row.0).collect();
                if rows.len() > self.most && seconds.len() > 1 {
                    return None;
                }
                let size = rows.len() as u64;
                self.cursor = rows;
                Some(self.batch(Some(size)))
            }
            Ask::More { .. } => Some(self.batch(None)),
        }
    }
}

/// The state that survives a kill.
#[derive(Default)]
struct Stored {
    rows: BTreeSet<(i64, String)>,
    watermark: Option<Timestamp>,
    open: Option<(Span, Option<Position>, u64)>,
    hour: Option<Timestamp>,
    day: Option<Timestamp>,
}

/// The failures, one of which is drawn for each request.
struct Trouble {
    draws: Vec<u8>,
    next: usize,
}

impl Trouble {
    fn draw(&mut self) -> u8 {
        self.next += 1;
        self.draws
            .get(self.next % self.draws.len().max(1))
            .copied()
            .unwrap_or(0)
    }
}

/// Reads all windows of a collection. Returns `false` if it was killed.
fn read(
    server: &mut Server,
    stored: &mut Stored,
    mut windows: Collection,
    moves: bool,
    trouble: &mut Trouble,
) -> bool {
    while let Some(ask) = windows.next() {
        match trouble.draw() {
            0..4 => return false,
            4..10 => windows.cursor_lost(),
            _ => {}
        }
        let Some(ask) = windows.next().or(Some(ask)) else {
            return true;
        };
        let Some(page) = server.answer(&ask) else {
            let narrowed = windows.too_large().unwrap();
            if moves && let (Some(open), Some(span)) = (&mut stored.open, narrowed) {
                open.0 = span;
            }
            continue;
        };
        if trouble.draw() < 4 {
            return false; // Killed after the answer, before it was stored.
        }
        let span = match ask {
            Ask::Rows { span, .. } | Ask::More { span } => span,
        };
        let closed = windows.page(&page).unwrap();
        let rows = page
            .rows
            .iter()
            .map(|row| (row.time.unwrap().as_second(), row.key.clone()));
        stored.rows.extend(rows);
        if !moves {
            continue;
        }
        match closed {
            Some(closed) => {
                stored.open = None;
                stored.watermark = stored.watermark.max(Some(closed.span.end()));
            }
            None => stored.open = Some((span, windows.position().cloned(), 0)),
        }
    }
    true
}

/// One round of the connector: first the open window, then the new rows, then the counts.
fn round(
    server: &mut Server,
    stored: &mut Stored,
    policy: Policy,
    begins: Timestamp,
    trouble: &mut Trouble,
) -> bool {
    if let Some((span, after, received)) = stored.open.clone() {
        let windows = Collection::resume(span, after, None, received, Vec::new());
        if !read(server, stored, windows, true, trouble) {
            return false;
        }
    }
    let windows = plan(policy, begins, stored.watermark, at(server.now));
    if !read(server, stored, Collection::new(windows), true, trouble) {
        return false;
    }
    let Some(watermark) = stored.watermark else {
        return true;
    };
    for check in [Check::Day, Check::Hour] {
        let checked = match check {
            Check::Day => stored.day,
            Check::Hour => stored.hour.max(stored.day),
        };
        for span in check.due(begins, watermark, checked, at(server.now)) {
            let here = || {
                stored
                    .rows
                    .iter()
                    .filter(|row| span.contains(at(row.0)))
                    .count() as u64
            };
            let there = server.matching(span, None).len() as u64;
            if let Verdict::Missing(_) = judge(there, here()) {
                let again = Collection::new(vec![span]);
                if !read(server, stored, again, false, trouble) {
                    return false;
                }
            }
            match check {
                Check::Day => stored.day = Some(span.end()),
                Check::Hour => stored.hour = Some(span.end()),
            }
        }
    }
    true
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let delay = prop_oneof![
        8 => Just(0_i64),
        4 => 1_i64..120,           // within the delay
        2 => 120_i64..1_200,       // within overlap
        1 => 1_200_i64..DAY,       // only a count can tell
    ];
    // There are few distinct times, so that many rows share one.
    let row = (0_i64..400, delay).prop_map(|(slot, delay)| Row {
        second: slot * 431,
        delay,
    });
    proptest::collection::vec(row, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_row_is_stored_whatever_happens(
        rows in rows(),
        batch in 1_usize..40,
        most in 1_usize..60,
        step in 300_i64..20_000,
        draws in proptest::collection::vec(0_u8..=255, 1..97),
    ) {
        let begins = at(0);
        let mut server = Server {
            rows: rows
                .iter()
                .enumerate()
                .map(|(n, row)| ((row.second, format!("0Ya{n:04}")), row.second + row.delay))
                .collect(),
            now: 0,
            batch,
            most,
            cursor: Vec::new(),
        };
        let policy = Policy::default();
        let mut stored = Stored::default();
        let mut trouble = Trouble { draws, next: 0 };
        let mut watermark = None;
        // There are two days with rows, and then two days in which only the last checks happen.
        while server.now < 5 * DAY {
            server.now += step;
            round(&mut server, &mut stored, policy, begins, &mut trouble);
            prop_assert!(stored.watermark >= watermark, "the watermark went back");
            watermark = stored.watermark;
        }
        // In the end, the machine runs without interruption.
        let mut calm = Trouble { draws: vec![255], next: 0 };
        prop_assert!(round(&mut server, &mut stored, policy, begins, &mut calm));
        let all: BTreeSet<_> = server.rows.keys().cloned().collect();
        prop_assert_eq!(stored.rows, all);
        prop_assert_eq!(stored.day, Some(at(4 * DAY)));
    }

    #[test]
    fn pieces_cover_a_span_without_crossing_midnight(
        start in 0_i64..40 * DAY,
        length in 1_i64..10 * DAY,
        longest in 1_i64..2 * DAY,
    ) {
        prop_assume!(length / longest < 2_000);
        let whole = span(start, start + length);
        let pieces = whole.pieces(SignedDuration::from_secs(longest));
        prop_assert_eq!(pieces.first().map(|piece| piece.start()), Some(whole.start()));
        prop_assert_eq!(pieces.last().map(|piece| piece.end()), Some(whole.end()));
        for pair in pieces.windows(2) {
            prop_assert_eq!(pair[0].end(), pair[1].start());
        }
        for piece in pieces {
            prop_assert!(piece.length() <= SignedDuration::from_secs(longest));
            let day = Span::day_of(piece.start()).unwrap();
            prop_assert_eq!(piece.intersection(day), Some(piece));
        }
    }
}

#[test]
fn the_newest_rows_are_left_for_the_next_round() {
    let policy = Policy::default();
    let windows = plan(policy, at(0), None, at(1_000));
    assert_eq!(windows, [span(0, 880)]);
    let windows = plan(policy, at(0), Some(at(880)), at(1_900));
    assert_eq!(
        windows,
        [span(0, 1_780)],
        "the overlap does not reach before the beginning"
    );
    let windows = plan(policy, at(0), Some(at(5_000)), at(5_900));
    assert_eq!(windows, [span(3_800, 5_780)]);
}

#[test]
fn nothing_is_queried_if_the_clock_was_set_back() {
    let policy = Policy::default();
    assert_eq!(plan(policy, at(0), Some(at(5_000)), at(4_000)), []);
    assert_eq!(plan(policy, at(5_000), None, at(4_000)), []);
}

#[test]
fn sixty_days_are_read_day_by_day() {
    let windows = plan(Policy::default(), at(100), None, at(60 * DAY));
    assert_eq!(windows.len(), 60);
    assert_eq!(windows[0], span(100, DAY));
    assert_eq!(windows[59], span(59 * DAY, 60 * DAY - 120));
}

fn page(rows: &[(i64, &str)], size: Option<u64>, last: bool) -> Page {
    let fact = |&(second, key): &(i64, &str)| Fact {
        time: Some(at(second)),
        key: key.to_owned(),
    };
    Page {
        rows: rows.iter().map(fact).collect(),
        size,
        last,
    }
}

#[test]
fn rows_that_do_not_match_the_query_are_refused() {
    let open = || Collection::new(vec![span(10, 20)]);
    for (rows, complaint) in [
        (vec![(20, "a")], "a row of another time"),
        (
            vec![(12, "a"), (11, "b")],
            "rows that are not ordered by time",
        ),
    ] {
        let error = open().page(&page(&rows, None, true)).unwrap_err();
        assert!(error.to_string().ends_with(complaint), "{error}");
    }
    let mut nameless = page(&[(12, "a")], None, true);
    nameless.rows[0].time = None;
    assert!(open().page(&nameless).is_err());
}

#[test]
fn a_result_that_ends_early_is_queried_again() {
    let mut windows = Collection::new(vec![span(10, 20)]);
    let closed = windows
        .page(&page(&[(11, "a"), (11, "b")], Some(3), true))
        .unwrap();
    assert_eq!(closed, None);
    let after = Position {
        time: at(11),
        key: "b".to_owned(),
    };
    let ask = Ask::Rows {
        span: span(10, 20),
        after: Some(after),
    };
    assert_eq!(windows.next(), Some(ask));
    let closed = windows
        .page(&page(&[(12, "c")], Some(1), true))
        .unwrap()
        .unwrap();
    assert_eq!((closed.expected, closed.received), (Some(3), 3));
    assert_eq!(windows.next(), None);
}

#[test]
fn a_window_of_one_second_cannot_be_halved() {
    let mut windows = Collection::new(vec![span(10, 11)]);
    let error = windows.too_large().unwrap_err();
    assert_eq!(error.span, span(10, 11));
    let mut windows = Collection::new(vec![span(10, 12)]);
    assert_eq!(windows.too_large(), Ok(Some(span(10, 11))));
    assert_eq!(
        windows
            .page(&page(&[], Some(0), true))
            .unwrap()
            .unwrap()
            .span,
        span(10, 11)
    );
    assert_eq!(
        windows.next(),
        Some(Ask::Rows {
            span: span(11, 12),
            after: None
        })
    );
}

#[test]
fn counts_are_due_an_hour_and_a_day_later() {
    let hour = 3_600;
    let due = |check: Check, checked: Option<i64>, now| {
        check.due(at(100), at(now - 120), checked.map(at), at(now))
    };
    assert_eq!(
        due(Check::Hour, None, hour + 60),
        [],
        "the first hour is not over for an hour"
    );
    assert_eq!(due(Check::Hour, None, 2 * hour), [span(100, hour)]);
    assert_eq!(due(Check::Hour, Some(hour), 2 * hour + 1_800), []);
    assert_eq!(
        due(Check::Hour, Some(hour), 3 * hour),
        [span(hour, 2 * hour)]
    );
    assert_eq!(due(Check::Day, None, DAY + hour), []);
    assert_eq!(due(Check::Day, None, 2 * DAY), [span(100, DAY)]);
    assert_eq!(judge(3, 3), Verdict::Equal);
    assert_eq!(judge(5, 3), Verdict::Missing(2));
    assert_eq!(judge(0, 3), Verdict::Kept(3));
}
