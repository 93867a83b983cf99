//! The fields of a form, or of the query of an address.

use std::fmt;

use zeroize::Zeroizing;

/// Fields by name. Values may be secrets, so they are erased when dropped and never printed.
#[derive(Clone, Default)]
pub(in crate::console) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    pub(in crate::console) fn parse(encoded: &[u8]) -> Self {
        let fields = form_urlencoded::parse(encoded);
        Self(
            fields
                .map(|(name, value)| (name.into_owned(), Zeroizing::new(value.into_owned())))
                .collect(),
        )
    }

    /// The first value with this name without surrounding white space, or an empty text.
    pub(in crate::console) fn text(&self, name: &str) -> &str {
        self.exact(name).trim()
    }

    /// The first value with this name as it was sent, or an empty text.
    pub(in crate::console) fn exact(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}
