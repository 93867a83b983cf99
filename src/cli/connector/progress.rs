//! Shows progress: as a moving line on a terminal, and as separate lines elsewhere.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use saponify_cli::connector::progress::{Progress, Stop, Watch};

use super::super::terminal::put_error;

/// The shortest time between two separate lines.
const PAUSE: Duration = Duration::from_secs(10);

/// The program ends this long after Ctrl-C, even if the work has not ended, so that it ends within two seconds
/// whatever it waits for.
const LONGEST_END: Duration = Duration::from_millis(1_750);

/// Stops the work at the first Ctrl-C or SIGTERM, and the program at the second. Must be called within the
/// tokio runtime.
pub(super) fn stop_on_signal() -> Stop {
    let stop = Stop::default();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            super::super::terminal::interrupted().await;
            stop.stop();
            // A thread that waits for a database or a disk cannot be stopped.
            std::thread::spawn(|| {
                std::thread::sleep(LONGEST_END);
                end("not all work ended in time, because a database or a disk does not respond");
            });
            super::super::terminal::interrupted().await;
            end("");
        }
    });
    stop
}

/// Ends the process at once. Everything is stored in transactions, so nothing is lost.
fn end(why: &str) -> ! {
    if !why.is_empty() {
        put_error(&format!(
            "{why}; the stored data is consistent, and the next run continues with it\n"
        ));
    }
    std::process::exit(1);
}

/// Shows the progress of a connection on standard error.
pub(super) fn watch(stop: Stop, name: &str) -> Watch {
    match std::io::stderr().is_terminal() {
        true => moving(stop, name),
        false => plain(stop, name),
    }
}

fn moving(stop: Stop, name: &str) -> Watch {
    let style = ProgressStyle::with_template("{spinner} {prefix} {wide_bar} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0)
        .with_style(style)
        .with_prefix(name.to_owned());
    let mut seen = Seen::new();
    let shown = Shown(bar);
    Watch::new(stop, move |progress| {
        let bar = &shown.0;
        bar.enable_steady_tick(Duration::from_millis(200));
        let (done, of) = extent(progress);
        bar.set_length(of);
        bar.set_position(done);
        bar.set_message(seen.text(progress));
    })
}

/// Removes the moving line when the work is over.
struct Shown(ProgressBar);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn plain(stop: Stop, name: &str) -> Watch {
    let name = name.to_owned();
    let mut seen = Seen::new();
    let mut last = Instant::now();
    Watch::new(stop, move |progress| {
        if last.elapsed() >= PAUSE {
            last = Instant::now();
            super::super::terminal::put_error(&format!("{name}: {}\n", seen.text(progress)));
        }
    })
}

/// The amount that is done, and the total.
fn extent(progress: &Progress<'_>) -> (u64, u64) {
    match *progress {
        Progress::Rows {
            from, until, to, ..
        } => {
            let seconds = |length: jiff::SignedDuration| length.as_secs().unsigned_abs();
            (
                seconds(until.duration_since(from)),
                seconds(to.duration_since(from)),
            )
        }
        Progress::Counted { spans, of, .. } => (spans, of),
        Progress::File { done, of, .. } => (done, of),
    }
}

/// The time at which each source began, from which the rate is computed.
struct Seen {
    what: String,
    began: Instant,
}

impl Seen {
    fn new() -> Self {
        Self {
            what: String::new(),
            began: Instant::now(),
        }
    }

    fn text(&mut self, progress: &Progress<'_>) -> String {
        match *progress {
            Progress::Rows {
                source,
                received,
                new,
                until,
                to,
                ..
            } => format!(
                "{source}: {received} rows ({}), {new} new, until {}, {} left",
                self.rate(source, received),
                until.strftime("%Y-%m-%d %H:%M"),
                length(to.duration_since(until)),
            ),
            Progress::Counted { source, spans, of } => {
                format!("{source}: {spans} of {of} spans counted again")
            }
            Progress::File {
                done,
                of,
                event_type,
                length,
                rows,
            } => format!(
                "files: {done} of {of}, {rows} rows ({}), {event_type} of {}",
                self.rate("files", rows),
                size(length)
            ),
        }
    }

    fn rate(&mut self, what: &str, rows: u64) -> String {
        if self.what != what {
            what.clone_into(&mut self.what);
            self.began = Instant::now();
        }
        match self.began.elapsed().as_secs_f64() {
            0.0..1.0 => "just started".to_owned(),
            seconds => format!("{:.0}/s", rows as f64 / seconds),
        }
    }
}

fn length(time: jiff::SignedDuration) -> String {
    match time.as_hours() {
        0 => format!("{} min", time.as_mins()),
        hours @ 1..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
