//! The path of the page that the browser finally shows.

use crate::error::Error;

/// Checks that a path is one of the organization itself, because a session must not lead to a page
/// of another host.
pub(super) fn check(path: &str) -> Result<&str, Error> {
    let problem = if !path.starts_with('/') {
        "it does not begin with a slash"
    } else if path.starts_with("//") {
        "it begins with two slashes, which names another host"
    } else if path.contains('\\') {
        "it has a backslash, which browsers read as a slash"
    } else if !path.bytes().all(|byte| matches!(byte, b'!'..=b'~')) {
        "it has a space or another character that must be percent-encoded"
    } else {
        return Ok(path);
    };
    Err(Error::usage(format!(
        "return path: {problem}; give a path of the organization, such as /lightning/page/home"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_the_organization_are_taken() {
        for path in [
            "/",
            "/lightning/page/home",
            "/001?a=b&c=https://x/#y",
            "/setup/%20",
        ] {
            assert_eq!(check(path).unwrap(), path);
        }
        for path in [
            "",
            "home",
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example/",
            "\\\\evil.example",
            "/a\nb",
            "/a b",
            "/\u{e9}",
            "javascript:alert(1)",
        ] {
            assert!(check(path).unwrap_err().is_usage(), "{path:?}");
        }
    }
}
