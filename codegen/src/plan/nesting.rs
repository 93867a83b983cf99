//! Which fields need a box that hides what is in it, because types nest too deeply for the compiler.
//!
//! To prove that a type is `Send`, rustc descends into the types of its fields: one level for each
//! type, and one for each `Option`, `Box` and the like around it. Beyond 128 levels it reports E0275.
//! This stage descends in the same order, and where it comes too deep it breaks the chain.

use std::collections::BTreeSet;

use super::cycles::Boxes;
use super::rust_types::Context;
use super::types::Wrap;
use crate::select::{ShapeId, ShapeKind, ValueType};

/// Most levels below a type. The rest of the 128 is for what users wrap around it, such as futures.
const MAX_LEVELS: u32 = 96;

/// A type that another one contains.
#[derive(Clone, Copy, Debug)]
struct Edge {
    /// Index of the member.
    member: usize,
    to: usize,
    /// Levels that the compiler descends.
    levels: u32,
}

/// Finds the fields to break, as shape and member index.
pub(super) fn deep_fields(context: Context<'_, '_>, boxes: &Boxes) -> BTreeSet<(ShapeId, usize)> {
    let edges = edges(context, boxes);
    let mut broken: BTreeSet<(usize, usize)> = BTreeSet::new();
    if upper_bound(&edges) <= MAX_LEVELS {
        return BTreeSet::new();
    }
    // A chain that was broken may leave another one that was hidden behind it.
    loop {
        let known = broken.len();
        for start in 0..edges.len() {
            descend(&edges, start, &mut broken);
        }
        if broken.len() == known {
            break;
        }
    }
    let fields = broken.into_iter();
    fields
        .map(|(shape, member)| (ShapeId(shape as u32), member))
        .collect()
}

fn edges(context: Context<'_, '_>, boxes: &Boxes) -> Vec<Vec<Edge>> {
    let selection = context.selection;
    let shapes = selection.ids().map(|(from, shape)| match shape.kind {
        ShapeKind::Struct | ShapeKind::Choice => {
            let members = shape.members.iter().enumerate();
            let edges = members.filter_map(|(index, member)| {
                let Some(ValueType::Shape(to)) = selection.value_type(member) else {
                    return None;
                };
                let kind = selection.shape(to).kind;
                if !kind.has_type() || kind.is_record() {
                    return None;
                }
                let is_boxed = shape.kind == ShapeKind::Choice || boxes.contains(&(from, index));
                let around = match context.wrap(member, true) {
                    Wrap::Required => 0,
                    Wrap::Optional => 1,
                    Wrap::Repeated => 3,
                    Wrap::RepeatedOptional => 4,
                };
                Some(Edge {
                    member: index,
                    to: to.0 as usize,
                    levels: 1
                        + around
                        + u32::from(context.keeps_nil(member))
                        + if is_boxed { 2 } else { 0 },
                })
            });
            edges.collect()
        }
        // A variant of an abstract type is a `Boxed`, into which the compiler does not look.
        ShapeKind::Abstract | ShapeKind::View | ShapeKind::OpenBase | ShapeKind::TableOnly => {
            Vec::new()
        }
    });
    shapes.collect()
}

/// Levels that no descent exceeds: those of the longest chain of distinct types, if all are in one.
fn upper_bound(edges: &[Vec<Edge>]) -> u32 {
    let deepest = edges
        .iter()
        .map(|edges| edges.iter().map(|edge| edge.levels).max());
    let levels = deepest.flatten().map(u64::from).sum::<u64>();
    u32::try_from(levels).unwrap_or(u32::MAX)
}

/// Descends from a type as the compiler does, each type once, and breaks what becomes too deep.
fn descend(edges: &[Vec<Edge>], start: usize, broken: &mut BTreeSet<(usize, usize)>) {
    let mut seen = vec![false; edges.len()];
    seen[start] = true;
    // Type, its next edge and its level.
    let mut stack = vec![(start, 0, 0)];
    while let Some((from, next, level)) = stack.pop() {
        let Some(edge) = edges[from].get(next) else {
            continue;
        };
        stack.push((from, next + 1, level));
        let here = (from, edge.member);
        if broken.contains(&here) || seen[edge.to] {
            continue;
        }
        if level + edge.levels > MAX_LEVELS {
            broken.insert(here);
            continue;
        }
        seen[edge.to] = true;
        stack.push((edge.to, 0, level + edge.levels));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: usize, ring: bool) -> Vec<Vec<Edge>> {
        let edge = |to: usize| Edge {
            member: 0,
            to,
            levels: 4,
        };
        let mut edges: Vec<Vec<Edge>> = (1..length).map(|to| vec![edge(to)]).collect();
        edges.push(if ring { vec![edge(0)] } else { Vec::new() });
        edges
    }

    /// Levels of the longest chain without a broken edge.
    fn longest(edges: &[Vec<Edge>], broken: &BTreeSet<(usize, usize)>) -> u32 {
        let chains = (0..edges.len()).map(|start| {
            let (mut at, mut levels) = (start, 0);
            while let Some(edge) = edges[at].first().filter(|_| !broken.contains(&(at, 0))) {
                at = edge.to;
                levels += edge.levels;
                if at == start {
                    break;
                }
            }
            levels
        });
        chains.max().unwrap_or_default()
    }

    #[test]
    fn chains_and_rings_are_broken_only_where_they_are_too_long() {
        for ring in [false, true] {
            let short = chain(20, ring);
            assert!(upper_bound(&short) <= MAX_LEVELS);
            let long = chain(5_000, ring);
            let mut broken = BTreeSet::new();
            for start in 0..long.len() {
                descend(&long, start, &mut broken);
            }
            assert!(longest(&long, &broken) <= MAX_LEVELS);
        }
    }
}
