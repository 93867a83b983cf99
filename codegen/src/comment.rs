//! What the comment at the head of a WSDL says: Salesforce puts the API version, the time of
//! generation and the installed packages there and nowhere else.

/// Facts from the leading comment; each is empty if the comment does not have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts<'m> {
    /// `Salesforce.com Enterprise Web Services API Version 64.0`.
    pub(crate) product: &'m str,
    /// `64.0`.
    pub(crate) api_version: &'m str,
    /// `2025-06-20 04:21:02 +0000`.
    pub(crate) generated: &'m str,
    /// `Name (Version: 1.7, Namespace: ns)`, one per package.
    pub(crate) packages: Vec<&'m str>,
}

const VERSION: &str = "API Version ";
const GENERATED: &str = "Generated on ";
const PACKAGES: &str = "Package Versions:";

/// Reads the facts out of a comment.
pub(crate) fn facts(comment: &str) -> Facts<'_> {
    let mut facts = Facts::default();
    let mut in_packages = false;
    for line in comment.lines().map(str::trim) {
        if let Some(at) = line.find(VERSION) {
            let rest = &line[at + VERSION.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let version = rest[..end].trim_end_matches('.');
            if facts.api_version.is_empty() && !version.is_empty() {
                facts.product = line;
                facts.api_version = version;
            }
        } else if let Some(time) = line.strip_prefix(GENERATED) {
            facts.generated = time.trim_end_matches('.');
        } else if line == PACKAGES {
            in_packages = true;
        } else if line.is_empty() {
            in_packages = false;
        } else if in_packages {
            facts.packages.push(line);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salesforce() {
        let facts = facts(
            "Acme.com Enterprise Web Services API Version 64.0\nGenerated on 2026-01-02 03:04:05 \
             +0000.\n\nPackage Versions:\nBells (Version: 1.7, Namespace: bells)\nWhistles \
             (Version: 2.0, Namespace: whi)\n\nCopyright\n",
        );
        assert_eq!(facts.api_version, "64.0");
        assert_eq!(
            facts.product,
            "Acme.com Enterprise Web Services API Version 64.0"
        );
        assert_eq!(facts.generated, "2026-01-02 03:04:05 +0000");
        assert_eq!(facts.packages.len(), 2);
        assert_eq!(facts.packages[1], "Whistles (Version: 2.0, Namespace: whi)");
    }

    #[test]
    fn anything_else() {
        assert_eq!(
            facts("Published by JAX-WS RI. API Version"),
            Facts::default()
        );
        assert_eq!(facts("API Version x"), Facts::default());
        assert_eq!(
            facts("Client API Version 7."),
            Facts {
                product: "Client API Version 7.",
                api_version: "7",
                ..Facts::default()
            }
        );
    }
}
