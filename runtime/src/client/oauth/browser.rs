//! Opens an address in the browser of this machine.

use std::process::{Command, Stdio};

/// Opens the address in the browser. Returns false if there is no display, such as on a server. The
/// address is then only printed.
///
/// The address is passed as an argument of a program and not through a shell.
pub(crate) fn open(address: &str) -> bool {
    let mut command = if cfg!(target_os = "macos") {
        let mut command = Command::new("open");
        command.arg(address);
        command
    } else if cfg!(target_os = "windows") {
        let mut command = Command::new("rundll32");
        command.args(["url.dll,FileProtocolHandler", address]);
        command
    } else {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
            return false;
        }
        let mut command = Command::new("xdg-open");
        command.arg(address);
        command
    };
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // The program ends when it has passed on the address. A thread waits for it, so that the caller
    // does not have to.
    std::thread::spawn(move || child.wait());
    true
}
