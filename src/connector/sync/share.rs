//! Distributes the connections among the workers.
//!
//! Every worker computes the same distribution from the database, so workers need not communicate.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use crate::connector::home::Worker;

/// Assigns a worker to each connection, so that no worker has more than its share. If a worker comes or
/// goes, most connections keep their worker. A connection that no worker can work on is left out.
pub(super) fn share<'a>(
    connections: &'a [String],
    workers: &'a [Worker],
) -> BTreeMap<&'a str, &'a str> {
    let most = connections.len().div_ceil(workers.len().max(1));
    let mut loads: HashMap<&str, usize> = HashMap::new();
    let mut shares = BTreeMap::new();
    let mut sorted: Vec<&str> = connections.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    for connection in sorted {
        let can = workers
            .iter()
            .filter(|worker| worker.can_work_on(connection));
        let load = |worker: &Worker| loads.get(worker.id.as_str()).copied().unwrap_or(0);
        // A worker with less than its share is preferred. Among those, a hash decides, which is the same
        // for every worker that computes it.
        let best = can.min_by_key(|worker| {
            let excess = load(worker).saturating_sub(most.saturating_sub(1));
            (excess, rank(&worker.id, connection))
        });
        if let Some(worker) = best {
            *loads.entry(&worker.id).or_default() += 1;
            shares.insert(connection, worker.id.as_str());
        }
    }
    shares
}

/// A hash of both names, which is the same on all machines.
fn rank(worker: &str, connection: &str) -> [u8; 8] {
    let digest = Sha256::digest(format!("{worker}\n{connection}"));
    let mut rank = [0; 8];
    rank.copy_from_slice(digest.get(..8).unwrap_or(&[0; 8]));
    rank
}

impl Worker {
    fn can_work_on(&self, connection: &str) -> bool {
        let wants = self
            .names
            .as_ref()
            .is_none_or(|names| names.iter().any(|name| name == connection));
        wants && !self.refuses.iter().any(|name| name == connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers(ids: &[&str]) -> Vec<Worker> {
        let worker = |id: &&str| Worker {
            id: (*id).to_owned(),
            names: None,
            refuses: Vec::new(),
        };
        ids.iter().map(worker).collect()
    }

    fn connections(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("c{n:03}")).collect()
    }

    #[test]
    fn no_worker_has_more_than_its_share() {
        for (count, ids) in [
            (200, &["a", "b", "c", "d"][..]),
            (7, &["a", "b"]),
            (3, &["a", "b", "c", "d"]),
            (1, &["a"]),
        ] {
            let (connections, workers) = (connections(count), workers(ids));
            let shares = share(&connections, &workers);
            assert_eq!(shares.len(), count);
            let most = count.div_ceil(ids.len());
            for id in ids {
                let load = shares.values().filter(|worker| *worker == id).count();
                assert!(load <= most, "{id}: {load} of {count}");
            }
        }
        assert!(share(&connections(3), &[]).is_empty());
    }

    #[test]
    fn most_connections_stay_when_a_worker_goes() {
        let connections = connections(200);
        let (four, three) = (workers(&["a", "b", "c", "d"]), workers(&["a", "b", "c"]));
        let before = share(&connections, &four);
        let after = share(&connections, &three);
        let stayed = before
            .iter()
            .filter(|(name, worker)| after.get(*name) == Some(worker))
            .count();
        // The 50 connections of the worker that left must move.
        assert!(stayed >= 130, "{stayed} of 150 stayed");
    }

    #[test]
    fn a_connection_goes_only_to_a_worker_that_can_work_on_it() {
        let connections = connections(4);
        let mut workers = workers(&["a", "b"]);
        workers[0].names = Some(vec!["c000".to_owned()]);
        workers[1].refuses = vec!["c000".to_owned(), "c003".to_owned()];
        let shares = share(&connections, &workers);
        assert_eq!(shares.get("c000"), Some(&"a"));
        assert_eq!(shares.get("c001"), Some(&"b"));
        assert_eq!(shares.get("c003"), None);
    }
}
