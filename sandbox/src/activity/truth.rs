//! The expected rows: what a reader must have stored that has neither missed nor invented a row.

use std::io::{self, Write};

use jiff::Timestamp;

use super::History;
use super::files::wanted;
use super::schedule::{Happening, changes};
use crate::id::Id;
use crate::org::Org;
use crate::soql::dates::write_datetime;

/// Writes a line `source<TAB>time<TAB>key` for each row, and returns the number of rows.
pub(crate) fn write(org: &Org, history: &History, out: &mut dyn Write) -> io::Result<u64> {
    let mut lines = Lines {
        org,
        out,
        line: Vec::new(),
        count: 0,
    };
    let activity = &history.activity;
    for serial in 1..=activity.logins as i64 {
        lines.row("logins", "LoginHistory", history.login_time(serial), serial)?;
    }
    for serial in 1..=activity.audit as i64 {
        let time = Some(history.audit_time(serial));
        lines.row("audit", "SetupAuditTrail", time, serial)?;
    }
    let files = history.files().iter().zip(wanted(history.files()));
    for (file, _) in files.filter(|(_, wanted)| *wanted) {
        let Some(revision) = file.last_revision() else {
            continue;
        };
        let rows = file.rows(revision);
        let id = lines.id("EventLogFile", file.serial);
        for number in 1..=rows {
            let key = format!("{id}/{revision}/{number}");
            lines.line("files", file.time(number, rows), &key)?;
        }
    }
    for (at, change) in changes(org, history) {
        let (Happening::Changed { object, serial }
        | Happening::Created { object, serial }
        | Happening::Deleted { object, serial }) = change
        else {
            continue;
        };
        let id = lines.id(object, serial);
        let time = Timestamp::from_millisecond(at).unwrap_or_default();
        let end = match change {
            Happening::Deleted { .. } => "/deleted",
            _ => "",
        };
        lines.line("changes", Some(at), &format!("{id}/{time}{end}"))?;
    }
    Ok(lines.count)
}

struct Lines<'a> {
    org: &'a Org,
    out: &'a mut dyn Write,
    line: Vec<u8>,
    count: u64,
}

impl Lines<'_> {
    fn id(&self, object: &str, serial: i64) -> String {
        let object = self.org.objects.get(object);
        object.map_or_else(String::new, |object| {
            self.org.id_text(Id::new(object.prefix, serial))
        })
    }

    fn row(
        &mut self,
        source: &str,
        object: &str,
        time: Option<i64>,
        serial: i64,
    ) -> io::Result<()> {
        let id = self.id(object, serial);
        self.line(source, time, &id)
    }

    fn line(&mut self, source: &str, time: Option<i64>, key: &str) -> io::Result<()> {
        self.line.clear();
        self.line.extend_from_slice(source.as_bytes());
        self.line.push(b'\t');
        if let Some(time) = time {
            write_datetime(time, &mut self.line);
        }
        self.line.push(b'\t');
        self.line.extend_from_slice(key.as_bytes());
        self.line.push(b'\n');
        self.count += 1;
        self.out.write_all(&self.line)
    }
}
