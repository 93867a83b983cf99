//! The identifiers of one scope.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::case::escape;

/// Number of spellings of a name. If all are taken, the identifier gets a number.
pub(super) const SPELLINGS: usize = 5;

/// Identifiers of one scope.
///
/// A name has several spellings. The first is idiomatic; each later one is closer to how the name is
/// written. A name gets the first spelling that no other name wants. If several names want the same
/// identifier, the one that is written like it gets it, and the others go on to their next spelling. So
/// the result depends neither on the number of names nor on their order.
#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
    reserved: &'static [&'static str],
}

/// How many names want an identifier.
#[derive(Clone, Copy, Default)]
struct Claims {
    all: u32,
    /// How many of them are written like the identifier: their next spelling is the same.
    exact: u32,
}

impl Scope {
    /// A scope in which some names already have a meaning.
    pub(super) fn with_reserved(reserved: &'static [&'static str]) -> Self {
        Self {
            reserved,
            ..Self::default()
        }
    }

    /// Takes identifiers that the options give. Returns whether they were free.
    pub(super) fn claim<const N: usize>(&mut self, idents: &[String; N]) -> bool {
        let free = !idents.iter().any(|ident| self.taken.contains(ident));
        self.taken.extend(idents.iter().cloned());
        free
    }

    /// Makes an identifier unavailable for names.
    pub(super) fn reserve(&mut self, ident: &str) {
        self.taken.insert(ident.to_owned());
    }

    /// The identifiers of `count` names. `spelling` gives the spelling of a name, by its index and a
    /// level.
    pub(super) fn assign<const N: usize>(
        &mut self,
        count: usize,
        spelling: impl Fn(usize, usize) -> [String; N],
    ) -> Vec<[String; N]> {
        let assigned = self.assign_with_level(count, spelling);
        assigned.into_iter().map(|(idents, _)| idents).collect()
    }

    /// The identifiers, and the level of the spelling that each has. Level 0 is the idiomatic one.
    ///
    /// A spelling may be several identifiers, which are then all taken from the same level. Only equal
    /// names are numbered, in their order.
    pub(super) fn assign_with_level<const N: usize>(
        &mut self,
        count: usize,
        spelling: impl Fn(usize, usize) -> [String; N],
    ) -> Vec<([String; N], usize)> {
        let idiomatic = (0..count).map(|index| spelling(index, 0));
        let idiomatic: Vec<[String; N]> = idiomatic
            .map(|names| names.map(|name| self.usable(name)))
            .collect();
        if self.take_all(&idiomatic) {
            return idiomatic.into_iter().map(|idents| (idents, 0)).collect();
        }
        let mut assigned: Vec<([String; N], usize)> = Vec::with_capacity(count);
        assigned.resize_with(count, || {
            (std::array::from_fn(|_| String::new()), SPELLINGS)
        });
        let mut spellings: Vec<[String; N]> = (0..count).map(|index| spelling(index, 0)).collect();
        let again = repeated(&spellings, &spelling);
        let mut open: Vec<usize> = (0..count).collect();
        if !again.is_empty() {
            open.retain(|index| !again.contains_key(index));
            spellings = open.iter().map(|index| spelling(*index, 0)).collect();
        }
        // Spellings that several names wanted. No other name may get them.
        let mut contested: HashSet<String> = HashSet::new();
        for level in 0..SPELLINGS {
            if level > 0 {
                spellings = open.iter().map(|index| spelling(*index, level)).collect();
            }
            let wanted: Vec<[String; N]> = std::mem::take(&mut spellings)
                .into_iter()
                .map(|names| names.map(|name| self.usable(name)))
                .collect();
            let mut claims: HashMap<&str, Claims> = HashMap::with_capacity(wanted.len() * N);
            for ident in wanted.iter().flatten() {
                claims.entry(ident).or_default().all += 1;
            }
            let shared = |idents: &[String; N], claims: &HashMap<&str, Claims>| {
                let several = |ident: &String| claims.get(&**ident).is_some_and(|c| c.all > 1);
                idents.iter().any(|i| several(i) || contested.contains(i))
            };
            // A name is written like the identifier if its next spelling is the same, without a
            // suffix.
            let exact: Vec<bool> = open
                .iter()
                .zip(&wanted)
                .map(|(&index, idents)| {
                    let plain = |ident: &str| ident.strip_prefix("r#").unwrap_or(ident).to_owned();
                    shared(idents, &claims)
                        && level + 1 < SPELLINGS
                        && spelling(index, level + 1) == idents.each_ref().map(|ident| plain(ident))
                })
                .collect();
            for (idents, _) in wanted.iter().zip(&exact).filter(|(_, exact)| **exact) {
                for ident in idents {
                    claims.entry(ident).or_default().exact += 1;
                }
            }
            let mut rest = Vec::new();
            let mut lost = Vec::new();
            for ((&index, idents), exact) in open.iter().zip(&wanted).zip(exact) {
                let sole = |ident: &String| claims.get(&**ident).is_some_and(|c| c.exact == 1);
                let free = !idents.iter().any(|ident| self.taken.contains(ident));
                let wins = !shared(idents, &claims) || exact && idents.iter().all(sole);
                if free && wins {
                    self.taken.extend(idents.iter().cloned());
                    assigned[index] = (idents.clone(), level);
                } else {
                    rest.push(index);
                    lost.push(idents.clone());
                }
            }
            contested.extend(lost.into_iter().flatten());
            open = rest;
            if open.is_empty() {
                break;
            }
        }
        let mut next = HashMap::new();
        for index in open {
            let last = spelling(index, SPELLINGS - 1);
            assigned[index].0 = self.number(&last, next.entry(last.clone()).or_insert(1));
        }
        let mut again: Vec<(usize, usize)> = again.into_iter().collect();
        again.sort_unstable();
        for (index, first) in again {
            let like = spelling(first, assigned[first].1.min(SPELLINGS - 1));
            assigned[index].0 = self.number(&like, next.entry(like.clone()).or_insert(2));
        }
        assigned
    }

    /// The first free identifiers of a spelling with a number as suffix.
    fn number<const N: usize>(&mut self, spelling: &[String; N], next: &mut u32) -> [String; N] {
        loop {
            let number = *next;
            *next += 1;
            let idents = spelling.clone().map(|name| match number {
                1 => self.usable(name),
                number => self.usable(format!("{name}_{number}")),
            });
            if self.claim(&idents) {
                return idents;
            }
        }
    }

    /// The text from which an identifier of this scope was made usable.
    pub(super) fn unescaped<'i>(&self, ident: &'i str) -> &'i str {
        match ident.strip_suffix('_') {
            Some(plain) if self.usable(plain.to_owned()) == ident => plain,
            _ => ident.strip_prefix("r#").unwrap_or(ident),
        }
    }

    /// The identifier of a name that stands by itself: its first spelling that is free.
    pub(super) fn assign_one(&mut self, spelling: impl Fn(usize) -> String) -> String {
        for level in 0..SPELLINGS {
            let ident = self.usable(spelling(level));
            if self.taken.insert(ident.clone()) {
                return ident;
            }
        }
        let [ident] = self.number(&[spelling(SPELLINGS - 1)], &mut 1);
        ident
    }

    /// Takes identifiers if all of them are free and differ. In nearly all scopes they do.
    fn take_all<const N: usize>(&mut self, idents: &[[String; N]]) -> bool {
        self.taken.reserve(idents.len() * N);
        for (taken, ident) in idents.iter().flatten().enumerate() {
            if !self.taken.insert(ident.clone()) {
                for ident in idents.iter().flatten().take(taken) {
                    self.taken.remove(ident);
                }
                return false;
            }
        }
        true
    }

    fn usable(&self, ident: String) -> String {
        if self.reserved.contains(&ident.as_str()) {
            format!("{ident}_")
        } else {
            escape(ident)
        }
    }
}

/// The indices of repeated names, with the index of the first occurrence of each. A name that occurs
/// several times counts once until it has its identifier.
fn repeated<const N: usize>(
    spellings: &[[String; N]],
    spelling: impl Fn(usize, usize) -> [String; N],
) -> HashMap<usize, usize> {
    let mut idiomatic: HashMap<&[String; N], Vec<usize>> = HashMap::with_capacity(spellings.len());
    for (index, idents) in spellings.iter().enumerate() {
        idiomatic.entry(idents).or_default().push(index);
    }
    let mut again = HashMap::new();
    for equal in idiomatic.into_values().filter(|equal| equal.len() > 1) {
        let mut first = HashMap::new();
        for index in equal {
            match first.entry(spelling(index, SPELLINGS - 1)) {
                Entry::Occupied(known) => {
                    again.insert(index, *known.get());
                }
                Entry::Vacant(new) => {
                    new.insert(index);
                }
            }
        }
    }
    again
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Assigns the spellings of fields.
    fn assign(scope: &mut Scope, names: &[&str]) -> Vec<String> {
        let spelling = |at: usize, level: usize| [super::super::fields::spelling(names[at], level)];
        let idents = scope.assign(names.len(), spelling);
        idents.into_iter().map(|[ident]| ident).collect()
    }

    #[test]
    fn alone() {
        let mut scope = Scope::with_reserved(&["get"]);
        let idents = assign(&mut scope, &["FooBar", "Get", "Type", "self", "a-b"]);
        assert_eq!(idents, ["foo_bar", "get_", "r#type", "self_", "a_b"]);
        assert_eq!(scope.unescaped("get_"), "get");
        assert_eq!(scope.unescaped("self_"), "self");
        assert_eq!(scope.unescaped("r#type"), "type");
        assert_eq!(scope.unescaped("foo_"), "foo_");
    }

    #[test]
    fn conflicts() {
        let assign = |names: &[&str]| assign(&mut Scope::default(), names);
        // The name that is written like the identifier has it, in any order.
        assert_eq!(
            assign(&["QuietHours__c", "Quiet_hours__c"]),
            ["quiethours__c", "quiet_hours__c"]
        );
        assert_eq!(
            assign(&["Quiet_hours__c", "QuietHours__c"]),
            ["quiet_hours__c", "quiethours__c"]
        );
        assert_eq!(assign(&["fooBar", "FooBar"]), ["fooBar", "FooBar"]);
        assert_eq!(assign(&["foo", "Foo", "FOO"]), ["foo", "Foo", "FOO"]);
        assert_eq!(
            assign(&[
                "foo-bar", "foo.bar", "foo_bar", "fooBar", "FooBar", "foobar"
            ]),
            [
                "foou2dbar",
                "foou2ebar",
                "foo_bar",
                "fooBar",
                "FooBar",
                "foobar"
            ]
        );
        assert_eq!(assign(&["type", "Type"]), ["r#type", "Type"]);
        // Only names that are equal on the wire are numbered.
        assert_eq!(
            assign(&["sameName", "sameName", "Other", "sameName"]),
            ["same_name", "same_name_2", "other", "same_name_3"]
        );
    }

    #[test]
    fn together() {
        let mut scope = Scope::default();
        let names = ["a", "A", "b"];
        let spelling = |at: usize, level: usize| match level {
            0 => [names[at].to_lowercase(), names[at].to_uppercase()],
            _ => [names[at].to_owned(), format!("{}_KEY", names[at])],
        };
        assert_eq!(
            scope.assign(3, spelling),
            [["a", "a_KEY"], ["A", "A_KEY"], ["b", "B"]]
        );
        assert!(!scope.claim(&["b".to_owned()]));
        assert!(scope.claim(&["c".to_owned()]));
    }
}
