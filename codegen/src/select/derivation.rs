//! Which shapes derive from which.

use std::collections::{HashMap, HashSet};

use saponify_wsdl::model::TypeId;

use super::builder::Builder;
use super::types::{Origin, Shape, ShapeId, ShapeKind};
use crate::content::GroupKind;
use crate::content::Member;

impl<'m> Builder<'m, '_> {
    /// Whether the fields of a type begin with those of its base.
    fn is_prefix(&self, base: &Shape<'_>, shape: &Shape<'_>) -> bool {
        begins_with(&shape.members, &base.members, |a, b| {
            a.is_like(b) || self.is_more_mixed(a, b)
        })
    }

    /// Whether mixed content is that of the base, extended by elements.
    fn is_more_mixed(&self, base: &Member<'_>, derived: &Member<'_>) -> bool {
        let mixed = |member: &Member<'_>| {
            let group = member.group().map(|id| self.groups.get(id));
            group.filter(|group| matches!(group.kind, GroupKind::Mixed(_)))
        };
        match (mixed(base), mixed(derived)) {
            (Some(base), Some(derived)) => {
                begins_with(&derived.members, &base.members, Member::is_like)
            }
            _ => false,
        }
    }

    /// Links bases with the types that derive from them. A base accepts values of derived types only
    /// if some member is declared with the base as its type.
    pub(super) fn link_derivations(
        &self,
        shapes: &mut [Shape<'m>],
        ids: &HashMap<Origin, ShapeId>,
    ) {
        let members = shapes.iter().flat_map(|shape| &shape.members);
        let declared: HashSet<TypeId> = members.filter_map(Member::type_id).collect();
        for index in 0..shapes.len() {
            let shape = ShapeId(index as u32);
            match shapes[index].origin {
                Origin::Type(id) => {
                    let bases = self.model.bases(id).map(Origin::Type);
                    let bases = bases.filter_map(|base| ids.get(&base).copied());
                    // A base counts only if its fields are the first fields of the derived type,
                    // too. Those of a SOAP-encoded array are not.
                    let bases: Vec<_> = bases
                        .take_while(|base| self.is_prefix(&shapes[base.0 as usize], &shapes[index]))
                        .collect();
                    shapes[index].base = bases.first().copied();
                    if shapes[index].kind != ShapeKind::Struct {
                        continue;
                    }
                    for base in bases {
                        let base = &mut shapes[base.0 as usize];
                        let is_declared = match base.origin {
                            Origin::Type(id) => declared.contains(&id),
                            _ => false,
                        };
                        base.is_base = true;
                        if is_declared || base.kind == ShapeKind::Abstract {
                            base.derived.push(shape);
                        }
                    }
                }
                Origin::Element(id) if shapes[index].kind == ShapeKind::TableOnly => {
                    let ty = Origin::Type(self.model.element(id).type_id);
                    shapes[index].base = ids.get(&ty).copied();
                }
                Origin::Element(_) | Origin::Group(_) | Origin::Message(..) => {}
            }
        }
    }
}

fn begins_with<'m>(
    list: &[Member<'m>],
    start: &[Member<'m>],
    alike: impl Fn(&Member<'m>, &Member<'m>) -> bool,
) -> bool {
    start.len() <= list.len() && start.iter().zip(list).all(|(a, b)| alike(a, b))
}
