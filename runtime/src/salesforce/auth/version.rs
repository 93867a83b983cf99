//! API versions in the paths of SOAP endpoints: `/services/Soap/c/64.0/00D…`.
//!
//! Salesforce provides `login` up to version 64.0 only, but accepts its session at every version.
//! Salesforce's Data Loader also logs in at 64.0 when it calls at a newer version.

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

/// The parts before the version, the version, and the part after it.
fn split(path: &str) -> Option<(&str, &str, &str)> {
    let at = path.find("/services/Soap/")? + "/services/Soap/".len();
    let rest = path.get(at..)?;
    let start = at + rest.find('/')? + 1;
    let tail = path.get(start..)?;
    let end = start + tail.find('/').unwrap_or(tail.len());
    number(path.get(start..end)?)?;
    Some((path.get(..start)?, path.get(start..end)?, path.get(end..)?))
}

/// The major and the minor number of a version.
fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    let digits = |text: &str| -> Option<u32> {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    Some((digits(major)?, digits(minor)?))
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
