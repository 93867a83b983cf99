//! The workers that share the connections of a home.

use std::sync::Arc;

use super::lease::process;
use super::{Parameter, Registry};
use crate::connector::error::Error;

/// A worker, as the others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connector) struct Peer {
    pub(in crate::connector) id: String,
    /// The connections that it works on, or `None` for all.
    pub(in crate::connector) names: Option<Vec<String>>,
    /// Connections that it cannot work on at the moment.
    pub(in crate::connector) refuses: Vec<String>,
}

impl Registry {
    /// Registers a worker for the duration of a lease, and returns all registered workers.
    pub(in crate::connector) fn meet(self: &Arc<Self>, me: &Peer) -> Result<Vec<Peer>, Error> {
        let sql = "INSERT INTO saponify.worker (id, holder, names, refuses, since, until)
            VALUES (?1, ?2, ?3, ?4, clock_timestamp(),
                    clock_timestamp() + ?5 * INTERVAL '1 millisecond')
            ON CONFLICT (id) DO UPDATE SET
                refuses = ?4, until = clock_timestamp() + ?5 * INTERVAL '1 millisecond'";
        let names = me.names.as_ref().map(|names| names.join("\n"));
        let lease = self.lease.as_millis() as i64;
        let values = vec![
            (&*me.id).into(),
            (&*process()).into(),
            Parameter::Text(names),
            (&*me.refuses.join("\n")).into(),
            lease.into(),
        ];
        self.execute("register this worker", sql, values)?;
        // Workers that have been gone for a day are removed.
        let forget =
            "DELETE FROM saponify.worker WHERE until < clock_timestamp() - INTERVAL '1 day'";
        self.execute("forget old workers", forget, Vec::new())?;
        let find = "SELECT id, names, refuses FROM saponify.worker
                    WHERE until > clock_timestamp() ORDER BY id";
        self.query("list the workers", find, Vec::new(), |row| {
            let lines = |text: String| text.lines().map(str::to_owned).collect();
            Ok(Peer {
                id: row.text(0)?,
                names: row.optional(1).map(lines),
                refuses: lines(row.text(2)?),
            })
        })
    }

    /// Removes a worker from the registered ones.
    pub(in crate::connector) fn leave(self: &Arc<Self>, me: &Peer) -> Result<(), Error> {
        let sql = "DELETE FROM saponify.worker WHERE id = ?1";
        self.execute("end this worker", sql, vec![(&*me.id).into()])
    }
}
