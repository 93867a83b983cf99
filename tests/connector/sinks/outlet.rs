//! Hazard: a cursor that moves without an acknowledgement, or rows that are delivered twice after a crash.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use saponify_cli::connector::Error;
use saponify_cli::connector::sinks::{
    Accepted, Batch, Begun, Delivered, Failure, Limits, Outlet, OutletOptions, Pace, Reached,
    Refused, Sink, Start, set_aside,
};

use super::{fill, names, now};
use crate::store::{Fixture, at};

/// The behaviour of a test sink, and what it received.
#[derive(Debug, Default)]
struct Script {
    /// The received batches: the ids of their rows.
    batches: Vec<Vec<String>>,
    /// For each time that it was prepared: the owner, and its own state.
    begun: Vec<(String, Option<String>)>,
    /// The number of batches that are accepted before one fails.
    takes: usize,
    /// What it knows of the cursor.
    reached: Option<Reached>,
    /// The name of a row that it refuses.
    refuses: Option<String>,
}

#[derive(Debug, Clone)]
struct Scripted(Arc<Mutex<Script>>, Limits);

impl Sink for Scripted {
    fn limits(&self) -> Limits {
        self.1
    }

    fn begin<'a>(&'a mut self, start: Start<'a>) -> BoxFuture<'a, Result<Begun, Failure>> {
        let mut script = self.0.lock().unwrap();
        let known = (start.owner.to_owned(), start.own.map(str::to_owned));
        script.begun.push(known);
        let reached = script.reached.clone();
        let own = Some(start.own.unwrap_or("fresh").to_owned());
        ready(Ok(Begun { own, reached })).boxed()
    }

    fn deliver<'a>(&'a mut self, batch: &'a Batch) -> BoxFuture<'a, Result<Accepted, Failure>> {
        let mut script = self.0.lock().unwrap();
        let ids: Vec<String> = batch.rows.iter().map(|row| row.id.clone()).collect();
        let refused = ids
            .iter()
            .position(|id| script.refuses.as_ref() == Some(id));
        script.batches.push(ids);
        if script.takes == 0 {
            let failure = Failure::from(Error::usage("the sink is out of order"));
            return ready(Err(failure)).boxed();
        }
        script.takes -= 1;
        let reason = "it is too large".to_owned();
        ready(Ok(Accepted {
            own: Some(format!("after {}", batch.last)),
            refused: refused
                .map(|at| Refused { at, reason })
                .into_iter()
                .collect(),
        }))
        .boxed()
    }

    fn test(&mut self) -> BoxFuture<'_, Result<String, Failure>> {
        ready(Ok("in order".to_owned())).boxed()
    }
}

fn limits(rows: u64, same: bool) -> Limits {
    Limits {
        rows,
        bytes: 1 << 20,
        same,
    }
}

struct Case {
    fixture: Fixture,
    sink: Scripted,
    options: OutletOptions,
}

impl Case {
    fn new(limits: Limits, takes: usize) -> Self {
        let fixture = Fixture::new();
        let script = Script {
            takes,
            ..Script::default()
        };
        let aside = fixture
            .folder
            .path()
            .join("refused")
            .join("scripted.ndjson");
        let mut options = OutletOptions::new("acme", "scripted", aside);
        options.clock = || at(1_000);
        Self {
            fixture,
            sink: Scripted(Arc::new(Mutex::new(script)), limits),
            options,
        }
    }

    /// Delivers as a process that has just started would.
    fn deliver(&mut self) -> Result<Delivered, Failure> {
        let outlet = Outlet::new(self.options.clone(), Box::new(self.sink.clone()));
        now(outlet, &mut self.fixture.store)
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.sink.0.lock().unwrap()
    }
}

#[test]
fn a_repeated_batch_has_the_same_rows_although_there_are_more_now() {
    for same in [true, false] {
        let mut case = Case::new(limits(10, same), 0);
        fill(&mut case.fixture, 0, 4);
        case.deliver().unwrap_err();
        fill(&mut case.fixture, 4, 4);
        case.script().takes = 9;
        assert_eq!(case.deliver().unwrap().rows, 8);
        let script = case.script();
        let (first, second) = (&script.batches[0], &script.batches[1]);
        assert_eq!(*first, names(4));
        match same {
            true => assert_eq!((second, script.batches.len()), (first, 3)),
            false => assert_eq!(*second, names(8)),
        }
    }
}

#[test]
fn a_failure_in_the_middle_keeps_what_was_acknowledged_before() {
    let mut case = Case::new(limits(3, true), 2);
    fill(&mut case.fixture, 0, 10);
    let failure = case.deliver().unwrap_err();
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!((state.delivered, state.waiting), (6, 4));
    assert_eq!(state.problem, Some(failure.text()));
    case.script().takes = 9;
    assert_eq!(case.deliver().unwrap().rows, 4);
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!((state.delivered, state.problem), (10, None));
    // The owner is the same, and the sink gets its own state back.
    let script = case.script();
    assert_eq!(script.begun[0].0, script.begun[1].0);
    assert_eq!(script.begun[0].1, None);
    assert!(script.begun[1].1.as_deref().unwrap().starts_with("after "));
}

#[test]
fn rows_that_the_destination_already_has_are_not_delivered_again() {
    let mut case = Case::new(limits(10, true), 0);
    fill(&mut case.fixture, 0, 4);
    // The destination has committed, and the process ended before the cursor moved.
    case.deliver().unwrap_err();
    fill(&mut case.fixture, 4, 4);
    let last = case.fixture.store.last_seq().unwrap() - 4;
    case.script().reached = Some(Reached {
        cursor: last,
        last: Some((last, "acme/logins/0Ya00003".to_owned())),
    });
    case.script().takes = 9;
    assert_eq!(case.deliver().unwrap().rows, 4);
    assert_eq!(case.script().batches.last().unwrap(), &names(8)[4..]);
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!((state.delivered, state.waiting), (8, 0));
}

#[test]
fn a_sink_gets_only_the_sources_that_it_wants() {
    let mut case = Case::new(limits(10, true), 9);
    case.options.sources = vec!["audit".to_owned()];
    fill(&mut case.fixture, 0, 25);
    assert_eq!(case.deliver().unwrap(), Delivered::default());
    assert!(case.script().batches.is_empty());
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!((state.delivered, state.waiting), (0, 0));
}

/// The store was restored from a copy: the destination knows rows that the store does not have, or has others in their
/// places. A cursor of that other history would pass over rows that were never delivered.
#[test]
fn a_cursor_of_another_history_passes_over_no_row() {
    let beyond = Reached {
        cursor: 1_000_000,
        last: None,
    };
    let other_row = Reached {
        cursor: 6,
        last: Some((6, "acme/logins/0Ya99999".to_owned())),
    };
    for reached in [beyond, other_row] {
        let mut case = Case::new(limits(10, false), 9);
        fill(&mut case.fixture, 0, 4);
        assert_eq!(case.deliver().unwrap().rows, 4);
        fill(&mut case.fixture, 4, 4);
        case.script().reached = Some(reached.clone());
        assert_eq!(case.deliver().unwrap().rows, 4, "{reached:?}");
        {
            let script = case.script();
            assert_eq!(script.batches.concat(), names(8), "{reached:?}");
            let [.., before, after] = &script.begun[..] else {
                panic!("{:?}", script.begun)
            };
            assert_ne!(before.0, after.0, "the store has a new name");
        }
        let changes = case.fixture.store.configuration_changes().unwrap();
        let change = changes.last().unwrap();
        assert_eq!(change.setting, "history of the sink scripted");
        assert!(change.new.as_ref().unwrap().contains("delivered again"));
    }
}

/// A plan is that of a set-up: in another form, the same rows are another batch.
#[test]
fn a_batch_that_was_planned_under_another_set_up_is_planned_anew() {
    let mut case = Case::new(limits(10, true), 0);
    case.options.set_up = "before".to_owned();
    fill(&mut case.fixture, 0, 4);
    case.deliver().unwrap_err();
    fill(&mut case.fixture, 4, 4);
    case.options.set_up = "after".to_owned();
    case.script().takes = 9;
    case.deliver().unwrap();
    assert_eq!(case.script().batches[1], names(8));
}

#[test]
fn somebody_who_delivered_meanwhile_is_not_passed_over() {
    let mut case = Case::new(limits(10, true), 9);
    fill(&mut case.fixture, 0, 4);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut first = Outlet::new(case.options.clone(), Box::new(case.sink.clone()));
    let deliver = |outlet: &mut Outlet, case: &mut Case| {
        let delivered = outlet.deliver(&mut case.fixture.store, Pace::Now);
        runtime.block_on(delivered).unwrap().rows
    };
    assert_eq!(deliver(&mut first, &mut case), 4);
    fill(&mut case.fixture, 4, 4);
    let mut second = Outlet::new(case.options.clone(), Box::new(case.sink.clone()));
    assert_eq!(deliver(&mut second, &mut case), 4);
    fill(&mut case.fixture, 8, 4);
    assert_eq!(deliver(&mut first, &mut case), 4);
    // The first one has begun again, and with what the second one has left.
    let script = case.script();
    assert_eq!(script.begun.len(), 3);
    assert_eq!(script.begun[2].1.as_deref(), Some("after 8"));
    assert_eq!(script.batches.concat(), names(12));
}

#[test]
fn a_new_sink_can_begin_with_the_rows_from_now_on() {
    let mut case = Case::new(limits(100, true), 9);
    case.options.from_now = true;
    fill(&mut case.fixture, 0, 5);
    assert_eq!(case.deliver().unwrap().rows, 0);
    fill(&mut case.fixture, 5, 5);
    assert_eq!(case.deliver().unwrap().rows, 5);
    assert_eq!(case.script().batches, [&names(10)[5..]]);
}

#[test]
fn a_refused_row_is_set_aside_and_does_not_block_others() {
    let mut case = Case::new(limits(100, true), 9);
    case.script().refuses = Some("acme/logins/0Ya00002".to_owned());
    fill(&mut case.fixture, 0, 5);
    let delivered = case.deliver().unwrap();
    assert_eq!(delivered, Delivered { rows: 4, aside: 1 });
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!(
        (state.delivered, state.waiting, set_aside(&state)),
        (4, 0, 1)
    );
    let text = std::fs::read_to_string(&case.options.aside).unwrap();
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["id"], "acme/logins/0Ya00002");
    assert_eq!(line["reason"], "it is too large");
    assert_eq!(line["row"]["record"]["Status"], "Success");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&case.options.aside)
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
}

#[test]
fn few_rows_wait_for_more_but_no_longer_than_configured() {
    let mut case = Case::new(limits(10, true), 9);
    case.options.every = Duration::from_secs(900);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    fill(&mut case.fixture, 0, 2);
    let steady = |case: &mut Case| {
        let mut outlet = Outlet::new(case.options.clone(), Box::new(case.sink.clone()));
        let delivered = outlet.deliver(&mut case.fixture.store, Pace::Steady);
        runtime.block_on(delivered).unwrap().rows
    };
    // Nothing was ever delivered, so the waiting time of the rows is not known.
    assert_eq!(steady(&mut case), 2);
    fill(&mut case.fixture, 2, 2);
    assert_eq!(steady(&mut case), 0, "two rows wait");
    fill(&mut case.fixture, 4, 8);
    assert_eq!(steady(&mut case), 10, "there are enough for a batch");
    fill(&mut case.fixture, 12, 1);
    assert_eq!(steady(&mut case), 0);
    case.options.clock = || at(1_901);
    assert_eq!(steady(&mut case), 1, "the time is over");
}

/// The folder of refused rows cannot be written: a row is neither lost nor does the cursor pass over it.
#[test]
fn refused_rows_that_cannot_be_set_aside_wait() {
    let mut case = Case::new(limits(100, true), 9);
    case.script().refuses = Some("acme/logins/0Ya00002".to_owned());
    fill(&mut case.fixture, 0, 5);
    let folder = case.options.aside.parent().unwrap().to_owned();
    // Nobody can write into a file as into a folder, not even the superuser.
    std::fs::write(&folder, "").unwrap();
    let failure = case.deliver().unwrap_err();
    assert!(
        failure.text().contains(&folder.display().to_string()),
        "{}",
        failure.text()
    );
    let state = case.fixture.store.sink("scripted").unwrap();
    assert_eq!(
        (state.delivered, state.waiting, set_aside(&state)),
        (0, 5, 0)
    );
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(case.deliver().unwrap(), Delivered { rows: 4, aside: 1 });
    let text = std::fs::read_to_string(&case.options.aside).unwrap();
    assert_eq!(text.lines().count(), 1);
}
