//! Headers that the WSDL does not declare.

use std::sync::Arc;

use crate::record::Element;
use crate::schema::SoapVersion;
use crate::ws::RawHeader;
use crate::xml::Reader;

/// Which headers that no table declares are understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Understood {
    /// The headers of the client, which know the headers of the response.
    raw: Vec<Arc<dyn RawHeader>>,
    /// Namespaces and names that a server understands.
    #[cfg(feature = "server")]
    names: Arc<[(String, String)]>,
}

impl Understood {
    pub(crate) fn of_raw(raw: Vec<Arc<dyn RawHeader>>) -> Self {
        Self {
            raw,
            #[cfg(feature = "server")]
            names: Arc::default(),
        }
    }

    #[cfg(feature = "server")]
    pub(crate) fn of_names(names: Arc<[(String, String)]>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    pub(super) fn contains(&self, uri: &str, local: &str) -> bool {
        #[cfg(feature = "server")]
        if self
            .names
            .iter()
            .any(|(ns, name)| ns == uri && name == local)
        {
            return true;
        }
        self.raw.iter().any(|header| header.understands(uri, local))
    }
}

/// The headers of a request that no table declares.
#[derive(Debug, Default)]
pub(crate) struct Undeclared {
    /// Those that are understood.
    pub(crate) understood: Vec<Element>,
    /// The namespaces and names of those that must be understood and are not.
    pub(crate) not_understood: Vec<(String, String)>,
}

/// The number of headers that are named as not understood. Nobody reads a longer list.
const MOST_NAMED: usize = 10;

impl Undeclared {
    pub(super) fn add_not_understood(&mut self, name: (String, String)) {
        let named = &mut self.not_understood;
        if named.len() < MOST_NAMED && !named.contains(&name) {
            named.push(name);
        }
    }
}

/// Whether the header whose start tag was read last is addressed to this program (SOAP 1.1 section
/// 4.2.2; SOAP 1.2 Part 1, section 2.2).
pub(super) fn is_ours(reader: &Reader<'_>, version: SoapVersion) -> bool {
    let role = match version {
        SoapVersion::V1_1 => "actor",
        SoapVersion::V1_2 => "role",
    };
    match said(reader, version, role) {
        None | Some("") => true,
        Some(role) => OUR_ROLES.contains(&role),
    }
}

/// Whether the header whose start tag was read last is addressed to this program and must not be
/// ignored.
pub(super) fn must_understand(reader: &Reader<'_>, version: SoapVersion) -> bool {
    let must = said(reader, version, "mustUnderstand");
    matches!(must, Some("1" | "true")) && is_ours(reader, version)
}

/// The value of an attribute of the envelope's namespace.
fn said<'r>(reader: &'r Reader<'_>, version: SoapVersion, name: &str) -> Option<&'r str> {
    let mut attributes = reader.attributes().iter();
    let found = attributes.find(|attribute| {
        attribute.local == name && reader.context.uri(attribute.ns) == version.envelope()
    });
    found.map(|attribute| attribute.value.trim())
}

/// The roles that a client and a server play.
const OUR_ROLES: [&str; 3] = [
    "http://schemas.xmlsoap.org/soap/actor/next",
    "http://www.w3.org/2003/05/soap-envelope/role/next",
    "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver",
];
