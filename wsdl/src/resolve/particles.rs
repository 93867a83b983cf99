//! Resolves complex types and model groups. Groups are expanded where they are referred to.

use super::missing::{TypeRole, any_elements, anything};
use super::schema::owned;
use super::tables::{Key, Progress, Tables};
use super::{PathStep, Resolver};
use crate::error::Error;
use crate::model::{
    Builtin, Content, Derivation, DerivationMethod, LocalElement, Particle, Position, Term, TypeId,
    Wildcard, WildcardNamespaces,
};
use crate::names::Ns;
use crate::raw::{self, Item, WildcardItem};
use crate::xml::Name;

/// A model group. It is resolved once, and copied where it is referred to.
#[derive(Debug)]
pub(super) struct ResolvedGroup {
    particle: Option<Particle>,
    extent: Extent,
}

/// The number of particles in a particle, and the number of their levels.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    size: u64,
    height: u64,
    /// The number of bytes of text.
    text: usize,
}

impl Extent {
    fn add(&mut self, other: Extent) {
        self.size += other.size;
        self.height = self.height.max(other.height);
        self.text += other.text;
    }
}

impl<'s, 'a> Resolver<'s, 'a> {
    /// Resolves the base of a complex type. Returns whether the base is undefined.
    pub(super) fn derivation(
        &mut self,
        id: TypeId,
        complex: &'s raw::ComplexType<'a>,
    ) -> Result<bool, Error> {
        let Some((method, name)) = &complex.derivation else {
            return Ok(false);
        };
        let (method, position) = (*method, complex.position);
        let is_simple = matches!(complex.content, raw::Content::Simple(..));
        let role = match is_simple {
            true => TypeRole::Simple,
            false => TypeRole::Any,
        };
        let mut missing = false;
        let base = match self.defined_type(name, position)? {
            Some(base) => Some(base),
            None => match self.overridden(name, role, position) {
                Some(builtin) if builtin != Builtin::AnyType => Some(self.builtin(builtin)?),
                _ if is_simple => {
                    missing = true;
                    let done = "any text and any attributes are read in its place";
                    self.note_missing("type", name, position, done);
                    Some(self.builtin(Builtin::AnySimpleType)?)
                }
                _ => {
                    missing = true;
                    let done = "any elements and attributes are read in its place";
                    self.note_missing("type", name, position, done);
                    None
                }
            },
        };
        let derivation = base.map(|base| Derivation { method, base });
        self.complex_mut(id, |complex| complex.derivation = derivation);
        Ok(missing)
    }

    /// Makes a complex type accept any content, because its base is undefined.
    pub(super) fn open_content(
        &mut self,
        id: TypeId,
        complex: &'s raw::ComplexType<'a>,
    ) -> Result<(), Error> {
        let position = complex.position;
        let extends = complex.derivation.as_ref().map(|(method, _)| *method)
            == Some(DerivationMethod::Extension);
        self.count_particles(3, position)?;
        self.complex_mut(id, |complex| {
            complex.any_attribute.get_or_insert_with(anything);
            // A restriction states its whole content. The content of an extension follows that of its base.
            if !extends {
                return;
            }
            let inherited = any_elements(position);
            match std::mem::take(&mut complex.content) {
                Content::Empty => complex.content = Content::Elements(inherited),
                Content::Elements(own) => {
                    complex.content = Content::Elements(Particle {
                        min_occurs: 1,
                        max_occurs: Some(1),
                        term: Term::Sequence(vec![inherited, own]),
                        position,
                    });
                }
                simple => complex.content = simple,
            }
        });
        Ok(())
    }

    pub(super) fn complex_attributes(
        &mut self,
        id: TypeId,
        complex: &'s raw::ComplexType<'a>,
    ) -> Result<(), Error> {
        let resolved = self.attributes(&complex.attributes)?;
        self.complex_mut(id, |complex| {
            complex.attributes = resolved.uses;
            complex.any_attribute = resolved.any;
        });
        Ok(())
    }

    pub(super) fn content(
        &mut self,
        id: TypeId,
        complex: &'s raw::ComplexType<'a>,
    ) -> Result<Content, Error> {
        match &complex.content {
            raw::Content::Elements(None) => Ok(Content::Empty),
            raw::Content::Elements(Some(particle)) => {
                let mut resolved = Vec::new();
                self.particle(particle, &mut resolved)?;
                Ok(match resolved.pop() {
                    Some(particle) if !is_empty(&particle) => Content::Elements(particle),
                    _ => Content::Empty,
                })
            }
            raw::Content::Simple(inner, facets) => self.text(id, inner.as_deref(), facets),
        }
    }

    fn text(
        &mut self,
        id: TypeId,
        inner: Option<&'s raw::SimpleType<'a>>,
        mut facets: &'s raw::Facets<'a>,
    ) -> Result<Content, Error> {
        if let Some(inner) = inner {
            // The document has two restrictions here, but the model has one. The outer facets are kept.
            self.inner_type("base", inner)?;
            if let (raw::Variety::Restriction(_, _, inner), true) =
                (&inner.variety, is_unset(facets))
            {
                facets = inner;
            }
        }
        Ok(Content::Simple(self.facets(id, facets)))
    }

    /// Adds a particle with its groups expanded. A particle that must not occur is left out.
    fn particle(
        &mut self,
        particle: &'s raw::Particle<'a>,
        siblings: &mut Vec<Particle>,
    ) -> Result<Extent, Error> {
        let mut extent = Extent::default();
        if particle.max_occurs == Some(0) {
            return Ok(extent);
        }
        let position = particle.position;
        self.count_particles(1, position)?;
        let term = if let raw::Term::Group(name) = &particle.term {
            let is_known = |tables: &Tables<'s>, key: &Key<'s>| tables.groups.contains_key(key);
            let key = self.group_key(name, is_known);
            let Some(key) = key.filter(|key| is_known(&self.tables, key)) else {
                let done = "any elements are read in its place";
                self.note_missing("group", name, position, done);
                siblings.push(any_elements(position));
                (extent.size, extent.height) = (1, 1);
                return Ok(extent);
            };
            // A reference is replaced by the particle of the group, which is counted.
            self.resolve_group(key, position)?;
            self.group_term(key, position, &mut extent)?
        } else {
            self.descend(position)?;
            let term = self.term(&particle.term, &mut extent)?;
            self.ascend();
            Some(term)
        };
        if let Some(term) = term {
            extent.size += 1;
            extent.height += 1;
            siblings.push(Particle {
                min_occurs: particle.min_occurs,
                max_occurs: particle.max_occurs,
                term,
                position,
            });
        }
        Ok(extent)
    }

    fn term(&mut self, term: &'s raw::Term<'a>, extent: &mut Extent) -> Result<Term, Error> {
        match term {
            raw::Term::Element(element) => {
                extent.text = text_of(element);
                self.element_term(element)
            }
            raw::Term::Any(wildcard) => Ok(Term::Any(self.wildcard(wildcard))),
            raw::Term::Sequence(members) => self.members(members, extent).map(Term::Sequence),
            raw::Term::Choice(members) => self.members(members, extent).map(Term::Choice),
            raw::Term::All(members) => self.members(members, extent).map(Term::All),
            // The caller handles references to groups, so this is unreachable.
            raw::Term::Group(_) => Ok(Term::Sequence(Vec::new())),
        }
    }

    /// A copy of the content of a model group.
    fn group_term(
        &mut self,
        key: Key<'s>,
        position: Position,
        extent: &mut Extent,
    ) -> Result<Option<Term>, Error> {
        let Some(Progress::Done(group)) = self.tables.groups.get(&key).map(|group| &group.progress)
        else {
            return Ok(None);
        };
        self.check_nesting(position, group.extent.height)?;
        // The referring particle replaces the particle of the group.
        extent.size = group.extent.size.saturating_sub(1);
        extent.height = group.extent.height.saturating_sub(1);
        extent.text = group.extent.text;
        // The size is counted before the copy, because copies of copies grow exponentially.
        self.count_particles(extent.size, position)?;
        self.count_copy(extent.text, position)?;
        Ok(
            match self.tables.groups.get(&key).map(|group| &group.progress) {
                Some(Progress::Done(group)) => group.particle.as_ref().map(|own| own.term.clone()),
                _ => None,
            },
        )
    }

    fn members(
        &mut self,
        members: &'s [raw::Particle<'a>],
        extent: &mut Extent,
    ) -> Result<Vec<Particle>, Error> {
        let mut resolved = Vec::with_capacity(members.len());
        for member in members {
            extent.add(self.particle(member, &mut resolved)?);
        }
        Ok(resolved)
    }

    fn element_term(&mut self, element: &'s raw::Element<'a>) -> Result<Term, Error> {
        if let Some(name) = &element.reference {
            return self.element_ref(name, element.position);
        }
        let name = element.name.as_deref().unwrap_or_default();
        self.context.path.push(PathStep {
            kind: "element",
            name,
        });
        let type_id = self.type_of(element)?;
        self.context.path.pop();
        Ok(Term::Element(self.local_element(element, type_id)))
    }

    /// A reference to a global element, or its replacement.
    fn element_ref(&mut self, name: &'s Name<'a>, position: Position) -> Result<Term, Error> {
        if let Some(id) = self.defined_element(name, position) {
            return Ok(Term::Ref(id));
        }
        Ok(match self.missing_element(name, position)? {
            Some(id) => {
                let done = "it is read as an element of any type";
                self.note_missing("element", name, position, done);
                Term::Ref(id)
            }
            None => {
                let done = "any element is read in its place";
                self.note_missing("element", name, position, done);
                Term::Any(anything())
            }
        })
    }

    fn local_element(
        &mut self,
        element: &'s raw::Element<'a>,
        type_id: TypeId,
    ) -> Box<LocalElement> {
        let schema = self.context.schema.map(|index| &self.schemas[index]);
        let default = schema.is_some_and(|schema| schema.element_qualified);
        let ns = match element.qualified.unwrap_or(default) {
            true => schema.map_or(Ns::NONE, |schema| schema.target),
            false => Ns::NONE,
        };
        Box::new(LocalElement {
            name: element.name.as_deref().unwrap_or_default().to_string(),
            ns: self.ns_id(ns),
            type_id,
            nillable: element.nillable,
            default: owned(&element.default),
            fixed: owned(&element.fixed),
            documentation: element.documentation.clone(),
        })
    }

    /// Resolves a model group when it is first needed.
    pub(super) fn resolve_group(&mut self, key: Key<'s>, position: Position) -> Result<(), Error> {
        let Some((schema, group)) = self.open_group(key, position)? else {
            return Ok(());
        };
        let before = self.enter_item(schema, "group", &group.name);
        let mut resolved = Vec::new();
        let extent = match &group.particle {
            Some(particle) => self.particle(particle, &mut resolved)?,
            None => Extent::default(),
        };
        self.context = before;
        if let Some(entry) = self.tables.groups.get_mut(&key) {
            let particle = resolved.pop();
            entry.progress = Progress::Done(ResolvedGroup { particle, extent });
        }
        Ok(())
    }

    /// The group with this name, if it must be resolved.
    fn open_group(
        &mut self,
        key: Key<'s>,
        position: Position,
    ) -> Result<Option<(usize, &'s raw::Group<'a>)>, Error> {
        let Some(entry) = self.tables.groups.get_mut(&key) else {
            return Ok(None);
        };
        let index = entry.index;
        match &entry.progress {
            Progress::Done(_) => return Ok(None),
            Progress::Started => return Err(self.circular("group", key.1, position)),
            Progress::NotStarted => entry.progress = Progress::Started,
        }
        let schemas = self.schemas;
        Ok(match &schemas[index.schema].items[index.item] {
            Item::Group(group) => Some((index.schema, group)),
            _ => None,
        })
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
            return Err(self.locate(Error::over("particles", limit, what), position));
        }
        Ok(())
    }

    pub(super) fn wildcard(&mut self, wildcard: &raw::Wildcard) -> Wildcard {
        let target = self
            .context
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

/// The number of bytes of text in a copy of a local element.
fn text_of(element: &raw::Element<'_>) -> usize {
    let length = |text: Option<&str>| text.map_or(0, str::len);
    length(element.name.as_deref())
        + length(element.default.as_deref())
        + length(element.fixed.as_deref())
        + length(element.documentation.as_deref())
}

/// Whether a particle has no content. An empty choice can never be satisfied, which differs from an empty
/// content, so it is kept.
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
