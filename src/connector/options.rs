//! Replaces method names in messages of the runtime by options of the program.
//!
//! The runtime addresses programmers. A user of the program sets options instead of calling methods.

/// Phrases of the runtime, and the text that is shown instead.
const PHRASES: [(&str, &str); 13] = [
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
    (" (connect_timeout)", ""),
    (" (response_timeout)", ""),
    (" (idle_timeout)", ""),
    (" (total_timeout)", ""),
    (" (minimum_throughput)", ""),
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

/// Replaces the methods in a message of the runtime by options of the program.
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
            (
                "no connection to h:443 in time (connect_timeout)",
                "no connection to h:443 in time",
            ),
            ("nothing of the kind", "nothing of the kind"),
        ] {
            assert_eq!(with_options(said), shown);
        }
    }

    /// If the runtime changed a phrase, the user would see the name of a method.
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
        // String literals are broken into lines.
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
