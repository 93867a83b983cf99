//! What adding a name does to other names, tested with random names.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::case::{lower, snake};
use super::fields::spelling;
use super::scope::Scope;

/// Names of few letters, so that many of them conflict.
fn names(pattern: &'static str) -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set(pattern, 1..12)
}

/// The identifiers of names that are given in this order.
fn assign(names: &[&String]) -> BTreeMap<String, String> {
    let mut scope = Scope::with_reserved(&["ab", "b"]);
    let idents = scope.assign(names.len(), |at, level| [spelling(names[at], level)]);
    let pairs = names.iter().zip(idents);
    pairs
        .map(|(name, [ident])| ((*name).clone(), ident))
        .collect()
}

fn sorted(names: &BTreeSet<String>) -> BTreeMap<String, String> {
    assign(&names.iter().collect::<Vec<_>>())
}

/// What two names must have in common to conflict.
fn letters(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_name_has_an_identifier_of_its_own(names in names("[a-cA-C][a-cA-C_.-]{0,4}")) {
        let idents = sorted(&names);
        let distinct: BTreeSet<&String> = idents.values().collect();
        prop_assert_eq!(distinct.len(), names.len());
        for ident in idents.values() {
            prop_assert!(syn::parse_str::<syn::Ident>(ident).is_ok(), "{}", ident);
        }
    }

    #[test]
    fn order_has_no_say(names in names("[ab][abAB_-]{0,4}")) {
        let backward: Vec<&String> = names.iter().rev().collect();
        prop_assert_eq!(assign(&backward), sorted(&names));
    }

    #[test]
    fn a_name_that_is_not_alike_changes_nothing(
        mut names in names("[ab][abAB_-]{0,4}"),
        new in "[ab][abAB_-]{0,4}",
    ) {
        names.retain(|name| letters(name) != letters(&new));
        let before = sorted(&names);
        let after = sorted(&names.iter().cloned().chain([new]).collect());
        for (name, ident) in &before {
            prop_assert_eq!(&after[name], ident);
        }
    }

    /// Salesforce allows no two fields whose names differ only in case. Among such names, a name
    /// without a capital inside a word is never renamed, and an identifier never changes from one
    /// existing field to another.
    #[test]
    fn fields_of_salesforce_keep_their_names(
        names in names("[A-C][a-c]{0,2}(_[a-cA-C]|[A-C])?[a-c]{0,2}__c"),
        new in "[A-C][a-c]{0,2}(_[a-cA-C]|[A-C])?[a-c]{0,2}__c",
    ) {
        let mut seen = BTreeSet::from([new.to_lowercase()]);
        let names: BTreeSet<String> =
            names.into_iter().filter(|name| seen.insert(name.to_lowercase())).collect();
        let before = sorted(&names);
        let after = sorted(&names.iter().cloned().chain([new.clone()]).collect());
        for (name, ident) in &before {
            if snake(name) == lower(name) {
                prop_assert_eq!(&after[name], ident);
            } else if &after[name] != ident {
                prop_assert_eq!(snake(&new), snake(name));
            }
            let new_owner = after.iter().find(|(other, now)| *now == ident && *other != name);
            prop_assert!(new_owner.is_none_or(|(other, _)| *other == new));
        }
    }
}
