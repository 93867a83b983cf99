//! What the runtime calls a setting, as the options of the program call it.
//!
//! The runtime speaks to programmers. Somebody at a terminal has options in place of its methods.

/// Phrases of the runtime, and what is shown in their place.
const PHRASES: [(&str, &str); 8] = [
    (
        "add its root certificate with extra_root_certificate",
        "give its root certificate by --certificate",
    ),
    (
        "add one with extra_root_certificate",
        "give one by --certificate",
    ),
    (
        "use OAuth instead: ClientCredentials or JwtBearer",
        "use OAuth instead: --client-id with --client-secret-from, --key-file or --web",
    ),
    (
        "use another authenticator, such as ClientCredentials",
        "log in by OAuth: --client-id with --client-secret-from, --key-file or --web",
    ),
    (
        "add the user's security token: Credentials::security_token",
        "add the user's security token by --token-from",
    ),
    (": see JwtBearer::audience", ""),
    (
        "for a test server on this machine permit it explicitly, otherwise use https",
        "use https",
    ),
    (
        "; for a device of a private network that has no https, permit it with \
         `Builder::allow_plain_http_to_private_addresses`",
        "; use https",
    ),
];

/// A text of the runtime with options of the program in place of methods.
pub(super) fn with_options(text: &str) -> String {
    let mut text = text.to_owned();
    for (phrase, shown) in PHRASES {
        if text.contains(phrase) {
            text = text.replace(phrase, shown);
        }
    }
    while let Some((before, rest)) = text.split_once("allow it with allow_host(\"")
        && let Some((host, after)) = rest.split_once("\")")
    {
        text = format!("{before}allow it by --allow-host {host}{after}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_the_runtime_become_options() {
        for (said, shown) in [
            (
                "If that host is yours, allow it with allow_host(\"h.example:8444\")",
                "If that host is yours, allow it by --allow-host h.example:8444",
            ),
            (
                "if it is your own, add its root certificate with extra_root_certificate",
                "if it is your own, give its root certificate by --certificate",
            ),
            ("nothing of the kind", "nothing of the kind"),
        ] {
            assert_eq!(with_options(said), shown);
        }
    }

    /// A phrase that the runtime no longer uses would let the name of a method through.
    #[test]
    fn the_runtime_still_says_these_phrases() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime/src");
        let (mut open, mut text) = (vec![folder], String::new());
        while let Some(next) = open.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true => open.push(path),
                    false => text += &std::fs::read_to_string(path).unwrap(),
                }
            }
        }
        // Literals are broken into lines.
        let words = |text: &str| {
            let text = text.replace("\\\n", " ");
            text.split_whitespace().collect::<Vec<_>>().join("")
        };
        let text = words(&text);
        for (phrase, _) in PHRASES {
            assert!(text.contains(&words(phrase)), "{phrase}");
        }
        assert!(text.contains(&words("allow it with allow_host(\\\"{host}")));
    }
}
