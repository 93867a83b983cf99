//! The facets of simple types.

use std::cell::OnceCell;
use std::sync::Arc;

use saponify_wsdl::model::{Facets, TypeId, TypeKind, Variety};

use super::types::Facet;
use crate::select::Selection;

/// The facets of each type. Thousands of fields have the same type, so they share them.
pub(super) struct FacetsOfTypes<'s, 'm> {
    selection: &'s Selection<'m>,
    known: Vec<OnceCell<Arc<[Facet]>>>,
    none: Arc<[Facet]>,
}

impl<'s, 'm> FacetsOfTypes<'s, 'm> {
    pub(super) fn new(selection: &'s Selection<'m>) -> Self {
        Self {
            selection,
            known: vec![OnceCell::new(); selection.model.types.len()],
            none: Arc::from([]),
        }
    }

    /// The facets of a type and of its bases; none if there is no type.
    pub(super) fn of(&self, id: Option<TypeId>) -> Arc<[Facet]> {
        let known = id.and_then(|id| Some((id, self.known.get(id.0 as usize)?)));
        let facets = known.map(|(id, cell)| {
            cell.get_or_init(|| match facets(self.selection, id) {
                facets if facets.is_empty() => Arc::clone(&self.none),
                facets => facets.into(),
            })
        });
        Arc::clone(facets.unwrap_or(&self.none))
    }
}

fn facets(selection: &Selection<'_>, id: TypeId) -> Vec<Facet> {
    let mut all = Vec::new();
    let mut next = Some(id);
    // A type derives from at most as many others as there are.
    for _ in 0..selection.model.types.len() {
        let Some(id) = next else { break };
        let TypeKind::Simple(simple) = &selection.model.type_def(id).kind else {
            break;
        };
        add(&simple.facets, &mut all);
        next = match simple.variety {
            Variety::Restriction(base) => Some(base),
            Variety::List(_) | Variety::Union(_) => None,
        };
    }
    all
}

fn add(facets: &Facets, all: &mut Vec<Facet>) {
    let numbers = [
        ("length", facets.length),
        ("minLength", facets.min_length),
        ("maxLength", facets.max_length),
        ("totalDigits", facets.total_digits),
        ("fractionDigits", facets.fraction_digits),
    ];
    for (name, value) in numbers {
        all.extend(value.map(|value| Facet {
            name,
            value: value.to_string(),
        }));
    }
    let bounds = [
        ("minInclusive", &facets.min_inclusive),
        ("maxInclusive", &facets.max_inclusive),
        ("minExclusive", &facets.min_exclusive),
        ("maxExclusive", &facets.max_exclusive),
    ];
    let bounds = bounds.into_iter().flat_map(|(name, value)| {
        let value = value.clone()?;
        Some(Facet { name, value })
    });
    all.extend(bounds);
    all.extend(facets.patterns.iter().map(|pattern| Facet {
        name: "pattern",
        value: pattern.clone(),
    }));
}
