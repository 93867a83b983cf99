//! Tests the locks and waits around the machine in every order in which tasks can be polled.
//!
//! A list of choices decides a run: which task is polled next, or which caller is dropped. The test
//! repeats the run with every possible list.

use std::cell::RefCell;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::*;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    Abandoned,
    RefusedWhenNew,
    Down,
}

impl RenewalError for Problem {
    fn abandoned() -> Self {
        Self::Abandoned
    }

    fn refused_when_new() -> Self {
        Self::RefusedWhenNew
    }
}

/// Lets all other tasks run once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Task {
    future: Option<Boxed<()>>,
    ready: Arc<Flag>,
}

thread_local! {
    /// The tasks that callers have spawned and that the schedule has not yet adopted.
    static SPAWNED: RefCell<Vec<Boxed<()>>> = const { RefCell::new(Vec::new()) };
}

fn apart(task: Boxed<()>) -> Option<Boxed<()>> {
    SPAWNED.with_borrow_mut(|spawned| spawned.push(task));
    None
}

/// The service, and what the callers got.
struct Service {
    valid: AtomicU32,
    logins: AtomicU32,
    /// Whether logins are made in separate tasks.
    apart: bool,
    /// Whether logins fail as if the service were down.
    down: bool,
    results: Mutex<Vec<Result<(), Problem>>>,
}

async fn call(sessions: Arc<Sessions<u32, Problem>>, service: Arc<Service>) {
    let mut result = Err(Problem::RefusedWhenNew);
    for _ in 0..2 {
        let at = Arc::clone(&service);
        let open = move || {
            let at = Arc::clone(&at);
            async move {
                let number = 100 + at.logins.fetch_add(1, Ordering::SeqCst);
                // A separate task already gives the others time to run.
                Yield(at.apart).await;
                if at.down {
                    return Err(Failed::Later(Problem::Down));
                }
                at.valid.store(number, Ordering::SeqCst);
                Ok(number)
            }
        };
        let lease = match sessions.acquire(open).await {
            Ok(lease) => lease,
            Err((error, _)) => {
                result = Err(error);
                break;
            }
        };
        Yield(false).await;
        if service.valid.load(Ordering::SeqCst) == lease.session {
            sessions.worked(lease.generation);
            result = Ok(());
            break;
        }
        sessions.lost(lease.generation);
    }
    service.results.lock().unwrap().push(result);
}

/// The kind of a run.
#[derive(Clone, Copy)]
struct Kind {
    callers: usize,
    cancellations: usize,
    spawn: fn(Boxed<()>) -> Option<Boxed<()>>,
    apart: bool,
    down: bool,
}

struct Outcome {
    logins: u32,
    cancelled: usize,
    results: Vec<Result<(), Problem>>,
}

/// Runs once, as `choices` decides. If `choices` is too short, zeros are appended. `options`
/// receives the number of options at each step.
fn run(kind: Kind, choices: &mut Vec<usize>, options: &mut Vec<usize>) -> Outcome {
    let surroundings = Surroundings {
        now: || Duration::ZERO,
        random: || 0.5,
        spawn: kind.spawn,
    };
    let sessions = Arc::new(Sessions::new(1, surroundings));
    sessions.worked(1);
    let service = Arc::new(Service {
        valid: AtomicU32::new(0),
        logins: AtomicU32::new(0),
        apart: kind.apart,
        down: kind.down,
        results: Mutex::new(Vec::new()),
    });
    let task = |future| Task {
        future: Some(future),
        ready: Arc::new(Flag(AtomicBool::new(true))),
    };
    let mut tasks: Vec<Task> = (0..kind.callers)
        .map(|_| task(Box::pin(call(Arc::clone(&sessions), Arc::clone(&service))) as Boxed<()>))
        .collect();
    let mut cancelled = 0;
    options.clear();
    for step in 0.. {
        let alive = |task: &Task| task.future.is_some();
        let ready = |task: &Task| alive(task) && task.ready.0.load(Ordering::SeqCst);
        let mut moves: Vec<(usize, bool)> = (0..tasks.len())
            .filter(|index| ready(&tasks[*index]))
            .map(|index| (index, false))
            .collect();
        if moves.is_empty() {
            assert!(!tasks.iter().any(alive), "stranded: {choices:?}");
            break;
        }
        if cancelled < kind.cancellations {
            let callers = (0..kind.callers).filter(|index| alive(&tasks[*index]));
            moves.extend(callers.map(|index| (index, true)));
        }
        if choices.len() <= step {
            choices.push(0);
        }
        options.push(moves.len());
        let (index, cancel) = moves[choices[step]];
        if cancel {
            cancelled += 1;
            tasks[index].future = None;
        } else {
            let flag = Arc::clone(&tasks[index].ready);
            flag.0.store(false, Ordering::SeqCst);
            let waker = Waker::from(flag);
            let mut context = Context::from_waker(&waker);
            let future = tasks[index].future.as_mut().unwrap();
            if future.as_mut().poll(&mut context).is_ready() {
                tasks[index].future = None;
            }
        }
        SPAWNED.with_borrow_mut(|spawned| tasks.extend(spawned.drain(..).map(task)));
    }
    choices.truncate(options.len());
    let results = service.results.lock().unwrap().clone();
    Outcome {
        logins: service.logins.load(Ordering::SeqCst),
        cancelled,
        results,
    }
}

/// Runs with every list of choices. Returns the number of lists.
fn every_run(kind: Kind, check: impl Fn(&Outcome)) -> usize {
    let (mut choices, mut options) = (Vec::new(), Vec::new());
    let mut runs = 0;
    loop {
        check(&run(kind, &mut choices, &mut options));
        runs += 1;
        // The next list in order: the last choice that can be increased is increased.
        while let Some(last) = choices.pop() {
            if last + 1 < options[choices.len()] {
                choices.push(last + 1);
                break;
            }
        }
        if choices.is_empty() {
            return runs;
        }
    }
}

#[test]
fn all_callers_get_the_session_of_one_login() {
    let kind = Kind {
        callers: 3,
        cancellations: 0,
        spawn: apart,
        apart: true,
        down: false,
    };
    let runs = every_run(kind, |outcome| {
        assert_eq!(outcome.logins, 1);
        assert_eq!(outcome.results, vec![Ok(()); 3]);
    });
    assert!(runs > 100, "{runs}");
}

#[test]
fn a_caller_who_goes_away_costs_no_second_login() {
    let kind = Kind {
        callers: 2,
        cancellations: 1,
        spawn: apart,
        apart: true,
        down: false,
    };
    let runs = every_run(kind, |outcome| {
        assert!(outcome.logins <= 1, "{}", outcome.logins);
        assert!(outcome.results.iter().all(Result::is_ok));
        assert!(outcome.results.len() + outcome.cancelled >= 2);
    });
    assert!(runs > 100, "{runs}");
}

#[test]
fn without_tasks_of_its_own_another_caller_takes_over() {
    let kind = Kind {
        callers: 3,
        cancellations: 1,
        spawn: Some,
        apart: false,
        down: false,
    };
    let runs = every_run(kind, |outcome| {
        assert!(outcome.logins <= 2, "{}", outcome.logins);
        assert!(outcome.results.iter().all(Result::is_ok));
        assert!(outcome.results.len() + outcome.cancelled >= 3);
    });
    assert!(runs > 1000, "{runs}");
}

#[test]
fn a_failed_login_is_made_once_and_shared() {
    let kind = Kind {
        callers: 3,
        cancellations: 0,
        spawn: apart,
        apart: true,
        down: true,
    };
    every_run(kind, |outcome| {
        assert_eq!(outcome.logins, 1);
        assert_eq!(outcome.results, vec![Err(Problem::Down); 3]);
    });
}

/// The task that opens a session is lost each time, as happens when its async runtime shuts down.
#[test]
fn lost_tasks_end_in_an_error_and_not_in_a_loop() {
    let kind = Kind {
        callers: 2,
        cancellations: 0,
        spawn: |task| {
            drop(task);
            None
        },
        apart: true,
        down: false,
    };
    every_run(kind, |outcome| {
        assert_eq!(outcome.results, vec![Err(Problem::Abandoned); 2]);
    });
}
