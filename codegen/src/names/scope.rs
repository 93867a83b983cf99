//! Who has which identifier in one scope.

use std::collections::{HashMap, HashSet};

use super::case::escape;

/// Identifiers of one scope. Names come in a fixed order, and the first to come gets the plain
/// identifier, later ones an ordinal.
#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
    next: HashMap<String, u32>,
    reserved: &'static [&'static str],
}

impl Scope {
    /// A scope in which some names have a meaning already.
    pub(super) fn with_reserved(reserved: &'static [&'static str]) -> Self {
        Self {
            reserved,
            ..Self::default()
        }
    }

    pub(super) fn has(&self, ident: &str) -> bool {
        self.taken.contains(ident)
    }

    /// An identifier for a name: the name itself, `name_` if that is reserved, `name_2` if taken.
    pub(super) fn claim(&mut self, name: &str) -> String {
        let [ident] = self.claim_all(name, |name| [name.to_owned()]);
        ident
    }

    /// Several identifiers that are made of one name, so that they stay alike.
    pub(super) fn claim_all<const N: usize>(
        &mut self,
        name: &str,
        make: impl Fn(&str) -> [String; N],
    ) -> [String; N] {
        let mut candidate = name.to_owned();
        loop {
            let idents = make(&candidate).map(|ident| self.usable(&ident));
            if !idents.iter().any(|ident| self.taken.contains(ident)) {
                self.taken.extend(idents.iter().cloned());
                return idents;
            }
            let next = self.next.entry(name.to_owned()).or_insert(1);
            *next += 1;
            candidate = format!("{name}_{next}");
        }
    }

    /// What an identifier of this scope was before it was made usable.
    pub(super) fn unescaped<'i>(&self, ident: &'i str) -> &'i str {
        match ident.strip_suffix('_') {
            Some(plain) if self.usable(plain) == ident => plain,
            _ => ident.strip_prefix("r#").unwrap_or(ident),
        }
    }

    fn usable(&self, ident: &str) -> String {
        if self.reserved.contains(&ident) {
            format!("{ident}_")
        } else {
            escape(ident)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinals() {
        let mut scope = Scope::with_reserved(&["get"]);
        assert_eq!(scope.claim("foo"), "foo");
        assert_eq!(scope.claim("foo_2"), "foo_2");
        assert_eq!(scope.claim("foo"), "foo_3");
        assert_eq!(scope.claim("get"), "get_");
        assert_eq!(scope.claim("get_"), "get__2");
        assert_eq!(scope.claim("type"), "r#type");
        assert_eq!(scope.claim("type"), "type_2");
        assert_eq!(scope.unescaped("get_"), "get");
        assert_eq!(scope.unescaped("self_"), "self");
        assert_eq!(scope.unescaped("r#type"), "type");
        assert_eq!(scope.unescaped("foo_"), "foo_");
    }

    #[test]
    fn alike() {
        let mut scope = Scope::default();
        let make = |name: &str| [name.to_owned(), name.to_uppercase()];
        assert_eq!(scope.claim_all("a", make), ["a", "A"]);
        assert_eq!(scope.claim("B"), "B");
        assert_eq!(scope.claim_all("b", make), ["b_2", "B_2"]);
    }
}
