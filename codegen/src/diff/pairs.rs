//! Which items of two lists are the same item.

use std::cmp::Ordering;

/// An item of the old list, one of the new list, or one of each.
pub(super) type Pair<'a, T> = (Option<&'a T>, Option<&'a T>);

/// Pairs the items of two lists, in the order of their names.
///
/// `key` gives the name of an item, and what tells items of one name apart, such as the namespace.
/// Items that agree in both belong together. What is left of a name is paired in order, because
/// it is more likely that an item changed than that it went and another one of its name came.
pub(super) fn pairs<'a, T, N: Ord, D: Ord>(
    old: &'a [T],
    new: &'a [T],
    key: impl Fn(&'a T) -> (N, D),
) -> Vec<Pair<'a, T>> {
    struct Entry<'a, T, N, D> {
        name: N,
        detail: D,
        is_new: bool,
        item: &'a T,
    }
    let entry = |item: &'a T, is_new| {
        let (name, detail) = key(item);
        Entry {
            name,
            detail,
            is_new,
            item,
        }
    };
    let old = old.iter().map(|item| entry(item, false));
    let mut entries: Vec<_> = old
        .chain(new.iter().map(|item| entry(item, true)))
        .collect();
    let order = |a: &Entry<'a, T, N, D>, b: &Entry<'a, T, N, D>| -> Ordering {
        (&a.name, &a.detail, a.is_new).cmp(&(&b.name, &b.detail, b.is_new))
    };
    entries.sort_by(order);
    let mut pairs = Vec::with_capacity(entries.len() / 2);
    for of_name in entries.chunk_by(|a, b| a.name == b.name) {
        let (mut gone, mut come) = (Vec::new(), Vec::new());
        for same in of_name.chunk_by(|a, b| a.detail == b.detail) {
            let (before, after) = same.split_at(same.partition_point(|entry| !entry.is_new));
            let both = before.iter().zip(after);
            pairs.extend(both.map(|(before, after)| (Some(before.item), Some(after.item))));
            gone.extend(before.iter().skip(after.len()).map(|entry| entry.item));
            come.extend(after.iter().skip(before.len()).map(|entry| entry.item));
        }
        for at in 0..gone.len().max(come.len()) {
            pairs.push((gone.get(at).copied(), come.get(at).copied()));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    type Named = (&'static str, u8);

    fn paired(old: &[Named], new: &[Named]) -> Vec<(Option<u8>, Option<u8>)> {
        let pairs = pairs(old, new, |(name, detail)| (*name, *detail));
        let detail = |item: Option<&Named>| item.map(|(_, detail)| *detail);
        let details = pairs.into_iter().map(|(a, b)| (detail(a), detail(b)));
        details.collect()
    }

    #[test]
    fn items_of_one_name_are_all_kept_and_the_same_ones_are_found_first() {
        let (some, none) = (Some::<u8>, None);
        for (old, new, expected) in [
            (
                &[("a", 1)][..],
                &[("b", 1)][..],
                &[(some(1), none), (none, some(1))][..],
            ),
            (&[("a", 1)], &[("a", 2)], &[(some(1), some(2))]),
            (
                &[("a", 1), ("a", 2)],
                &[("a", 2)],
                &[(some(2), some(2)), (some(1), none)],
            ),
            (
                &[("a", 1), ("a", 2)],
                &[("a", 3), ("a", 2)],
                &[(some(2), some(2)), (some(1), some(3))],
            ),
            (
                &[("a", 1), ("a", 1)],
                &[("a", 1), ("a", 1), ("a", 1)],
                &[(some(1), some(1)), (some(1), some(1)), (none, some(1))],
            ),
        ] {
            assert_eq!(paired(old, new), expected, "{old:?} {new:?}");
        }
    }
}
