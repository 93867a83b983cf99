//! The comment at the beginning of a WSDL. Salesforce states the API version, the time of generation
//! and the installed packages there and nowhere else.

/// What the leading comment says. A text is empty if the comment does not state it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeadingComment<'m> {
    /// `Salesforce.com Enterprise Web Services API Version 64.0`.
    pub(crate) product: &'m str,
    /// `64.0`.
    pub(crate) api_version: &'m str,
    /// `2025-06-20 04:21:02 +0000`.
    pub(crate) generated: &'m str,
    /// `Name (Version: 1.7, Namespace: ns)` for each installed package.
    pub(crate) packages: Vec<&'m str>,
}

const VERSION: &str = "API Version ";
const GENERATED: &str = "Generated on ";
const PACKAGES: &str = "Package Versions:";

/// Reads a leading comment.
pub(crate) fn read(text: &str) -> LeadingComment<'_> {
    let mut comment = LeadingComment::default();
    let mut in_packages = false;
    for line in text.lines().map(str::trim) {
        if let Some(at) = line.find(VERSION) {
            let rest = &line[at + VERSION.len()..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(rest.len());
            let version = rest[..end].trim_end_matches('.');
            if comment.api_version.is_empty() && !version.is_empty() {
                comment.product = line;
                comment.api_version = version;
            }
        } else if let Some(time) = line.strip_prefix(GENERATED) {
            comment.generated = time.trim_end_matches('.');
        } else if line == PACKAGES {
            in_packages = true;
        } else if line.is_empty() {
            in_packages = false;
        } else if in_packages {
            comment.packages.push(line);
        }
    }
    comment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn salesforce() {
        let comment = read(
            "Acme.com Enterprise Web Services API Version 64.0\nGenerated on 2026-01-02 03:04:05 \
             +0000.\n\nPackage Versions:\nBells (Version: 1.7, Namespace: bells)\nWhistles \
             (Version: 2.0, Namespace: whi)\n\nCopyright\n",
        );
        assert_eq!(comment.api_version, "64.0");
        assert_eq!(
            comment.product,
            "Acme.com Enterprise Web Services API Version 64.0"
        );
        assert_eq!(comment.generated, "2026-01-02 03:04:05 +0000");
        assert_eq!(comment.packages.len(), 2);
        assert_eq!(
            comment.packages[1],
            "Whistles (Version: 2.0, Namespace: whi)"
        );
    }

    #[test]
    fn anything_else() {
        assert_eq!(
            read("Published by JAX-WS RI. API Version"),
            LeadingComment::default()
        );
        assert_eq!(read("API Version x"), LeadingComment::default());
        assert_eq!(
            read("Client API Version 7."),
            LeadingComment {
                product: "Client API Version 7.",
                api_version: "7",
                ..LeadingComment::default()
            }
        );
    }
}
