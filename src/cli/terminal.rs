//! What all commands share: the runtime, standard output and standard error, and signals.

use std::io::{ErrorKind, Write as _};
use std::time::Duration;

use saponify_cli::connector::shown::wrapped;

use super::failure::Failure;
use super::settings::Settings;

/// How long the end of the program waits for what still works in the background. All of it may be interrupted.
const END: Duration = Duration::from_secs(1);

/// Runs a future to completion on a new runtime.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("cannot start").because(error))?;
    let result = runtime.block_on(future);
    // A client that waits for a server which does not respond would keep the program from ending.
    runtime.shutdown_timeout(END);
    result
}

/// Writes to standard output. A closed pipe is not a failure.
pub(super) fn put(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout();
    stdout
        .write_all(text.as_bytes())
        // What would be written at the end of the process could fail unnoticed.
        .and_then(|()| stdout.flush())
        .or_else(|error| match error.kind() {
            ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Failure::new("cannot write to standard output").because(error)),
        })
}

/// Writes a line to standard output as [`put`] does. `println!` would panic where this returns a failure.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::put(&(format!($($text)*) + "\n"))?
    };
}
pub(super) use say;

/// Writes a line that reports what was done, unless the user asked for results only.
macro_rules! report {
    ($($text:tt)*) => {
        if !$crate::cli::settings::Settings::current().is_quiet() {
            $crate::cli::put(&(format!($($text)*) + "\n"))?
        }
    };
}
pub(super) use report;

/// Writes a note to standard error, unless the user asked for results only.
pub(super) fn put_note(note: &str) {
    if !Settings::current().is_quiet() {
        put_error(&format!(
            "{} {note}\n",
            label("note:", console::Style::new().bold())
        ));
    }
}

/// Writes a warning to standard error, unless the user asked for results only.
pub(super) fn put_warning(warning: &str) {
    if !Settings::current().is_quiet() {
        let word = label("warning:", console::Style::new().yellow().bold());
        put_error(&format!("{word} {warning}\n"));
    }
}

/// A word with a style, if standard error shows colours.
pub(super) fn label(word: &str, style: console::Style) -> String {
    style.for_stderr().apply_to(word).to_string()
}

/// The columns for a text on standard error.
pub(super) fn columns_of_errors() -> Option<usize> {
    columns_of(&console::Term::stderr())
}

/// Writes to standard error. If that cannot be written, there is nowhere left to say so, and the exit code
/// has to do. `eprint!` would panic.
pub(crate) fn put_error(text: &str) {
    let wrapped = match columns_of_errors() {
        Some(columns) => wrapped(text, columns),
        None => text.to_owned(),
    };
    let _ = std::io::stderr().write_all(wrapped.as_bytes());
}

/// Writes a text for people to standard output, in lines that fit in the terminal.
pub(super) fn put_lines(text: &str) -> Result<(), Failure> {
    match columns() {
        Some(columns) => put(&wrapped(text, columns)),
        None => put(text),
    }
}

/// The columns of the terminal, if standard output is one.
pub(super) fn columns() -> Option<usize> {
    columns_of(&console::Term::stdout())
}

/// `$COLUMNS` goes before what the terminal says, as it does for other programs.
fn columns_of(terminal: &console::Term) -> Option<usize> {
    const NARROWEST: usize = 20;
    let given = std::env::var("COLUMNS").ok();
    let given = given.and_then(|columns| columns.parse::<usize>().ok());
    let columns = given.or_else(|| Some(usize::from(terminal.size_checked()?.1)));
    columns.map(|columns| columns.max(NARROWEST))
}

/// Waits for Ctrl-C or SIGTERM. From the call on, before anybody waits, neither ends the process. Must be
/// called within the runtime.
#[cfg(unix)]
pub(super) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupted = signal(SignalKind::interrupt());
    let terminated = signal(SignalKind::terminate());
    async move {
        // If no handler can be installed, the signal ends the process immediately, which is acceptable.
        match (interrupted, terminated) {
            (Ok(mut interrupted), Ok(mut terminated)) => tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            },
            _ => std::future::pending().await,
        }
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn interrupted() {
    let _ = tokio::signal::ctrl_c().await;
}
