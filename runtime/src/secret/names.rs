//! Names which say that a value is a secret. The values of such fields, elements and attributes are
//! never shown, whether or not a table describes them.

/// Words that name a secret when they end a field's name: `hashedPassword`, `ConsumerSecret`.
const NOUNS: &[&str] = &[
    "cvv",
    "passphrase",
    "passphrases",
    "passwd",
    "password",
    "passwords",
    "pwd",
    "secret",
    "secrets",
];

/// Pairs of words that name a secret when they end a field's name: `oauthRefreshToken`, `PrivateKey`.
/// A token or key alone is often a mere identifier (`ProfileToken`, `PublicKey`, `nextPageToken`).
const PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("access", "token"),
    ("api", "key"),
    ("api", "token"),
    ("auth", "key"),
    ("auth", "token"),
    ("authentication", "token"),
    ("authorization", "token"),
    ("bearer", "token"),
    ("cvv", "code"),
    ("cvv2", "code"),
    ("developer", "token"),
    ("encryption", "key"),
    ("gateway", "token"),
    ("id", "token"),
    ("kerberos", "token"),
    ("oauth", "token"),
    ("pass", "word"),
    ("password", "hash"),
    ("private", "key"),
    ("refresh", "token"),
    ("saml", "token"),
    ("secret", "answer"),
    ("secret", "key"),
    ("secret", "value"),
    ("security", "token"),
    ("session", "key"),
    ("session", "token"),
    ("signing", "key"),
    ("token", "encrypted"),
    ("token", "payload"),
    ("transaction", "key"),
    ("web", "token"),
];

/// Whole names. `MessagingSessionId` and its like are ids of records.
const NAMES: &[&[&str]] = &[&["session", "id"], &["session", "ids"]];

/// Words that make a name a question with the answer yes or no: `hasPassword`.
const QUESTIONS: &[&str] = &["has", "is"];

/// Whether a field's name says that its value is a secret.
pub(crate) fn names_secret(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => false,
        // Without capitals or underscores, nothing shows where a word begins.
        [word] => is_secret_word(word),
        [first, ..] if QUESTIONS.contains(first) => false,
        [.., before, last] => {
            NOUNS.contains(last) || PAIRS.contains(&(before, last)) || NAMES.contains(&&*words)
        }
    }
}

/// As [`names_secret`], for a name in which the words are not told apart: `accesstoken`.
fn is_secret_word(word: &str) -> bool {
    let is_question = |noun: &str| {
        QUESTIONS
            .iter()
            .any(|question| word.strip_prefix(question) == Some(noun))
    };
    let nouns = NOUNS.iter().map(|noun| (*noun).to_owned());
    let pairs = PAIRS.iter().map(|(before, last)| [*before, *last].concat());
    nouns
        .chain(pairs)
        .any(|noun| word.ends_with(&noun) && !is_question(&noun))
        || NAMES.iter().any(|name| name.concat() == word)
}

/// The words of a name in lower case, without the suffix of a custom field and without digits at the
/// end: `legacy`, `password` for `Legacy_Password2__c`.
fn words(name: &str) -> Vec<String> {
    let name = name
        .strip_suffix("__c")
        .or(name.strip_suffix("__pc"))
        .unwrap_or(name);
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut words: Vec<String> = Vec::new();
    let mut before = '_';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let next_is_lower = chars.peek().is_some_and(|next| next.is_lowercase());
        let begins = c.is_uppercase() && (!before.is_uppercase() || next_is_lower);
        if c.is_alphanumeric() {
            match words.last_mut() {
                Some(word) if before.is_alphanumeric() && !begins => word.extend(c.to_lowercase()),
                _ => words.push(c.to_lowercase().collect()),
            }
        }
        before = c;
    }
    words
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod judged;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets() {
        for name in [
            "password",
            "Password",
            "PASSWORD",
            "newPassword",
            "password2",
            "hashedPassword",
            "issuerPassword",
            "password_hash",
            "emailpassword",
            "Password__c",
            "dsfs__DSProSFPassword__c",
            "LO_NMLS_Password__c",
            "PassWord",
            "SecretValue",
            "GatewayTokenEncrypted",
            "ActorTokenPayload",
            "DataEncryptionKey",
            "RecaptchaSecretKey",
            "et4ae5__ExactTarget_OAuth_Token__c",
            "Passphrase",
            "ConsumerSecret",
            "consumerSecret",
            "awsAccessSecret",
            "client_secret",
            "oauthToken",
            "OauthToken",
            "oauthRefreshToken",
            "accesstoken",
            "AccessToken",
            "securityToken",
            "GatewayToken",
            "SessionToken",
            "AuthenticationToken",
            "PrivateKey",
            "privateKey",
            "apiKey",
            "APIKey",
            "sessionId",
            "sessionIds",
            "SESSIONID",
            "session_id",
            "CVV2",
            "cvv2Code",
            "SecretAnswer",
            "UetTagAuthKey",
            "JsonWebToken",
            "id_token",
        ] {
            assert!(names_secret(name), "{name}");
        }
    }

    #[test]
    fn harmless_neighbours() {
        for name in [
            "",
            "_",
            "hasPassword",
            "isPassword",
            "ispassword",
            "HasPrivateKey",
            "IsPasswordLocked",
            "passwordExpired",
            "LastPasswordChangeDate",
            "PassphraseID",
            "SecretQuestion",
            "RefreshTokenValidityPeriod",
            "tokenType",
            "Token",
            "nextPageToken",
            "ProfileToken",
            "PublicKey",
            "ConsumerKey",
            "keyPrefix",
            "GatewayTokenDetails",
            "MessagingSessionId",
            "includeSessionId",
            "CartCheckoutSessionId",
            "PublicKeyCertificate",
            "TimeZoneSidKey",
            "IsPwdlessLoginAllowed",
            "Name",
        ] {
            assert!(!names_secret(name), "{name}");
        }
    }
}
