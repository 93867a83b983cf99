//! The rule about names, judged by a second one over all names of real WSDLs.
//!
//! The rule tells words apart. The judge does not: it has a list of endings in one piece. A name for
//! which they differ is new, and somebody must decide which of the two is right.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::names_secret;

/// The endings of names of secrets, in small letters and without anything between the words.
const ENDINGS: &[&str] = &[
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authenticationtoken",
    "authkey",
    "authorizationtoken",
    "authtoken",
    "bearertoken",
    "cvv",
    "cvv2code",
    "cvvcode",
    "developertoken",
    "encryptionkey",
    "gatewaytoken",
    "idtoken",
    "kerberostoken",
    "oauthtoken",
    "passphrase",
    "passphrases",
    "passwd",
    "password",
    "passwordhash",
    "passwords",
    "privatekey",
    "pwd",
    "refreshtoken",
    "samltoken",
    "secret",
    "secretanswer",
    "secretkey",
    "secrets",
    "secretvalue",
    "securitytoken",
    "sessionkey",
    "sessiontoken",
    "signingkey",
    "tokenencrypted",
    "tokenpayload",
    "transactionkey",
    "webtoken",
];

/// Names that end like a secret by chance.
const BY_CHANCE: &[&str] = &["GridToken"];

fn judged(name: &str) -> bool {
    let base = name.trim_end_matches("__pc").trim_end_matches("__c");
    let base = base.trim_end_matches(|c: char| c.is_ascii_digit());
    let small = base.to_lowercase();
    let whole: String = small.chars().filter(|c| c.is_alphanumeric()).collect();
    // `hasPassword` and `is_secret` are answered by yes or no, `issuerPassword` is not.
    for question in ["is", "has"] {
        let begins_a_word = |rest: &str| !rest.starts_with(char::is_lowercase);
        if small.starts_with(question) && base.get(question.len()..).is_some_and(begins_a_word)
            || whole
                .strip_prefix(question)
                .is_some_and(|rest| ENDINGS.contains(&rest))
        {
            return false;
        }
    }
    let ends = ENDINGS.iter().any(|ending| whole.ends_with(ending));
    ends && !BY_CHANCE.contains(&name) || ["sessionid", "sessionids"].contains(&&*whole)
}

/// The values of all attributes `name` in the files below a folder.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, names);
            continue;
        }
        let extension = path.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("wsdl" | "xsd" | "xml")) {
            continue;
        }
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for (at, _) in text.match_indices("name=") {
            let mut rest = text[at + "name=".len()..].chars();
            if text[..at].ends_with(char::is_whitespace)
                && let Some(quote @ ('"' | '\'')) = rest.next()
            {
                names.insert(rest.take_while(|c| *c != quote).collect());
            }
        }
    }
}

/// How many of the names are secret.
fn judge(names: &BTreeSet<String>) -> usize {
    let differ = |name: &&String| names_secret(name) != judged(name);
    let different: Vec<_> = names.iter().filter(differ).collect();
    assert!(
        different.is_empty(),
        "the rule of secret/names.rs and the list of this test differ on {different:?}"
    );
    names.iter().filter(|name| names_secret(name)).count()
}

#[test]
fn the_names_of_the_repository_are_judged() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = BTreeSet::new();
    for folder in ["tenants", "codegen/tests/fixtures", "wsdl/tests/fixtures"] {
        collect(&root.join(folder), &mut names);
    }
    assert!(names.len() > 1_000, "{} names", names.len());
    for expected in ["password", "sessionId", "newPassword"] {
        assert!(
            names.contains(expected) && names_secret(expected),
            "{expected}"
        );
    }
    assert!(judge(&names) >= 5);
}

#[test]
fn the_names_of_the_corpus_are_judged() {
    let Some(corpus) = std::env::var_os("SAPONIFY_CORPUS") else {
        eprintln!("not run: SAPONIFY_CORPUS names no folder of WSDLs");
        return;
    };
    let mut names = BTreeSet::new();
    collect(Path::new(&corpus), &mut names);
    assert!(names.len() > 1_000, "{} names", names.len());
    let secret = judge(&names);
    eprintln!("{secret} of {} names are secret", names.len());
}
