//! Hosts that the program allows in addition to those that the rules allow.

use super::{Endpoint, PlainHttp, check, ip, is_below};
use crate::lexical::ParseError;

/// One configured entry: `host`, `host:port`, `.suffix` or `*.suffix`.
#[derive(Debug)]
pub(crate) struct AllowedHost {
    host: String,
    below: bool,
    port: Option<u16>,
}

impl AllowedHost {
    pub(crate) fn parse(entry: &str) -> Result<Self, ParseError> {
        let bad = |problem: &str| {
            let shown: String = entry
                .chars()
                .filter(|c| !c.is_control())
                .take(100)
                .collect();
            Err(ParseError::new(format!(
                "allowed host `{shown}`: {problem}; write host, host:port or .suffix"
            )))
        };
        if entry.contains(['/', '@', '?', '#', '\\', '%']) || !entry.is_ascii() {
            return bad("it is not a plain host name");
        }
        let name = entry
            .strip_prefix('*')
            .filter(|rest| rest.starts_with('.'))
            .unwrap_or(entry);
        let (name, below) = name
            .strip_prefix('.')
            .map_or((name, false), |name| (name, true));
        if name.contains('*') {
            return bad("a star is allowed only in front of a suffix");
        }
        let Ok(url) = check(&format!("https://{name}/"), PlainHttp::Refused) else {
            return bad("it is not a host name");
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        if below && (ip(&host).is_some() || !host.contains('.')) {
            return bad("a suffix needs at least two labels, such as .example.com");
        }
        // The `Url` type hides the default port, but the entry `host:443` allows only port 443.
        let port = url.port().or_else(|| name.ends_with(":443").then_some(443));
        Ok(Self { host, below, port })
    }

    pub(crate) fn covers(&self, server: &Endpoint, usual_port: bool) -> bool {
        let host = if self.below {
            is_below(server.host(), &self.host)
        } else {
            server.host() == self.host
        };
        host && self.port.map_or(usual_port, |port| port == server.port())
    }
}

/// Checks an entry of the list of allowed hosts when it is configured, before it is used.
///
/// # Errors
///
/// Returns a usage error if the entry has none of the forms `host`, `host:port`, `.suffix` and
/// `.suffix:port`.
pub(crate) fn check_allowed_host(entry: &str) -> Result<(), ParseError> {
    AllowedHost::parse(entry).map(drop)
}
