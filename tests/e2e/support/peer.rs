//! Independent programs that `.ci/run` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether the independent programs are installed. Prints a message if they are not.
pub(crate) fn present(what: &str) -> bool {
    let present = std::env::var_os("SAPONIFY_PEERS").is_some();
    if !present {
        eprintln!("skipped: if {what} is installed, set SAPONIFY_PEERS=1 to test with it");
    }
    present
}

/// A Python script in `tests/peers`.
pub(crate) fn python(script: &str) -> Command {
    let program = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(program);
    command.arg(scripts().join(script));
    command
}

/// A JavaScript script in `tests/peers`.
pub(crate) fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(scripts().join(script));
    command
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}
