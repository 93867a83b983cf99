//! API versions in the paths of SOAP endpoints: `/services/Soap/c/64.0/00D…`.

/// The parts before the version, the version, and the part after it.
pub(crate) fn split(path: &str) -> Option<(&str, &str, &str)> {
    let at = path.find("/services/Soap/")? + "/services/Soap/".len();
    let rest = path.get(at..)?;
    let start = at + rest.find('/')? + 1;
    let tail = path.get(start..)?;
    let end = start + tail.find('/').unwrap_or(tail.len());
    number(path.get(start..end)?)?;
    Some((path.get(..start)?, path.get(start..end)?, path.get(end..)?))
}

/// The major and the minor number of a version.
pub(crate) fn number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    let digits = |text: &str| -> Option<u32> {
        text.bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| text.parse().ok())?
    };
    Some((digits(major)?, digits(minor)?))
}
