//! Complex types and model groups; groups are expanded where they are referred to.

use super::Resolver;
use super::schema::owned;
use super::tables::{Key, State};
use crate::error::Error;
use crate::model::{
    ComplexType, Content, Derivation, LocalElement, Particle, Position, Term, TypeId, Wildcard,
    WildcardNamespaces,
};
use crate::names::Ns;
use crate::raw::{self, Item, WildcardItem};

/// A model group, resolved once and copied to where it is referred to.
#[derive(Clone, Debug, Default)]
pub(super) struct ResolvedGroup {
    particle: Option<Particle>,
    extent: Extent,
}

/// How many particles there are at a place and below, and on how many levels.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    size: u64,
    height: u64,
}

impl Extent {
    fn add(&mut self, other: Extent) {
        self.size += other.size;
        self.height = self.height.max(other.height);
    }
}

impl<'s, 'a> Resolver<'s, 'a> {
    pub(super) fn complex_type(
        &mut self,
        id: TypeId,
        complex: &'s raw::ComplexType<'a>,
    ) -> Result<ComplexType, Error> {
        let derivation = match &complex.derivation {
            Some((method, base)) => Some(Derivation {
                method: *method,
                base: self.type_ref(base, complex.position)?,
            }),
            None => None,
        };
        let content = match &complex.content {
            raw::Content::Elements(None) => Content::Empty,
            raw::Content::Elements(Some(particle)) => match self.particle(particle)? {
                Some((particle, _)) if !is_empty(&particle) => Content::Elements(particle),
                _ => Content::Empty,
            },
            raw::Content::Simple(None, facets) => Content::Simple(self.facets(id, facets)),
            raw::Content::Simple(Some(inner), facets) => {
                // The model has one step here and the document two: the outer facets win.
                self.inner_type("base", inner)?;
                let facets = match &inner.variety {
                    raw::Variety::Restriction(_, _, inner) if is_unset(facets) => inner,
                    _ => facets,
                };
                Content::Simple(self.facets(id, facets))
            }
        };
        let attributes = self.attributes(&complex.attributes)?;
        Ok(ComplexType {
            derivation,
            content,
            attributes: attributes.uses,
            any_attribute: attributes.any,
            is_abstract: complex.is_abstract,
            mixed: complex.mixed,
        })
    }

    /// A particle with its groups expanded; `None` if it may not occur.
    fn particle(
        &mut self,
        particle: &'s raw::Particle<'a>,
    ) -> Result<Option<(Particle, Extent)>, Error> {
        if particle.max_occurs == Some(0) {
            return Ok(None);
        }
        let position = particle.position;
        self.count_particles(1, position)?;
        // A reference is replaced by the group's own particle, which counts.
        let (term, mut extent) = match particle.term {
            raw::Term::Group(_) => self.term(particle)?,
            _ => self.deeper(position, |this| this.term(particle))?,
        };
        let Some(term) = term else {
            return Ok(None);
        };
        let particle = Particle {
            min_occurs: particle.min_occurs,
            max_occurs: particle.max_occurs,
            term,
            position,
        };
        extent.size += 1;
        extent.height += 1;
        Ok(Some((particle, extent)))
    }

    fn term(&mut self, particle: &'s raw::Particle<'a>) -> Result<(Option<Term>, Extent), Error> {
        let term = match &particle.term {
            raw::Term::Element(element) => self.element_term(element)?,
            raw::Term::Any(wildcard) => Term::Any(self.wildcard(wildcard)),
            raw::Term::Sequence(members) => {
                let (members, extent) = self.members(members)?;
                return Ok((Some(Term::Sequence(members)), extent));
            }
            raw::Term::Choice(members) => {
                let (members, extent) = self.members(members)?;
                return Ok((Some(Term::Choice(members)), extent));
            }
            raw::Term::All(members) => {
                let (members, extent) = self.members(members)?;
                return Ok((Some(Term::All(members)), extent));
            }
            raw::Term::Group(name) => {
                let key = self.group_key(name, |tables, key| tables.groups.contains_key(key));
                let Some(group) = self.group(key, particle.position)? else {
                    return Err(self.undefined("group", name, particle.position));
                };
                // The particle that refers takes the place of the group's own.
                let below = Extent {
                    size: group.extent.size.saturating_sub(1),
                    height: group.extent.height.saturating_sub(1),
                };
                self.check_nesting(particle.position, group.extent.height)?;
                self.count_particles(below.size, particle.position)?;
                let term = group.particle.map(|particle| particle.term);
                return Ok((term, below));
            }
        };
        Ok((Some(term), Extent::default()))
    }

    fn members(
        &mut self,
        members: &'s [raw::Particle<'a>],
    ) -> Result<(Vec<Particle>, Extent), Error> {
        let mut resolved = Vec::with_capacity(members.len());
        let mut extent = Extent::default();
        for member in members {
            if let Some((member, below)) = self.particle(member)? {
                extent.add(below);
                resolved.push(member);
            }
        }
        Ok((resolved, extent))
    }

    fn element_term(&mut self, element: &'s raw::Element<'a>) -> Result<Term, Error> {
        if let Some(name) = &element.reference {
            return Ok(Term::Ref(self.element_ref(name, element.position)?));
        }
        let name = element.name.as_deref().unwrap_or_default();
        let schema = self.at.schema.map(|index| &self.schemas[index]);
        let default = schema.is_some_and(|schema| schema.element_qualified);
        let ns = match element.qualified.unwrap_or(default) {
            true => schema.map_or(Ns::NONE, |schema| schema.target),
            false => Ns::NONE,
        };
        let type_id = self.within("element", name, |this| this.type_of(element))?;
        Ok(Term::Element(Box::new(LocalElement {
            name: name.to_string(),
            ns: self.ns_id(ns),
            type_id,
            nillable: element.nillable,
            default: owned(&element.default),
            fixed: owned(&element.fixed),
            documentation: element.documentation.clone(),
        })))
    }

    /// A copy of a model group, if there is one of that name.
    fn group(&mut self, key: Key<'s>, position: Position) -> Result<Option<ResolvedGroup>, Error> {
        self.resolve_group(key, position)?;
        let Some(State::Done(group)) = self.tables.groups.get(&key).map(|group| &group.state)
        else {
            return Ok(None);
        };
        // Counted before it is copied: copies of copies grow exponentially.
        self.check_particles(group.extent.size.saturating_sub(1), position)?;
        Ok(Some(group.clone()))
    }

    /// Resolves a model group that has not been needed so far.
    pub(super) fn resolve_group(&mut self, key: Key<'s>, position: Position) -> Result<(), Error> {
        let Some(group) = self.tables.groups.get_mut(&key) else {
            return Ok(());
        };
        let place = group.place;
        match &group.state {
            State::Done(_) => return Ok(()),
            State::Open => return Err(self.circular("group", key.1, position)),
            State::Untouched => group.state = State::Open,
        }
        let schemas = self.schemas;
        let Item::Group(group) = &schemas[place.schema].items[place.item] else {
            return Ok(());
        };
        let measured = match &group.particle {
            Some(particle) => self.elsewhere(place.schema, "group", &group.name, |this| {
                this.particle(particle)
            })?,
            None => None,
        };
        let resolved = match measured {
            Some((particle, extent)) => ResolvedGroup {
                particle: Some(particle),
                extent,
            },
            None => ResolvedGroup::default(),
        };
        if let Some(group) = self.tables.groups.get_mut(&key) {
            group.state = State::Done(resolved);
        }
        Ok(())
    }

    pub(super) fn count_particles(&mut self, more: u64, position: Position) -> Result<(), Error> {
        self.check_particles(more, position)?;
        self.particles += more;
        Ok(())
    }

    pub(super) fn check_particles(&self, more: u64, position: Position) -> Result<(), Error> {
        let limit = self.limits.particles;
        if self.particles.saturating_add(more) > limit {
            let what = "the number of particles and attributes, groups expanded,";
            return Err(self.place(Error::over("particles", limit, what), position));
        }
        Ok(())
    }

    pub(super) fn wildcard(&mut self, wildcard: &raw::Wildcard) -> Wildcard {
        let target = self
            .at
            .schema
            .map_or(Ns::NONE, |index| self.schemas[index].target);
        let namespaces = match wildcard.namespaces.as_slice() {
            [WildcardItem::Any] => WildcardNamespaces::Any,
            [WildcardItem::Other] => WildcardNamespaces::Other(self.ns_id(target)),
            list => WildcardNamespaces::List(
                list.iter()
                    .map(|item| match item {
                        WildcardItem::Uri(ns) => self.ns_id(*ns),
                        WildcardItem::Local => self.ns_id(Ns::NONE),
                        _ => self.ns_id(target),
                    })
                    .collect(),
            ),
        };
        Wildcard {
            namespaces,
            process_contents: wildcard.process_contents,
        }
    }
}

/// Whether a particle can hold nothing at all. An empty choice can hold nothing *and* not be
/// empty, so it is kept.
fn is_empty(particle: &Particle) -> bool {
    match &particle.term {
        Term::Sequence(members) | Term::All(members) => members.is_empty(),
        _ => false,
    }
}

fn is_unset(facets: &raw::Facets<'_>) -> bool {
    facets.enumerations.is_empty()
        && facets.patterns.is_empty()
        && facets
            .length
            .or(facets.min_length)
            .or(facets.max_length)
            .is_none()
        && facets.total_digits.or(facets.fraction_digits).is_none()
        && facets.min_inclusive.is_none()
        && facets.max_inclusive.is_none()
        && facets.min_exclusive.is_none()
        && facets.max_exclusive.is_none()
        && facets.white_space.is_none()
}
