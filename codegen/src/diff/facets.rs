//! Whether a change of facets allows more values, or fewer.

use std::cmp::Ordering;

use crate::catalog::Facet;

/// What a change of facets does. If it is not clear, it does both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Effect {
    /// There may be values that were not allowed.
    pub(super) allows_more: bool,
    /// There may be values that are not allowed any more.
    pub(super) allows_less: bool,
}

/// Facets whose value is the greatest one, and those whose value is the least one.
const UPPER: [&str; 5] = [
    "maxLength",
    "maxInclusive",
    "maxExclusive",
    "totalDigits",
    "fractionDigits",
];
const LOWER: [&str; 3] = ["minLength", "minInclusive", "minExclusive"];

/// Compares the facets of a type and its bases with those of another.
pub(super) fn effect(old: &[Facet], new: &[Facet]) -> Effect {
    let mut effect = Effect::default();
    for name in UPPER {
        effect.add(bound(old, new, name, |order| order));
    }
    for name in LOWER {
        effect.add(bound(old, new, name, Ordering::reverse));
    }
    for name in ["length", "pattern"] {
        let values = |facets: &'_ [Facet]| -> Vec<String> {
            let facets = facets.iter().filter(|facet| facet.name == name);
            facets.map(|facet| facet.value.clone()).collect()
        };
        let (old, new) = (values(old), values(new));
        effect.add(match (old.is_empty(), new.is_empty()) {
            _ if old == new => Some(Ordering::Equal),
            (true, _) => Some(Ordering::Less),
            (_, true) => Some(Ordering::Greater),
            _ => None,
        });
    }
    effect
}

impl Effect {
    /// Adds that the values are fewer, the same or more; `None` if that is not clear.
    fn add(&mut self, values: Option<Ordering>) {
        self.allows_more |= !matches!(values, Some(Ordering::Equal | Ordering::Less));
        self.allows_less |= !matches!(values, Some(Ordering::Equal | Ordering::Greater));
    }
}

/// How many values a bound allows, compared with the old bound. `values` says it if the new bound is
/// less or greater.
fn bound(
    old: &[Facet],
    new: &[Facet],
    name: &str,
    values: impl Fn(Ordering) -> Ordering,
) -> Option<Ordering> {
    // The type itself comes first, and it may only be stricter than its bases.
    let first = |facet: &&Facet| facet.name == name;
    match (old.iter().find(first), new.iter().find(first)) {
        (old, new) if old == new => Some(Ordering::Equal),
        (None, _) => Some(Ordering::Less),
        (_, None) => Some(Ordering::Greater),
        (Some(old), Some(new)) => compared(&old.value, &new.value).map(values),
    }
}

/// How a new number compares with an old one; `None` if one is no number, or if they are too close.
fn compared(old: &str, new: &str) -> Option<Ordering> {
    if let (Ok(old), Ok(new)) = (old.parse::<i128>(), new.parse::<i128>()) {
        return Some(new.cmp(&old));
    }
    let (old, new) = (old.parse::<f64>().ok()?, new.parse::<f64>().ok()?);
    new.partial_cmp(&old).filter(|order| order.is_ne())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facets(facets: &[(&'static str, &str)]) -> Vec<Facet> {
        let facet = |(name, value): &(&'static str, &str)| Facet {
            name,
            value: (*value).to_owned(),
        };
        facets.iter().map(facet).collect()
    }

    #[test]
    fn of_each_facet() {
        for (old, new, allows_more, allows_less) in [
            (
                &[("maxLength", "80")][..],
                &[("maxLength", "255")][..],
                true,
                false,
            ),
            (&[("maxLength", "80")], &[], true, false),
            (&[("minLength", "2")], &[("minLength", "1")], true, false),
            (
                &[("minInclusive", "0")],
                &[("minInclusive", "0.5")],
                false,
                true,
            ),
            (&[], &[("pattern", "a")], false, true),
            (&[("pattern", "a")], &[("pattern", "b")], true, true),
            (&[("length", "15")], &[("length", "18")], true, true),
            (
                &[("maxInclusive", "2026-01-01")],
                &[("maxInclusive", "2027-01-01")],
                true,
                true,
            ),
            // The strictest value is that of the type itself.
            (
                &[("maxLength", "5"), ("maxLength", "9")],
                &[("maxLength", "7"), ("maxLength", "9")],
                true,
                false,
            ),
            (&[("length", "15")], &[("length", "15")], false, false),
        ] {
            let expected = Effect {
                allows_more,
                allows_less,
            };
            assert_eq!(
                effect(&facets(old), &facets(new)),
                expected,
                "{old:?} {new:?}"
            );
        }
    }
}
