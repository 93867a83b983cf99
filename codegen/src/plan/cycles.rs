//! Which fields of plain structs need a box, because a struct would contain itself.

use std::collections::BTreeSet;

use crate::content::Member;
use crate::select::{Selection, ShapeId, ShapeKind, ValueType};

/// Fields to box, as shape and member index.
pub(super) type Boxes = BTreeSet<(ShapeId, usize)>;

/// A struct that contains another one directly: the outer struct, the member's index, the inner struct,
/// and whether the member may be absent.
type Edge = (ShapeId, usize, ShapeId, bool);

/// Finds the fields on cycles. Optional fields on cycles are boxed. A required field is boxed only if
/// all fields of a cycle are required. No finite value fits such a cycle, so these fields also become
/// optional.
pub(super) fn boxes(selection: &Selection<'_>) -> Boxes {
    let edges = edges(selection);
    let components = components(selection.shapes.len(), &edges);
    let required: Vec<Edge> = edges.iter().copied().filter(|edge| !edge.3).collect();
    let strict = self::components(selection.shapes.len(), &required);
    let on_cycle = |edge: &&Edge| {
        let components = if edge.3 { &components } else { &strict };
        components[edge.0.0 as usize] == components[edge.2.0 as usize]
    };
    edges
        .iter()
        .filter(on_cycle)
        .map(|(from, member, ..)| (*from, *member))
        .collect()
}

fn edges(selection: &Selection<'_>) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (from, shape) in selection.ids() {
        if shape.kind != ShapeKind::Struct {
            continue;
        }
        for (index, member) in shape.members.iter().enumerate() {
            if let Some(to) = contained(selection, member) {
                let absent = member.occurs.optional || member.occurs.nillable;
                edges.push((from, index, to, absent));
            }
        }
    }
    edges
}

/// The struct that a member holds by value.
fn contained(selection: &Selection<'_>, member: &Member<'_>) -> Option<ShapeId> {
    match selection.value_type(member)? {
        ValueType::Shape(id)
            if !member.occurs.repeated && selection.shape(id).kind == ShapeKind::Struct =>
        {
            Some(id)
        }
        _ => None,
    }
}

/// The strongly connected components, as a number per node (Tarjan's algorithm without recursion). A
/// node that is on no cycle is a component of its own.
fn components(nodes: usize, edges: &[Edge]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let mut successors: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (from, _, to, _) in edges {
        successors[from.0 as usize].push(to.0 as usize);
    }
    let mut component = vec![NONE; nodes];
    let mut index = vec![NONE; nodes];
    let mut low = vec![0; nodes];
    let mut stack = Vec::new();
    let mut count = 0;
    for root in 0..nodes {
        if index[root] != NONE {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((node, edge)) = work.pop() {
            if edge == 0 {
                index[node] = count;
                low[node] = count;
                count += 1;
                stack.push(node);
            }
            if let Some(&next) = successors[node].get(edge) {
                work.push((node, edge + 1));
                if index[next] == NONE {
                    work.push((next, 0));
                } else if component[next] == NONE {
                    low[node] = low[node].min(index[next]);
                }
                continue;
            }
            if low[node] == index[node] {
                while let Some(member) = stack.pop() {
                    component[member] = node;
                    if member == node {
                        break;
                    }
                }
            }
            if let Some(&(parent, _)) = work.last() {
                low[parent] = low[parent].min(low[node]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_components() {
        let edge = |a, b| (ShapeId(a), 0, ShapeId(b), true);
        let found = components(
            6,
            &[edge(0, 1), edge(1, 2), edge(2, 0), edge(2, 3), edge(4, 4)],
        );
        assert_eq!(found[0], found[1]);
        assert_eq!(found[1], found[2]);
        assert_ne!(found[2], found[3]);
        assert_ne!(found[4], found[5]);
    }

    #[test]
    fn deep_chains_do_not_recurse() {
        let edges: Vec<Edge> = (0..100_000)
            .map(|n| (ShapeId(n), 0, ShapeId(n + 1), true))
            .collect();
        assert_eq!(components(100_001, &edges).len(), 100_001);
    }
}
