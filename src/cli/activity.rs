//! The options of `saponify sandbox serve` that make activity.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use saponify_sandbox::{Activity, Org, Sandbox, Visibility};

use super::Failure;

/// Logins, audit trail and event log files, and what keeps a reader from them.
#[derive(Args, Debug)]
#[command(next_help_heading = "Activity")]
pub(crate) struct ActivityOptions {
    /// Make logins, audit trail and event log files of this many days: `60d`. Their times end now. Log files are
    /// those of the days for which the org keeps them: see --files-kept.
    #[arg(long, value_name = "DAYS", value_parser = days)]
    activity: Option<u32>,
    /// Rows of LoginHistory.
    #[arg(long, value_name = "N", default_value_t = 2_000, requires = "activity")]
    logins: u64,
    /// Rows of SetupAuditTrail.
    #[arg(long, value_name = "N", default_value_t = 400, requires = "activity")]
    audit: u64,
    /// Event log files, spread over the days for which the org keeps them: see --files-kept.
    #[arg(long, value_name = "N", default_value_t = 120, requires = "activity")]
    files: u64,
    /// Users and permission assignments that change while the tenant is served: the first one after a
    /// minute, and then one every ten seconds.
    #[arg(long, value_name = "N", default_value_t = 12, requires = "activity")]
    changes: u64,
    /// The org has hourly files besides the daily ones.
    #[arg(long, requires = "activity")]
    hourly: bool,
    /// The org has daily files only. This is the default.
    #[arg(long, conflicts_with = "hourly", requires = "activity")]
    daily: bool,
    /// Rows and files become visible late, within two minutes from the start. Files that were read are
    /// made again, replaced or deleted.
    #[arg(long, requires = "activity")]
    late: bool,
    /// This many files are damaged and stay so.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "activity")]
    damaged: u64,
    /// Average size of an event log file: `64K`, `2.5M`.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "64K", requires = "activity")]
    file_size: u64,
    /// Make one event log file of this size: `1G`.
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "activity")]
    big_file: Option<u64>,
    /// For how long the org keeps event log files. By default 30 days, and a day in a Developer Edition.
    #[arg(long, value_name = "DAYS", value_parser = days, requires = "activity")]
    files_kept: Option<u32>,
    /// Another seed makes other rows.
    #[arg(long, value_name = "N", default_value_t = 1, requires = "activity")]
    seed: u64,
    /// Write the rows that a perfect reader must hold to this file: a line SOURCE<TAB>TIME<TAB>KEY for
    /// each, without an order.
    #[arg(long, value_name = "FILE", requires = "activity")]
    truth: Option<PathBuf>,
    /// The edition of the org: developer, professional, enterprise, performance, unlimited, or any text.
    #[arg(
        long,
        value_name = "EDITION",
        help_heading = "What a reader gets to see"
    )]
    edition: Option<String>,
    /// Hide this from all users: a permission such as `ViewEventLogFiles`, or OBJECT.FIELD. The option can
    /// be given several times.
    #[arg(long, value_name = "WHAT", help_heading = "What a reader gets to see")]
    hide: Vec<Visibility>,
    /// API calls of the org: how many were used today, and how many there can be.
    #[arg(long, value_name = "USED/LIMIT", value_parser = calls, help_heading = "What a reader gets to see")]
    api_calls: Option<(u64, u64)>,
}

impl ActivityOptions {
    /// Adds the activity to an org, and hides what is to be hidden.
    pub(super) fn apply(&self, mut org: Org) -> Result<Org, Failure> {
        if let Some(edition) = &self.edition {
            org = org.with_edition(&long_name(edition));
        }
        for hidden in &self.hide {
            if !org.hide(hidden) {
                return Err(Failure::new(match hidden {
                    Visibility::WithoutPermission(name) => {
                        format!("the org has no permission `{name}` to hide")
                    }
                    Visibility::WithoutField(object, field) => {
                        format!("the org has no field `{object}.{field}` to hide")
                    }
                    _ => "the org has nothing of that kind to hide".to_owned(),
                }));
            }
        }
        let Some(days) = self.activity else {
            return Ok(org);
        };
        let mut activity = Activity::days(days)
            .logins(self.logins)
            .audit(self.audit)
            .files(self.files)
            .changes(self.changes)
            .hourly(self.hourly)
            .late(self.late)
            .damaged(self.damaged)
            .file_size(self.file_size)
            .big_file(self.big_file.unwrap_or(0))
            .seed(self.seed);
        if let Some(days) = self.files_kept {
            activity = activity.files_kept(days);
        }
        Ok(org.with_activity(activity))
    }

    /// Prepares what can be done only when the tenant runs. Returns what to say about it.
    pub(super) fn finish(&self, sandbox: &Sandbox) -> Result<String, Failure> {
        if let Some((used, limit)) = self.api_calls {
            sandbox.set_daily_limit(used, limit);
        }
        let Some(days) = self.activity else {
            return Ok(String::new());
        };
        let mut said = format!(
            "activity {} logins, {} audit rows, {} log files of {days} days\n",
            self.logins,
            self.audit,
            sandbox.log_files()
        );
        if let Some(path) = &self.truth {
            let rows = write_truth(sandbox, path).map_err(|error| {
                Failure::new(format!("cannot write {}", path.display())).because(error)
            })?;
            said += &format!("truth    {} ({rows} rows)\n", path.display());
        }
        Ok(said)
    }
}

fn write_truth(sandbox: &Sandbox, path: &PathBuf) -> std::io::Result<u64> {
    let mut out = BufWriter::new(File::create(path)?);
    let rows = sandbox.write_truth(&mut out)?;
    out.flush()?;
    Ok(rows)
}

fn long_name(edition: &str) -> String {
    const EDITIONS: [&str; 5] = [
        "Developer",
        "Professional",
        "Enterprise",
        "Performance",
        "Unlimited",
    ];
    let known = EDITIONS
        .iter()
        .find(|name| name.eq_ignore_ascii_case(edition));
    known.map_or_else(|| edition.to_owned(), |name| format!("{name} Edition"))
}

fn days(text: &str) -> Result<u32, String> {
    text.strip_suffix('d')
        .and_then(|number| number.parse().ok())
        .filter(|days| (1..=3_650).contains(days))
        .ok_or_else(|| "expected a number of days from 1d to 3650d, such as 60d".to_owned())
}

/// Reads a number of bytes: `1024`, `64K`, `2.5M`, `1G`.
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.char_indices().last() {
        Some((at, 'K' | 'k')) => (&text[..at], 1u64 << 10),
        Some((at, 'M' | 'm')) => (&text[..at], 1 << 20),
        Some((at, 'G' | 'g')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    (number.parse::<f64>().ok())
        .map(|number| number * unit as f64)
        .filter(|bytes| (1.0..1e13).contains(bytes))
        .map(|bytes| bytes as u64)
        .ok_or_else(|| "expected a size such as 64K, 2.5M or 1G".to_owned())
}

fn calls(text: &str) -> Result<(u64, u64), String> {
    text.split_once('/')
        .and_then(|(used, limit)| Some((used.parse().ok()?, limit.parse().ok()?)))
        .ok_or_else(|| "expected USED/LIMIT, such as 13600/15000".to_owned())
}
