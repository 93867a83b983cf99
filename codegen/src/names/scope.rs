//! Who has which identifier in one scope.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::case::escape;

/// How many forms a name may have before identifiers are numbered.
pub(super) const FORMS: usize = 5;

/// Identifiers of one scope.
///
/// A name has several forms, the tidy one first and later ones closer to how it is written. It
/// gets the first form that it need not share: if several names would have the same identifier,
/// only one that is written so has it, and each of the others goes on to its next form. So what a
/// name is called does not depend on how many names there are, nor on their order.
#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: HashSet<String>,
    reserved: &'static [&'static str],
}

/// Who wants an identifier.
#[derive(Clone, Copy, Default)]
struct Claims {
    all: u32,
    /// Those that are written so: their next form is the same.
    exact: u32,
}

impl Scope {
    /// A scope in which some names have a meaning already.
    pub(super) fn with_reserved(reserved: &'static [&'static str]) -> Self {
        Self {
            reserved,
            ..Self::default()
        }
    }

    /// Takes identifiers that were chosen by hand, as they are; says whether they were free.
    pub(super) fn give<const N: usize>(&mut self, idents: &[String; N]) -> bool {
        let free = !idents.iter().any(|ident| self.taken.contains(ident));
        self.taken.extend(idents.iter().cloned());
        free
    }

    /// Takes an identifier out of the scope before names are assigned.
    pub(super) fn reserve(&mut self, ident: &str) {
        self.taken.insert(ident.to_owned());
    }

    /// The identifiers of `count` names, of which `form` gives the forms by index and level.
    pub(super) fn assign<const N: usize>(
        &mut self,
        count: usize,
        form: impl Fn(usize, usize) -> [String; N],
    ) -> Vec<[String; N]> {
        let assigned = self.assign_with_level(count, form);
        assigned.into_iter().map(|(idents, _)| idents).collect()
    }

    /// The identifiers, and the level of the form that they are: 0 is the tidy one.
    ///
    /// A form may be several identifiers, which stay conflicts. Only names that are the same are
    /// numbered, in the order in which they come.
    pub(super) fn assign_with_level<const N: usize>(
        &mut self,
        count: usize,
        form: impl Fn(usize, usize) -> [String; N],
    ) -> Vec<([String; N], usize)> {
        let mut assigned: Vec<([String; N], usize)> = Vec::with_capacity(count);
        assigned.resize_with(count, || (std::array::from_fn(|_| String::new()), FORMS));
        let mut forms: Vec<[String; N]> = (0..count).map(|index| form(index, 0)).collect();
        let again = repeated(&forms, &form);
        let mut open: Vec<usize> = (0..count).collect();
        if !again.is_empty() {
            open.retain(|index| !again.contains_key(index));
            forms = open.iter().map(|index| form(*index, 0)).collect();
        }
        // Forms that were wanted by several, and so may come to mean nobody else.
        let mut contested: HashSet<String> = HashSet::new();
        for level in 0..FORMS {
            if level > 0 {
                forms = open.iter().map(|index| form(*index, level)).collect();
            }
            let wanted: Vec<[String; N]> = std::mem::take(&mut forms)
                .into_iter()
                .map(|names| names.map(|name| self.usable(&name)))
                .collect();
            let mut claims: HashMap<&str, Claims> = HashMap::with_capacity(wanted.len() * N);
            for ident in wanted.iter().flatten() {
                claims.entry(ident).or_default().all += 1;
            }
            let shared = |idents: &[String; N], claims: &HashMap<&str, Claims>| {
                let several = |ident: &String| claims.get(&**ident).is_some_and(|c| c.all > 1);
                idents.iter().any(|i| several(i) || contested.contains(i))
            };
            // Written so, if the next form is the same and nothing had to be put behind it.
            let exact: Vec<bool> = open
                .iter()
                .zip(&wanted)
                .map(|(&index, idents)| {
                    let plain = |ident: &str| ident.strip_prefix("r#").unwrap_or(ident).to_owned();
                    shared(idents, &claims)
                        && level + 1 < FORMS
                        && form(index, level + 1) == idents.each_ref().map(|ident| plain(ident))
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
            let last = form(index, FORMS - 1);
            assigned[index].0 = self.number(&last, next.entry(last.clone()).or_insert(1));
        }
        let mut again: Vec<(usize, usize)> = again.into_iter().collect();
        again.sort_unstable();
        for (index, first) in again {
            let like = form(first, assigned[first].1.min(FORMS - 1));
            assigned[index].0 = self.number(&like, next.entry(like.clone()).or_insert(2));
        }
        assigned
    }

    /// The first free identifiers of a form with a number behind them.
    fn number<const N: usize>(&mut self, form: &[String; N], next: &mut u32) -> [String; N] {
        loop {
            let number = *next;
            *next += 1;
            let idents = form.clone().map(|name| match number {
                1 => self.usable(&name),
                number => self.usable(&format!("{name}_{number}")),
            });
            if self.give(&idents) {
                return idents;
            }
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

/// Names that come again, with the index at which they came first: each is one name until it has
/// its identifier.
fn repeated<const N: usize>(
    forms: &[[String; N]],
    form: impl Fn(usize, usize) -> [String; N],
) -> HashMap<usize, usize> {
    let mut tidy: HashMap<&[String; N], Vec<usize>> = HashMap::with_capacity(forms.len());
    for (index, idents) in forms.iter().enumerate() {
        tidy.entry(idents).or_default().push(index);
    }
    let mut again = HashMap::new();
    for conflicts in tidy.into_values().filter(|conflicts| conflicts.len() > 1) {
        let mut first = HashMap::new();
        for index in conflicts {
            match first.entry(form(index, FORMS - 1)) {
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

    /// Forms of fields, as far as these tests need them.
    fn assign(scope: &mut Scope, names: &[&str]) -> Vec<String> {
        let form = |at: usize, level: usize| [super::super::fields::form(names[at], level)];
        let idents = scope.assign(names.len(), form);
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
        // The one that is written so has the identifier, whatever the order.
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
        // Only what is the same on the wire is numbered.
        assert_eq!(
            assign(&["sameName", "sameName", "Other", "sameName"]),
            ["same_name", "same_name_2", "other", "same_name_3"]
        );
    }

    #[test]
    fn together() {
        let mut scope = Scope::default();
        let names = ["a", "A", "b"];
        let form = |at: usize, level: usize| match level {
            0 => [names[at].to_lowercase(), names[at].to_uppercase()],
            _ => [names[at].to_owned(), format!("{}_KEY", names[at])],
        };
        assert_eq!(
            scope.assign(3, form),
            [["a", "a_KEY"], ["A", "A_KEY"], ["b", "B"]]
        );
        assert!(!scope.give(&["b".to_owned()]));
        assert!(scope.give(&["c".to_owned()]));
    }
}
