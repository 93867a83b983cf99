//! Substitution groups.

use std::collections::HashMap;

use saponify_wsdl::model::{ElementId, Model};

/// The elements that name each head of a substitution group.
pub(crate) type Substitutes = HashMap<ElementId, Vec<ElementId>>;

/// Finds the elements that name each head of a substitution group.
pub(crate) fn substitutes(model: &Model) -> Substitutes {
    let mut map = Substitutes::new();
    for (index, element) in model.elements.iter().enumerate() {
        if let Some(head) = element.substitution_group {
            map.entry(head).or_default().push(ElementId(index as u32));
        }
    }
    map
}

/// All elements that may substitute for a head, directly or through another head, in document order.
pub(crate) fn substitutes_of(map: &Substitutes, head: ElementId) -> Vec<ElementId> {
    let mut found = Vec::new();
    let mut heads = vec![head];
    // The reader refuses circles, so this ends.
    while let Some(head) = heads.pop() {
        let direct = map.get(&head).map_or(&[][..], Vec::as_slice);
        found.extend_from_slice(direct);
        heads.extend_from_slice(direct);
    }
    found.sort_unstable();
    found
}
