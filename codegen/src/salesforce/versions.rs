//! Which API versions Salesforce has retired, and what it retires next.
//!
//! Sources: SOAP API Developer Guide, "API End-of-Life"; Salesforce Help 005132110, "SOAP API login() Call
//! is Being Retired".

/// The retired versions, and the release that ended them.
const RETIRED: [(std::ops::RangeInclusive<u32>, &str); 2] =
    [(7..=20, "Summer '22"), (21..=30, "Summer '25")];

/// The newest version that is known here.
#[cfg(feature = "catalog")]
const NEWEST: u32 = 68;

/// What has become of a version: `retired with Summer '25`, `supported`. Empty if there is no version.
#[cfg(feature = "catalog")]
pub(crate) fn status(api_version: &str) -> String {
    let Some(major) = major(api_version) else {
        return String::new();
    };
    match RETIRED
        .iter()
        .find(|(versions, _)| versions.contains(&major))
    {
        Some((_, release)) => format!("retired with {release}"),
        None if major > NEWEST => format!("newer than {NEWEST}.0, the newest version known here"),
        None => "supported".to_owned(),
    }
}

fn major(api_version: &str) -> Option<u32> {
    api_version.split('.').next()?.parse().ok()
}

/// What the user of a WSDL should know about its version and operations before it stops working.
pub(crate) fn warnings(api_version: &str, has_login: bool) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(major) = major(api_version) else {
        return warnings;
    };
    let retired = RETIRED
        .iter()
        .find(|(versions, _)| versions.contains(&major));
    if let Some((_, release)) = retired {
        warnings.push(format!(
            "Salesforce retired API version {major}.0 with {release}, and refuses calls to it: \
             generate the WSDL of the org again"
        ));
    }
    if has_login {
        warnings.push(
            "Salesforce retires the operation `login` in Summer '27: log in with OAuth, and exclude \
             the operation `login` when nothing uses it any more"
                .to_owned(),
        );
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::warnings;

    #[test]
    fn of_versions_and_login() {
        for (version, login, expected) in [
            ("64.0", false, &[][..]),
            ("31.0", false, &[]),
            ("30.0", false, &["30.0 with Summer '25"]),
            ("20.0", true, &["20.0 with Summer '22", "`login`"]),
            ("64.0", true, &["`login`"]),
            ("", true, &[]),
            ("x", true, &[]),
        ] {
            let found = warnings(version, login);
            assert_eq!(found.len(), expected.len(), "{version}: {found:?}");
            for (found, part) in found.iter().zip(expected) {
                assert!(found.contains(part), "{found}");
            }
        }
    }
}
