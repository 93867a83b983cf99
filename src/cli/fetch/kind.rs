//! The WSDLs of a tenant, and where the org serves them.

use clap::ValueEnum;

use crate::cli::Failure;

/// The WSDLs that every org has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Api {
    /// The objects of this tenant, each with a type of its own.
    Enterprise,
    /// Objects of any tenant, as names and values.
    Partner,
    /// Settings and other metadata.
    Metadata,
    /// Objects for development tools.
    Tooling,
    /// Compiles and runs Apex.
    Apex,
}

/// Which WSDL is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Api(Api),
    /// An Apex class with web services: its name, or `namespace/name`.
    Class(String),
}

/// The version of an installed package, as the parameter of a page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PackageVersion {
    pub(super) namespace: String,
    pub(super) version: String,
}

impl Kind {
    /// The web services of an Apex class.
    pub(super) fn class(name: &str) -> Result<Self, Failure> {
        let is_name = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let parts: Vec<&str> = name.split('/').collect();
        match parts.len() <= 2 && parts.iter().all(|part| is_name(part)) {
            true => Ok(Self::Class(name.to_owned())),
            false => Err(
                Failure::usage(format!("{name} is no name of an Apex class"))
                    .hint("write NAME, or NAMESPACE/NAME for a class of a package"),
            ),
        }
    }

    /// The name of the file, if none is given.
    pub(super) fn file_name(&self) -> String {
        match self {
            Self::Api(api) => format!("{}.wsdl", api.name()),
            Self::Class(name) => format!("{}.wsdl", name.rsplit('/').next().unwrap_or(name)),
        }
    }

    /// Whether the versions of packages can be chosen.
    pub(super) fn has_packages(&self) -> bool {
        matches!(self, Self::Api(Api::Enterprise | Api::Partner))
    }

    /// The paths, with their queries, in the order in which they are tried.
    pub(super) fn paths(&self, versions: &[PackageVersion]) -> Vec<String> {
        let versions = |first: char| {
            let mut query = String::new();
            for PackageVersion { namespace, version } in versions {
                query.push(if query.is_empty() { first } else { '&' });
                query.push_str(&format!("ver_{namespace}={version}"));
            }
            query
        };
        match self {
            Self::Api(Api::Enterprise) => vec![
                format!("/services/wsdl/enterprise{}", versions('?')),
                format!("/soap/wsdl.jsp?type=*{}", versions('&')),
            ],
            Self::Api(Api::Partner) => vec![format!("/soap/wsdl.jsp{}", versions('?'))],
            Self::Api(api) => vec![format!("/services/wsdl/{}", api.name())],
            Self::Class(name) => vec![format!("/services/wsdl/class/{name}")],
        }
    }

    /// The words for messages.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Api(api) => format!("the {} WSDL", api.name()),
            Self::Class(name) => format!("the WSDL of the Apex class {name}"),
        }
    }
}

impl Api {
    fn name(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Partner => "partner",
            Self::Metadata => "metadata",
            Self::Tooling => "tooling",
            Self::Apex => "apex",
        }
    }
}

impl PackageVersion {
    /// The choice, if it can be a part of an address as it is.
    pub(super) fn new(namespace: &str, version: &str) -> Option<Self> {
        let is_plain = |text: &str, others: &str| {
            let is_known = |c: char| c.is_ascii_alphanumeric() || others.contains(c);
            !text.is_empty() && text.chars().all(is_known)
        };
        (is_plain(namespace, "_") && is_plain(version, ".")).then(|| Self {
            namespace: namespace.to_owned(),
            version: version.to_owned(),
        })
    }
}

/// Reads `NAMESPACE=VERSION`.
pub(super) fn package_version(text: &str) -> Result<PackageVersion, String> {
    text.split_once('=')
        .and_then(|(namespace, version)| PackageVersion::new(namespace, version))
        .ok_or_else(|| {
            "expected the namespace of a package, `=` and a version such as 3.14".to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_another_path() {
        for name in ["", "..", "a/b/c", "/a", "a?b", "a%2f", "1a", "a//b"] {
            assert!(Kind::class(name).is_err(), "{name}");
        }
        for text in ["nwt", "nwt=", "=1.2", "nwt=1.2&type=x", "n/t=1"] {
            assert!(package_version(text).is_err(), "{text}");
        }
        let versions = [package_version("nwt=3.0").unwrap()];
        assert_eq!(
            Kind::Api(Api::Enterprise).paths(&versions),
            [
                "/services/wsdl/enterprise?ver_nwt=3.0",
                "/soap/wsdl.jsp?type=*&ver_nwt=3.0"
            ]
        );
        assert_eq!(
            Kind::class("nwt/Send").unwrap().paths(&[]),
            ["/services/wsdl/class/nwt/Send"]
        );
    }
}
