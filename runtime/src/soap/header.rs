//! Headers that the WSDL does not declare.

use std::sync::Arc;

use crate::record::Element;
use crate::ws::RawHeader;

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
