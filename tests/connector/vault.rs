//! Hazard: a secret in plain text on the disk, in a message, or lost.

use std::path::Path;

use saponify_cli::connector::vault::{
    ExposeSecret as _, SecretSource, SecretString, Secrets, Vault,
};
use tempfile::TempDir;

/// Secrets that must not be anywhere.
const CANARY: &str = "c4nary-p4ssword";

fn secrets() -> Secrets {
    let mut secrets = Secrets::default();
    secrets.insert("password", CANARY.into());
    secrets.insert("security token", "t0ken-c4nary".into());
    secrets
}

fn vault(home: &Path, key: &str) -> Vault {
    Vault::new(home, Some(key.into())).unwrap()
}

/// All bytes of all files below a folder.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => bytes.extend(bytes_of(&path)),
            false => bytes.extend(std::fs::read(&path).unwrap()),
        }
    }
    bytes
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn a_file_contains_no_plain_text_and_opens_only_with_its_key() {
    let identity = age::x25519::Identity::generate()
        .to_string()
        .expose_secret()
        .to_owned();
    let other = age::x25519::Identity::generate()
        .to_string()
        .expose_secret()
        .to_owned();
    for (key, wrong) in [
        (identity.as_str(), other.as_str()),
        ("correct horse", "battery staple"),
    ] {
        let home = TempDir::new().unwrap();
        vault(home.path(), key).keep("acme", &secrets()).unwrap();
        let bytes = bytes_of(home.path());
        assert!(contains(&bytes, "age-encryption.org/v1"));
        for plain in [CANARY, "t0ken-c4nary", key] {
            assert!(!contains(&bytes, plain), "{plain}");
        }
        let recalled = vault(home.path(), key).recall("acme").unwrap();
        assert_eq!(recalled.get("password").unwrap().expose_secret(), CANARY);
        assert_eq!(
            recalled.names().collect::<Vec<_>>(),
            ["password", "security token"]
        );
        assert!(recalled.get("client secret").unwrap_err().is_vault());

        let error = vault(home.path(), wrong).recall("acme").unwrap_err();
        assert!(error.is_vault() && error.advice().is_some(), "{error:?}");
        assert!(!format!("{error:?} {error}").contains(wrong));
        let error = Vault::new(home.path(), None)
            .unwrap()
            .recall("acme")
            .unwrap_err();
        assert!(error.to_string().contains("no key was given"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = TempDir::new().unwrap();
    let identity = age::x25519::Identity::generate().to_string();
    vault(home.path(), identity.expose_secret())
        .keep("acme", &secrets())
        .unwrap();
    let mode = std::fs::metadata(home.path().join("acme/secrets.age"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn forgotten_secrets_are_removed_and_connections_are_independent() {
    let home = TempDir::new().unwrap();
    let identity = age::x25519::Identity::generate().to_string();
    let vault = vault(home.path(), identity.expose_secret());
    let mut other = Secrets::default();
    other.insert("password", "other".into());
    vault.keep("acme", &secrets()).unwrap();
    vault.keep("globex", &other).unwrap();
    vault.forget("acme").unwrap();
    vault.forget("acme").unwrap();
    assert_eq!(
        vault
            .recall("globex")
            .unwrap()
            .get("password")
            .unwrap()
            .expose_secret(),
        "other"
    );
    assert!(vault.recall("acme").unwrap_err().is_vault());
}

#[test]
fn a_damaged_file_is_reported() {
    let home = TempDir::new().unwrap();
    let identity = age::x25519::Identity::generate().to_string();
    let vault = vault(home.path(), identity.expose_secret());
    vault.keep("acme", &secrets()).unwrap();
    let path = home.path().join("acme/secrets.age");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert!(vault.recall("acme").unwrap_err().is_vault());
}

#[test]
fn invalid_keys_are_refused() {
    let home = TempDir::new().unwrap();
    assert!(
        Vault::new(home.path(), Some("".into()))
            .unwrap_err()
            .is_usage()
    );
    let broken = "AGE-SECRET-KEY-1NOTAKEYATALL";
    let error = vault(home.path(), broken)
        .keep("acme", &secrets())
        .unwrap_err();
    assert!(error.is_usage(), "{error:?}");
    assert!(!format!("{error:?}").contains("NOTAKEYATALL"));
}

#[test]
fn no_output_shows_a_secret() {
    let text = format!("{:?} {:#?}", secrets(), secrets());
    assert!(!text.contains("c4nary"), "{text}");
    let home = TempDir::new().unwrap();
    assert!(!format!("{:?}", vault(home.path(), CANARY)).contains("c4nary"));
}

fn read(source: &str) -> Result<SecretString, saponify_cli::connector::Error> {
    source.parse::<SecretSource>().unwrap().read("password")
}

#[test]
fn a_secret_is_read_from_its_source() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, format!(" {CANARY} \r\n")).unwrap();
    let secret = read(&format!("file:{}", path.display())).unwrap();
    assert_eq!(
        secret.expose_secret(),
        format!(" {CANARY} "),
        "spaces belong to it, the line break does not"
    );
    assert!(!read("env:PATH").unwrap().expose_secret().is_empty());
}

#[cfg(unix)]
#[test]
fn a_secret_comes_from_a_command() {
    assert_eq!(
        read("command:printf '%s\\n' two words")
            .unwrap()
            .expose_secret(),
        "two\nwords"
    );
    let error = read("command:echo c4nary; exit 3").unwrap_err();
    assert!(
        error.to_string().contains("failed with exit status: 3"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("c4nary"));
}

#[test]
fn an_empty_source_is_reported() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, "\n").unwrap();
    assert!(
        read(&format!("file:{}", path.display()))
            .unwrap_err()
            .is_usage()
    );
    assert!(
        read("env:SAPONIFY_THERE_IS_NO_SUCH_VARIABLE")
            .unwrap_err()
            .is_usage()
    );
    let error = read(&format!("file:{}", folder.path().join("none").display())).unwrap_err();
    assert!(
        error.to_string().contains("cannot read the password from"),
        "{error}"
    );
}

#[test]
fn an_invalid_source_is_not_repeated_because_it_may_be_the_secret() {
    for text in [CANARY, "", "env:", "file:", "command:", "password:c4nary"] {
        let error = text.parse::<SecretSource>().unwrap_err();
        assert!(error.is_usage());
        assert!(
            !format!("{error} {error:?}").contains("c4nary"),
            "{error:?}"
        );
    }
    for text in ["prompt", "-", "env:X", "file:/x", "command:pass show x"] {
        assert_eq!(text.parse::<SecretSource>().unwrap().to_string(), text);
    }
}
