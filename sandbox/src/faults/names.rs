//! The names of the modes, for the command line and for configuration.

use super::{
    EchoFlaw, GzipFlaw, LoginFlaw, Mode, PagingFlaw, ReplyFlaw, SoapFlaw, TextFlaw, TlsFlaw,
    WireFlaw, XmlFlaw,
};

/// A named mode.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FaultName {
    /// The name, such as `html_503`.
    pub name: &'static str,
    /// A description in one line.
    pub help: &'static str,
    /// The mode.
    pub mode: Mode,
    /// The operation that the mode is applied to, unless the injection names another.
    pub operation: Option<&'static str>,
    /// The number of rows before the first call that the mode is applied to, unless the injection has
    /// another.
    pub after_rows: u64,
    /// The largest number of calls that the mode is applied to, unless the injection has another.
    pub times: Option<u64>,
}

impl FaultName {
    fn new(name: &'static str, help: &'static str, mode: Mode) -> Self {
        Self {
            name,
            help: help.trim().trim_end_matches('.'),
            mode,
            operation: None,
            after_rows: 0,
            times: None,
        }
    }

    fn on(mut self, operation: &'static str) -> Self {
        self.operation = Some(operation);
        self
    }

    /// Every name, grouped by kind.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = general();
        macro_rules! add {
            ($kind:ident, $flaw:ident) => {
                all.extend(
                    $flaw::ALL
                        .iter()
                        .map(|(flaw, name, help)| Self::new(name, help, Mode::$kind(*flaw))),
                );
            };
        }
        add!(Reply, ReplyFlaw);
        add!(Soap, SoapFlaw);
        add!(Echo, EchoFlaw);
        add!(Paging, PagingFlaw);
        add!(Wire, WireFlaw);
        add!(Gzip, GzipFlaw);
        add!(Text, TextFlaw);
        add!(Xml, XmlFlaw);
        all.extend(
            (LoginFlaw::ALL.iter())
                .map(|(flaw, name, help)| Self::new(name, help, Mode::Login(*flaw)).on("login")),
        );
        add!(Tls, TlsFlaw);
        all
    }

    /// Finds a mode by its name. Names can also have the form `status_502`, `delay_250` (milliseconds) or
    /// `fault_SOME_CODE`.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        if let Some(found) = Self::all().into_iter().find(|known| known.name == name) {
            return Some(found);
        }
        let (kind, rest) = name.split_once('_')?;
        let mode = match kind {
            "status" => Mode::Status(
                rest.parse()
                    .ok()
                    .filter(|code| (100..1000).contains(code))?,
            ),
            "delay" => Mode::Delay(std::time::Duration::from_millis(rest.parse().ok()?)),
            "fault" if is_code(rest) => fault(rest, "injected"),
            _ => return None,
        };
        Some(Self::new("", "", mode))
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && (text.bytes()).all(|c| c.is_ascii_uppercase() || c == b'_')
}

fn fault(code: &str, message: &str) -> Mode {
    Mode::Fault {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

fn general() -> Vec<FaultName> {
    let storm = FaultName {
        after_rows: 1_000,
        times: Some(1),
        ..FaultName::new(
            "session_storm",
            "All sessions end after 1,000 rows, once",
            Mode::SessionStorm,
        )
    };
    vec![
        FaultName::new(
            "no_response",
            "The call is carried out, and the connection closes without a response",
            Mode::Swallow,
        ),
        FaultName::new(
            "no_response_not_applied",
            "The call is not carried out, and the connection closes without a response",
            Mode::Refuse,
        ),
        FaultName::new(
            "fault_500",
            "The fault SERVER_UNAVAILABLE with status 500; the call is not carried out",
            fault("SERVER_UNAVAILABLE", "The server is too busy"),
        ),
        FaultName::new(
            "fault_lock",
            "The fault UNABLE_TO_LOCK_ROW; the call is not carried out",
            fault("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"),
        ),
        FaultName::new(
            "fault_limit",
            "REQUEST_LIMIT_EXCEEDED: the daily API calls are used up",
            Mode::DailyLimit,
        ),
        FaultName::new(
            "fault_concurrent",
            "REQUEST_LIMIT_EXCEEDED: too many long calls at once",
            Mode::ConcurrentLimit,
        ),
        FaultName::new(
            "session_lost",
            "INVALID_SESSION_ID for everything but login",
            Mode::SessionLost,
        ),
        storm,
        FaultName::new(
            "dead_locators",
            "All query locators end at each queryMore",
            Mode::DeadLocators,
        )
        .on("queryMore"),
        FaultName::new(
            "max_cursors",
            "A user has ten cursors; one more ends the oldest",
            Mode::MaxCursors(10),
        ),
    ]
}
