//! Programs of other people, which the gate installs: see `.ci/run`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether other programs are there to be asked. Says so if they are not.
pub(crate) fn present(what: &str) -> bool {
    let present = std::env::var_os("SAPONIFY_PEERS").is_some();
    if !present {
        eprintln!("skipped: {what} is not asked; SAPONIFY_PEERS=1 tells that it is installed");
    }
    present
}

/// A script of `tests/peers` in Python.
pub(crate) fn python(script: &str) -> Command {
    let program = std::env::var_os("SAPONIFY_PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(program);
    command.arg(scripts().join(script));
    command
}

/// A script of `tests/peers` in JavaScript.
pub(crate) fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(scripts().join(script));
    command
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}
