//! The members that particles declare, and the groups that some particles are.

use std::borrow::Cow;
use std::collections::HashSet;

use saponify_wsdl::model::{ElementId, LocalElement, NsId, Particle, Term};

use super::flatten::{MemberList, another_wildcard};
use super::member::{
    ANY_NUMBER, Group, GroupId, GroupKind, Loss, Member, NO_NS, NodeKind, Occurs, Target,
    capitalised, member, value_constraint,
};
use super::substitution::substitutes_of;

/// The branches of a choice. Two branches that are the same element are one.
#[derive(Default)]
struct Branches<'m> {
    members: Vec<Member<'m>>,
    seen: HashSet<(NodeKind, NsId, Cow<'m, str>, Option<GroupId>)>,
}

impl<'m> Branches<'m> {
    fn push(&mut self, member: Member<'m>) {
        let key = (member.node, member.ns, member.name.clone(), member.group());
        if self.seen.insert(key) {
            self.members.push(member);
        }
    }
}

impl<'m> MemberList<'m, '_> {
    /// Adds the members that a particle of a sequence declares.
    pub(super) fn particle(
        &mut self,
        particle: &'m Particle,
        outer: Occurs,
        out: &mut Vec<Member<'m>>,
    ) {
        if particle.max_occurs == Some(0) {
            return;
        }
        let occurs = Occurs {
            optional: outer.optional || particle.min_occurs == 0,
            nillable: false,
            repeated: outer.repeated || repeats(particle),
        };
        match &particle.term {
            Term::Element(element) => out.push(local(element, occurs)),
            Term::Ref(id) => self.reference(*id, occurs, out),
            Term::Sequence(items) | Term::All(items) => {
                if occurs.repeated && items.len() > 1 {
                    if !self.options.record {
                        let group = self.sequence(particle, items);
                        return self.push_group(group, occurs, out);
                    }
                    self.losses.push(Loss::RepeatedGroup);
                }
                for item in items {
                    self.particle(item, occurs, out);
                }
            }
            Term::Choice(branches) => match branches.as_slice() {
                [only] => self.particle(only, occurs, out),
                branches if self.options.record => self.side_by_side(branches, occurs, out),
                branches => {
                    let group = self.choice(particle, branches, occurs.repeated);
                    self.push_group(group, occurs, out);
                }
            },
            Term::Any(_) => out.push(Member {
                occurs: ANY_NUMBER,
                ..member("any", NO_NS, NodeKind::AnyElement, Target::AnyElement)
            }),
        }
    }

    /// Adds the branches of a choice in a record. All are optional, and a name that occurs in two
    /// branches is one member.
    fn side_by_side(
        &mut self,
        branches: &'m [Particle],
        occurs: Occurs,
        out: &mut Vec<Member<'m>>,
    ) {
        self.losses.push(Loss::Choice);
        let optional = true;
        let start = out.len();
        for branch in branches {
            let mut own = Vec::new();
            self.particle(branch, Occurs { optional, ..occurs }, &mut own);
            for member in own {
                match out[start..].iter_mut().find(|known| known.is_like(&member)) {
                    Some(known) => known.occurs.repeated |= member.occurs.repeated,
                    None => out.push(member),
                }
            }
        }
    }

    /// Adds a group as a member. It is optional whatever the schema says, because there is no empty
    /// choice.
    fn push_group(&mut self, id: Option<GroupId>, occurs: Occurs, out: &mut Vec<Member<'m>>) {
        let Some(id) = id else { return };
        let group = self.groups.get(id);
        out.push(Member {
            name: Cow::Owned(group.name.clone()),
            occurs: Occurs {
                optional: true,
                ..occurs
            },
            ..member("", NO_NS, NodeKind::Element, Target::Group(id))
        });
    }

    /// The group of a sequence. `None` if no member of it is wanted.
    fn sequence(&mut self, particle: &'m Particle, items: &'m [Particle]) -> Option<GroupId> {
        self.group(particle, |list| {
            let mut own = Vec::new();
            for item in items {
                list.particle(item, Occurs::default(), &mut own);
            }
            let mut members: Vec<Member<'m>> = Vec::with_capacity(own.len());
            let mut wildcards = HashSet::new();
            for member in own {
                match members.last_mut() {
                    Some(last) if last.is_like(&member) => last.occurs.repeated = true,
                    _ if member.node == NodeKind::AnyElement => {
                        let named = match wildcards.is_empty() {
                            true => Some(member),
                            false => another_wildcard(&members, member, |n| wildcards.contains(n)),
                        };
                        wildcards.extend(named.iter().map(|member| member.name.clone()));
                        members.extend(named);
                    }
                    _ => members.push(member),
                }
            }
            (GroupKind::Sequence(list.owner), "And", members)
        })
    }

    /// The group of a choice. `None` if no branch of it is wanted.
    fn choice(
        &mut self,
        particle: &'m Particle,
        branches: &'m [Particle],
        repeated: bool,
    ) -> Option<GroupId> {
        self.group(particle, |list| {
            let mut out = Branches::default();
            for branch in branches {
                list.branch(branch, false, repeated, &mut out);
            }
            (GroupKind::Choice(list.owner), "Or", out.members)
        })
    }

    /// Adds a branch of a choice. Within a choice that repeats, no branch needs to repeat.
    fn branch(
        &mut self,
        branch: &'m Particle,
        outer: bool,
        repeated: bool,
        out: &mut Branches<'m>,
    ) {
        if branch.max_occurs == Some(0) {
            return;
        }
        let often = !repeated && (outer || repeats(branch));
        let occurs = Occurs {
            repeated: often,
            ..Occurs::default()
        };
        let mut own = Vec::new();
        match &branch.term {
            Term::Element(element) => own.push(local(element, occurs)),
            Term::Ref(id) => self.reference(*id, occurs, &mut own),
            Term::Sequence(items) | Term::All(items) => match items.as_slice() {
                [only] => return self.branch(only, often, repeated, out),
                items => {
                    let group = self.sequence(branch, items);
                    self.push_group(group, occurs, &mut own);
                }
            },
            Term::Choice(branches) => {
                if let ([_], _) | (_, false) = (branches.as_slice(), often) {
                    for branch in branches {
                        self.branch(branch, often, repeated, out);
                    }
                    return;
                }
                let group = self.choice(branch, branches, true);
                self.push_group(group, occurs, &mut own);
            }
            Term::Any(_) => own.push(Member {
                occurs,
                ..member("any", NO_NS, NodeKind::AnyElement, Target::AnyElement)
            }),
        }
        for mut member in own {
            member.occurs.optional = false;
            if self.is_wanted(&member) {
                out.push(member);
            }
        }
    }

    /// The group of a particle, which is made when it occurs first.
    fn group(
        &mut self,
        particle: &'m Particle,
        make: impl FnOnce(&mut Self) -> (GroupKind, &'static str, Vec<Member<'m>>),
    ) -> Option<GroupId> {
        let key = (self.owner, std::ptr::from_ref(particle) as usize);
        if let Some(id) = self.groups.particles.get(&key) {
            return Some(*id);
        }
        let (kind, word, mut members) = make(self);
        members.retain(|member| member.group().is_some() || self.is_wanted(member));
        let name = match members.as_slice() {
            [] => return None,
            [only] => only.name.clone().into_owned(),
            [first, second, ..] => {
                let (first, second) = (self.first_element(first), self.first_element(second));
                format!("{first}{word}{}", capitalised(second))
            }
        };
        let id = self.groups.add(Group {
            kind,
            name,
            members,
        });
        self.groups.particles.insert(key, id);
        Some(id)
    }

    /// The name of the element with which a member begins.
    fn first_element<'s>(&'s self, member: &'s Member<'m>) -> &'s str {
        let mut member = member;
        // A group is made after the groups within it, so this ends.
        while let Some(first) = member
            .group()
            .and_then(|id| self.groups.get(id).members.first())
        {
            member = first;
        }
        &member.name
    }

    /// Replaces all elements by one group of them and the text between them. The group of a derived
    /// type has the same members, followed by its own.
    pub(super) fn collect_mixed_content(&mut self) {
        let text = |name| member(name, NO_NS, NodeKind::Text, Target::MixedText);
        let mut elements = Branches::default();
        let mut stack: Vec<Member<'m>> = Vec::new();
        let (content, mut items): (Vec<_>, Vec<_>) = std::mem::take(&mut self.items)
            .into_iter()
            .partition(|m| matches!(m.node, NodeKind::Element | NodeKind::AnyElement));
        stack.extend(content.into_iter().rev());
        while let Some(mut member) = stack.pop() {
            let group = member.group().map(|id| self.groups.get(id));
            match group {
                Some(group) if !matches!(group.kind, GroupKind::Substitution(_)) => {
                    stack.extend(group.members.iter().rev().cloned());
                }
                _ => {
                    if member.node == NodeKind::AnyElement {
                        member.name = Cow::Borrowed("any");
                    }
                    member.occurs.repeated = false;
                    member.occurs.optional = false;
                    elements.push(member);
                }
            }
        }
        // The group comes first, so that the fields of derived types begin with those of this type.
        if elements.members.is_empty() && !self.options.mixed_bases.contains(&self.owner) {
            items.insert(0, text("value"));
        } else {
            elements.members.insert(0, text("text"));
            let id = self.groups.add(Group {
                kind: GroupKind::Mixed(self.owner),
                name: "content".to_owned(),
                members: elements.members,
            });
            let content = member("content", NO_NS, NodeKind::Element, Target::Group(id));
            items.insert(
                0,
                Member {
                    occurs: ANY_NUMBER,
                    ..content
                },
            );
        }
        self.items = items;
    }

    /// Adds a reference to a global element: the element, or the group of those that may substitute for
    /// it.
    fn reference(&mut self, id: ElementId, occurs: Occurs, out: &mut Vec<Member<'m>>) {
        let model = self.options.model;
        if !self.options.substitutes.contains_key(&id) && !model.element(id).is_abstract {
            return out.push(self.global(id, occurs));
        }
        let all = std::iter::once(id)
            .chain(substitutes_of(self.options.substitutes, id))
            .filter(|id| !model.element(*id).is_abstract);
        if self.options.record {
            let optional = true;
            out.extend(all.map(|id| self.global(id, Occurs { optional, ..occurs })));
            return;
        }
        let group = match self.groups.heads.get(&id) {
            Some(group) => *group,
            None => {
                let mut members: Vec<_> =
                    all.map(|id| self.global(id, Occurs::default())).collect();
                members.push(member(
                    "other",
                    NO_NS,
                    NodeKind::AnyElement,
                    Target::AnyElement,
                ));
                let group = self.groups.add(Group {
                    kind: GroupKind::Substitution(id),
                    name: model.element(id).name.local.clone(),
                    members,
                });
                self.groups.heads.insert(id, group);
                group
            }
        };
        self.push_group(Some(group), occurs, out);
    }

    fn global(&self, id: ElementId, occurs: Occurs) -> Member<'m> {
        let element = self.options.model.element(id);
        let target = Target::Type(element.type_id);
        Member {
            occurs: Occurs {
                nillable: element.nillable,
                ..occurs
            },
            value_constraint: value_constraint(
                element.default.as_deref(),
                element.fixed.as_deref(),
            ),
            documentation: element.documentation.as_deref(),
            ..member(
                &element.name.local,
                element.name.ns,
                NodeKind::Element,
                target,
            )
        }
    }
}

fn local(element: &LocalElement, occurs: Occurs) -> Member<'_> {
    let target = Target::Type(element.type_id);
    Member {
        occurs: Occurs {
            nillable: element.nillable,
            ..occurs
        },
        value_constraint: value_constraint(element.default.as_deref(), element.fixed.as_deref()),
        documentation: element.documentation.as_deref(),
        ..member(&element.name, element.ns, NodeKind::Element, target)
    }
}

fn repeats(particle: &Particle) -> bool {
    particle.max_occurs.is_none_or(|max| max > 1)
}
