//! What SECURITY.md promises of the dependencies, as far as Cargo.lock shows it. `cargo deny check`
//! (deny.toml) says more, and needs the network.

mod publishing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use toml::Table;

/// Other implementations of TLS, and what they would bring along. Build scripts must not need a C
/// library of the system for it.
const BANNED: &[&str] = &[
    "aws-lc-fips-sys",
    "aws-lc-rs",
    "aws-lc-sys",
    "boring",
    "boring-sys",
    "mbedtls",
    "native-tls",
    "openssl",
    "openssl-sys",
    "quinn",
    "schannel-tls",
    "wolfssl-sys",
];

/// Two versions of one of these would be two implementations of TLS, or two answers to the question
/// which certificates are good.
const ONE_VERSION: &[&str] = &[
    "hyper",
    "quick-xml",
    "reqwest",
    "ring",
    "rustls",
    "rustls-native-certs",
    "rustls-pki-types",
    "rustls-platform-verifier",
    "rustls-webpki",
    "secrecy",
    "subtle",
    "tokio",
    "tokio-rustls",
    "untrusted",
    "zeroize",
];

/// What only one dependency may bring along, which is part of a feature that is off by default: librdkafka has no
/// other TLS than OpenSSL, and the client of object stores reads XML with a quick-xml of its own.
const ONLY_OF: &[(&str, &str, &str)] = &[
    ("openssl-sys", "rdkafka-sys", "kafka"),
    ("quick-xml", "object_store", "object-store"),
];

/// The first version without a known weakness, where a dependency of ours would accept an older one.
const LEAST: &[(&str, [u64; 3])] = &[
    // RUSTSEC-2026-0194 and RUSTSEC-2026-0195: quadratic attributes, unbounded namespaces.
    ("quick-xml", [0, 41, 0]),
    // RUSTSEC-2024-0336: an endless loop.
    ("rustls", [0, 23, 5]),
    // RUSTSEC-2025-0009: a panic in AES.
    ("ring", [0, 17, 12]),
    // RUSTSEC-2024-0421: Punycode in host names.
    ("idna", [1, 0, 0]),
];

/// Cryptography other than ring's, which the connector's vault and its keyring use. The runtime links
/// none of it.
const OTHER_CRYPTOGRAPHY: &[&str] = &[
    "aes",
    "aes-gcm",
    "age",
    "argon2",
    "blake2",
    "chacha20",
    "chacha20poly1305",
    "cipher",
    "curve25519-dalek",
    "digest",
    "hkdf",
    "hmac",
    "rsa",
    "scrypt",
    "sha1",
    "sha2",
    "x25519-dalek",
];

/// A package of the lock file.
struct Package {
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    /// Names, with a version where there are several.
    dependencies: Vec<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> Table {
    let path = root().join(path);
    let text = std::fs::read_to_string(&path).expect("the file is readable");
    text.parse().expect("the file is TOML")
}

fn packages() -> BTreeMap<String, Vec<Package>> {
    let lock = read("Cargo.lock");
    let mut packages: BTreeMap<String, Vec<Package>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let text = |key: &str| Some(package.get(key)?.as_str()?.to_owned());
        let dependencies = package.get("dependencies").and_then(|list| list.as_array());
        let dependencies = dependencies.into_iter().flatten();
        packages
            .entry(text("name").expect("a name"))
            .or_default()
            .push(Package {
                version: text("version").expect("a version"),
                source: text("source"),
                checksum: text("checksum"),
                dependencies: dependencies
                    .map(|name| name.as_str().expect("a name").to_owned())
                    .collect(),
            });
    }
    assert!(packages.len() > 100);
    packages
}

/// The packages that depend on one, by its name as it is in their lists.
fn dependents<'a>(
    packages: &'a BTreeMap<String, Vec<Package>>,
    name: &'a str,
) -> impl Iterator<Item = &'a str> {
    let depends = move |versions: &Vec<Package>| {
        let mut all = versions.iter().flat_map(|package| &package.dependencies);
        all.any(|dependency| dependency == name)
    };
    packages
        .iter()
        .filter(move |(_, versions)| depends(versions))
        .map(|(package, _)| package.as_str())
}

fn numbers(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release
        .split('.')
        .map(|part| part.parse().unwrap())
        .collect()
}

#[test]
fn there_is_one_implementation_of_tls() {
    let packages = packages();
    for name in BANNED {
        let allowed = ONLY_OF.iter().find(|(known, ..)| known == name);
        let of: Vec<&str> = dependents(&packages, name).collect();
        match allowed {
            None => assert!(!packages.contains_key(*name), "{name} must not be linked"),
            Some((_, only, _)) => assert_eq!(of, [*only], "{name}"),
        }
    }
    let program = read("Cargo.toml");
    let default = program["features"]["default"].as_array().unwrap();
    for (_, _, feature) in ONLY_OF {
        assert!(!default.iter().any(|name| name.as_str() == Some(feature)));
    }
    for name in ONE_VERSION {
        let versions = packages.get(*name).map(|found| {
            let versions = found.iter().map(|package| package.version.as_str());
            versions.collect::<Vec<_>>()
        });
        let versions = versions.unwrap_or_else(|| panic!("{name} is gone; take it off the list"));
        // Where there are two versions, a dependency names the one that it takes.
        let is_own = |version: &&&str| {
            let wanted = format!("{name} {version}");
            let of: Vec<&str> = dependents(&packages, &wanted).collect();
            !ONLY_OF
                .iter()
                .any(|(known, only, _)| known == name && of == [*only])
        };
        let count = versions.iter().filter(is_own).count();
        assert_eq!(count, 1, "{name}: {versions:?}");
    }
}

#[test]
fn everything_comes_from_the_registry_with_a_checksum() {
    for (name, versions) in packages() {
        for package in versions {
            match &package.source {
                // A crate of this repository.
                None => assert!(name.starts_with("saponify"), "{name}"),
                Some(source) => {
                    let registry = "registry+https://github.com/rust-lang/crates.io-index";
                    assert_eq!(source, registry, "{name}");
                    assert!(package.checksum.is_some(), "{name}");
                }
            }
        }
    }
}

#[test]
fn no_version_with_a_known_weakness_is_used() {
    let packages = packages();
    for (name, least) in LEAST {
        for package in packages.get(*name).into_iter().flatten() {
            assert!(
                numbers(&package.version) >= least.to_vec(),
                "{name} {}",
                package.version
            );
        }
    }
}

#[test]
fn the_tests_that_security_md_names_exist() {
    let text =
        std::fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md is readable");
    let quoted = text.split('`').skip(1).step_by(2);
    let paths: Vec<_> = quoted
        .filter(|path| path.contains('/') && !path.contains(' '))
        .collect();
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        assert!(root().join(path).exists(), "{path}");
    }
}

/// What a program that calls a service links, on any platform.
#[test]
fn the_runtime_has_no_cryptography_but_that_of_rustls_and_ring() {
    let packages = packages();
    let manifest = read("runtime/Cargo.toml");
    let direct = manifest["dependencies"].as_table().expect("dependencies");
    let mut todo: Vec<String> = direct.keys().cloned().collect();
    let mut linked = BTreeSet::new();
    while let Some(next) = todo.pop() {
        let (name, version) = match next.split_once(' ') {
            Some((name, version)) => (name, Some(version)),
            None => (next.as_str(), None),
        };
        for package in packages.get(name).into_iter().flatten() {
            let is_meant = version.is_none_or(|version| version == package.version);
            if is_meant && linked.insert((name.to_owned(), package.version.clone())) {
                todo.extend(package.dependencies.iter().cloned());
            }
        }
    }
    let names: BTreeSet<&str> = linked.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains("ring") && names.contains("rustls"));
    let others: Vec<_> = (OTHER_CRYPTOGRAPHY.iter())
        .filter(|name| names.contains(**name))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}
