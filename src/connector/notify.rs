//! Tells systemd the state of the program, by the protocol of `sd_notify(3)`: a datagram to the socket that
//! `$NOTIFY_SOCKET` names.

use std::io;

/// A state of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State<'a> {
    /// The program has started.
    Ready,
    /// The program does what this line says.
    Status(&'a str),
    /// The program ends.
    Stopping,
}

impl State<'_> {
    fn message(&self) -> String {
        match self {
            Self::Ready => "READY=1".to_owned(),
            // A line break would begin another message.
            Self::Status(text) => format!("STATUS={}", text.replace(['\n', '\r'], " ")),
            Self::Stopping => "STOPPING=1".to_owned(),
        }
    }
}

/// Sends a state to `socket`, if given. The value is that of `$NOTIFY_SOCKET`: a path, or a name that
/// begins with `@`.
///
/// # Errors
///
/// The message cannot be sent.
#[cfg(unix)]
pub fn tell(socket: Option<&str>, state: &State<'_>) -> io::Result<()> {
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    let Some(name) = socket.filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    let address = match name.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        Some(name) => {
            use std::os::linux::net::SocketAddrExt as _;
            SocketAddr::from_abstract_name(name.as_bytes())?
        }
        _ => SocketAddr::from_pathname(name)?,
    };
    let message = state.message();
    UnixDatagram::unbound()?.send_to_addr(message.as_bytes(), &address)?;
    Ok(())
}

/// Does nothing, because this system has no systemd.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn tell(_socket: Option<&str>, _state: &State<'_>) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use super::*;

    #[test]
    fn systemd_gets_a_message_for_each_state() {
        let name = format!("saponify-notify-test-{}", std::process::id());
        let socket = SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
        let socket = UnixDatagram::bind_addr(&socket).unwrap();
        let name = format!("@{name}");
        for (state, message) in [
            (State::Ready, "READY=1"),
            (State::Status("a\nREADY=1"), "STATUS=a READY=1"),
            (State::Stopping, "STOPPING=1"),
        ] {
            tell(Some(&name), &state).unwrap();
            let mut buffer = [0; 64];
            let length = socket.recv(&mut buffer).unwrap();
            assert_eq!(buffer[..length], *message.as_bytes());
        }
        tell(None, &State::Ready).unwrap();
        assert!(tell(Some("/no/such/socket"), &State::Ready).is_err());
    }
}
