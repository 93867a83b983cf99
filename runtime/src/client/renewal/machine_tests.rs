//! Tests each state, and all interleavings of a few callers.

use std::collections::HashSet;
use std::time::Duration;

use super::*;

type Sessions = Machine<u32, &'static str>;

const NOW: Duration = Duration::from_secs(1000);

fn pause(failures: u32) -> Duration {
    Duration::from_secs(u64::from(failures))
}

/// A session with which a call succeeded, and which was then lost.
fn missing() -> Sessions {
    let mut machine = Sessions::new(0);
    machine.worked(1);
    machine.lost(1, NOW, pause, || "refused");
    machine
}

fn open(machine: &mut Sessions, now: Duration) -> Ticket {
    match machine.acquire(now, None) {
        Acquired::Open(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

fn ready(machine: &mut Sessions, session: u32) {
    let ticket = open(machine, NOW);
    machine.ended(ticket, Ok(session), NOW, pause);
}

#[test]
fn one_opens_and_the_others_wait() {
    let mut machine = missing();
    let ticket = open(&mut machine, NOW);
    assert_eq!(machine.acquire(NOW, None), Acquired::Wait(ticket));
    machine.ended(ticket, Ok(7), NOW, pause);
    assert_eq!(machine.acquire(NOW, Some(ticket)), Acquired::Use(2, 7));
}

#[test]
fn a_late_fault_of_an_old_session_changes_nothing() {
    let mut machine = missing();
    ready(&mut machine, 8);
    let before = machine.clone();
    machine.lost(1, NOW, pause, || "refused");
    machine.worked(1);
    assert_eq!(machine, before);
    assert_eq!(machine.acquire(NOW, None), Acquired::Use(2, 8));
}

#[test]
fn a_failure_is_shared_and_delays_the_next_renewal() {
    let mut machine = missing();
    for (failures, until) in [(1, 1), (2, 2), (3, 3)] {
        let start = NOW * failures;
        let ticket = open(&mut machine, start);
        machine.ended(ticket, Err(Failed::Later("down")), start, pause);
        let until = Duration::from_secs(until);
        let fail = |left| Acquired::Fail("down", Some(left));
        assert_eq!(machine.acquire(start, None), fail(until));
        // A caller that waited for the renewal gets its result, even if the pause has ended.
        assert_eq!(
            machine.acquire(start + until, Some(ticket)),
            fail(Duration::ZERO)
        );
    }
    let ticket = open(&mut machine, NOW * 9);
    machine.ended(ticket, Ok(7), NOW * 9, pause);
    assert_eq!(machine.acquire(NOW * 9, None), Acquired::Use(2, 7));
}

#[test]
fn refused_credentials_are_never_presented_again() {
    let mut machine = missing();
    let ticket = open(&mut machine, NOW);
    machine.ended(ticket, Err(Failed::Refused("wrong password")), NOW, pause);
    for now in [NOW, NOW * 1000, Duration::MAX] {
        assert_eq!(
            machine.acquire(now, None),
            Acquired::Fail("wrong password", None)
        );
    }
}

/// The service issues sessions and then does not accept them, for example because sessions are
/// locked to another address.
#[test]
fn a_session_that_never_worked_makes_no_login_loop() {
    let mut machine = missing();
    ready(&mut machine, 7);
    machine.lost(2, NOW, pause, || "not taken");
    ready(&mut machine, 8);
    machine.lost(3, NOW, pause, || "not taken");
    let wait = |seconds| Acquired::Fail("not taken", Some(Duration::from_secs(seconds)));
    assert_eq!(machine.acquire(NOW, None), wait(1));
    let later = NOW + Duration::from_secs(1);
    let ticket = open(&mut machine, later);
    machine.ended(ticket, Ok(9), later, pause);
    machine.lost(4, later, pause, || "not taken");
    assert_eq!(machine.acquire(later, None), wait(2));
    // A successful call resets the count.
    let last = later + Duration::from_secs(2);
    let ticket = open(&mut machine, last);
    machine.ended(ticket, Ok(10), last, pause);
    machine.worked(5);
    machine.lost(5, last, pause, || "not taken");
    open(&mut machine, last);
}

#[test]
fn an_abandoned_renewal_is_taken_over_and_its_late_end_ignored() {
    let mut machine = missing();
    let first = open(&mut machine, NOW);
    machine.abandoned(first);
    let second = match machine.acquire(NOW, Some(first)) {
        Acquired::Open(ticket) => ticket,
        other => panic!("{other:?}"),
    };
    machine.ended(first, Ok(1), NOW, pause);
    machine.abandoned(first);
    assert_eq!(machine.acquire(NOW, None), Acquired::Wait(second));
    machine.ended(second, Ok(2), NOW, pause);
    assert_eq!(machine.acquire(NOW, None), Acquired::Use(2, 2));
    machine.abandoned(second);
    assert_eq!(machine.acquire(NOW, None), Acquired::Use(2, 2));
}

/// A caller of the model below. It makes one call, and repeats the call once with a new session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Caller {
    Asking {
        waited: Option<Ticket>,
        repeated: bool,
    },
    Opening {
        ticket: Ticket,
        repeated: bool,
    },
    Calling {
        generation: u64,
        session: u32,
        repeated: bool,
    },
    Done,
    Failed(&'static str),
    Gone,
}

/// The callers, the machine, and a service that knows which session is valid.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    machine: Sessions,
    callers: Vec<Caller>,
    valid: u32,
    logins: u32,
    failed_logins: u32,
    refused_logins: u32,
    expiries: u32,
    cancelled: u32,
    cancelled_while_opening: u32,
    time: u64,
}

/// Events other than calls that may happen in a run.
#[derive(Clone, Copy)]
struct Chances {
    expiries: u32,
    cancellations: u32,
    login_failures: bool,
}

impl World {
    fn new(callers: usize) -> Self {
        let mut machine = Sessions::new(1);
        machine.worked(1);
        let asking = Caller::Asking {
            waited: None,
            repeated: false,
        };
        Self {
            machine,
            callers: vec![asking; callers],
            // The session of all callers has expired.
            valid: 0,
            logins: 0,
            failed_logins: 0,
            refused_logins: 0,
            expiries: 0,
            cancelled: 0,
            cancelled_while_opening: 0,
            time: 0,
        }
    }

    fn now(&self) -> Duration {
        Duration::from_secs(self.time)
    }

    /// All worlds that are one step away.
    fn steps(&self, chances: Chances) -> Vec<Self> {
        let mut next = Vec::new();
        for index in 0..self.callers.len() {
            self.step(index, chances, &mut next);
            let active = !matches!(
                self.callers[index],
                Caller::Done | Caller::Failed(_) | Caller::Gone
            );
            if active && self.cancelled < chances.cancellations {
                let mut world = self.clone();
                world.cancelled += 1;
                if let Caller::Opening { ticket, .. } = world.callers[index] {
                    world.machine.abandoned(ticket);
                    world.cancelled_while_opening += 1;
                }
                world.callers[index] = Caller::Gone;
                next.push(world);
            }
        }
        if self.valid != 0 && self.expiries < chances.expiries {
            let mut world = self.clone();
            world.expiries += 1;
            world.valid = 0;
            next.push(world);
        }
        next
    }

    fn step(&self, index: usize, chances: Chances, next: &mut Vec<Self>) {
        let mut world = self.clone();
        match self.callers[index].clone() {
            Caller::Asking { waited, repeated } => {
                let acquired = world.machine.acquire(self.now(), waited);
                world.callers[index] = match acquired {
                    Acquired::Use(generation, session) => Caller::Calling {
                        generation,
                        session,
                        repeated,
                    },
                    Acquired::Open(ticket) => Caller::Opening { ticket, repeated },
                    Acquired::Wait(ticket) => Caller::Asking {
                        waited: Some(ticket),
                        repeated,
                    },
                    Acquired::Fail(error, _) => Caller::Failed(error),
                };
                next.push(world);
            }
            Caller::Opening { ticket, repeated } => {
                let after = Caller::Asking {
                    waited: Some(ticket),
                    repeated,
                };
                world.callers[index] = after;
                if chances.login_failures {
                    let mut failed = world.clone();
                    failed.failed_logins += 1;
                    let error = Err(Failed::Later("down"));
                    failed.machine.ended(ticket, error, self.now(), pause);
                    next.push(failed);
                    let mut refused = world.clone();
                    refused.refused_logins += 1;
                    let error = Err(Failed::Refused("refused"));
                    refused.machine.ended(ticket, error, self.now(), pause);
                    next.push(refused);
                }
                world.logins += 1;
                world.valid = 100 + world.logins;
                let session = Ok(world.valid);
                world.machine.ended(ticket, session, self.now(), pause);
                next.push(world);
            }
            Caller::Calling {
                generation,
                session,
                repeated,
            } => {
                world.callers[index] = if session == self.valid {
                    world.machine.worked(generation);
                    Caller::Done
                } else {
                    world
                        .machine
                        .lost(generation, self.now(), pause, || "not taken");
                    match repeated {
                        true => Caller::Failed("lost twice"),
                        false => Caller::Asking {
                            waited: None,
                            repeated: true,
                        },
                    }
                };
                next.push(world);
            }
            Caller::Done | Caller::Failed(_) | Caller::Gone => {}
        }
    }

    fn openers(&self) -> usize {
        let opening = |caller: &&Caller| matches!(caller, Caller::Opening { .. });
        self.callers.iter().filter(opening).count()
    }

    fn is_over(&self) -> bool {
        self.callers
            .iter()
            .all(|caller| matches!(caller, Caller::Done | Caller::Failed(_) | Caller::Gone))
    }
}

/// Visits every reachable world. Returns the number of worlds.
fn explore(callers: usize, chances: Chances, check: impl Fn(&World)) -> usize {
    let mut seen = HashSet::new();
    let mut open = vec![World::new(callers)];
    while let Some(world) = open.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        check(&world);
        let next = world.steps(chances);
        // No caller is stuck: as long as a caller is not done, some step leads to another world. A
        // caller that waits in vain would only lead back to the same world.
        if !world.is_over() {
            assert!(
                next.iter().any(|next| *next != world),
                "stranded: {world:?}"
            );
        }
        open.extend(next);
    }
    seen.len()
}

#[test]
fn every_interleaving_of_an_expired_session_makes_one_login() {
    let chances = Chances {
        expiries: 0,
        cancellations: 0,
        login_failures: false,
    };
    let worlds = explore(5, chances, |world| {
        assert!(world.openers() <= 1, "{world:?}");
        assert!(world.logins <= 1, "{world:?}");
        if world.is_over() {
            let done = |caller: &Caller| *caller == Caller::Done;
            assert!(world.callers.iter().all(done), "{world:?}");
            assert_eq!(world.logins, 1, "{world:?}");
        }
    });
    assert!(worlds > 1000, "{worlds}");
}

#[test]
fn every_interleaving_with_expiries_and_cancellations_strands_nobody() {
    let chances = Chances {
        expiries: 2,
        cancellations: 2,
        login_failures: false,
    };
    let worlds = explore(3, chances, |world| {
        assert!(world.openers() <= 1, "{world:?}");
        // One login for the expired session, one for each later expiry, and one more for each
        // caller that was dropped while it opened a session.
        assert!(
            world.logins <= 1 + world.expiries + world.cancelled_while_opening,
            "{world:?}"
        );
    });
    assert!(worlds > 1000, "{worlds}");
}

#[test]
fn every_interleaving_with_failing_logins_shares_the_failure() {
    let chances = Chances {
        expiries: 1,
        cancellations: 1,
        login_failures: true,
    };
    explore(3, chances, |world| {
        assert!(world.openers() <= 1, "{world:?}");
        // Time does not pass, so no pause ends, and there is no attempt after a failure.
        let tries = world.logins + world.failed_logins + world.refused_logins;
        assert!(
            tries <= 1 + world.expiries + world.cancelled_while_opening,
            "{world:?}"
        );
        if world.failed_logins + world.refused_logins > 0 {
            assert_eq!(world.openers(), 0, "{world:?}");
        }
    });
}
