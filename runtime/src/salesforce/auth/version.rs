//! The API versions of the login and of the calls after it.
//!
//! Salesforce provides `login` up to version 64.0 only, but accepts its session at every version.
//! Salesforce's Data Loader also logs in at 64.0 when it calls at a newer version.

use crate::endpoint::version::{number, split};

/// The newest version that provides `login`.
pub(super) const LAST_WITH_LOGIN: &str = "64.0";

/// The path with the version for the login, if the version of the path is newer than the last one
/// with `login`.
pub(super) fn for_login(path: &str) -> Option<String> {
    let (before, version, after) = split(path)?;
    (number(version)? > number(LAST_WITH_LOGIN)?)
        .then(|| format!("{before}{LAST_WITH_LOGIN}{after}"))
}

/// The path that the login response names, with the version of the path to call.
pub(super) fn as_in(named: &str, called: &str) -> Option<String> {
    let (_, version, _) = split(called)?;
    let (before, _, after) = split(named)?;
    Some(format!("{before}{version}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_go_to_the_last_version_that_has_them() {
        for (path, expected) in [
            ("/services/Soap/c/65.0", Some("/services/Soap/c/64.0")),
            (
                "/services/Soap/c/68.0/0DF000000000001",
                Some("/services/Soap/c/64.0/0DF000000000001"),
            ),
            (
                "/shop/services/Soap/u/66.0/",
                Some("/shop/services/Soap/u/64.0/"),
            ),
            ("/services/Soap/c/64.0", None),
            ("/services/Soap/c/7.0", None),
            ("/services/Soap/c/latest", None),
            ("/services/Soap/c", None),
            ("/somewhere/else", None),
        ] {
            assert_eq!(for_login(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn calls_go_to_the_version_of_the_wsdl() {
        let named = "/services/Soap/c/64.0/00D000000000001";
        let called = "/services/Soap/c/66.0/0DF000000000001";
        let expected = "/services/Soap/c/66.0/00D000000000001";
        assert_eq!(as_in(named, called).as_deref(), Some(expected));
        assert_eq!(as_in(named, "/elsewhere"), None);
        assert_eq!(as_in("/elsewhere", called), None);
    }
}
