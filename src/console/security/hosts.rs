//! The host names that the console accepts.
//!
//! A page of another site can make a browser send requests to this machine under a name of that site (DNS
//! rebinding). Such requests contain that name in `Host`.

use std::net::{IpAddr, SocketAddr};

use axum::http::Uri;
use axum::http::uri::Authority;

/// The accepted names and the port.
#[derive(Debug, Clone)]
pub(in crate::console) struct Hosts {
    names: Vec<String>,
    port: u16,
    tls: bool,
}

impl Hosts {
    pub(in crate::console) fn new(listen: SocketAddr, names: &[String], tls: bool) -> Self {
        let mut names: Vec<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
        let address = listen.ip();
        if address.is_loopback() {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        } else if !address.is_unspecified() {
            names.push(written(address));
        }
        Self {
            names,
            port: listen.port(),
            tls,
        }
    }

    /// Whether the console accepts requests with this `Host`.
    pub(in crate::console) fn is_own(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        let name = authority.host().to_ascii_lowercase();
        let usual = if self.tls { 443 } else { 80 };
        !host.contains('@')
            && authority.port_u16().unwrap_or(usual) == self.port
            && self.names.contains(&name)
    }

    /// Whether an origin is one of the console.
    pub(super) fn is_own_origin(&self, origin: &str) -> bool {
        let Ok(origin) = origin.parse::<Uri>() else {
            return false;
        };
        origin.scheme_str() == Some(self.scheme())
            && origin
                .authority()
                .is_some_and(|host| self.is_own(host.as_str()))
    }

    pub(in crate::console) fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    /// The origin of the console under this host name.
    pub(in crate::console) fn origin(&self, host: &str) -> String {
        format!("{}://{host}", self.scheme())
    }

    /// The origin of the console for people. On this machine it contains `localhost`, because Salesforce
    /// redirects browsers to `localhost`, and for browsers `127.0.0.1` is another site.
    pub(in crate::console) fn own_origin(&self, listen: SocketAddr) -> String {
        match (listen.ip().is_loopback(), self.names.first()) {
            (true, _) => self.origin(&format!("localhost:{}", self.port)),
            (false, Some(name)) => self.origin(&format!("{name}:{}", self.port)),
            (false, None) => self.origin(&listen.to_string()),
        }
    }

    pub(in crate::console) fn port(&self) -> u16 {
        self.port
    }

    pub(in crate::console) fn tls(&self) -> bool {
        self.tls
    }
}

/// The form of an address in `Host`.
fn written(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_own_names_with_the_port_are_accepted() {
        let hosts = Hosts::new("127.0.0.1:8484".parse().unwrap(), &[], false);
        for own in [
            "127.0.0.1:8484",
            "localhost:8484",
            "LOCALHOST:8484",
            "[::1]:8484",
        ] {
            assert!(hosts.is_own(own), "{own}");
            assert!(hosts.is_own_origin(&format!("http://{own}")), "{own}");
            assert!(!hosts.is_own_origin(&format!("https://{own}")), "{own}");
        }
        for foreign in [
            "",
            "localhost",
            "localhost:80",
            "evil.example:8484",
            "localhost.evil.example:8484",
            "localhost:8484@evil.example",
            "evil@localhost:8484",
            "127.0.0.1:8484.evil.example",
            "192.0.2.1:8484",
        ] {
            assert!(!hosts.is_own(foreign), "{foreign}");
        }
        assert!(!hosts.is_own_origin("null"));
        let names = ["Console.Example".to_owned()];
        let hosts = Hosts::new("0.0.0.0:443".parse().unwrap(), &names, true);
        for own in ["console.example", "console.example:443"] {
            assert!(hosts.is_own(own), "{own}");
        }
        for foreign in ["localhost", "0.0.0.0", "console.example:8484"] {
            assert!(!hosts.is_own(foreign), "{foreign}");
        }
    }
}
