//! What all commands share: the runtime, standard output and standard error, and signals.

use std::io::{ErrorKind, Write as _};

use super::failure::Failure;

/// Runs a future to completion on a new runtime.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("cannot start").because(error))?;
    runtime.block_on(future)
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

/// Writes to standard error. If that cannot be written, there is nowhere left to say so, and the exit code
/// has to do. `eprint!` would panic.
pub(crate) fn put_error(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The columns of the terminal, if standard output is one.
pub(super) fn columns() -> Option<usize> {
    let (_, columns) = console::Term::stdout().size_checked()?;
    Some(usize::from(columns))
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn interrupted() {
    // If no handler can be installed, the signal ends the process immediately, which is acceptable.
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
